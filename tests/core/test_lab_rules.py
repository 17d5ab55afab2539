"""The pure decisions of the laboratory room: verdicts, units, limits by date, gaps of custody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienvung.errors import Invalid
from lienvung.lab import rules
from lienvung.lab.rules import Measured, Verdict
from lienvung.lab.units import UNITS, convert, spell


@dataclass
class Row:
    comparison: str = "max"
    value: Decimal | None = Decimal("0.4")
    unit: str = "mg/kg"
    product_kind: str = "rice"
    analyte: str = "cadmium"
    valid_from: date = date(2020, 1, 1)
    valid_to: date | None = None


def measured(value: str | None, unit: str = "mg/kg", lod: str | None = None, spread: str | None = None) -> Measured:
    return Measured(
        *(None if value is None else Decimal(value), unit), *(None if x is None else Decimal(x) for x in (lod, spread))
    )


@pytest.mark.parametrize(
    ("result", "limit", "verdict"),
    [
        (measured("0.4"), Row(), Verdict.WITHIN),
        (measured("0.400000001"), Row(), Verdict.OVER),
        (measured("401", "µg/kg"), Row(), Verdict.OVER),
        (measured("400", "ppb"), Row(), Verdict.WITHIN),
        (measured("0.45", spread="0.05"), Row(), Verdict.DOUBTFUL),
        (measured("0.45", spread="0.04"), Row(), Verdict.OVER),
        (measured(None, lod="0.01"), Row(), Verdict.WITHIN),
        (measured(None, lod="0.5"), Row(), Verdict.UNSUITABLE),
        (measured("0.1", "mg/L"), Row(), Verdict.NO_LIMIT),
        (measured("0.1"), None, Verdict.NO_LIMIT),
        (measured("11"), Row("min", Decimal(12)), Verdict.OVER),
        (measured("12"), Row("min", Decimal(12)), Verdict.WITHIN),
        (measured(None, lod="1"), Row("min", Decimal(12)), Verdict.OVER),
        (measured("0"), Row("absent", None), Verdict.WITHIN),
        (measured(None, lod="0.01"), Row("absent", None), Verdict.WITHIN),
        (measured("0.001"), Row("absent", None), Verdict.OVER),
    ],
)
def test_a_result_against_its_limit(result: Measured, limit: Row | None, verdict: Verdict) -> None:
    assert rules.judge(result, limit) is verdict


def test_what_holds() -> None:
    assert {Verdict.OVER, Verdict.DOUBTFUL} == rules.HOLDING
    assert set(rules.VERDICTS) == set(Verdict)


AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=6, allow_nan=False, allow_infinity=False)


@given(AMOUNTS, st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_units_turn_into_each_other_and_back_without_loss_or_not_at_all(value: Decimal, one: str, other: str) -> None:
    if UNITS[one].dimension == UNITS[other].dimension:
        assert convert(convert(value, unit=one, to=other), unit=other, to=one) == value
    else:
        with pytest.raises(Invalid):
            convert(value, unit=one, to=other)


@given(AMOUNTS, AMOUNTS, st.sampled_from(["mg/kg", "µg/kg", "ppb", "g/kg", "%"]))
def test_the_verdict_does_not_hang_on_the_unit(value: Decimal, limit: Decimal, unit: str) -> None:
    row = Row(value=limit)
    told = convert(value, unit="mg/kg", to=unit)
    assert rules.judge(Measured(told, unit), row) is rules.judge(Measured(value, "mg/kg"), row)


@pytest.mark.parametrize(
    ("typed", "unit"), [("ug/kg", "µg/kg"), ("μg/kg", "µg/kg"), ("MG/KG", "mg/kg"), ("mg / kg", "mg/kg")]
)
def test_the_ways_in_which_a_unit_is_typed(typed: str, unit: str) -> None:
    assert spell(typed) == unit


def test_an_unknown_unit_is_a_fault() -> None:
    with pytest.raises(Invalid):
        spell("thìa")


def test_the_limit_of_the_day_and_the_group() -> None:
    general = Row(product_kind="", value=Decimal(1))
    old, new = Row(valid_to=date(2024, 12, 31)), Row(valid_from=date(2025, 1, 1), value=Decimal("0.2"))
    other = Row(product_kind="fish")
    rows = [general, new, old, other]
    assert rules.limit_on(rows, kind="rice", analyte="cadmium", on=date(2024, 12, 31)) is old
    assert rules.limit_on(rows, kind="rice", analyte="cadmium", on=date(2025, 1, 1)) is new
    assert rules.limit_on(rows, kind="tea", analyte="cadmium", on=date(2025, 1, 1)) is general
    assert rules.limit_on(rows, kind="rice", analyte="lead", on=date(2025, 1, 1)) is None
    assert rules.limit_on(rows, kind="rice", analyte="cadmium", on=date(2019, 1, 1)) is None


@dataclass
class Told:
    step: str
    hour: int
    giver: str = ""
    receiver: str = ""
    seal_intact: bool = True

    @property
    def at(self) -> datetime:
        return datetime(2026, 6, 1, self.hour, tzinfo=UTC)


WHOLE = [Told("taken", 1, receiver="A"), Told("handed", 2, "A", "B"), Told("received", 3, "A", "B")]


def test_a_whole_chain_has_no_gap() -> None:
    assert rules.gaps(WHOLE) == []
    assert (
        rules.gaps([*WHOLE, Told("handed", 4, "B", "C"), Told("received", 5, "B", "C"), Told("destroyed", 6, "C")])
        == []
    )


@pytest.mark.parametrize("left", range(3))
def test_each_missing_row_is_a_gap(left: int) -> None:
    assert rules.gaps([row for place, row in enumerate(WHOLE) if place != left])


@pytest.mark.parametrize(
    "rows",
    [
        [WHOLE[0], Told("handed", 2, "X", "B"), Told("received", 3, "X", "B")],
        [WHOLE[0], WHOLE[1], Told("received", 3, "A", "C")],
        [*WHOLE[:2], Told("received", 3, "A", "B", seal_intact=False)],
        [*WHOLE, Told("destroyed", 4, "A")],
        [*WHOLE, Told("handed", 4, "B", "C"), Told("handed", 5, "B", "D"), Told("received", 6, "B", "D")],
        [],
    ],
)
def test_what_else_is_a_gap(rows: list[Told]) -> None:
    assert rules.gaps(rows)


def test_codes_are_drawn_and_found_again() -> None:
    codes = {rules.new_code(2026) for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert rules.code_of(f"https://mau.example/lab/samples/{code.lower()}/") == code
