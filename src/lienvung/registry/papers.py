"""Documents of several parts (facts, tables), the same as PDF and as spreadsheet: a recall's dossier, a drill's report.

A part's rows are a function: the PDF takes the first of them and says how many more the spreadsheet has, the
spreadsheet takes them all, one by one. The font is the one of the pages, embedded as a subset.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import fontpkg_be_vietnam_pro
from django.http import HttpResponse
from django.utils import timezone
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from lienvung.registry.sheets import Sheet
from lienvung.texts import Text

REGULAR, BOLD = "BeVietnamPro", "BeVietnamPro-SemiBold"
INK, SOFT, LINE, SHADE, ALARM = (HexColor(code) for code in ("#1a1a1a", "#555555", "#c8c8c8", "#f0f2ee", "#a61b1b"))
MARGIN = 16 * mm
WIDTH = A4[0] - 2 * MARGIN
ROWS_IN_PDF = 150
LONGEST_CELL = 300  # a row taller than a page could not be set
LONGEST_FACT = 500  # longer ones stand as paragraphs, which break over pages

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` is called for each use. `widths`: shares of the page's width; `numbers`: columns set to the right.

    `whole_only`: too long for paper, in the spreadsheet alone; the PDF says so.
    """

    columns: Sequence[Text]
    rows: Callable[[], Iterable[Row]]
    widths: Sequence[float]
    numbers: frozenset[int] = frozenset()
    whole_only: bool = False
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter: what it is about, facts (name, value), a line of explanation, a table."""

    title: Text
    facts: Sequence[tuple[Text, Any]] = ()
    words: Text | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """`mark` stands in red over every page: what the document must not be taken for."""

    title: Text
    subject: Text
    parts: Sequence[Part]
    mark: Text | None = None
    made_at: datetime = field(default_factory=timezone.now)


def said(value: Any, language: str) -> str:
    """A value in words: both-language texts, numbers and times as people write them."""
    if value is None or value == "":
        return "–"
    if isinstance(value, Text):
        return value.in_language(language) or "–"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%d/%m/%Y %H:%M")
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        number = f"{round(Decimal(str(value)), 3):,f}"
        number = number.rstrip("0").rstrip(".") if "." in number else number
        return number if language == "en" else number.translate(str.maketrans(",.", ".,"))
    return str(value)


def pdf_of(paper: Paper, language: str) -> bytes:
    """The document on A4 sheets with page numbers."""
    _register_fonts()
    out = io.BytesIO()
    title = paper.title.in_language(language)
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=20 * mm, bottomMargin=18 * mm,
        title=f"{title}: {paper.subject.in_language(language)}", author="Lienvung", lang=language,
    )  # fmt: skip
    flow: list[Flowable] = [
        _paragraph(title, TITLE), _paragraph(said(paper.subject, language), SUBJECT),
    ]  # fmt: skip
    for number, part in enumerate(paper.parts, start=1):
        flow += _part(part, number, language)
    mark = paper.mark.in_language(language) if paper.mark else ""
    made = Text("Lập lúc", "Made").in_language(language) + " " + said(paper.made_at, language)
    foot = (f"{title} · {said(paper.subject, language)}"[:90], made, Text("Trang", "Page").in_language(language))
    document.build(flow, canvasmaker=lambda *args, **kwargs: _Numbered(*args, foot=foot, mark=mark, **kwargs))
    return out.getvalue()


def pdf_answer(name: str, paper: Paper, language: str) -> HttpResponse:
    """The file `name`.pdf for download."""
    answer = HttpResponse(pdf_of(paper, language), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer


def sheets_of(paper: Paper, language: str) -> Iterable[Sheet]:
    """One sheet a part; the facts of all of them on the first."""
    facts = [
        (said(part.title, language), said(name, language), said(value, language))
        for part in paper.parts
        for name, value in part.facts
    ]
    head = [(said(paper.title, language), said(paper.subject, language), said(paper.mark, language))]
    names = [Text("Phần", "Part"), Text("Mục", "Item"), Text("Nội dung", "Content")]
    yield Sheet(said(paper.title, language), [said(name, language) for name in names], [*head, *facts])
    for number, part in enumerate(paper.parts, start=1):
        if part.table is not None:
            yield Sheet(
                f"{number} {said(part.title, language)}",
                [said(column, language) for column in part.table.columns],
                (_cells(row, language) for row in part.table.rows()),
            )


def _cells(row: Row, language: str) -> list[Any]:
    """Numbers stay numbers, so that they can be summed."""
    return [
        cell if isinstance(cell, (int, float, Decimal)) else "" if cell is None else said(cell, language)
        for cell in row
    ]


def _part(part: Part, number: int, language: str) -> list[Flowable]:
    # a heading that is kept with its table would take the table to the next page with it
    flow: list[Flowable] = [
        CondPageBreak(40 * mm),
        _paragraph(f"{number}. {said(part.title, language)}", HEADING),
    ]
    short: list[list[Flowable]] = []
    for name, value in part.facts:
        text = said(value, language)
        if len(text) > LONGEST_FACT or text.count("\n") > 6:
            flow += [*_facts(short), _paragraph(said(name, language), LABEL)]
            flow += [_paragraph(line, PLAIN) for line in text.split("\n")]
            short = []
        else:
            short.append([_paragraph(said(name, language), LABEL), _paragraph(text, PLAIN)])
    flow += _facts(short)
    if part.words is not None:
        flow.append(_paragraph(said(part.words, language), NOTE))
    if part.table is not None:
        flow += _table(part.table, number, language)
    return flow


def _facts(rows: list[list[Flowable]]) -> list[Flowable]:
    if not rows:
        return []
    style = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), *TIGHT])
    return [LongTable(rows, colWidths=[WIDTH * 0.3, WIDTH * 0.7], style=style), Spacer(0, 2 * mm)]


def _table(table: Table, number: int, language: str) -> list[Flowable]:
    elsewhere = Text(f"bảng tính, trang {number}", f"the spreadsheet, sheet {number}").in_language(language)
    if table.whole_only:
        rest = Text(f"Danh sách đầy đủ ở {elsewhere}.", f"The full list is in {elsewhere}.")
        return [_paragraph(rest.in_language(language), NOTE)]
    found = list(islice(table.rows(), ROWS_IN_PDF + 1))
    more = len(found) > ROWS_IN_PDF
    heads = [HEAD_RIGHT if at in table.numbers else HEAD for at in range(len(table.columns))]
    rows = [[_paragraph(said(column, language), style) for column, style in zip(table.columns, heads)]]
    for row in found[:ROWS_IN_PDF]:
        styles = [RIGHT if at in table.numbers else CELL for at in range(len(row))]
        rows.append([_paragraph(_cut(said(cell, language)), style) for cell, style in zip(row, styles)])
    if not found:
        return [_paragraph(Text("Không có.", "None.").in_language(language), NOTE)]
    whole = sum(table.widths)
    style = TableStyle(
        [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
         ("BACKGROUND", (0, 0), (-1, 0), SHADE), *TIGHT]
    )  # fmt: skip
    widths = [WIDTH * share / whole for share in table.widths]
    flow: list[Flowable] = [LongTable(rows, colWidths=widths, repeatRows=1, style=style), Spacer(0, 2 * mm)]
    if more:
        shown = Text(f"{ROWS_IN_PDF} dòng đầu; tất cả ở", f"The first {ROWS_IN_PDF} rows; all of them are in")
        flow.append(_paragraph(f"{shown.in_language(language)} {elsewhere}.", NOTE))
    return flow


class _Numbered(Canvas):  # type: ignore[misc]  # reportlab has no types
    """Writes head and foot when all pages are there: "Trang 2/5"."""

    def __init__(self, *args: Any, foot: tuple[str, str, str], mark: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._foot, self._mark, self._states = foot, mark, list[dict[str, Any]]()

    def showPage(self) -> None:
        self._states.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, state in enumerate(self._states, start=1):
            self.__dict__.update(state)
            self._furniture(number, len(self._states))
            super().showPage()
        super().save()

    def _furniture(self, number: int, pages: int) -> None:
        subject, made, page = self._foot
        self.setFont(REGULAR, 7.5)
        self.setFillColor(SOFT)
        self.drawString(MARGIN, 10 * mm, subject)
        self.drawCentredString(A4[0] * 0.66, 10 * mm, made)
        self.drawRightString(A4[0] - MARGIN, 10 * mm, f"{page} {number}/{pages}")
        if self._mark:
            self.setFont(BOLD, 11)
            self.setFillColor(ALARM)
            self.drawCentredString(A4[0] / 2, A4[1] - 12 * mm, self._mark)


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(ILLEGAL_CHARACTERS_RE.sub("", text)).replace("\n", "<br/>"), style)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _register_fonts() -> None:
    if BOLD in pdfmetrics.getRegisteredFontNames():
        return
    folder = Path(fontpkg_be_vietnam_pro.ROOT) / "files"
    pdfmetrics.registerFont(TTFont(REGULAR, str(folder / "BeVietnamPro-Regular.ttf")))
    pdfmetrics.registerFont(TTFont(BOLD, str(folder / "BeVietnamPro-SemiBold.ttf")))


def _style(name: str, size: float, *, font: str = REGULAR, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.4, textColor=INK, **more)


TIGHT = [("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
         ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3)]  # fmt: skip
TITLE = _style("title", 17, font=BOLD, spaceAfter=2 * mm)
SUBJECT = _style("subject", 11, spaceAfter=4 * mm)
HEADING = _style("heading", 12, font=BOLD, spaceBefore=5 * mm, spaceAfter=2 * mm)
LABEL = _style("label", 8.5, font=BOLD)
PLAIN = _style("plain", 9, splitLongWords=True)
NOTE = _style("note", 8.5, spaceAfter=2 * mm)
HEAD = _style("head", 8, font=BOLD)
HEAD_RIGHT = _style("head right", 8, font=BOLD, alignment=TA_RIGHT)
CELL = _style("cell", 8, splitLongWords=True)
RIGHT = _style("right", 8, alignment=TA_RIGHT, splitLongWords=True)
