"""Rows done through the actions of the programme and of results, inside a transaction of the caller's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from lienvung.errors import Invalid, ManyInvalid, Problem
from lienvung.imports.access import Named
from lienvung.imports.rules import Row, blame
from lienvung.people.models import Account
from lienvung.programme import working
from lienvung.programme.models import Agency, Agreement, Commitment, Party
from lienvung.registry.matching import plain
from lienvung.results import actions as results
from lienvung.results.models import Indicator, Target
from lienvung.workbooks.rows import Told

CLAIMED = (Commitment.State.ACTIVE, Commitment.State.FULFILLED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: the row that it made, or (`before`) what stood where it wrote."""

    row: Row
    key: str
    version: int = 1
    before: dict[str, Any] | None = None


class NoSuchRow(Invalid):
    """A row names a number or code that neither stands nor is in the file."""


def subject_of(row: Row) -> str:
    """What a later row says anew: of targets, the indicator and the period."""
    if row.sheet != "targets":
        return ""
    return f"{plain(row.values['indicator'])}:{row.values['period']}"


@dataclass
class Runner:
    """Does the rows of one file; what the agreement has is looked up once."""

    by: Account | None
    agreement: Agreement
    named: Named
    broken: dict[str, set[str]] = field(default_factory=dict)
    commitments: dict[str, Commitment] = field(init=False)
    indicators: dict[str, Indicator] = field(init=False)

    def __post_init__(self) -> None:
        owed = self.agreement.commitments.select_related("agreement", "obligor", "beneficiary")
        self.commitments = {plain(each.number): each for each in owed.prefetch_related("agency_links")}
        self.indicators = {plain(each.code): each for each in self.agreement.indicators.select_related("agreement")}

    def run(self, row: Row) -> Outcome:
        """Do a row; raises Problem."""
        return _DOERS[row.sheet](self, row)

    def try_out(self, row: Row) -> list[Told]:
        """Do a row in a savepoint and say what is wrong. What it names and could not be read is blamed there only."""
        try:
            with transaction.atomic():
                self.run(row)
            return []
        except NoSuchRow as problem:
            sheet = "indicators" if problem.path in ("indicator", "parent") else "commitments"
            if plain(str(row.values[problem.path])) in self.broken.get(sheet, ()):
                return []
            return [blame(row, problem)]
        except Problem as problem:
            faults = problem.faults if isinstance(problem, ManyInvalid) else (problem,)
            return [blame(row, fault) for fault in faults]

    def commitment(self, row: Row) -> Outcome:
        values = row.values
        told: dict[str, Any] = {key: values.get(key) for key in ("starts_on", "due")}
        told |= {key: values.get(key) or "" for key in ("what_en", "due_text", "measure", "source")}
        clause = _found(self.named.clauses, values, "clause")
        if clause is not None and clause.repealed_by_id is not None:
            raise Invalid(
                "imports.repealed",
                vi="điều khoản này đã bị bãi bỏ; hãy chọn điều khoản khác hoặc để trống.",
                en="this clause was repealed; choose another or leave it empty.",
                path="clause",
            )
        made = working.add_commitment(
            self.agreement, by=self.by, number=values["number"], what=values["what"], hands=self._hands(row),
            obligor=_found(self.named.parties, values, "obligor"),
            beneficiary=_found(self.named.parties, values, "beneficiary"),
            clause=clause, field=_found(self.named.fields, values, "field"),
            **told,
        )  # fmt: skip
        self.commitments[plain(made.number)] = made
        return Outcome(row, str(made.pk), made.version)

    def _hands(self, row: Row) -> list[tuple[Party, Agency, str]]:
        leads = [_found(self.named.agencies, {"lead": key}, "lead") for key in row.values.get("lead") or ()]
        if len({party.pk for party, _ in leads}) < len(leads):
            raise Invalid(
                "imports.two_leads",
                vi="một bên có hai cơ quan chủ trì; hãy chuyển một cơ quan sang cột phối hợp.",
                en="one party has two lead agencies; move one to the column of those that coordinate.",
                path="lead",
            )
        keys = [key for key in row.values.get("helping") or () if key not in (row.values.get("lead") or ())]
        helping = [_found(self.named.agencies, {"helping": key}, "helping") for key in keys]
        return [(*each, "lead") for each in leads] + [(*each, "coordinating") for each in helping]

    def indicator(self, row: Row) -> Outcome:
        values = row.values
        told = {key: values.get(key) or "" for key in ("name_en", "unit_en", "dimension", "category", "source")}
        told |= {key: values[key] for key in ("direction", "gathering") if values.get(key)}
        made = results.add_indicator(
            by=self.by, agreement=self.agreement, code=values["code"], name=values["name"], unit=values["unit"],
            baseline=values.get("baseline"), commitment=self._commitment(values),
            parent=self._indicator(values, "parent"), **told,
        )  # fmt: skip
        self.indicators[plain(made.code)] = made
        return Outcome(row, str(made.pk), made.version)

    def target(self, row: Row) -> Outcome:
        values = row.values
        indicator = self._indicator(values, "indicator")
        period = _found(self.named.periods, values, "period")
        stood = Target.objects.filter(indicator=indicator, period=period).first()
        before = {"value": str(stood.value), "source": stood.source} if stood else {}
        assert indicator is not None  # the column is required
        results.set_target(
            by=self.by, indicator=indicator, period=period, value=values["value"], source=values.get("source") or ""
        )
        return Outcome(row, str(indicator.pk), before=before)

    def result(self, row: Row) -> Outcome:
        values = row.values
        commitment = self._commitment(values)
        assert commitment is not None  # the column is required
        if commitment.state not in CLAIMED:
            raise Invalid(
                "imports.not_active",
                vi=f"cam kết {commitment.number} chưa được đưa vào thực hiện (hoặc đã rút) nên chưa báo được kết quả.",
                en=f"commitment {commitment.number} is not in effect (or was withdrawn), so it has no results yet.",
                path="commitment",
            )
        made = results.record_claim(
            by=self.by, commitment=commitment, period=_found(self.named.periods, values, "period"),
            text=values["text"], text_en=values.get("text_en") or "", happened_on=values.get("happened_on"),
            indicator=self._indicator(values, "indicator"), value=values.get("value"),
            party=_found(self.named.parties, values, "party"),
            counterpart=_found(self.named.parties, values, "counterpart"), source=values.get("source") or "",
        )  # fmt: skip
        return Outcome(row, str(made.pk), made.version)

    def _commitment(self, values: Any) -> Commitment | None:
        number = values.get("commitment")
        if number and plain(number) not in self.commitments:
            raise _no_such("commitment", number, "số cam kết", "commitment number")
        return self.commitments[plain(number)] if number else None

    def _indicator(self, values: Any, path: str) -> Indicator | None:
        code = values.get(path)
        if code and plain(code) not in self.indicators:
            raise _no_such(path, code, "mã chỉ tiêu", "indicator code")
        return self.indicators[plain(code)] if code else None


def _no_such(path: str, told: str, vi: str, en: str) -> NoSuchRow:
    return NoSuchRow(
        "imports.no_such",
        vi=f"không có {vi} “{told}” trong thỏa thuận hay trong tệp này; hãy xem lại.",
        en=f"there is no {en} “{told}” in the agreement or in this file; look again.",
        path=path,
    )


def _found(listed: dict[str, Any], values: Any, path: str) -> Any:
    """What a code stands for; it may be gone since the file was read."""
    code = values.get(path)
    if not code:
        return None
    if code in listed:
        return listed[code]
    raise Invalid(
        "imports.gone",
        vi="mục này không còn trong thỏa thuận. Hãy chọn lại.",
        en="this is no longer in the agreement. Choose again.",
        path=path,
    )


_DOERS = {
    "commitments": Runner.commitment,
    "indicators": Runner.indicator,
    "targets": Runner.target,
    "results": Runner.result,
}
