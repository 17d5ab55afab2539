"""Decisions of the control room: which scheme, which result, by when, whom to visit when. No database, no clock."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from lienvung.errors import Invalid
from lienvung.texts import Text

PASS, FAIL, NA = "pass", "fail", "na"
SEVERITIES = ("critical", "major", "minor")


@dataclass(frozen=True, slots=True)
class Result:
    """`most_faults`: how many items of each severity may fail; None = this result has no limit (the last one)."""

    code: str
    words: Text
    tone: str = ""
    months_to_next: int | None = None
    most_faults: Mapping[str, int] | None = None
    failing: bool = False


@dataclass(frozen=True, slots=True)
class Scheme:
    """How establishments were graded from `begins` until the day before `ends`; results from best to worst."""

    code: str
    name: Text
    begins: date
    ends: date | None
    days_to_correct: int
    results: tuple[Result, ...]
    source: str = ""
    certainty: str = ""

    def result(self, code: str) -> Result:
        for each in self.results:
            if each.code == code:
                return each
        raise Invalid(
            "control.result",
            vi=f"“{self.name.vi}” không có kết quả này.",
            en=f"“{self.name.en}” has no such result.",
            path="result",
        )


@dataclass(frozen=True, slots=True)
class Item:
    code: str
    severity: str
    text: Text
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    code: str
    version: int
    name: Text
    activities: tuple[str, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class FindingPractice:
    """Days to correct by severity; the severities that papers and photos are enough for."""

    days: Mapping[str, int] = field(default_factory=dict)
    closed_on_evidence: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlanPractice:
    months_between: Mapping[str, int]
    months_between_committed: int
    per_month: int
    weights: Mapping[str, int]


def scheme_on(schemes: Iterable[Scheme], day: date) -> Scheme:
    """The scheme in force on the day."""
    for each in schemes:
        if each.begins <= day and (each.ends is None or day < each.ends):
            return each
    raise Invalid(
        "control.no_scheme",
        vi=f"Không có cách xếp loại nào cho ngày {day:%d/%m/%Y}.",
        en=f"No grading scheme is known for {day:%d/%m/%Y}.",
        path="graded_on",
    )


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_visit(result: Result, graded_on: date) -> date | None:
    return add_months(graded_on, result.months_to_next) if result.months_to_next else None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the answers come to. `missing`: items not answered; with some missing nothing can be signed."""

    result: Result
    faults: Mapping[str, int]
    missing: tuple[str, ...]
    reason: Text


def propose_result(scheme: Scheme, items: Sequence[Item], answers: Mapping[str, str]) -> Proposal:
    """The best result whose limits the failed items keep; the last of the scheme where none does."""
    failed = Counter(item.severity for item in items if answers.get(item.code) == FAIL)
    missing = tuple(item.code for item in items if answers.get(item.code) not in (PASS, FAIL, NA))
    result = next((each for each in scheme.results if _keeps(each, failed)), scheme.results[-1])
    counted = {severity: failed[severity] for severity in SEVERITIES}
    reason = Text(
        f"{counted['critical']} lỗi nghiêm trọng, {counted['major']} lỗi nặng, {counted['minor']} lỗi nhẹ",
        f"{counted['critical']} critical, {counted['major']} major, {counted['minor']} minor",
    )
    return Proposal(result, counted, missing, reason)


def _keeps(result: Result, failed: Mapping[str, int]) -> bool:
    if result.most_faults is None:
        return True
    return all(failed.get(severity, 0) <= result.most_faults.get(severity, 0) for severity in SEVERITIES)


def longest_due(scheme: Scheme, today: date) -> date:
    return today + timedelta(days=scheme.days_to_correct)


def due_on(practice: FindingPractice, scheme: Scheme, severity: str, today: date) -> date:
    """When a finding is to be corrected unless the inspector says otherwise: never later than the scheme allows."""
    days = min(practice.days.get(severity, scheme.days_to_correct), scheme.days_to_correct)
    return today + timedelta(days=days)


def check_due(due: date, scheme: Scheme, today: date) -> date:
    if not today <= due <= longest_due(scheme, today):
        raise Invalid(
            "control.due",
            vi=f"Hạn khắc phục từ hôm nay đến {longest_due(scheme, today):%d/%m/%Y}.",
            en=f"The time to correct is from today to {longest_due(scheme, today):%d/%m/%Y}.",
            path="due_on",
        )
    return due


def check_words(text: str, *, path: str, least: int = 3, most: int = 2000) -> str:
    cleaned = text.strip()
    if not least <= len(cleaned) <= most:
        raise Invalid(
            "control.words",
            vi=f"Hãy viết từ {least} đến {most} ký tự.",
            en=f"Write {least} to {most} characters.",
            path=path,
        )
    return cleaned


def check_not_after(day: date, today: date, *, path: str) -> date:
    if day > today:
        raise Invalid("control.future", vi="Ngày này chưa tới.", en="This day has not come yet.", path=path)
    return day


def check_chosen(values: Sequence[str], known: Iterable[str], *, path: str) -> list[str]:
    """At least one, all known, each once and in the order of `known`."""
    order = list(known)
    if not values or not set(values) <= set(order):
        raise Invalid(
            "control.choice",
            vi="Hãy chọn ít nhất một mục có trong danh sách.",
            en="Choose one or more of the list.",
            path=path,
        )
    return [each for each in order if each in set(values)]


def commitment_ends(signed_on: date, years: int) -> date:
    return add_months(signed_on, 12 * years)


