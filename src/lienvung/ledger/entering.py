"""Entering a document's events: which are new, what they name, and the rows of all tables.

Everything here runs inside the one transaction that `lienvung.ledger.capture` has
opened, behind the writers' lock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from lienvung.epcis import CaptureDocument, Reading
from lienvung.epcis.writer import encode_json
from lienvung.errors import Conflict
from lienvung.ledger import rows as rows_of
from lienvung.ledger.dictionary import forget, is_stale, memory, resolve_terms, resolve_things
from lienvung.ledger.hashes import keep_up
from lienvung.ledger.jobs import Order
from lienvung.ledger.master import store_master_data
from lienvung.ledger.query_blocks import fill_blocks
from lienvung.ledger.senders import enter_again
from lienvung.ledger.store import PostgresStore, SqliteStore
from lienvung.ledger.wrong import linked_lots, lots_to_link_again, named, without_effect

Store = SqliteStore | PostgresStore


class TakenIds(Conflict):
    """eventIDs of a document that stand for other events already: `faults`, and the `positions` of their events."""

    def __init__(self, faults: Sequence[Conflict], positions: Iterable[int]) -> None:
        first = faults[0]
        super().__init__(first.code, vi=first.vi, en=first.en, path=first.path)
        self.faults = tuple(faults)
        self.positions = frozenset(positions)


def enter(
    store: Store,
    document: CaptureDocument,
    prepared: rows_of.Prepared,
    keys: list[bytes],
    order: Order,
    *,
    job: str,
    now_ms: int,
) -> int:
    """Write the new events of a document; how many they were. Raises TakenIds."""
    [(last_received,)] = store.rows("SELECT COALESCE(MAX(received_at), 0) FROM ledger_document")
    received = max(now_ms, last_received)  # a clock set back must not reorder the ledger
    first_rid = store.take("event", len(keys)) if keys else 0
    number = store.take("document", 1)
    fresh = store.claim(keys, first_rid) if keys else []
    if fresh:
        readings = prepared.readings
        _refuse_taken_ids(store, document, fresh)
        if is_stale(store):
            forget()
            prepared = rows_of.Prepared(readings, {}, document.context)
        if len(fresh) < len(keys):  # what only known events name must not be entered for them
            readings = [readings[position] for position in fresh]
            prepared = rows_of.Prepared(readings, memory().things, document.context)
        things, new_things = resolve_things(store, prepared.missing)
        prepared.fill(things)
        rows = rows_of.Rows(
            prepared.single, resolve_terms(store, rows_of.terms_of(readings, prepared.fields)), number, received
        )
        rids = [first_rid + position for position in fresh]
        fallen = _declared_wrong(store, readings, rids, order.submitter)
        rows.void += fallen
        rows.without_effect = {rid for rid, _ in fallen}
        for position, rid, reading, lists, fields in zip(fresh, rids, readings, prepared.lists, prepared.fields):
            rows.add(reading, lists, rid, document.places[position], fields)
        if rows.lots:
            rows.link_lots(linked_lots(store, list(rows.lots.keys() - {things[uri] for uri in new_things})))
        for table in rows_of.TABLES:
            store.insert(table, getattr(rows, table))
        _link_again(store, rows, [rid for rid, _ in fallen if rid < first_rid])
        keep_up(store, first_rid + len(keys) - 1)
        fill_blocks(store, first_rid + len(keys) - 1)
    if len(fresh) < len(keys):
        _sent_again(store, document.events, keys, set(fresh), first_rid, order.submitter)
    header = encode_json(document.header).decode()
    context = _context_id(store, document.context)
    store.insert(
        "document", [(number, received, order.submitter, order.digest, context, header, len(keys), first_rid, job)]
    )
    store_master_data(store, document.header, order.submitter, number, context=document.context)
    return len(fresh)


def _declared_wrong(
    store: Store, readings: Sequence[Reading], rids: Sequence[int], submitter: str | None
) -> list[tuple[int, int]]:
    """(rid, declared_by) of events without effect: declared wrong now, or declared wrong before they came."""
    declared = [named(reading, rid) for reading, rid in zip(readings, rids) if reading.error is not None]
    if not declared and not store.rows("SELECT 1 FROM ledger_error LIMIT 1"):
        return []
    arriving = [named(reading, rid) for reading, rid in zip(readings, rids) if reading.error is None]
    return without_effect(store, declared, arriving, submitter)


def _sent_again(
    store: Store,
    readings: Sequence[Reading],
    keys: Sequence[bytes],
    fresh: set[int],
    first_rid: int,
    submitter: str | None,
) -> None:
    """What is known already is known as sent by `submitter` too, and a declaration of error has that word as well."""
    places = [place for place in range(len(keys)) if place not in fresh]
    numbers = {
        bytes(key): rid
        for key, rid in store.select_in(
            "SELECT id, rid FROM ledger_event_key WHERE id IN", list({keys[place] for place in places})
        )
    }
    known = [(readings[place], numbers[keys[place]]) for place in places]
    enter_again(store, known, submitter, before=first_rid)
    declared = [named(reading, rid) for reading, rid in known if reading.error is not None]
    if declared:
        fallen = without_effect(store, declared, [], submitter)
        store.insert("void", fallen)
        _link_again(store, rows_of.Rows({}, {}, 0, 0), [rid for rid, _ in fallen])


def _link_again(store: Store, rows: rows_of.Rows, fallen: Sequence[int]) -> None:
    """What only events without effect link to its lot any more is linked by the others that say so."""
    lots = lots_to_link_again(store, fallen) if fallen else {}
    if lots:
        rows.link, rows.group, rows.lots = [], [], lots
        rows.link_lots(linked_lots(store, list(lots)))
        store.insert("link", rows.link)
        store.insert("group", rows.group)


def _refuse_taken_ids(store: Store, document: CaptureDocument, fresh: Sequence[int]) -> None:
    """An eventID names one event for ever; only a declaration that the event is wrong may repeat it.

    A hash (`ni:///…`) that is not the hash of its event names nothing: it stays in the
    body only, and may come again (GS1's own examples do so).
    """
    given: dict[str, int] = {}
    taken: list[tuple[int, str]] = []
    for position in fresh:
        reading = document.events[position]
        own_id = rows_of.given_id(reading) if reading.error is None else None
        if own_id and given.setdefault(own_id, position) != position:
            taken.append((position, own_id))
    if given:
        found = store.select_in(
            "SELECT DISTINCT i.event_id FROM ledger_event_id i "
            "WHERE NOT EXISTS (SELECT 1 FROM ledger_error x WHERE x.declared_by = i.rid) AND i.event_id IN",
            list(given),
        )
        taken += [(given[own_id], own_id) for (own_id,) in found]
    if taken:
        taken.sort()
        raise TakenIds([_taken(own_id, document, at) for at, own_id in taken], [at for at, _ in taken])


def _taken(own_id: str, document: CaptureDocument, position: int) -> Conflict:
    return Conflict(
        "ledger.event_id_taken",
        vi=f"Mã sự kiện {own_id} đã dùng cho một sự kiện khác",
        en=f"eventID {own_id} stands for another event already",
        path=f"{event_path(document, position)}/eventID",
    )


def event_path(document: CaptureDocument, position: int) -> str:
    """Where an event of a document stands in its JSON form (a JSON Pointer)."""
    header, place = document.header, document.places[position]
    if "queryResults" in header:
        return f"/epcisBody/queryResults/resultsBody/eventList/{place}"
    if header.get("type") == "EPCISDocument":
        return f"/epcisBody/eventList/{place}"
    return "" if "type" in header else f"/{place}"


def _context_id(store: Store, context: Any) -> int | None:
    if context is None:
        return None
    text = json.dumps(context, ensure_ascii=False, separators=(",", ":"))
    rows = store.rows("SELECT id FROM ledger_context WHERE json = %s", (text,))
    if rows:
        return int(rows[0][0])
    number = store.take("context", 1)
    store.insert("context", [(number, text)])
    return number
