"""An agreement's rows in Excel: read, tried out, taken over whole or not at all, undone, and taken away again."""

from __future__ import annotations

import copy
import io
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from tests import imports_world as made_files
from tests.imports_world import AGENCY, commitment, file_of, indicator, result, send, target, whole
from tests.results_world import Results, make_results
from tests.world import World

from lienvung.audit.models import Act
from lienvung.errors import Conflict, ManyInvalid, NotAllowed, NotFound, Problem
from lienvung.imports import access, actions, running
from lienvung.imports.models import Import, ImportRow
from lienvung.programme import working
from lienvung.programme.models import Commitment
from lienvung.results import actions as results
from lienvung.results.models import Claim, Indicator, Target
from lienvung.workbooks.rows import MOST_ROWS

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def prepared(stage: World, django_db_blocker: Any) -> Results:
    with django_db_blocker.unblock():
        return made_files.ready(make_results(stage))


@pytest.fixture
def made(prepared: Results, world: World) -> Results:
    return copy.deepcopy(prepared)


def errors(file: Import) -> dict[str, str]:
    assert all(each["vi"] != each["en"] for each in file.told)
    return {f"{each['sheet']}!{each['cell']}": each["vi"] for each in file.told if each["error"]}


def standing() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Commitment, Indicator, Target, Claim))


def test_a_file_is_taken_over_whole_and_undone(made: Results) -> None:
    before = standing()
    data = file_of(made, **whole(made))
    file = send(made, data)
    assert (errors(file), file.new_rows) == ({}, 6)
    assert standing() == before  # the trial left nothing
    actions.take_over(by=made.h_officer, file=file)
    assert standing() == (before[0] + 1, before[1] + 2, before[2] + 1, before[3] + 1)
    owed = Commitment.objects.get(agreement=made.agreement, number="9")
    assert (owed.state, owed.obligor, str(owed.due)) == ("draft", made.hanoi, "2026-12-31")
    assert [(link.agency.name, link.part) for link in owed.agency_links.all()] == [(AGENCY, "lead")]
    part = Indicator.objects.get(code="DIEM1")
    assert (part.parent.code, part.baseline) == ("DIEM", Decimal("12.5"))
    assert Target.objects.get(indicator=made.indicator).value == 18
    claim = Claim.objects.latest("recorded_at")
    assert (claim.state, claim.party, claim.counterpart, claim.value) == ("draft", made.hanoi, made.ninhbinh, 3)
    assert Act.objects.filter(action="results.record_claim", subject_id=str(claim.pk)).exists()  # the rooms' own acts
    actions.undo_file(by=made.h_officer, file=file, reason="Gửi nhầm tệp năm trước")
    assert standing() == before
    assert Target.objects.get(indicator=made.indicator).value == 15  # what stood before
    file.refresh_from_db()
    assert (file.state, file.undone_by, file.reason) == ("undone", made.h_officer, "Gửi nhầm tệp năm trước")
    assert send(made, data).new_rows == 6  # it may be sent again


def test_the_same_file_twice_is_harmless(made: Results) -> None:
    data = file_of(made, **whole(made))
    first, second = send(made, data), send(made, data, name="ban-sao.xlsx")
    actions.take_over(by=made.h_officer, file=first)
    after = standing()
    for file in (first, second):  # the same press again; the copy that was staged before
        with pytest.raises((Conflict, ManyInvalid)):
            actions.take_over(by=made.h_officer, file=file)
    third = send(made, data)
    assert (third.new_rows, third.errors, third.ready) == (0, 0, False)
    assert any("đã nhập ngày" in each["vi"] for each in third.told)
    assert standing() == after


def test_what_was_taken_away_comes_back_as_known_and_grows(made: Results) -> None:
    actions.take_over(by=made.h_officer, file=send(made, file_of(made, **whole(made))))
    book = made_files.template(made, filled=True)
    rows = book["Cam kết"].max_row + 1
    assert [row[0].value for row in book["Cam kết"].iter_rows(min_row=2)] == ["1", "9"]
    assert book["Chỉ tiêu"]["F3"].value == 12.5  # a number, not a text
    assert book["Cam kết"]["H3"].is_date
    same = send(made, made_files.saved(book), name="mang-ve.xlsx")
    assert (errors(same), same.new_rows) == ({}, 0)
    grown = send(made, made_files.saved(made_files.fill(book, rows, commitments=[commitment("10")])))
    assert (errors(grown), grown.new_rows) == ({}, 1)


def test_a_file_that_libreoffice_saved_says_the_same(made: Results) -> None:
    rows = whole(made)
    rows["commitments"][0]["due"] = date(2026, 12, 31)
    rows["targets"][0]["value"] = "=20+22"
    data = made_files.as_libreoffice(file_of(made, **rows))
    file = send(made, data, name="calc.xlsx")
    assert (errors(file), file.new_rows) == ({}, 6)
    told = {row["sheet"]: row["values"] for row in file.rows if row["line"] == 3}
    assert told["commitments"]["due"] == "2026-12-31"
    assert told["commitments"]["what"] == "Mở điểm bán số 9"
    assert told["targets"]["value"] == "42"  # the result that was kept; nothing is worked out
    actions.take_over(by=made.h_officer, file=file)
    rows["targets"][0]["value"] = 42
    assert send(made, file_of(made, **rows)).new_rows == 0  # whatever program saved it


