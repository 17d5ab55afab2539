"""Pages of establishments: the official's desk, lists, one establishment, grades, commitments, one's own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language

from lienvung.catalogue.words import product_kind
from lienvung.control import access, actions, lists, reference, rules, words
from lienvung.control.forms import BreachForm, CommitmentForm, EditForm, EstablishmentForm, GradeForm
from lienvung.control.models import Commitment, Establishment
from lienvung.errors import Conflict, NotFound, Problem
from lienvung.people.gate import listed, person
from lienvung.people.views.organisations import pager
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.territory.access import describe, units_on
from lienvung.texts import Text

PAGE = 50
SHOWN = 10
DUE_DAYS = 31  # how far the desk looks ahead


def actable(request: HttpRequest, id: uuid.UUID) -> Establishment:
    """The establishment, for officials of its province; the others get 403 (as from the actions themselves)."""
    found = access.establishment(id)
    if not access.may_act(request.user, found):
        raise actions.not_your_province()
    return found


def asked(
    request: HttpRequest,
    form: SpeakingForm,
    act: Callable[[dict[str, Any]], Any],
    template: str,
    context: dict[str, Any],
    *,
    done: Callable[[Any], HttpResponseBase],
) -> HttpResponseBase:
    """A form's page: the act when it is right, otherwise the form again with its faults (409 for a clash)."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return done(act(form.cleaned_data))
            except Problem as problem:
                if problem.status == 403:
                    raise
                form.blame(problem)
                status = 409 if isinstance(problem, Conflict) else 422
    return render(request, template, {**context, "form": form, "page_errors": form.errors}, status=status)


def said(text: Text) -> str:
    return text.in_language(get_language() or "vi")


def chosen_province(request: HttpRequest) -> tuple[str, list[str]]:
    """The province asked for, otherwise the reader's own; '' = all. Every official may look at every province."""
    own = access.provinces_of(request.user)
    known = sorted({*access.provinces(), *own})
    chosen = request.GET.get("province", own[0] if own else "")
    chosen = chosen if chosen in known else ""
    return chosen, [chosen] if chosen else known


def province_choices(chosen: str) -> list[tuple[str, Text, bool]]:
    codes = sorted({*access.provinces(), chosen} - {""})
    names = {unit.code: Text(unit.name, unit.name_en) for unit in units_on(level="province").filter(code__in=codes)}
    return [(code, names.get(code, Text(code, code)), code == chosen) for code in codes]


@listed
def desk(request: HttpRequest) -> HttpResponseBase:
    own, today = access.provinces_of(request.user), timezone.localdate()
    days = reference.practice().commitment.due_soon_days
    late = access.overdue(today, provinces=own)
    due = access.visits_due(own, today + timedelta(days=DUE_DAYS))
    renewals = access.renewals(today, days, provinces=own)
    under_way = access.inspections(provinces=own).exclude(state="signed")
    context = {
        "late": with_words(late[:SHOWN]),
        "late_count": late.count(),
        "due": due[:SHOWN],
        "due_count": due.count(),
        "renewals": [standing_of(each) for each in renewals[:SHOWN]],
        "renewal_count": renewals.count(),
        "under_way": [(each, words.INSPECTION_STATES[each.state]) for each in under_way[:SHOWN]],
        "plans": access.plans().filter(province__in=own)[:2],
        "today": today,
        "acts": bool(own),
    }
    return render(request, "control/desk.html", context)


def with_words(findings: Any) -> list[dict[str, Any]]:
    today = timezone.localdate()
    return [
        {
            "finding": each,
            "severity": words.SEVERITIES[each.severity],
            "state": words.FINDING_STATES[each.state],
            "late": each.late(today),
        }
        for each in findings
    ]


def standing_of(commitment: Commitment) -> dict[str, Any]:
    days = reference.practice().commitment.due_soon_days
    code = rules.commitment_standing(commitment.ends_on, timezone.localdate(), due_soon_days=days)
    tone = {"valid": "green", "due": "amber", "overdue": "red"}[code]
    return {"commitment": commitment, "standing": words.STANDINGS[code], "tone": tone}


@listed
def mine(request: HttpRequest) -> HttpResponseBase:
    """What the reader's own organisations have to do, and where they stand."""
    context = {
        "waiting": access.waiting_for(request.user),
        "findings": with_words(access.own_findings(request.user)),
        "establishments": access.own_establishments(request.user),
    }
    return render(request, "control/mine.html", context)


@listed
def establishments(request: HttpRequest) -> HttpResponseBase:
    query, risk = request.GET.get("q", "")[:200], request.GET.get("risk", "")
    chosen, _ = chosen_province(request)
    page = Paginator(access.establishments(query, province=chosen, risk=risk), PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [(each, words.RISKS[each.risk], Text(each.last_vi or "", each.last_en or "")) for each in page],
        "page": page,
        "pager": pager(request, page),
        "query": query,
        "provinces": province_choices(chosen),
        "risks": [(value, text, value == risk) for value, text in words.RISKS.items()],
        "may_register": bool(access.provinces_of(request.user)),
        "list_name": "establishments",
        "chosen": chosen,
    }
    return render(request, "control/establishments.html", context)


