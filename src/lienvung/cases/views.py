"""Pages of the cases: the list, one case with its reports, opening one, acts on it, photos, the spam mark, files."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from lienvung import registry
from lienvung.audit.access import acts_on
from lienvung.cases import access, actions, sheets
from lienvung.cases.forms import ActForm, OpenForm, SpamForm
from lienvung.cases.models import Case, Report
from lienvung.cases.rules import Act, Side, State, acts_open
from lienvung.cases.words import ACT_LABELS, ACTS, ENTRIES, ORIGINS, STATES
from lienvung.catalogue import pictures
from lienvung.errors import Conflict, NotAllowed, NotFound, Problem
from lienvung.people.access import organisation as organisation_of
from lienvung.people.gate import listed, person
from lienvung.people.views.organisations import pager
from lienvung.registry.sheets import csv_answer, xlsx_answer
from lienvung.texts import Text

PER_PAGE = 50
MOST_ROWS = 20_000
MOST_CASES = 1_000  # of a file of reports: their keys stand in one question
REPORTS_SHOWN = 50  # on a page of a case
FILTERS = {"open": Text("chưa đóng", "not closed"), "overdue": Text("quá hạn", "overdue"), **STATES}


def _case(request: HttpRequest, id: uuid.UUID) -> Case:
    found = access.case(request.user, id)
    if found is None:
        raise NotFound("cases.no_case", vi="Không có vụ việc này.", en="There is no such case.")
    return found


def _report(request: HttpRequest, id: uuid.UUID) -> Report:
    found = access.report(request.user, id)
    if found is None:
        raise NotFound("cases.no_report", vi="Không có phản ánh này.", en="There is no such report.")
    return found


def _sought(request: HttpRequest) -> tuple[dict[str, Any], Any]:
    """The filter that the address asks for, and what it leaves."""
    state = request.GET.get("state", "open")
    official = access.is_any_official(request.user)
    chosen: dict[str, Any] = {
        "state": state if state in (*FILTERS, "") else "open",
        "origin": origin if (origin := request.GET.get("origin", "")) in ORIGINS else "",
        "province": request.GET.get("province", "")[:10],
        "query": request.GET.get("q", "")[:100].replace("\0", ""),
        "hidden": official and request.GET.get("hidden") == "1",
    }
    return chosen, access.sought(request.user, **chosen)


@listed
def index(request: HttpRequest) -> HttpResponseBase:
    chosen, found = _sought(request)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "chosen": chosen,
        "query": query.urlencode(),
        "states": [(value, text, value == chosen["state"]) for value, text in FILTERS.items()],
        "origins": [(value, text, value == chosen["origin"]) for value, text in ORIGINS.items()],
        "official": access.is_any_official(request.user),
        "may_open": bool(access.openers_of(request.user)),
        "waiting": access.waiting(request.user),
    }
    return render(request, "cases/index.html", context)


@listed
def cases_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    rows = sheets.case_rows(_sought(request)[1][:MOST_ROWS])
    if kind == "csv":
        return csv_answer("cases", sheets.CASES, rows)
    return xlsx_answer("cases", sheets.CASES, rows, title="Vụ việc")


@listed
def reports_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The reports of the list's cases; a contact stands in it for whom may see it."""
    rows = sheets.report_rows(access.reports_seen(request.user, _sought(request)[1][:MOST_CASES], most=MOST_ROWS))
    if kind == "csv":
        answer = csv_answer("reports", sheets.REPORTS, rows)
    else:
        answer = xlsx_answer("reports", sheets.REPORTS, rows, title="Phản ánh")
    answer["Cache-Control"] = "private, no-store"
    return answer