def commitment_standing(ends: date, today: date, *, due_soon_days: int) -> str:
    """valid, due (soon) or overdue; on its last day it is overdue, as a term of years ends then."""
    if today >= ends:
        return "overdue"
    return "due" if today >= ends - timedelta(days=due_soon_days) else "valid"


def consequence(number: int, consequences: Sequence[tuple[str, Text]]) -> tuple[str, Text]:
    """What follows the first, second, third … breach; the last one listed stays for every later breach."""
    return consequences[min(max(number, 1), len(consequences)) - 1]


# The yearly plan


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of an establishment when a plan is drawn up."""

    key: str
    risk: str
    last_visit: date | None = None
    last_result: Text | None = None
    failing: bool = False
    months_by_result: int | None = None
    committed: bool = False
    open_findings: int = 0
    latest_due: date | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    key: str
    month: int
    score: int
    reasons: tuple[Text, ...]


RISK_WORDS = {
    "low": Text("Nguy cơ thấp", "Low risk"),
    "medium": Text("Nguy cơ trung bình", "Medium risk"),
    "high": Text("Nguy cơ cao", "High risk"),
}


def months_between(candidate: Candidate, practice: PlanPractice) -> tuple[int, Text]:
    """The shortest of the intervals that apply, and which one it is."""
    told = [(practice.months_between[candidate.risk], RISK_WORDS[candidate.risk])]
    if candidate.months_by_result and candidate.last_result:
        words = candidate.last_result
        told.append((candidate.months_by_result, Text(f"Kết quả trước: {words.vi}", f"Last result: {words.en}")))
    if candidate.committed:
        told.append((practice.months_between_committed, Text("Có cam kết", "Under a commitment")))
    months, why = min(told, key=lambda pair: pair[0])
    return months, Text(f"{why.vi}: {months} tháng một lần", f"{why.en}: every {months} months")


def propose_plan(
    candidates: Iterable[Candidate], year: int, practice: PlanPractice, *, first_month: int = 1
) -> list[Planned]:
    """Whom to visit in which month of `year`, and why: most pressing first, no month above `per_month`.

    A plan drawn up within the year begins with `first_month`: what was due before comes then.

    A visit is due an interval after the last one; what was due before the year comes in January; who was never visited
    comes in the first quarter at high risk, in the first half at medium, in the whole year at low. Open findings
    bring the visit forward to the month after the last time to correct.
    """
    wanted = [
        row
        for number, each in enumerate(_in_order(candidates))
        for row in _visits(each, number, year, practice, first_month)
    ]
    wanted.sort(key=lambda row: (-row.score, row.month, row.key))
    return _levelled(wanted, practice.per_month, first_month)


def _in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: candidate.key)


def _visits(candidate: Candidate, number: int, year: int, practice: PlanPractice, first_month: int) -> list[Planned]:
    months, why = months_between(candidate, practice)
    reasons, score = [why], practice.weights[candidate.risk]
    if candidate.failing:
        score += practice.weights["failing"]
    if candidate.open_findings:
        count = candidate.open_findings
        score += practice.weights["findings"]
        reasons.append(Text(f"{count} lỗi chưa đóng", f"{count} findings not closed"))
    first, late = _first_month(candidate, number, year, months)
    if candidate.last_visit is None:
        score += practice.weights["never"]
        reasons.append(Text("Chưa kiểm tra lần nào", "Never visited"))
    else:
        reasons.append(Text(f"Lần cuối {candidate.last_visit:%d/%m/%Y}", f"Last on {candidate.last_visit:%d/%m/%Y}"))
    if late > 0:
        score += late * practice.weights["late_month"]
        reasons.append(Text(f"Quá hạn {late} tháng", f"{late} months late"))
    first = max(first, first_month)
    return [Planned(candidate.key, month, score, tuple(reasons)) for month in range(first, 13, max(months, 1))]


def _first_month(candidate: Candidate, number: int, year: int, months: int) -> tuple[int, int]:
    """The month of the first visit (13 = none this year), and by how many months it is late on 1 January."""
    if candidate.last_visit is None:
        spread = {"high": 3, "medium": 6}.get(candidate.risk, 12)
        first, late = 1 + number % spread, 0
    else:
        at = _months_into(candidate.last_visit, year) + months
        first, late = min(max(at, 1), 13), max(1 - at, 0)
    if candidate.open_findings and candidate.latest_due:
        first = min(first, max(_months_into(candidate.latest_due, year) + 1, 1))
    return min(first, 13), late


def _months_into(day: date, year: int) -> int:
    """January of `year` is 1, the December before it 0."""
    return (day.year - year) * 12 + day.month


def _levelled(wanted: Sequence[Planned], per_month: int, first_month: int) -> list[Planned]:
    """In order of need, each in its month or the next one with room; where the rest of the year is full, the
    nearest earlier month; where the whole year is full, its own."""
    used: Counter[int] = Counter()
    placed = []
    for row in wanted:
        later, earlier = range(row.month, 13), range(row.month - 1, first_month - 1, -1)
        month = next((each for each in (*later, *earlier) if used[each] < per_month), row.month)
        used[month] += 1
        reasons = row.reasons
        if month != row.month:
            reasons = (*reasons, Text(f"Tháng {row.month} đã đủ {per_month}", f"Month {row.month} has its {per_month}"))
        placed.append(Planned(row.key, month, row.score, reasons))
    return sorted(placed, key=lambda row: (row.month, -row.score, row.key))
