"""Reporting calendars: which days a month, quarter, half or year of a report covers. Pure.

A rule says on which day its year begins: 15/12 makes the year 2026 run from 15/12/2025 to 14/12/2026, its first half
to 14/06/2026, its month 1 to 14/01/2026. A rule is in force from a day (to a day): what it cuts off is a short
period, so that no day is left out and none counts twice.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from lienvung.errors import Invalid
from lienvung.texts import Text

KINDS: Final[dict[str, int]] = {"month": 12, "quarter": 4, "half": 2, "year": 1}  # how many of it make a year
KIND_WORDS: Final[dict[str, Text]] = {
    "month": Text("Tháng", "Month"),
    "quarter": Text("Quý", "Quarter"),
    "half": Text("Sáu tháng", "Half-year"),
    "year": Text("Năm", "Year"),
}
ROMAN: Final = ("I", "II", "III", "IV")
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """`starts`: month and day on which the year of reports begins; `due_days`: how long after a period's end its
    results may come in; in force on the days `valid_from` ≤ day < `valid_to`."""

    starts: tuple[int, int]
    due_days: int
    valid_from: date
    valid_to: date | None = None

    @property
    def before(self) -> bool:
        """Whether the year begins in the calendar year before the one it is named after."""
        return self.starts[0] > 6


@dataclass(frozen=True, slots=True)
class Span:
    """One period: its first and last day, and the day by which its results are due."""

    kind: str
    year: int
    number: int
    starts_on: date
    ends_on: date
    due_on: date
    short: bool = False

    @property
    def name(self) -> Text:
        return name_of(self.kind, self.year, self.number)


def name_of(kind: str, year: int, number: int) -> Text:
    if kind == "year":
        return Text(f"Năm {year}", f"Year {year}")
    if kind == "half":
        vi = "6 tháng đầu năm" if number == 1 else "6 tháng cuối năm"
        return Text(f"{vi} {year}", f"{'First' if number == 1 else 'Second'} half of {year}")
    if kind == "quarter":
        return Text(f"Quý {ROMAN[number - 1]}/{year}", f"Quarter {number} of {year}")
    return Text(f"Tháng {number}/{year}", f"{calendar.month_name[number]} {year}")


def check_rules(rules: Sequence[Rule]) -> None:
    """Raises Invalid when a rule is no rule, or two are in force on one day."""
    for rule in rules:
        month, day = rule.starts
        if not (1 <= month <= 12 and 1 <= day <= 28):
            raise Invalid(
                "results.year_start",
                vi="Ngày đầu năm báo cáo phải là ngày 1 đến 28 của một tháng (ngày 29, 30, 31 không có ở mọi tháng).",
                en="The reporting year must begin on a day from 1 to 28 (not every month has a 29th, 30th or 31st).",
                path="start_day",
            )
        if rule.due_days < 0 or rule.due_days > 366:
            raise Invalid(
                "results.due_days", vi="Số ngày nộp phải từ 0 đến 366.", en="Days to report: 0 to 366.", path="due_days"
            )
        if rule.valid_to is not None and rule.valid_to <= rule.valid_from:
            raise Invalid(
                "results.rule_dates",
                vi="Quy định phải hết hiệu lực sau ngày bắt đầu: hãy sửa ngày hết hiệu lực.",
                en="A rule must end after it begins: mend the day it ends.",
                path="valid_to",
            )
    ordered = sorted(rules, key=lambda rule: rule.valid_from)
    for earlier, later in pairwise(ordered):
        if earlier.valid_to is None or earlier.valid_to > later.valid_from:
            day_words = later.valid_from.strftime("%d/%m/%Y")
            raise Invalid(
                "results.rules_overlap",
                vi=f"Ngày {day_words} có hai quy định cùng hiệu lực: hãy cho quy định trước hết hiệu lực ngày đó.",
                en=f"Two rules are in force on {day_words}: let the earlier one end on that day.",
                path="valid_from",
            )


def _plus_months(year: int, month: int, day: int, more: int) -> date:
    at = year * 12 + (month - 1) + more
    return date(at // 12, at % 12 + 1, day)


def first_day(rule: Rule, year: int) -> date:
    month, day = rule.starts
    return date(year - 1 if rule.before else year, month, day)


def spans_of(rule: Rule, kind: str, year: int) -> Iterator[Span]:
    """The periods of one year by one rule, cut to the days on which it is in force."""
    first, count = first_day(rule, year), KINDS[kind]
    months = 12 // count
    for number in range(1, count + 1):
        starts = _plus_months(first.year, first.month, first.day, months * (number - 1))
        ends = _plus_months(first.year, first.month, first.day, months * number) - DAY
        cut_from = max(starts, rule.valid_from)
        cut_to = min(ends, rule.valid_to - DAY) if rule.valid_to is not None else ends
        if cut_from <= cut_to:
            short = (cut_from, cut_to) != (starts, ends)
            yield Span(kind, year, number, cut_from, cut_to, cut_to + timedelta(days=rule.due_days), short)


def spans(rules: Sequence[Rule], kind: str, year: int) -> list[Span]:
    """The periods of a year; two of the same name where the rule changed within one (both marked short)."""
    if kind not in KINDS:
        raise Invalid(
            "results.period_kind",
            vi="Kỳ phải là tháng, quý, sáu tháng hoặc năm.",
            en="A period is a month, quarter, half or year.",
            path="kind",
        )
    if not 1990 <= year <= 2200:
        raise Invalid("results.year", vi="Năm phải từ 1990 đến 2200.", en="The year is 1990 to 2200.", path="year")
    found = [span for rule in rules for span in spans_of(rule, kind, year)]
    if not found:
        raise Invalid(
            "results.no_rule",
            vi=f"Không có quy định kỳ báo cáo nào có hiệu lực trong năm {year}: hãy ghi quy định trước.",
            en=f"No reporting rule is in force in {year}: record the rule first.",
            path="year",
        )
    return sorted(found, key=lambda span: span.starts_on)


def span_on(rules: Sequence[Rule], kind: str, day: date) -> Span | None:
    """The period that the day lies in."""
    for rule in rules:
        for year in (day.year - 1, day.year, day.year + 1):
            for span in spans_of(rule, kind, year):
                if span.starts_on <= day <= span.ends_on:
                    return span
    return None