@listed
def register(request: HttpRequest) -> HttpResponseBase:
    form = EstablishmentForm(request.POST or None, initial={"gln": request.GET.get("gln", "")[:13]})

    def act(told: dict[str, Any]) -> Establishment:
        place = told.pop("gln")
        return actions.register_establishment(by=person(request), place=place, **told)

    return asked(
        request, form, act, "control/register.html", {},
        done=lambda made: redirect("control:establishment", id=made.pk),
    )  # fmt: skip


@listed
def establishment(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = access.establishment(id)
    sees = access.may_see(request.user, shown)
    grades = list(access.grades_of(shown)[:50])
    place = shown.place
    commitments = [standing_of(each) for each in access.commitments_of(shown)]
    context: dict[str, Any] = {
        "establishment": shown,
        "unit": describe(place.unit) if place.unit else None,
        "activities": [words.ACTIVITIES[code] for code in shown.activities],
        "groups": [product_kind(code) for code in shown.product_groups],
        "scale": words.SCALES[shown.scale],
        "risk": words.RISKS[shown.risk],
        "grades": grades,
        "published": [
            breach
            for entry in commitments
            for breach in entry["commitment"].breaches.all()
            if breach.consequence == "publish"
        ],
        "sees": sees,
        "may_act": access.may_act(request.user, shown),
        "small": shown.scale in words.SMALL,
    }
    if sees:
        seen = access.shown_to(request.user, access.inspections().filter(establishment=shown))[:50]
        context |= {
            "commitments": commitments,
            "inspections": [(each, words.KINDS[each.kind], words.INSPECTION_STATES[each.state]) for each in seen],
            "findings": with_words(access.findings().filter(establishment=shown).order_by("-due_on")[:50]),
            "under_way": access.open_inspection(shown),
        }
    return render(request, "control/establishment.html", context)


@listed
def edit(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = actable(request, id)
    form = EditForm(request.POST or None, establishment=shown)
    return asked(
        request, form,
        lambda told: actions.update_establishment(by=person(request), establishment=shown, **told),
        "control/edit.html", {"establishment": shown},
        done=lambda _: redirect("control:establishment", id=shown.pk),
    )  # fmt: skip


@listed
def grade(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = actable(request, id)
    form = GradeForm(request.POST or None)
    return asked(
        request, form,
        lambda told: actions.record_grade(by=person(request), establishment=shown, **told),
        "control/grade.html", {"establishment": shown, "schemes": reference.schemes()},
        done=lambda _: redirect("control:establishment", id=shown.pk),
    )  # fmt: skip


@listed
def commitment(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = actable(request, id)
    form = CommitmentForm(request.POST or None)
    return asked(
        request, form,
        lambda told: actions.record_commitment(by=person(request), establishment=shown, **told),
        "control/commitment.html", {"establishment": shown, "practice": reference.practice().commitment},
        done=lambda _: redirect("control:establishment", id=shown.pk),
    )  # fmt: skip


@listed
def commitments(request: HttpRequest) -> HttpResponseBase:
    """The renewal list: what ends first stands first."""
    chosen, provinces = chosen_province(request)
    page = Paginator(access.commitments(provinces=provinces), PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [standing_of(each) for each in page],
        "page": page,
        "pager": pager(request, page),
        "provinces": province_choices(chosen),
        "uncommitted": access.uncommitted(provinces)[:PAGE],
        "list_name": "commitments",
        "chosen": chosen,
    }
    return render(request, "control/commitments.html", context)


@listed
def breach(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = access.commitment(id)
    actable(request, shown.establishment_id)
    number = shown.breaches.count() + 1
    _, follows = rules.consequence(number, reference.practice().commitment.consequences)

    def done(made: Any) -> HttpResponseBase:
        messages.success(request, phrase(f"Vi phạm lần {made.number}: {made.words.vi}.", f"Breach {made.number}: {made.words.en}."))  # fmt: skip  # noqa: E501
        return redirect("control:establishment", id=shown.establishment_id)

    return asked(
        request, BreachForm(request.POST or None),
        lambda told: actions.record_breach(by=person(request), commitment=shown, **told),
        "control/breach.html",
        {"commitment": shown, "establishment": shown.establishment, "number": number, "follows": follows},
        done=done,
    )  # fmt: skip


@listed
def download(request: HttpRequest, name: str, ending: str) -> HttpResponseBase:
    made = {"csv": lists.as_csv, "xlsx": lists.as_xlsx}.get(ending)
    if name not in lists.LISTS or made is None:
        raise NotFound("control.no_list", vi="Không có danh sách này.", en="There is no such list.")
    _, provinces = chosen_province(request)
    return made(name, provinces, said)
