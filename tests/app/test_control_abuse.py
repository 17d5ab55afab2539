"""Control room under abuse: holders who cheat, two users at once, nonsense in fields, lists that grow."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from tests.control_world import FAILED, Controlled, days, official, photo, put_under_control, signed, visit
from tests.world import World

from lienvung.control import access, actions, finding_views, inspecting, signing
from lienvung.control.models import Correction, Plan, PlanRow
from lienvung.errors import Conflict, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def controlled(world: World, settings, tmp_path) -> Controlled:
    settings.MEDIA_ROOT = tmp_path
    return put_under_control(world)


def client_of(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.mark.parametrize("later", [0, 1])
def test_signing_an_older_visit_late_closes_nothing_that_a_later_visit_found(
    controlled: Controlled, later: int
) -> None:
    """A holder keeps a good visit unsigned; after a bad one it signs the good one: the findings must stand."""
    by, mill = controlled.inspector, controlled.mill
    good = visit(by, mill, visited_on=days(-later))
    inspecting.fix_result(by=by, inspection=good, result=inspecting.proposal_for(good).result.code)
    good = signing.sign_inspection(by=by, inspection=good)
    bad = signed(by, visit(by, mill, failed=FAILED))
    assert bad.result == "fail"
    signing.sign_for_establishment(by=controlled.member, inspection=good, digest=good.digest)
    assert {each.state for each in bad.findings.all()} == {"open"}
    assert access.grades_of(mill)[0].result == "fail", "the latest result is that of the later visit"
    assert access.establishments().get(pk=mill.pk).last_on == bad.visited_on


def test_an_inspector_signs_what_the_page_showed(controlled: Controlled) -> None:
    """While one inspector reads, another changes an answer and concludes again: the signature is refused."""
    by, client = controlled.inspector, client_of(controlled.inspector)
    made = visit(by, controlled.mill)
    inspecting.fix_result(by=by, inspection=made, result="pass")
    page = client.get(f"/control/inspections/{made.pk}/sign")
    seen = page.context["seen"]
    assert f'value="{seen}"' in page.content.decode()
    inspecting.answer_item(by=None, inspection=made, item="nhan", answer="na", note="Bán rời.", seen=1)
    inspecting.fix_result(by=None, inspection=made, result="pass")
    late = client.post(f"/control/inspections/{made.pk}/sign", {"seen": seen})
    assert late.status_code == 409
    made.refresh_from_db()
    assert made.state == "open"
    seen = client.get(f"/control/inspections/{made.pk}/sign").context["seen"]
    assert client.post(f"/control/inspections/{made.pk}/sign", {"seen": seen}).status_code == 302


def test_a_visit_taken_off_the_plan_does_not_come_back(world: World, controlled: Controlled) -> None:
    """One official removes a row, another moves it from a page opened before."""
    plan = actions.make_plan(by=None, province="37", year=days(0).year)
    row = PlanRow.objects.filter(plan=plan).first() or pytest.fail("the mill is planned")
    actions.remove_plan_row(by=None, row=PlanRow.objects.get(pk=row.pk))
    with pytest.raises((Conflict, NotFound)):
        actions.move_plan_row(by=None, row=row, month=12)
    assert not PlanRow.objects.filter(pk=row.pk).exists()


def test_control_letters_do_not_break_the_spreadsheet(controlled: Controlled) -> None:
    bad = signed(controlled.inspector, visit(controlled.inspector, controlled.mill, failed={"nhan": "=1+1\x01\x0b"}))
    assert bad.findings.count() == 1
    client = client_of(controlled.inspector)
    answer = client.get("/control/lists/findings.xlsx")
    assert answer.status_code == 200
    cells = [cell for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows() for cell in row]
    assert "'=1+1" in [cell.value for cell in cells]
    assert all(cell.data_type != "f" for cell in cells)
    assert client.get("/control/lists/findings.csv").status_code == 200


@pytest.mark.parametrize("seen", ["-1", "9" * 30, "x", ""])
def test_nonsense_versions_are_refused_not_an_error(controlled: Controlled, seen: str) -> None:
    client = client_of(controlled.inspector)
    made = inspecting.start_inspection(by=None, establishment=controlled.mill, checklist="processing")
    told = {"answer": "pass", "seen": seen}
    assert client.post(f"/control/inspections/{made.pk}/items/nhan", told).status_code in (409, 422)
    edit = {"activities": ["sale"], "scale": "small", "risk": "low", "seen": seen}
    assert client.post(f"/control/establishments/{controlled.mill.pk}/edit", edit).status_code in (409, 422)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "31/02/2026", "١٢/٠٣/٢٠٢٦", "-1"])
def test_impossible_days_are_refused(controlled: Controlled, day: str) -> None:
    client, place = client_of(controlled.inspector), f"/control/establishments/{controlled.mill.pk}"
    assert client.post(f"{place}/grade", {"graded_on": day, "result": "pass", "document": "BB 01"}).status_code == 422
    made = inspecting.start_inspection(by=None, establishment=controlled.mill, checklist="processing")
    told = {"answer": "fail", "note": "Thiếu số lô.", "due_on": day, "seen": "0"}
    assert client.post(f"/control/inspections/{made.pk}/items/nhan", told).status_code == 422
    assert client.post("/control/plans", {"year": "9" * 40}).status_code == 422
    assert client.post("/control/plans", {"year": "-2026"}).status_code == 422


@pytest.mark.parametrize("query", ["?q=%00", "?risk=%00", "?province=%00", "?page=-1", "?page=9999999999999999999999"])
def test_nonsense_in_the_address_is_no_error(controlled: Controlled, query: str) -> None:
    client = client_of(controlled.inspector)
    for page in ("establishments", "commitments", "findings", "inspections"):
        assert client.get(f"/control/{page}{query}").status_code == 200


def test_too_many_photos_are_refused_before_they_are_read(controlled: Controlled, monkeypatch) -> None:
    made = signed(controlled.inspector, visit(controlled.inspector, controlled.mill, failed=FAILED))
    monkeypatch.setattr(finding_views.correcting, "answer_finding", lambda **_: pytest.fail("the files were read"))
    finding = made.findings.get(severity="minor")
    files = [SimpleUploadedFile(f"../../{n}.jpg", photo(), content_type="text/html") for n in range(5)]
    answer = client_of(controlled.member).post(
        f"/control/findings/{finding.pk}/answer", {"text": "Đã in lại nhãn có số lô.", "images": files}
    )
    assert answer.status_code == 422
    assert "4" in answer.content.decode()
    assert not Correction.objects.exists()


def test_the_list_of_plans_costs_the_same_with_many(controlled: Controlled) -> None:
    client, year = client_of(controlled.inspector), days(0).year

    def cost() -> int:
        with CaptureQueriesContext(connection) as taken:
            assert client.get("/control/plans").status_code == 200
        return len(taken)

    actions.make_plan(by=None, province="37", year=year)
    client.get("/control/plans")
    one = cost()
    for number in range(1, 15):
        Plan.objects.create(year=year - number, province="37")
    assert cost() == one


def test_another_province_reads_and_cannot_touch_by_any_address(controlled: Controlled) -> None:
    other = client_of(official("01", name="b"))
    made = inspecting.start_inspection(by=None, establishment=controlled.mill, checklist="processing")
    for path in ("result", "sign", "other-side", "reopen", "amend", "items/nhan"):
        assert other.post(f"/control/inspections/{made.pk}/{path}", {}).status_code == 403
    assert other.post(f"/control/inspections/{made.pk}/again").status_code == 403


def test_the_establishment_is_not_told_of_a_re_inspection_under_way(controlled: Controlled) -> None:
    by, mill = controlled.inspector, controlled.mill
    made = signed(by, visit(by, mill, failed=FAILED))
    again = inspecting.start_inspection(by=by, establishment=mill, again_of=made)
    pages = [f"/control/inspections/{made.pk}", f"/control/establishments/{mill.pk}", "/control/mine"]
    for page in pages:
        assert str(again.pk) not in client_of(controlled.member).get(page).content.decode()
    for page in pages[:2]:
        assert str(again.pk) in client_of(by).get(page).content.decode()


def test_the_page_of_an_establishment_costs_the_same_after_many_visits(controlled: Controlled) -> None:
    by, mill = controlled.inspector, controlled.mill
    client = client_of(by)

    def cost() -> int:
        with CaptureQueriesContext(connection) as taken:
            assert client.get(f"/control/establishments/{mill.pk}").status_code == 200
        return len(taken)

    signed(by, visit(by, mill, failed=FAILED))
    client.get(f"/control/establishments/{mill.pk}")
    one = cost()
    for _ in range(3):
        signed(by, visit(by, mill, failed=FAILED))
    assert cost() == one
