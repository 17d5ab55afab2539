"""Capture jobs: how they are written, and read again, one or a list of an organisation's own.

A job stays whatever became of its document. What any reader sees of it is true at
that moment (EPCIS 2.0 section 12.6.2):

    running success   rollback                       proceed
    yes     yes       capturing, no fault so far     the same
    yes     no        a fault: nothing will stand    faults, the good events are being captured
    no      yes       all events are captured        the same
    no      no        nothing is captured            faults, the other events are captured
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core import signing

from lienvung.errors import Conflict, Invalid, NotFound, Problem
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.store import PostgresStore, SqliteStore

Store = SqliteStore | PostgresStore
COLUMNS = "id, created_at, finished_at, running, success, behaviour, new_events, known_events, errors"
SELECT = f"SELECT {COLUMNS} FROM ledger_job "
SALT = "lienvung.epcis.jobs"
ERRORS_KEPT = 100  # a job is read often; a document may have a fault in each of its events
_ID = re.compile(r"[0-9a-f-]{36}")
LONGEST = 1_000  # characters of a message or a path, which may quote what was sent


@dataclass(frozen=True, kw_only=True)
class Job:
    """What became of one capture (EPCIS 2.0 section 12.6.2, CaptureJob). Times are UTC epoch ms.

    `errors`: each fault as {code, status, path, vi, en}; where they are many, the last one says how many more.
    """

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
    """Who sends what, and how. `job` is the number of a job that waited in the inbox; `unless_held`: refuse what ships,
    packs, sells or uses held goods (lienvung.ledger.holds)."""

    submitter: str | None
    behaviour: str
    idempotency_key: str | None
    digest: bytes
    created_ms: int
    job: str | None = None
    unless_held: bool = False


def begin(store: Store, order: Order) -> Job:
    """A job that has all its work before it."""
    job = Job(
        id=str(uuid.uuid4()),
        created_ms=order.created_ms,
        finished_ms=None,
        running=True,
        success=True,
        behaviour=order.behaviour,
    )
    _insert(store, order, job, order.idempotency_key)
    return job


def note_error(store: Store, job: str) -> None:
    """Tell readers that a job that still runs has met a fault."""
    store.rows("UPDATE ledger_job SET success = 0 WHERE id = %s AND running = 1 RETURNING id", (job,))


def finish(
    store: Store,
    order: Order,
    job: str,
    *,
    now_ms: int,
    counts: tuple[int, int] = (0, 0),
    faults: Sequence[Problem] = (),
) -> Job:
    """The end of a job; `counts` are its new and its known events.

    An Idempotency-Key stands for what was stored: a job that stored nothing gives it back, so that the mended
    document may come under the same key.
    """
    new, known = counts
    done = Job(
        id=job,
        created_ms=order.created_ms,
        finished_ms=max(now_ms, order.created_ms),
        running=False,
        success=not faults,
        behaviour=order.behaviour,
        new_events=new,
        known_events=known,
        errors=errors_of(faults),
    )
    key = order.idempotency_key if new or known or not faults else None
    if order.job is None:
        _insert(store, order, done, key)
    else:
        store.rows(
            "UPDATE ledger_job SET finished_at = %s, running = 0, success = %s, new_events = %s, known_events = %s, "
            "errors = %s, idempotency_key = %s WHERE id = %s RETURNING id",
            (done.finished_ms, int(done.success), new, known, json.dumps(done.errors, ensure_ascii=False), key, job),
        )
    return done


def _insert(store: Store, order: Order, job: Job, key: str | None) -> None:
    store.insert_job(
        (
            job.id,
            order.submitter,
            key,
            order.digest,
            job.created_ms,
            job.finished_ms,
            int(job.running),
            int(job.success),
            job.behaviour,
            job.new_events,
            job.known_events,
            json.dumps(job.errors, ensure_ascii=False),
        )
    )


def errors_of(faults: Sequence[Problem]) -> list[dict[str, Any]]:
    """Faults as a job keeps them: the first `ERRORS_KEPT`, then how many more."""
    kept = [
        {
            "code": fault.code,
            "status": fault.status,
            "path": fault.path[:LONGEST],
            "vi": fault.vi[:LONGEST],
            "en": fault.en[:LONGEST],
        }
        for fault in faults[:ERRORS_KEPT]
    ]
    more = len(faults) - len(kept)
    if more:
        kept.append(
            {
                "code": "ledger.more_faults",
                "status": 400,
                "path": "",
                "vi": f"Còn ít nhất {more} lỗi nữa không liệt kê ở đây.",
                "en": f"At least {more} more faults are not listed here.",
            }
        )
    return kept


def job_of_key(store: Store, order: Order) -> Job | None:
    """The job of the same Idempotency-Key, also while it waits; a key that comes back with another document is a
    fault of the sender's."""
    if order.idempotency_key is None or order.submitter is None or order.job is not None:
        return None
    found = store.rows(
        f"SELECT {COLUMNS}, sha256 FROM ledger_job WHERE submitter = %s AND idempotency_key = %s",
        (order.submitter, order.idempotency_key),
    )
    if not found:
        return None
    *row, digest = found[0]
    if bytes(digest) != order.digest:
        raise Conflict(
            "ledger.idempotency_key",
            vi="Idempotency-Key này đã dùng cho một tài liệu khác",
            en="this Idempotency-Key was used for another document",
        )
    return _job(tuple(row))


def _job(row: tuple[object, ...]) -> Job:
    number, created, finished, running, success, behaviour, new, known, errors = row
    return Job(
        id=str(number),
        created_ms=int(str(created)),
        finished_ms=None if finished is None else int(str(finished)),
        running=bool(running),
        success=bool(success),
        behaviour=str(behaviour),
        new_events=int(str(new)),
        known_events=int(str(known)),
        errors=json.loads(str(errors)),
    )


def job_as_it_stands(job: str) -> Job:
    """A job whoever sent it; for the ledger itself."""
    return _job(rows(f"{SELECT} WHERE id = %s", (job,))[0])


def get_job(job: str, submitters: Sequence[str]) -> Job:
    """A job that one of these organisations sent. Raises NotFound."""
    found = []
    if submitters and _ID.fullmatch(job):  # what is no id may hold what no database takes
        found = rows(f"{SELECT} WHERE id = %s AND submitter IN {marks(submitters)}", (job, *submitters))
    if not found:
        raise NotFound("ledger.no_such_job", vi=f"Không có lần ghi {job}", en=f"no capture job {job}")
    return _job(found[0])


def jobs(submitters: Sequence[str], *, per_page: int, token: str | None = None) -> tuple[list[Job], str | None]:
    """Newest first, and the token of the next page."""
    if not submitters:
        return [], None
    per_page = min(per_page, 1_000)
    before, values = "", []
    if token is not None:
        try:
            created, number = signing.loads(token, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            raise Invalid(
                "ledger.page_token", vi="Mã trang sai", en="the page token is wrong", path="nextPageToken"
            ) from None
        before, values = "AND (created_at, id) < (%s, %s) ", [created, number]
    found = rows(
        f"{SELECT} WHERE submitter IN {marks(submitters)} {before}ORDER BY created_at DESC, id DESC LIMIT %s",
        (*submitters, *values, per_page + 1),
    )
    shown = [_job(row) for row in found[:per_page]]
    following = signing.dumps([shown[-1].created_ms, shown[-1].id], salt=SALT) if len(found) > per_page else None
    return shown, following
