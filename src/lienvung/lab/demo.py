"""The laboratory's part of the demo story, through the actions only: two samples, one of them over its limit.

Everything is invented; the limits are marked as illustrative and have no legal value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lienvung.catalogue.models import Lot, Place
from lienvung.lab import actions
from lienvung.lab.models import Hold, Limit, PlanLine, Reason, Sample
from lienvung.lab.rules import Comparison, Step
from lienvung.lab.tables import LimitDraft
from lienvung.people.models import Organisation

SINCE = date(2020, 1, 1)
INVENTED = "dữ liệu minh hoạ, không phải mức pháp lý"
LIMITS = (
    ("", "cadmium", "Cadimi (Cd)", "Cadmium", Comparison.MAX, "0.4", "mg/kg"),
    ("", "lead", "Chì (Pb)", "Lead", Comparison.MAX, "0.2", "mg/kg"),
    ("", "chlorpyrifos", "Chlorpyrifos", "Chlorpyrifos", Comparison.MAX, "0.05", "mg/kg"),
    ("shellfish", "e-coli", "E. coli", "E. coli", Comparison.MAX, "2.3", "MPN/g"),
    ("meat", "salmonella", "Salmonella", "Salmonella", Comparison.ABSENT, None, "/25g"),
)


@dataclass(frozen=True, slots=True)
class Played:
    """`good` is within its limits; `bad` is over one and holds its lot."""

    good: Sample
    bad: Sample
    hold: Hold


def illustrative_limits() -> list[LimitDraft]:
    """A small table for trials and tests."""
    return [
        LimitDraft(
            product_kind=kind,
            analyte=analyte,
            name_vi=vi,
            name_en=en,
            comparison=comparison,
            value=None if value is None else Decimal(value),
            unit=unit,
            basis="",
            source=INVENTED,
            certainty=Limit.Certainty.ILLUSTRATIVE,
            valid_from=SINCE,
            valid_to=None,
        )
        for kind, analyte, vi, en, comparison, value, unit in LIMITS
    ]


def play(
    *, authority: Organisation, laboratory: Organisation, good: Lot, bad: Lot, place: Place | None = None, year: int
) -> Played:
    """A plan, a sample that passes and one that fails: its lot and all that was made of it is held from then on."""
    actions.add_limits(by=None, drafts=illustrative_limits(), owner_party=authority.owner_party)
    line = actions.plan(
        by=None,
        planner=authority,
        year=year,
        month=6,
        product_kind=good.product.kind or "other",
        wanted=4,
        reason=Reason.RISK,
        analytes="cadmium, chlorpyrifos",
    )
    passed = _tested(authority, laboratory, good, place, plan=line, value="0.11", seal="NP-0001")
    failed = _tested(authority, laboratory, bad, place, plan=line, value="0.62", seal="NP-0002")
    return Played(passed, failed, Hold.objects.get(lot_uri=bad.uri, state=Hold.State.IN_FORCE))


def _tested(
    authority: Organisation,
    laboratory: Organisation,
    lot: Lot,
    place: Place | None,
    *,
    plan: PlanLine,
    value: str,
    seal: str,
) -> Sample:
    sample = actions.order_sample(
        by=None,
        orderer=authority,
        lot=lot.uri,
        laboratory=laboratory,
        reason=Reason.RISK,
        place=place,
        analytes="cadmium, chlorpyrifos",
        plan=plan,
        illustrative=True,
    )
    actions.take_sample(by=None, sample=sample, taken_by="Nguyễn Lấy Mẫu", seal=seal, amount="2 × 500 g")
    for step in (Step.HANDED, Step.RECEIVED):
        actions.tell_custody(by=None, sample=sample, step=step, giver=authority, receiver=laboratory)
    actions.enter_result(
        by=None,
        sample=sample,
        analyte="cadmium",
        unit="mg/kg",
        value=Decimal(value),
        uncertainty=Decimal("0.03"),
        method="ICP-MS",
    )
    actions.enter_result(by=None, sample=sample, analyte="chlorpyrifos", unit="µg/kg", lod=Decimal(5), method="GC-MS")
    actions.confirm_results(by=None, sample=sample)
    return sample
