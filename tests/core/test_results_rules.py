"""Periods, states and sums of results: pure rules, tried on every combination or on random calendars."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.results import calendars, rules
from lienvung.results.calendars import KINDS, Rule, spans

PRACTICE = Rule((12, 15), 10, date(2015, 1, 1))


def test_the_year_of_reports_runs_from_15_12_to_14_12() -> None:
    year = spans([PRACTICE], "year", 2026)[0]
    assert (year.starts_on, year.ends_on, year.due_on) == (date(2025, 12, 15), date(2026, 12, 14), date(2026, 12, 24))
    first, second = spans([PRACTICE], "half", 2026)
    assert (first.starts_on, first.ends_on) == (date(2025, 12, 15), date(2026, 6, 14))
    assert (second.starts_on, second.ends_on) == (date(2026, 6, 15), date(2026, 12, 14))
    assert spans([PRACTICE], "month", 2026)[2].name == ("Tháng 3/2026", "March 2026")
    assert spans([PRACTICE], "month", 2026)[2].starts_on == date(2026, 2, 15)
    assert [each.ends_on for each in spans([PRACTICE], "quarter", 2026)] == [
        date(2026, 3, 14), date(2026, 6, 14), date(2026, 9, 14), date(2026, 12, 14)
    ]  # fmt: skip
    assert spans([Rule((1, 1), 0, date(2000, 1, 1))], "half", 2026)[0].starts_on == date(2026, 1, 1)


starts = st.tuples(st.integers(1, 12), st.integers(1, 28))


@settings(max_examples=150, deadline=None)
@given(starts, starts, st.dates(date(2019, 1, 1), date(2023, 12, 31)), st.sampled_from(sorted(KINDS)))
def test_a_change_of_the_rule_leaves_no_day_out_and_counts_none_twice(before, after, changed, kind) -> None:
    told = [Rule(before, 5, date(2010, 1, 1), changed), Rule(after, 5, changed)]
    calendars.check_rules(told)
    found = sorted(
        (span for year in range(2017, 2028) for span in spans(told, kind, year)), key=lambda span: span.starts_on
    )
    for earlier, later in pairwise(found):
        assert earlier.ends_on + timedelta(days=1) == later.starts_on, (earlier, later)
    for span in found[1:-1]:
        assert calendars.span_on(told, kind, span.starts_on) == span == calendars.span_on(told, kind, span.ends_on)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ([Rule((2, 30), 5, date(2020, 1, 1))], "results.year_start"),
        ([Rule((13, 1), 5, date(2020, 1, 1))], "results.year_start"),
        ([Rule((1, 1), -1, date(2020, 1, 1))], "results.due_days"),
        ([Rule((1, 1), 5, date(2020, 1, 1), date(2020, 1, 1))], "results.rule_dates"),
        ([Rule((1, 1), 5, date(2020, 1, 1)), Rule((1, 1), 5, date(2021, 1, 1))], "results.rules_overlap"),
    ],
)
def test_a_wrong_rule_is_told(wrong, code) -> None:
    with pytest.raises(Invalid) as told:
        calendars.check_rules(wrong)
    assert told.value.code == code


@pytest.mark.parametrize(("kind", "year", "code"), [("week", 2026, "results.period_kind"), ("year", 1, "results.year"),
    ("year", 2012, "results.no_rule")])  # fmt: skip
def test_a_period_that_no_rule_makes_is_refused(kind, year, code) -> None:
    with pytest.raises(Invalid) as told:
        spans([PRACTICE], kind, year)
    assert told.value.code == code


# who may do what, written out by hand: side, state → steps
TABLE = {
    ("claimant", "draft"): {"revise", "submit"},
    ("claimant", "submitted"): {"withdraw"},
    ("claimant", "returned"): {"revise", "submit"},
    ("claimant", "disputed"): {"withdraw"},
    ("claimant", "confirmed"): set(),
    ("counterpart", "draft"): set(),
    ("counterpart", "submitted"): {"confirm", "return", "dispute"},
    ("counterpart", "returned"): set(),
    ("counterpart", "disputed"): {"confirm", "return"},
    ("counterpart", "confirmed"): {"reopen"},
    **{(None, state): set() for state in rules.STATES},
}


@pytest.mark.parametrize(("side", "state"), TABLE)
def test_each_side_may_what_the_table_says_and_nothing_in_a_locked_period(side, state) -> None:
    assert set(rules.open_steps(side=side, state=state, locked=False)) == TABLE[side, state]
    assert rules.open_steps(side=side, state=state, locked=True) == []
    for step, rule in rules.STEPS.items():
        if step in TABLE[side, state]:
            rules.check_step(step, side=side, state=state)
        else:
            with pytest.raises(Conflict if side == rule.side else NotAllowed) as told:
                rules.check_step(step, side=side, state=state)
            assert told.value.vi
            assert told.value.en


def test_nobody_decides_on_his_own_result_not_even_after_a_merger() -> None:
    assert rules.side_of({"hanam", "ninhbinh"}, "hanam", "ninhbinh") == rules.CLAIMANT
    assert rules.side_of({"ninhbinh"}, "hanoi", "ninhbinh") == rules.COUNTERPART
    assert rules.side_of({"hue"}, "hanoi", "ninhbinh") is None
    with pytest.raises(NotAllowed) as told:
        rules.check_step("confirm", side=rules.CLAIMANT, state="submitted")
    assert told.value.code == "results.own_claim"


def test_what_was_seen_must_be_what_stands() -> None:
    rules.check_version(3, 3)
    with pytest.raises(Conflict):
        rules.check_version(4, 3)


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2026, 8, 1), "results.future"), (date(2025, 12, 14), "results.outside_period"),
     (date(2026, 6, 15), "results.outside_period"), (date(2025, 12, 15), None),
     (date(2026, 6, 14), None), (None, None)],
)  # fmt: skip
def test_the_day_of_a_result_lies_in_its_period_and_not_ahead(day, code) -> None:
    limits = {"starts_on": date(2025, 12, 15), "ends_on": date(2026, 6, 14), "today": date(2026, 7, 1)}
    if code is None:
        rules.check_happened(day, **limits)
    else:
        with pytest.raises(Invalid) as told:
            rules.check_happened(day, **limits)
        assert told.value.code == code
        assert told.value.path == "happened_on"
        assert "hãy" in told.value.vi


def test_no_result_is_not_nought() -> None:
    told = [(date(2026, 3, 1), Decimal(4)), (date(2026, 1, 1), Decimal(3))]
    assert rules.gathered(rules.SUM, told) == 7
    assert rules.gathered(rules.LAST, told) == 4
    assert rules.gathered(rules.SUM, []) is None
    assert rules.gathered(rules.SUM, [(date(2026, 1, 1), Decimal(0))]) == 0


@pytest.mark.parametrize(
    ("value", "target", "direction", "met"),
    [(10, 10, "up", True), (9, 10, "up", False), (9, 10, "down", True), (11, 10, "down", False),
     (None, 10, "up", None), (10, None, "up", None), (10, 10, "none", None)],
)  # fmt: skip
def test_the_direction_says_what_reaching_means(value, target, direction, met) -> None:
    number = [None if each is None else Decimal(each) for each in (value, target)]
    assert rules.reached(*number, direction) is met


def test_the_share_counts_from_the_baseline_both_ways() -> None:
    assert rules.share_of(Decimal(12), Decimal(15), Decimal(10), "up") == Decimal("40.0")
    assert rules.share_of(Decimal(6), Decimal(5), Decimal(10), "down") == Decimal("80.0")
    assert rules.share_of(Decimal(6), Decimal(5), None, "down") is None
    assert rules.share_of(Decimal(6), Decimal(12), None, "up") == Decimal("50.0")
    assert rules.share_of(Decimal(6), Decimal(10), Decimal(10), "up") is None


def test_parts_make_the_whole_or_their_difference_is_told() -> None:
    ten, four, six = Decimal(10), Decimal(4), Decimal(6)
    assert rules.total_of(None, {"unit": [four, six]}) == (ten, [])
    assert rules.total_of(ten, {"unit": [four, six], "product_group": [four, None]}) == (
        ten, [rules.SumFault("product_group", ten, four)]
    )  # fmt: skip
    assert rules.total_of(None, {"unit": [None]}) == (None, [])
    assert rules.total_of(None, {}) == (None, [])


def test_an_indicator_is_no_part_of_itself() -> None:
    rules.check_parent("a", "b", {"b": "c", "c": None})
    for parent, parents in (("a", {}), ("b", {"b": "c", "c": "a"})):
        with pytest.raises(Invalid):
            rules.check_parent("a", parent, parents)


def test_silence_has_an_age() -> None:
    today = date(2026, 6, 30)
    assert rules.silence(None, today) is None
    assert rules.silence(date(2026, 6, 15), today) == rules.Silence(15, "amber")
    assert rules.silence(date(2026, 6, 14), today) == rules.Silence(16, "red")
