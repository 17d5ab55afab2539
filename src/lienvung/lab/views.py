"""Pages of samples: the list, ordering, taking, custody, results; and the plan."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import segno
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe

from lienvung import registry
from lienvung.catalogue.access import place
from lienvung.catalogue.words import product_kind
from lienvung.errors import NotFound, Problem
from lienvung.lab import access, actions, rules, tables, words
from lienvung.lab.forms import CorrectionForm, CustodyForm, OrderForm, PlanForm, ResultForm, TakeForm, posted
from lienvung.lab.models import Hold, Limit, Result, Sample
from lienvung.people.access import organisation
from lienvung.people.actions import not_allowed
from lienvung.people.gate import listed, person
from lienvung.people.models import Account
from lienvung.people.views.organisations import pager
from lienvung.registry.forms import SpeakingForm
from lienvung.territory.access import unit_by_id
from lienvung.texts import Text

PAGE = 30
MOST_ROWS = 20_000
SAMPLE_COLUMNS = (
    *("code", "lot", "lot_name", "product_kind", "producer", "orderer", "laboratory", "reason", "state", "taken_at"),
    *("taken_by", "seal", "analyte", "value", "lod", "unit", "uncertainty", "verdict", "limit", "confirmed_at"),
    "corrected",
)
PLAN_COLUMNS = (
    *("year", "month", "product_kind", "planner", "place", "province", "reason", "analytes", "wanted"),
    *("ordered", "taken", "done"),
)


def found(request: HttpRequest, code: str) -> Sample:
    sample = access.sample(person(request), rules.code_of(code))
    if sample is None:
        raise NotFound("lab.no_sample", vi="Không có mẫu này.", en="There is no such sample.")
    return sample


def _id(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None


@listed
def index(request: HttpRequest) -> HttpResponseBase:
    state = request.GET.get("state", "")
    samples = access.samples(request.user)
    if state in words.STATES:
        samples = samples.filter(state=state)
    page = Paginator(samples, PAGE).get_page(request.GET.get("page"))
    rows = [{"sample": sample, "state": words.STATES[sample.state]} for sample in page]
    context = {
        "rows": rows,
        "page": page,
        "pager": pager(request, page),
        "states": [(value, text, value == state) for value, text in words.STATES.items()],
        "may_order": access.may_order_something(request.user),
        "holds": access.holds(request.user, in_force=True).count(),
        "alarms": access.alarms(request.user, unanswered=True).count(),
    }
    return render(request, "lab/index.html", context)


def _sample_rows(request: HttpRequest) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for sample in access.samples(request.user).prefetch_related("results", "results__replaced_by")[:MOST_ROWS]:
        own = [
            sample.code,
            sample.lot_uri,
            sample.lot_name,
            sample.product_kind,
            sample.producer.name if sample.producer else "",
            sample.orderer.name,
            sample.laboratory.name,
            sample.reason,
            sample.state,
            sample.taken_at or "",
            sample.taken_by_name,
            sample.seal,
        ]
        told = [each for each in sample.results.all() if each.confirmed_at is not None]
        rows += [[*own, *_result_cells(result)] for result in told] or [[*own, *[""] * 9]]
    return rows


def _result_cells(result: Result) -> list[Any]:
    numbers = [tables.plain_number(each) for each in (result.value, result.lod)]
    corrected = getattr(result, "replaced_by", None) is not None
    return [
        result.analyte,
        *numbers,
        result.unit,
        tables.plain_number(result.uncertainty),
        result.verdict,
        result.limit_words,
        result.confirmed_at,
        "x" if corrected else "",
    ]


@listed
def samples_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """All samples with their confirmed results, a row a result."""
    return tables.answer(kind, "samples", SAMPLE_COLUMNS, _sample_rows(request))


@listed
def order(request: HttpRequest) -> HttpResponseBase:
    account = person(request)
    if not access.may_order_something(account):
        raise not_allowed()
    twin = access.sample(account, rules.code_of(request.GET.get("twin", ""))) if request.GET.get("twin") else None
    initial = {"lot": request.GET.get("lot", "")[:400], "plan": request.GET.get("plan", "")[:40]}
    if twin is not None:
        initial |= {"lot": twin.lot_uri, "reason": "retest", "analytes": twin.analytes}
    form = OrderForm(posted(request), account=account, initial=initial)
    if form.is_valid():
        told = form.cleaned_data
        line = access.plan_line(uuid.UUID(told["plan"])) if told["plan"] else None

        def act() -> Sample:
            return actions.order_sample(
                by=account,
                lot=told["lot"],
                laboratory=organisation(uuid.UUID(told["laboratory"])),  # type: ignore[arg-type]  # one of the choices
                place=place(uuid.UUID(told["place"])) if told["place"] else None,
                reason=told["reason"],
                analytes=told["analytes"],
                plan=line,
                twin_of=twin,
            )

        made = _tried(form, act)
        if made is not None:
            return redirect("lab:sample", code=made.code)
    context = {"form": form, "twin": twin, "no_laboratory": not access.laboratories().exists()}
    return render(request, "lab/order.html", context, status=422 if form.errors else 200)


def _tried(form: SpeakingForm, act: Callable[[], Any]) -> Any:
    """What the action gives; None when it refused, the refusal being in the form. NotAllowed is no fault of a form."""
    try:
        return act()
    except Problem as problem:
        if problem.status == 403:
            raise
        form.blame(problem)
        return None


@listed
def sample(request: HttpRequest, code: str) -> HttpResponseBase:
    account, shown = person(request), found(request, code)
    may_test = access.may_test(account, shown)
    rows: list[dict[str, Any]] = []
    for result in access.results_of(shown):
        if result.confirmed_at is None and not may_test:
            continue  # an entry that nobody confirmed yet is the laboratory's own business
        limit, verdict = (
            actions.judged(result) if result.confirmed_at is None else (None, rules.Verdict(result.verdict))
        )
        rows.append(
            {
                "result": result,
                "value": tables.value_words(result),
                "limit": _limit_text(result, limit),
                "verdict": rules.VERDICTS[verdict],
                "bad": verdict in rules.HOLDING,
                "corrected": getattr(result, "replaced_by", None),
            }
        )
    custody = list(shown.custody.all())
    context = {
        "sample": shown,
        "state": words.STATES[shown.state],
        "reason": words.REASONS[shown.reason],
        "custody": [(row, words.STEPS[row.step]) for row in custody],
        "gaps": rules.gaps(custody) if shown.state != Sample.State.ORDERED else [],
        "rows": rows,
        "unconfirmed": any(row["result"].confirmed_at is None for row in rows),
        "may_test": may_test,
        "may_enter": may_test and shown.state in (Sample.State.AT_LABORATORY, Sample.State.DONE),
        "may_take": shown.state == Sample.State.ORDERED and access.may_take(account, shown),
        "may_handle": shown.taken_at is not None and access.may_handle(account, shown),
        "may_order": access.orderer_of(account, shown.producer) is not None,
        "twins": list(shown.twins.all()),
        **_came_of(account, shown),
    }
    return render(request, "lab/sample.html", context)


def _came_of(account: Account, shown: Sample) -> dict[str, Any]:
    """The holds that a sample's results set, the recalls decided from them, and the hold from which one may be."""
    holds = list(access.holds(account).filter(result__sample=shown))
    recalls = [each for hold in holds for each in registry.recalls_of_origin("lab", hold.pk)]
    standing = [hold for hold in holds if hold.state == Hold.State.IN_FORCE]
    free = bool(standing) and not any(each.in_force for each in recalls)
    may_recall = free and access.may_decide(account, shown.producer)
    return {"holds": holds, "recalls": recalls, "to_recall": standing[0] if may_recall else None}


