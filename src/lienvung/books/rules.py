"""From the sheets of a file to the rows of the book, with every fault told by sheet and cell; pure.

read_book(sheets, known)   rows in the order in which things happened, and what is wrong or odd
fingerprint(rows)          of what the rows say, whatever program saved the file and wherever its columns stand
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Final

from lienvung.books import cells as reading
from lienvung.books.cells import Choices
from lienvung.books.layout import EXAMPLE, SHEETS, Column, Sheet, is_own, sheet_of
from lienvung.books.workbook import Cell, SheetCells, cell_name
from lienvung.errors import Invalid, Problem
from lienvung.registry.matching import plain

LOCAL: Final = timezone(timedelta(hours=7))
MOST_ROWS: Final = 2_000
MOST_FAULTS: Final = 500
HEAD_ROWS: Final = 20
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
class Told:
    """Something to say about a cell (or a whole sheet, `cell` ''). Errors keep the book from being taken."""

    sheet: str
    cell: str
    vi: str
    en: str
    error: bool = True

    @property
    def where_vi(self) -> str:
        return f"{self.sheet}, ô {self.cell}" if self.cell else self.sheet

    @property
    def where_en(self) -> str:
        return f"{self.sheet}, cell {self.cell}" if self.cell else self.sheet

    def as_json(self) -> dict[str, Any]:
        return {"sheet": self.sheet, "cell": self.cell, "vi": self.vi, "en": self.en, "error": self.error}


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


def plain_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return reading.plain_number(value)
    return value.isoformat() if isinstance(value, date) else value


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
    first = next(iter(row.cells.values()), f"A{row.line}")
    return Told(row.title, row.cells.get(key, first), fault.vi, fault.en)


# --- reading ---------------------------------------------------------------------------------------


def read_book(sheets: Sequence[SheetCells], known: Known) -> Reading:
    """The rows of all sheets, in the order in which things happened."""
    found = Reading()
    taken = 0
    for sheet in sheets:
        layout = _layout_of(sheet)
        if layout is None:
            if not sheet.hidden and not is_own(sheet.name) and sheet.cells:
                found.told.append(
                    Told(
                        sheet.name,
                        "",
                        "trang này không thuộc mẫu nên không đọc.",
                        "not of the template, not read.",
                        False,
                    )
                )
            continue
        taken += 1
        _SheetReader(sheet, layout, known, found).read()
    if not taken:
        found.told.append(_whole("tệp không có trang nào của mẫu. Hãy tải mẫu về và chép các dòng sang.",
                                 "there is no sheet of the template. Download it and copy your rows."))  # fmt: skip
    elif not found.rows and not found.errors:
        found.told.append(_whole("tệp chưa có dòng nào để nhập.", "there is no row to import."))
    if len(found.rows) > MOST_ROWS:
        found.told.append(_whole(f"quá {MOST_ROWS} dòng. Hãy chia làm nhiều tệp.",
                                 f"more than {MOST_ROWS} rows. Split the file."))  # fmt: skip
    found.rows = _marked(_ordered(found.rows, known.now), found)
    return found


def _whole(vi: str, en: str) -> Told:
    return Told("Sổ", "", vi, en)


def _layout_of(sheet: SheetCells) -> Sheet | None:
    """By its title, also where words were added to it; else by its headings, where they are those of one sheet only."""
    if is_own(sheet.name) or not sheet.cells:
        return None
    name = plain(sheet.name)
    for layout in SHEETS:
        if layout.is_called(sheet.name) or any(name.startswith(plain(each)) for each in layout.name):
            return layout
    fitting = [each for each in SHEETS if not _head(sheet, each).missing()]
    return fitting[0] if len(fitting) == 1 else None


@dataclass(slots=True)
class _Head:
    layout: Sheet
    row: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    twice: list[tuple[Column, int]] = field(default_factory=list)

    def missing(self) -> list[Column]:
        return [each for each in self.layout.columns if each.required and each.key not in self.columns]


def _head(sheet: SheetCells, layout: Sheet) -> _Head:
    """The row of headings: of the first rows the one that has most of them."""
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), cell in sheet.cells.items():
        if isinstance(cell.value, str) and len(cell.value) <= 120:
            by_row.setdefault(row, {})[column] = cell.value
    best = _Head(layout)
    for row in sorted(by_row)[:HEAD_ROWS]:
        head = _Head(layout, row)
        for column, text in sorted(by_row[row].items()):
            called = next((each for each in layout.columns if each.is_called(text)), None)
            if called is None:
                continue
            if called.key in head.columns:
                head.twice.append((called, column))
            else:
                head.columns[called.key] = column
        if len(head.columns) > len(best.columns):
            best = head
    return best


class _SheetReader:
    """Reads the rows of one sheet into `found`."""

    def __init__(self, sheet: SheetCells, layout: Sheet, known: Known, found: Reading) -> None:
        self.sheet, self.layout, self.known, self.found = sheet, layout, known, found
        self.head = _head(sheet, layout)

    def tell(self, cell: str, vi: str, en: str, *, error: bool = True) -> None:
        if len(self.found.told) < MOST_FAULTS:
            self.found.told.append(Told(self.sheet.name, cell, vi, en, error))

    def read(self) -> None:
        if not self._head_is_right():
            return
        columns = set(self.head.columns.values())
        lines = sorted({row for row, column in self.sheet.cells if row > self.head.row and column in columns})
        hidden = [line for line in lines if line in self.sheet.hidden_rows and self._is_row(line)]
        if hidden:
            listed = ", ".join(map(str, hidden[:8])) + (" …" if len(hidden) > 8 else "")
            self.tell(
                "", f"các dòng đang ẩn cũng được đọc: {listed}.", f"hidden rows are read too: {listed}.", error=False
            )
        for line in lines[: MOST_ROWS + 1]:
            if self._is_row(line):
                self._row(line)

    def _head_is_right(self) -> bool:
        missing = self.head.missing()
        if missing:
            vi = ", ".join(f"“{each.name.vi}”" for each in missing)
            en = ", ".join(f"“{each.name.en}”" for each in missing)
            self.tell("", f"thiếu cột {vi}. Hãy ghi lại tiêu đề cột như trong mẫu.",
                      f"the column {en} is missing. Write the headings as in the template.")  # fmt: skip
        for column, at in self.head.twice:
            self.tell(cell_name(self.head.row, at), f"có hai cột “{column.name.vi}”; hãy bỏ một cột.",
                      f"two columns are called “{column.name.en}”; take one away.")  # fmt: skip
        read = {*self.head.columns.values(), *(at for _, at in self.head.twice)}
        for (row, at), cell in self.sheet.cells.items():
            text = cell.value.strip() if isinstance(cell.value, str) else ""
            if row == self.head.row and at not in read and text:
                self.tell(cell_name(row, at), f"cột “{text[:40]}” không thuộc mẫu nên không đọc.",
                          "this column is not of the template and is not read.", error=False)  # fmt: skip
        return not missing and not self.head.twice

    def _is_row(self, line: int) -> bool:
        """Whether somebody wrote a row here: not an empty one, not the example."""
        here = [self.sheet.cells.get((line, column)) for column in self.head.columns.values()]
        texts = [cell.value for cell in here if cell is not None and isinstance(cell.value, str)]
        if any(plain(text).startswith(plain(EXAMPLE.vi)) for text in texts):
            return False
        return any(not reading.is_empty(cell) for cell in here)

    def _cell(self, line: int, column: Column) -> Cell | None:
        """The cell of a row; of a merge downwards the one cell that it has, where that can be meant for each row."""
        at = self.head.columns.get(column.key)
        if at is None:
            return None
        for top, left, bottom, right in self.sheet.merged:
            if top <= line <= bottom and left <= at <= right:
                if right > left or (bottom > top and column.kind in ("number", "days", "lot")):
                    raise Invalid(
                        "books.merged",
                        vi=f"ô gộp {cell_name(top, left)}:{cell_name(bottom, right)}; hãy bỏ gộp và ghi riêng từng ô.",
                        en=f"merged {cell_name(top, left)}:{cell_name(bottom, right)}; unmerge, and fill in each cell.",
                    )
                return self.sheet.cells.get((top, at))
        return self.sheet.cells.get((line, at))

    def _row(self, line: int) -> None:
        values: dict[str, Any] = {}
        cells = {key: cell_name(line, at) for key, at in self.head.columns.items()}
        right = True
        for column in self.layout.columns:
            try:
                values[column.key] = self._value(line, column)
            except Invalid as fault:
                right = False
                self.tell(cells.get(column.key, f"A{line}"), fault.vi, fault.en)
        if right:
            values = self._settled(values, cells)
        if right and values:
            moment = values.pop("moment")
            self.found.rows.append(Row(self.layout.key, self.sheet.name, line, moment, values, cells))

    def _value(self, line: int, column: Column) -> Any:
        cell = self._cell(line, column)
        if cell is not None:
            reading.check_kept(cell)
        if cell is None or reading.is_empty(cell):
            if column.required:
                raise Invalid(
                    "books.missing", vi=f"chưa nhập “{column.name.vi}”.", en=f"“{column.name.en}” is missing."
                )
            return None if column.kind in ("number", "days") else ""
        if column.kind == "date":
            return reading.read_day(cell, today=self.known.now.date())
        if column.kind == "number":
            return reading.read_amount(cell)
        if column.kind == "days":
            return reading.read_days(cell)
        if column.kind == "lot":
            return reading.read_lot(cell)
        text = reading.read_text(cell, most=column.most)
        return self.known.lists[column.choices].find(text) if column.kind == "choice" else text

    def _settled(self, values: dict[str, Any], cells: Mapping[str, str]) -> dict[str, Any]:
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
        says = _digest(
            [row.sheet, {key: plain_value(value) for key, value in row.values.items() if value not in ("", None)}]
        )
        before = seen.setdefault(says, [])
        if before:
            where = f"{before[0].title} {before[0].line}"
            found.told.append(
                Told(row.title, next(iter(row.cells.values())), f"giống hệt dòng {where}; nếu ghi thừa hãy xoá.",
                     f"this row is the same as row {where}; delete it if it is one too many.", False)
            )  # fmt: skip
        before.append(row)
        marked.append(replace(row, mark=_digest([says, len(before)])))
    return sorted(marked, key=lambda each: each.at)


def fingerprint(rows: Iterable[Row]) -> str:
    """What the book says: the same rows give the same, in any order."""
    return _digest(sorted(row.mark for row in rows))


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
