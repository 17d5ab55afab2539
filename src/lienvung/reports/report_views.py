"""Pages of reports: the list of an agreement, beginning, writing, building, issuing; which clauses are silent."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from lienvung.errors import Problem
from lienvung.people.gate import listed, person
from lienvung.programme.base_models import both
from lienvung.reports import report_access as access
from lienvung.reports import report_actions as actions
from lienvung.reports.gather import coverage_of, facts_of
from lienvung.reports.models import Report
from lienvung.reports.report_forms import BeginForm, VersionForm, WriteForm
from lienvung.reports.words import BLOCKS, BUILDS, STATES
from lienvung.texts import Text

REFRESH_SECONDS = 3


@listed
def agreement(request: HttpRequest, code: str) -> HttpResponseBase:
    found, standing = access.seen_agreement(request.user, code)
    context = {
        "agreement": found,
        "reports": access.reports_of(found, standing),
        "matters": access.matters_of(found).exclude(state="closed"),
        "today": standing.today,
        "states": STATES,
        "may_report": access.may_begin(standing, "report"),
        "may_raise": access.may_begin(standing, "raise_matter"),
    }
    return render(request, "reports/documents.html", context)


@listed
def begin(request: HttpRequest, code: str) -> HttpResponseBase:
    found, standing = access.seen_agreement(request.user, code)
    if not access.may_begin(standing, "report"):
        raise access.not_for_you()
    form = BeginForm(found, access.reporting_parties(standing), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.begin_report(by=person(request), agreement=found, **form.cleaned_data)
            return redirect("reports:report_edit", id=made.pk)
        except Problem as problem:
            form.blame(problem)
    title = Text("Lập báo cáo", "Begin a report")
    return _asked(request, {"agreement": found, "form": form, "title": title})


def _asked(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    wrong = request.method == "POST"
    return render(request, "reports/form.html", {**context, "page_errors": wrong}, status=422 if wrong else 200)


@listed
def report(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """The report; while it is built, how far, and the page comes again by itself (header Refresh, no script)."""
    found, standing = access.seen_report(request.user, id)
    blocks = {each.name: each for each in found.narrative.all()}
    context = {
        "report": found,
        "agreement": found.agreement,
        "blocks": [
            (words, both(blocks[name].text, blocks[name].text_en))
            for name, words in BLOCKS.items()
            if name in blocks and blocks[name].text
        ],
        "prints": found.prints.select_related("file").order_by("-language", "file__kind"),  # Vietnamese first
        "states": STATES,
        "builds": BUILDS,
        "progress_label": Text("Đang lập báo cáo", "Building the report"),
        "may_make": not found.busy and access.may_report(standing, "make", found),
        "may_finish": not found.busy and access.may_report(standing, "finish", found),
    }
    answer = render(request, "reports/report.html", context)
    if found.busy:
        answer["Refresh"] = str(REFRESH_SECONDS)
    return answer


@listed
def edit(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found, standing = access.seen_report(request.user, id)
    if not access.may_report(standing, "make", found):
        raise access.not_for_you()
    initial: dict[str, Any] = {name: getattr(found, name) for name in (*actions.FORM, "version")}
    for each in found.narrative.all():
        initial |= {f"text_{each.name}": each.text, f"text_en_{each.name}": each.text_en}
    form = WriteForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        blocks = {name: Text(told[f"text_{name}"], told[f"text_en_{name}"]) for name in BLOCKS}
        try:
            actions.write_report(
                by=person(request), report=found, version=told["version"],
                form={name: told[name] for name in actions.FORM}, blocks=blocks,
            )  # fmt: skip
            return redirect("reports:report", id=found.pk)
        except Problem as problem:
            form.blame(problem)
            found.refresh_from_db()  # the words stay in the form; the next attempt is made on what stands now
            form.data = {**request.POST.dict(), "version": str(found.version)}
    title = Text("Viết báo cáo", "Write the report")
    return _asked(request, {"agreement": found.agreement, "report": found, "form": form, "title": title})


@listed
def build(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    return _build(request, id, final=False)


@listed
def issue(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    return _build(request, id, final=True)


def _build(request: HttpRequest, id: uuid.UUID, *, final: bool) -> HttpResponseBase:
    found, standing = access.seen_report(request.user, id)
    if not access.may_report(standing, "finish" if final else "make", found):
        raise access.not_for_you()
    form = VersionForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask_to_build(
                by=person(request), report=found, version=form.cleaned_data["version"], final=final
            )  # fmt: skip
            return redirect("reports:report", id=found.pk)
        except Problem as problem:
            form.blame(problem)
    title = (
        Text("Ban hành báo cáo", "Issue the report") if final else Text("Lập tệp bản thảo", "Build the draft's files")
    )
    lead = (
        Text(
            "Báo cáo được lập lần cuối rồi đóng băng: không sửa được nữa, tệp và mã băm giữ nguyên.",
            "The report is built a last time and then frozen: it cannot be changed, its files and hashes stay.",
        )
        if final
        else Text("Word và PDF, tiếng Việt và tiếng Anh, ghi DỰ THẢO.", "Word and PDF, both languages, marked DRAFT.")
    )
    return _asked(request, {"agreement": found.agreement, "report": found, "form": form, "title": title, "lead": lead})


@listed
def coverage(request: HttpRequest, code: str) -> HttpResponseBase:
    """Which clauses had activity in a period; the newest one if none is asked for."""
    found, _ = access.seen_agreement(request.user, code)
    periods = list(found.periods.all())
    asked = request.GET.get("period", "")
    period = next((each for each in periods if str(each.pk) == asked), periods[0] if periods else None)
    rows = coverage_of(facts_of(found, period.starts_on, period.ends_on, period=period)) if period else []
    context = {"agreement": found, "periods": periods, "period": period, "rows": rows}
    context["silent"] = sum(each.silent for each in rows)
    return render(request, "reports/coverage.html", context)


@listed
def index(request: HttpRequest) -> HttpResponseBase:
    found = [
        (each, Report.objects.filter(agreement=each, state="final").count()) for each in access.agreements(request.user)
    ]
    return render(request, "reports/index.html", {"agreements": found})
