"""From readings of events to rows of tables: pure, no database (`lienvung.ledger.tables` has the words)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lienvung.epcis import EventType, Reading, Role
from lienvung.ledger.blocks import cut
from lienvung.ledger.fields import Fields, fields_of
from lienvung.ledger.tables import (
    BLOCK_BITS,
    OFFSET_MASK,
    REFERENCE_DESTINATION,
    REFERENCE_SOURCE,
    REFERENCE_TRANSACTION,
    TERM_BIZ_STEP,
    TERM_DISPOSITION,
    TERM_FIELD,
    TERM_REFERENCE_TYPE,
    TERM_UOM,
)

Row = tuple[Any, ...]
PARENT, CHILD = int(Role.PARENT), int(Role.CHILD)
INPUT_ROLE, OUTPUT_ROLE = int(Role.INPUT), int(Role.OUTPUT)
INPUT, OUTPUT = INPUT_ROLE * 4, OUTPUT_ROLE * 4
OBJECT = int(EventType.OBJECT)
CONTAINING = (EventType.AGGREGATION, EventType.ASSOCIATION)


def event_key(reading: Reading) -> bytes:
    """48 bits of event time, 80 bits of hash: what makes an event the same event, in order of time.

    A declaration of error has the hash of the event that it declares wrong (CBV
    2.0 section 8.9 leaves errorDeclaration out), so its own words are hashed in.
    """
    stamp = (reading.time_ms & 0xFFFF_FFFF_FFFF).to_bytes(6, "big")
    if reading.error is None:
        return stamp + reading.hash[:10]
    error = reading.error
    words = json.dumps([error.time_ms, error.reason, sorted(error.corrective)], ensure_ascii=False)
    return stamp + hashlib.sha256(reading.hash + words.encode()).digest()[:10]


def original_key(reading: Reading) -> bytes:
    """The key of the event itself, also for a declaration that it is wrong."""
    return (reading.time_ms & 0xFFFF_FFFF_FFFF).to_bytes(6, "big") + reading.hash[:10]


def given_id(reading: Reading) -> str | None:
    """The sender's eventID, unless it is a hash (`ni:…`, RFC 6920): the event's own needs no entry, another's would
    let one event stand in another's place."""
    own_id = reading.event_id
    return own_id if own_id and own_id[:3].lower() != "ni:" else None


# the tables of one document, in the order in which capture inserts them; `Rows` has a list of this name for each
TABLES = (
    "event",
    "event_id",
    "mention",
    "link",
    "group",
    "persistent",
    "reference",
    "error",
    "void",
    "field",
    "amount",
)
Lists = list[tuple[int, list[str], list[Any]]]  # of one event: role, identifiers, their ids (None: not known yet)


class Prepared:
    """A document before it is written: what it names, and what of that has no number yet.

    `known` is what the process remembers (lienvung.ledger.dictionary); nothing here
    needs the database or its lock.
    """

    def __init__(self, readings: Sequence[Reading], known: Mapping[str, int], context: Any = None) -> None:
        self.readings = readings
        self.fields = [fields_of(reading, context) for reading in readings]
        self.lists: list[Lists] = []
        grouped: dict[str, None] = {}
        alone: set[str] = set()
        find = known.get
        for reading in readings:
            lists: Lists = []
            for role, uris in by_role(reading.epcs):
                ids = list(map(find, uris))
                if None in ids:
                    if len(uris) > 1:
                        grouped.update(dict.fromkeys(sorted(uris)))
                    else:
                        alone.add(uris[0])
                lists.append((role, uris, ids))
            self.lists.append(lists)
        self.single: dict[str, Any] = {uri: find(uri) for uri in single_uris(readings)}
        alone.update(uri for uri, number in self.single.items() if number is None)
        # What stands together in one list gets neighbouring numbers, so that the list is one range for ever
        # after, however random its serials are; what only ever stands alone is sorted, which brings the
        # serials of a class together.
        self.missing = [*sorted(alone.difference(grouped)), *(uri for uri in grouped if uri not in known)]

    def fill(self, fresh: Mapping[str, int]) -> None:
        """Enter the ids of what was missing."""
        for lists in self.lists:
            for place, (role, uris, ids) in enumerate(lists):
                if None in ids:
                    ids = [fresh[uri] if number is None else number for uri, number in zip(uris, ids)]
                    lists[place] = (role, uris, ids)
        for uri, number in self.single.items():
            if number is None:
                self.single[uri] = fresh[uri]


def by_role(epcs: Sequence[tuple[Role, str]]) -> list[tuple[int, list[str]]]:
    """[(role, identifiers)] of an event, each role once; a reading gives each list in one run."""
    if not epcs:
        return []
    first, last = epcs[0][0], epcs[-1][0]
    if first is last:
        return [(first + 0, [uri for _, uri in epcs])]
    if first is Role.PARENT and epcs[1][0] is last:
        return [(PARENT, [epcs[0][1]]), (last + 0, [uri for _, uri in epcs[1:]])]
    lists: tuple[list[str], ...] = ([], [], [], [], [])
    for role, uri in epcs:
        lists[role].append(uri)
    return [(role, uris) for role, uris in enumerate(lists) if uris]


