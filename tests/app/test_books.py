"""The co-operative's book in Excel: read, tried out, taken over whole or not at all, undone."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from PIL import Image
from tests import books_world as made
from tests.books_world import DAY, book_of, buying, delivery, diary, harvest, manager
from tests.world import PADDY_GTIN, World

from lienvung.audit.models import Act
from lienvung.books import actions, running
from lienvung.books.models import Book, BookRow
from lienvung.catalogue.models import Lot
from lienvung.errors import Conflict, Invalid, ManyInvalid, NotAllowed, Problem, TooLarge
from lienvung.lab.holding import hold_lot
from lienvung.ledger.events import latest
from lienvung.ledger.stock import stock_of
from lienvung.workbooks import template
from lienvung.workbooks.reading import MOST_BYTES, read_workbook
from lienvung.workbooks.template import mark_faults

pytestmark = pytest.mark.django_db


def lot(number: str) -> str:
    return f"https://id.gs1.org/01/{PADDY_GTIN}/10/{number}"


def left(number: str) -> list[Any]:
    return list(stock_of([lot(number)]))


def send(world: World, data: bytes, name: str = "so.xlsx") -> Book:
    return actions.send_book(by=manager(world), organisation=world.grower, data=data, filename=name)


def errors(book: Book) -> dict[str, str]:
    return {f"{each['sheet']}!{each['cell']}": each["vi"] for each in book.told if each["error"]}


def warnings(book: Book) -> str:
    return " | ".join(each["vi"] for each in book.told if not each["error"])


def test_a_book_is_taken_over_whole_and_undone(world: World) -> None:
    organisation = made.ready(world)
    day = DAY + timedelta(days=1)
    data = book_of(
        organisation,
        diary=[diary()],
        harvest=[harvest("TH-1", day=day)],
        buying=[buying("MV-1", day=day)],
        delivery=[delivery("TH-1", day=day)],
    )
    before = latest(1)[0].rid
    book = send(world, data)
    assert (book.errors, book.new_rows) == (0, 4)
    assert latest(1)[0].rid == before  # the trial left nothing
    assert not Lot.objects.filter(number="TH-1").exists()
    actions.take_over(by=manager(world), book=book)
    assert book.state == "committed"
    assert [row.events for row in book.taken.all()].count([]) == 0
    held = left("TH-1")
    with pytest.raises(Conflict, match="already"):
        actions.take_over(by=manager(world), book=book)
    again = send(world, data)
    assert again.new_rows == 0
    assert not again.ready
    assert "đã nhập" in warnings(again)
    actions.undo_book(by=manager(world), book=book, reason="Gửi nhầm sổ vụ trước")
    assert held
    assert left("TH-1") == left("MV-1") == []  # as before the book
    assert not any(event.declared_wrong_by is None for event in latest(4))
    book.refresh_from_db()
    assert book.state == "undone"
    assert Act.objects.filter(action="books.undo", subject_id=str(book.pk)).count() == 1
    assert send(world, data).new_rows == 4  # it may be sent again


def test_a_growing_book_is_taken_row_by_row_once(world: World) -> None:
    organisation = made.ready(world)
    actions.take_over(by=manager(world), book=send(world, book_of(organisation, diary=[diary(0), diary(1)])))
    grown = send(world, book_of(organisation, diary=[diary(0), diary(1), diary(2)]))
    assert (grown.new_rows, grown.errors) == (1, 0)
    actions.take_over(by=manager(world), book=grown)
    assert BookRow.objects.filter(in_force=True).count() == 3


def test_every_fault_names_its_cell_and_the_remedy(world: World) -> None:
    organisation = made.ready(world)
    book = send(
        world,
        book_of(
            organisation,
            diary=[diary(day="32/05/2026"), diary(unit="Thửa sô 3x"), diary(amount="1.500")],
            harvest=[harvest("TH 1"), harvest("TH-2", amount=None)],
            delivery=[delivery("TH-9", buyer="Không Ai")],
        ),
    )
    told = errors(book)
    assert set(told) == {
        "Nhật ký!A3", "Nhật ký!B4", "Nhật ký!E5", "Thu hoạch!D3", "Thu hoạch!E4", "Giao hàng!G3",
    }  # fmt: skip
    assert "có phải “Thửa số 3”" in told["Nhật ký!B4"]
    assert "1500" in told["Nhật ký!E5"]
    with pytest.raises(Invalid):
        actions.take_over(by=manager(world), book=book)
    copy = load_workbook(io.BytesIO(mark_faults(bytes(book.content), book.told)))
    cell = copy["Nhật ký"]["B4"]
    assert cell.fill.fgColor.rgb.endswith("FFC7CE")
    assert "Thửa số 3" in cell.comment.text


def test_what_the_actions_say_stands_at_the_cell_too(world: World) -> None:
    organisation = made.ready(world)
    sprayed = diary(0, activity="Phun thuốc", material="Thuốc trừ nấm", waiting_days=14)
    soon = DAY + timedelta(days=3)
    rows = {"harvest": [harvest("TH-1", day=soon)], "delivery": [delivery("TH-1", day=soon, amount=4000)]}
    told = errors(send(world, book_of(organisation, diary=[sprayed], **rows)))
    assert set(told) == {"Thu hoạch!H3", "Giao hàng!H3"}  # the columns for the reason
    assert "còn 1000" in told["Giao hàng!H3"]
    rows["harvest"][0]["reason"] = rows["delivery"][0]["reason"] = "Đã hỏi cán bộ kỹ thuật"
    assert not send(world, book_of(organisation, diary=[sprayed], **rows)).errors


def test_held_goods_do_not_leave_through_the_book(world: World) -> None:
    organisation = made.ready(world)
    actions.take_over(by=manager(world), book=send(world, book_of(organisation, harvest=[harvest("TH-1")])))
    late = DAY + timedelta(days=2)
    data = book_of(organisation, delivery=[delivery("TH-1", day=late)])
    waiting = send(world, data)
    assert waiting.ready
    hold_lot(by=None, lot=lot("TH-1"), reason="Kết quả kiểm nghiệm không đạt")
    with pytest.raises(ManyInvalid, match="Giao hàng, cell") as refused:
        actions.take_over(by=manager(world), book=waiting)
    assert "tạm giữ" in refused.value.vi
    waiting.refresh_from_db()
    assert waiting.state == "staged"
    assert "tạm giữ" in errors(send(world, data))["Giao hàng!C3"]


@pytest.mark.parametrize("safe", [True, False])
def test_a_crash_in_the_middle_leaves_nothing(world: World, monkeypatch, safe: bool) -> None:
    organisation = made.ready(world)
    book = send(world, book_of(organisation, harvest=[harvest(f"TH-{n}") for n in range(6)]))
    before = latest(1)[0].rid
    done = running.Runner.run

    def dies(self: running.Runner, row: Any) -> running.Outcome:
        if row.values["lot"] == "TH-4":
            raise RuntimeError("the power went")
        return done(self, row)

    if safe:
        monkeypatch.setattr(running.Runner, "run", dies)
        with pytest.raises(RuntimeError):
            actions.take_over(by=manager(world), book=book)
    else:  # the same without the transaction around it: the rows before the fault stay
        runner = running.Runner(by=manager(world), organisation=organisation, book=book.pk)
        monkeypatch.setattr(running.Runner, "run", dies)
        with pytest.raises(RuntimeError):
            actions._do_all(runner, [actions.row_of(told) for told in book.rows])
    assert (latest(1)[0].rid == before) is safe
    assert Lot.objects.filter(number__startswith="TH-").exists() is not safe
    book.refresh_from_db()
    assert book.state == "staged"


def test_goods_that_were_used_since_keep_a_book_from_being_undone(world: World) -> None:
    organisation = made.ready(world)
    first = send(world, book_of(organisation, harvest=[harvest("TH-1")]))
    actions.take_over(by=manager(world), book=first)
    late = DAY + timedelta(days=2)
    second = send(world, book_of(organisation, delivery=[delivery("TH-1", day=late)]))
    actions.take_over(by=manager(world), book=second)
    with pytest.raises(Conflict) as refused:
        actions.undo_book(by=manager(world), book=first, reason="Ghi nhầm sổ")
    assert "TH-1" in refused.value.vi
    actions.undo_book(by=manager(world), book=second, reason="Ghi nhầm sổ")
    actions.undo_book(by=manager(world), book=first, reason="Ghi nhầm sổ")


def test_that_held_goods_left_is_not_taken_back(world: World) -> None:
    organisation = made.ready(world)
    actions.take_over(by=manager(world), book=send(world, book_of(organisation, harvest=[harvest("TH-1")])))
    late = DAY + timedelta(days=2)
    sent = send(world, book_of(organisation, delivery=[delivery("TH-1", day=late)]))
    actions.take_over(by=manager(world), book=sent)
    hold_lot(by=None, lot=lot("TH-1"), reason="Kết quả kiểm nghiệm không đạt")
    with pytest.raises(Conflict) as refused:
        actions.undo_book(by=manager(world), book=sent, reason="Ghi nhầm sổ")
    assert refused.value.code == "books.held"
    assert "TH-1" in refused.value.vi


def test_a_book_that_people_rearranged(world: World) -> None:
    organisation = made.ready(world)
    book = made.template(organisation)
    made.fill(book, {"harvest": [harvest("TH-1", day=f"{DAY:%d/%m/%Y}", amount="1.250,5", product=f"  {made.PADDY} ")]})
    sheet = book["Thu hoạch"]
    sheet.title = "Thu hoạch vụ xuân"
    sheet.insert_rows(1)
    sheet["A1"] = "SỔ THU HOẠCH NĂM 2026"
    sheet.insert_cols(1)
    sheet["A2"] = "STT"
    sheet.row_dimensions[4].hidden = True
    book["Nhật ký"]["A5"] = DAY
    book["Nhật ký"]["A6"] = DAY + timedelta(days=1)
    for line in (5, 6):
        book["Nhật ký"][f"B{line}"], book["Nhật ký"][f"C{line}"] = made.PLOT, "Làm cỏ"
    book["Nhật ký"].merge_cells("B5:B6")
    book.create_sheet("Chi tiêu")["A1"] = "tiền"
    found = send(world, made.saved(book))
    assert errors(found) == {}
    assert found.new_rows == 3
    assert [row["values"]["amount"] for row in found.rows if row["sheet"] == "harvest"] == ["1250.5"]
    assert all(word in warnings(found) for word in ("đang ẩn", "STT", "trang này không thuộc mẫu"))
    book["Thu hoạch vụ xuân"]["F4"] = "=1000+250"  # no program has worked it out
    assert "công thức" in errors(send(world, made.saved(book)))["Thu hoạch vụ xuân!F4"]


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "refusal"),
    [
        (b"PK" + b"0" * MOST_BYTES, "so.xlsx", TooLarge),
        (b"x", "so.xlsm", Invalid),
        (b"\xd0\xcf\x11\xe0 old", "so.xls", Invalid),
        (b"a,b\n1,2", "so.csv", Invalid),
        (b"PK broken", "so.xlsx", Invalid),
        (zipped(xl__vbaProject=b"", **{"[Content_Types].xml": b"<Types/>"}), "so.xlsx", Invalid),
        (zipped(**{"[Content_Types].xml": b"<Types/>", "xl__a.xml": b"0" * 45_000_000}), "so.xlsx", TooLarge),
        (zipped(**{"[Content_Types].xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "so.xlsx", Invalid),
    ],
    ids=["large", "xlsm", "xls", "csv", "broken", "vba", "bomb", "entities"],
)
def test_files_that_are_no_book_are_refused_in_words(data: bytes, name: str, refusal: type[Problem]) -> None:
    with pytest.raises(refusal) as refused:
        read_workbook(data, name)
    assert "Hãy" in refused.value.vi


def with_xml(data: bytes, sheet: str, old: bytes, new: bytes, **more: bytes) -> bytes:
    """A workbook as no program would save it."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    name = next(name for name in parts if name.endswith(sheet))
    assert old in parts[name]
    return zipped(**{**parts, name: parts[name].replace(old, new, 1), **more})


