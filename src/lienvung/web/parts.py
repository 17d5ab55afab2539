"""What the components are filled with: facts, tables (page and CSV alike), timelines, pagers."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse

from lienvung.registry.sheets import FORMULA_STARTS
from lienvung.texts import Text
from lienvung.web.templatetags.words import choose

# A spreadsheet runs a cell that begins so as a formula (CWE-1236).


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what it is; several `values` are shown one a line."""

    label: Text
    text: str | Text = ""
    href: str = ""
    hint: str | Text = ""
    mono: bool = False
    vi: bool = False  # the value is Vietnamese in both languages
    tone: str = ""  # shown as a tag of this colour
    values: Sequence[Fact] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    text: str | Text
    href: str = ""
    mono: bool = False
    vi: bool = False
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    label: Text
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A captioned table; the first cell of a row names the row. `csv`: address of the same as CSV."""

    caption: Text
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    csv: str = ""
    note: str | Text = ""
    id: str = "table"

    @property
    def lined_up(self) -> list[list[tuple[Column, Cell]]]:
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Moment:
    """One stop of a timeline. `time_ms`: UTC epoch milliseconds."""

    time_ms: int | None
    title: str | Text
    href: str = ""
    where: str | Text = ""
    who: str | Text = ""
    notes: Sequence[str | Text] = ()
    tag: Text | None = None
    tone: str = ""

    @property
    def alarm(self) -> bool:
        return self.tone == "red"


@dataclass(frozen=True, slots=True)
class Pager:
    """Links to the neighbouring pages; empty where there is none."""

    newer: str = ""
    older: str = ""


@dataclass(slots=True)
class Band:
    """A warning over the whole width. tone: 'recall' or 'warning'."""

    title: Text
    text: str | Text = ""
    href: str = ""
    link: Text = field(default_factory=lambda: Text("Xem chi tiết", "See the details"))
    tone: str = "recall"


def with_query(request: HttpRequest, **changes: str | int | None) -> str:
    """The address of this page with some parameters changed; None takes one out."""
    query = request.GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def csv_answer(table: Table, name: str) -> HttpResponse:
    """`table` as a CSV file (UTF-8 with a byte order mark, so that spreadsheets read Vietnamese)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([choose(column.label) for column in table.columns])
    for row in table.lined_up:
        writer.writerow([csv_text(choose(cell.text), number=column.number) for column, cell in row])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def csv_text(text: str, *, number: bool = False) -> str:
    """`text` made harmless for spreadsheets."""
    return "'" + text if text.startswith(FORMULA_STARTS) and not number else text
