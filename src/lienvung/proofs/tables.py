"""Certificates as CSV and as a spreadsheet; what a line of such a list says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from lienvung.proofs import access, words
from lienvung.proofs.models import Certificate
from lienvung.registry import sheets
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
    return sheets.csv_of(_columns(language), _rows(found, language))


def as_xlsx(found: Iterable[Certificate], language: str) -> bytes:
    title = Text("Giấy chứng nhận", "Certificates").in_language(language)
    return sheets.xlsx_of(title, _columns(language), _rows(found, language))


def _columns(language: str) -> list[str]:
    return [label.in_language(language) for label in COLUMNS.values()]


def _rows(found: Iterable[Certificate], language: str) -> list[list[Any]]:
    return [list(row_of(one, language).values()) for one in found]
