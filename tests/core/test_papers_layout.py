"""Official documents: the Word file as a reader that did not write it sees it, and the PDF's text and pages."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path
from unicodedata import normalize

import pypdfium2
import pytest
from lxml import etree
from reportlab.pdfbase import pdfmetrics

from lienvung.errors import Invalid
from lienvung.papers.fonts import bold_width, column_widths, family
from lienvung.papers.layout import (
    Annex,
    Bullets,
    Document,
    Heading,
    Paragraph,
    Signature,
    Table,
    dated_words,
    with_stops,
)
from lienvung.papers.measures import PACKAGED, all_measures, measures_on
from lienvung.papers.pdf import as_pdf
from lienvung.papers.word import as_docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NAMES = {"w": W[1:-1]}
MM = 1440 / 25.4
ROWS = [[str(at), f"Nhiệm vụ {at} & <b>", "1.350,5"] for at in range(1, 71)]


def document(**more) -> Document:
    table = Table(["STT", "Nhiệm vụ", "Kết quả (tấn)"], ROWS, [10, 70, 20], frozenset({2}), "Bảng 1. Kết quả")
    values = {
        "language": "vi", "issuer": "Ủy ban nhân dân tỉnh Ninh Bình", "kind": "Báo cáo",
        "subject": "Kết quả hợp tác 6 tháng đầu năm 2026", "number": "45", "symbol": "BC-UBND", "place": "Ninh Bình",
        "dated": date(2026, 1, 5), "basis": ["Căn cứ Luật Thủ đô số 39/2024/QH15"],
        "addressed_to": "Kính gửi: Ủy ban nhân dân thành phố Hà Nội",
        "blocks": [Heading("I. TÌNH HÌNH"), Paragraph("Hai bên đã phối hợp.\x00 \x0b"), Heading("1. Nông nghiệp", 2),
                   Bullets(["Gạo", "Rau"]), table, Heading("II. KIẾN NGHỊ"), Paragraph("Không có.")],
        "annexes": [Annex("DANH MỤC NHIỆM VỤ", [table], landscape=True)],
        "recipients": ["Như trên", "- Thường trực Tỉnh ủy;", "Lưu: VT"],
        "signature": Signature("TM. Ủy ban nhân dân", "Chủ tịch", "Người Ký Mẫu"),
    }  # fmt: skip
    return Document(**{**values, **more})


@pytest.fixture(scope="module")
def package() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(as_docx(document())))


@pytest.fixture(scope="module")
def body(package: zipfile.ZipFile) -> etree._Element:
    return etree.fromstring(package.read("word/document.xml"))


@pytest.fixture(scope="module")
def styles(package: zipfile.ZipFile) -> etree._Element:
    return etree.fromstring(package.read("word/styles.xml"))


def texts(element: etree._Element) -> list[str]:
    found = ("".join(paragraph.itertext(f"{W}t")) for paragraph in element.iter(f"{W}p"))
    return [text for text in found if text]


def test_page_and_margins_are_those_of_the_table(body: etree._Element) -> None:
    held = measures_on(date(2026, 1, 5))
    upright, across = body.iter(f"{W}sectPr")
    assert round(int(upright.find(f"{W}pgSz").get(f"{W}w")) / MM) == held.width == 210
    assert round(int(upright.find(f"{W}pgSz").get(f"{W}h")) / MM) == held.height == 297
    assert round(int(across.find(f"{W}pgSz").get(f"{W}w")) / MM) == 297
    for section in (upright, across):
        margins = section.find(f"{W}pgMar")
        read = {side: round(int(margins.get(f"{W}{side}")) / MM) for side in ("top", "bottom", "left", "right")}
        assert read == {"top": held.top, "bottom": held.bottom, "left": held.left, "right": held.right}
        assert 20 <= read["top"] <= 25
        assert 30 <= read["left"] <= 35
        assert 15 <= read["right"] <= 20


def test_every_style_names_times_new_roman_and_no_theme_font(body: etree._Element, styles: etree._Element) -> None:
    used = {style.get(f"{W}val") for style in body.iter(f"{W}pStyle")} | {"Normal"}
    for style in styles.iter(f"{W}style"):
        if style.get(f"{W}styleId") in used:
            fonts = style.find("w:rPr/w:rFonts", NAMES)
            assert {fonts.get(f"{W}{script}") for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}
            assert not [name for name in fonts.attrib if "heme" in name]


def test_blocks_stand_in_the_order_of_the_decree(body: etree._Element) -> None:
    said = texts(body)
    wanted = [
        "ỦY BAN NHÂN DÂN", "TỈNH NINH BÌNH", "Số: 45/BC-UBND", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc", "Ninh Bình, ngày 05 tháng 01 năm 2026", "BÁO CÁO",
        "Kết quả hợp tác 6 tháng đầu năm 2026", "Kính gửi: Ủy ban nhân dân thành phố Hà Nội",
        "Căn cứ Luật Thủ đô số 39/2024/QH15.", "I. TÌNH HÌNH", "Hai bên đã phối hợp.", "1. Nông nghiệp", "- Gạo",
        "Bảng 1. Kết quả", "II. KIẾN NGHỊ", "Nơi nhận:", "- Như trên;", "- Thường trực Tỉnh ủy;", "- Lưu: VT.",
        "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Người Ký Mẫu", "Phụ lục", "DANH MỤC NHIỆM VỤ",
        "(Kèm theo Báo cáo số 45/BC-UBND ngày 05 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh Ninh Bình)",
    ]  # fmt: skip
    at = -1
    for text in wanted:
        assert text in said[at + 1 :], text
        at = said.index(text, at + 1)


def test_headings_are_real_headings_and_the_rest_has_named_styles(body: etree._Element, styles: etree._Element) -> None:
    names = {s.get(f"{W}styleId"): s.find(f"{W}name").get(f"{W}val") for s in styles.iter(f"{W}style")}
    by_text = {
        "".join(p.itertext(f"{W}t")): names[p.find("w:pPr/w:pStyle", NAMES).get(f"{W}val")]
        for p in body.iter(f"{W}p")
        if p.find("w:pPr/w:pStyle", NAMES) is not None
    }
    assert by_text["I. TÌNH HÌNH"].lower() == "heading 1"
    assert by_text["1. Nông nghiệp"].lower() == "heading 2"
    assert by_text["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"] == "Quốc hiệu"
    assert by_text["Người Ký Mẫu"] == "Họ tên người ký"
    assert by_text["- Lưu: VT."] == "Danh sách nơi nhận"


def test_a_table_has_every_number_and_repeats_its_head(body: etree._Element) -> None:
    tables = [table for table in body.iter(f"{W}tbl") if table.find(".//w:tblHeader", NAMES) is not None]
    assert len(tables) == 2
    for table in tables:
        rows = [["".join(cell.itertext(f"{W}t")) for cell in row.iter(f"{W}tc")] for row in table.iter(f"{W}tr")]
        assert rows == [["STT", "Nhiệm vụ", "Kết quả (tấn)"], *ROWS]
        heads = [row.find("w:trPr/w:tblHeader", NAMES) is not None for row in table.iter(f"{W}tr")]
        assert heads == [True] + [False] * len(ROWS)
        number = list(table.iter(f"{W}tr"))[1].findall(".//w:jc", NAMES)[2]
        assert number.get(f"{W}val") == "right"


def test_pages_are_numbered_at_the_top_in_the_middle_from_the_second(
    package: zipfile.ZipFile, body: etree._Element, styles: etree._Element
) -> None:
    rels = etree.fromstring(package.read("word/_rels/document.xml.rels"))
    targets = {rel.get("Id"): rel.get("Target") for rel in rels}
    kinds: dict[str, str] = {}
    for section in body.iter(f"{W}sectPr"):
        assert section.find(f"{W}titlePg") is not None
        for head in section.iter(f"{W}headerReference"):
            id = head.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id")
            kinds[head.get(f"{W}type")] = package.read(f"word/{targets[id]}").decode()
    assert "PAGE" in kinds["default"]
    assert "PAGE" not in kinds["first"]
    style = next(s for s in styles.iter(f"{W}style") if s.find(f"{W}name").get(f"{W}val") == "Số trang")
    assert style.find("w:pPr/w:jc", NAMES).get(f"{W}val") == "center"


def test_a_draft_says_so_on_every_page_and_leaves_gaps() -> None:
    draft = document(number="", dated=None, mark="DỰ THẢO")
    package = zipfile.ZipFile(io.BytesIO(as_docx(draft)))
    heads = [package.read(name).decode() for name in package.namelist() if name.startswith("word/header")]
    assert len(heads) == 4
    assert all("DỰ THẢO" in head for head in heads)
    assert draft.place_and_date == "Ninh Bình, ngày      tháng      năm 20…"
    pages = read_pdf(as_pdf(draft))
    assert all("DỰ THẢO" in page for page in pages)
    numbered = next(head for head in map(etree.fromstring, map(str.encode, heads)) if b"PAGE" in etree.tostring(head))
    kinds = [tab.get(f"{W}val") for tab in numbered.find(".//w:tabs", NAMES)]
    assert kinds == ["center", "right"]  # the number stays in the middle


def read_pdf(data: bytes) -> list[str]:
    opened = pypdfium2.PdfDocument(data)
    try:
        return [page.get_textpage().get_text_range() for page in opened]
    finally:
        opened.close()


def test_the_pdf_says_the_same_in_the_same_order() -> None:
    pages = read_pdf(as_pdf(document()))
    said = " ".join(" ".join(pages).split())
    at = -1
    for text in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "BÁO CÁO", "I. TÌNH HÌNH",
                 "Nhiệm vụ 70 & <b>", "II. KIẾN NGHỊ", "Nơi nhận:", "Người Ký Mẫu", "DANH MỤC NHIỆM VỤ"):  # fmt: skip
        assert said.find(text, at + 1) > at, text
        at = said.find(text, at + 1)
    assert said.count("1.350,5") == 2 * len(ROWS)


def test_the_pdf_is_a4_numbered_from_page_two_and_anew_in_the_annex() -> None:
    data = as_pdf(document())
    opened = pypdfium2.PdfDocument(data)
    sizes = [tuple(round(side * 25.4 / 72) for side in page.get_size()) for page in opened]
    opened.close()
    pages = [page.split()[0] if page.split() else "" for page in read_pdf(data)]
    first_of_annex = sizes.index((297, 210))
    assert set(sizes[:first_of_annex]) == {(210, 297)}
    assert set(sizes[first_of_annex:]) == {(297, 210)}
    numbers = [_number_at_top(data, at) for at in range(len(pages))]
    assert numbers[:first_of_annex] == ["", *map(str, range(2, first_of_annex + 1))]
    assert numbers[first_of_annex:] == ["", *map(str, range(2, len(pages) - first_of_annex + 1))]


def _number_at_top(data: bytes, at: int) -> str:
    """What stands in the upper margin, in the middle third."""
    opened = pypdfium2.PdfDocument(data)
    page = opened[at]
    width, height = page.get_size()
    found = page.get_textpage().get_text_bounded(left=width / 3, right=width * 2 / 3, bottom=height - 56, top=height)
    opened.close()
    return found.strip()


def test_every_page_of_the_pdf_has_text_and_keeps_its_margins() -> None:
    """Rendered: nothing is cut off at the paper's edge, nothing lies in a margin, no page is blank."""
    held = measures_on(date(2026, 1, 5))
    wide = Table(
        ["STT", "Nội dung công việc", "Kết quả"], [["1", "không" * 40, "9" * 40]] * 3, [8, 60, 12], frozenset({2})
    )
    opened = pypdfium2.PdfDocument(as_pdf(document(blocks=[*document().blocks, wide], mark="DỰ THẢO")))
    for page in opened:
        text = page.get_textpage().get_text_range()
        picture = page.render(scale=1.5).to_pil().convert("L")
        per_mm = picture.width / (page.get_width() / 72 * 25.4)
        body = picture.crop((0, round(held.top * per_mm), picture.width, picture.height))  # the number lies above
        assert len(text.split()) > 20
        left, _, right, bottom = body.point(lambda grey: 255 if grey < 128 else 0).getbbox()
        assert left / per_mm >= held.left - 0.5
        assert (picture.width - right) / per_mm >= held.right - 0.5
        assert (body.height - bottom) / per_mm >= held.bottom - 0.5
        top = picture.crop((0, 0, picture.width, round(held.top * per_mm)))
        assert top.crop((0, 0, top.width, round(5 * per_mm))).getextrema()[0] > 200  # and not at the edge
    opened.close()


