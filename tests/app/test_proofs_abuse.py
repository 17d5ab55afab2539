"""Certificates under abuse: impossible days and numbers, issuers of another province, lists that grow."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from PIL import Image
from tests.app.proofs_world import FROM, PDF, claim, confirmed, person
from tests.control_world import official
from tests.world import World

from lienvung.errors import Invalid, NotAllowed
from lienvung.people import actions as people
from lienvung.proofs import access, actions, areas
from lienvung.proofs.models import IssuingBody

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path


def client_of(account) -> Client:
    made = Client()
    made.force_login(account)
    return made


@pytest.mark.parametrize(
    "told",
    [
        {"valid_from": date(1, 1, 1)},
        {"valid_to": date(9999, 12, 31)},
        {"issued_on": date(1, 1, 1)},
    ],
)
def test_days_that_no_calendar_of_ours_reaches_are_refused(world: World, told: dict) -> None:
    with pytest.raises(Invalid):
        claim(world, **told)


def test_a_day_at_the_end_of_all_days_does_not_stop_the_checks(world: World) -> None:
    """Rows written before the rule was there: the checks of everybody else still run."""
    one = confirmed(world, place=world.places["field"])
    one.scope.update(area_ha=Decimal("1.5"))
    type(one).objects.filter(pk=one.pk).update(valid_from=date(1, 1, 1), valid_to=date.max)
    assert [area.until for area in areas.areas()] == [None]


def test_control_letters_do_not_break_the_spreadsheet(world: World) -> None:
    claim(world, standard="=cmd\x01\x0c", issuer_name="+Nơi cấp\x02")
    answer = client_of(world.accounts["official"]).get("/proofs/watch.xlsx")
    assert answer.status_code == 200
    cells = [cell for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows() for cell in row]
    assert {"'=cmd", "'+Nơi cấp"} <= {cell.value for cell in cells}
    assert all(cell.data_type != "f" for cell in cells)


@pytest.mark.parametrize("field", ["points", "area_ha"])
@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400", "-1", "9" * 40, "0.00000001", "99999999999", "99999"])
def test_nonsense_numbers_are_refused(world: World, field: str, value: str) -> None:
    client = client_of(world.accounts["manager"])
    if field == "points":
        told = {"holder": str(world.grower.pk), "kind": "ocop", "number": "OC 1", "issuer_name": "Tỉnh",
                "valid_from": "2026-01-01", "stars": "1", "points": value}  # fmt: skip
        assert client.post("/proofs/new", told).status_code == 422
    elif value != "99999999999" and value != "99999":
        one = claim(world)
        told = {"place": str(world.places["field"].pk), "area_ha": value}
        assert client.post(f"/proofs/{one.pk}/scope", told).status_code == 422


@pytest.mark.parametrize("number", ["9" * 30, "0"])
def test_nonsense_row_numbers_are_no_error(world: World, number: str) -> None:
    one = claim(world)
    manager, officer = client_of(world.accounts["manager"]), client_of(world.accounts["official"])
    assert manager.post(f"/proofs/{one.pk}/scope/{number}/remove").status_code in (404, 409)
    assert officer.post(f"/proofs/issuers/{number}/end").status_code == 404
    told = {"revision": number, "said": "refuse", "note": "Không đúng bản giấy đã xem."}
    assert officer.post(f"/proofs/{one.pk}/check", told).status_code in (409, 422)


@pytest.mark.parametrize("query", ["?q=%00", "?kind=%00", "?kind=x", "?page=-1", "?page=" + "9" * 30])
def test_nonsense_in_the_address_is_no_error(world: World, query: str) -> None:
    assert Client().get(f"/proofs/{query}").status_code == 200


def _png(side: int) -> bytes:
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("../../x.html", b"<script>alert(1)</script>"),
        ("x.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("x.pdf", b"%PDF-1.4 no end"),
        ("x.pdf", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/J#61vaScript>>")),
        ("x.png", _png(400)[:60]),
        ("x.png", _png(7200)),
        ("x.gif", b"GIF89a;"),
    ],
)
def test_uploads_that_are_no_document_are_refused(world: World, name: str, body: bytes) -> None:
    told = {"holder": str(world.grower.pk), "kind": "vietgap", "number": "VG 1", "issuer_name": "Nơi cấp",
            "valid_from": "2026-01-01", "document": SimpleUploadedFile(name, body)}  # fmt: skip
    assert client_of(world.accounts["manager"]).post("/proofs/new", told).status_code == 422


def test_the_home_page_costs_the_same_with_many_claims(world: World) -> None:
    officer = world.accounts["official"]

    def cost() -> int:
        with CaptureQueriesContext(connection) as taken:
            assert access.to_check(officer)
        return len(taken)

    claim(world, number="VG-0")
    one = cost()
    for number in range(1, 12):
        claim(world, number=f"VG-{number}")
    assert len(access.to_check(officer)) == 12
    assert cost() == one


def test_many_claims_are_sorted_by_who_may_check_each(world: World) -> None:
    """The list that is worked out at once says the same as the rule for one."""
    officer, other = world.accounts["official"], official("01", name="c")
    actions.accept_issuer(by=officer, organisation=world.stranger, kinds_issued=["vietgap"])
    issuer = person("cap@mau.example", world.stranger, "member")
    claims = [claim(world), claim(world, number="VG-2", issuer=world.stranger), claim(world, kind="haccp", number="H1")]
    actions.accept_issuer(by=officer, organisation=world.stranger, kinds_issued=["haccp"])
    actions.accept_issuer(by=officer, organisation=world.stranger, kinds_issued=["vietgap", "haccp"])
    for account in (officer, other, issuer, world.accounts["manager"], world.accounts["member"]):
        expected = {one.pk for one in claims if access.may_check(account, one) and one in access.watched_by(account)}
        assert {one.pk for one in access.to_check(account)} == expected
    assert len(access.to_check(officer)) == 3
    assert len(access.to_check(issuer)) == 1


def test_an_official_of_another_province_neither_ends_nor_narrows_an_issuer(world: World) -> None:
    other = official("01", name="d")
    officer = world.accounts["official"]
    actions.accept_issuer(by=officer, organisation=world.stranger, kinds_issued=["vietgap"])
    body = IssuingBody.objects.get()
    with pytest.raises(NotAllowed):
        actions.end_issuer(by=other, body=body)
    with pytest.raises(NotAllowed):
        actions.accept_issuer(by=other, organisation=world.stranger, kinds_issued=["haccp"])
    assert client_of(other).post(f"/proofs/issuers/{body.pk}/end").status_code == 403
    body.refresh_from_db()
    assert body.kinds == "vietgap"
    actions.end_issuer(by=officer, body=body)


def test_nobody_accepts_an_organisation_of_his_own_as_issuer(world: World) -> None:
    officer = world.accounts["official"]
    people.add_member(by=None, account=officer, organisation=world.stranger, role="manager")
    with pytest.raises(NotAllowed):
        actions.accept_issuer(by=officer, organisation=world.stranger, kinds_issued=["vietgap"])
    assert not IssuingBody.objects.exists()


def test_of_two_who_edit_a_claim_the_second_is_told(world: World) -> None:
    one, manager = claim(world), client_of(world.accounts["manager"])
    form = manager.get(f"/proofs/{one.pk}/edit").context["form"]
    told = {
        "number": "VG-9",
        "issuer_name": "Nơi cấp",
        "valid_from": FROM.isoformat(),
        "revision": form["revision"].value(),
    }
    assert manager.post(f"/proofs/{one.pk}/edit", told).status_code == 302
    assert manager.post(f"/proofs/{one.pk}/edit", told | {"number": "VG-8"}).status_code == 409
    one.refresh_from_db()
    assert one.number == "VG-9"