def _limit_text(result: Result, limit: Limit | None) -> Text | str:
    """The limit that was kept with a confirmed result, else the one that would count; the column says what it is."""
    told = tables.limit_words(limit) if limit else None
    if told is None and result.limit and tables.limit_words(result.limit).vi == result.limit_words:
        told = tables.limit_words(result.limit)
    if told is None:
        return result.limit_words.removeprefix(tables.KEPT_LIMIT)
    return Text(told.vi.removeprefix(tables.KEPT_LIMIT), told.en)


@listed
def label(request: HttpRequest, code: str) -> HttpResponseBase:
    """A label to print; its code leads to the sample's page, where only those concerned get in."""
    shown = found(request, code)
    address = settings.ORIGIN + reverse("lab:sample", args=[shown.code])
    picture = segno.make(address, error="m", micro=False).svg_inline(scale=4, border=4, omitsize=False)
    return render(request, "lab/label.html", {"sample": shown, "address": address, "picture": mark_safe(picture)})


@listed
def take(request: HttpRequest, code: str) -> HttpResponseBase:
    account, shown = person(request), found(request, code)
    if not access.may_take(account, shown):
        raise not_allowed()
    form = TakeForm(posted(request), initial={"taken_by": str(account)})
    if form.is_valid() and _tried(form, lambda: actions.take_sample(by=account, sample=shown, **form.cleaned_data)):
        return redirect("lab:sample", code=shown.code)
    context = {"form": form, "sample": shown}
    return render(request, "lab/take.html", context, status=422 if form.errors else 200)


