"""An official document as .docx that officials go on editing: real styles, headings, tables with a repeated head.

`as_docx(document)`. The lines under the issuer, the motto and the title are borders of paragraphs, not drawings, so
that they stay where they are when the text is changed.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from lienvung.papers.fonts import bold_width, column_widths
from lienvung.papers.layout import (
    MOTTO,
    RECIPIENTS,
    STATE,
    Annex,
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
from lienvung.papers.word_tables import table_xml

LEFT, CENTRE, RIGHT, BOTH = (
    WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY,
)  # fmt: skip
HEAD_SHARE: Final = 0.39  # of the text's width for the issuer; the state's name is long
# style, its size in the table of measures, bold, italic, aligned
STYLES: Final = (
    ("Quốc hiệu", "state", True, False, CENTRE),
    ("Tiêu ngữ", "motto", True, False, CENTRE),
    ("Cơ quan chủ quản", "issuer", False, False, CENTRE),
    ("Cơ quan ban hành", "issuer", True, False, CENTRE),
    ("Số, ký hiệu", "number", False, False, CENTRE),
    ("Địa danh, ngày tháng", "place", False, True, CENTRE),
    ("Tên loại", "kind", True, False, CENTRE),
    ("Trích yếu", "subject", True, False, CENTRE),
    ("Kính gửi", "body", False, False, CENTRE),
    ("Căn cứ", "body", False, True, BOTH),
    ("Gạch đầu dòng", "body", False, False, BOTH),
    ("Bảng", "table", False, False, LEFT),
    ("Đầu bảng", "table", True, False, CENTRE),
    ("Tên bảng", "body", True, False, CENTRE),
    ("Ghi chú", "note", False, True, LEFT),
    ("Quyền hạn, chức vụ", "signature", True, False, CENTRE),
    ("Họ tên người ký", "signature", True, False, CENTRE),
    ("Nơi nhận", "recipients_title", True, True, LEFT),
    ("Danh sách nơi nhận", "recipients", False, False, LEFT),
    ("Phụ lục", "kind", True, False, CENTRE),
    ("Số trang", "page_number", False, False, CENTRE),
    ("Dấu bản thảo", "body", True, False, RIGHT),
)
BODY_LIKE: Final = frozenset({"Căn cứ", "Gạch đầu dòng"})


def as_docx(document: Document, measures: Measures | None = None) -> bytes:
    """The document as a Word file, in the layout of its day."""
    held = measures or measures_on(document.dated)
    book = docx.Document()
    _properties(book, document)
    _styles(book, document, held)
    _page(book.sections[0], held, document)
    _head(book, document, held)
    _title(book, document, held)
    for line in document.basis_lines:
        _add(book, line, "Căn cứ")
    _blocks(book, document.blocks, held, held.text_width)
    _stay_with_the_signature(book)
    _foot(book, document, held)
    for at, annex in enumerate(document.annexes):
        _annex(book, document, annex, at, held)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _properties(book: Any, document: Document) -> None:
    core = book.core_properties
    core.title = clean(document.title)[:250]
    core.author = clean(document.issuer)[:250]
    core.language = "vi-VN" if document.language == "vi" else "en-GB"
    core.comments = core.keywords = core.subject = ""


def _styles(book: Any, document: Document, held: Measures) -> None:
    normal = book.styles["Normal"]
    _font(normal, held.font, held.sizes["body"])
    form = normal.paragraph_format
    form.alignment, form.first_line_indent = BOTH, Mm(held.first_line)
    form.space_after, form.space_before, form.line_spacing = Pt(held.paragraph_after), Pt(0), held.line
    form.widow_control = True
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN" if document.language == "vi" else "en-GB")
    normal.element.get_or_add_rPr().append(language)
    for level, italic in ((1, False), (2, False), (3, True)):
        style = book.styles[f"Heading {level}"]
        _font(style, held.font, held.sizes["heading"], bold=True, italic=italic)
        form = style.paragraph_format
        form.alignment, form.first_line_indent, form.keep_with_next = BOTH, Mm(held.first_line), True
        form.space_before, form.space_after = Pt(held.paragraph_after), Pt(held.paragraph_after)
    for name, size, bold, italic, aligned in STYLES:
        style = book.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        _font(style, held.font, held.sizes[size], bold=bold, italic=italic)
        form = style.paragraph_format
        form.alignment = aligned
        if name not in BODY_LIKE:
            form.first_line_indent, form.space_after, form.line_spacing = Mm(0), Pt(0), 1.0


def _font(style: Any, name: str, size: float, *, bold: bool = False, italic: bool = False) -> None:
    font = style.font
    font.name, font.size, font.bold, font.italic, font.color.rgb = name, Pt(size), bold, italic, RGBColor(0, 0, 0)
    fonts = style.element.rPr.rFonts
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # a theme font would win over the name
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), name)


def _page(section: Any, held: Measures, document: Document, *, landscape: bool = False) -> None:
    """Page and margins; the number stands at the top in the middle, not on the first page."""
    width, height = (held.height, held.width) if landscape else (held.width, held.height)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin = Mm(held.top), Mm(held.bottom)
    section.left_margin, section.right_margin = Mm(held.left), Mm(held.right)
    section.header_distance = Mm(held.top / 2)
    section.footer_distance = Mm(held.bottom / 2)
    section.different_first_page_header_footer = held.number_from_page > 1
    if section.header.is_linked_to_previous:
        section.header.is_linked_to_previous = False
        section.first_page_header.is_linked_to_previous = False
        _field(section.header.paragraphs[0], document, held, width)
        first = section.first_page_header.paragraphs[0]
        first.style = "Dấu bản thảo" if document.mark else "Số trang"
        first.add_run(clean(document.mark))


def _field(paragraph: Any, document: Document, held: Measures, width: float) -> None:
    """The page's number as a field that Word counts, in the middle whether or not a mark stands beside it."""
    paragraph.style = "Số trang"
    if document.mark:
        room = width - held.left - held.right
        paragraph.alignment = LEFT
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(room / 2), WD_TAB_ALIGNMENT.CENTER)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(room), WD_TAB_ALIGNMENT.RIGHT)
        paragraph.add_run("\t")
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("shown", "2"), ("end", "")):
        run = paragraph.add_run()
        if kind == "shown":
            run.text = text
        elif kind:
            sign = OxmlElement("w:fldChar")
            sign.set(qn("w:fldCharType"), kind)
            run._r.append(sign)
        else:
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = f" {text} "
            run._r.append(instruction)
    if document.mark:
        paragraph.add_run(f"\t{clean(document.mark)}").bold = True


