"""An official document as PDF, laid out like the .docx of `papers.word`. `as_pdf(document)`."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, black
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Paragraph as Printed
from reportlab.platypus import Table as Grid

from lienvung.papers.fonts import Family, bold_width, column_widths, family
from lienvung.papers.layout import (
    MOTTO,
    RECIPIENTS,
    STATE,
    Block,
    Bullets,
    Document,
    Heading,
    Paragraph,
    Table,
    clean,
    leads_in,
    with_stops,
)
from lienvung.papers.measures import Measures, measures_on
from lienvung.papers.pdf_tables import Look, Rows, rows_of

HEAD_SHARE: Final = 0.39
GAPS: Final = re.compile("  +")
ALARM: Final = HexColor("#a61b1b")
PLAIN: Final = [
    ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP"),
]  # fmt: skip


def as_pdf(
    document: Document, measures: Measures | None = None, *, font: Family | None = None,
    step: Callable[[], None] = lambda: None,
) -> bytes:  # fmt: skip
    """The document as PDF, in the layout of its day; `font`: the family, else the best on this machine.

    `step()` is called as the tables are drawn, `steps_of` each table's rows times.
    """
    return _Setter(document, measures or measures_on(document.dated), font or family(), step).pdf()


class _Setter:
    """Sets one document: its styles, its pages, its blocks."""

    def __init__(self, document: Document, held: Measures, font: Family, step: Callable[[], None]) -> None:
        self.document, self.held, self.font, self.step = document, held, font, step
        self.styles: dict[tuple[Any, ...], ParagraphStyle] = {}
        self.annex_began = [0]  # the page on which the part now being set began, less one

    def pdf(self) -> bytes:
        held, document, out = self.held, self.document, io.BytesIO()
        made = BaseDocTemplate(
            out, pagesize=(held.width * mm, held.height * mm), title=clean(document.title), lang=document.language,
            author=clean(document.issuer), subject="", creator="Lienvung",
        )  # fmt: skip
        made.addPageTemplates([self._template("upright"), self._template("across", landscape=True)])
        flow = [*self._head(), *self._title()]
        flow += [self._line(line, italic=True) for line in document.basis_lines]
        body = self._blocks(document.blocks, held.text_width)
        last = max(len(body) - 2, 0)  # the last lines go with the signature, which must not stand on a page alone
        if any(isinstance(each, Rows) for each in body[last:]):
            last = len(body)
        flow += [*body[:last], KeepTogether([*body[last:], *self._foot()])]
        for at, annex in enumerate(document.annexes):
            flow += [NextPageTemplate("across" if annex.landscape else "upright"), PageBreak(), _NewCount(self)]
            flow += [self._centred(text, "kind") for text in (document.annex_title(at), annex.title)]
            flow += [self._centred(document.annex_origin(), "place", italic=True, bold=False), Spacer(0, 4 * mm)]
            width = (held.height if annex.landscape else held.width) - held.left - held.right
            flow += self._blocks(annex.blocks, width)
        made.build(flow)
        return out.getvalue()

    def _template(self, name: str, *, landscape: bool = False) -> PageTemplate:
        held = self.held
        width, height = (held.height, held.width) if landscape else (held.width, held.height)
        frame = Frame(
            held.left * mm, held.bottom * mm, (width - held.left - held.right) * mm,
            (height - held.top - held.bottom) * mm, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
        )  # fmt: skip
        size = (width * mm, height * mm)
        return PageTemplate(name, [frame], pagesize=size, onPageEnd=lambda canvas, _: self._furniture(canvas, size))

    def _furniture(self, canvas: Any, size: tuple[float, float]) -> None:
        """The page's number at the top in the middle, not on the first page; the mark of a draft."""
        held, page = self.held, canvas.getPageNumber() - self.annex_began[0]
        canvas.saveState()
        at = size[1] - held.top * mm / 2 - 6
        if page >= held.number_from_page:
            canvas.setFont(self.font.regular, held.sizes["page_number"])
            canvas.drawCentredString(size[0] / 2, at, str(page))
        if self.document.mark:
            canvas.setFont(self.font.bold, held.sizes["body"])
            canvas.setFillColor(ALARM)
            canvas.drawRightString(size[0] - held.right * mm, at, clean(self.document.mark))
        canvas.restoreState()

    # --- the blocks of the layout --------------------------------------------------------------

    def _head(self) -> list[Flowable]:
        document, held = self.document, self.held
        left_width = held.text_width * HEAD_SHARE
        right_width = held.text_width - left_width
        left: list[Flowable] = []
        left += [self._centred(line, "issuer", bold=False) for line in document.issuer_above_lines]
        left += [self._centred(line, "issuer") for line in document.issuer_lines]
        left.append(_rule(left_width / 3))
        left.append(self._centred(document.full_number, "number", bold=False))
        motto = document.says(MOTTO)
        right = [
            self._centred(document.says(STATE), "state"),
            self._centred(motto, "motto"),
            _rule(bold_width(motto, held.sizes["motto"])),
            self._centred(document.place_and_date, "place", italic=True, bold=False),
        ]
        return [Grid([[left, right]], colWidths=[left_width * mm, right_width * mm], style=TableStyle(PLAIN))]

    def _title(self) -> list[Flowable]:
        document, held = self.document, self.held
        length = min(bold_width(document.subject, held.sizes["subject"]), held.text_width) * 0.4
        flow = [
            Spacer(0, 18),
            self._centred(document.kind.upper(), "kind"),
            self._centred(document.subject, "subject"),
            _rule(length),
        ]
        if document.addressed_to:
            flow += [self._centred(document.addressed_to, "body", bold=False), Spacer(0, held.paragraph_after)]
        return flow

    def _blocks(self, blocks: Sequence[Block], width: float) -> list[Flowable]:
        flow: list[Flowable] = []
        for block in blocks:
            if isinstance(block, Heading):
                flow += [CondPageBreak(22 * mm), self._heading(block)]
            elif isinstance(block, Paragraph):
                lines = [line.strip() for line in block.text.split("\n") if line.strip()]
                flow += [
                    self._note(line) if block.note else self._line(line, bold=block.bold, stays=leads_in(line))
                    for line in lines
                ]
            elif isinstance(block, Bullets):
                flow += [self._line(f"- {item}") for item in block.items]
            else:
                flow += self._table(block, width)
        return flow

    def _table(self, table: Table, width: float) -> list[Flowable]:
        flow: list[Flowable] = [CondPageBreak(30 * mm)]
        if table.caption:
            flow += [self._centred(table.caption, "body"), Spacer(0, 3)]
        held = self.held
        widths = [each * mm for each in column_widths(table, width, held.sizes["table"])]
        page = (held.width + held.height - width - held.left - held.right - held.top - held.bottom) * mm
        look = Look(self.font, held.sizes["table"], widths, table.numbers, page)
        rows = [[clean(text) for text in row] for row in table.rows]
        columns = [clean(text) for text in table.columns]
        return [*flow, rows_of(look, columns, rows, table.bold_rows, self.step), Spacer(0, held.paragraph_after)]

    def _foot(self) -> list[Flowable]:
        document, half = self.document, self.held.text_width / 2
        left: list[Flowable] = []
        if document.recipients:
            left.append(self._set(document.says(RECIPIENTS), "recipients_title", TA_LEFT, bold=True, italic=True))
            left += [self._set(line, "recipients", TA_LEFT) for line in with_stops(document.recipients)]
        signature = document.signature
        lines = [*signature.authority.upper().split("\n"), *signature.post.upper().split("\n")]
        right: list[Flowable] = [self._centred(line, "signature") for line in lines if line]
        right += [Spacer(0, 26 * mm), self._centred(signature.name, "signature")]
        grid = Grid([[left or "", right]], colWidths=[half * mm, half * mm], style=TableStyle(PLAIN))
        return [Spacer(0, 12), grid]

    # --- lines -----------------------------------------------------------------------------------

    def _heading(self, block: Heading) -> Flowable:
        return self._line(block.text, bold=True, italic=block.level == 3)

    def _line(self, text: str, *, bold: bool = False, italic: bool = False, stays: bool = False) -> Flowable:
        held = self.held
        return self._set(
            text, "body", TA_JUSTIFY, bold=bold, italic=italic, first=held.first_line * mm, after=held.paragraph_after,
            line=held.line, stays=stays,
        )  # fmt: skip

    def _note(self, text: str) -> Flowable:
        return self._set(text, "note", TA_LEFT, italic=True, after=3)

    def _centred(self, text: str, size: str, *, bold: bool = True, italic: bool = False) -> Flowable:
        return self._set(text, size, TA_CENTER, bold=bold, italic=italic)

    def _set(
        self, text: str, size: str, side: int, *, bold: bool = False, italic: bool = False, first: float = 0,
        after: float = 0, line: float = 1.0, stays: bool = False,
    ) -> Flowable:  # fmt: skip
        key = (size, side, bold, italic, first, after, line, stays)
        style = self.styles.get(key)
        if style is None:
            points = self.held.sizes[size]
            face = self.font.bold_italic if bold and italic else self.font.bold if bold else self.font.regular
            style = self.styles[key] = ParagraphStyle(
                f"paper-{len(self.styles)}", fontName=self.font.italic if italic and not bold else face,
                fontSize=points, leading=points * 1.17 * line, alignment=side, firstLineIndent=first, spaceAfter=after,
                textColor=black, allowOrphans=0, allowWidows=0, keepWithNext=int(stays),
            )  # fmt: skip
        gaps = GAPS.sub(lambda found: "\u00a0" * len(found[0]), clean(text))  # blanks to be filled in by hand
        return Printed(self._signs(gaps).replace("\n", "<br/>"), style)

    def _signs(self, text: str) -> str:
        """As reportlab's markup, signs that the family lacks in the other one."""
        letters = self.font.letters
        if all(ord(sign) in letters or sign.isspace() for sign in text):
            return escape(text)
        return "".join(
            escape(sign)
            if ord(sign) in letters or sign.isspace()
            else f'<font name="{self.font.other}">{escape(sign)}</font>'
            for sign in text
        )


class _NewCount(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Stands first on the first page of an annex: its pages are counted anew."""

    def __init__(self, setter: _Setter) -> None:
        super().__init__()
        self.setter = setter
        self.width = self.height = 0

    def draw(self) -> None:
        if self.setter.held.annexes_numbered_anew:
            self.setter.annex_began[0] = self.canv.getPageNumber() - 1


def _rule(length: float) -> Flowable:
    """A line of `length` millimetres in the middle."""
    return _Rule(length * mm)


class _Rule(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A line in the middle of what room there is (reportlab's own is set to the left in a cell)."""

    def __init__(self, length: float) -> None:
        super().__init__()
        self.length, self.width, self.height = length, 0.0, 11.0

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        return width, self.height

    def draw(self) -> None:
        self.canv.setLineWidth(0.7)
        start = (self.width - self.length) / 2
        self.canv.line(start, self.height - 4.5, start + self.length, self.height - 4.5)