def test_a_word_is_not_broken_in_a_head_and_a_number_of_many_digits_is_not_cut() -> None:
    table = Table(["Cam kết", "Commitments", "Khác"], [["a" * 90, "1", "2"]], [60, 6, 34])
    narrow = document(blocks=[table], annexes=[])
    said = " ".join(read_pdf(as_pdf(narrow)))
    assert "Commitments" in said
    assert "".join(said.split()).count("a" * 90) == 1
    across = column_widths(table, 160, 12)
    assert sum(across) == pytest.approx(160)
    assert across[1] > bold_width("Commitments", 12)
    assert column_widths(Table(["a", "b"], [], [1, 3]), 160, 12) == [40, 120]


def test_a_row_of_a_group_stays_with_what_follows_it(body: etree._Element) -> None:
    for many in range(30, 48):  # somewhere among them a group would be the last row of the page
        rows = [[f"dòng {at}", ""] for at in range(many)] + [["NHÓM", ""], ["thuộc nhóm", ""]]
        table = Table(["A", "B"], rows, [1, 1], bold_rows=frozenset({many}))
        pages = read_pdf(as_pdf(document(blocks=[table], annexes=[], basis=[])))
        assert ["NHÓM" in page for page in pages] == ["thuộc nhóm" in page for page in pages]
    package = zipfile.ZipFile(io.BytesIO(as_docx(document(blocks=[table], annexes=[]))))
    xml = etree.fromstring(package.read("word/document.xml"))
    kept = ["".join(p.itertext(f"{W}t")) for p in xml.iter(f"{W}p") if p.find("w:pPr/w:keepNext", NAMES) is not None]
    assert "NHÓM" in kept
    assert "thuộc nhóm" not in kept


