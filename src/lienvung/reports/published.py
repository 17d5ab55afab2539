"""What everybody may see of a published agreement: chosen counts, figures of locked periods, and the rows behind them.

A figure is public when a party has chosen its indicator (or the indicator is marked public) and the period is locked:
what can still change, and the words of results, are not published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import F, Prefetch, Q, QuerySet

from lienvung.errors import NotFound
from lienvung.programme.access import Standing
from lienvung.programme.models import Agreement, Commitment, Party
from lienvung.programme.rules import may, state_of_agreement
from lienvung.reports.dashboards import AGREED, COUNTS, LATE, PROMISED, TOLD, dashboard
from lienvung.reports.models import PublicFigure
from lienvung.results.models import Correction, FrozenFigure, Indicator, Period
from lienvung.texts import Text

# what a party may show: its own doing; disputes and silence are as much the other side's
CHOOSABLE: Final = (PROMISED, TOLD, AGREED, LATE)


@dataclass(frozen=True, slots=True)
class PartyFigures:
    """The counts that a party shows."""

    party: Party
    counts: list[tuple[str, Text, int]]


@dataclass(frozen=True, slots=True)
class LockedFigure:
    """An indicator at the end of a locked period; `frozen` where a correction that both sides agreed on changed it."""

    indicator: Indicator
    period: Period
    value: Decimal | None
    target: Decimal | None
    frozen: Decimal | None

    @property
    def corrected(self) -> bool:
        return self.value != self.frozen


def agreements() -> QuerySet[Agreement]:
    return Agreement.objects.filter(published_at__isnull=False).exclude(state=Agreement.State.DRAFT)


def agreement(code: str) -> Agreement:
    found = agreements().filter(code=code).first()
    if found is None:
        raise NotFound(
            "reports.not_published",
            vi="Không có thỏa thuận nào đã công bố ở địa chỉ này.",
            en="There is no published agreement at this address.",
        )
    return found


def commitments(agreement: Agreement) -> QuerySet[Commitment]:
    """All but drafts, as on the agreement's own page."""
    found = agreement.commitments.exclude(state=Commitment.State.DRAFT)
    return found.select_related("obligor", "beneficiary", "field", "clause").order_by("number")


def indicators(agreement: Agreement) -> QuerySet[Indicator]:
    chosen = PublicFigure.objects.filter(party__agreement=agreement, indicator__isnull=False).values("indicator")
    return Indicator.objects.filter(Q(public=True) | Q(pk__in=chosen), agreement=agreement).select_related("commitment")


def figures(agreement: Agreement) -> list[LockedFigure]:
    """Public indicators in locked periods, by indicator and time; two queries."""
    agreed = Correction.objects.filter(agreed_at__isnull=False).order_by("agreed_at")
    rows = (
        FrozenFigure.objects.filter(
            indicator__in=indicators(agreement).values("pk"),
            period__state=Period.State.LOCKED,
            round=F("period__round"),
        )
        .select_related("indicator__commitment", "period")
        .prefetch_related(Prefetch("corrections", agreed))
        .order_by("indicator__order", "indicator__code", "period__starts_on", "period__ends_on")
    )
    found = []
    for row in rows:
        corrections = list(row.corrections.all())
        value = corrections[-1].value if corrections else row.value
        found.append(LockedFigure(row.indicator, row.period, value, row.target, row.value))
    return found


def counts(agreement: Agreement, today: date) -> list[PartyFigures]:
    """The counts that each party has chosen; parties that have chosen none are left out."""
    chosen: dict[Any, set[str]] = {}
    rows = PublicFigure.objects.filter(party__agreement=agreement).exclude(count="")
    for party, count in rows.values_list("party_id", "count"):
        chosen.setdefault(party, set()).add(count)
    if not chosen:
        return []
    tallies = {row.id: row for row in dashboard(agreement, today).parties}
    return [
        PartyFigures(
            party,
            [(name, COUNTS[name][0], tallies[party.pk].counts[name]) for name in CHOOSABLE if name in chosen[party.pk]],
        )
        for party in agreement.parties.all()
        if party.pk in chosen
    ]


def parties_to_choose_for(standing: Standing) -> list[Party]:
    """The parties for which the account may say what everybody sees."""
    row = standing.agreement
    state = state_of_agreement(row.state, row.ends_on, standing.today)
    return [
        party
        for party in row.parties.filter(pk__in=standing.parties)
        if may("agreement", state, "choose_public", standing.roles(party=party.pk))
    ]


def choice_of(party: Party) -> set[str]:
    """What a party has chosen, as the form names it: `count:…`, `indicator:…`."""
    rows = PublicFigure.objects.filter(party=party).values_list("count", "indicator_id")
    return {f"count:{count}" if count else f"indicator:{indicator}" for count, indicator in rows}


def choices_for(party: Party) -> Sequence[tuple[str, Text]]:
    """What a party may choose: its own counts, and indicators that are its own or of all parties."""
    own = Indicator.objects.filter(Q(party=party) | Q(party__isnull=True), agreement=party.agreement_id)
    counted = [(f"count:{name}", COUNTS[name][0]) for name in CHOOSABLE]
    return [*counted, *((f"indicator:{each.pk}", each.words) for each in own.order_by("order", "code"))]
