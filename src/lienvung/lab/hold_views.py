"""Pages of holds, alarms and the table of limits."""

from __future__ import annotations

import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from lienvung import registry
from lienvung.catalogue.words import product_kind
from lienvung.errors import NotFound, Problem
from lienvung.lab import access, actions, alarms, holding, tables, words
from lienvung.lab.forms import AnswerForm, ClaimsForm, HoldForm, LimitsForm, ReleaseForm, posted
from lienvung.lab.models import Alarm, Hold
from lienvung.ledger.holds import name_of
from lienvung.people.access import is_official
from lienvung.people.actions import not_allowed
from lienvung.people.gate import listed, person
from lienvung.people.views.organisations import pager
from lienvung.registry.forms import SpeakingForm
from lienvung.texts import Text

PAGE = 30
MOST_ROWS = 20_000
LOTS_SHOWN = 50
CLAIMS_SHOWN = 50
HOLD_COLUMNS = (
    *("lot", "lot_name", "producer", "state", "decided_at", "authority", "reason", "items", "lots", "sample"),
    "releases",
)
ALARM_COLUMNS = (
    *("event", "word", "lot_name", "what", "late", "things", "count", "more_events", "place", "holder", "producer"),
    *("happened_at", "recorded_at", "raised_at", "answered_at", "answer"),
)


@listed
def holds(request: HttpRequest) -> HttpResponseBase:
    page = Paginator(access.holds(request.user), PAGE).get_page(request.GET.get("page"))
    rows = [{"hold": hold, "state": words.HOLD_STATES[hold.state]} for hold in page]
    context = {"rows": rows, "pager": pager(request, page), "may_hold": is_official(person(request))}
    return render(request, "lab/holds.html", context)


@listed
def holds_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    rows = [
        [
            hold.lot_uri,
            hold.lot_name,
            hold.producer.name if hold.producer else "",
            hold.state,
            hold.decided_at,
            hold.authority.name if hold.authority else "",
            hold.reason,
            hold.items,
            hold.lots,
            hold.result.sample.code if hold.result else "",
            "; ".join(f"{made.released_at:%Y-%m-%d} {made.officer}: {made.reason}" for made in hold.releases.all()),
        ]
        for hold in access.holds(request.user).prefetch_related("releases")[:MOST_ROWS]
    ]
    return tables.answer(kind, "holds", HOLD_COLUMNS, rows)


def _hold(request: HttpRequest, id: uuid.UUID) -> Hold:
    hold = access.hold(person(request), id)
    if hold is None:
        raise NotFound("lab.no_hold", vi="Không có lần tạm giữ này.", en="There is no such hold.")
    return hold