def test_the_signature_never_stands_on_a_page_alone() -> None:
    broken = set()
    for many in range(14, 34):
        pages = read_pdf(as_pdf(document(blocks=[Paragraph(f"Đoạn {at}.") for at in range(many)], annexes=[])))
        last = next(page for page in pages if "Nơi nhận" in page)
        assert f"Đoạn {many - 1}." in last
        assert "Người Ký Mẫu" in last
        broken.add(len(pages))
    assert broken == {1, 2}  # the signature did come to the end of a page
    xml = etree.fromstring(zipfile.ZipFile(io.BytesIO(as_docx(document()))).read("word/document.xml"))
    stays = [p for p in xml.iter(f"{W}p") if "".join(p.itertext(f"{W}t")) == "Không có."]
    assert stays[0].find("w:pPr/w:keepNext", NAMES) is not None


def test_a_line_that_leads_in_is_not_the_last_of_a_page() -> None:
    for many in range(20, 34):
        blocks = [*(Paragraph(f"Đoạn {at}.") for at in range(many)), Paragraph("Gồm có:"), Bullets(["thứ nhất"])]
        pages = read_pdf(as_pdf(document(blocks=[*blocks, Paragraph("Sau.\nHết.")], annexes=[])))
        assert ["Gồm có:" in page for page in pages] == ["- thứ nhất" in page for page in pages]


