"""Capture jobs as they stand: one, and a list of an organisation's own."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.core import signing

from lienvung.errors import Invalid, NotFound
from lienvung.ledger.capture import Job
from lienvung.ledger.reading import marks, rows

SELECT = (
    "SELECT id, created_at, finished_at, running, success, behaviour, new_events, known_events, errors FROM ledger_job "
)
SALT = "lienvung.epcis.jobs"


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


def get_job(job: str, submitters: Sequence[str]) -> Job:
    """A job that one of these organisations sent. Raises NotFound."""
    found = (
        rows(f"{SELECT} WHERE id = %s AND submitter IN {marks(submitters)}", (job, *submitters)) if submitters else []
    )
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