def _head(book: Any, document: Document, held: Measures) -> None:
    """Issuer and number to the left; the state's name, the motto, place and date to the right."""
    left_width = held.text_width * HEAD_SHARE
    left, right = _pair(book, (left_width, held.text_width - left_width))
    for line in document.issuer_above_lines:
        _add(left, line, "Cơ quan chủ quản")
    for line in document.issuer_lines:
        _add(left, line, "Cơ quan ban hành")
    _rule(left, left_width, left_width / 3)
    _add(left, document.full_number, "Số, ký hiệu")
    width = held.text_width - left_width
    _add(right, document.says(STATE), "Quốc hiệu")
    _add(right, document.says(MOTTO), "Tiêu ngữ")
    _rule(right, width, bold_width(document.says(MOTTO), held.sizes["motto"]))
    _add(right, document.place_and_date, "Địa danh, ngày tháng")


def _title(book: Any, document: Document, held: Measures) -> None:
    kind = _add(book, document.kind.upper(), "Tên loại")
    kind.paragraph_format.space_before = Pt(18)
    _add(book, document.subject, "Trích yếu")
    _rule(book, held.text_width, min(bold_width(document.subject, held.sizes["subject"]), held.text_width) * 0.4)
    if document.addressed_to:
        _add(book, document.addressed_to, "Kính gửi").paragraph_format.space_after = Pt(held.paragraph_after)


def _blocks(target: Any, blocks: Sequence[Block], held: Measures, width: float) -> None:
    for block in blocks:
        if isinstance(block, Heading):
            _add(target, block.text, f"Heading {block.level}")
        elif isinstance(block, Paragraph):
            for line in block.text.split("\n"):
                if line.strip():
                    made = _add(target, line.strip(), "Ghi chú" if block.note else "Normal", bold=block.bold)
                    made.paragraph_format.keep_with_next = leads_in(line) or None
        elif isinstance(block, Bullets):
            for item in block.items:
                _add(target, f"- {item}", "Gạch đầu dòng")
        else:
            _table(target, block, held, width)


