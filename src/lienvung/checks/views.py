"""Pages of the findings: the list, one with its events, dismissing, answering, the parameters, the list as a file."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from lienvung.checks import access, actions, sheets
from lienvung.checks.forms import AnswerForm, DismissForm
from lienvung.checks.models import Finding
from lienvung.checks.rules import PARAMETER_TEXTS
from lienvung.errors import Conflict, Invalid, NotAllowed, NotFound
from lienvung.lineage.anomalies_words import DEFAULT_GROUPS, DEFAULTS, KIND_TEXTS
from lienvung.people.access import account_or_none, is_official
from lienvung.registry.sheets import csv_answer, xlsx_answer
from lienvung.texts import Text

PER_PAGE = 50
MOST_ROWS = 50_000
STATES = {
    "open": Text("đang mở", "open"),
    "dismissed": Text("đã bỏ qua", "dismissed"),
    "resolved": Text("đã hết", "resolved"),
}


def _finding(request: HttpRequest, id: uuid.UUID) -> Finding:
    found = access.finding(request.user, id)
    if found is None:
        raise NotFound("checks.no_finding", vi="Không có phát hiện này.", en="There is no such finding.")
    return found


def _sought(request: HttpRequest) -> tuple[dict[str, str], Any]:
    """The filter that the address asks for, and what it leaves."""
    state = request.GET.get("state", "open")
    chosen = {
        "state": state if state in (*STATES, "") else "open",
        "kind": kind if (kind := request.GET.get("kind", "")) in KIND_TEXTS else "",
        "about": request.GET.get("about", "")[:400],
    }
    return chosen, access.sought(request.user, **chosen)


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    chosen, found = _sought(request)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "chosen": chosen,
        "query": query.urlencode(),
        "states": [(value, text, value == chosen["state"]) for value, text in STATES.items()],
        "kinds": [(str(value), text, value == chosen["kind"]) for value, text in KIND_TEXTS.items()],
        "words": STATES,
        "position": access.position(),
        "official": is_official(account_or_none(request.user)),
    }
    return render(request, "checks/index.html", context)


@login_required
@require_GET
def as_csv(request: HttpRequest) -> HttpResponse:
    return csv_answer("findings", sheets.COLUMNS, sheets.rows_of(_sought(request)[1][:MOST_ROWS]))


@login_required
@require_GET
def as_xlsx(request: HttpRequest) -> HttpResponse:
    rows = sheets.rows_of(_sought(request)[1][:MOST_ROWS])
    return xlsx_answer("findings", sheets.COLUMNS, rows, title="Phát hiện")


@login_required
@require_GET
def finding(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _finding(request, id)
    events = access.events_of(request.user, found)
    is_open = found.state == Finding.State.OPEN
    context = {
        "finding": found,
        "state_text": STATES[found.state],
        "events": events,
        "hidden": len(found.events) - len(events),
        "may_dismiss": is_open and access.may_dismiss(request.user, found),
        "may_answer": is_open and bool(access.may_answer_for(request.user, found)),
        "provinces": access.province_names(found),
    }
    return render(request, "checks/finding.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def dismiss(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _finding(request, id)
    account = account_or_none(request.user)
    if account is None or not access.may_dismiss(account, found):
        raise NotAllowed("checks.not_your_province", vi="Không thuộc tỉnh của bạn.", en="Not of your province.")
    if request.method == "GET" and found.state != Finding.State.OPEN:
        return redirect("checks:finding", id=found.pk)
    form = DismissForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.dismiss(by=account, finding=found, reason=form.cleaned_data["reason"])
            return redirect("checks:finding", id=found.pk)
        except (Invalid, Conflict) as fault:
            form.blame(fault)
    return _asked(request, "checks/dismiss.html", found, form)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _finding(request, id)
    account = account_or_none(request.user)
    mine = access.may_answer_for(account, found)
    if account is None or not mine:
        raise NotAllowed(
            "checks.not_yours", vi="Phát hiện này không về cơ sở của bạn.", en="This finding is not about your goods."
        )
    form = AnswerForm(request.POST or None, initial={"words": found.answer})
    form.fields["organisation"].choices = [(str(each.pk), each.name) for each in mine]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        chosen = next(each for each in mine if str(each.pk) == form.cleaned_data["organisation"])
        try:
            actions.answer(by=account, finding=found, organisation=chosen, words=form.cleaned_data["words"])
            return redirect("checks:finding", id=found.pk)
        except Invalid as fault:
            form.blame(fault)
    return _asked(request, "checks/answer.html", found, form)


def _asked(request: HttpRequest, template: str, found: Finding, form: Any) -> HttpResponse:
    wrong = request.method == "POST"
    context = {"finding": found, "form": form, "page_errors": wrong}
    return render(request, template, context, status=422 if wrong else 200)


@login_required
@require_GET
def parameters(request: HttpRequest) -> HttpResponse:
    """What the checks hold the events to, with the days from which it is so."""
    rows = [(PARAMETER_TEXTS[name], "", value) for name, value in DEFAULTS.items()]
    rows += [(PARAMETER_TEXTS[name], group, value) for (name, group), value in DEFAULT_GROUPS.items()]
    stored = [(PARAMETER_TEXTS.get(each.name), each) for each in access.settings()]
    return render(request, "checks/parameters.html", {"defaults": rows, "stored": stored})
