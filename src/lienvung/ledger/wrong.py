"""Declarations that an event is wrong (EPCIS 2.0 section 7.4.1.3): whose take effect, what then is linked anew.

A declaration takes effect if its sender is the sender of the event, an authority
or the operator. Anybody else's is stored and found like every event, and changes
nothing. It does not matter which of the two came first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lienvung.epcis import Reading, read_event
from lienvung.ledger import voices
from lienvung.ledger.blocks import ids_of
from lienvung.ledger.events import rids_of_thing
from lienvung.ledger.rows import OUTPUT, given_id, original_key
from lienvung.ledger.senders import first_senders, senders_of
from lienvung.ledger.store import PostgresStore, SqliteStore
from lienvung.ledger.tables import stored_uri

Store = SqliteStore | PostgresStore
Lots = dict[int, dict[int, tuple[int, int]]]  # lot -> serial -> (t, rid)


class Named(NamedTuple):
    """An event, or a declaration about it: what both have in common, and its own number."""

    key: bytes
    event_id: str | None
    rid: int


def named(reading: Reading, rid: int) -> Named:
    return Named(original_key(reading), given_id(reading), rid)


def without_effect(
    store: Store, declared: Sequence[Named], arriving: Sequence[Named], submitter: str | None
) -> list[tuple[int, int]]:
    """(rid, declared_by) of events that lose their effect by a document of `submitter` with these declarations, and
    of those of its events that were declared wrong before they came."""
    void: list[tuple[int, int]] = []
    if declared:
        by_key = {each.key: each.rid for each in declared}
        by_id = {each.event_id: each.rid for each in declared if each.event_id}
        void += [(each.rid, by_key[each.key]) for each in arriving if each.key in by_key]
        void += [(each.rid, by_id[each.event_id]) for each in arriving if each.event_id in by_id]
        fresh = {each.rid for each in arriving}
        old = [
            (rid, by_key[bytes(key)])
            for key, rid in store.select_in("SELECT id, rid FROM ledger_event_key WHERE id IN", list(by_key))
        ]
        old += [
            (rid, by_id[own_id])
            for own_id, rid in store.select_in(
                "SELECT event_id, rid FROM ledger_event_id WHERE event_id IN", list(by_id)
            )
        ]
        old = [(rid, by) for rid, by in old if rid not in fresh]
        if old and not voices.is_official(submitter):
            sender = first_senders(store, [rid for rid, _ in old])
            old = [(rid, by) for rid, by in old if sender.get(rid, "") == submitter]
        void += old
    return void + _declared_before(store, arriving, submitter)


def _declared_before(store: Store, arriving: Sequence[Named], submitter: str | None) -> list[tuple[int, int]]:
    keys = {each.key: each.rid for each in arriving}
    ids = {each.event_id: each.rid for each in arriving if each.event_id}
    found = [
        (keys[bytes(key)], by)
        for key, by in store.select_in("SELECT event_key, declared_by FROM ledger_error WHERE event_key IN", list(keys))
    ]
    found += [
        (ids[own_id], by)
        for own_id, by in store.select_in("SELECT event_id, declared_by FROM ledger_error WHERE event_id IN", list(ids))
    ]
    if not found:
        return []
    senders = senders_of({by for _, by in found}, {submitter, *voices.officials()})
    heard = {by for by, told in senders.items() if any(who == submitter or voices.is_official(who) for who in told)}
    return [(rid, by) for rid, by in found if by in heard]


def linked_lots(store: Store, lots: Sequence[int]) -> dict[int, set[int]]:
    """Which serials the ledger knows to be of these lots; a lot known only by events without effect has none of them,
    but is in the answer."""
    linked: dict[int, set[int]] = {}
    for process, blk, lo, hi, members, role, void in store.select_in(
        "SELECT process, blk, lo, hi, members, role, (SELECT v.rid FROM ledger_void v WHERE v.rid = event) "
        "FROM ledger_group WHERE process IN",
        [-lot for lot in lots],
    ):
        found = linked.setdefault(-process, set())
        if role == OUTPUT and void is None:
            found.update(ids_of(blk, lo, hi, members))
    return linked


def lots_to_link_again(store: Store, voided: Sequence[int]) -> Lots:
    """Serials that events now without effect had linked to their lots, with the first other event that says the same.

    A serial is linked to its lot once; when the event that did it falls away, the
    lot must not lose serials of which another event says that they are of it.
    """
    wanted: dict[tuple[int, int], None] = {}
    for reading, _ in _readings(store, voided):
        wanted.update(dict.fromkeys(_pairs(store, reading)))
    if not wanted:
        return {}
    linked = linked_lots(store, list({lot for _, lot in wanted}))
    missing = {(serial, lot) for serial, lot in wanted if serial not in linked.get(lot, ())}
    others = {rid for serial in {serial for serial, _ in missing} for rid in rids_of_thing(serial)}
    others -= {rid for (rid,) in store.select_in("SELECT rid FROM ledger_void WHERE rid IN", list(others))}
    found: Lots = {}
    for reading, rid in sorted(_readings(store, list(others)), key=lambda pair: (pair[0].time_ms, pair[1])):
        for serial, lot in missing.intersection(_pairs(store, reading)):
            found.setdefault(lot, {}).setdefault(serial, (reading.time_ms, rid))
    return found


def _readings(store: Store, rids: Sequence[int]) -> list[tuple[Reading, int]]:
    """Events read again, those that speak of a lot and a serial together."""
    contexts: dict[int, str] = {}
    found: list[tuple[Reading, int]] = []
    for rid, body, number in store.select_in(
        "SELECT e.rid, e.body, d.context_id FROM ledger_event e JOIN ledger_document d ON d.id = e.doc WHERE e.rid IN",
        rids,
    ):
        if number is not None and number not in contexts:
            [(contexts[number],)] = store.rows("SELECT json FROM ledger_context WHERE id = %s", (number,))
        context = None if number is None else json.loads(contexts[number])
        reading = read_event(bytes(body), context=context)
        if reading.lots:
            found.append((reading, rid))
    return found


def _pairs(store: Store, reading: Reading) -> list[tuple[int, int]]:
    spelled = {stored_uri(uri) for pair in reading.lots for uri in pair}
    known: Mapping[str, int] = {
        uri: number for number, uri in store.select_in("SELECT id, uri FROM ledger_thing WHERE uri IN", list(spelled))
    }
    return [(known[stored_uri(serial)], known[stored_uri(lot)]) for serial, lot in reading.lots]