def test_the_line_under_the_motto_is_as_long_as_the_motto(body: etree._Element) -> None:
    held = measures_on(date(2026, 1, 5))
    motto = next(p for p in body.iter(f"{W}p") if "".join(p.itertext(f"{W}t")).startswith("Độc lập"))
    rule = motto.getnext()
    assert rule.find("w:pPr/w:pBdr/w:bottom", NAMES) is not None
    cell = motto.getparent().find("w:tcPr/w:tcW", NAMES)
    sides = rule.find("w:pPr/w:ind", NAMES)
    length = int(cell.get(f"{W}w")) - int(sides.get(f"{W}left")) - int(sides.get(f"{W}right"))
    assert length / MM == pytest.approx(bold_width("Độc lập - Tự do - Hạnh phúc", held.sizes["motto"]), abs=0.5)


def test_gaps_to_fill_in_by_hand_are_kept_in_the_pdf() -> None:
    opened = pypdfium2.PdfDocument(as_pdf(document(number="", dated=None)))
    text = opened[0].get_textpage()
    edges = []
    for words, side in (("Số:", 2), ("/BC-UBND", 0), ("ngày", 2), ("tháng", 0)):
        first, many = text.search(words).get_next()
        edges.append(text.get_charbox(first + many - 1 if side else first)[side])
    opened.close()
    assert edges[1] - edges[0] > 20  # points: room for a number
    assert edges[3] - edges[2] > 15


def test_each_basis_has_its_word_and_the_last_a_full_stop() -> None:
    told = document(basis=["Luật Thủ đô", "Căn cứ Nghị quyết số 1.", " "])
    assert told.basis_lines == ["Căn cứ Luật Thủ đô;", "Căn cứ Nghị quyết số 1."]


def test_a_cell_longer_than_a_page_is_set_all_the_same() -> None:
    long = " ".join(f"câu {at}" for at in range(3000))
    pages = read_pdf(as_pdf(document(blocks=[Table(["A", "B"], [["1", long]], [1, 1])], annexes=[])))
    assert "câu 2999" in " ".join(" ".join(pages).split())


