"""The inbox: documents too large to be captured while the sender waits; kept at once, captured one after the other.

`enqueue` puts a document on disk and answers with its job; `work_inbox` captures what
waits: the senders in turn, each one's documents in the order of arrival. One worker is
at it at a time (a lock that falls with its process), and the transaction that captures
a document also takes it out of here: a worker may be killed at any moment, and the next
one goes on as if nothing had been.

Every job ends. A document that cannot be captured is put back for a while, the others
go on, and after `MOST_TRIES` it is given up. Only what passes by itself (a full disk, a
lock, a lost connection) costs no try, and that for `PATIENCE_MS` at most: a document
over which the database itself dies would otherwise come back for ever.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from lienvung.epcis.document import open_document
from lienvung.errors import Invalid, ManyInvalid, Problem, TooLarge
from lienvung.ledger.capture import no_document, now_ms, order_for, run
from lienvung.ledger.jobs import Job, Order, begin, finish, job_of_key
from lienvung.ledger.reading import rows
from lienvung.ledger.store import open_store
from lienvung.ledger.tables import WRITER_LOCK

log = logging.getLogger(__name__)
INBOX_LOCK = WRITER_LOCK + 1
MOST_TRIES = 5
ROUND = 20  # documents in one call, so that a worker's other chores have their turn
WAIT_MS = 2_000  # after the first try that failed; four times as long after each further one
LONGEST_WAIT_MS = 60_000  # where it was no fault of the document's
PATIENCE_MS = 7 * 86_400_000
# What may pass by itself. PostgreSQL, SQLSTATE: connections, resources, locks, a server that stops or only reads.
# (Not all of psycopg's OperationalErrors: "index row size exceeds maximum", 54000, never passes.)
PASSING_STATES = ("08", "53", "40001", "40P01", "55P03", "57P01", "57P02", "57P03", "25006")
PASSING_CODES = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PROTOCOL,
}
DATABASE_ERRORS = (DatabaseError, InterfaceError, sqlite3.Error, psycopg.Error)


@dataclass(frozen=True)
class Waiting:
    """A document that this worker has taken up."""

    order: Order
    body: bytes
    tries: int


def enqueue(
    data: bytes,
    *,
    submitter: str | None = None,
    behaviour: str = "rollback",
    idempotency_key: str | None = None,
    content_type: str = "",
) -> Job:
    """Keep a document to be captured later; the job that tells of it, on disk when this returns.

    Raises ManyInvalid (JSON that cannot be opened), TooLarge, Conflict (an Idempotency-Key of another document).
    """
    _check_door(data)
    order = order_for(data, submitter, behaviour, idempotency_key)
    with transaction.atomic():
        store = open_store()
        if idempotency_key is not None and submitter is not None:
            store.lock()  # or the same key could come in twice at the same time
            known = job_of_key(store, order)
            if known is not None:
                return known
        job = begin(store, order)
        waiting = (order.submitter, order.behaviour, order.idempotency_key, order.digest, content_type[:200])
        store.rows(
            "INSERT INTO ledger_inbox (job, number, submitter, behaviour, idempotency_key, sha256, content_type, "
            "received_at, tries, not_before) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, 0) RETURNING job",
            (job.id, store.take("inbox", 1), *waiting, order.created_ms),
        )
        store.rows("INSERT INTO ledger_inbox_body (job, body) VALUES (%s, %s) RETURNING job", (job.id, data))
    return job


def _check_door(data: bytes) -> None:
    """What can be said of a document at once, before anything of it is read in earnest."""
    limit = settings.CAPTURE_FILE_SIZE_LIMIT
    if len(data) > limit:
        raise TooLarge(
            "ledger.document_too_large",
            vi=f"Tài liệu lớn hơn {limit} byte",
            en=f"the document is larger than {limit} bytes",
        )
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return  # the whole of an XML document has to be read to know more
    try:
        open_document(data, max_bytes=limit, max_events=settings.CAPTURE_EVENT_LIMIT)
    except Invalid as fault:
        if no_document(fault):
            raise ManyInvalid([fault]) from None


def waiting_documents() -> int:
    """How many documents wait."""
    return int(rows("SELECT COUNT(*) FROM ledger_inbox")[0][0])


def work_inbox() -> int:
    """Capture what waits, up to `ROUND` documents; how many jobs were ended. A chore of the background worker."""
    if not rows("SELECT 1 FROM ledger_inbox LIMIT 1"):
        return 0
    ended = 0
    with _alone() as alone:
        tried: set[str | None] = set()
        while alone and len(tried) < ROUND:
            waiting = _take_up()
            if waiting is None or waiting.order.job in tried:  # the latter: it could not even be put back
                break
            tried.add(waiting.order.job)
            ended += _work(waiting)
    return ended


def _work(waiting: Waiting) -> bool:
    """Capture one document, or put it back for a while; whether its job has ended."""
    job, tries = waiting.order.job, waiting.tries
    try:
        run(waiting.body, waiting.order)
        return True
    except Exception as fault:
        age = now_ms() - waiting.order.created_ms
        passing = passes(fault) and age < PATIENCE_MS
        log.exception("capture job %s failed, try %d of %d%s", job, tries, MOST_TRIES, " (not counted)" * passing)
    if not connection.in_atomic_block:
        connection.errors_occurred = True  # Django has not seen it where we spoke past it
        connection.close_if_unusable_or_obsolete()
    if passing:
        _put_back(waiting, tries=tries - 1, wait_ms=min(LONGEST_WAIT_MS, max(WAIT_MS, age // 4)))
    else:
        _put_back(waiting, tries=tries, wait_ms=WAIT_MS * 4 ** (tries - 1))
    return False


def passes(fault: BaseException) -> bool:
    """Whether what went wrong is no fault of the document's and may pass: the disk full, the database busy or gone."""
    if isinstance(fault, sqlite3.Error):
        code = getattr(fault, "sqlite_errorcode", None)
        return isinstance(fault, sqlite3.OperationalError) and (
            code & 0xFF in PASSING_CODES if code is not None else _sounds_passing(fault)
        )
    if isinstance(fault, psycopg.Error):
        if fault.sqlstate is None:  # the client's own words: it cannot reach the server, or no longer
            return isinstance(fault, psycopg.OperationalError | psycopg.InterfaceError)
        return fault.sqlstate.startswith(PASSING_STATES)
    if isinstance(fault, OperationalError | InterfaceError):
        return passes(fault.__cause__) if fault.__cause__ is not None else _sounds_passing(fault)
    return False


