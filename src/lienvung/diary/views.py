"""Pages of the diary: what grows where and what waits, one unit, writing a line, one line, correcting it, the list."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from lienvung.catalogue.pictures import small_name
from lienvung.diary import access, actions, sheets, tasks
from lienvung.diary.forms import CorrectionForm, EntryForm, SeasonForm, UnitForm, WithdrawForm, as_told, fresh
from lienvung.diary.models import Entry, Unit
from lienvung.diary.rules import check_activity
from lienvung.diary.words import ACTIVITIES, Activity, activities_of
from lienvung.errors import NotFound, Problem
from lienvung.people.access import recording_organisations
from lienvung.people.actions import not_allowed
from lienvung.people.gate import listed, person
from lienvung.people.models import Organisation
from lienvung.people.views.organisations import pager
from lienvung.registry.forms import SpeakingForm
from lienvung.registry.sheets import csv_answer, xlsx_answer

PAGE = 30
UNITS_SHOWN = 200
MOST_ROWS = 20_000


def _unit(request: HttpRequest, id: uuid.UUID) -> Unit:
    found = access.unit(request.user, id)
    if found is None:
        raise NotFound("diary.no_unit", vi="Không có thửa, đàn, ao này.", en="There is no such unit.")
    return found


def _entry(request: HttpRequest, id: uuid.UUID) -> Entry:
    found = access.entry(request.user, id)
    if found is None:
        raise NotFound("diary.no_entry", vi="Không có dòng nhật ký này.", en="There is no such entry.")
    return found


def _may_write(request: HttpRequest, organisation: Organisation) -> None:
    if not access.may_write(request.user, organisation):
        raise not_allowed()


@listed
def index(request: HttpRequest) -> HttpResponseBase:
    """Where things grow, those that wait first."""
    query = request.GET.get("q", "")[:100]
    found = list(access.units_named(request.user, query).filter(closed_on=None)[: UNITS_SHOWN + 1])
    held = access.waiting_units(found[:UNITS_SHOWN])
    rows = [{"unit": each, "waiting": held.get(each.pk)} for each in found[:UNITS_SHOWN]]
    rows.sort(key=lambda row: row["waiting"] is None)
    context = {
        "rows": rows,
        "more": len(found) > UNITS_SHOWN,
        "waiting": len(held),
        "query": query,
        "organisations": list(recording_organisations(person(request))[:20]),
    }
    return render(request, "diary/index.html", context)


@listed
def register(request: HttpRequest, organisation: uuid.UUID) -> HttpResponseBase:
    owner = recording_organisations(person(request)).filter(pk=organisation).first()
    if owner is None:
        raise not_allowed()
    form = UnitForm(_posted(request), organisation=owner)

    def act() -> HttpResponseBase:
        unit = actions.register_unit(by=person(request), organisation=owner, **form.values())
        return redirect("diary:unit", id=unit.pk)

    context = {"organisation": owner, "no_places": not form.places}
    return _asked(request, form, act, "diary/register.html", context)


@listed
def unit(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = _unit(request, id)
    seasons = access.seasons_of(shown)
    season = request.GET.get("season")
    season = season if season in seasons else None
    found = access.diary_of(request.user, unit=shown, season=season)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "unit": shown,
        "waiting": access.waiting_of(shown),
        "may_write": access.may_write(request.user, shown.organisation) and shown.closed_on is None,
        "activities": activities_of(shown.kind),
        "seasons": [each for each in seasons if each],
        "season": season,
        "wrong": access.wrong(page),
        "page": page,
        "pager": pager(request, page),
    }
    return render(request, "diary/unit.html", context)


@tasks.door
@listed
def write(request: HttpRequest, id: uuid.UUID, activity: str) -> HttpResponseBase:
    """One activity, one page; a phone without network keeps it and sends it later (data-task)."""
    shown = _unit(request, id)
    _may_write(request, shown.organisation)
    done = _activity(shown, activity)
    form = EntryForm(_posted(request), request.FILES or None, unit=shown, activity=done, initial=fresh())

    def act() -> tasks.Told:
        values = form.values()
        task_id = form.cleaned_data["task_id"]
        told = actions.record_entry(
            by=person(request), organisation=shown.organisation, task_id=task_id, unit=shown, activity=activity,
            **values,
        )  # fmt: skip
        return tasks.told(told, "diary:unit", shown.pk)

    context = {"unit": shown, "activity": done, "waiting": access.waiting_of(shown)[:1]}
    return tasks.asked(request, form, act, "diary/write.html", context)


def _activity(shown: Unit, activity: str) -> Activity:
    if activity not in ACTIVITIES:
        raise NotFound("diary.no_activity", vi="Không có việc này.", en="There is no such work.")
    return check_activity(shown.kind, activity)


@listed
def season(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = _unit(request, id)
    _may_write(request, shown.organisation)
    form = SeasonForm(_posted(request), initial={"species": shown.species})

    def act() -> HttpResponseBase:
        actions.start_season(by=person(request), unit=shown, **form.cleaned_data)
        return redirect("diary:unit", id=shown.pk)

    return _asked(request, form, act, "diary/season.html", {"unit": shown})


@listed
def close(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = _unit(request, id)
    _may_write(request, shown.organisation)
    if request.method == "POST":
        actions.close_unit(by=person(request), unit=shown)
        return redirect("diary:unit", id=shown.pk)
    return render(request, "diary/close.html", {"unit": shown})


@listed
def entry(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = _entry(request, id)
    wrong = bool(access.wrong([shown]))
    context = {
        "entry": shown,
        "wrong": wrong,
        "measures": sheets.measures_of(shown),
        "reads": access.may_read_notes(request.user, shown),
        "may_write": access.may_write(request.user, shown.organisation) and not wrong,
    }
    return render(request, "diary/entry.html", context)


@tasks.door
@listed
def correct(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = _entry(request, id)
    _may_write(request, shown.organisation)
    done = shown.activity_of
    form = CorrectionForm(
        _posted(request), request.FILES or None, unit=shown.unit, activity=done, initial=as_told(shown)
    )

    def act() -> tasks.Told:
        values = form.values()
        told = actions.correct_entry(
            by=person(request), organisation=shown.organisation, task_id=form.cleaned_data["task_id"],
            entry=shown, reason=form.cleaned_data["reason"], activity=shown.activity, **values,
        )  # fmt: skip
        return tasks.told(told, "diary:unit", shown.unit_id)

    context = {"unit": shown.unit, "activity": done, "entry": shown}
    return tasks.asked(request, form, act, "diary/correct.html", context)


@listed
def withdraw(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = _entry(request, id)
    _may_write(request, shown.organisation)
    form = WithdrawForm(_posted(request))

    def act() -> HttpResponseBase:
        actions.withdraw_entry(by=person(request), entry=shown, reason=form.cleaned_data["reason"])
        return redirect("diary:unit", id=shown.unit_id)

    return _asked(request, form, act, "diary/withdraw.html", {"entry": shown})


@listed
def photo(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """A photo to those who read its line's notes; `?size=small` in its small size. Never public or in shared caches."""
    shown = _entry(request, id)
    if not shown.photo or not access.may_read_notes(request.user, shown):
        raise NotFound("diary.no_photo", vi="Không có ảnh này.", en="There is no such photo.")
    files, name = shown.photo.storage, shown.photo.name or ""
    small = small_name(name)
    wanted = small if request.GET.get("size") == "small" and files.exists(small) else name
    response = FileResponse(files.open(wanted, "rb"), content_type="image/webp")
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _sought(request: HttpRequest) -> list[Entry]:
    """The lines of `?unit=` and `?season=`; without them all that one sees."""
    unit_id = request.GET.get("unit", "")
    try:
        shown = _unit(request, uuid.UUID(unit_id)) if unit_id else None
    except ValueError:
        shown = _unit(request, uuid.UUID(int=0))
    found = access.diary_of(request.user, unit=shown, lot=request.GET.get("lot", "")[:200])
    if request.GET.get("season"):
        found = found.filter(season=request.GET["season"][:8])
    return list(found.select_related("replaced_by")[:MOST_ROWS])


@listed
def as_csv(request: HttpRequest) -> HttpResponseBase:
    found = _sought(request)
    return csv_answer("diary", sheets.COLUMNS, _rows(request, found))


@listed
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    found = _sought(request)
    return xlsx_answer("diary", sheets.COLUMNS, _rows(request, found), title="Nhật ký")


def _rows(request: HttpRequest, found: list[Entry]) -> list[tuple[Any, ...]]:
    return sheets.rows_of(found, access.wrong(found), noted=access.units_with_notes(request.user, found))


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _asked(
    request: HttpRequest,
    form: SpeakingForm,
    act: Callable[[], HttpResponseBase],
    template: str,
    context: dict[str, Any],
) -> HttpResponseBase:
    """The page of a plain form: done, or shown with what is wrong beside its fields."""
    if form.is_valid():
        try:
            return act()
        except Problem as problem:
            if problem.status in (403, 404):
                raise
            form.blame(problem)
    return render(request, template, {**context, "form": form}, status=422 if form.errors else 200)