def alphabet() -> str:
    """Every letter of Vietnamese with every tone, written out by composing, small and large."""
    found = [
        normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in ("", *"\u0300\u0301\u0303\u0309\u0323")
    ]
    return "".join([*found, *"bcdđghklmnpqrstvx"]) + "".join([*found, *"bcdđghklmnpqrstvx"]).upper()


def test_the_packaged_font_writes_every_vietnamese_letter_in_all_faces() -> None:
    font = family(packaged_only=True)
    assert font.name == "Crimson Text"
    assert len(set(alphabet())) == 178
    for face in (font.regular, font.bold, font.italic, font.bold_italic):
        known = pdfmetrics.getFont(face).face
        empty = known.charToGlyph.get(0x20)
        glyphs = [known.charToGlyph.get(ord(letter), empty) for letter in alphabet()]
        assert empty not in glyphs
        assert len(set(glyphs)) == 178, "two letters drawn alike"
    letters = " ".join(alphabet())
    pages = read_pdf(as_pdf(document(blocks=[Paragraph(letters)], annexes=[]), font=font))
    assert letters in " ".join(pages[0].split())


def test_a_sign_that_the_font_lacks_is_printed_in_another() -> None:
    font = family(packaged_only=True)
    assert ord("₫") not in font.letters
    pages = read_pdf(as_pdf(document(blocks=[Paragraph("15.000 ₫ & <b>")], annexes=[]), font=font))
    assert "15.000 ₫ & <b>" in " ".join(pages[0].split())
    face = pdfmetrics.getFont(font.other).face
    assert face.charToGlyph[ord("₫")]


def test_english_documents_are_english() -> None:
    english = document(language="en", kind="Report", place="Ninh Binh", issuer="People's Committee of Ninh Binh")
    assert english.place_and_date == "Ninh Binh, 5 January 2026"
    said = texts(etree.fromstring(zipfile.ZipFile(io.BytesIO(as_docx(english))).read("word/document.xml")))
    assert {"SOCIALIST REPUBLIC OF VIET NAM", "No.: 45/BC-UBND", "Recipients:", "Annex"} <= set(said)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 2, 9), "ngày 09 tháng 02 năm 2026"),
        (date(2026, 3, 9), "ngày 09 tháng 3 năm 2026"),
        (date(2026, 12, 31), "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_days_and_the_first_two_months_get_a_zero(day: date, said: str) -> None:
    assert dated_words(day, "vi") == said


def test_recipients_end_with_a_full_stop() -> None:
    assert with_stops(["Như trên", " - Sở Tài chính.", "", "Lưu: VT"]) == [
        "- Như trên;",
        "- Sở Tài chính;",
        "- Lưu: VT.",
    ]


def test_the_layout_is_chosen_by_day_and_a_broken_table_is_said(tmp_path: Path) -> None:
    table = json.loads(PACKAGED.read_text())
    later = {**table["layouts"][0], "since": "2030-01-01", "name": "Sau này"}
    path = tmp_path / "layouts.json"
    path.write_text(json.dumps({"layouts": [later, table["layouts"][0]]}))
    names = [measures_on(day, path).name for day in (date(2026, 1, 1), date(2031, 1, 1), None, date(2000, 1, 1))]
    assert names == ["Nghị định 30/2020/NĐ-CP", "Sau này", "Sau này", "Nghị định 30/2020/NĐ-CP"]
    path.write_text(json.dumps({"layouts": [{**later, "margins": {"top": 300, "bottom": 1, "left": 1, "right": 1}}]}))
    for broken in ("{", '{"layouts": []}', path.read_text()):
        path.write_text(broken)
        with pytest.raises(Invalid):
            all_measures(path)


NO_OFFICE = "LibreOffice Writer is not installed (libreoffice-writer)"


@pytest.mark.skipif(shutil.which("soffice") is None, reason=NO_OFFICE)
def test_libreoffice_opens_the_word_file(tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(as_docx(document()))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    words = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*words, str(tmp_path / "report.docx")], check=True, timeout=90, capture_output=True)
    pages = read_pdf((tmp_path / "report.pdf").read_bytes())
    said = " ".join(" ".join(pages).split())  # letters with marks may come from another font: numbers are looked for
    assert "45/BC-UBND" in said
    assert said.count("1.350,5") == 2 * len(ROWS)
    assert len(pages) >= 4
