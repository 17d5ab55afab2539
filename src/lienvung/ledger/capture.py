"""Capture: a document of events goes in for good, whole (`rollback`) or what of it is right (`proceed`).

Reading, checking and hashing come first, without any lock; then one transaction
at a time enters the keys, numbers new identifiers, and writes all rows with the
end of the job. When `capture` returns outside a transaction of the caller's, the
events are on disk. A document that is refused leaves a job that says why.

    capture(data)   the job; raises what is wrong with a document of which nothing was stored
    attempt(data)   the job and what is wrong: for those who show jobs
    lienvung.ledger.inbox.enqueue(data)   a job that is done later
"""

from __future__ import annotations

import gc
import hashlib
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from lienvung.epcis import CaptureDocument, encode_json, read_document
from lienvung.epcis.document import open_document
from lienvung.epcis.translated import placed_in_xml
from lienvung.errors import Conflict, Invalid, ManyInvalid, Problem, TooLarge
from lienvung.ledger import rows as rows_of
from lienvung.ledger.dictionary import memory
from lienvung.ledger.entering import Store, TakenIds, enter
from lienvung.ledger.holds import refuse_readings
from lienvung.ledger.jobs import Job, Order, finish, job_as_it_stands, job_of_key, note_error
from lienvung.ledger.store import open_store

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
NO_JSON = frozenset({"epcis.json", "epcis.json.nul"})
NO_XML = frozenset({"epcis.xml", "epcis.xml.encoding", "epcis.xml.doctype", "epcis.xml.root"})
BEHAVIOURS = ("rollback", "proceed")


@dataclass(frozen=True)
class Outcome:
    """What became of a document: its job, and why nothing of it was stored (`rollback` only)."""

    job: Job
    problem: Problem | None = None