def _sounds_passing(fault: BaseException) -> bool:
    """Where an error brings no code along."""
    text = str(fault).lower()
    return any(word in text for word in ("full", "locked", "busy", "i/o", "unable to open", "readonly", "connection"))


_served: dict[str | None, int] = {}  # sender with documents waiting -> its last turn, counted in turns


def _next_in_turn() -> str | None:
    """The oldest document that may be tried, of the sender whose last turn is longest ago."""
    sql = "SELECT submitter, MIN(number) FROM ledger_inbox WHERE not_before <= %s GROUP BY submitter"
    heads = rows(sql, (now_ms(),))
    for idle in _served.keys() - {sender for sender, _ in heads}:
        del _served[idle]
    if not heads:
        return None
    sender, number = min(heads, key=lambda head: (_served.get(head[0], 0), head[1]))
    _served[sender] = max(_served.values(), default=0) + 1
    [(job,)] = rows("SELECT job FROM ledger_inbox WHERE number = %s", (number,))
    return str(job)


def _take_up() -> Waiting | None:
    """The next document, its try counted before anything is done with it; those tried too often are given up."""
    while True:
        with transaction.atomic():
            next_job = _next_in_turn()
            if next_job is None:
                return None
            store = open_store()
            [found] = store.rows(
                "SELECT job, submitter, behaviour, idempotency_key, sha256, received_at, tries FROM ledger_inbox "
                "WHERE job = %s",
                (next_job,),
            )
            job, submitter, behaviour, key, digest, received, tries = found
            order = Order(submitter, behaviour, key, bytes(digest), received, job)
            if tries < MOST_TRIES:
                store.rows("UPDATE ledger_inbox SET tries = tries + 1 WHERE job = %s RETURNING job", (job,))
                [(body,)] = store.rows("SELECT body FROM ledger_inbox_body WHERE job = %s", (job,))
                return Waiting(order, bytes(body), tries + 1)
            store.rows("DELETE FROM ledger_inbox WHERE job = %s RETURNING job", (job,))
            store.rows("DELETE FROM ledger_inbox_body WHERE job = %s RETURNING job", (job,))
            finish(store, order, job, now_ms=now_ms(), faults=[_given_up(tries)])
        log.error("capture job %s was given up after %d tries", job, tries)


def _given_up(tries: int) -> Problem:
    problem = Problem(
        "ledger.given_up",
        vi=f"Máy chủ đã dừng giữa chừng {tries} lần khi ghi tài liệu này nên thôi không thử nữa; chưa có gì được lưu. "
        "Hãy chia nhỏ tài liệu rồi gửi lại, và báo cho người vận hành.",
        en=f"The server broke off {tries} times over this document and tries no more; nothing of it is stored. "
        "Send it again in smaller parts, and tell the operator.",
    )
    problem.status = 500
    return problem


def _put_back(waiting: Waiting, *, tries: int, wait_ms: int) -> None:
    with suppress(*DATABASE_ERRORS), transaction.atomic():
        open_store().rows(
            "UPDATE ledger_inbox SET tries = %s, not_before = %s WHERE job = %s RETURNING job",
            (tries, now_ms() + wait_ms if wait_ms else 0, waiting.order.job),
        )


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this worker is the only one at the inbox; the lock ends with the process at the latest."""
    with _alone_on_sqlite() if connection.vendor == "sqlite" else _alone_on_postgresql() as alone:
        yield alone


@contextmanager
def _alone_on_postgresql() -> Iterator[bool]:
    [(alone,)] = rows("SELECT pg_try_advisory_lock(%s)", (INBOX_LOCK,))
    try:
        yield bool(alone)
    finally:
        if alone:
            with suppress(DatabaseError):  # a connection that broke has let go already
                rows("SELECT pg_advisory_unlock(%s)", (INBOX_LOCK,))


@contextmanager
def _alone_on_sqlite() -> Iterator[bool]:
    """An SQLite file beside the database that is locked and never written: a lock of files on every system."""
    name = Path(str(connection.settings_dict["NAME"]))
    beside = ":memory:" if not name.is_absolute() else f"{name}-inbox"
    link = sqlite3.connect(beside, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        try:
            link.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            yield False
        else:
            yield True
    finally:
        link.close()
