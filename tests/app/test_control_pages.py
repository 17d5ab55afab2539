"""The control room's pages: an inspection filled in by form posts, who sees what, lists as files, panels, search."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from tests.control_world import FAILED, Controlled, days, examples, official, photo, put_under_control, signed, visit
from tests.world import World

from lienvung import registry
from lienvung.control import access, actions, demo, inspecting, signing
from lienvung.control.models import Answer, Finding, Inspection, Photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def controlled(world: World, settings, tmp_path) -> Controlled:
    settings.MEDIA_ROOT = tmp_path
    return put_under_control(world)


def client_of(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def text(answer) -> str:
    return answer.content.decode()


def picture(name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo(), content_type="image/jpeg")


def test_a_whole_inspection_by_posts(world: World, controlled: Controlled) -> None:
    client = client_of(controlled.inspector)
    begun = client.post(f"/control/establishments/{controlled.mill.pk}/inspect", {"checklist": "processing"})
    home = begun["Location"]
    page = text(client.get(home))
    assert "0 / 12" in page
    made = Inspection.objects.get()
    address = f"{home}/items/{made.items[0]['code']}"
    for number, row in enumerate(made.items):
        told = {"answer": "pass", "seen": "0"}
        if row["code"] == "nhan":
            told |= {"answer": "fail", "note": "Thiếu số lô.", "image": picture()}
        answer = client.post(address, told)
        assert answer.status_code == 302
        address = answer["Location"]
        assert (address == home) == (number == len(made.items) - 1), "the next item without an answer, then the list"
    assert Photo.objects.get().item == "nhan"
    concluded = client.post(f"{home}/result", {"result": "pass", "note": ""})
    assert concluded["Location"] == f"{home}/sign"
    to_sign = client.get(f"{home}/sign")
    assert "Thiếu số lô." in text(to_sign)
    side = client.post(f"{home}/sign", {"seen": to_sign.context["seen"]})["Location"]
    assert side == f"{home}/other-side"
    member = client_of(controlled.member)
    assert f"{home}/countersign" in text(member.get("/control/mine"))
    digest = Inspection.objects.get().digest
    assert digest in text(member.get(f"{home}/countersign"))
    stale = member.post(f"{home}/countersign", {"digest": "0" * 64})
    assert stale.status_code == 409
    assert member.post(f"{home}/countersign", {"digest": digest, "statement": "Đồng ý."}).status_code == 302
    shown = text(client.get(home))
    assert "Đồng ý." in shown
    assert "đúng như đã ký" in shown
    public = text(Client().get(f"/control/establishments/{controlled.mill.pk}"))
    assert "Đạt" in public
    assert "Thiếu số lô" not in public


def test_a_late_writer_sees_what_the_other_wrote_and_keeps_what_he_typed(controlled: Controlled) -> None:
    made = inspecting.start_inspection(by=None, establishment=controlled.mill, checklist="processing")
    address = f"/control/inspections/{made.pk}/items/nhan"
    first, second = client_of(controlled.inspector), client_of(official("37", name="b"))
    assert 'name="seen" value="0"' in text(second.get(address))
    first.post(address, {"answer": "pass", "seen": "0", "note": "Nhãn đủ."})
    late = second.post(address, {"answer": "fail", "seen": "0", "note": "Nhãn mờ chữ."})
    page = text(late)
    assert late.status_code == 409
    assert "Nhãn đủ." in page
    assert "Nhãn mờ chữ." in page
    assert 'name="seen" value="1"' in page
    assert Answer.objects.get().note == "Nhãn đủ."
    assert second.post(address, {"answer": "fail", "seen": "1", "note": "Nhãn mờ chữ."}).status_code == 302
    assert Answer.objects.get().note == "Nhãn mờ chữ."


def test_a_file_that_is_no_picture_leaves_everything_unwritten(controlled: Controlled) -> None:
    made = inspecting.start_inspection(by=None, establishment=controlled.mill, checklist="processing")
    address = f"/control/inspections/{made.pk}/items/nhan"
    bad = SimpleUploadedFile("a.jpg", b"MZ not a picture", content_type="image/jpeg")
    answer = client_of(controlled.inspector).post(address, {"answer": "pass", "seen": "0", "image": bad})
    assert answer.status_code == 422
    assert "error-summary" in text(answer)
    assert not Answer.objects.exists()
    assert not Photo.objects.exists()
    huge = SimpleUploadedFile("a.jpg", b"\xff\xd8" + b"0" * inspecting.PHOTO_BYTES, content_type="image/jpeg")
    answer = client_of(controlled.inspector).post(address, {"answer": "pass", "seen": "0", "image": huge})
    assert "Ảnh lớn hơn 10 MB." in text(answer)
    assert not Answer.objects.exists()


def test_officials_elsewhere_read_everything_and_write_nothing(controlled: Controlled) -> None:
    done = signed(controlled.inspector, visit(controlled.inspector, controlled.mill, failed=FAILED))
    other = client_of(official("01"))
    place = f"/control/establishments/{controlled.mill.pk}"
    shown = text(other.get(place))
    assert "Bạn xem được hồ sơ này, không ghi được." in shown
    assert "Không có kết quả kiểm nghiệm nước." in text(other.get(f"/control/inspections/{done.pk}"))
    assert f"{place}/inspect" not in shown
    finding = done.findings.get(item="nhan")
    for address, told in (
        (f"{place}/inspect", {"checklist": "processing"}),
        (f"{place}/edit", {}),
        (f"{place}/grade", {"graded_on": "01/02/2026", "result": "pass", "document": "1"}),
        (f"/control/inspections/{done.pk}/amend", {"text": "Bổ sung một điều gì đó."}),
        (f"/control/inspections/{done.pk}/again", {}),
        (f"/control/findings/{finding.pk}/close", {"note": "Đã xong."}),
    ):
        assert other.post(address, told).status_code == 403, address
    assert Inspection.objects.count() == 1
    assert controlled.mill.grades.count() == 1


def test_an_open_inspection_is_not_shown_to_the_establishment(controlled: Controlled) -> None:
    made = visit(controlled.inspector, controlled.mill)
    member = client_of(controlled.member)
    assert member.get(f"/control/inspections/{made.pk}").status_code == 403
    assert str(made.pk) not in text(member.get(f"/control/establishments/{controlled.mill.pk}"))
    inspecting.fix_result(by=controlled.inspector, inspection=made, result="pass")
    signing.sign_inspection(by=controlled.inspector, inspection=made)
    assert member.get(f"/control/inspections/{made.pk}").status_code == 200


def test_photos_are_for_those_who_see_the_inspection(world: World, controlled: Controlled) -> None:
    made = visit(controlled.inspector, controlled.mill, failed=FAILED)
    kept = inspecting.add_photo(by=controlled.inspector, inspection=made, item="nhan", image=photo())
    done = signed(controlled.inspector, made)
    finding = done.findings.get(item="nhan")
    for address in (f"/control/photos/{kept.pk}", f"/control/photos/{kept.pk}?size=small"):
        answer = client_of(controlled.member).get(address)
        assert answer["Content-Type"] == "image/webp"
        assert "private" in answer["Cache-Control"]
        assert client_of(world.accounts["other"]).get(address).status_code == 403
        assert Client().get(address).status_code == 302
    member = client_of(controlled.member)
    told = {"text": "Đã in nhãn mới có số lô.", "images": [picture("1.jpg"), picture("2.jpg")]}
    assert member.post(f"/control/findings/{finding.pk}/answer", told).status_code == 302
    assert finding.corrections.get().photos.count() == 2
    shown = text(client_of(controlled.inspector).get(f"/control/findings/{finding.pk}"))
    assert shown.count("?size=small") == 3
    assert f"/control/findings/{finding.pk}/close" in shown


def test_lists_as_files_name_the_same_rows(world: World, controlled: Controlled) -> None:
    signed(controlled.inspector, visit(controlled.inspector, controlled.mill, failed={"nhan": "=cmd|' /C calc'!A1"}))
    actions.make_plan(by=None, province="37", year=days(0).year)
    client = client_of(controlled.inspector)
    for name in ("establishments", "commitments", "findings", "inspections", "plan"):
        table = list(csv.reader(io.StringIO(text(client.get(f"/control/lists/{name}.csv")).removeprefix("\ufeff"))))
        book = load_workbook(io.BytesIO(client.get(f"/control/lists/{name}.xlsx").content)).active
        assert len(table) == book.max_row, name
        assert all(len(row) == len(table[0]) for row in table)
    findings = text(client.get("/control/lists/findings.csv"))
    assert "'=cmd" in findings
    rows = load_workbook(io.BytesIO(client.get("/control/lists/findings.xlsx").content)).active
    assert [cell.value for cell in rows[2]][6] == "'=cmd|' /C calc'!A1"
    assert rows[1][0].value == "GLN"
    only = text(client.get("/control/lists/establishments.csv"))
    both = text(client.get("/control/lists/establishments.csv?province=all"))
    assert (only.count("\n"), both.count("\n")) == (2, 3), "the own province first, all when asked"


def test_panels_search_and_navigation(world: World, controlled: Controlled) -> None:
    signed(controlled.inspector, visit(controlled.inspector, controlled.mill, failed=FAILED))
    owner = text(Client().get(f"/people/{world.grower.pk}"))
    assert "Kiểm tra an toàn thực phẩm" in owner
    assert "Không đạt" in owner
    assert "Không có kết quả kiểm nghiệm nước" not in owner
    assert f"/control/establishments/{controlled.mill.pk}" in text(Client().get("/search?q=xuong+xay"))
    assert "lỗi cần khắc phục" in text(client_of(controlled.member).get("/"))
    Finding.objects.update(due_on=days(-1))
    assert "2 lỗi quá hạn khắc phục" in text(client_of(controlled.inspector).get("/"))
    assert "quá hạn" not in text(client_of(official("01")).get("/"))
    assert "quá hạn" not in text(Client().get("/"))
    assert 'href="/control/"' in text(client_of(controlled.inspector).get("/"))
    assert 'href="/control/mine"' in text(client_of(controlled.member).get("/"))
    assert "/control/" not in text(Client().get("/"))


def test_a_published_breach_is_public_and_the_first_is_not(controlled: Controlled) -> None:
    made = actions.record_commitment(
        by=None, establishment=controlled.mill, signed_on=days(-30), signer_name="Trần Xay"
    )
    page = f"/control/establishments/{controlled.mill.pk}"
    actions.record_breach(by=None, commitment=made, what="Lần đầu dùng nước giếng.", found_on=days(-20))
    assert "Lần đầu dùng nước giếng." not in text(Client().get(page))
    actions.record_breach(by=None, commitment=made, what="Lại dùng nước giếng lần hai.", found_on=days(-10))
    shown = text(Client().get(page))
    assert "Lại dùng nước giếng lần hai." in shown
    assert "Lần đầu dùng nước giếng." not in shown
    assert "Trần Xay" not in shown


def test_every_page_speaks_english_too(world: World, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    known = examples(world)
    client = client_of(world.accounts["official"])
    vietnamese = re.compile(r"[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.I)
    for address in (
        "/control/", "/control/establishments", "/control/establishments/{establishment}", "/control/plans",
        "/control/plans/{plan}", "/control/inspections", "/control/inspections/{open_inspection}/items/nhan",
        "/control/inspections/{open_inspection}/result", "/control/inspections/{waiting_inspection}/other-side",
        "/control/inspections/{signed_inspection}", "/control/findings", "/control/findings/{finding}",
        "/control/commitments", "/control/establishments/{establishment}/edit",
    ):  # fmt: skip
        page = text(client.get(address.format(**known) + "?lang=en"))
        main = page.partition("<main")[2].partition("</main>")[0]
        bare = re.sub(r'<(\w+) lang="vi">.*?</\1>', "", main, flags=re.S)
        words = [line for line in re.sub(r"<[^>]+>", "\n", bare).splitlines() if vietnamese.search(line)]
        names = ("Hà Nội", "Ninh Bình", "Yên Khánh", "Kim Sơn", "Cầu Giấy", "Kiểm tra viên")
        assert not [line for line in words if not any(name in line for name in names)], (address, words)


def test_the_demo_part_plays_through_the_actions(world: World, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    officials = {"37": world.accounts["official"], "01": official("01")}
    played = demo.play(list(world.places.values()), officials, member=world.accounts["member"])
    assert len(played.establishments) == 3
    assert played.faulty is not None
    assert signing.is_as_signed(played.faulty)
    assert {f.state for f in played.faulty.findings.all()} == {"open", "closed"}
    assert len(played.clean) == 2
    assert access.plans().filter(state="approved").exists()
    assert "control.desk" not in registry.pages
