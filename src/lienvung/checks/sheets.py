"""Findings as rows of a CSV file or a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from lienvung.checks.models import Finding
from lienvung.lineage.anomalies_words import KIND_TEXTS

COLUMNS = (
    "kind", "kind_vi", "severity", "subject", "gtin", "provinces", "text_vi", "text_en", "happened_at", "first_seen",
    "last_seen", "state", "state_at", "reason", "answer", "events",
)  # fmt: skip
WIDTHS = {"text_vi": 60, "text_en": 60, "subject": 40, "kind_vi": 30}


def rows_of(findings: Iterable[Finding]) -> list[tuple[Any, ...]]:
    return [
        (
            found.kind,
            KIND_TEXTS[found.kind].vi,
            found.severity,
            found.subject,
            found.product_gtin,
            found.provinces.strip(","),
            found.text_vi,
            found.text_en,
            found.happened_at.isoformat(timespec="seconds"),
            found.first_seen.isoformat(timespec="seconds"),
            found.last_seen.isoformat(timespec="seconds"),
            found.state,
            found.state_at.isoformat(timespec="seconds"),
            found.reason,
            found.answer,
            " ".join(map(str, found.events)),
        )
        for found in findings
    ]


def disarmed(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula, made a plain one."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)  # a spreadsheet refuses them: one would keep all from being loaded
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def csv_of(rows: Sequence[Sequence[Any]]) -> str:
    """With a byte order mark, so that spreadsheets read Vietnamese."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([disarmed(value) for value in row] for row in rows)
    return text.getvalue()


def xlsx_of(rows: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = "Phát hiện"
    sheet.append(COLUMNS)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = WIDTHS.get(str(cell.value), 16)
    for row in rows:
        sheet.append([disarmed(value) for value in row])
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
