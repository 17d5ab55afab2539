"""The dossier of a recall: what stands in the PDF and in the spreadsheet, for whom, and with hostile words."""

from __future__ import annotations

import io
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from openpyxl import load_workbook
from tests.app.test_quality_recall import REASON, TEXT, grown_in_ninh_binh, official  # noqa: F401
from tests.world import World

from lienvung.ledger import marking
from lienvung.quality import actions, notices
from lienvung.quality.dossier import dossier_of
from lienvung.quality.models import Recall
from lienvung.quality.notice_rules import Told
from lienvung.quality.rules import Case
from lienvung.registry.papers import ROWS_IN_PDF, Paper, Part, Table, pdf_of, sheets_of
from lienvung.registry.sheets import write_book
from lienvung.texts import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def recall(world: World) -> Recall:
    """Closed, one holder has answered."""
    case = Case(legal_basis="Thông tư 17/2021/TT-BNNPTNT, Điều 5", origin="laboratory", origin_text="KN-0511")
    made = actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT, case=case)
    notice = made.notices.get(holder=world.shop)
    line = notice.lines.get()
    notices.report(by=None, notice=notice, told={line.pk: Told(Decimal("5.5"), Decimal(5), Decimal(0), Decimal(2))})
    actions.choose_treatment(by=None, recall=made, treatment="destroy")
    return actions.close_recall(by=None, recall=made, note="Đã xử lý xong toàn bộ lô hàng.")


def pages_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range() for page in document]


def flat(text: str) -> str:
    return " ".join(text.split())


def bare(text: str) -> str:
    """Letters and digits: of a hyphen at the end of a line pdfium makes U+FFFE."""
    return "".join(sign for sign in text if sign.isalnum())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", ("Hồ sơ thu hồi", "Căn cứ pháp lý", "Thông tư 17/2021/TT-BNNPTNT, Điều 5", "tiêu huỷ", "Chưa trả lời")),
        ("en", ("Recall dossier", "Legal basis", "Still stoppable", "destroy", "Who did not answer")),
    ],
)
def test_the_pdf_tells_the_whole_case(world: World, recall: Recall, language: str, words: tuple[str, ...]) -> None:
    client = Client()
    client.force_login(official(world, "37"))
    answer = client.get(f"/quality/recalls/{recall.pk}/dossier.pdf?in={language}")
    assert answer["Content-Type"] == "application/pdf"
    pages = pages_of(answer.content)
    text = flat(" ".join(pages))
    for word in (*words, world.shop.name, REASON, "KN-0511", "Đã xử lý xong toàn bộ lô hàng."):
        assert flat(word) in text, word
    for number, page in enumerate(pages, start=1):
        assert f"{'Trang' if language == 'vi' else 'Page'} {number}/{len(pages)}" in page
    told = marking.told(recall.pk, recall.events)
    assert told
    assert bare(told[0]["eventID"]) in bare(text)
    if folder := os.environ.get("LIENVUNG_TEST_PICTURES"):
        (Path(folder) / f"dossier-{language}.pdf").write_bytes(answer.content)


def test_the_spreadsheet_has_every_code_and_every_event(world: World, recall: Recall) -> None:
    client = Client()
    client.force_login(official(world, "37"))
    answer = client.get(f"/quality/recalls/{recall.pk}/dossier.xlsx?in=vi")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheets = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}
    marked = next(rows for title, rows in sheets.items() if "Mọi mã bị đánh dấu" in title)
    assert {row[0] for row in marked[1:]} >= {world.lot.uri, *world.packs}
    answers = next(rows for title, rows in sheets.items() if "Số lượng đã báo" in title)
    assert answers[1][3:8] == [8, 5.5, 5, 0, 2]
    facts = sheets[next(iter(sheets))]
    assert ["Quyết định", "Tham chiếu", "KN-0511"] in facts


@pytest.mark.parametrize("kind", ["", ".pdf", ".xlsx"])
def test_only_officials_and_the_producer(world: World, recall: Recall, kind: str) -> None:
    client = Client()
    assert client.get(f"/quality/recalls/{recall.pk}/dossier{kind}").status_code == 302
    for name, status in (("other", 403), ("member", 200), ("official", 200)):
        client.force_login(world.accounts[name])
        assert client.get(f"/quality/recalls/{recall.pk}/dossier{kind}").status_code == status, name


def test_hostile_words_neither_break_the_paper_nor_run(world: World) -> None:
    words = "<b>&amp;</para> =HYPERLINK(1) \x01\x0b" + "x" * 400
    lines = "\n".join(["dòng"] * 900)
    made = actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=words, public_text=TEXT)
    Recall.objects.filter(pk=made.pk).update(reason=lines[:2_000], legal_basis=words[:300], origin_text="=1+1")
    made.refresh_from_db()
    paper = dossier_of(made, None)
    text = " ".join(pages_of(pdf_of(paper, "vi")))
    assert "<b>&amp;</para> =HYPERLINK(1)" in text
    out = io.BytesIO()
    write_book(sheets_of(paper, "vi"), out)
    facts = list(load_workbook(out).worksheets[0].iter_rows(values_only=True))
    assert "'=1+1" in {row[2] for row in facts}


def many(count: int) -> Paper:
    def rows() -> Any:
        return ((f"https://id.gs1.org/01/08930000000028/21/{n:09d}" + "Ệ" * 40, n) for n in range(count))

    table = Table([Text("Mã", "Code"), Text("Số", "Number")], rows, (70, 30), frozenset({1}))
    return Paper(Text("Thử", "Test"), Text("Lô", "Lot"), [Part(Text("Danh sách", "List"), table=table)])


def test_tables_break_over_pages_and_end() -> None:
    pages = pages_of(pdf_of(many(20_000), "vi"))
    assert 1 < len(pages) < 12
    assert all("Mã" in page for page in pages[:-1]), "each page has the table's head again"
    assert f"{ROWS_IN_PDF} dòng đầu" in flat(" ".join(pages))


def test_a_book_takes_its_rows_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than a sheet holds go on in the next one."""
    monkeypatch.setattr("lienvung.registry.sheets.LONGEST_SHEET", 400)
    with (tmp_path / "book.xlsx").open("wb") as out:
        write_book(sheets_of(many(1_000), "en"), out)
    sizes = [sheet.max_row for sheet in load_workbook(tmp_path / "book.xlsx").worksheets[1:]]
    assert sizes == [401, 401, 201]
