"""Mass balance and the table of states."""

from __future__ import annotations

import pytest

from lienvung.epcis import vocabulary
from lienvung.lineage.balance import Amount, balance
from lienvung.lineage.facts import DELETE, EPC, INPUT, OUTPUT
from lienvung.lineage.states import BIZ_STEP_STATES, DISPOSITION_STATES, STATE_TEXTS, State, state_of


def amount(quantity: float | None, unit: str = "KGM", thing: str = "x", event: int = 1) -> Amount:
    return Amount(thing, quantity, unit, event)


@pytest.mark.parametrize(
    ("inputs", "outputs", "verdict"),
    [
        ([amount(1000)], [amount(650)], "plausible"),
        ([amount(1000)], [amount(900)], "too_much"),
        ([amount(1000)], [amount(100)], "too_little"),
        ([amount(1, "TNE")], [amount(650)], "plausible"),
        ([amount(1, "TNE")], [amount(650, "LTR")], "not_comparable"),
        ([amount(1000)], [amount(900), amount(3, "LTR")], "too_much"),
        ([amount(1000)], [amount(600), amount(3, "LTR")], "not_comparable"),
        ([amount(1000), amount(None)], [amount(900)], "not_comparable"),
        ([amount(1000)], [amount(900), amount(None)], "too_much"),
        ([amount(1000)], [amount(130, "", "pack")], "plausible"),
        ([amount(1000)], [amount(180, "", "pack")], "too_much"),
        ([amount(10, "")], [amount(8, "")], "too_much"),
        ([], [amount(8)], "not_comparable"),
        ([amount(0)], [amount(8)], "not_comparable"),
    ],
)
def test_verdict(inputs, outputs, verdict):
    result = balance(inputs, outputs, low=0.6, high=0.7, piece_kg={"pack": 5.0})
    assert result.verdict == verdict
    assert result.anomaly == (verdict in ("too_much", "too_little"))


def test_the_events_it_rests_on_and_the_ratio():
    result = balance([amount(400, event=7), amount(600, event=3)], [amount(640, event=9)], low=0.6, high=0.7)
    assert result.events == [3, 7, 9]
    assert result.ratio == pytest.approx(0.64)
    assert (result.inputs, result.outputs) == ({"KGM": 1000.0}, {"KGM": 640.0})


def test_only_words_of_the_standard_are_mapped():
    assert set(BIZ_STEP_STATES) <= vocabulary.BIZ_STEP.words
    assert set(DISPOSITION_STATES) <= vocabulary.DISPOSITION.words
    assert set(STATE_TEXTS) == set(State)


@pytest.mark.parametrize(
    ("step", "disposition", "role", "state"),
    [
        ("retail_selling", "retail_sold", EPC * 4 + DELETE, State.SOLD),
        ("shipping", "in_transit", EPC * 4, State.IN_TRANSIT),
        ("shipping", "in_progress", EPC * 4, State.IN_TRANSIT),
        ("receiving", "sellable_accessible", EPC * 4, State.ON_SHELF),
        ("inspecting", None, EPC * 4, State.UNKNOWN),
        ("inspecting", "non_conformant", EPC * 4, State.BLOCKED),
        (None, None, INPUT * 4, State.CONSUMED),
        (None, None, OUTPUT * 4, State.AT_PRODUCER),
        (None, None, EPC * 4 + DELETE, State.REMOVED),
        ("destroying", None, EPC * 4 + DELETE, State.DESTROYED),
        ("my:own", "https://example.org/own", EPC * 4, State.UNKNOWN),
    ],
)
def test_state_of(step, disposition, role, state):
    assert state_of(step, disposition, role) is state
