"""Pages of the room: an agreement's files, the template, sending one in, its preview, taking it over, undoing it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from lienvung.errors import ManyInvalid, NotAllowed, NotFound, Problem
from lienvung.imports import access, actions, words
from lienvung.imports.forms import SendForm, UndoForm
from lienvung.imports.models import Import
from lienvung.imports.template import make_template
from lienvung.people.gate import listed, person
from lienvung.people.views.organisations import pager
from lienvung.registry.sheets import XLSX
from lienvung.results import access as results
from lienvung.workbooks.reading import MOST_BYTES
from lienvung.workbooks.template import mark_faults

PAGE = 20
SHOWN_ROWS = 50
SHOWN_TOLD = 200


@listed
def index(request: HttpRequest) -> HttpResponseBase:
    return render(request, "imports/index.html", {"agreements": access.agreements(request.user)})


@listed
def agreement(request: HttpRequest, code: str) -> HttpResponseBase:
    found, party = access.agreement(request.user, code)
    page = Paginator(access.files(request.user, found), PAGE).get_page(request.GET.get("page"))
    context = {
        "agreement": found,
        "party": party,
        "rows": [{"file": each, "state": words.STATES[each.state]} for each in page],
        "pager": pager(request, page),
    }
    return render(request, "imports/agreement.html", context)


@listed
def template(request: HttpRequest, code: str) -> HttpResponseBase:
    """Empty, with the lists of today."""
    return _workbook(request, code, filled=False)


@listed
def filled(request: HttpRequest, code: str) -> HttpResponseBase:
    """With the rows that stand: what the file says again is known when it comes back."""
    return _workbook(request, code, filled=True)


def _workbook(request: HttpRequest, code: str, *, filled: bool) -> HttpResponseBase:
    access.agreement(request.user, code)
    today = timezone.localdate()
    made = make_template(results.agreement(request.user, code), today=today, filled=filled)
    return _file(made, f"{code}-{'du-lieu' if filled else 'mau'}-{today:%Y%m%d}.xlsx")


@listed
def send(request: HttpRequest, code: str) -> HttpResponseBase:
    found, party = access.agreement(request.user, code)
    form = SendForm(*((request.POST, request.FILES) if request.method == "POST" else (None, None)))
    status = 422 if form.is_bound else 200
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            data = upload.read(MOST_BYTES + 1)
            made = actions.send_file(by=person(request), agreement=found, data=data, filename=str(upload.name))
            return redirect("imports:file", id=made.pk)
        except NotAllowed:
            raise
        except Problem as problem:
            form.blame(problem)
    context = {"form": form, "page_errors": form.is_bound, "agreement": found, "party": party}
    return render(request, "imports/send.html", context, status=status)


@listed
def file(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    return _shown(request, access.file(person(request), id))


def _shown(
    request: HttpRequest, found: Import, *, problems: Sequence[Problem] = (), status: int = 200
) -> HttpResponseBase:
    told = [words.told(each) for each in found.told]
    known = set(found.known_marks)
    context: dict[str, Any] = {
        "file": found,
        "state": words.STATES[found.state],
        "errors": [each for each in told if each.error][:SHOWN_TOLD],
        "more_errors": max(found.errors - SHOWN_TOLD, 0),
        "warnings": [each for each in told if not each.error][:SHOWN_TOLD],
        "counts": words.counts(row for row in found.rows if row["mark"] not in known),
        "rows": [words.row(row, known=row["mark"] in known) for row in found.rows[:SHOWN_ROWS]],
        "more_rows": max(len(found.rows) - SHOWN_ROWS, 0),
        "problems": [problem.text(words.language()) for problem in problems],
    }
    return render(request, "imports/file.html", context, status=status)


@listed
def take(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found = access.file(person(request), id)
    try:
        actions.take_over(by=person(request), file=found)
    except Problem as problem:
        return _refused(request, found, problem)
    return redirect("imports:file", id=found.pk)


def _refused(request: HttpRequest, found: Import, problem: Problem) -> HttpResponseBase:
    found.refresh_from_db()
    faults = problem.faults if isinstance(problem, ManyInvalid) else [problem]
    return _shown(request, found, problems=faults, status=problem.status)


@listed
def again(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found = access.file(person(request), id)
    if found.state == Import.State.STAGED:
        actions.check_again(by=person(request), file=found)
    return redirect("imports:file", id=found.pk)


@listed
def drop(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found = access.file(person(request), id)
    try:
        actions.drop_file(by=person(request), file=found)
    except Problem as problem:
        return _refused(request, found, problem)
    return redirect("imports:agreement", code=found.agreement.code)


@listed
def undo(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found = access.file(person(request), id)
    form = UndoForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            actions.undo_file(by=person(request), file=found, reason=form.cleaned_data["reason"])
            return redirect("imports:file", id=found.pk)
        except Problem as problem:
            form.blame(problem)
            status = problem.status
    context = {"file": found, "form": form, "page_errors": form.is_bound}
    return render(request, "imports/undo.html", context, status=status)


@listed
def marked(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """The workbook as it was sent, with its faults in red."""
    found = access.file(person(request), id)
    if not found.errors or not found.content:
        raise NotFound("imports.no_errors", vi="Tệp này không có lỗi.", en="This file has no errors.")
    return _file(mark_faults(bytes(found.content), found.told), "tep-danh-dau-loi.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