MERGE = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'


def test_a_far_cell_and_a_huge_merge_cost_nothing(world: World) -> None:
    book = made.fill(made.template(made.ready(world)), {"diary": [diary()]})
    book["Nhật ký"]["XFD1048576"] = "x"
    assert send(world, with_xml(made.saved(book), "sheet2.xml", b"</sheetData>", MERGE)).new_rows == 1


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    return out.getvalue()


SHARED = b'<row><c><f t="shared">' + b"A" * 8_000 + b"</f></c>" + b'<c><f t="shared" si="0"/></c>' * 700 + b"</row>"
END = b"</sheetData>"


@pytest.mark.parametrize(
    ("new", "part"),
    [
        (MERGE, b""),
        (b"<row>" + b"<c/>" * 600_001 + b"</row>" + END, b""),
        (SHARED + END, b""),
        (END, b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        (END, "<?xml version='1.0' encoding='utf-16'?><a/>".encode("utf-16-le")),
        (END, picture("TIFF")),
    ],
    ids=["merge", "cells", "formulas", "entities", "two-byte", "picture"],
)
def test_no_library_opens_a_file_that_costs_too_much(monkeypatch: Any, new: bytes, part: bytes) -> None:
    """A merge of one line would have it make 17 thousand million cells for the copy with the faults in red."""
    data = made.saved(Workbook())
    monkeypatch.setattr(template, "load_workbook", lambda *args, **kwargs: pytest.fail("it was opened"))
    with pytest.raises(Invalid, match="No marked copy"):
        mark_faults(
            with_xml(data, "sheet1.xml", b"</sheetData>", new, **{"xl/media/1.png": part or picture("PNG")}), []
        )


def test_a_letter_that_no_database_takes_is_a_space(world: World) -> None:
    book = made.fill(made.template(made.ready(world)), {"diary": [diary()]})
    book["Nhật ký"]["M1"] = "mùa _xD800_ vụ _x0000_"
    found = send(world, made.saved(book))
    assert "“mùa   vụ”" in warnings(found)
    json.dumps(found.told, ensure_ascii=False).encode()


def test_only_those_who_write_for_the_organisation(world: World) -> None:
    organisation = made.ready(world)
    data = book_of(organisation, diary=[diary()])
    with pytest.raises(NotAllowed):
        actions.send_book(by=world.accounts["other"], organisation=organisation, data=data, filename="so.xlsx")
    book = send(world, data)
    for act in (actions.take_over, actions.drop_book):
        with pytest.raises(NotAllowed):
            act(by=world.accounts["other"], book=book)
    actions.drop_book(by=manager(world), book=book)
    assert not bytes(Book.objects.get(pk=book.pk).content)


def test_a_thousand_rows(world: World) -> None:
    organisation = made.ready(world)
    book = send(world, made.thousand(organisation, 1_000))
    assert (book.errors, book.new_rows) == (0, 1_000)
    assert Decimal(book.rows[0]["values"]["amount"]) > 0
