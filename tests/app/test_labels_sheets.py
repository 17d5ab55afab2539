"""Label sheets: every drawn code is read again, words stay on their label, small codes are refused."""

from __future__ import annotations

import io
import re

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from lienvung.errors import Invalid
from lienvung.scan import codes
from lienvung.scan.codes import QUIET_ZONE, SMALLEST_MODULE_MM, code
from lienvung.scan.sheets import LAYOUTS, Code, Label, Layout, draw, module_size, pdf, svg, wrap

ORIGIN = "https://id.example.vn"
LONG = "ABCDEFGHIJKLMNOPQRST"  # 20 characters, the longest lot and serial
ALL = sorted(LAYOUTS)


def labels(count: int, *, reprint: str = "", lot: str = "NK2611A") -> list[Label]:
    return [
        Label(
            address=f"{ORIGIN}/01/08930000000019/10/{lot}/21/{n:010d}",
            name="Gạo nếp hạt cau Kim Sơn & Nho Quan <2 kg>",
            identifiers=("(01) 08930000000019", f"(10) {lot}", f"(21) {n:010d}"),
            reprint=reprint,
        )
        for n in range(count)
    ]


def read_pdf(document: bytes, *, dpi: int = 300) -> list[str]:
    found: list[str] = []
    for page in pypdfium2.PdfDocument(document):
        found += [code.text for code in zxingcpp.read_barcodes(page.render(scale=dpi / 72).to_pil())]
    return found


