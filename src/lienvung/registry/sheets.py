"""Lists as files that spreadsheet programs open: CSV and xlsx, safe whatever people wrote into the cells."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from typing import IO, Any

from django.http import FileResponse, HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from lienvung.texts import Text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
WIDTHS = (10, 60)
LONGEST_SHEET = 1_000_000  # rows; xlsx ends at 1,048,576
LONGEST_TEXT = 32_000  # characters of a cell; xlsx ends at 32,767
DAY_FORMAT = "dd/mm/yyyy"
NOT_IN_TITLES = str.maketrans("", "", "[]:*?/\\'")

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a book; its rows are taken one by one."""

    title: str
    columns: Sequence[str]
    rows: Rows


def disarmed(value: Any) -> Any:
    """A cell that no program runs as a formula (CWE-1236); one control letter would keep a whole xlsx from being made,
    and a time with a zone too."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def set_cell(cell: Any, value: Any) -> None:
    """A value with its type: numbers and days as such, text as text whatever sign it begins with (`quotePrefix` keeps a
    program from making a formula of it when the cell is edited)."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.isoformat(timespec="seconds")
    if not isinstance(value, str):
        cell.value = value
        if isinstance(value, date):
            cell.number_format = DAY_FORMAT
        return
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_TEXT]
    cell.value = text
    if text.startswith(FORMULA_STARTS):
        cell.data_type, cell.quotePrefix = "s", True


def csv_of(columns: Sequence[str], rows: Rows) -> bytes:
    """UTF-8 with a byte order mark, without which spreadsheets misread Vietnamese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([disarmed(cell) for cell in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def xlsx_of(title: str, columns: Sequence[str], rows: Rows) -> bytes:
    """One sheet, its head bold and frozen."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title[:31]
    sheet.append(list(columns))
    for row in rows:
        sheet.append([disarmed(cell) for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    least, most = WIDTHS
    for number, column in enumerate(sheet.columns, start=1):
        longest = max(len(str(cell.value or "")) for cell in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(max(longest + 2, least), most)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_book(sheets: Iterable[Sheet], out: IO[bytes]) -> None:
    """A book of several sheets, written as the rows come: 100,000 of them take no more memory than one."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        rest, turn, begun = iter(sheet.rows), 1, list[Sequence[Any]]()
        while turn == 1 or begun:
            title = sheet.title if turn == 1 else f"{sheet.title[:26]} {turn}"
            _write(book, Sheet(title, sheet.columns, islice(chain(begun, rest), LONGEST_SHEET)))
            begun, turn = list(islice(rest, 1)), turn + 1
    book.save(out)


def _write(book: Workbook, sheet: Sheet) -> None:
    made = book.create_sheet(sheet.title.translate(NOT_IN_TITLES)[:31])
    made.freeze_panes = "A2"
    head, (rows, sample) = [], _sampled(sheet.rows)
    for number, name in enumerate(sheet.columns, start=1):
        cell = WriteOnlyCell(made, value=disarmed(name))
        cell.font = Font(bold=True)
        head.append(cell)
        longest = max(len(str(row[number - 1])) for row in (sheet.columns, *sample))
        made.column_dimensions[get_column_letter(number)].width = min(max(longest + 2, WIDTHS[0]), WIDTHS[1])
    made.append(head)
    for row in rows:
        made.append([disarmed(cell) for cell in row])


def _sampled(rows: Rows) -> tuple[Iterator[Sequence[Any]], list[Sequence[Any]]]:
    """The rows, and the first of them to measure the columns by."""
    rest = iter(rows)
    sample = list(islice(rest, 50))
    return chain(sample, rest), sample


def book_answer(name: str, sheets: Iterable[Sheet]) -> FileResponse:
    """The book `name`.xlsx for download, from a file that is gone when it was sent."""
    out = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    write_book(sheets, out)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


def csv_answer(name: str, columns: Sequence[str], rows: Rows) -> HttpResponse:
    """The CSV file `name`.csv for download."""
    return _file(csv_of(columns, rows), "text/csv; charset=utf-8", f"{name}.csv")


def xlsx_answer(name: str, columns: Sequence[str], rows: Rows, *, title: str = "") -> HttpResponse:
    """The spreadsheet `name`.xlsx for download."""
    return _file(xlsx_of(title or name, columns, rows), XLSX, f"{name}.xlsx")


def table_answer(kind: str, name: str, columns: Mapping[str, Text], rows: Rows, *, title: str = "") -> HttpResponse:
    """One table for download as `name`.csv, or as `name`.xlsx with headings in words and cells with their types.
    `columns`: names, each with its words."""
    if kind == "xlsx":
        return _file(_typed_book(title or name, list(columns.values()), rows), XLSX, f"{name}.xlsx")
    return csv_answer(name, list(columns), rows)


def _typed_book(title: str, heads: Sequence[Text], rows: Rows) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title.translate(NOT_IN_TITLES)[:31] or "1")
    sheet.freeze_panes = "A2"
    rows, sample = _sampled(rows)
    for at, head in enumerate(heads):
        longest = max(len(str(cell)) for cell in (*head, *(row[at] for row in sample)))
        sheet.column_dimensions[get_column_letter(at + 1)].width = min(max(longest + 2, WIDTHS[0]), WIDTHS[1])
    sheet.append([_cell(sheet, f"{head.vi}\n{head.en}", head=True) for head in heads])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any, *, head: bool = False) -> Any:
    cell = WriteOnlyCell(sheet)
    set_cell(cell, value)
    if head:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    return cell


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
