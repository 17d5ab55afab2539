"""Sheets and rolls of labels, drawn in millimetres as PDF or SVG.

Pure: what is drawn comes in as `Label` values. A label holds the code at its left,
the product's name and the invitation to scan beside it, and the human-readable
identifiers under it; on the smallest sheet there is room beside the code only.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import fontpkg_be_vietnam_pro
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from lienvung.errors import Invalid
from lienvung.scan.codes import QUIET_ZONE, SMALLEST_MODULE_MM, Code, code
from lienvung.texts import Text

INVITATION = ("Quét để xem nguồn gốc", "Scan for origin")
REPRINT = "IN LẠI / REPRINT"
ILLUSTRATIVE = "MẪU / SAMPLE"
ILLUSTRATIVE_DATA = "dữ liệu minh hoạ"
REGULAR, BOLD = "BeVietnamPro", "BeVietnamPro-SemiBold"
LARGEST_MODULE_MM = 0.7


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet: lengths in millimetres; a roll is a page that holds one label."""

    key: str
    name: Text
    page: tuple[float, float]
    columns: int
    rows: int
    label: tuple[float, float]
    margin: tuple[float, float]  # left, top
    gap: float  # between columns
    padding: float
    beside: bool  # all words beside the code, for want of height
    sizes: tuple[float, float]  # name, identifiers; in mm of font size

    @property
    def per_page(self) -> int:
        return self.columns * self.rows

    def pages(self, labels: int) -> int:
        return -(-labels // self.per_page)


LAYOUTS = {
    layout.key: layout
    for layout in (
        Layout(
            "a4-24", Text("A4, 24 nhãn (70 × 37 mm)", "A4, 24 labels (70 × 37 mm)"),
            (210, 297), 3, 8, (70, 37), (0, 0.5), 0, 3, False, (3.1, 2.4),
        ),
        Layout(
            "a4-65", Text("A4, 65 nhãn (38,1 × 21,2 mm)", "A4, 65 labels (38.1 × 21.2 mm)"),
            (210, 297), 5, 13, (38.1, 21.2), (4.75, 10.7), 2.5, 0.7, True, (1.9, 1.6),
        ),
        Layout(
            "roll-58", Text("Cuộn 58 mm (nhãn 58 × 40 mm)", "Roll 58 mm (label 58 × 40 mm)"),
            (58, 40), 1, 1, (58, 40), (0, 0), 0, 2.5, False, (3.1, 2.4),
        ),
        Layout(
            "roll-80", Text("Cuộn 80 mm (nhãn 80 × 50 mm)", "Roll 80 mm (label 80 × 50 mm)"),
            (80, 50), 1, 1, (80, 50), (0, 0), 0, 3, False, (3.8, 2.9),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """One label: the address in the code, the product's name, the identifiers to be read by people."""

    address: str
    name: str
    identifiers: tuple[str, ...]
    reprint: str = ""  # the day of the reprint; empty for a first print
    illustrative: bool = False  # goods that are not: the label says so, lest it be stuck on real ones


class Pen(Protocol):
    """What a label is drawn with; x right and y down from the page's upper left corner, in millimetres."""

    def text(self, x: float, y: float, size: float, words: str, *, bold: bool = False) -> None: ...
    def symbol(self, x: float, y: float, module: float, symbol: Code) -> None: ...


def layout_of(key: str) -> Layout:
    """The layout named `key`; raises Invalid `labels.layout`."""
    try:
        return LAYOUTS[key]
    except KeyError:
        raise Invalid(
            "labels.layout", vi="Chưa có khổ nhãn này.", en="There is no such layout.", path="layout"
        ) from None


def module_size(layout: Layout, symbol: Code) -> float:
    """Millimetres of a module on this layout; raises Invalid when the code would be too small to be read."""
    width, height = layout.label
    below = 0 if layout.beside else 4 * layout.sizes[1] * 1.25
    room = min(height - 2 * layout.padding - below, width * 0.55)
    module = min(room / symbol.side, LARGEST_MODULE_MM)
    if module < SMALLEST_MODULE_MM:
        raise Invalid(
            "labels.too_small",
            vi=f"Địa chỉ quá dài cho khổ nhãn này: ô mã chỉ còn {module:.3f} mm, cần {SMALLEST_MODULE_MM} mm.",
            en=f"The address is too long for this layout: a module of {module:.3f} mm, not {SMALLEST_MODULE_MM}.",
            path="layout",
        )
    return module


def pdf(labels: Sequence[Label], layout: Layout, *, title: str = "") -> bytes:
    """All the labels as one PDF (bytes); the fonts are embedded as subsets."""
    _register_fonts()
    out = io.BytesIO()
    width, height = layout.page
    canvas = Canvas(out, pagesize=(width * mm, height * mm), pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("Lienvung")
    pen = PdfPen(canvas, height)
    for page in _pages(labels, layout):
        for (x, y), label in page:
            draw(pen, x, y, label, layout)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def svg(labels: Sequence[Label], layout: Layout, *, page: int = 0, cropped: bool = False) -> str:
    """One page of labels as SVG, sized in millimetres; raises Invalid for a page that is not there.

    `cropped`: the paper ends below the last row, for a sample on the screen.
    """
    if not 0 <= page < layout.pages(len(labels)):
        raise Invalid("labels.page", vi="Không có trang này.", en="There is no such page.", path="page")
    pen = SvgPen()
    first = page * layout.per_page
    for places in _pages(labels[first : first + layout.per_page], layout):
        for (x, y), label in places:
            draw(pen, x, y, label, layout)
    width, height = layout.page
    if cropped:
        height = min(height, layout.margin[1] + -(-len(labels) // layout.columns) * layout.label[1])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}" '
        f'font-family="\'Be Vietnam Pro\',sans-serif"><path fill="#fff" d="M0 0h{width}v{height}H0z"/>'
        + "".join(pen.parts)
        + "</svg>"
    )


def draw(pen: Pen, x: float, y: float, label: Label, layout: Layout) -> None:
    """Draws one label whose upper left corner is at (x, y)."""
    symbol = code(label.address)
    module = module_size(layout, symbol)
    side = module * symbol.side
    pad = layout.padding
    large, small = layout.sizes
    step = small * 1.25
    pen.symbol(x + pad, y + pad, module, symbol)
    beside = x + pad + side + 0.4
    room = x + layout.label[0] - pad - beside
    reprint = [f"{REPRINT} {label.reprint}"] if label.reprint else []
    words = [*label.identifiers, *reprint] if layout.beside else []
    if label.illustrative:
        words.insert(0, ILLUSTRATIVE)
    height = layout.label[1] - 2 * pad if layout.beside else side
    lines = [fitted for phrase in words for fitted in fit(phrase, small, room)]
    for phrase in (
        (ILLUSTRATIVE_DATA, *INVITATION) if label.illustrative else INVITATION
    ):  # where long identifiers leave no room, they go before the invitation
        fitted = fit(phrase, small, room)
        if large * 1.3 + small * 0.3 + (len(lines) + len(fitted)) * step <= height:
            lines += fitted
    names = int((height - small * 0.3 - len(lines) * step) / (large * 1.3))
    line = y + pad + large + (0 if layout.beside else module * QUIET_ZONE * 0.5)
    for phrase in wrap(label.name, large, room, bold=True, lines=max(1, min(3, names))):
        pen.text(beside, line, large, phrase, bold=True)
        line += large * 1.3
    line += small * 0.3
    for size, phrase in lines:
        pen.text(beside, line, size, phrase)
        line += step
    if layout.beside:
        return
    line = y + pad + side + small * 0.9
    left = x + pad + module * QUIET_ZONE
    for phrase in [*label.identifiers, *reprint]:
        for size, identifier in fit(phrase, small, layout.label[0] - 2 * pad - module * QUIET_ZONE):
            pen.text(left, line, size, identifier)
            line += step


def fit(text: str, size: float, room: float) -> list[tuple[float, str]]:
    """`text` on one line, its letters made up to a fifth smaller; else on several, broken anywhere and never cut."""
    _register_fonts()
    long = float(pdfmetrics.stringWidth(text, REGULAR, size))
    smaller = size if long <= room else size * room / long
    if smaller >= size * 0.8:
        return [(smaller, text)]
    lines = [""]
    for character in text:
        if float(pdfmetrics.stringWidth(lines[-1] + character, REGULAR, size)) > room:
            lines.append("")
        lines[-1] += character
    return [(size, line.strip()) for line in lines]


def wrap(text: str, size: float, room: float, *, bold: bool = False, lines: int = 3) -> list[str]:
    """`text` broken into at most `lines` lines of `room` mm; what does not fit is cut with an ellipsis.

    A word longer than a line is broken anywhere: an identifier must never be hidden.
    """
    _register_fonts()

    def long(words: str) -> float:
        return float(pdfmetrics.stringWidth(words, BOLD if bold else REGULAR, size))

    out, current = [], ""
    for word in text.split():
        trial = f"{current} {word}".strip()
        if long(trial) <= room:
            current = trial
            continue
        if current:
            out.append(current)
        current = word
        while long(current) > room and len(current) > 1:
            cut = next(n for n in range(len(current), 0, -1) if long(current[:n]) <= room or n == 1)
            out.append(current[:cut])
            current = current[cut:]
    if current:
        out.append(current)
    if len(out) > lines:
        last = out[lines - 1]
        while last and long(last + "…") > room:
            last = last[:-1]
        out = [*out[: lines - 1], last + "…"]
    return out


def _pages(labels: Sequence[Label], layout: Layout) -> Iterator[list[tuple[tuple[float, float], Label]]]:
    for start in range(0, len(labels), layout.per_page):
        page = []
        for place, label in enumerate(labels[start : start + layout.per_page]):
            row, column = divmod(place, layout.columns)
            x = layout.margin[0] + column * (layout.label[0] + layout.gap)
            y = layout.margin[1] + row * layout.label[1]
            page.append(((x, y), label))
        yield page


class PdfPen:
    """Draws on a reportlab canvas, whose y axis goes up."""

    def __init__(self, canvas: Canvas, height: float) -> None:
        self.canvas = canvas
        self.height = height

    def text(self, x: float, y: float, size: float, words: str, *, bold: bool = False) -> None:
        self.canvas.setFont(BOLD if bold else REGULAR, size * mm)
        self.canvas.drawString(x * mm, (self.height - y) * mm, words)

    def symbol(self, x: float, y: float, module: float, symbol: Code) -> None:
        path = self.canvas.beginPath()
        offset = (symbol.side - symbol.modules) / 2
        for row, column, length in symbol.runs:
            path.rect(
                (x + (column + offset) * module) * mm,
                (self.height - y - (row + offset + 1) * module) * mm,
                length * module * mm,
                module * mm,
            )
        self.canvas.drawPath(path, stroke=0, fill=1)


class SvgPen:
    """Collects SVG elements."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def text(self, x: float, y: float, size: float, words: str, *, bold: bool = False) -> None:
        weight = ' font-weight="600"' if bold else ""
        words = words.replace("&", "&amp;").replace("<", "&lt;")
        self.parts.append(f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size}"{weight}>{words}</text>')

    def symbol(self, x: float, y: float, module: float, symbol: Code) -> None:
        self.parts.append(
            f'<path transform="translate({x:.3f} {y:.3f}) scale({module:.4f})" '
            f'shape-rendering="crispEdges" d="{symbol.svg_path()}"/>'
        )


def _register_fonts() -> None:
    if REGULAR in pdfmetrics.getRegisteredFontNames():
        return
    files = Path(fontpkg_be_vietnam_pro.__file__).parent / "files"
    pdfmetrics.registerFont(TTFont(BOLD, str(files / "BeVietnamPro-SemiBold.ttf")))
    pdfmetrics.registerFont(TTFont(REGULAR, str(files / "BeVietnamPro-Regular.ttf")))