@listed
def hold(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = _hold(request, id)
    lots = holding.left_lots(shown)
    context = {
        "hold": shown,
        "state": words.HOLD_STATES[shown.state],
        "in_force": shown.state == Hold.State.IN_FORCE,
        "lots": [_named(uri) for uri in lots[:LOTS_SHOWN]],
        "more_lots": max(0, len(lots) - LOTS_SHOWN),
        "releases": access.releases_of(shown),
        "alarms": access.alarms(request.user).filter(hold=shown)[:20],
        "may_release": shown.state == Hold.State.IN_FORCE and access.may_decide(request.user, shown.producer),
        "sample": _sample_code(request, shown),
        "recall": f"{reverse('quality:declare')}?origin=lab:{shown.pk}",
        "recalls": registry.recalls_of_origin("lab", shown.pk),
    }
    return render(request, "lab/hold.html", context)


def _named(uri: str) -> tuple[str, Text]:
    """The path of a thing's page, and what it is called."""
    return uri.removeprefix("https://id.gs1.org"), Text(*name_of(uri))


def _sample_code(request: HttpRequest, hold: Hold) -> str:
    """The sample behind a hold, for those who may see it."""
    code = hold.result.sample.code if hold.result else ""
    return code if code and access.sample(request.user, code) is not None else ""


@listed
def new_hold(request: HttpRequest) -> HttpResponseBase:
    account = person(request)
    form = HoldForm(posted(request), initial={"lot": request.GET.get("lot", "")[:400]})
    if form.is_valid():
        try:
            made = holding.hold_lot(by=account, **form.cleaned_data)
            return redirect("lab:hold", id=made.pk)
        except Problem as problem:
            _blame(form, problem)
    return render(request, "lab/new_hold.html", {"form": form}, status=422 if form.errors else 200)


@listed
def release(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    account, shown = person(request), _hold(request, id)
    if not access.may_decide(account, shown.producer):
        raise not_allowed()
    if shown.state != Hold.State.IN_FORCE:
        return redirect("lab:hold", id=shown.pk)  # which says by whom
    form = ReleaseForm(posted(request), lots=holding.left_lots(shown))
    if form.is_valid():
        try:
            holding.release(by=account, hold=shown, **form.cleaned_data)
            return redirect("lab:hold", id=shown.pk)
        except Problem as problem:
            _blame(form, problem)
    context = {"form": form, "hold": shown}
    return render(request, "lab/release.html", context, status=422 if form.errors else 200)


@listed
def claims(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """What others say was made of held goods: an official decides what of it is held too."""
    account, shown = person(request), _hold(request, id)
    if not access.may_decide(account, shown.producer):
        raise not_allowed()
    waiting = holding.claims(shown)
    if not waiting and request.method == "GET":
        return redirect("lab:hold", id=shown.pk)
    form = ClaimsForm(posted(request), claims=waiting[:CLAIMS_SHOWN])
    if form.is_valid():
        try:
            holding.believe_claims(by=account, hold=shown, **form.cleaned_data)
            return redirect("lab:hold", id=shown.pk)
        except Problem as problem:
            _blame(form, problem)
    context = {"form": form, "hold": shown, "more": max(0, len(waiting) - CLAIMS_SHOWN)}
    return render(request, "lab/claims.html", context, status=422 if form.errors else 200)


def _blame(form: SpeakingForm, problem: Problem) -> None:
    if problem.status == 403:
        raise problem
    form.blame(problem)


@listed
def alarm_list(request: HttpRequest) -> HttpResponseBase:
    page = Paginator(access.alarms(request.user), PAGE).get_page(request.GET.get("page"))
    rows = [_alarm_row(alarm) for alarm in page]
    context = {"rows": rows, "pager": pager(request, page), "behind": max(0, alarms.behind())}
    return render(request, "lab/alarms.html", context)


def _alarm_row(alarm: Alarm) -> dict[str, object]:
    what = words.MOVES.get(alarm.what, words.OTHERWISE)
    return {"alarm": alarm, "what": what, "word": words.WORDS[alarm.word]}


@listed
def alarms_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    rows = [
        [
            alarm.digest,
            alarm.word,
            alarm.lot_name,
            alarm.what,
            "x" if alarm.late else "",
            " ".join(alarm.things),
            alarm.count,
            alarm.more,
            alarm.place_name or alarm.place_uri,
            alarm.holder.name if alarm.holder else "",
            alarm.producer.name if alarm.producer else "",
            alarm.happened_at,
            alarm.recorded_at,
            alarm.raised_at,
            alarm.answered_at or "",
            alarm.answer,
        ]
        for alarm in access.alarms(request.user)[:MOST_ROWS]
    ]
    return tables.answer(kind, "alarms", ALARM_COLUMNS, rows)


@listed
def alarm(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    account = person(request)
    shown = access.alarm(account, id)
    if shown is None:
        raise NotFound("lab.no_alarm", vi="Không có cảnh báo này.", en="There is no such alarm.")
    may_answer = shown.answered_at is None and access.may_answer(account, shown)
    if request.method == "POST" and not access.may_answer(account, shown):
        raise not_allowed()
    form = AnswerForm(posted(request))
    if form.is_valid():
        try:
            alarms.answer_alarm(by=account, alarm=shown, answer=form.cleaned_data["answer"])
            return redirect("lab:alarm", id=shown.pk)
        except Problem as problem:
            _blame(form, problem)
    things = [_named(thing) for thing in shown.things]
    context = {
        **_alarm_row(shown),
        "things": things,
        "more": shown.count - len(things),
        "form": form,
        "may_answer": may_answer,
        "sees_hold": shown.hold is not None and access.may_see_hold(account, shown.hold),
    }
    return render(request, "lab/alarm.html", context, status=422 if form.errors else 200)


@listed
def limits(request: HttpRequest) -> HttpResponseBase:
    rows = [
        {
            "limit": limit,
            "kind": product_kind(limit.product_kind) if limit.product_kind else None,
            "comparison": words.COMPARISONS[limit.comparison],
            "value": tables.number_words(limit.value),
            "certainty": words.CERTAINTIES[limit.certainty],
        }
        for limit in access.limits()[:2_000]
    ]
    return render(request, "lab/limits.html", {"rows": rows, "may_import": is_official(request.user)})


@listed
def limits_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The table as it stands; it is also the template of the import."""
    rows = [
        [
            tables.plain_number(value) if name == "value" else "" if value is None else value
            for name in tables.COLUMNS
            for value in [getattr(limit, name)]
        ]
        for limit in access.limits()
    ]
    return tables.answer(kind, "limits", tables.COLUMNS, rows)


@listed
def import_limits(request: HttpRequest) -> HttpResponseBase:
    account = person(request)
    form = LimitsForm(posted(request), request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            data = file.read(tables.MOST_BYTES + 1)
            new, known = actions.import_limits(by=account, data=data, filename=file.name)
            return render(request, "lab/imported.html", {"new": new, "known": known})
        except Problem as problem:
            _blame(form, problem)
    context = {"form": form, "columns": tables.COLUMNS}
    return render(request, "lab/import_limits.html", context, status=422 if form.errors else 200)
