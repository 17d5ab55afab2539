"""What a workbook for filling in looks like: sheets and columns, for the template and for the file that comes back.

Columns are found by their headings, wherever they stand; `also` are other words that people write there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lienvung.registry.matching import plain
from lienvung.texts import Text

NOTHING: Final = Text("", "")
EXAMPLE: Final = Text("dữ liệu minh hoạ", "example")
"""A row with these words in one of its cells is an example, and no import takes it."""
LISTS: Final = Text("Danh mục", "Lists")
HELP: Final = Text("Hướng dẫn", "Help")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind`: how a cell of it is read (the room says which there are); `choices`: the list whose names it
    takes."""

    key: str
    name: Text
    kind: str
    required: bool = False
    choices: str = ""
    also: tuple[str, ...] = ()
    most: int = 200
    hint: Text = NOTHING

    def is_called(self, heading: str) -> bool:
        """Whether a heading is this column's: whole, or its first line, whatever its marks and capitals."""
        lines = [line for line in heading.splitlines() if line.strip()] or [""]
        names = {_bare(each) for each in (self.name.vi, self.name.en, *self.also)}
        return any(_bare(each) in names for each in (heading, lines[0], lines[-1]))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; `order`: its rows come after those of the sheets before (one sows before one harvests)."""

    key: str
    name: Text
    columns: tuple[Column, ...]
    order: int
    also: tuple[str, ...] = ()
    what: Text = NOTHING

    def column(self, key: str) -> Column:
        return next(each for each in self.columns if each.key == key)

    def is_called(self, title: str) -> bool:
        told = plain(title)
        return told in {plain(each) for each in (self.name.vi, self.name.en, *self.also)}


def _bare(text: str) -> str:
    return plain(re.sub(r"[*:()\[\]]", " ", text))


def is_own(title: str) -> bool:
    """Whether a sheet is one of the template that holds no rows: its help, its lists."""
    return plain(title) in {plain(each) for each in (*LISTS, *HELP)}
