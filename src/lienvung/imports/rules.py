"""From the sheets of a file to rows of an agreement, with every fault told by sheet and cell; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from lienvung.errors import Problem
from lienvung.imports.layout import SHEETS, sheet_of
from lienvung.registry.matching import plain
from lienvung.workbooks.cells import Choices, clean, read_date, read_decimal, read_text, wrong
from lienvung.workbooks.layout import Column
from lienvung.workbooks.reading import Cell, SheetCells
from lienvung.workbooks.rows import SheetReader, Told, check_count, digest, fitting, mark_of, plain_value

Lists = Mapping[str, Choices]
LARGEST: Final = Decimal(10) ** 15
COLUMN_OF: Final = {
    ("commitments", "hands"): "lead",
    ("results", "words"): "text",
    ("results", "results.not_your_agreement"): "party",
    ("results", "results.not_your_claim"): "party",
    ("results", "results.own_claim"): "party",
    ("results", "results.role"): "commitment",
}
"""Which column a fault of an action is about, by its path or its code where the path is no column's key."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file. `values`: by column key, names are codes by now; `cells`: where each column's cell is; `mark`:
    fingerprint of what the row says."""

    sheet: str
    title: str
    line: int
    values: Mapping[str, Any]
    cells: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""

    def as_json(self) -> dict[str, Any]:
        values = {key: plain_value(value) for key, value in self.values.items()}
        told = {"sheet": self.sheet, "title": self.title, "line": self.line, "values": values}
        return {**told, "cells": dict(self.cells), "mark": self.mark}

    @property
    def first_cell(self) -> str:
        """Of the sheet's first column that the file has: a database need not keep the order of `cells`."""
        keys = (column.key for column in sheet_of(self.sheet).columns)
        return next((self.cells[key] for key in keys if key in self.cells), f"A{self.line}")


def row_of(told: Mapping[str, Any]) -> Row:
    """A row that was kept by `as_json`."""
    values = dict(told["values"])
    for column in sheet_of(told["sheet"]).columns:
        value = values.get(column.key)
        if value is not None and column.kind == "number":
            values[column.key] = Decimal(value)
        elif value is not None and column.kind == "day":
            values[column.key] = date.fromisoformat(value)
    return Row(told["sheet"], told["title"], told["line"], values, told["cells"], told["mark"])


@dataclass(slots=True)
class Reading:
    """`broken`: numbers and codes of rows that could not be read, by sheet: a row that names one is not blamed."""

    rows: list[Row] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    broken: dict[str, set[str]] = field(default_factory=dict)


def blame(row: Row, fault: Problem) -> Told:
    """What an action said of a row, at the cell that it is about."""
    for name in (fault.path, fault.code):
        key = COLUMN_OF.get((row.sheet, name), name)
        if key in row.cells:
            return Told(row.title, row.cells[key], fault.vi, fault.en)
    return Told(row.title, row.first_cell, fault.vi, fault.en)


def read_file(sheets: Sequence[SheetCells], lists: Lists) -> Reading:
    """The rows of all sheets, in the order in which they are taken over."""
    found = Reading()
    for sheet, layout in sorted(fitting(sheets, SHEETS, found.told), key=lambda pair: pair[1].order):
        reader = _Reader(sheet, layout, found.told)
        reader.lists = lists
        rows = [
            Row(layout.key, sheet.name, line, values, cells, mark_of(layout.key, values))
            for line, values, cells in reader.rows()
        ]
        found.rows += _parents_first(rows) if layout.key == "indicators" else rows
        key = {"commitments": "number", "indicators": "code"}.get(layout.key)
        if key:
            found.broken[layout.key] = {plain(str(each.get(key) or "")) for each in reader.broken}
    check_count(found.rows, found.told)
    _tell_twice(found)
    return found


class _Reader(SheetReader):
    """Reads the rows of one sheet."""

    alone = frozenset({"number", "ref"})
    lists: Lists

    def read_cell(self, cell: Cell, column: Column) -> Any:
        if column.kind == "day":
            return read_date(cell).date()
        if column.kind == "number":
            return _number(cell)
        if column.kind == "choices":
            return self._several(cell, column)
        text = read_text(cell, most=column.most)
        return self.lists[column.choices].find(text) if column.kind == "choice" else text

    def _several(self, cell: Cell, column: Column) -> list[str]:
        told = cell.value.replace("\n", ";").split(";") if isinstance(cell.value, str) else [read_text(cell)]
        names = [name for name in (clean(each) for each in told) if name]
        return sorted({self.lists[column.choices].find(name) for name in names})


def _number(cell: Cell) -> Decimal:
    number = read_decimal(cell)
    if abs(number) >= LARGEST:
        raise wrong("imports.large", "số quá lớn; hãy xem lại đơn vị", "too large; look at the unit")
    rounded = number.quantize(Decimal("0.0001"))
    if rounded != number and len(f"{number:f}".partition(".")[2]) < 12:  # a program's own 0.30000000000000004 is 0,3
        raise wrong("imports.places", "nhiều nhất 4 chữ số sau dấu phẩy", "4 decimal places at most")
    return rounded


def _parents_first(rows: Sequence[Row]) -> list[Row]:
    """Each indicator after the one that it is a part of; those in a circle last, where the rules refuse them."""
    placed: list[Row] = []
    waiting = list(rows)
    while waiting:
        codes = {plain(row.values["code"]) for row in waiting}
        free = [row for row in waiting if plain(row.values.get("parent") or "") not in codes]
        placed += free or waiting
        waiting = [row for row in waiting if row not in free] if free else []
    return placed


def _tell_twice(found: Reading) -> None:
    first: dict[str, Row] = {}
    for row in found.rows:
        before = first.setdefault(row.mark, row)
        if before is not row:
            found.told.append(
                Told(row.title, row.first_cell, f"giống hệt dòng {before.line}; hãy xoá một dòng.",
                     f"the same as row {before.line}; delete one of them.")
            )  # fmt: skip


def fingerprint(rows: Iterable[Row]) -> str:
    """What the file says: the same rows give the same, in any order."""
    return digest(sorted(row.mark for row in rows))
