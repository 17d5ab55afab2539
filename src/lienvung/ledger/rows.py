"""From readings of events to rows of tables: pure, no database (`lienvung.ledger.tables` has the words)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lienvung.epcis import Action, EventType, Reading, Role
from lienvung.ledger.blocks import cut
from lienvung.ledger.tables import (
    REFERENCE_DESTINATION,
    REFERENCE_SOURCE,
    REFERENCE_TRANSACTION,
    TERM_BIZ_STEP,
    TERM_DISPOSITION,
    TERM_REFERENCE_TYPE,
    TERM_UOM,
)

Row = tuple[Any, ...]
PARENT, CHILD = int(Role.PARENT), int(Role.CHILD)
INPUT, OUTPUT = int(Role.INPUT) * 4, int(Role.OUTPUT) * 4
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
    """The sender's eventID, unless it is the hash that we would give ourselves."""
    return reading.event_id if reading.event_id and reading.event_id != reading.ni else None


class Lists:
    """What one event names, by role; made once, before and after ids are known."""

    __slots__ = ("epcs", "reading")

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.epcs: dict[int, list[str]] = {}
        epcs = self.epcs
        for role, uri in reading.epcs:
            if role in epcs:
                epcs[role].append(uri)
            else:
                epcs[role] = [uri]


def uris_in_order(lists: Sequence[Lists]) -> list[str]:
    """Every identifier of a document once, in the order in which new ones are to be numbered.

    What stands together in one list gets neighbouring numbers, so that the list
    is one range for ever after, however random its serial numbers are; what only
    ever stands alone is sorted, which brings a class's serials together.
    """
    grouped: dict[str, None] = {}
    alone: set[str] = set()
    for named in lists:
        for uris in named.epcs.values():
            if len(uris) > 1:
                grouped.update(dict.fromkeys(sorted(uris)))
            else:
                alone.add(uris[0])
        reading = named.reading
        if reading.quantities:
            alone.update(uri for _, uri, _, _ in reading.quantities)
        if reading.read_point:
            alone.add(reading.read_point)
        if reading.biz_location:
            alone.add(reading.biz_location)
        if reading.lots:
            alone.update(lot for _, lot in reading.lots)
            alone.update(serial for serial, _ in reading.lots)
        if reading.transformation_id:
            alone.add(reading.transformation_id)
        for pairs in (reading.biz_transactions, reading.sources, reading.destinations):
            alone.update(uri for _, uri in pairs)
    return [*sorted(alone.difference(grouped)), *grouped]


def terms_of(readings: Iterable[Reading]) -> set[tuple[int, str]]:
    """The vocabulary words of a document, as (kind, value)."""
    words: set[tuple[int, str]] = set()
    for reading in readings:
        if reading.biz_step:
            words.add((TERM_BIZ_STEP, reading.biz_step))
        if reading.disposition:
            words.add((TERM_DISPOSITION, reading.disposition))
        for word in (*reading.persistent_set, *reading.persistent_unset):
            words.add((TERM_DISPOSITION, word))
        for _, _, _, uom in reading.quantities:
            words.add((TERM_UOM, uom or ""))
        for pairs in (reading.biz_transactions, reading.sources, reading.destinations):
            words.update((TERM_REFERENCE_TYPE, kind or "") for kind, _ in pairs)
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
        self.event: list[Row] = []
        self.event_id: list[Row] = []
        self.mention: list[Row] = []
        self.link: list[Row] = []
        self.group: list[Row] = []
        self.persistent: list[Row] = []
        self.reference: list[Row] = []
        self.error: list[Row] = []
        self.void: list[Row] = []
        self.lots: dict[int, dict[int, tuple[int, int]]] = {}  # lot -> serial -> (t, rid)

    def add(self, named: Lists, rid: int, ordinal: int) -> None:
        """All rows of one event."""
        reading, things, terms = named.reading, self.things, self.terms
        action, time_ms = int(reading.action), reading.time_ms
        step = terms[TERM_BIZ_STEP, reading.biz_step] if reading.biz_step else None
        disposition = terms[TERM_DISPOSITION, reading.disposition] if reading.disposition else None
        read_point = things[reading.read_point] if reading.read_point else None
        location = things[reading.biz_location] if reading.biz_location else None
        own_id = given_id(reading)
        self.event.append(
            (
                rid,
                reading.hash,
                own_id,
                int(reading.type),
                action,
                time_ms,
                self.recorded_at,
                step,
                disposition,
                read_point,
                location,
                self.document,
                ordinal,
                reading.raw,
            )
        )
        if own_id:
            self.event_id.append((own_id, rid))
        place = location if location is not None else read_point
        sets = {role: {things[uri] for uri in uris} for role, uris in named.epcs.items()}
        parent = next(iter(sets[PARENT])) if PARENT in sets else None
        mention = self.mention
        for role, ids in sets.items():
            code = role * 4 + action
            other = parent if role == CHILD else None
            for blk, wide, lo, hi, members in cut(ids):
                mention.append((blk, wide, lo, hi, members, time_ms, rid, code, other, place, disposition, None, 0))
        if reading.quantities:
            self._quantities(reading, rid, parent, place, disposition, sets)
        effective = reading.error is None
        if effective and reading.type == EventType.TRANSFORMATION:
            self._transformation(reading, rid, sets)
        elif effective and reading.type in CONTAINING:
            for role in (PARENT, CHILD):
                if role in sets:
                    self._group(sets[role], rid, time_ms, rid, role * 4 + action)
        if reading.persistent_set or reading.persistent_unset:
            self._persistent(reading, rid, sets)
        if reading.lots and effective:
            for serial, lot in reading.lots:
                self.lots.setdefault(things[lot], {}).setdefault(things[serial], (time_ms, rid))
        self._references(reading, rid)
        if reading.error is not None:
            error = reading.error
            self.error.append((original_key(reading), rid, error.time_ms, error.reason, own_id))
            self.void.append((rid, rid))

    def _quantities(
        self,
        reading: Reading,
        rid: int,
        parent: int | None,
        place: int | None,
        disposition: int | None,
        sets: dict[int, set[int]],
    ) -> None:
        """Quantity elements; the same class twice in one list and unit is one row with the sum."""
        totals: dict[tuple[int, int, int], float | None] = {}
        for role, uri, quantity, uom in reading.quantities:
            place_of = (int(role), self.things[uri], self.terms[TERM_UOM, uom or ""])
            amount = None if quantity is None else float(quantity)
            before = totals.get(place_of)
            totals[place_of] = amount if before is None else before + (amount or 0.0)
        action = int(reading.action)
        for (role, thing, unit), amount in totals.items():
            sets.setdefault(role, set()).add(thing)
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
                )
            )

    def _transformation(self, reading: Reading, rid: int, sets: dict[int, set[int]]) -> None:
        process = -self.things[reading.transformation_id] if reading.transformation_id else rid
        for role in (int(Role.INPUT), int(Role.OUTPUT)):
            if role in sets:
                self._link(sets[role], rid, reading.time_ms, process, role * 4 + int(Action.NONE))

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

    def _persistent(self, reading: Reading, rid: int, sets: dict[int, set[int]]) -> None:
        if reading.error is not None:
            return
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