def _table(target: Any, table: Table, held: Measures, width: float) -> None:
    if table.caption:
        caption = _add(target, table.caption, "Tên bảng")
        caption.paragraph_format.keep_with_next = True
        caption.paragraph_format.space_before = Pt(held.paragraph_after)
        caption.paragraph_format.space_after = Pt(3)
    ids = {name: target.styles[name].style_id for name in ("Bảng", "Đầu bảng")}
    target.element.body.insert_element_before(
        table_xml(table, column_widths(table, width, held.sizes["table"]), body=ids["Bảng"], head=ids["Đầu bảng"]),
        "w:sectPr",
    )
    _add(target, "", "Ghi chú")


def _stay_with_the_signature(book: Any) -> None:
    """The last lines of the body go with the signature, which must not stand on a page alone."""
    for paragraph in book.paragraphs[-2:]:
        if paragraph.text:
            paragraph.paragraph_format.keep_with_next = True


def _foot(book: Any, document: Document, held: Measures) -> None:
    """Recipients to the left, signature to the right, together on one page."""
    half = held.text_width / 2
    before = book.add_paragraph(style="Ghi chú")
    before.paragraph_format.keep_with_next = True
    left, right = _pair(book, (half, half))
    if document.recipients:
        _add(left, document.says(RECIPIENTS), "Nơi nhận")
        for line in with_stops(document.recipients):
            _add(left, line, "Danh sách nơi nhận")
    signature = document.signature
    lines = [*signature.authority.upper().split("\n"), *signature.post.upper().split("\n")]
    for line in filter(None, lines):
        _add(right, line, "Quyền hạn, chức vụ").paragraph_format.keep_with_next = True
    for _ in range(4):
        _add(right, "", "Quyền hạn, chức vụ").paragraph_format.keep_with_next = True
    _add(right, signature.name, "Họ tên người ký")
    for cell in (left, right):
        if not cell.paragraphs[0].text and len(cell.paragraphs) > 1:
            cell._tc.remove(cell.paragraphs[0]._p)


def _annex(book: Any, document: Document, annex: Annex, at: int, held: Measures) -> None:
    section = book.add_section(WD_SECTION.NEW_PAGE)
    _page(section, held, document, landscape=annex.landscape)
    if held.annexes_numbered_anew:
        number = OxmlElement("w:pgNumType")
        number.set(qn("w:start"), "1")
        section._sectPr.append(number)
    else:
        section.different_first_page_header_footer = False
    _add(book, document.annex_title(at), "Phụ lục")
    _add(book, annex.title, "Phụ lục")
    origin = _add(book, document.annex_origin(), "Địa danh, ngày tháng")
    origin.paragraph_format.space_after = Pt(2 * held.paragraph_after)
    width = (held.height if annex.landscape else held.width) - held.left - held.right
    _blocks(book, annex.blocks, held, width)


def _pair(book: Any, widths: tuple[float, float]) -> tuple[Any, Any]:
    """Two cells side by side without borders; the first paragraph of each is taken by what comes first."""
    table = book.add_table(rows=1, cols=2)
    table.autofit = False
    properties = table._tbl.tblPr
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "0")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    properties.append(margins)
    together = OxmlElement("w:cantSplit")
    table.rows[0]._tr.get_or_add_trPr().append(together)
    for column, cell, width in zip(table.columns, table.rows[0].cells, widths):
        column.width = cell.width = Mm(width)
    return table.rows[0].cells[0], table.rows[0].cells[1]


def _add(target: Any, text: str, style: str, *, bold: bool = False) -> Any:
    """A paragraph; in a fresh cell the empty paragraph that is there already."""
    empty = hasattr(target, "_tc") and len(target.paragraphs) == 1 and not target.paragraphs[0].text
    if empty and target.paragraphs[0].style.name == "Normal":
        paragraph = target.paragraphs[0]
        paragraph.style = style
    else:
        paragraph = target.add_paragraph(style=style)
    run = paragraph.add_run(clean(text))
    if bold:
        run.bold = True
    return paragraph


def _rule(target: Any, room: float, length: float) -> None:
    """A line of `length` in the middle of `room`, both in millimetres: the lower border of an empty paragraph."""
    paragraph = target.add_paragraph(style="Ghi chú")
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm(max(0.0, (room - length) / 2))
    form.line_spacing, form.space_after = Pt(3), Pt(6)
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:spacing", "w:ind", "w:jc", "w:rPr")
