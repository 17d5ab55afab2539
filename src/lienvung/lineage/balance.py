"""Mass balance: what went in against what came out, per unit, with a verdict that explains itself.

Masses in different units of mass (UN/ECE Recommendation 20 codes) are brought to kilograms.
Pieces have no mass unless the caller says what one weighs. Where nothing can be compared the
verdict says so; a caller who knows the process gives the plausible range of the yield.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

KILOGRAMS = {
    "KGM": 1.0,
    "GRM": 0.001,
    "MGM": 0.000_001,
    "DTN": 100.0,
    "TNE": 1000.0,
    "LBR": 0.453_592_37,
    "ONZ": 0.028_349_523_125,
}
ROUNDING = 1e-6  # of the amount that went in

Verdict = Literal["plausible", "too_much", "too_little", "not_comparable"]


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount in one event. `thing` is a name for `pieces`; `quantity` None = not given."""

    thing: str
    quantity: float | None
    unit: str  # '' = pieces
    event: int


@dataclass(frozen=True, slots=True)
class Balance:
    """`inputs` and `outputs` per unit, masses in KGM; `ratio` = out / in of what is comparable."""

    inputs: dict[str, float]
    outputs: dict[str, float]
    unit: str | None
    ratio: float | None
    low: float
    high: float
    verdict: Verdict
    incomplete: bool  # some event gave no amount
    events: list[int] = field(default_factory=list)

    @property
    def anomaly(self) -> bool:
        return self.verdict in ("too_much", "too_little")


def balance(
    inputs: Iterable[Amount],
    outputs: Iterable[Amount],
    *,
    low: float = 0.0,
    high: float = 1.0,
    piece_kg: Mapping[str, float] | None = None,
) -> Balance:
    """Set outputs against inputs; `low`..`high` is the plausible ratio out / in (inclusive).

    Compared is mass where both sides have any; else the one other unit that both sides have.
    Where an event gave no amount, too little or too much cannot be told from what is missing:
    only a surplus stands, if the missing amount is an output's.
    """
    weights = piece_kg or {}
    all_in, all_out = list(inputs), list(outputs)
    total_in, missing_in = _totals(all_in, weights)
    total_out, missing_out = _totals(all_out, weights)
    common = [unit for unit in total_in if unit in total_out and total_in[unit] > 0]
    unit = "KGM" if "KGM" in common else common[0] if len(common) == 1 else None
    ratio = total_out[unit] / total_in[unit] if unit is not None else None
    verdict: Verdict = "not_comparable"
    if ratio is not None and set(total_in) | set(total_out) == {unit}:
        verdict = _verdict(ratio, low, high, missing_in, missing_out)
    elif ratio is not None and ratio > high + ROUNDING and not missing_in and set(total_in) == {unit}:
        verdict = "too_much"  # outputs in other units only add to it
    events = sorted({amount.event for amount in (*all_in, *all_out)})
    incomplete = missing_in or missing_out
    return Balance(total_in, total_out, unit, ratio, low, high, verdict, incomplete, events)


def _verdict(ratio: float, low: float, high: float, missing_in: bool, missing_out: bool) -> Verdict:
    if ratio > high + ROUNDING:
        return "not_comparable" if missing_in else "too_much"
    if ratio < low - ROUNDING:
        return "not_comparable" if missing_out else "too_little"
    return "plausible" if not (missing_in or missing_out) else "not_comparable"


def _totals(amounts: Iterable[Amount], weights: Mapping[str, float]) -> tuple[dict[str, float], bool]:
    totals: dict[str, float] = {}
    missing = False
    for amount in amounts:
        unit, quantity = amount.unit, amount.quantity
        if quantity is None:
            missing = True
            continue
        if unit in KILOGRAMS:
            unit, quantity = "KGM", quantity * KILOGRAMS[unit]
        elif not unit and amount.thing in weights:
            unit, quantity = "KGM", quantity * weights[amount.thing]
        totals[unit] = totals.get(unit, 0.0) + quantity
    return {unit: round(total, 9) for unit, total in totals.items()}, missing