def single_uris(readings: Sequence[Reading]) -> set[str]:
    """Identifiers outside the EPC lists: places, classes and lots, transformations, documents, parties."""
    found: set[Any] = {reading.read_point for reading in readings}
    found.update([reading.biz_location for reading in readings])
    found.update([reading.transformation_id for reading in readings])
    for reading in readings:
        if reading.quantities:
            found.update([row[1] for row in reading.quantities])
        if reading.lots:
            for pair in reading.lots:
                found.update(pair)
        if reading.biz_transactions or reading.sources or reading.destinations:
            for pairs in (reading.biz_transactions, reading.sources, reading.destinations):
                found.update([uri for _, uri in pairs])
    found.discard(None)
    return found


def terms_of(readings: Sequence[Reading], fields: Sequence[Fields | None] = ()) -> set[tuple[int, str]]:
    """The vocabulary words of a document and the names of its fields, as (kind, value)."""
    steps: set[str | None] = {reading.biz_step for reading in readings}
    dispositions: set[str | None] = {reading.disposition for reading in readings}
    words: set[tuple[int, str]] = set()
    for reading in readings:
        if reading.persistent_set or reading.persistent_unset:
            dispositions.update(reading.persistent_set, reading.persistent_unset)
        if reading.quantities:
            words.update([(TERM_UOM, row[3] or "") for row in reading.quantities])
        if reading.biz_transactions or reading.sources or reading.destinations:
            for pairs in (reading.biz_transactions, reading.sources, reading.destinations):
                words.update([(TERM_REFERENCE_TYPE, kind or "") for kind, _ in pairs])
    for found in fields:
        if found is not None:
            words.update([(TERM_FIELD, term) for term in found.terms()])
    words.update((TERM_BIZ_STEP, step) for step in steps if step)
    words.update((TERM_DISPOSITION, word) for word in dispositions if word)
    return words


