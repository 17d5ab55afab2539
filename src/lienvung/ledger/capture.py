"""Capture: a document of events goes in whole and for good, or not at all.

Reading, checking and hashing come first, without any lock; then one transaction
at a time enters the keys, numbers new identifiers, and writes all rows. When
`capture` returns outside a transaction of the caller's, the events are on disk.
"""

from __future__ import annotations

import gc
import hashlib
import json
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from lienvung.epcis import CaptureDocument, Reading, read_document
from lienvung.errors import Conflict
from lienvung.ledger import rows as rows_of
from lienvung.ledger.dictionary import forget, is_stale, memory, resolve_terms, resolve_things
from lienvung.ledger.hashes import keep_up
from lienvung.ledger.senders import enter_again
from lienvung.ledger.store import PostgresStore, SqliteStore, open_store
from lienvung.ledger.wrong import linked_lots, lots_to_link_again, named, without_effect

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
Store = SqliteStore | PostgresStore


@dataclass(frozen=True, kw_only=True)
class Job:
    """What became of one capture (EPCIS 2.0 section 12.6.2, CaptureJob). Times are UTC epoch ms."""

    id: str
    created_ms: int
    finished_ms: int | None
    running: bool
    success: bool
    behaviour: str = "rollback"
    new_events: int = 0
    known_events: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Order:
    """Who sends what, and how."""

    submitter: str | None
    behaviour: str
    idempotency_key: str | None
    digest: bytes
    created_ms: int


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def capture(
    data: bytes, *, submitter: str | None = None, behaviour: str = "rollback", idempotency_key: str | None = None
) -> Job:
    """Capture an EPCIS document, query document or bare events.

    `submitter` is the uuid of the organisation that sends. Sending again is
    harmless: known events are counted and left alone. Raises ManyInvalid (each
    fault with its JSON Pointer), TooLarge, Conflict (an eventID that stands for
    another event); then nothing of the document is stored.
    """
    digest = hashlib.sha256(data).digest()
    order = Order(submitter, behaviour, idempotency_key, digest, now_ms())
    known = _sent_before(digest, submitter)
    if known is not None:
        with transaction.atomic():
            store = open_store()
            store.lock()
            return _same_key(store, order) or _finish(store, order, str(uuid.uuid4()), 0, known)
    with without_cycle_collection():
        return _capture(data, order)


def _capture(data: bytes, order: Order) -> Job:
    document = read_document(
        data,
        max_bytes=settings.CAPTURE_FILE_SIZE_LIMIT,
        max_events=settings.CAPTURE_EVENT_LIMIT,
        now_ms=order.created_ms,
    )
    prepared = rows_of.Prepared(document.events, memory().things)
    keys = [rows_of.event_key(reading) for reading in document.events]
    with transaction.atomic():
        store = open_store()
        store.lock()
        done = _same_key(store, order)
        if done is not None:
            return done
        job = str(uuid.uuid4())
        new = _store(store, document, prepared, keys, order, job)
        return _finish(store, order, job, new, len(keys) - new)


@contextmanager
def without_cycle_collection() -> Iterator[None]:
    """A document makes a hundred thousand small objects, none of them in a cycle; looking through them again and
    again for cycles took a quarter of the time of a capture."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def capture_events(events: list[dict[str, Any]], *, submitter: str | None = None, context: Any = None) -> Job:
    """Capture events that are at hand as JSON values; the document around them is made here."""
    document = {
        "@context": context or [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "epcisBody": {"eventList": events},
    }
    return capture(json.dumps(document, ensure_ascii=False).encode(), submitter=submitter)


def _sent_before(digest: bytes, submitter: str | None) -> int | None:
    """How many events a byte-identical document of the same sender had, or None if there was none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_count, submitter FROM ledger_document WHERE sha256 = %s", (digest,))
        return next((count for count, sender in cursor.fetchall() if sender == submitter), None)