class _DoneMeanwhile(Exception):
    """Another worker has ended the job that this one was at."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def capture(
    data: bytes, *, submitter: str | None = None, behaviour: str = "rollback", idempotency_key: str | None = None
) -> Job:
    """Capture an EPCIS document, query document or bare events.

    `submitter` is the uuid of the organisation that sends. Sending again is
    harmless: known events are counted and left alone. With `rollback` it raises
    ManyInvalid (each fault with its place), TooLarge, Conflict (an eventID that
    stands for another event); then nothing of the document is stored. With
    `proceed` what is right is stored, and the job has the faults of the rest.
    """
    done = attempt(data, submitter=submitter, behaviour=behaviour, idempotency_key=idempotency_key)
    if done.problem is not None:
        raise done.problem
    return done.job


def attempt(
    data: bytes, *, submitter: str | None = None, behaviour: str = "rollback", idempotency_key: str | None = None
) -> Outcome:
    """Capture, and tell what is wrong instead of raising it; the job stays in any case.

    Raises, without a job, only for what is no document at all: ManyInvalid (neither
    JSON nor XML), TooLarge; and Conflict for an Idempotency-Key of another document.
    """
    return run(data, order_for(data, submitter, behaviour, idempotency_key))


def order_for(data: bytes, submitter: str | None, behaviour: str, idempotency_key: str | None) -> Order:
    if behaviour not in BEHAVIOURS:
        raise ValueError(behaviour)
    return Order(submitter, behaviour, idempotency_key, hashlib.sha256(data).digest(), now_ms())


def run(data: bytes, order: Order) -> Outcome:
    """Do what an order says, one that comes now or one that waited in the inbox (`order.job`)."""
    try:
        known = _sent_before(order)
        if known is not None:
            with transaction.atomic():
                store = open_store()
                store.lock()
                return Outcome(job_of_key(store, order) or _done(store, order, (0, known)))
        with without_cycle_collection():
            return _run(data, order)
    except _DoneMeanwhile:
        return Outcome(job_as_it_stands(str(order.job)))


def _run(data: bytes, order: Order) -> Outcome:
    try:
        document = _read(data, order)
    except (ManyInvalid, TooLarge) as problem:
        if order.job is None and (isinstance(problem, TooLarge) or no_document(problem)):
            raise
        _tell_error(order)
        return _refused(order, problem, problem.faults if isinstance(problem, ManyInvalid) else [problem])
    faults: list[Problem] = [*document.faults]
    if faults:
        _tell_error(order)
    while True:
        prepared = rows_of.Prepared(document.events, memory().things, document.context)
        keys = [rows_of.event_key(reading) for reading in document.events]
        try:
            with transaction.atomic(), connection.wrap_database_errors:
                store = open_store()
                store.lock()
                done = job_of_key(store, order)
                if done is not None:
                    return Outcome(done)
                if order.unless_held:
                    _refuse_held(store, document, keys)
                job = _job_number(store, order)
                new = enter(store, document, prepared, keys, order, job=job, now_ms=now_ms())
                counts = (new, len(keys) - new)
                return Outcome(finish(store, order, job, now_ms=now_ms(), counts=counts, faults=faults))
        except TakenIds as taken:
            clash = _where_sent(taken, document, data)
            _tell_error(order)
            if order.behaviour == "rollback":
                return _refused(order, clash, clash.faults)
            faults += clash.faults
            document = without(document, clash.positions)


def _refuse_held(store: Store, document: CaptureDocument, keys: Sequence[bytes]) -> None:
    """Raise Conflict where a new event would move held goods; what stands already may come again."""
    standing = {bytes(key) for (key,) in store.select_in("SELECT id FROM ledger_event_key WHERE id IN", list(keys))}
    refuse_readings(reading for reading, key in zip(document.events, keys) if key not in standing)


def _read(data: bytes, order: Order) -> CaptureDocument:
    return read_document(
        data,
        max_bytes=settings.CAPTURE_FILE_SIZE_LIMIT,
        max_events=settings.CAPTURE_EVENT_LIMIT,
        now_ms=order.created_ms,
        proceed=order.behaviour == "proceed",
    )


def no_document(problem: Problem) -> bool:
    """Whether what was sent is neither JSON nor EPCIS in XML, so that there is nothing a job could be about."""
    return problem.code in NO_XML or (problem.code in NO_JSON and not problem.path)


def without(document: CaptureDocument, positions: frozenset[int]) -> CaptureDocument:
    """The document without some of its events."""
    kept = [position for position in range(len(document.events)) if position not in positions]
    document.events = [document.events[position] for position in kept]
    document.places = [document.places[position] for position in kept]
    return document


def _where_sent(clash: TakenIds, document: CaptureDocument, data: bytes) -> TakenIds:
    """The clash with the places of the document that was sent: XPaths where that is XML."""
    if document.format == "json":
        return clash
    # each fault under a code of its own: places are told once a code
    faults = [Invalid(str(at), vi="", en="", path=fault.path) for at, fault in enumerate(clash.faults)]
    placed = placed_in_xml(faults, data, open_document(data))
    return TakenIds(
        [Conflict(fault.code, vi=fault.vi, en=fault.en, path=found.path) for fault, found in zip(clash.faults, placed)],
        clash.positions,
    )


def _refused(order: Order, problem: Problem, faults: Sequence[Problem]) -> Outcome:
    """The end of a job of which nothing is stored; in a transaction of its own, since that of the capture is undone."""
    with transaction.atomic():
        store = open_store()
        store.lock()
        return Outcome(finish(store, order, _job_number(store, order), now_ms=now_ms(), faults=faults), problem)


def _done(store: Store, order: Order, counts: tuple[int, int]) -> Job:
    return finish(store, order, _job_number(store, order), now_ms=now_ms(), counts=counts)


def _job_number(store: Store, order: Order) -> str:
    """The number of the job; one that waited is taken out of the inbox by the very transaction that ends it."""
    if order.job is None:
        return str(uuid.uuid4())
    if not store.rows("DELETE FROM ledger_inbox WHERE job = %s RETURNING job", (order.job,)):
        raise _DoneMeanwhile
    store.rows("DELETE FROM ledger_inbox_body WHERE job = %s RETURNING job", (order.job,))
    return order.job


def _tell_error(order: Order) -> None:
    """Let readers see that a job that they can see has met a fault and still runs."""
    if order.job is not None:
        with transaction.atomic():
            note_error(open_store(), order.job)


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


def capture_events(
    events: list[dict[str, Any]], *, submitter: str | None = None, context: Any = None, unless_held: bool = False
) -> Job:
    """Capture events that are at hand as JSON values; the document around them is made here.

    `unless_held`: for the doors of our own; raises Conflict where an event would ship, pack, sell or use goods that
    are held or recalled, and then stores nothing. No hold can come between the question and the capture.
    """
    document = {
        "@context": context or [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "epcisBody": {"eventList": events},
    }
    data = encode_json(document)
    order = replace(order_for(data, submitter, "rollback", None), unless_held=unless_held)
    done = run(data, order)
    if done.problem is not None:
        raise done.problem
    return done.job


def _sent_before(order: Order) -> int | None:
    """How many events a byte-identical document of the same sender had, or None if none was captured whole.

    Master data may have been changed by others since, so a document with some is read again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.event_count, d.submitter FROM ledger_document d JOIN ledger_job j ON j.id = d.job "
            "WHERE d.sha256 = %s AND j.success = 1 AND d.header NOT LIKE %s",
            (order.digest, "%epcisMasterData%"),
        )
        return next((count for count, sender in cursor.fetchall() if sender == order.submitter), None)
