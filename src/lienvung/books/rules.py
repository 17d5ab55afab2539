"""From the sheets of a file to the rows of the book, with every fault told by sheet and cell; pure.

read_book(sheets, known)   rows in the order in which things happened, and what is wrong or odd
fingerprint(rows)          of what the rows say, whatever program saved the file and wherever its columns stand
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

from lienvung.books import cells as reading
from lienvung.books.layout import SHEETS, sheet_of
from lienvung.errors import Problem
from lienvung.workbooks.cells import Choices, read_text
from lienvung.workbooks.layout import Column
from lienvung.workbooks.reading import Cell, SheetCells
from lienvung.workbooks.rows import SheetReader, Told, check_count, digest, fitting, mark_of, plain_value

LOCAL: Final = timezone(timedelta(hours=7))
HOURS: Final = (6, 9, 11, 14)
"""The hour of a row's event by the order of its sheet, where the cell says only the day."""
COLUMN_OF: Final = {
    "at": "day",
    "plot": "unit",
    "number": "lot",
    "things": "lot",
    "seller_name": "seller",
    "to": "buyer",
    "waiting_until": "waiting_days",
}
"""Which column a fault of an action is about, by the fault's path where that is no column's key."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the book. `values`: by column key; names are codes by now; `cells`: where each column's cell is;
    `mark`: fingerprint of what the row says, with a running number for rows that say the same."""

    sheet: str
    title: str
    line: int
    at: datetime
    values: Mapping[str, Any]
    cells: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""

    def as_json(self) -> dict[str, Any]:
        values = {key: plain_value(value) for key, value in self.values.items()}
        return {
            "sheet": self.sheet,
            "title": self.title,
            "line": self.line,
            "at": self.at.isoformat(),
            "values": values,
            "cells": dict(self.cells),
            "mark": self.mark,
        }


@dataclass(frozen=True, slots=True)
class Known:
    """What the organisation has, as names of lists; `now`: local time."""

    now: datetime
    lists: Mapping[str, Choices]


@dataclass(slots=True)
class Reading:
    rows: list[Row] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    @property
    def errors(self) -> list[Told]:
        return [each for each in self.told if each.error]


def row_of(told: Mapping[str, Any]) -> Row:
    """A row that was kept by `as_json`."""
    values = dict(told["values"])
    for column in sheet_of(told["sheet"]).columns:
        if column.kind == "number" and values.get(column.key) is not None:
            values[column.key] = Decimal(values[column.key])
    at = datetime.fromisoformat(told["at"])
    return Row(told["sheet"], told["title"], told["line"], at, values, told["cells"], told["mark"])


def task_id(book: uuid.UUID, row: Row) -> uuid.UUID:
    """The number under which a row is done: the same book and row give the same."""
    return uuid.uuid5(book, f"{row.sheet}:{row.mark}")


def blame(row: Row, fault: Problem) -> Told:
    """What an action said of a row, at the cell that it is about."""
    key = COLUMN_OF.get(fault.path, fault.path)
    keys = (column.key for column in sheet_of(row.sheet).columns)  # a database need not keep the order of `cells`
    first = next((row.cells[each] for each in keys if each in row.cells), f"A{row.line}")
    return Told(row.title, row.cells.get(key, first), fault.vi, fault.en)


# --- reading ---------------------------------------------------------------------------------------


def read_book(sheets: Sequence[SheetCells], known: Known) -> Reading:
    """The rows of all sheets, in the order in which things happened."""
    found = Reading()
    for sheet, layout in fitting(sheets, SHEETS, found.told):
        reader = _BookReader(sheet, layout, found.told)
        reader.known = known
        for line, values, cells in reader.rows():
            settled = reader.settled(values, cells)
            if settled:
                moment = settled.pop("moment")
                found.rows.append(Row(layout.key, sheet.name, line, moment, settled, cells))
    check_count(found.rows, found.told)
    found.rows = _marked(_ordered(found.rows, known.now), found)
    return found


class _BookReader(SheetReader):
    """Reads the rows of one sheet of a book."""

    known: Known

    def read_cell(self, cell: Cell, column: Column) -> Any:
        if column.kind == "date":
            return reading.read_day(cell, today=self.known.now.date())
        if column.kind == "number":
            return reading.read_amount(cell)
        if column.kind == "days":
            return reading.read_days(cell)
        if column.kind == "lot":
            return reading.read_lot(cell)
        text = read_text(cell, most=column.most)
        return self.known.lists[column.choices].find(text) if column.kind == "choice" else text

    def settled(self, values: dict[str, Any], cells: Mapping[str, str]) -> dict[str, Any]:
        """What follows from other cells: the only place there is, a unit beside an amount, the moment of the day."""
        if "place" in values and not values["place"]:
            places = self.known.lists["places"].listed
            if len(places) != 1:
                self.tell(cells.get("place", next(iter(cells.values()))),
                          "chưa chọn nơi; đơn vị có nhiều địa điểm (hoặc chưa có địa điểm nào).",
                          "the place is missing; there are several (or none yet).")  # fmt: skip
                return {}
            values["place"] = places[0].code
        if values.get("amount") is not None and not values.get("uom"):
            self.tell(cells.get("uom", cells.get("amount", "")), "có lượng mà chưa có đơn vị; hãy chọn đơn vị.",
                      "there is an amount without a unit; choose the unit.")  # fmt: skip
            return {}
        day: datetime = values["day"]
        values["moment"], values["day"] = day.replace(tzinfo=LOCAL), f"{day:%Y-%m-%dT%H:%M:%S}"
        return values


# --- order and marks -------------------------------------------------------------------------------


def _ordered(rows: Iterable[Row], now: datetime) -> list[Row]:
    """As things happened: by day, within a day by sheet and line; each a second after the one before."""
    order = {each.key: each.order for each in SHEETS}
    listed = sorted(rows, key=lambda row: (row.at.date(), order[row.sheet], row.at, row.line))
    counted: Counter[tuple[date, str]] = Counter()
    last = now - timedelta(minutes=1)
    placed: list[Row] = []
    for rank, row in enumerate(listed):
        at = row.at
        if (at.hour, at.minute, at.second) == (0, 0, 0):
            key = (at.date(), row.sheet)
            at += timedelta(hours=HOURS[order[row.sheet]], seconds=counted[key])
            counted[key] += 1
        if at > last:  # today, before the hour: in the order of the rows all the same
            at = max(last, row.at) + timedelta(milliseconds=rank)
        placed.append(replace(row, at=at))
    return sorted(placed, key=lambda row: row.at)


def _marked(rows: Sequence[Row], found: Reading) -> list[Row]:
    """Each row with its fingerprint; a row that says what one before says gets a number, and a word about it."""
    seen: dict[str, list[Row]] = {}
    marked: list[Row] = []
    for row in sorted(rows, key=lambda each: (each.sheet, each.title, each.line)):
        says = mark_of(row.sheet, row.values)
        before = seen.setdefault(says, [])
        if before:
            where = f"{before[0].title} {before[0].line}"
            found.told.append(
                Told(row.title, next(iter(row.cells.values())), f"giống hệt dòng {where}; nếu ghi thừa hãy xoá.",
                     f"this row is the same as row {where}; delete it if it is one too many.", False)
            )  # fmt: skip
        before.append(row)
        marked.append(replace(row, mark=digest([says, len(before)])))
    return sorted(marked, key=lambda each: each.at)


def fingerprint(rows: Iterable[Row]) -> str:
    """What the book says: the same rows give the same, in any order."""
    return digest(sorted(row.mark for row in rows))