class Rows:
    """Collects the rows of one document, table by table."""

    def __init__(
        self, things: Mapping[str, int], terms: Mapping[tuple[int, str], int], document: int, recorded_at: int
    ) -> None:
        self.things = things
        self.terms = terms
        self.document = document
        self.recorded_at = recorded_at
        self.steps = {value: number for (kind, value), number in terms.items() if kind == TERM_BIZ_STEP}
        self.dispositions = {value: number for (kind, value), number in terms.items() if kind == TERM_DISPOSITION}
        self.event: list[Row] = []
        self.event_id: list[Row] = []
        self.mention: list[Row] = []
        self.link: list[Row] = []
        self.group: list[Row] = []
        self.persistent: list[Row] = []
        self.reference: list[Row] = []
        self.error: list[Row] = []
        self.void: list[Row] = []
        self.field: list[Row] = []
        self.amount: list[Row] = []
        self.lots: dict[int, dict[int, tuple[int, int]]] = {}  # lot -> serial -> (t, rid)
        self.without_effect: set[int] = set()  # events declared wrong already

    def add(self, reading: Reading, lists: Lists, rid: int, ordinal: int, fields: Fields | None = None) -> None:
        """All rows of one event."""
        if fields is not None:
            self.add_fields(fields, rid)
        action, time_ms, kind = reading.action + 0, reading.time_ms, reading.type + 0
        step, word, read_point, location = (
            reading.biz_step,
            reading.disposition,
            reading.read_point,
            reading.biz_location,
        )
        step_id = self.steps[step] if step else None
        disposition = self.dispositions[word] if word else None
        here = self.things[read_point] if read_point else None
        place = there = self.things[location] if location else None
        if place is None:
            place = here
        own_id = given_id(reading) if reading.event_id else None
        self.event.append(
            (
                rid,
                reading.hash,
                own_id,
                kind,
                action,
                time_ms,
                self.recorded_at,
                step_id,
                disposition,
                here,
                there,
                self.document,
                ordinal,
                reading.raw,
            )
        )
        if own_id:
            self.event_id.append((own_id, rid))
        parent: int | None = None
        mention = self.mention
        append = mention.append
        for role, _, ids in lists:
            other = parent if role == CHILD else None
            if role == PARENT:
                parent = ids[0]
            code = role * 4 + action
            tail = (time_ms, rid, code, other, place, disposition, None, 0, step_id)
            if len(ids) == 1:
                offset = ids[0] & OFFSET_MASK
                append((ids[0] >> BLOCK_BITS, 0, offset, offset, None, *tail))
            else:
                mention += [(*row, *tail) for row in cut(ids)]
        if kind != OBJECT or reading.quantities or reading.persistent_set or reading.persistent_unset or reading.lots:
            self._more(reading, lists, rid, parent, place, disposition, step_id)
        if reading.biz_transactions or reading.sources or reading.destinations:
            self._references(reading, rid)
        if reading.error is not None:
            error = reading.error
            self.error.append((original_key(reading), rid, error.time_ms, error.reason, own_id))
            self.void.append((rid, rid))

    def add_fields(self, fields: Fields, rid: int) -> None:
        terms = self.terms
        self.field += [(terms[TERM_FIELD, term], word, rid) for term, word in fields.words]
        self.amount += [(terms[TERM_FIELD, term], number, rid) for term, number in fields.amounts]

    def _more(
        self,
        reading: Reading,
        lists: Lists,
        rid: int,
        parent: int | None,
        place: int | None,
        disposition: int | None,
        step_id: int | None,
    ) -> None:
        """What not every event has: quantities, what becomes what, what is packed in what, lots, lasting states."""
        sets: dict[int, list[int]] = {role: ids for role, _, ids in lists}
        if reading.quantities:
            self._quantities(reading, rid, parent, place, disposition, step_id, sets)
        if reading.error is not None:
            return  # a declaration that something was wrong makes nothing and packs nothing
        if reading.type is EventType.TRANSFORMATION:
            process = -self.things[reading.transformation_id] if reading.transformation_id else rid
            for role in (INPUT_ROLE, OUTPUT_ROLE):
                if role in sets:
                    self._link(sets[role], rid, reading.time_ms, process, role * 4)
        elif reading.type in CONTAINING:
            for role in (PARENT, CHILD):
                if role in sets:
                    self._group(sets[role], rid, reading.time_ms, rid, role * 4 + reading.action)
        if reading.persistent_set or reading.persistent_unset:
            self._persistent(reading, rid, sets)
        if rid in self.without_effect:
            return  # an event with effect must link what this one says of lots
        for serial, lot in reading.lots:
            self.lots.setdefault(self.things[lot], {}).setdefault(self.things[serial], (reading.time_ms, rid))

    def _quantities(
        self,
        reading: Reading,
        rid: int,
        parent: int | None,
        place: int | None,
        disposition: int | None,
        step_id: int | None,
        sets: dict[int, list[int]],
    ) -> None:
        """Quantity elements; the same class twice in one list and unit is one row with the sum."""
        totals: dict[tuple[int, int, int], float | None] = {}
        for list_role, uri, quantity, uom in reading.quantities:
            place_of = (int(list_role), self.things[uri], self.terms[TERM_UOM, uom or ""])
            amount = None if quantity is None else float(quantity)
            before = totals.get(place_of)
            totals[place_of] = amount if before is None else before + (amount or 0.0)
        action = int(reading.action)
        for (role, thing, unit), amount in totals.items():
            sets[role] = [*sets.get(role, ()), thing]
            [(blk, wide, lo, hi, members)] = cut((thing,))
            other = parent if role == CHILD else None
            self.mention.append(
                (
                    blk,
                    wide,
                    lo,
                    hi,
                    members,
                    reading.time_ms,
                    rid,
                    role * 4 + action,
                    other,
                    place,
                    disposition,
                    amount,
                    unit,
                    step_id,
                )
            )

    def _link(self, ids: Iterable[int], rid: int, time_ms: int, process: int, role: int) -> None:
        rows = [(blk, lo, hi, members, time_ms, process, rid, role) for blk, _, lo, hi, members in cut(list(ids))]
        self.link += rows
        self.group += rows

    def _group(self, ids: Iterable[int], rid: int, time_ms: int, process: int, role: int) -> None:
        self.group += [
            (blk, lo, hi, members, time_ms, process, rid, role) for blk, _, lo, hi, members in cut(list(ids))
        ]

    def link_lots(self, linked: Mapping[int, set[int]]) -> None:
        """Serials of lots, those not in `linked` (lot -> serials that the ledger knows of it already)."""
        for lot, serials in self.lots.items():
            fresh = {serial: where for serial, where in serials.items() if serial not in linked.get(lot, ())}
            by_event: dict[tuple[int, int], list[int]] = {}
            for serial, where in fresh.items():
                by_event.setdefault(where, []).append(serial)
            for (time_ms, rid), ids in by_event.items():
                self._link(ids, rid, time_ms, -lot, OUTPUT)
            if by_event and lot not in linked:
                time_ms, rid = min(by_event)
                self._link((lot,), rid, time_ms, -lot, INPUT)

    def _persistent(self, reading: Reading, rid: int, sets: dict[int, list[int]]) -> None:
        everything: set[int] = set().union(*sets.values()) if sets else set()
        if not everything:
            return
        rows = cut(everything)
        for words, is_set in ((reading.persistent_set, 1), (reading.persistent_unset, 0)):
            for word in set(words):
                disposition = self.terms[TERM_DISPOSITION, word]
                self.persistent += [(*row, reading.time_ms, rid, disposition, is_set) for row in rows]

    def _references(self, reading: Reading, rid: int) -> None:
        for kind, pairs in (
            (REFERENCE_TRANSACTION, reading.biz_transactions),
            (REFERENCE_SOURCE, reading.sources),
            (REFERENCE_DESTINATION, reading.destinations),
        ):
            for word, uri in pairs:
                self.reference.append((self.things[uri], kind, self.terms[TERM_REFERENCE_TYPE, word or ""], rid))
