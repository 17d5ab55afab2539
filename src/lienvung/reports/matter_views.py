"""Pages of difficulties and recommendations: raising, one with its clock, answering, closing."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from lienvung.errors import Problem
from lienvung.people.gate import listed, person
from lienvung.reports import report_access as access
from lienvung.reports import report_actions as actions
from lienvung.reports.models import Matter
from lienvung.reports.report_forms import AnswerForm, CloseForm, MatterForm, VersionForm
from lienvung.reports.words import MATTER_STATES
from lienvung.texts import Text


@listed
def raise_matter(request: HttpRequest, code: str) -> HttpResponseBase:
    found, standing = access.seen_agreement(request.user, code)
    if not access.may_begin(standing, "raise_matter"):
        raise access.not_for_you()
    parties = access.reporting_parties(standing)
    form = MatterForm(found, parties, request.POST or None, initial={"raised_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.raise_matter(by=person(request), agreement=found, **form.cleaned_data)
            return redirect("reports:matter", id=made.pk)
        except Problem as problem:
            form.blame(problem)
    wrong = request.method == "POST"
    title = Text("Nêu khó khăn, kiến nghị", "Raise a difficulty or recommendation")
    context = {"agreement": found, "form": form, "title": title, "page_errors": wrong}
    return render(request, "reports/form.html", context, status=422 if wrong else 200)


@listed
def matter(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found, standing = access.seen_matter(request.user, id)
    late = found.state == Matter.State.OPEN and found.answer_due is not None and found.answer_due < standing.today
    context = {
        "matter": found,
        "agreement": found.agreement,
        "state": MATTER_STATES[found.state],
        "late": (standing.today - found.answer_due).days if late and found.answer_due else 0,
        "waited": ((found.answered_on or standing.today) - found.raised_on).days,
        "may_answer": access.may_matter(standing, "answer", found),
        "may_close": access.may_matter(standing, "close", found),
    }
    return render(request, "reports/matter.html", context)


@listed
def answer(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    return _act(request, id, "answer")


@listed
def close(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    return _act(request, id, "close")


def _act(request: HttpRequest, id: uuid.UUID, act: str) -> HttpResponse | HttpResponseBase:
    found, standing = access.seen_matter(request.user, id)
    if not access.may_matter(standing, act, found):
        raise access.not_for_you()
    today = timezone.localdate()
    kind: type[VersionForm] = AnswerForm if act == "answer" else CloseForm
    initial = {"version": found.version, "answered_on": today, "closed_on": today}
    form = kind(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        do = actions.answer_matter if act == "answer" else actions.close_matter
        try:
            do(by=person(request), matter=found, **form.cleaned_data)
            return redirect("reports:matter", id=found.pk)
        except Problem as problem:
            form.blame(problem)
    wrong = request.method == "POST"
    title = Text("Ghi trả lời", "Record the answer") if act == "answer" else Text("Kết thúc", "Close it")
    context = {"agreement": found.agreement, "form": form, "title": title, "lead": found.words, "page_errors": wrong}
    return render(request, "reports/form.html", context, status=422 if wrong else 200)
