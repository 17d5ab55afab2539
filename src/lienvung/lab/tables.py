"""Tables in and out: lists as CSV and spreadsheets; limits read from either, with faults that name cells."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from lienvung.catalogue.words import PRODUCT_KINDS
from lienvung.errors import Invalid, ManyInvalid
from lienvung.lab import words
from lienvung.lab.models import Limit, Result
from lienvung.lab.rules import Comparison
from lienvung.lab.units import spell
from lienvung.registry.sheets import FORMULA_STARTS, csv_answer, xlsx_answer
from lienvung.texts import Text

KEPT_LIMIT = "giới hạn: "
MOST_BYTES = 5_000_000
MOST_UNPACKED = 60_000_000
MOST_ROWS = 5_000
COLUMNS = (
    "product_kind",
    "analyte",
    "name_vi",
    "name_en",
    "comparison",
    "value",
    "unit",
    "basis",
    "source",
    "certainty",
    "valid_from",
    "valid_to",
)


@dataclass(frozen=True, slots=True)
class LimitDraft:
    """A row of the table of limits before it is entered; `line`: its row in the file."""

    product_kind: str
    analyte: str
    name_vi: str
    name_en: str
    comparison: str
    value: Decimal | None
    unit: str
    basis: str
    source: str
    certainty: str
    valid_from: date
    valid_to: date | None
    line: int = 0

    def values(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "line"}


def read_limits(data: bytes, filename: str) -> list[LimitDraft]:
    """The rows of a CSV file or a spreadsheet with the columns `COLUMNS`. Raises ManyInvalid naming cells."""
    if len(data) > MOST_BYTES:
        raise Invalid("lab.file_size", vi="Tệp lớn hơn 5 MB.", en="The file is larger than 5 MB.", path="file")
    grid = _sheet(data) if filename.lower().endswith(".xlsx") or data[:2] == b"PK" else _csv(data)
    if len(grid) > MOST_ROWS + 1:
        raise Invalid("lab.file_rows", vi="Quá 5.000 dòng.", en="More than 5,000 rows.", path="file")
    head = [str(cell or "").strip().lower() for cell in grid[0]] if grid else []
    missing = [name for name in COLUMNS if name not in head]
    if missing:
        raise Invalid(
            "lab.file_columns",
            vi=f"Dòng 1 thiếu cột: {', '.join(missing)}.",
            en=f"Row 1 lacks the columns {', '.join(missing)}.",
            path="file",
        )
    faults, drafts = list[Invalid](), list[LimitDraft]()
    for line, row in enumerate(grid[1:], 2):
        cells = {name: row[head.index(name)] if head.index(name) < len(row) else None for name in COLUMNS}
        if all(cell in (None, "") for cell in cells.values()):
            continue
        told: dict[str, Any] = {}
        for name in COLUMNS:
            try:
                told[name] = _READ[name](cells[name])
            except Invalid as fault:
                faults.append(_at(fault, f"{get_column_letter(head.index(name) + 1)}{line}"))
        if not told.keys() >= set(COLUMNS):
            continue
        if told["comparison"] != Comparison.ABSENT and told["value"] is None:
            faults.append(_at(_wrong("cần một số", "a number is needed"), f"{_column(head, 'value')}{line}"))
        elif told["valid_to"] is not None and told["valid_to"] < told["valid_from"]:
            early = _wrong("ngày hết trước ngày bắt đầu", "the last day is before the first")
            faults.append(_at(early, f"{_column(head, 'valid_to')}{line}"))
        else:
            drafts.append(LimitDraft(**told, line=line))
    if faults:
        raise ManyInvalid(faults)
    return drafts


def _column(head: Sequence[str], name: str) -> str:
    return str(get_column_letter(head.index(name) + 1))


def _at(fault: Invalid, cell: str) -> Invalid:
    return Invalid(fault.code, vi=f"Ô {cell}: {fault.vi}", en=f"Cell {cell}: {fault.en}", path="file")


def _wrong(vi: str, en: str) -> Invalid:
    return Invalid("lab.cell", vi=f"{vi}.", en=f"{en}.")


def _csv(data: bytes) -> list[list[Any]]:
    try:
        text = data.decode("utf-8-sig")
        dialect = ";" if text[:2_000].count(";") > text[:2_000].count(",") else ","
        return [list(row) for row in csv.reader(io.StringIO(text), delimiter=dialect)]
    except (UnicodeDecodeError, csv.Error) as fault:
        raise _unreadable() from fault


def _sheet(data: bytes) -> list[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise _unreadable()
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        grid: list[list[Any]] = []
        for row in sheet.iter_rows(values_only=True):
            grid.append(list(row[: len(COLUMNS) + 20]))
            if len(grid) > MOST_ROWS + 1:
                break
        return grid
    except Invalid:
        raise
    except Exception as fault:  # broken XML, a broken stream, a password: the libraries below raise whatever they like
        raise _unreadable() from fault


def _unreadable() -> Invalid:
    return Invalid(
        "lab.file",
        vi="Không đọc được tệp; hãy dùng CSV (UTF-8) hoặc .xlsx theo mẫu.",
        en="The file cannot be read; use CSV (UTF-8) or .xlsx like the template.",
        path="file",
    )


def _text(cell: Any) -> str:
    text = "" if cell is None else str(cell).strip()
    if len(text) > 300:
        raise _wrong("dài quá 300 ký tự", "longer than 300 characters")
    if not text.isprintable():
        raise _wrong("có ký tự không in được", "there are characters that cannot be printed")
    return text.removeprefix("'") if text[1:2] in FORMULA_STARTS else text


def _one_of(known: Iterable[str], *, empty: str | None = None) -> Any:
    listed = list(known)

    def read(cell: Any) -> str:
        text = _text(cell)
        if not text and empty is not None:
            return empty
        if text not in listed:
            raise _wrong(f"“{text}” không thuộc: {', '.join(listed)}", f"“{text}” is none of {', '.join(listed)}")
        return text

    return read


def _named(most: int) -> Any:
    def read(cell: Any) -> str:
        text = _text(cell)
        if not 1 <= len(text) <= most:
            raise _wrong(f"cần từ 1 đến {most} ký tự", f"1 to {most} characters are needed")
        return text

    return read


def _amount(cell: Any) -> Decimal | None:
    if cell in (None, ""):
        return None
    try:
        amount = Decimal(str(cell).strip().replace(",", "."))
    except InvalidOperation:
        raise _wrong(f"“{cell}” không phải số", f"“{cell}” is no number") from None
    if not amount.is_finite() or amount < 0 or amount >= 10**10 or amount != round(amount, 9):
        raise _wrong(f"“{cell}” ngoài khoảng cho phép", f"“{cell}” is out of range")
    return amount


def _day(cell: Any) -> date | None:
    if cell in (None, ""):
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = str(cell).strip()
    try:
        return date.fromisoformat("-".join(reversed(text.split("/"))) if "/" in text else text)
    except ValueError:
        pass
    raise _wrong(f"“{cell}” không phải ngày dạng 31/12/2026", f"“{cell}” is no date like 2026-12-31")


def _first_day(cell: Any) -> date:
    day = _day(cell)
    if day is None:
        raise _wrong("cần một ngày", "a date is needed")
    return day


_READ: dict[str, Any] = {
    "product_kind": _one_of(PRODUCT_KINDS, empty=""),
    "analyte": lambda cell: _named(60)(cell).lower(),
    "name_vi": _named(120),
    "name_en": lambda cell: _text(cell)[:120],
    "comparison": _one_of([each.value for each in Comparison]),
    "value": _amount,
    "unit": lambda cell: spell(_text(cell)),
    "basis": _text,
    "source": _text,
    "certainty": _one_of(Limit.Certainty.values, empty=Limit.Certainty.CONFIGURED),
    "valid_from": _first_day,
    "valid_to": _day,
}


def plain_number(value: Decimal | None) -> str:
    """12.500000000 as 12.5"""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number_words(value: Decimal | None) -> Text:
    """12,5 in Vietnamese, 12.5 in English."""
    plain = plain_number(value)
    return Text(plain.replace(".", ","), plain)


def limit_words(limit: Limit) -> Text:
    """A limit in one line; in Vietnamese it is kept with a result."""
    (vi, en), number = words.COMPARISONS[limit.comparison], number_words(limit.value)
    if limit.value is not None:
        vi, en = f"{vi} {number.vi} {limit.unit}", f"{en} {number.en} {limit.unit}"
    basis = f" ({limit.basis})" if limit.basis else ""
    return Text(f"{KEPT_LIMIT}{vi}{basis}"[:400], f"{en}{basis}")


def value_words(result: Result) -> Text:
    """A result in one line: "0,25 ± 0,05 mg/kg", "< 0,01 mg/kg"; with points in English."""
    value, lod, spread = (number_words(each) for each in (result.value, result.lod, result.uncertainty))
    if result.value is None:
        return Text(f"< {lod.vi} {result.unit}", f"< {lod.en} {result.unit}")
    if not result.uncertainty:
        return Text(f"{value.vi} {result.unit}", f"{value.en} {result.unit}")
    return Text(f"{value.vi} ± {spread.vi} {result.unit}", f"{value.en} ± {spread.en} {result.unit}")


def answer(kind: str, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    return (xlsx_answer if kind == "xlsx" else csv_answer)(name, columns, rows)
