"""Pages of periods, indicators and figures: what counts, what was frozen, what was corrected, what it rests on."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from lienvung import registry
from lienvung.errors import NotFound
from lienvung.people.gate import listed, person
from lienvung.results import access, actions, figures, rules
from lienvung.results.closing import may_not
from lienvung.results.forms import CalendarForm, CorrectionForm, IndicatorForm, PeriodsForm, ReasonForm, TargetForm
from lienvung.results.measuring import FACTS
from lienvung.results.models import Correction, FrozenFigure, Indicator, Period
from lienvung.results.views import asked, rows_of
from lienvung.texts import Text

LABELS = {
    "lock": (
        Text("Khoá sổ kỳ", "Lock the period"),
        Text(
            "Số liệu được chốt; kết quả trong kỳ không sửa được nữa. Kết quả chưa được trả lời cũng được chốt như thế.",
            "Figures are frozen; results of the period change no more. What was not answered is frozen as such.",
        ),
    ),
    "unlock": (
        Text("Mở khoá kỳ", "Unlock the period"),
        Text(
            "Số liệu đã chốt vẫn giữ; thay đổi sau đó hiện bên cạnh.",
            "Frozen figures stay; what changes shows beside them.",
        ),
    ),
}


def back(period: Period) -> HttpResponseBase:
    return redirect("results:period", id=period.pk)


@listed
def period(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown, view = access.period(request.user, id)
    claims = view.claims().filter(period=shown).order_by("commitment__number", "recorded_at")
    may = {act: access.may_on_period(view.standing, act, shown) for act in ("lock", "unlock", "correct")}
    context = {
        "period": shown,
        "agreement": view.agreement,
        "figures": figures.figures_of(shown),
        "rows": rows_of(claims[:200]),
        "acts": shown.acts.select_related("party"),
        "may": may,
        "may_measure": access.may_measure(view.standing) and not shown.locked,
        "parties": view.standing.parties,
    }
    return render(request, "results/period.html", context)


@listed
def turn(request: HttpRequest, id: uuid.UUID, act: str) -> HttpResponseBase:
    """Lock or unlock, with a reason."""
    shown, view = access.period(request.user, id)
    state = Period.State.OPEN if act == "lock" else Period.State.LOCKED
    if not access.may_on_period(view.standing, act, Period(state=state)):
        raise may_not()
    write = actions.lock_period if act == "lock" else actions.unlock_period
    form = ReasonForm(request.POST or None, initial={"seen": shown.version})
    context = {"title": LABELS[act][0], "lead": LABELS[act][1], "period": shown, "agreement": view.agreement}
    return asked(
        request, form,
        lambda told: write(by=person(request), period=shown, version=told["seen"], reason=told["reason"]),
        "results/form.html", context, done=back,
        stands=lambda: Period.objects.values_list("version", flat=True).get(pk=shown.pk),
    )  # fmt: skip


@listed
def new_periods(request: HttpRequest, code: str) -> HttpResponseBase:
    view = access.agreement(request.user, code)
    if not access.may_measure(view.standing):
        raise may_not()
    context = {"title": Text("Mở kỳ báo cáo", "Open periods"), "agreement": view.agreement}
    return asked(
        request, PeriodsForm(request.POST or None),
        lambda told: actions.open_periods(by=person(request), agreement=view.agreement, **told),
        "results/form.html", context, done=lambda _: redirect("results:agreement", code=code),
    )  # fmt: skip


@listed
def calendar(request: HttpRequest, code: str) -> HttpResponseBase:
    view = access.agreement(request.user, code)
    if not access.may_measure(view.standing):
        raise may_not()
    context = {
        "title": Text("Quy định kỳ báo cáo", "The reporting calendar"),
        "agreement": view.agreement,
        "calendars": view.agreement.calendars.all(),
    }
    return asked(
        request, CalendarForm(request.POST or None),
        lambda told: actions.set_calendar(by=person(request), agreement=view.agreement, **told),
        "results/form.html", context, done=lambda _: redirect("results:agreement", code=code),
    )  # fmt: skip


@listed
def indicators(request: HttpRequest, code: str) -> HttpResponseBase:
    view = access.agreement(request.user, code)
    known = view.agreement.indicators.select_related("commitment").prefetch_related("targets__period")
    found = figures.ordered(figures.Figure(each) for each in known)
    context = {
        "agreement": view.agreement,
        "rows": [
            (
                each.indicator,
                rules.DIRECTIONS[each.indicator.direction],
                provider(each.indicator),
                sorted(
                    each.indicator.targets.all(),
                    key=lambda target: (target.period.ends_on - target.period.starts_on, target.period.starts_on),
                ),
            )
            for each in found
        ],
        "may_measure": access.may_measure(view.standing),
    }
    return render(request, "results/indicators.html", context)


def provider(indicator: Indicator) -> Any:
    known = indicator.automatic in registry.indicators
    return registry.indicators[indicator.automatic] if known else None


@listed
def new_indicator(request: HttpRequest, code: str) -> HttpResponseBase:
    view = access.agreement(request.user, code)
    if not access.may_measure(view.standing):
        raise may_not()

    def act(told: dict[str, Any]) -> Indicator:
        told.pop("seen")
        return actions.add_indicator(by=person(request), agreement=view.agreement, **told)

    form = IndicatorForm(request.POST or None, agreement=view.agreement, initial={"seen": 0})
    context = {"title": Text("Thêm chỉ tiêu", "Add an indicator"), "agreement": view.agreement}
    done = redirect("results:indicators", code=code)
    return asked(request, form, act, "results/form.html", context, done=lambda _: done)


@listed
def edit_indicator(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown, view = access.indicator(request.user, id)
    if not access.may_measure(view.standing):
        raise may_not()
    first = {name: getattr(shown, name) for name in FACTS} | {"seen": shown.version}
    form = IndicatorForm(request.POST or None, agreement=view.agreement, initial=first)
    context = {"title": Text("Sửa chỉ tiêu", "Change an indicator"), "agreement": view.agreement}
    done = redirect("results:indicators", code=view.agreement.code)
    return asked(
        request, form,
        lambda told: actions.edit_indicator(by=person(request), indicator=shown, version=told.pop("seen"), **told),
        "results/form.html", context, done=lambda _: done,
        stands=lambda: Indicator.objects.values_list("version", flat=True).get(pk=shown.pk),
    )  # fmt: skip


def of_period(request: HttpRequest, id: uuid.UUID, period: uuid.UUID) -> tuple[Indicator, Period, access.Seen]:
    shown, view = access.indicator(request.user, id)
    found = Period.objects.filter(pk=period, agreement=shown.agreement_id).first()
    if found is None:
        raise NotFound("results.no_period", vi="Không có kỳ này.", en="There is no such period.")
    return shown, found, view


@listed
def target(request: HttpRequest, id: uuid.UUID, period: uuid.UUID) -> HttpResponseBase:
    shown, found, view = of_period(request, id, period)
    if not access.may_measure(view.standing):
        raise may_not()
    stands = shown.targets.filter(period=found).first()
    form = TargetForm(request.POST or None, initial={"value": stands.value if stands else None})
    context = {
        "title": Text(f"Mục tiêu: {shown.name}", f"Target: {shown.words.en}"),
        "lead": Text("Để trống: không nêu.", "Empty: not stated."),
        "period": found,
        "agreement": view.agreement,
    }
    return asked(
        request, form,
        lambda told: actions.set_target(by=person(request), indicator=shown, period=found, **told),
        "results/form.html", context, done=lambda _: back(found),
    )  # fmt: skip


@listed
def evidence(request: HttpRequest, id: uuid.UUID, period: uuid.UUID) -> HttpResponseBase:
    """What a figure rests on: the results that count, or what the ledger counted."""
    shown, found, view = of_period(request, id, period)
    claims = view.claims().filter(
        indicator=shown, period__starts_on__gte=found.starts_on, period__ends_on__lte=found.ends_on
    )
    context = {
        "indicator": shown,
        "period": found,
        "agreement": view.agreement,
        "provider": provider(shown),
        "counted": figures.automatic_rows(shown, found),
        "most": figures.MOST_ROWS,
        "rows": rows_of(claims.order_by("recorded_at")),
        "parts": shown.parts.all(),
    }
    return render(request, "results/evidence.html", context)


@listed
def correct(request: HttpRequest, id: int) -> HttpResponseBase:
    frozen = FrozenFigure.objects.select_related("period", "indicator").filter(pk=id).first()
    if frozen is None:
        raise NotFound("results.no_figure", vi="Không có số liệu này.", en="There is no such figure.")
    found, view = access.period(request.user, frozen.period_id)
    if not access.may_on_period(view.standing, "correct", Period(state=Period.State.LOCKED)):
        raise may_not()
    context = {
        "title": Text(f"Điều chỉnh: {frozen.indicator.name}", f"Correct: {frozen.indicator.words.en}"),
        "lead": Text(
            "Số đã chốt vẫn giữ; số mới được tính khi bên kia đồng ý.",
            "The frozen figure stays; the new one counts once the other party agrees.",
        ),
        "period": found,
        "agreement": view.agreement,
    }
    return asked(
        request, CorrectionForm(request.POST or None),
        lambda told: actions.correct_figure(by=person(request), figure=frozen, **told),
        "results/form.html", context, done=lambda _: back(found),
    )  # fmt: skip


@listed
def agree(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found = Correction.objects.select_related("figure").filter(pk=id).first()
    if found is None:
        raise NotFound("results.no_correction", vi="Không có điều chỉnh này.", en="There is no such correction.")
    shown, _ = access.period(request.user, found.figure.period_id)
    actions.agree_correction(by=person(request), correction=found)
    return back(shown)