@listed
def custody(request: HttpRequest, code: str) -> HttpResponseBase:
    account, shown = person(request), found(request, code)
    if not access.may_handle(account, shown):
        raise not_allowed()
    received = access.may_test(account, shown)
    initial = {
        "step": "received" if received else "handed",
        "giver": str(shown.orderer_id),
        "receiver": str(shown.laboratory_id),
    }
    form = CustodyForm(posted(request), sample=shown, initial=initial)
    if form.is_valid():
        told = dict(form.cleaned_data)
        told["seal_intact"] = not told.pop("seal_broken")
        for side in ("giver", "receiver"):
            key = _id(told[side])
            told[side] = organisation(key) if key else None
        if _tried(form, lambda: actions.tell_custody(by=account, sample=shown, **told)):
            return redirect("lab:sample", code=shown.code)
    context = {"form": form, "sample": shown}
    return render(request, "lab/custody.html", context, status=422 if form.errors else 200)


@listed
def result(request: HttpRequest, code: str) -> HttpResponseBase:
    """A new result, or with ?replaces= the correction of a confirmed one."""
    account, shown = person(request), found(request, code)
    if not access.may_test(account, shown):
        raise not_allowed()
    before = _replaced(request, shown)
    initial: dict[str, Any] = {"unit": "mg/kg"}
    if before is not None:
        initial = {"analyte": before.analyte, "name_vi": before.name_vi, "unit": before.unit, "method": before.method}
    form = (CorrectionForm if before is not None else ResultForm)(posted(request), initial=initial)
    if form.is_valid():
        told = form.cleaned_data
        if _tried(form, lambda: actions.enter_result(by=account, sample=shown, replaces=before, **told)):
            return redirect("lab:sample", code=shown.code)
    context = {"form": form, "sample": shown, "before": before, "limits": access.limits()[:200]}
    return render(request, "lab/result.html", context, status=422 if form.errors else 200)


def _replaced(request: HttpRequest, sample: Sample) -> Result | None:
    asked = request.GET.get("replaces", "")
    if not asked:
        return None
    try:
        before = access.result(sample, uuid.UUID(asked))
    except ValueError:
        before = None
    if before is None:
        raise NotFound("lab.no_result", vi="Không có kết quả này.", en="There is no such result.")
    return before


@listed
def drop(request: HttpRequest, code: str, id: uuid.UUID) -> HttpResponseBase:
    account, shown = person(request), found(request, code)
    before = access.result(shown, id)
    if before is None:
        raise NotFound("lab.no_result", vi="Không có kết quả này.", en="There is no such result.")
    actions.drop_result(by=account, result=before)
    return redirect("lab:sample", code=shown.code)


@listed
def confirm(request: HttpRequest, code: str) -> HttpResponseBase:
    account, shown = person(request), found(request, code)
    actions.confirm_results(by=account, sample=shown)
    return redirect("lab:sample", code=shown.code)


@listed
def plan(request: HttpRequest) -> HttpResponseBase:
    year = _year(request)
    rows = [
        {"line": line, "kind": product_kind(line.product_kind), "reason": words.REASONS[line.reason]}
        for line in access.plan(year=year)
    ]
    context = {"rows": rows, "year": year, "may_plan": access.planners_of(request.user).exists()}
    return render(request, "lab/plan.html", context)


def _year(request: HttpRequest) -> int:
    asked = request.GET.get("year", "")
    return (
        int(asked)
        if asked.isascii() and asked.isdigit() and 2000 <= int(asked[:6]) <= 2999
        else timezone.localdate().year
    )


@listed
def plan_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    rows = [
        [
            line.year,
            line.month,
            line.product_kind,
            line.planner.name,
            line.place.name if line.place else "",
            line.unit.name if line.unit else "",
            line.reason,
            line.analytes,
            line.wanted,
            line.ordered,
            line.taken,
            line.done,
        ]
        for line in access.plan(year=_year(request))
    ]
    return tables.answer(kind, "sampling-plan", PLAN_COLUMNS, rows)


@listed
def plan_line(request: HttpRequest) -> HttpResponseBase:
    account = person(request)
    if not access.planners_of(account).exists():
        raise not_allowed()
    today = timezone.localdate()
    form = PlanForm(posted(request), account=account, initial={"year": today.year, "month": today.month})
    if form.is_valid():
        told = dict(form.cleaned_data)
        told["planner"] = organisation(uuid.UUID(told["planner"]))
        told["place"] = place(uuid.UUID(told["place"])) if told["place"] else None
        told["unit"] = unit_by_id(told["unit"]) if told["unit"] else None
        if _tried(form, lambda: actions.plan(by=account, **told)):
            return redirect(f"{reverse('lab:plan')}?year={told['year']}")
    return render(request, "lab/plan_line.html", {"form": form}, status=422 if form.errors else 200)