@listed
def case(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found = _case(request, id)
    eyes = access.eyes_of(request.user)
    side, told = eyes.side(found), access.reports_of(request.user, found)
    page = Paginator(told.filter(spam=False).order_by("-received_at"), REPORTS_SHOWN).get_page(request.GET.get("page"))
    spam = told.filter(spam=True)
    acting = side is not None and not found.hidden
    context = {
        "case": found,
        "side": side,
        "authority": side == Side.AUTHORITY,
        "reports": [(each, eyes.sees_contact(each, found)) for each in page],
        "pager": pager(request, page),
        "spam": spam[:REPORTS_SHOWN],
        "spam_count": spam.count(),
        "entries": [(each, ENTRIES[each.kind]) for each in access.entries_of(request.user, found)],
        "acts": _acts(found, side) if acting else [],
        "lot_acts": _lot_acts(request, found) if acting and side == Side.AUTHORITY else [],
        "recalls": registry.recalls_of_origin("cases", found.pk),
        "provinces": access.province_names(found.provinces),
        "in_charge": access.province_names(found.province),
        "history": [(act, ACTS.get(act.action), act.details) for act in acts_on(found)] if side else [],
    }
    answer = render(request, "cases/case.html", context)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _acts(case: Case, side: Side | None) -> list[tuple[str, Text]]:
    listed_acts = [act for act in acts_open(case.state, side) if act != Act.HAND_OVER or access.handed_to(case)]
    return [(act, ACT_LABELS[act]) for act in (*listed_acts, "note")]


def _lot_acts(request: HttpRequest, case: Case) -> list[tuple[str, Text]]:
    """What other rooms can do about the lot: a sample, a hold; and the recall, which remembers the case."""
    if not case.lot_uri or case.state == State.CLOSED:
        return []
    offered = [(act.href(request.user, case.lot_uri, case.owner), act.label) for act in registry.lot_acts]
    recall = f"{reverse('quality:declare')}?origin=cases:{case.pk}"
    return [*((href, label) for href, label in offered if href), (recall, Text("Thu hồi lô", "Recall the lot"))]


@listed
def new(request: HttpRequest) -> HttpResponseBase:
    account, openers = person(request), access.openers_of(request.user)
    if not openers:
        raise actions.not_yours()
    given: dict[str, Any] = {"provinces": access.provinces(), "openers": openers}
    initial = {"code": request.GET.get("code", "")[:400]}
    form = OpenForm(request.POST, **given) if request.method == "POST" else OpenForm(initial=initial, **given)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        chosen = organisation_of(uuid.UUID(told.pop("organisation")))
        try:
            return redirect("cases:case", id=actions.open_by(by=account, organisation=chosen, **told).pk)  # type: ignore[arg-type]  # one of the choices
        except NotAllowed:
            raise
        except Problem as problem:
            form.blame(problem)
    return render(request, "cases/new.html", {"form": form}, status=422 if form.errors else 200)


@listed
def act(request: HttpRequest, id: uuid.UUID, act: str) -> HttpResponseBase:
    """One act on a case, with its words."""
    if act not in ACT_LABELS:
        raise NotFound("cases.no_act", vi="Không có việc này.", en="There is no such act.")
    found = _case(request, id)
    side = access.side_of(request.user, found)
    if side is None or act not in {name for name, _ in _acts(found, side)}:
        if side is None or (act != "note" and side not in _who(act)):
            raise actions.not_yours()
        if request.method == "GET":
            return redirect("cases:case", id=found.pk)
    given: dict[str, Any] = {"act": act, "handed_to": access.handed_to(found)}
    if request.method == "POST":
        form = ActForm(request.POST, **given)
    else:
        form = ActForm(initial={"version": found.version}, **given)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _do(request, found, act, form.cleaned_data)
                return redirect("cases:case", id=found.pk)
            except Conflict as clash:
                form.blame(clash)
                status = 409
                # what was typed stays; the next try is about the case as it stands now
                found = _case(request, id)
                form.data = {**form.data.dict(), "version": str(found.version)}  # type: ignore[attr-defined]  # a QueryDict
            except NotAllowed:
                raise
            except Problem as problem:
                form.blame(problem)
    context = {"form": form, "case": found, "label": ACT_LABELS[act], "act": act, "clash": status == 409}
    return render(request, "cases/act.html", context, status=status)


def _who(act: str) -> frozenset[Side]:
    return frozenset(side for side in (Side.AUTHORITY, Side.OWNER) for state in State if act in acts_open(state, side))


def _do(request: HttpRequest, case: Case, act: str, told: dict[str, Any]) -> None:
    if act == "note":
        actions.note(by=person(request), case=case, text=told["text"])
    else:
        getattr(actions, act)(by=person(request), case=case, **told)


@listed
def photo(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """A reporter's photo to those who see the report; `?size=small` in its small size. Never public."""
    shown = _report(request, id)
    if not shown.photo:
        raise NotFound("cases.no_photo", vi="Không có ảnh.", en="There is no photo.")
    files, name = shown.photo.storage, shown.photo.name or ""
    small = pictures.small_name(name)
    wanted = small if request.GET.get("size") == "small" and files.exists(small) else name
    response = FileResponse(files.open(wanted, "rb"), content_type="image/webp")
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@listed
def spam(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """Put a report aside as spam, with a reason; or take it out again."""
    account, shown = person(request), _report(request, id)
    if access.side_of(account, shown.case) != Side.AUTHORITY:
        raise actions.not_yours()
    if request.method == "POST" and shown.spam:
        actions.show(by=account, report=shown)
        return redirect("cases:case", id=shown.case_id)
    form = SpamForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.hide(by=account, report=shown, reason=form.cleaned_data["reason"])
            return redirect("cases:case", id=shown.case_id)
        except (Conflict, Problem) as problem:
            form.blame(problem)
    context = {"form": form, "report": shown, "case": shown.case}
    return render(request, "cases/spam.html", context, status=422 if form.errors else 200)
