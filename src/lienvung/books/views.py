"""Pages of the books room: the list, the template, sending a book in, its preview, taking it over, undoing it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from lienvung.books import access, actions, words
from lienvung.books.forms import SendForm, UndoForm
from lienvung.books.models import Book
from lienvung.books.template import make_template
from lienvung.errors import ManyInvalid, NotFound, Problem
from lienvung.people.actions import not_allowed
from lienvung.people.gate import listed, person
from lienvung.people.views.organisations import pager
from lienvung.registry.sheets import XLSX
from lienvung.workbooks.reading import MOST_BYTES
from lienvung.workbooks.template import mark_faults

PAGE = 20
SHOWN_ROWS = 50
SHOWN_TOLD = 200


@listed
def index(request: HttpRequest) -> HttpResponseBase:
    page = Paginator(access.books(request.user), PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [{"book": book, "state": words.STATES[book.state]} for book in page],
        "organisations": list(access.organisations(request.user)),
        "pager": pager(request, page),
    }
    return render(request, "books/index.html", context)


@listed
def template(request: HttpRequest, organisation: uuid.UUID) -> HttpResponseBase:
    """The book of an organisation, made now: its lists are those of today."""
    found = access.organisations(person(request)).filter(pk=organisation).first()
    if found is None:
        raise NotFound("books.no_organisation", vi="Không có đơn vị này.", en="There is no such organisation.")
    made = make_template(found.name, access.known_of(found), today=timezone.localdate())
    return _file(made, f"so-{timezone.localdate():%Y%m%d}.xlsx")


@listed
def send(request: HttpRequest) -> HttpResponseBase:
    account = person(request)
    form = SendForm(*((request.POST, request.FILES) if request.method == "POST" else (None, None)), account=account)
    if not form.organisations:
        raise not_allowed()
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            book = actions.send_book(
                by=account,
                organisation=form.organisations[form.cleaned_data["organisation"]],
                data=upload.read(MOST_BYTES + 1),
                filename=str(upload.name),
            )
            return redirect("books:book", id=book.pk)
        except Problem as problem:
            form.blame(problem)
    context = {"form": form, "page_errors": form.is_bound, "organisations": list(form.organisations.values())}
    return render(request, "books/send.html", context, status=422 if form.is_bound else 200)


def _book(request: HttpRequest, id: uuid.UUID) -> Book:
    found = access.book(person(request), id)
    if found is None:
        raise NotFound("books.no_book", vi="Không có sổ này.", en="There is no such book.")
    return found


@listed
def book(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    return _shown(request, _book(request, id))


def _shown(
    request: HttpRequest, found: Book, *, problems: Sequence[Problem] = (), status: int = 200
) -> HttpResponseBase:
    told = [words.told(each) for each in found.told]
    known = set(found.known_marks)
    context: dict[str, Any] = {
        "book": found,
        "state": words.STATES[found.state],
        "errors": [each for each in told if each.error][:SHOWN_TOLD],
        "warnings": [each for each in told if not each.error][:SHOWN_TOLD],
        "counts": words.counts(row for row in found.rows if row["mark"] not in known),
        "rows": [words.row(row, known=row["mark"] in known) for row in found.rows[:SHOWN_ROWS]],
        "more_rows": max(len(found.rows) - SHOWN_ROWS, 0),
        "lots": words.lots(found.taken.filter(makes_lot=True).exclude(lot="")[:SHOWN_ROWS]),
        "problems": [problem.text(words.language()) for problem in problems],
    }
    return render(request, "books/book.html", context, status=status)


@listed
def take(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found = _book(request, id)
    try:
        actions.take_over(by=person(request), book=found)
    except Problem as problem:
        found.refresh_from_db()
        faults = problem.faults if isinstance(problem, ManyInvalid) else [problem]
        return _shown(request, found, problems=faults, status=problem.status)
    return redirect("books:book", id=found.pk)


@listed
def again(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found = _book(request, id)
    if found.state == Book.State.STAGED:
        actions.check_again(by=person(request), book=found)
    return redirect("books:book", id=found.pk)


@listed
def drop(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found = _book(request, id)
    try:
        actions.drop_book(by=person(request), book=found)
    except Problem as problem:
        return _shown(request, found, problems=[problem], status=problem.status)
    return redirect("books:index")


@listed
def undo(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found = _book(request, id)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.undo_book(by=person(request), book=found, reason=form.cleaned_data["reason"])
            return redirect("books:book", id=found.pk)
        except Problem as problem:
            form.blame(problem)
    context = {"book": found, "form": form, "page_errors": form.is_bound}
    return render(request, "books/undo.html", context, status=422 if form.is_bound else 200)


@listed
def marked(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """The workbook as it was sent, with its faults in red."""
    found = _book(request, id)
    if not found.errors or not found.content:
        raise NotFound("books.no_errors", vi="Sổ này không có lỗi.", en="This book has no errors.")
    return _file(mark_faults(bytes(found.content), found.told), "so-danh-dau-loi.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
