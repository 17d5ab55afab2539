"""The figures of an agreement's indicators in a period, in a fixed number of queries.

An open period shows what stands now: confirmed results count, told ones stand beside them. A locked one shows what was
frozen, and corrections as corrections. A period takes the results of the shorter periods within it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from lienvung import registry
from lienvung.registry import EvidenceRow, IndicatorDays
from lienvung.results import rules
from lienvung.results.models import AutomaticFigure, Claim, Correction, FrozenFigure, Indicator, Period, Target
from lienvung.results.rules import SumFault

FRESH: Final = timedelta(minutes=10)
MOST_ROWS: Final = 200
COUNTED: Final = (rules.CONFIRMED, rules.SUBMITTED, rules.DISPUTED)


@dataclass(slots=True)
class Figure:
    """One indicator in one period. `value`: what counts now; `waiting`: told, not confirmed; `frozen`: as it was
    locked; `corrections`: of it, the unagreed among them; `rounds`: (number of the lock, value) of every lock."""

    indicator: Indicator
    value: Decimal | None = None
    waiting: Decimal | None = None
    target: Decimal | None = None
    faults: list[SumFault] = field(default_factory=list)
    frozen: FrozenFigure | None = None
    corrections: list[Correction] = field(default_factory=list)
    rounds: list[tuple[int, Decimal | None]] = field(default_factory=list)

    @property
    def reached(self) -> bool | None:
        return rules.reached(self.value, self.target, self.indicator.direction)

    @property
    def share(self) -> Decimal | None:
        return rules.share_of(self.value, self.target, self.indicator.baseline, self.indicator.direction)

    @property
    def corrected(self) -> bool:
        return bool(self.frozen and self.value != self.frozen.value)

    @property
    def changed_by_unlocking(self) -> bool:
        return len({value for _, value in self.rounds}) > 1


def figures_of(period: Period) -> list[Figure]:
    """Every indicator of the period's agreement, parts after their parents."""
    indicators = list(
        Indicator.objects.filter(agreement=period.agreement_id).select_related("parent", "commitment", "field", "party")
    )
    found = {each.pk: Figure(each) for each in indicators}
    for target in Target.objects.filter(period=period):
        if target.indicator_id in found:
            found[target.indicator_id].target = target.value
    if period.locked:
        _frozen(period, found)
    else:
        _standing(period, indicators, found)
        _rounds(period, found)
    return ordered(found.values())


def ordered(figures: Iterable[Figure]) -> list[Figure]:
    """Parents before their parts, at any depth."""
    below: dict[Any, list[Figure]] = defaultdict(list)
    for figure in figures:
        below[figure.indicator.parent_id].append(figure)
    out: list[Figure] = []

    def walk(parent: Any) -> None:
        for each in below.pop(parent, []):
            out.append(each)
            walk(each.indicator.pk)

    walk(None)
    return out


def _standing(period: Period, indicators: Sequence[Indicator], found: dict[Any, Figure]) -> None:
    told: dict[tuple[Any, bool], list[tuple[date, Decimal]]] = defaultdict(list)
    claims = Claim.objects.filter(
        agreement=period.agreement_id, indicator__isnull=False, state__in=COUNTED,
        period__starts_on__gte=period.starts_on, period__ends_on__lte=period.ends_on,
    )  # fmt: skip
    rows = claims.values_list("indicator", "state", "value", "happened_on", "period__ends_on")
    for indicator, state, value, happened_on, ends_on in rows.order_by("recorded_at"):
        if value is not None:
            told[indicator, state == rules.CONFIRMED].append((happened_on or ends_on, value))
    own = {
        each.pk: automatic_figure(each, period)
        if each.automatic
        else rules.gathered(each.gathering, told[each.pk, True])
        for each in indicators
    }
    parts: dict[Any, dict[str, list[Indicator]]] = defaultdict(lambda: defaultdict(list))
    for each in indicators:
        if each.parent_id:
            parts[each.parent_id][each.dimension].append(each)

    def value_of(pk: Any) -> Decimal | None:
        figure = found[pk]
        below = {dimension: [value_of(each.pk) for each in some] for dimension, some in parts[pk].items()}
        figure.value, figure.faults = rules.total_of(own[pk], below)
        return figure.value

    for each in indicators:
        found[each.pk].waiting = rules.gathered(each.gathering, told[each.pk, False])
        if each.parent_id is None:
            value_of(each.pk)


def _frozen(period: Period, found: dict[Any, Figure]) -> None:
    for frozen in FrozenFigure.objects.filter(period=period).order_by("round").prefetch_related("corrections"):
        figure = found[frozen.indicator_id]
        figure.rounds.append((frozen.round, frozen.value))
        if frozen.round != period.round:
            continue
        figure.frozen, figure.waiting, figure.target = frozen, frozen.waiting, frozen.target
        figure.corrections = list(frozen.corrections.all())
        agreed = [each.value for each in figure.corrections if each.agreed_at]
        figure.value = agreed[-1] if agreed else frozen.value
    parts: dict[Any, dict[str, list[Decimal | None]]] = defaultdict(lambda: defaultdict(list))
    for each in found.values():
        if each.indicator.parent_id:
            parts[each.indicator.parent_id][each.indicator.dimension].append(each.value)
    for pk, below in parts.items():
        _, found[pk].faults = rules.total_of(found[pk].value, below)


def _rounds(period: Period, found: dict[Any, Figure]) -> None:
    if period.round:
        for frozen in FrozenFigure.objects.filter(period=period).order_by("round"):
            found[frozen.indicator_id].rounds.append((frozen.round, frozen.value))


# ---- figures that rooms count by themselves


def automatic_figure(indicator: Indicator, period: Period) -> Decimal | None:
    """The provider's figure, asked anew when what is kept is older than ten minutes."""
    if indicator.automatic not in registry.indicators:
        return None
    days = IndicatorDays(period.starts_on, period.ends_on, indicator.product_group)
    key: dict[str, Any] = {
        "name": indicator.automatic,
        "product_group": days.product_group,
        "starts_on": days.starts_on,
        "ends_on": days.ends_on,
    }
    kept = AutomaticFigure.objects.filter(**key).first()
    now = timezone.now()
    if kept is not None and now - kept.at < FRESH:
        return kept.value
    value = registry.indicators[indicator.automatic].figure(days)
    with transaction.atomic():
        AutomaticFigure.objects.update_or_create(**key, defaults={"value": value, "at": now})
    return value


def automatic_rows(indicator: Indicator, period: Period) -> Sequence[EvidenceRow]:
    """What the automatic figure counts, most of it first."""
    if indicator.automatic not in registry.indicators:
        return []
    days = IndicatorDays(period.starts_on, period.ends_on, indicator.product_group)
    return registry.indicators[indicator.automatic].rows(days, MOST_ROWS)
