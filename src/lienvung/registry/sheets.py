"""Lists as files that spreadsheet programs open: CSV and xlsx, safe whatever people wrote into the cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
WIDTHS = (10, 60)

Rows = Iterable[Sequence[Any]]


def disarmed(value: Any) -> Any:
    """A cell that no program runs as a formula (CWE-1236); one control letter would keep a whole xlsx from being made,
    and a time with a zone too."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


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


def csv_answer(name: str, columns: Sequence[str], rows: Rows) -> HttpResponse:
    """The CSV file `name`.csv for download."""
    return _file(csv_of(columns, rows), "text/csv; charset=utf-8", f"{name}.csv")


def xlsx_answer(name: str, columns: Sequence[str], rows: Rows, *, title: str = "") -> HttpResponse:
    """The spreadsheet `name`.xlsx for download."""
    return _file(xlsx_of(title or name, columns, rows), XLSX, f"{name}.xlsx")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
