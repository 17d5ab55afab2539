"""The only writers of imports: send a file in (read and tried out, nothing is kept of the trial), take it over as a
whole, undo it, drop it.

`take_over` does every row through the actions of `programme` and `results` in one transaction: all rows or none, with
the rights, states and locked periods of that moment. Who comes second with the same rows finds them standing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid, ManyInvalid, NotAllowed, Problem
from lienvung.imports import access
from lienvung.imports.access import Named
from lienvung.imports.models import Import, ImportRow
from lienvung.imports.rules import Reading, Row, blame, fingerprint, read_file, row_of
from lienvung.imports.running import Outcome, Runner, subject_of
from lienvung.imports.stands import marks_of
from lienvung.imports.undoing import take_back
from lienvung.people.models import Account
from lienvung.programme.access import Standing, standing_of
from lienvung.programme.models import Agreement, Party
from lienvung.results.access import Seen
from lienvung.workbooks import staging
from lienvung.workbooks.reading import read_workbook
from lienvung.workbooks.rows import MOST_FAULTS, Told

MOST_WAITING = 20
CHECKED = ["rows", "told", "errors", "known_marks", "fingerprint", "checked_at"]


def _require(by: Account | None, file: Import) -> None:
    if by is not None and not access.may_handle(by, file):
        raise _may_not()


def _may_not() -> NotAllowed:
    return NotAllowed(
        "imports.may_not",
        vi="Chỉ cán bộ của bên đã gửi tệp làm được việc này.",
        en="Only officers of the party that sent the file may do this.",
    )


def send_file(
    *, by: Account | None, agreement: Agreement, data: bytes, filename: str, party: Party | None = None
) -> Import:
    """Read a file, try its rows out, and keep it with what there is to say. Raises Invalid, TooLarge for a file that
    cannot be read at all; faults of rows are told by it. `party`: for whom the system sends."""
    party = party if by is None else access.party_for(by, agreement)
    if party is None:
        raise _may_not()
    sheets = read_workbook(data, filename)
    if Import.objects.filter(party=party, state=Import.State.STAGED).count() >= MOST_WAITING:
        raise Conflict(
            "imports.waiting",
            vi=f"Đã có {MOST_WAITING} tệp đang chờ. Hãy nhập hoặc bỏ bớt.",
            en=f"{MOST_WAITING} files are waiting already. Take them over or drop some.",
            path="file",
        )
    file = Import(agreement=agreement, party=party, content=data, sent_by=by)
    file.filename = filename[-120:] or "tep.xlsx"
    file.sha256 = hashlib.sha256(data).hexdigest()
    named = Named(agreement)
    _check(file, read_file(sheets, named.lists), named, by)
    with transaction.atomic():
        file.save(force_insert=True)
        record(action="imports.send", by=by, subject=file, details={"rows": len(file.rows), "errors": file.errors})
    return file


def check_again(*, by: Account | None, file: Import) -> Import:
    """Read a waiting file once more: a period was opened, an agency was added, another file came in between."""
    _require(by, file)
    named = Named(file.agreement)
    _check(file, read_file(read_workbook(bytes(file.content), file.filename), named.lists), named, by)
    with transaction.atomic():
        standing = Import.objects.select_for_update().only("state").get(pk=file.pk)
        if standing.state == Import.State.STAGED:
            file.save(update_fields=CHECKED)
    return file


def _check(file: Import, found: Reading, named: Named, by: Account | None) -> None:
    """Put what was read into the file, with what a trial of the rows that are new says."""
    taken = access.in_force(file.party, (row.mark for row in found.rows))
    standing = standing_of(by, file.agreement)
    own = Standing(file.agreement, standing.today, parties=standing.parties | {file.party_id})
    stands = marks_of(Seen(file.agreement, own))
    # a target that was imported and set anew since may be imported again; all else is taken once
    known = {row.mark for row in found.rows if row.mark in stands or (row.sheet != "targets" and row.mark in taken)}
    new = [row for row in found.rows if row.mark not in known]
    told = [*found.told, *(_told_known(row, taken.get(row.mark)) for row in found.rows if row.mark in known)]
    if len(new) <= 2 * MOST_FAULTS or not any(each.error for each in told):
        told += _trial(Runner(by, file.agreement, named, found.broken), new)
    file.rows = [row.as_json() for row in found.rows]
    file.known_marks = sorted(known)
    file.fingerprint = fingerprint(found.rows)
    file.told = [each.as_json() for each in sorted(told, key=lambda each: not each.error)[:MOST_FAULTS]]
    file.errors = sum(each.error for each in told)
    file.checked_at = timezone.now()


def _told_known(row: Row, before: ImportRow | None) -> Told:
    if before is None or before.file.ended_at is None:
        return Told(row.title, row.first_cell, "dòng này đã có trong thỏa thuận; không nhập lại.",
                    "this stands in the agreement already; it is not taken again.", False)  # fmt: skip
    day, name = f"{timezone.localtime(before.file.ended_at):%d/%m/%Y}", before.file.filename
    return Told(row.title, row.first_cell, f"dòng này đã nhập ngày {day} ({name}); không nhập lại.",
                f"this row was imported on {day} ({name}); it is not taken again.", False)  # fmt: skip


def _trial(runner: Runner, rows: Sequence[Row]) -> list[Told]:
    """Do the rows, in a transaction that is undone, and gather what the actions say."""
    told: list[Told] = []
    with staging.tried():
        for row in rows:
            told += runner.try_out(row)
            if len(told) >= MOST_FAULTS:
                break
    return told


def take_over(*, by: Account | None, file: Import) -> Import:
    """Do every new row of a waiting file, or none. Raises ManyInvalid (with the cells), Conflict where somebody else
    did it meanwhile, NotAllowed."""
    _require(by, file)
    try:
        with transaction.atomic():
            locked = Import.objects.select_for_update(of=("self",)).defer("content").get(pk=file.pk)
            staging.check_waiting(locked)
            known = set(locked.known_marks)
            new = [row for row in map(row_of, locked.rows) if row.mark not in known]
            _claim(locked, new, by)
            runner = Runner(by, locked.agreement, Named(locked.agreement))
            _keep(locked, [_do(runner, row) for row in new])
            record(action="imports.take_over", by=by, subject=locked, details={"rows": len(new)})
    except IntegrityError as clash:
        raise staging.standing_meanwhile() from clash
    file.refresh_from_db()
    return file


def _claim(file: Import, rows: Sequence[Row], by: Account | None) -> None:
    """The rows that nobody else can put beside these: whoever has the same ones waits here, and then fails."""
    subjects = {subject for row in rows if (subject := subject_of(row))}
    said = ImportRow.objects.filter(file__agreement=file.agreement, in_force=True, sheet="targets")
    for row in said:  # a target said anew
        if row.subject in subjects:
            ImportRow.objects.filter(pk=row.pk).update(in_force=False)
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                file=file, party=file.party, mark=row.mark, order=order, sheet=row.sheet, title=row.title,
                line=row.line, cell=row.first_cell, subject=subject_of(row),
            )
            for order, row in enumerate(rows)
        ],
        batch_size=100,
    )  # fmt: skip
    file.state, file.ended_at, file.ended_by = Import.State.COMMITTED, timezone.now(), by
    file.save(update_fields=["state", "ended_at", "ended_by"])


def _do(runner: Runner, row: Row) -> Outcome:
    try:
        return runner.run(row)
    except Problem as problem:
        faults = problem.faults if isinstance(problem, ManyInvalid) else (problem,)
        told = [(fault.code, blame(row, fault)) for fault in faults]
        raise ManyInvalid(
            [Invalid(code, vi=f"{e.where_vi}: {e.vi}", en=f"{e.where_en}: {e.en}") for code, e in told]
        ) from problem


def _keep(file: Import, outcomes: Sequence[Outcome]) -> None:
    kept = {row.mark: row for row in file.taken.all()}
    for outcome in outcomes:
        row, values = kept[outcome.row.mark], outcome.row.values
        row.key, row.version = outcome.key, outcome.version
        if outcome.before is not None:
            told = {"period": values["period"], "value": str(values["value"]), "source": values.get("source") or ""}
            row.before = {**told, "before": outcome.before}
    ImportRow.objects.bulk_update(kept.values(), ["key", "version", "before"], batch_size=100)


def drop_file(*, by: Account | None, file: Import) -> Import:
    """Take a waiting file away; its rows and its contents are forgotten."""
    _require(by, file)
    with transaction.atomic():
        locked = Import.objects.select_for_update(of=("self",)).get(pk=file.pk)
        staging.check_staged(locked)
        staging.forget(locked)
        locked.ended_by = by
        locked.save()
        record(action="imports.drop", by=by, subject=locked, details={})
    return locked


def undo_file(*, by: Account | None, file: Import, reason: str) -> Import:
    """Take back every row, or none: Conflict where later work rests on one, with its cell and what it is."""
    _require(by, file)
    told = staging.check_reason(reason)
    with transaction.atomic():
        locked = Import.objects.select_for_update(of=("self",)).defer("content").get(pk=file.pk)
        staging.check_committed(locked)
        rows = list(locked.taken.all())
        take_back(rows, by=by)
        locked.taken.update(in_force=False)
        locked.state, locked.undone_at, locked.undone_by = Import.State.UNDONE, timezone.now(), by
        locked.reason = told
        locked.save(update_fields=["state", "undone_at", "undone_by", "reason"])
        record(action="imports.undo", by=by, subject=locked, details={"rows": len(rows), "reason": told})
    return locked