def raster(image: str, *, per_mm: float = 12) -> Image.Image:
    """A picture of the paths of one of our SVG sheets: they are only M h v z in a translated and scaled frame."""
    wide, high = (float(v) for v in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', image).groups())
    picture = Image.new("L", (round(wide * per_mm), round(high * per_mm)), 255)
    pen = ImageDraw.Draw(picture)
    framed = re.findall(r'translate\(([\d.]+) ([\d.]+)\) scale\(([\d.]+)\)"[^>]* d="([^"]+)"', image)
    for x, y, scale, path in framed or [("0", "0", "1", re.findall(r'<path d="([^"]+)"', image)[-1])]:
        for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
            left, top = float(x) + int(column) * float(scale), float(y) + int(row) * float(scale)
            right, bottom = left + int(length) * float(scale), top + float(scale)
            pen.rectangle(
                [round(v * per_mm) for v in (left, top)] + [round(v * per_mm) - 1 for v in (right, bottom)], 0
            )
    return picture


@pytest.mark.parametrize("key", ALL)
def test_every_code_of_a_pdf_is_read_again(key: str) -> None:
    layout = LAYOUTS[key]
    wanted = labels(min(layout.per_page + 1, 70))
    document = pdf(wanted, layout)
    assert sorted(read_pdf(document)) == sorted(label.address for label in wanted)
    assert len(pypdfium2.PdfDocument(document)) == layout.pages(len(wanted))


@pytest.mark.parametrize("key", ALL)
def test_every_code_of_an_svg_page_is_read_again(key: str) -> None:
    layout = LAYOUTS[key]
    wanted = labels(layout.per_page)
    found = zxingcpp.read_barcodes(raster(svg(wanted, layout)))
    assert sorted(one.text for one in found) == sorted(label.address for label in wanted)


def test_a_single_code_as_svg_is_read_again_and_has_its_quiet_zone() -> None:
    text = f"{ORIGIN}/01/08930000000019"
    image = codes.svg(text, title="<&>")
    assert "<title>&lt;&amp;&gt;</title>" in image
    assert [one.text for one in zxingcpp.read_barcodes(raster(image))] == [text]
    symbol = code(text)
    columns = [column for _, column, _ in symbol.runs] + [column + length for _, column, length in symbol.runs]
    rows = [row for row, _, _ in symbol.runs]
    assert (min(columns), max(columns), min(rows), max(rows)) == (0, symbol.modules, 0, symbol.modules - 1)
    assert QUIET_ZONE == 4
    assert symbol.side == symbol.modules + 8


def test_a_code_has_error_correction_m() -> None:
    [found] = zxingcpp.read_barcodes(raster(codes.svg(f"{ORIGIN}/01/08930000000019/10/A/21/B")))
    assert found.ec_level == "M"


@pytest.mark.parametrize("key", ALL)
def test_modules_are_large_enough(key: str) -> None:
    for label in (labels(1)[0], labels(1, lot="L")[0]):
        assert SMALLEST_MODULE_MM <= module_size(LAYOUTS[key], code(label.address)) <= 0.7


def test_an_address_too_long_for_a_small_label_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        module_size(LAYOUTS["a4-65"], code(f"https://{'x' * 60}.example/01/08930000000019/10/{LONG}/21/{LONG}"))
    assert refused.value.code == "labels.too_small"


class Recorder:
    """A pen that remembers the boxes of what it draws."""

    def __init__(self) -> None:
        self.words: list[tuple[float, float, float, str]] = []
        self.square: tuple[float, float, float] = (0, 0, 0)

    def text(self, x: float, y: float, size: float, words: str, *, bold: bool = False) -> None:
        self.words.append((x, y, size, words))

    def symbol(self, x: float, y: float, module: float, symbol: Code) -> None:
        self.square = (x, y, module * symbol.side)


@pytest.mark.parametrize("key", ALL)
@pytest.mark.parametrize("reprint", ["", "23/11/2026"])
@pytest.mark.parametrize("illustrative", [False, True])
def test_words_stay_on_the_label_and_off_the_code(key: str, reprint: str, illustrative: bool) -> None:
    layout: Layout = LAYOUTS[key]
    label = Label(
        address=f"http://h.vn/01/08930000000019/10/{LONG[:8]}",
        name="Gạo nếp hạt cau hữu cơ Kim Sơn loại đặc biệt túi giấy hai ki-lô-gam thu hoạch vụ mùa",
        identifiers=("(01) 08930000000019", f"(10) {LONG}", f"(21) {LONG}"),
        reprint=reprint,
        illustrative=illustrative,
    )
    pen = Recorder()
    draw(pen, 0, 0, label, layout)
    x, y, side = pen.square
    for left, baseline, size, words in pen.words:
        assert 0 <= left < layout.label[0]
        assert baseline + size * 0.25 <= layout.label[1], words
        assert baseline - size * 0.75 >= 0
        beside = left >= x + side
        below = baseline - size * 0.8 >= y + side - QUIET_ZONE * side / code(label.address).side
        assert beside or below, f"{words} lies on the code"
    lines = "".join(words for *_, words in pen.words)
    assert LONG in lines  # identifiers are never cut
    assert ("REPRINT" in lines) == bool(reprint)
    assert ("MẪU / SAMPLE" in lines) == illustrative


def test_a_reprint_says_so_in_the_pdf() -> None:
    text = (
        pypdfium2.PdfDocument(pdf(labels(1, reprint="23/11/2026"), LAYOUTS["roll-80"]))[0]
        .get_textpage()
        .get_text_range()
    )
    assert "IN LẠI / REPRINT 23/11/2026" in text
    assert "Quét để xem nguồn gốc" in text
    assert "(01) 08930000000019" in text


def test_wrap_breaks_between_words_and_cuts_with_an_ellipsis() -> None:
    assert wrap("một hai ba", 3, 1000) == ["một hai ba"]
    assert wrap("một hai ba bốn năm sáu", 3, 12, lines=2)[-1].endswith("…")
    assert "".join(wrap(LONG, 3, 15)) == LONG


def test_svg_escapes_and_refuses_a_page_that_is_not_there() -> None:
    image = svg(labels(1), LAYOUTS["roll-58"])
    assert "&amp;" in image
    assert "<2" not in image
    with pytest.raises(Invalid):
        svg(labels(1), LAYOUTS["roll-58"], page=1)
    with pytest.raises(Invalid):
        svg(labels(1), LAYOUTS["roll-58"], page=-1)


def test_a_pdf_holds_its_fonts() -> None:
    document = pdf(labels(1), LAYOUTS["a4-24"])
    assert b"FontFile2" in document
    assert io.BytesIO(document).read(5) == b"%PDF-"