def test_every_fault_names_its_cell_in_both_languages(made: Results) -> None:
    locked = next(each for each in made.agreement.periods.order_by("starts_on") if each.pk != made.period.pk)
    results.lock_period(by=None, period=locked, version=locked.version, reason="Hết hạn nộp.")
    before = standing()
    data = file_of(
        made,
        commitments=[
            commitment("9", due="31/02/2026"),
            commitment("10", lead="Sở Không Có"),
            commitment("11", what=None),
            commitment("1"),
            commitment("12", what="=1+1"),
            commitment("13", starts_on="01/01/2027", due="01/01/2026"),
        ],
        indicators=[indicator("A", baseline="1.500"), indicator("B", parent="C"), indicator("D", direction="ngang")],
        targets=[target(made, "A", 5), target(made, "QR", 5, period=locked.name.vi), target(made, "QR", "nhiều")],
        results=[
            result(made, party="Ninh Bình"),
            result(made, "Kỳ đã khoá sổ rồi.", period=locked.name.vi, happened_on=None),
            result(made, "Ngày ngoài kỳ báo cáo.", happened_on="01/01/2016"),
            result(made, "Cam kết không có thật.", commitment="77"),
            result(made, "Có số mà thiếu chỉ tiêu.", value=3),
            result(made, "Của cam kết không đọc được.", commitment="10"),
        ],
    )
    file = send(made, data)
    told = errors(file)
    assert set(told) == {
        "Cam kết!H3", "Cam kết!K4", "Cam kết!B5", "Cam kết!A6", "Cam kết!B7", "Cam kết!H8",
        "Chỉ tiêu!F3", "Chỉ tiêu!H4", "Chỉ tiêu!D5",
        "Mục tiêu của kỳ!B4", "Mục tiêu của kỳ!C5",
        "Kết quả!G3", "Kết quả!B4", "Kết quả!D5", "Kết quả!A6", "Kết quả!E7",
    }  # fmt: skip
    assert "công thức" in told["Cam kết!B7"]
    assert "đã khoá sổ" in told["Kết quả!B4"]
    assert "Chỉ bên báo kết quả" in told["Kết quả!G3"]
    with pytest.raises(Problem):
        actions.take_over(by=made.h_officer, file=file)
    assert standing() == before


@pytest.mark.parametrize("safe", [True, False])
def test_a_fault_in_the_middle_leaves_nothing(made: Results, monkeypatch: pytest.MonkeyPatch, safe: bool) -> None:
    file = send(made, file_of(made, commitments=[commitment(str(n)) for n in range(20, 25)]))
    working.add_commitment(made.agreement, by=None, number="23", what="Người khác vừa ghi")
    before = standing()
    if safe:
        with pytest.raises(ManyInvalid) as refused:
            actions.take_over(by=made.h_officer, file=file)
        assert "Cam kết, ô A6" in refused.value.vi
    else:  # the same without the transaction around it: the rows before the fault stay
        runner = running.Runner(made.h_officer, made.agreement, access.Named(made.agreement))
        with pytest.raises(ManyInvalid):
            [actions._do(runner, actions.row_of(told)) for told in file.rows]
    assert (standing() == before) is safe
    assert not ImportRow.objects.filter(file=file).exists()


def test_later_work_keeps_a_file_from_being_undone(made: Results) -> None:
    file = send(made, file_of(made, **whole(made)))
    actions.take_over(by=made.h_officer, file=file)
    after = standing()
    claim = Claim.objects.latest("recorded_at")
    results.submit_claim(by=made.h_officer, claim=claim, version=claim.version)
    results.set_target(by=made.h_officer, indicator=made.indicator, period=made.period, value=Decimal(30))
    owed = Commitment.objects.get(number="9", agreement=made.agreement)
    working.set_commitment_state(owed, by=made.h_officer, version=owed.version, act="activate")
    with pytest.raises(Conflict) as refused:
        actions.undo_file(by=made.h_officer, file=file, reason="Gửi nhầm tệp")
    for cell in ("Kết quả, ô A3", "Mục tiêu của kỳ, ô A4", "Cam kết, ô A3"):
        assert cell in refused.value.vi
    assert standing() == after
    file.refresh_from_db()
    assert file.state == "committed"


def test_what_another_room_rests_on_is_not_taken_away(made: Results) -> None:
    file = send(made, file_of(made, indicators=[indicator()]))
    actions.take_over(by=made.h_officer, file=file)
    one = Indicator.objects.get(code="DIEM")
    results.set_target(by=made.n_officer, indicator=one, period=made.period, value=Decimal(3))  # it would go with it
    with pytest.raises(Conflict, match="Other rows rest"):
        actions.undo_file(by=made.h_officer, file=file, reason="Gửi nhầm tệp")
    assert Target.objects.filter(indicator=one).exists()


