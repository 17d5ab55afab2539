"""Certificates as CSV and as a spreadsheet; what begins a formula is disarmed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from lienvung.proofs import access, words
from lienvung.proofs.models import Certificate
from lienvung.texts import Text

COLUMNS: Final[dict[str, Text]] = {
    "holder": Text("Đơn vị", "Holder"),
    "kind": Text("Loại", "Kind"),
    "number": Text("Số", "Number"),
    "issuer": Text("Nơi cấp", "Issuer"),
    "standard": Text("Tiêu chuẩn", "Standard"),
    "valid_from": Text("Từ ngày", "From"),
    "valid_to": Text("Đến ngày", "Until"),
    "state": Text("Tình trạng", "State"),
    "scope": Text("Phạm vi", "Scope"),
    "page": Text("Trang", "Page"),
}
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def row_of(one: Certificate, language: str) -> dict[str, Any]:
    """One line; neither area nor tonnes, so that it may be public."""
    return {
        "holder": one.holder.name,
        "kind": words.kind_name(one.kind, one.stars).in_language(language),
        "number": one.number,
        "issuer": one.issuer_name,
        "standard": one.standard,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to or "",
        "state": words.STATES[access.state(one)].in_language(language),
        "scope": "; ".join(words.scope(row).in_language(language) for row in one.scope.all()),
        "page": access.uri_of(one),
    }


def as_csv(found: Iterable[Certificate], language: str) -> bytes:
    """With a byte order mark, so that spreadsheets read Vietnamese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([label.in_language(language) for label in COLUMNS.values()])
    for one in found:
        writer.writerow([disarmed(value) for value in row_of(one, language).values()])
    return ("\ufeff" + out.getvalue()).encode()


def as_xlsx(found: Iterable[Certificate], language: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = Text("Giấy chứng nhận", "Certificates").in_language(language)
    sheet.append([label.in_language(language) for label in COLUMNS.values()])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for one in found:
        sheet.append([disarmed(value) for value in row_of(one, language).values()])
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJ", (30, 22, 20, 30, 20, 12, 12, 18, 50, 60)):
        sheet.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def disarmed(value: Any) -> Any:
    """A spreadsheet runs a cell that begins so as a formula (CWE-1236), and takes no control letters."""
    if not isinstance(value, str):
        return value
    value = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else value
