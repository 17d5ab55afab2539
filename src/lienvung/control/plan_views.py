"""Pages of the yearly inspection plan: proposed, edited, approved, measured."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from lienvung.control import access, actions
from lienvung.control.forms import DocumentForm, MonthForm, PlanForm, PlanRowForm
from lienvung.control.models import Plan
from lienvung.control.views import asked
from lienvung.people.access import is_official
from lienvung.people.gate import listed, person
from lienvung.people.views.organisations import pager
from lienvung.territory.access import units_on
from lienvung.texts import Text

PAGE = 60


def editable(request: HttpRequest, id: uuid.UUID) -> Any:
    found = access.plan(id)
    if not is_official(request.user, province=found.province):
        raise actions.not_your_province()
    return found


def province_words(code: str) -> Text:
    return words_of_provinces([code])[code]


def words_of_provinces(codes: Iterable[str]) -> dict[str, Text]:
    wanted = set(codes)
    known = {unit.code: Text(unit.name, unit.name_en) for unit in units_on(level="province").filter(code__in=wanted)}
    return {code: known.get(code, Text(code, code)) for code in wanted}


@listed
def plans(request: HttpRequest) -> HttpResponseBase:
    """All plans, and the form that proposes one for the reader's own province."""
    own = access.provinces_of(request.user)
    form = PlanForm(request.POST or None, initial={"year": timezone.localdate().year})
    if request.method == "POST" and not own:
        raise actions.not_your_province()
    shown = list(access.plans()[:50])
    names = words_of_provinces([*own, *(each.province for each in shown)])
    context = {
        "rows": [(each, names[each.province], each.done, each.planned) for each in shown],
        "own": [names[code] for code in own],
    }
    return asked(
        request, form,
        lambda told: actions.make_plan(by=person(request), province=own[0], year=told["year"]),
        "control/plans.html", context,
        done=lambda made: redirect("control:plan", id=made.pk),
    )  # fmt: skip


@listed
def plan(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = access.plan(id)
    page = Paginator(access.rows_of(shown), PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    context = {
        "plan": shown,
        "province": province_words(shown.province),
        "rows": [(row, late_in(shown, row, today)) for row in page],
        "page": page,
        "pager": pager(request, page),
        "done": shown.done,
        "planned": shown.planned,
        "may_edit": shown.state == Plan.State.DRAFT and is_official(request.user, province=shown.province),
    }
    return render(request, "control/plan.html", context)


def late_in(plan: Plan, row: Any, today: Any) -> bool:
    """Whether the month of an approved visit is over and nobody went."""
    approved = plan.state == Plan.State.APPROVED
    return approved and row.done_on is None and (plan.year, row.month) < (today.year, today.month)


@listed
def add_row(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = editable(request, id)

    def act(told: dict[str, Any]) -> Any:
        chosen = told.pop("gln")
        return actions.add_plan_row(by=person(request), plan=shown, establishment=chosen, **told)

    return asked(
        request, PlanRowForm(request.POST or None), act, "control/plan_add.html", {"plan": shown},
        done=lambda _: redirect("control:plan", id=shown.pk),
    )  # fmt: skip


@listed
def row(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """Another month for a visit, or none."""
    shown = access.plan_row(id)
    editable(request, shown.plan_id)
    form = MonthForm(None if "remove" in request.POST else request.POST or None, initial={"month": shown.month})
    if request.method == "POST" and "remove" in request.POST:
        actions.remove_plan_row(by=person(request), row=shown)
        return redirect("control:plan", id=shown.plan_id)
    return asked(
        request, form,
        lambda told: actions.move_plan_row(by=person(request), row=shown, month=told["month"]),
        "control/plan_row.html", {"row": shown, "plan": shown.plan},
        done=lambda _: redirect("control:plan", id=shown.plan_id),
    )  # fmt: skip


@listed
def approve(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = editable(request, id)
    return asked(
        request, DocumentForm(request.POST if request.method == "POST" else None),
        lambda told: actions.approve_plan(by=person(request), plan=shown, document=told["document"]),
        "control/plan_approve.html", {"plan": shown, "planned": shown.rows.count()},
        done=lambda _: redirect("control:plan", id=shown.pk),
    )  # fmt: skip
