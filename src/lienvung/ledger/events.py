"""Events as they stand in the ledger: one by its id, those of a thing, the latest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from lienvung.epcis import Action, EventType
from lienvung.epcis.wire import decode_untyped
from lienvung.errors import NotFound
from lienvung.ledger import names
from lienvung.ledger.access import EVERYTHING, Visible
from lienvung.ledger.blocks import holds, pack
from lienvung.ledger.hashes import rids_of_hash
from lienvung.ledger.identifiers import things_meant
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import BLOCK_BITS, OFFSET_MASK, full_uri

CHUNK = 500
TYPES = {int(kind): kind for kind in EventType}
ACTIONS = {int(action): action for action in Action}
NO_PLACE = ("/01/", "/00/")  # what has these keys is never a readPoint or bizLocation worth a search
_NI = re.compile(r"^ni:///sha-256;([0-9a-f]{64})(\?ver=CBV2\.0)?$")

SELECT = (
    "SELECT e.rid, e.hash, e.event_id, e.type, e.action, e.t, e.recorded_at, "
    "e.bizstep, e.disp, e.rp, e.bl, e.body, e.doc, "
    "(SELECT MAX(v.declared_by) FROM ledger_void v WHERE v.rid = e.rid) "
    "FROM ledger_event e"
)


class StoredEvent(NamedTuple):
    """An event of the ledger. Times are UTC epoch ms; `body` is what was sent, byte for byte."""

    rid: int
    hash: bytes
    event_id: str
    type: EventType
    action: Action
    time_ms: int
    recorded_ms: int
    biz_step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    body: bytes
    submitter: str | None
    declared_wrong_by: int | None  # rid of the declaration; its own rid for a declaration

    @property
    def ni(self) -> str:
        """The event's hash as its name (CBV 2.0 section 8.9)."""
        return f"ni:///sha-256;{self.hash.hex()}?ver=CBV2.0"

    def value(self) -> dict[str, Any]:
        """What was sent, as JSON value with every digit of its decimals."""
        event: dict[str, Any] = decode_untyped(self.body)
        return event

    def as_dict(self) -> dict[str, Any]:
        """The event as JSON value, with its eventID and the time at which it was recorded.

        Its decimals are `Decimal`: a binary float would lose digits, and with them the event hash.
        """
        event = self.value()
        event.setdefault("eventID", self.event_id)
        event["recordTime"] = iso(self.recorded_ms)
        return event


def iso(ms: int) -> str:
    """2026-11-23T05:00:00.000Z"""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _stored(found: Sequence[Sequence[Any]]) -> list[StoredEvent]:
    """Rows of `SELECT` with their words: looked up apart, since five joins cost PostgreSQL more to plan than to run."""
    if not found:
        return []
    wrapper = connections[DEFAULT_DB_ALIAS]
    words = names.words.of(wrapper, [number for row in found for number in row[7:9]])
    places = names.uris.of(wrapper, [number for row in found for number in row[9:11]])
    senders = names.senders.of(wrapper, [row[12] for row in found])
    events = []
    for rid, digest, event_id, kind, action, t, recorded, step, disposition, rp, bl, body, document, wrong in found:
        events.append(
            StoredEvent(
                rid,
                bytes(digest),
                event_id or f"ni:///sha-256;{bytes(digest).hex()}?ver=CBV2.0",
                TYPES[kind],
                ACTIONS[action],
                t,
                recorded,
                words.get(step),
                words.get(disposition),
                full_uri(places[rp]) if rp is not None else None,
                full_uri(places[bl]) if bl is not None else None,
                bytes(body),
                senders[document],
                wrong,
            )
        )
    return events


def by_rids(rids: Iterable[int]) -> list[StoredEvent]:
    """The events of these numbers, oldest event time first."""
    wanted = list(rids)
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        found += rows(f"{SELECT} WHERE e.rid IN {marks(part)}", part)
    return sorted(_stored(found), key=lambda event: (event.time_ms, event.rid))


def event_rids(event_id: str) -> list[int]:
    """Numbers of the events with this eventID or hash (`ni:///sha-256;…`), declarations of error among them."""
    if event_id[:3].lower() == "ni:":
        ni = _NI.match(event_id)
        return rids_of_hash(bytes.fromhex(ni[1])) if ni else []
    return [rid for (rid,) in rows("SELECT rid FROM ledger_event_id WHERE event_id = %s", (event_id,))]


def get_event(event_id: str) -> StoredEvent:
    """The event of an eventID or of a hash; the event itself before declarations that it is wrong. Raises NotFound."""
    found = by_rids(event_rids(event_id))
    if not found:
        raise NotFound(
            "ledger.no_such_event",
            vi=f"Không có sự kiện {event_id} trong sổ cái",
            en=f"no event {event_id} in the ledger",
        )
    return min(found, key=lambda event: (event.declared_wrong_by == event.rid, event.rid))


# the database leaves out most lists that do not have the thing; `holds` settles it
NAMING = {
    vendor: "SELECT event, lo, hi, members FROM ledger_mention WHERE blk = %s AND wide = 0 AND lo = %s UNION ALL "
    "SELECT event, lo, hi, members FROM ledger_mention WHERE blk = %s AND wide = 1 AND lo <= %s AND hi >= %s "
    f"AND (members IS NULL OR {inside} > 0)"
    for vendor, inside in {"sqlite": "instr(members, %s)", "postgresql": "position(%s IN members)"}.items()
}


def rids_of_thing(thing: int) -> list[int]:
    """Numbers of all events that name a thing in one of their lists."""
    blk, offset = thing >> BLOCK_BITS, thing & OFFSET_MASK
    sql = NAMING[connections[DEFAULT_DB_ALIAS].vendor]
    return [
        rid
        for rid, lo, hi, members in rows(sql, (blk, offset, blk, offset, offset, pack((offset,))))
        if members is None or holds(lo, hi, members, offset)
    ]


def rids_of(uri: str) -> set[int]:
    """Numbers of all events that name a thing, in any form of its identifier, or that happened there."""
    rids: set[int] = set()
    for thing, spelled in things_meant(uri):
        rids.update(rids_of_thing(thing))
        if not spelled.startswith(NO_PLACE):
            rids.update(r for (r,) in rows("SELECT rid FROM ledger_event WHERE bl = %s", (thing,)))
            rids.update(r for (r,) in rows("SELECT rid FROM ledger_event WHERE rp = %s", (thing,)))
    return rids


def history(uri: str, *, limit: int | None = None) -> list[StoredEvent]:
    """All events of `rids_of`, oldest event time first; of more than `limit` the latest ones."""
    events = by_rids(rids_of(uri))
    return events if limit is None else events[-limit:]


def latest(n: int, *, seen_by: Visible = EVERYTHING) -> list[StoredEvent]:
    """The `n` events recorded last, newest first; of those that `seen_by` leaves."""
    return _stored(rows(f"{SELECT} WHERE {seen_by.sql} ORDER BY e.rid DESC LIMIT %s", (*seen_by.values, n)))
