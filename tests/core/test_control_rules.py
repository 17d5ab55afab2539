"""The control room's pure rules: schemes and dates, results, terms, the yearly plan."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienvung.control import rules
from lienvung.control.rules import Candidate, Item, PlanPractice, Result, Scheme
from lienvung.errors import Invalid
from lienvung.texts import Text

W = Text("v", "e")
OLD = Scheme(
    "abc", W, date(2019, 2, 7), date(2025, 1, 15), 90,
    (Result("A", W, months_to_next=18, most_faults={"minor": 3}),
     Result("B", W, months_to_next=12, most_faults={"major": 3, "minor": 9}),
     Result("C", W, months_to_next=3, failing=True)),
)  # fmt: skip
NEW = Scheme(
    "pass", W, date(2025, 1, 15), None, 30,
    (Result("pass", W, months_to_next=12, most_faults={"major": 2, "minor": 8}), Result("fail", W, failing=True)),
)  # fmt: skip
PRACTICE = PlanPractice(
    {"low": 24, "medium": 12, "high": 6}, 12, 3,
    {"low": 10, "medium": 20, "high": 30, "failing": 25, "findings": 15, "never": 10, "late_month": 1},
)  # fmt: skip
ITEMS = [Item(f"{severity}-{n}", severity, W) for severity in rules.SEVERITIES for n in range(12)]


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2019, 2, 7), "abc"), (date(2025, 1, 14), "abc"), (date(2025, 1, 15), "pass"), (date(2030, 1, 1), "pass")],
)
def test_the_scheme_is_the_one_of_the_day(day: date, code: str) -> None:
    assert rules.scheme_on((OLD, NEW), day).code == code


def test_no_scheme_before_the_first() -> None:
    with pytest.raises(Invalid):
        rules.scheme_on((OLD, NEW), date(2019, 2, 6))


@pytest.mark.parametrize(
    ("failed", "old", "new"),
    [
        ({}, "A", "pass"),
        ({"minor": 3}, "A", "pass"),
        ({"minor": 4}, "B", "pass"),
        ({"major": 1}, "B", "pass"),
        ({"major": 3}, "B", "fail"),
        ({"minor": 10}, "C", "fail"),
        ({"critical": 1}, "C", "fail"),
    ],
)
def test_results_by_number_of_faults(failed: dict[str, int], old: str, new: str) -> None:
    answers = {item.code: "pass" for item in ITEMS}
    for severity, count in failed.items():
        answers |= {f"{severity}-{n}": "fail" for n in range(count)}
    assert rules.propose_result(OLD, ITEMS, answers).result.code == old
    assert rules.propose_result(NEW, ITEMS, answers).result.code == new


def test_what_is_not_answered_is_named() -> None:
    proposal = rules.propose_result(NEW, ITEMS[:3], {"critical-0": "na", "critical-1": "oops"})
    assert proposal.missing == ("critical-1", "critical-2")


@given(st.dictionaries(st.sampled_from([i.code for i in ITEMS]), st.sampled_from(["pass", "fail", "na"])))
def test_another_fault_never_makes_the_result_better(answers: dict[str, str]) -> None:
    order = [result.code for result in OLD.results]
    before = order.index(rules.propose_result(OLD, ITEMS, answers).result.code)
    for item in ITEMS:
        after = rules.propose_result(OLD, ITEMS, {**answers, item.code: "fail"}).result.code
        assert order.index(after) >= before


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 5, 15), 36, date(2027, 5, 15)),
    ],
)
def test_months_are_added_to_the_last_day_there_is(day: date, months: int, then: date) -> None:
    assert rules.add_months(day, months) == then


def test_a_time_to_correct_within_what_the_scheme_allows() -> None:
    today = date(2026, 3, 1)
    assert rules.check_due(today + timedelta(30), NEW, today)
    for wrong in (today - timedelta(1), today + timedelta(31)):
        with pytest.raises(Invalid):
            rules.check_due(wrong, NEW, today)
    practice = rules.FindingPractice({"major": 60})
    assert rules.due_on(practice, NEW, "major", today) == today + timedelta(30)
    assert rules.due_on(practice, OLD, "major", today) == today + timedelta(60)


def test_a_commitment_is_due_soon_then_overdue() -> None:
    ends = rules.commitment_ends(date(2024, 2, 29), 3)
    assert ends == date(2027, 2, 28)
    told = [rules.commitment_standing(ends, ends - timedelta(days), due_soon_days=60) for days in (61, 60, 1, 0, -9)]
    assert told == ["valid", "due", "due", "overdue", "overdue"]


def test_the_third_breach_and_all_after_it_have_the_last_consequence() -> None:
    known = [("remind", W), ("publish", W), ("sanction", W)]
    assert [rules.consequence(n, known)[0] for n in (1, 2, 3, 4, 9)] == [
        "remind", "publish", "sanction", "sanction", "sanction",
    ]  # fmt: skip


def plan(*candidates: Candidate, year: int = 2026) -> dict[str, list[int]]:
    months: dict[str, list[int]] = {}
    for row in rules.propose_plan(candidates, year, PRACTICE):
        months.setdefault(row.key, []).append(row.month)
    return months


def test_a_visit_comes_an_interval_after_the_last() -> None:
    assert plan(Candidate("a", "medium", date(2025, 5, 20))) == {"a": [5]}
    assert plan(Candidate("a", "low", date(2025, 5, 20))) == {}
    assert plan(Candidate("a", "low", date(2024, 5, 20))) == {"a": [5]}
    assert plan(Candidate("a", "high", date(2025, 9, 1))) == {"a": [3, 9]}


def test_what_was_due_before_the_year_comes_in_january_and_says_how_late() -> None:
    [row] = rules.propose_plan([Candidate("a", "medium", date(2024, 6, 1))], 2026, PRACTICE)
    assert row.month == 1
    assert any(reason.vi == "Quá hạn 7 tháng" for reason in row.reasons)


def test_the_last_result_a_commitment_and_findings_bring_a_visit_forward() -> None:
    base = {"key": "a", "risk": "low", "last_visit": date(2025, 11, 10)}
    assert plan(Candidate(**base)) == {}
    assert plan(Candidate(**base, committed=True)) == {"a": [11]}
    assert plan(Candidate(**base, failing=True, months_by_result=3, last_result=W)) == {"a": [2, 5, 8, 11]}
    assert plan(Candidate(**base, open_findings=2, latest_due=date(2026, 3, 1))) == {"a": [4]}


def test_who_was_never_visited_comes_early_at_high_risk() -> None:
    never = [Candidate(f"h{n}", "high") for n in range(9)]
    firsts = [months[0] for months in plan(*never).values()]
    assert max(firsts) <= 3


candidates = st.lists(
    st.builds(
        Candidate,
        key=st.uuids().map(str),
        risk=st.sampled_from(["low", "medium", "high"]),
        last_visit=st.none() | st.dates(date(2022, 1, 1), date(2025, 12, 31)),
        failing=st.booleans(),
        months_by_result=st.none() | st.integers(1, 24),
        last_result=st.just(W),
        committed=st.booleans(),
        open_findings=st.integers(0, 3),
        latest_due=st.none() | st.dates(date(2025, 6, 1), date(2026, 12, 31)),
    ),
    max_size=30,
    unique_by=lambda each: each.key,
)


@given(candidates, st.integers(1, 12))
def test_a_plan_keeps_to_the_year_to_room_and_to_one_order(known: list[Candidate], first: int) -> None:
    rows = rules.propose_plan(known, 2026, PRACTICE, first_month=first)
    turned = rules.propose_plan(list(reversed(known)), 2026, PRACTICE, first_month=first)
    assert rows == turned, "the order of asking does not matter"
    assert all(first <= row.month <= 12 for row in rows)
    assert all(row.reasons for row in rows), "every row explains itself"
    used = Counter(row.month for row in rows)
    if len(rows) <= (13 - first) * PRACTICE.per_month:
        assert max(used.values(), default=0) <= PRACTICE.per_month
    by_key = {each.key: each for each in known}
    for each in known:
        if each.last_visit is None or each.last_visit < date(2024, 1, 1):
            assert any(row.key == each.key for row in rows), "nobody whose turn it is is forgotten"
    assert {row.key for row in rows} <= set(by_key)