def _store(
    store: Store,
    document: CaptureDocument,
    prepared: rows_of.Prepared,
    keys: list[bytes],
    order: Order,
    job: str,
) -> int:
    """Write the new events of a document; how many they were."""
    [(last_received,)] = store.rows("SELECT COALESCE(MAX(received_at), 0) FROM ledger_document")
    received = max(now_ms(), last_received)  # a clock set back must not reorder the ledger
    first_rid = store.take("event", len(keys)) if keys else 0
    number = store.take("document", 1)
    fresh = store.claim(keys, first_rid) if keys else []
    if fresh:
        readings = prepared.readings
        _refuse_taken_ids(store, readings, fresh)
        if is_stale(store):
            forget()
            prepared = rows_of.Prepared(readings, {})
        if len(fresh) < len(keys):  # what only known events name must not be entered for them
            readings = [readings[position] for position in fresh]
            prepared = rows_of.Prepared(readings, memory().things)
        things, new_things = resolve_things(store, prepared.missing)
        prepared.fill(things)
        rows = rows_of.Rows(prepared.single, resolve_terms(store, rows_of.terms_of(readings)), number, received)
        rids = [first_rid + position for position in fresh]
        fallen = _declared_wrong(store, readings, rids, order.submitter)
        rows.void += fallen
        rows.without_effect = {rid for rid, _ in fallen}
        for position, rid, reading, lists in zip(fresh, rids, readings, prepared.lists):
            rows.add(reading, lists, rid, position)
        if rows.lots:
            rows.link_lots(linked_lots(store, list(rows.lots.keys() - {things[uri] for uri in new_things})))
        for table in ("event", "event_id", "mention", "link", "group", "persistent", "reference", "error", "void"):
            store.insert(table, getattr(rows, table))
        _link_again(store, rows, [rid for rid, _ in fallen if rid < first_rid])
        keep_up(store, first_rid + len(keys) - 1)
    if len(fresh) < len(keys):
        _sent_again(store, document.events, keys, set(fresh), first_rid, order.submitter)
    header = json.dumps(document.header, ensure_ascii=False, default=str)
    context = _context_id(store, document.context)
    store.insert(
        "document", [(number, received, order.submitter, order.digest, context, header, len(keys), first_rid, job)]
    )
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


def _refuse_taken_ids(store: Store, readings: Sequence[Reading], fresh: Sequence[int]) -> None:
    """An eventID names one event for ever; only a declaration that the event is wrong may repeat it.

    A hash (`ni:///…`) that is not the hash of its event names nothing: it stays in the
    body only, and may come again (GS1's own examples do so).
    """
    given: dict[str, int] = {}
    for position in fresh:
        reading = readings[position]
        if reading.event_id and reading.error is None and (own_id := rows_of.given_id(reading)):
            if own_id in given:
                raise _taken(own_id, position)
            given[own_id] = position
    if given:
        for own_id, _rid in store.select_in(
            "SELECT i.event_id, i.rid FROM ledger_event_id i "
            "WHERE NOT EXISTS (SELECT 1 FROM ledger_error x WHERE x.declared_by = i.rid) AND i.event_id IN",
            list(given),
        ):
            raise _taken(own_id, given[own_id])


def _taken(own_id: str, position: int) -> Conflict:
    return Conflict(
        "ledger.event_id_taken",
        vi=f"Mã sự kiện {own_id} đã dùng cho một sự kiện khác",
        en=f"eventID {own_id} stands for another event already",
        path=f"/epcisBody/eventList/{position}/eventID",
    )


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


def _same_key(store: Store, order: Order) -> Job | None:
    """The job of the same Idempotency-Key; a key that comes back with another document is a fault of the sender's."""
    if order.idempotency_key is None or order.submitter is None:
        return None
    found = store.rows(
        "SELECT id, created_at, finished_at, new_events, known_events, sha256 FROM ledger_job "
        "WHERE submitter = %s AND idempotency_key = %s",
        (order.submitter, order.idempotency_key),
    )
    if not found:
        return None
    number, created, finished, new, known, digest = found[0]
    if bytes(digest) != order.digest:
        raise Conflict(
            "ledger.idempotency_key",
            vi="Idempotency-Key này đã dùng cho một tài liệu khác",
            en="this Idempotency-Key was used for another document",
        )
    return Job(
        id=number,
        created_ms=created,
        finished_ms=finished,
        running=False,
        success=True,
        new_events=new,
        known_events=known,
    )


def _finish(store: Store, order: Order, job: str, new: int, known: int) -> Job:
    done = Job(
        id=job,
        created_ms=order.created_ms,
        finished_ms=now_ms(),
        running=False,
        success=True,
        behaviour=order.behaviour,
        new_events=new,
        known_events=known,
    )
    store.insert_job(
        (
            job,
            order.submitter,
            order.idempotency_key,
            order.digest,
            order.created_ms,
            done.finished_ms,
            0,
            1,
            order.behaviour,
            new,
            known,
            "[]",
        )
    )
    return done
