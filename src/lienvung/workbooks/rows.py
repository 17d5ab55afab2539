"""From the sheets of a file to rows with values, every fault told by sheet and cell; pure.

fitting(sheets, layouts, told)   which sheet of the file is which of the template
SheetReader.rows()               the rows of one sheet; a room adds how its kinds of cells are read
digest(value)                    fingerprint of what a row says, whatever program saved the file
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final

from lienvung.errors import Invalid
from lienvung.registry.matching import plain
from lienvung.workbooks import cells as reading
from lienvung.workbooks.layout import EXAMPLE, Column, Sheet, is_own
from lienvung.workbooks.reading import Cell, SheetCells, cell_name

MOST_ROWS: Final = 2_000
MOST_FAULTS: Final = 500
HEAD_ROWS: Final = 20
WORDS: Final = frozenset({"choice", "choices", "text", "lot", "date"})
"""Kinds of columns whose empty cell is '', not None."""


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


def whole(vi: str, en: str) -> Told:
    """A word about the file as a whole."""
    return Told("Tệp / File", "", vi, en)


def plain_value(value: Any) -> Any:
    """A value of a cell as JSON has it."""
    if isinstance(value, Decimal):
        return reading.plain_number(value)
    return value.isoformat() if isinstance(value, date) else value


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def mark_of(sheet: str, values: Mapping[str, Any]) -> str:
    """Fingerprint of what a row says; an empty cell says nothing."""
    return digest([sheet, {key: plain_value(value) for key, value in values.items() if value not in ("", None, [])}])


def fitting(sheets: Sequence[SheetCells], layouts: Sequence[Sheet], told: list[Told]) -> list[tuple[SheetCells, Sheet]]:
    """The sheets that hold rows, each with its layout; the others are told."""
    found: list[tuple[SheetCells, Sheet]] = []
    for sheet in sheets:
        layout = _layout_of(sheet, layouts)
        if layout is not None:
            found.append((sheet, layout))
        elif not sheet.hidden and not is_own(sheet.name) and sheet.cells:
            vi, en = "trang này không thuộc mẫu nên không đọc.", "not of the template, not read."
            told.append(Told(sheet.name, "", vi, en, False))
    if not found:
        told.append(whole("tệp không có trang nào của mẫu. Hãy tải mẫu về và chép các dòng sang.",
                          "there is no sheet of the template. Download it and copy your rows."))  # fmt: skip
    return found


def check_count(rows: Sequence[Any], told: list[Told]) -> None:
    """A file without rows, or with too many."""
    if not rows and not any(each.error for each in told):
        told.append(whole("tệp chưa có dòng nào để nhập.", "there is no row to import."))
    if len(rows) > MOST_ROWS:
        told.append(whole(f"quá {MOST_ROWS} dòng. Hãy chia làm nhiều tệp.",
                          f"more than {MOST_ROWS} rows. Split the file."))  # fmt: skip


def _layout_of(sheet: SheetCells, layouts: Sequence[Sheet]) -> Sheet | None:
    """By its title, also where words were added to it; else by its headings, where they are those of one sheet only."""
    if is_own(sheet.name) or not sheet.cells:
        return None
    name = plain(sheet.name)
    for layout in layouts:
        if layout.is_called(sheet.name) or any(name.startswith(plain(each)) for each in layout.name):
            return layout
    fitting = [each for each in layouts if not head_of(sheet, each).missing()]
    return fitting[0] if len(fitting) == 1 else None


@dataclass(slots=True)
class Head:
    layout: Sheet
    row: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    twice: list[tuple[Column, int]] = field(default_factory=list)

    def missing(self) -> list[Column]:
        return [each for each in self.layout.columns if each.required and each.key not in self.columns]


def head_of(sheet: SheetCells, layout: Sheet) -> Head:
    """The row of headings: of the first rows the one that has most of them."""
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), cell in sheet.cells.items():
        if isinstance(cell.value, str) and len(cell.value) <= 120:
            by_row.setdefault(row, {})[column] = cell.value
    best = Head(layout)
    for row in sorted(by_row)[:HEAD_ROWS]:
        head = Head(layout, row)
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


class SheetReader:
    """Reads the rows of one sheet. `alone`: kinds of columns of which a merged cell cannot be meant for each row."""

    alone: ClassVar[frozenset[str]] = frozenset({"number", "days", "lot"})

    def __init__(self, sheet: SheetCells, layout: Sheet, told: list[Told], *, most: int = MOST_ROWS) -> None:
        self.sheet, self.layout, self.told, self.most = sheet, layout, told, most
        self.head = head_of(sheet, layout)
        self.broken: list[dict[str, Any]] = []

    def tell(self, cell: str, vi: str, en: str, *, error: bool = True) -> None:
        if len(self.told) < MOST_FAULTS:
            self.told.append(Told(self.sheet.name, cell, vi, en, error))

    def rows(self) -> Iterator[tuple[int, dict[str, Any], dict[str, str]]]:
        """(line, values by column, where each column's cell is) of the rows without a fault; the values of the others
        are in `broken`, as far as they could be read."""
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
        for line in [line for line in lines if self._is_row(line)][: self.most + 1]:
            cells = {key: cell_name(line, at) for key, at in self.head.columns.items()}
            values, right = self._values(line, cells)
            if right:
                yield line, values, cells
            else:
                self.broken.append(values)

    def read_cell(self, cell: Cell, column: Column) -> Any:
        """What a cell that is not empty says; the room knows its kinds of columns. Raises Invalid."""
        raise NotImplementedError

    def _values(self, line: int, cells: Mapping[str, str]) -> tuple[dict[str, Any], bool]:
        values: dict[str, Any] = {}
        right = True
        for column in self.layout.columns:
            try:
                values[column.key] = self._value(line, column)
            except Invalid as fault:
                right = False
                self.tell(cells.get(column.key, f"A{line}"), fault.vi, fault.en)
        return values, right

    def _value(self, line: int, column: Column) -> Any:
        cell = self._cell(line, column)
        if cell is not None:
            reading.check_kept(cell)
        if cell is not None and not reading.is_empty(cell):
            return self.read_cell(cell, column)
        if column.required:
            raise Invalid(
                "workbooks.missing", vi=f"chưa nhập “{column.name.vi}”.", en=f"“{column.name.en}” is missing."
            )
        return "" if column.kind in WORDS else None

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
                if right > left or (bottom > top and column.kind in self.alone):
                    raise Invalid(
                        "workbooks.merged",
                        vi=f"ô gộp {cell_name(top, left)}:{cell_name(bottom, right)}; hãy bỏ gộp và ghi riêng từng ô.",
                        en=f"merged {cell_name(top, left)}:{cell_name(bottom, right)}; unmerge, and fill in each cell.",
                    )
                return self.sheet.cells.get((top, at))
        return self.sheet.cells.get((line, at))