def test_a_target_may_be_set_to_and_fro(made: Results) -> None:
    for value in (20, 25, 20):
        file = send(made, file_of(made, targets=[target(made, "QR", value)]))
        assert (errors(file), file.new_rows) == ({}, 1)
        actions.take_over(by=made.h_officer, file=file)
        assert Target.objects.get(indicator=made.indicator).value == value


def test_only_the_party_that_sent_it_sees_and_handles_a_file(made: Results) -> None:
    file = send(made, file_of(made, results=[result(made)]))
    assert send(made, file_of(made, results=[result(made, party="Ninh Bình")]), by=made.n_officer).ready
    for account in (made.n_officer, made.stranger):
        with pytest.raises(NotFound):
            access.file(account, file.pk)
        for act in (actions.take_over, actions.drop_file, actions.check_again):
            with pytest.raises(NotAllowed):
                act(by=account, file=file)
    with pytest.raises(NotAllowed):
        send(made, b"PK", by=made.stranger)
    client = Client()
    client.force_login(made.n_officer)
    assert client.get(f"/imports/{file.pk}").status_code == 404
    actions.drop_file(by=made.h_head, file=file)  # a colleague may
    assert not bytes(Import.objects.get(pk=file.pk).content)


def test_rows_ask_the_right_of_their_own_act(made: Results) -> None:
    """The approver may send a file, but measures nothing: the cell says so."""
    told = errors(send(made, file_of(made, indicators=[indicator()]), by=made.h_head))
    assert "Vai trò của bạn" in told["Chỉ tiêu!A3"]


def test_too_many_rows_are_refused_at_once(made: Results) -> None:
    cell = '<c r="{0}{1}" t="inlineStr"><is><t>S{1}</t></is></c>'
    rows = "".join(f'<row r="{n}">{cell.format("A", n)}{cell.format("B", n)}</row>' for n in range(3, 20_003))
    file = send(made, with_rows(file_of(made), rows))
    assert any(f"quá {MOST_ROWS} dòng" in each["vi"] for each in file.told)
    assert len(file.rows) <= MOST_ROWS + 1
    assert not file.ready


def with_rows(data: bytes, rows: str) -> bytes:
    """The workbook with these rows at the end of its first sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
            new.writestr(name, part)
    return out.getvalue()


def test_pages_from_the_template_to_undo(made: Results) -> None:
    client = Client()
    client.force_login(made.h_officer)
    code = made.agreement.code
    assert f"/imports/of/{code}" in client.get(f"/results/of/{code}").content.decode()
    answer = client.get(f"/imports/of/{code}/template.xlsx")
    assert [sheet.title for sheet in load_workbook(io.BytesIO(answer.content))][:4] == [
        "Cam kết", "Chỉ tiêu", "Mục tiêu của kỳ", "Kết quả"]  # fmt: skip
    assert client.get(f"/imports/of/{code}/filled.xlsx").status_code == 200
    for content, name in ((b"PK broken", "a.xlsx"), (b"\xd0\xcf\x11\xe0 old", "a.xls"), (b"", "a.xlsx")):
        upload = io.BytesIO(content)
        upload.name = name
        refused = client.post(f"/imports/of/{code}/send", {"file": upload})
        assert refused.status_code == 422
        assert "hãy" in refused.content.decode().lower()
    upload = io.BytesIO(file_of(made, commitments=[commitment(due="sai ngày")]))
    upload.name = "sai.xlsx"
    page = client.post(f"/imports/of/{code}/send", {"file": upload}, follow=True)
    assert "Cam kết, ô H3" in page.content.decode()
    wrong = Import.objects.get(filename="sai.xlsx")
    red = load_workbook(io.BytesIO(client.get(f"/imports/{wrong.pk}/marked.xlsx").content))
    assert red["Cam kết"]["H3"].fill.fgColor.rgb.endswith("FFC7CE")
    assert client.post(f"/imports/{wrong.pk}/take").status_code == 400
    upload = io.BytesIO(file_of(made, commitments=[commitment()]))
    upload.name = "dung.xlsx"
    page = client.post(f"/imports/of/{code}/send", {"file": upload}, follow=True)
    good = Import.objects.get(filename="dung.xlsx")
    assert client.post(f"/imports/{good.pk}/take").status_code == 302
    assert client.post(f"/imports/{good.pk}/take").status_code == 409
    assert client.post(f"/imports/{good.pk}/undo", {"reason": "nh"}).status_code in (400, 422)
    assert client.post(f"/imports/{good.pk}/undo", {"reason": "Gửi nhầm tệp"}).status_code == 302
    assert not Commitment.objects.filter(number="9", agreement=made.agreement).exists()
