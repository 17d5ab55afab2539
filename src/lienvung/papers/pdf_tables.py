"""Tables of a PDF: rows that are broken into lines once, whatever number of pages they take.

reportlab's own tables measure all rows that are left anew on every page, so that 10,000 rows take a minute. Cells are
plain text here; words are kept whole unless one is wider than its column.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, groupby
from typing import Any, Final, NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable

from lienvung.papers.fonts import Family

SIDE: Final = 3.0  # points between a line of the grid and the text
ABOVE, BELOW = 1.5, 3.0
STEP_ROWS: Final = 50  # rows between two calls of `step`
_SPACES: Final = re.compile(r"[ \t\r]+")  # not the space that does not break


class Row(NamedTuple):
    """`cells`: the lines of each."""

    bold: bool
    cells: Sequence[Sequence[str]]

    @property
    def lines(self) -> int:
        return max(map(len, self.cells), default=1) or 1


class Look:
    """How a table is set: `widths` of the columns in points, `right` the columns of numbers, `page` the most height."""

    def __init__(self, font: Family, size: float, widths: Sequence[float], right: frozenset[int], page: float) -> None:
        self.font, self.size, self.widths, self.right, self.page = font, size, widths, right, page
        self.leading = size * 1.17
        self._known: dict[tuple[bool, str], float] = {}

    def row(self, texts: Sequence[str], *, bold: bool) -> Row:
        return Row(bold, [self._lines(text, width - 2 * SIDE, bold) for text, width in zip(texts, self.widths)])

    def height(self, row: Row) -> float:
        return row.lines * self.leading + ABOVE + BELOW

    def runs(self, text: str, bold: bool) -> list[tuple[str, str]]:
        """Pieces with the face that has their signs."""
        face, letters = self.font.bold if bold else self.font.regular, self.font.letters
        if all(ord(sign) in letters for sign in text):
            return [(face, text)]
        pieces = groupby(text, key=lambda sign: ord(sign) in letters or sign.isspace())
        return [(face if known else self.font.other, "".join(signs)) for known, signs in pieces]

    def width(self, word: str, bold: bool) -> float:
        key = (bold, word)
        found = self._known.get(key)
        if found is None:
            found = sum(pdfmetrics.stringWidth(piece, face, self.size) for face, piece in self.runs(word, bold))
            self._known[key] = found
        return found

    def _lines(self, text: str, room: float, bold: bool) -> list[str]:
        found = []
        space = self.width(" ", bold)
        for paragraph in text.split("\n"):
            line: list[str] = []
            used = 0.0
            for word in _SPACES.split(paragraph.strip()):
                wide = self.width(word, bold)
                if line and used + space + wide > room:
                    found.append(" ".join(line))
                    line, used = [], 0.0
                while wide > room and len(word) > 1:
                    word, head = self._cut(word, room, bold)
                    found.append(head)
                    wide = self.width(word, bold)
                used += wide + (space if line else 0.0)
                line.append(word)
            found.append(" ".join(line))
        return found

    def _cut(self, word: str, room: float, bold: bool) -> tuple[str, str]:
        """What is left of a word wider than the column, and the part of it that fits."""
        many = 1
        while many < len(word) - 1 and self.width(word[: many + 1], bold) <= room:
            many += 1
        return word[many:], word[:many]


class Rows(Flowable):  # type: ignore[misc]  # reportlab has no types
    """The rows from `start` to before `end` under the head; what does not fit goes on the next page, head and all."""

    def __init__(
        self, look: Look, head: Row, rows: Sequence[Row], step: Callable[[], None], *, start: int = 0,
        end: int | None = None, tops: Sequence[float] = (),
    ) -> None:  # fmt: skip
        super().__init__()
        self.look, self.head, self.rows, self.step = look, head, rows, step
        self.start, self.end = start, len(rows) if end is None else end
        self.tops = tops or [0.0, *accumulate(look.height(row) for row in rows)]  # of every row, from the first on

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = sum(self.look.widths)
        self.height = self.look.height(self.head) + self.tops[self.end] - self.tops[self.start]
        return self.width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        room = height - self.look.height(self.head)
        fits = bisect_right(self.tops, self.tops[self.start] + room + 0.01) - 1
        while self.start + 1 < fits < self.end and self.rows[fits - 1].bold and not self.rows[fits].bold:
            fits -= 1  # a row that stands for a group goes to the page of what follows it
        if fits > self.start:
            return [self._part(self.start, fits), self._part(fits, self.end)]
        first = self.rows[self.start]
        many = int((room - ABOVE - BELOW) // self.look.leading)
        if many < 1 or self.look.height(self.head) + self.look.height(first) <= self.look.page:
            return []  # it fits on a page of its own
        upper = Row(first.bold, [cell[:many] for cell in first.cells])
        lower = Row(first.bold, [cell[many:] for cell in first.cells])
        rest = [lower, *self.rows[self.start + 1 : self.end]]
        return [Rows(self.look, self.head, [upper], self.step), Rows(self.look, self.head, rest, self.step)]

    def _part(self, start: int, end: int) -> Rows:
        return Rows(self.look, self.head, self.rows, self.step, start=start, end=end, tops=self.tops)

    def draw(self) -> None:
        canvas, look, top = self.canv, self.look, self.height
        edges = [0.0, *accumulate(look.widths)]
        levels = [top]
        text = canvas.beginText()
        face = ""
        for at, row in enumerate([self.head, *self.rows[self.start : self.end]]):
            base = levels[-1] - ABOVE - look.size
            for column, cell in enumerate(row.cells):
                for number, line in enumerate(cell):
                    start = self._start(at == 0, column, edges, line, row.bold)
                    text.setTextOrigin(start, base - number * look.leading)
                    for wanted, piece in look.runs(line, row.bold):
                        if wanted != face:
                            text.setFont(wanted, look.size)
                            face = wanted
                        text.textOut(piece)
            levels.append(levels[-1] - look.height(row))
            if at and (self.start + at) % STEP_ROWS == 0:
                self.step()
        canvas.drawText(text)
        canvas.setLineWidth(0.5)
        canvas.lines([(0, level, edges[-1], level) for level in levels])
        canvas.lines([(edge, top, edge, levels[-1]) for edge in edges])

    def _start(self, head: bool, column: int, edges: Sequence[float], line: str, bold: bool) -> float:
        if head or column in self.look.right:
            wide: float = sum(
                pdfmetrics.stringWidth(piece, face, self.look.size) for face, piece in self.look.runs(line, bold)
            )
            spare = self.look.widths[column] - wide
            return edges[column] + spare / 2 if head else edges[column + 1] - wide - SIDE
        return edges[column] + SIDE


def rows_of(
    look: Look, columns: Sequence[str], rows: Sequence[Sequence[str]], bold: frozenset[int], step: Callable[[], None]
) -> Rows:
    """A table of plain text; `step` is called after every `STEP_ROWS` rows drawn."""
    made = [look.row(row, bold=at in bold) for at, row in enumerate(rows)]
    return Rows(look, look.row(columns, bold=True), made, step)


def steps_of(rows: int) -> int:
    """How often `rows_of` calls `step` for so many rows."""
    return rows // STEP_ROWS


__all__: list[Any] = ["Look", "Row", "Rows", "rows_of", "steps_of"]
