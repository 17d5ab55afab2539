"""Open data: the rows of published agreements as tables, with the words that explain every column (`DATASETS`).

The dictionary is the one place that names columns: the files, the page and the test read it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from lienvung.programme.models import Agreement, Meeting
from lienvung.reports import published
from lienvung.texts import Text

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: str  # text | day | number | boolean
    words: Text


@dataclass(frozen=True, slots=True)
class Dataset:
    """One table: its columns, and its rows for an agreement."""

    name: str
    words: Text
    columns: tuple[Column, ...]
    rows: Callable[[Agreement], Iterator[Row]]


def _column(name: str, vi: str, en: str, kind: str = "text") -> Column:
    return Column(name, kind, Text(vi, en))


AGREEMENT = _column("agreement", "mã thỏa thuận", "code of the agreement")


def _agreements(one: Agreement) -> Iterator[Row]:
    yield (
        one.code, one.title, one.title_en, one.state, one.period_text, one.starts_on, one.ends_on, one.signed_on,
        one.published_at.date() if one.published_at else None, one.illustrative,
    )  # fmt: skip


def _parties(one: Agreement) -> Iterator[Row]:
    for party in one.parties.select_related("unit"):
        yield (
            one.code, party.name, party.name_en, party.unit.code, party.unit.valid_from, party.unit.valid_to,
        )  # fmt: skip


def _fields(one: Agreement) -> Iterator[Row]:
    for each in one.fields.select_related("parent"):
        yield one.code, each.code, each.parent.code if each.parent else "", each.name, each.name_en


def _clauses(one: Agreement) -> Iterator[Row]:
    for each in one.clauses.select_related("field"):
        field = each.field.code if each.field else ""
        yield one.code, each.number, field, each.text, each.text_en, each.source, each.repealed_by_id is not None


def _commitments(one: Agreement) -> Iterator[Row]:
    for each in published.commitments(one).prefetch_related("agency_links__agency"):
        lead = "; ".join(link.agency.name for link in each.agency_links.all() if link.part == "lead")
        yield (
            one.code, each.number, each.clause.number if each.clause else "", each.field.code if each.field else "",
            each.obligor.name if each.obligor else "", each.beneficiary.name if each.beneficiary else "", each.what,
            each.what_en, each.starts_on, each.due, each.due_text, each.measure, lead, each.state,
        )  # fmt: skip


def _meetings(one: Agreement) -> Iterator[Row]:
    for each in one.meetings.exclude(state=Meeting.State.CANCELLED):
        yield one.code, each.kind, each.title, each.title_en, each.state, each.held_on, each.held_text, each.place


def _figures(one: Agreement) -> Iterator[Row]:
    for each in published.figures(one):
        indicator, period = each.indicator, each.period
        yield (
            one.code, indicator.code, indicator.name, indicator.name_en, indicator.unit, indicator.direction,
            indicator.commitment.number if indicator.commitment else "", indicator.baseline, period.kind,
            period.starts_on, period.ends_on, each.target, each.value, each.frozen, each.corrected,
        )  # fmt: skip


_STATE = _column("state", "tình trạng", "state")
DATASETS: Final[dict[str, Dataset]] = {
    each.name: each
    for each in (
        Dataset(
            "agreements", Text("Thỏa thuận", "Agreements"),
            (
                AGREEMENT, _column("title", "tên", "title"), _column("title_en", "tên tiếng Anh", "title in English"),
                _STATE, _column("period_text", "thời hạn bằng lời", "period in words, where no days are stated"),
                _column("starts_on", "ngày bắt đầu", "first day", "day"),
                _column("ends_on", "ngày kết thúc", "last day", "day"),
                _column("signed_on", "ngày ký", "day of signing", "day"),
                _column("published_on", "ngày công bố", "day of publication", "day"),
                _column("illustrative", "dữ liệu minh hoạ, không có thật", "invented for demonstration", "boolean"),
            ), _agreements,
        ),
        Dataset(
            "parties", Text("Các bên, như lúc ký", "Parties as they signed"),
            (
                AGREEMENT, _column("name", "tên bên", "name"), _column("name_en", "tên tiếng Anh", "name in English"),
                _column("unit_code", "mã đơn vị hành chính (dùng cùng ngày hiệu lực)",
                        "code of the administrative unit, to be read with its dates"),
                _column("unit_valid_from", "đơn vị có từ ngày", "first day of the unit", "day"),
                _column("unit_valid_to", "đơn vị hết từ ngày", "day from which the unit stood no more", "day"),
            ), _parties,
        ),
        Dataset(
            "fields", Text("Lĩnh vực", "Fields"),
            (
                AGREEMENT, _column("code", "mã", "code"), _column("parent", "mã lĩnh vực cha", "code of the parent"),
                _column("name", "tên", "name"), _column("name_en", "tên tiếng Anh", "name in English"),
            ), _fields,
        ),
        Dataset(
            "clauses", Text("Điều khoản", "Clauses"),
            (
                AGREEMENT, _column("number", "số", "number"), _column("field", "mã lĩnh vực", "code of the field"),
                _column("text", "nội dung", "text"), _column("text_en", "nội dung tiếng Anh", "text in English"),
                _column("source", "nguồn", "source"),
                _column("repealed", "đã bãi bỏ", "repealed by an amendment", "boolean"),
            ), _clauses,
        ),
        Dataset(
            "commitments", Text("Cam kết", "Commitments"),
            (
                AGREEMENT, _column("number", "số", "number"),
                _column("clause", "số điều khoản", "number of the clause"),
                _column("field", "mã lĩnh vực", "code of the field"),
                _column("obligor", "bên cam kết; để trống: tất cả các bên", "who owes it; empty: all parties"),
                _column("beneficiary", "bên thụ hưởng; để trống: lẫn nhau", "to whom; empty: mutual"),
                _column("what", "nội dung", "what"), _column("what_en", "nội dung tiếng Anh", "what, in English"),
                _column("starts_on", "ngày bắt đầu", "first day", "day"), _column("due", "thời hạn", "due day", "day"),
                _column("due_text", "thời hạn bằng lời", "due, in words"),
                _column("measure", "cách đo", "how it is measured"),
                _column("lead_agencies", "cơ quan chủ trì", "lead agencies"), _STATE,
            ), _commitments,
        ),
        Dataset(
            "meetings", Text("Hội nghị, cuộc họp", "Meetings"),
            (
                AGREEMENT, _column("kind", "loại", "kind"), _column("title", "tên", "title"),
                _column("title_en", "tên tiếng Anh", "title in English"), _STATE,
                _column("held_on", "ngày", "day", "day"), _column("held_text", "thời gian bằng lời", "time in words"),
                _column("place", "nơi họp", "place"),
            ), _meetings,
        ),
        Dataset(
            "figures", Text("Số liệu đã khoá sổ", "Figures of locked periods"),
            (
                AGREEMENT, _column("indicator", "mã chỉ tiêu", "code of the indicator"),
                _column("name", "tên chỉ tiêu", "name"), _column("name_en", "tên tiếng Anh", "name in English"),
                _column("unit", "đơn vị tính", "unit"),
                _column("direction", "chiều tốt: up, down, none", "better direction: up, down, none"),
                _column("commitment", "số cam kết", "number of the commitment"),
                _column("baseline", "mức ban đầu; để trống: không nêu", "baseline; empty: not stated", "number"),
                _column("period_kind", "loại kỳ", "kind of period"),
                _column("period_start", "kỳ từ ngày", "first day of the period", "day"),
                _column("period_end", "kỳ đến ngày", "last day of the period", "day"),
                _column("target", "chỉ tiêu của kỳ; để trống: không nêu", "target; empty: not stated", "number"),
                _column("value", "kết quả hai bên xác nhận; để trống: chưa có",
                        "figure confirmed by both sides; empty: none", "number"),
                _column("value_at_lock", "kết quả lúc khoá sổ", "the figure as it was locked", "number"),
                _column("corrected", "đã điều chỉnh sau khi khoá sổ", "corrected after the lock", "boolean"),
            ), _figures,
        ),
    )
}  # fmt: skip


def columns_of(dataset: Dataset) -> list[str]:
    return [column.name for column in dataset.columns]


def plain(value: Any) -> Any:
    """A cell as CSV has it: ISO days, plain decimals, true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value


def csv_rows(dataset: Dataset, agreement: Agreement) -> list[list[Any]]:
    return [[plain(value) for value in row] for row in dataset.rows(agreement)]


def json_of(dataset: Dataset, agreement: Agreement, *, now: datetime, dictionary: str) -> bytes:
    """The table as one JSON object; what is not stated is null, a number keeps its digits as a string."""
    names = columns_of(dataset)
    value = {
        "dataset": dataset.name,
        "agreement": agreement.code,
        "illustrative": agreement.illustrative,
        "generated_at": now.isoformat(timespec="seconds"),
        "dictionary": dictionary,
        "rows": [
            dict(zip(names, (cell if cell is None or isinstance(cell, bool) else plain(cell) for cell in row)))
            for row in dataset.rows(agreement)
        ],
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
