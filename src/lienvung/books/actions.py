"""The only writers of books: send one in (it is read and tried out, nothing is kept of the trial), take it over as a
whole, undo it, drop it.

`take_over` does every row through the actions of `field` and `diary` in one transaction: all rows or none. Who comes
second with the same rows (the same press, the same file, a copy of it) finds them standing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.books import access
from lienvung.books.models import Book, BookRow
from lienvung.books.rules import LOCAL, Row, blame, fingerprint, read_book, row_of, task_id
from lienvung.books.running import Outcome, Runner
from lienvung.books.undoing import declare_wrong, refuse_used
from lienvung.errors import Conflict, Invalid, ManyInvalid, Problem
from lienvung.ledger.capture import without_cycle_collection
from lienvung.people.actions import not_allowed
from lienvung.people.models import Account, Organisation
from lienvung.workbooks.reading import read_workbook
from lienvung.workbooks.rows import MOST_FAULTS, Told
from lienvung.workbooks.staging import (
    check_committed,
    check_reason,
    check_staged,
    check_waiting,
    forget,
    standing_meanwhile,
    tried,
)

MOST_WAITING = 20


def _require(by: Account | None, organisation: Organisation) -> None:
    if by is not None and not access.may_send(by, organisation):
        raise not_allowed()


def send_book(*, by: Account | None, organisation: Organisation, data: bytes, filename: str) -> Book:
    """Read a file, try its rows out, and keep it with what there is to say. Raises Invalid, TooLarge for a file that
    cannot be read at all; faults of rows are told by the book."""
    _require(by, organisation)
    sheets = read_workbook(data, filename)
    if Book.objects.filter(organisation=organisation, state=Book.State.STAGED).count() >= MOST_WAITING:
        raise Conflict(
            "books.waiting",
            vi=f"Đã có {MOST_WAITING} sổ đang chờ. Hãy nhập hoặc bỏ bớt.",
            en=f"{MOST_WAITING} books are waiting already. Take them over or drop some.",
            path="file",
        )
    found = read_book(sheets, access.known_of(organisation))
    book = Book(
        organisation=organisation,
        owner_party=organisation.owner_party,
        filename=filename[-120:] or "so.xlsx",
        sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        sent_by=by,
    )
    _check(book, found.rows, found.told, by)
    with transaction.atomic():
        book.save(force_insert=True)
        record(action="books.send", by=by, subject=book, details={"rows": len(book.rows), "errors": book.errors})
    return book


def check_again(*, by: Account | None, book: Book) -> Book:
    """Read a waiting book once more: a plot was registered, a hold was lifted, another book came in between."""
    _require(by, book.organisation)
    found = read_book(read_workbook(bytes(book.content), book.filename), access.known_of(book.organisation))
    _check(book, found.rows, found.told, by)
    with transaction.atomic():
        standing = Book.objects.select_for_update().only("state").get(pk=book.pk)
        if standing.state == Book.State.STAGED:
            book.save(update_fields=["rows", "told", "errors", "known_marks", "fingerprint", "checked_at"])
    return book


def _check(book: Book, rows: Sequence[Row], told: list[Told], by: Account | None) -> None:
    """Put what was read into the book, with what a trial of the rows that are new says."""
    known = access.standing(book.organisation, (row.mark for row in rows))
    new = [row for row in rows if row.mark not in known]
    told = [*told, *_tell_known(book, rows, known)]
    if not any(each.error for each in told):
        told += _trial(book, new, by)
    book.rows = [row.as_json() for row in rows]
    book.known_marks = sorted(known)
    book.fingerprint = fingerprint(rows)
    book.told = [each.as_json() for each in told[:MOST_FAULTS]]
    book.errors = sum(each.error for each in told)
    book.checked_at = timezone.now()


def _tell_known(book: Book, rows: Sequence[Row], known: set[str]) -> list[Told]:
    """Which rows stand already, and of which book."""
    before = {
        row.mark: row.book
        for row in BookRow.objects.filter(organisation=book.organisation, in_force=True, mark__in=list(known)[:500])
        .select_related("book")
        .defer("book__content", "book__rows", "book__told")
    }
    told: list[Told] = []
    for row in rows:
        if row.mark in before:
            earlier = before[row.mark]
            day = f"{earlier.ended_at.astimezone(LOCAL):%d/%m/%Y}" if earlier.ended_at else ""
            told.append(
                Told(row.title, next(iter(row.cells.values())),
                     f"dòng này đã nhập ngày {day} ({earlier.filename}); không nhập lại.",
                     f"this row was imported on {day} ({earlier.filename}); it is not taken again.", False)
            )  # fmt: skip
    return told


def _trial(book: Book, rows: Sequence[Row], by: Account | None) -> list[Told]:
    """Do the rows, in a transaction that is undone, and gather what the actions say."""
    told: list[Told] = []
    with tried(), without_cycle_collection():
        runner = Runner(by=by, organisation=book.organisation, book=book.pk)
        for row in rows:
            told += runner.try_out(row)
            if len(told) >= MOST_FAULTS:
                break
    return told


def take_over(*, by: Account | None, book: Book) -> Book:
    """Do every new row of a waiting book, or none. Raises ManyInvalid (with the cells), Conflict where somebody
    else did it meanwhile, NotAllowed."""
    _require(by, book.organisation)
    try:
        with transaction.atomic():
            locked = Book.objects.select_for_update().defer("content").get(pk=book.pk)
            check_waiting(locked)
            rows = [row_of(told) for told in locked.rows]
            new = [row for row in rows if row.mark not in set(locked.known_marks)]
            _claim(locked, new, by)
            with without_cycle_collection():
                outcomes = _do_all(Runner(by=by, organisation=book.organisation, book=book.pk), new)
            _keep(outcomes, locked)
            record(action="books.take_over", by=by, subject=locked, details={"rows": len(new)})
    except IntegrityError as clash:
        raise standing_meanwhile() from clash
    book.refresh_from_db()
    return book


def _claim(book: Book, rows: Sequence[Row], by: Account | None) -> None:
    """The rows that nobody else can put beside these: whoever has the same ones waits here, and then fails."""
    BookRow.objects.bulk_create(
        [
            BookRow(
                task_id=task_id(book.pk, row),
                book=book,
                organisation=book.organisation,
                mark=row.mark,
                sheet=row.sheet,
                title=row.title,
                line=row.line,
            )
            for row in rows
        ],
        batch_size=100,
    )
    book.state, book.ended_at, book.ended_by = Book.State.COMMITTED, timezone.now(), by
    book.save(update_fields=["state", "ended_at", "ended_by"])


def _do_all(runner: Runner, rows: Sequence[Row]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for row in rows:
        try:
            outcomes.append(runner.run(row))
        except Problem as problem:
            faults = problem.faults if isinstance(problem, ManyInvalid) else (problem,)
            told = [blame(row, fault) for fault in faults]
            raise ManyInvalid(
                [
                    Invalid(fault.code, vi=f"{each.where_vi}: {each.vi}", en=f"{each.where_en}: {each.en}")
                    for fault, each in zip(faults, told)
                ]
            ) from problem
    return outcomes


def _keep(outcomes: Sequence[Outcome], book: Book) -> None:
    kept = BookRow.objects.in_bulk([task_id(book.pk, outcome.row) for outcome in outcomes])
    for outcome in outcomes:
        row = kept[task_id(book.pk, outcome.row)]
        row.lot, row.events, row.makes_lot = outcome.lot, list(outcome.events), outcome.makes_lot
    BookRow.objects.bulk_update(kept.values(), ["lot", "events", "makes_lot"], batch_size=100)


def drop_book(*, by: Account | None, book: Book) -> Book:
    """Take a waiting book away; its rows and its file are forgotten."""
    _require(by, book.organisation)
    with transaction.atomic():
        locked = Book.objects.select_for_update().get(pk=book.pk)
        check_staged(locked)
        forget(locked)
        locked.ended_by = by
        locked.save()
        record(action="books.drop", by=by, subject=locked, details={})
    return locked


def undo_book(*, by: Account | None, book: Book, reason: str) -> Book:
    """Declare every event of a book wrong (EPCIS errorDeclaration): the ledger keeps them, nothing counts them.

    Conflict where goods of the book were used since, by whom and where is said: those events would hang in the air.
    """
    _require(by, book.organisation)
    told = check_reason(reason)
    with transaction.atomic():
        locked = Book.objects.select_for_update().defer("content").get(pk=book.pk)
        check_committed(locked)
        rows = list(locked.taken.all())
        events = declare_wrong(rows, by=by, organisation=locked.organisation, reason=told, check=refuse_used)
        locked.taken.update(in_force=False)
        locked.state, locked.undone_at, locked.undone_by = Book.State.UNDONE, timezone.now(), by
        locked.reason = told
        locked.save(update_fields=["state", "undone_at", "undone_by", "reason"])
        record(action="books.undo", by=by, subject=locked, details={"events": events, "reason": told})
    return locked
