"""Pages: what a buyer, a holder, an official and a calendar get to see of certificates, and when no longer."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone as clock
from tests.app.proofs_world import PDF, claim, confirmed, person, photo
from tests.world import CONTEXT, World

from lienvung.catalogue import actions as catalogue
from lienvung.epcis import build
from lienvung.ledger.capture import capture_events
from lienvung.people import actions as people
from lienvung.proofs import access, actions
from lienvung.proofs.models import Certificate
from lienvung.proofs.rules import State

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 5, 0, tzinfo=timezone.utc)  # noqa: UP017


@pytest.fixture(autouse=True)
def settled(tmp_path, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """1 June 2026, noon in Hà Nội; uploads in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path
    at(monkeypatch, NOON)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def client(world: World, name: str) -> Client:
    made = Client()
    made.force_login(world.accounts[name])
    return made


def scanned(path: str, language: str = "vi") -> str:
    """The certificates' line of a scan page, tags dropped."""
    html = Client().get(f"/p{path}?lang={language}").content.decode()
    found = re.search(r"<dt>(?:Chứng nhận|Certificates)</dt><dd>(.*?)</dd>", html, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1].replace("<br>", " | ")).split())


def told_lot(world: World, number: str, **claimed: str) -> str:
    """Another lot of the rice whose event claims a certificate; gives its path."""
    lot = catalogue.register_lot(by=None, product=world.rice, number=number, produced_on=date(2026, 5, 20))
    made = build.object_event(
        time=datetime(2026, 5, 20, 3, tzinfo=timezone(timedelta(hours=7))), action="ADD", biz_step="commissioning",
        disposition="active", read_point=world.places["mill"].uri, biz_location=world.places["mill"].uri,
        quantities=[(lot.uri, 100, "KGM")],
        ilmd={"cbvmda:certificationList": [{"cbvmda:certification": {
            f"cbvmda:certification{name}": value for name, value in claimed.items()}}]},
    )  # fmt: skip
    assert capture_events([made], submitter=str(world.stranger.pk), context=CONTEXT).success
    return lot.path


def test_a_certificate_of_the_field_shows_on_the_lot_and_on_the_pack(world: World) -> None:
    assert scanned(world.lot.path) == "chưa có"
    one = confirmed(world, place=world.places["field"])
    for path in (world.lot.path, world.pack_path):
        assert scanned(path) == "VietGAP VG-2026-01 , cấp bởi Tổ chức chứng nhận Mẫu: ✓ còn hiệu lực đến 31/12/2026"
    assert "✓ valid until 31/12/2026" in scanned(world.lot.path, "en")
    told = json.loads(Client().get(f"/p{world.lot.path}", HTTP_ACCEPT="application/ld+json").content)
    [proof] = told["@graph"][0]["gs1:certification"]
    assert proof["gs1:certificationURI"] == access.uri_of(one)
    links = json.loads(Client().get(f"{world.lot.path}?linkType=linkset", HTTP_ACCEPT="application/json").content)
    kind = "https://ref.gs1.org/voc/certificationInfo"
    hrefs = {link["href"] for anchor in links["linkset"] for link in anchor.get(kind, ())}
    assert {urlsplit(href).path for href in hrefs} == {f"/proofs/{one.pk}"}


def test_a_claim_is_not_shown_at_all(world: World) -> None:
    one = claim(world)
    actions.add_scope(by=None, certificate=one, place=world.places["field"])
    assert scanned(world.lot.path) == "chưa có"
    assert Client().get(f"/proofs/{one.pk}").status_code == 404
    assert b"VG-2026-01" not in Client().get("/proofs/").content
    assert f"/proofs/{one.pk}".encode() not in client(world, "other").get("/search?q=VG-2026-01").content
    assert f"/proofs/{one.pk}".encode() in client(world, "member").get("/search?q=VG-2026-01").content


def test_suspending_shows_in_the_very_next_answer(world: World) -> None:
    one = confirmed(world, place=world.places["field"])
    assert "✓" in scanned(world.lot.path)
    act = {"by": world.accounts["official"], "certificate": one, "reason": "Phát hiện vi phạm khi giám sát."}
    actions.measure(act="suspended", from_day=date(2026, 6, 1), **act)
    shown = scanned(world.lot.path)
    assert "đang bị đình chỉ" in shown
    assert "✓" not in shown
    told = json.loads(Client().get(f"/p{world.lot.path}", HTTP_ACCEPT="application/ld+json").content)
    assert "gs1:certification" not in told["@graph"][0]


def test_a_page_kept_from_yesterday_does_not_outlive_the_last_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed(world, place=world.places["field"])
    at(monkeypatch, datetime(2026, 12, 31, 16, 59, tzinfo=timezone.utc))  # noqa: UP017  23:59 in Hà Nội
    assert "✓ còn hiệu lực" in scanned(world.lot.path)
    at(monkeypatch, datetime(2026, 12, 31, 17, 0, tzinfo=timezone.utc))  # noqa: UP017
    shown = scanned(world.lot.path)
    assert "đã hết hạn" in shown
    assert "✓" not in shown


def test_a_field_that_only_gave_a_part_is_not_shown_as_the_whole(world: World) -> None:
    confirmed(world, place=world.places["field"])
    lot = catalogue.register_lot(by=None, product=world.rice, number="TRON-1")
    when = datetime(2026, 5, 25, 3, tzinfo=timezone(timedelta(hours=7)))
    foreign = f"https://id.gs1.org/01/{world.paddy.gtin}/10/LA"
    mixed = build.transformation_event(
        time=when, biz_step="commissioning", disposition="active", read_point=world.places["mill"].uri,
        input_quantities=[(f"https://id.gs1.org/01/{world.paddy.gtin}/10/THOC-1", 50, "KGM"), (foreign, 50, "KGM")],
        output_quantities=[(lot.uri, 70, "KGM")],
    )  # fmt: skip
    assert capture_events([mixed], submitter=str(world.grower.pk)).success
    assert scanned(lot.path) == "chưa có"
    stolen = build.object_event(  # somebody else says that it, too, grew on the certified field
        time=when - timedelta(days=3), action="ADD", biz_step="commissioning", disposition="active",
        biz_location=world.places["field"].uri, quantities=[(foreign, 50, "KGM")],
    )  # fmt: skip
    assert capture_events([stolen], submitter=str(world.stranger.pk)).success
    assert "✓" not in scanned(lot.path)


def test_what_events_claim_is_shown_as_told_there(world: World) -> None:
    path = told_lot(world, "KE-1", Standard="VietGAP", Identification="GIA-9", Agency="Ai đó")
    assert scanned(path) == "VietGAP GIA-9, cấp bởi Ai đó: ghi trong sự kiện, chưa đối chiếu"
    ended = told_lot(world, "KE-2", Standard="VietGAP", Identification="GIA-9", EndDate="2026-05-31")
    assert scanned(ended) == "VietGAP GIA-9: ghi trong sự kiện, đã hết hạn (hạn ghi 31/05/2026)"


@pytest.mark.parametrize(
    ("number", "expected"),
    [("vg 2026-01", "không cấp cho hàng này"), ("VG-2026-99", "ghi trong sự kiện, chưa đối chiếu")],
)
def test_a_claim_of_an_event_gets_the_state_of_the_certificate_it_names(
    world: World, number: str, expected: str
) -> None:
    """A foreign lot that names somebody's real certificate is told not to be covered by it."""
    confirmed(world, place=world.places["field"])
    path = told_lot(
        world, "KE-3", Standard="Chứng nhận VietGAP", Identification=number, Agency="Tổ chức chứng nhận Mẫu"
    )
    shown = scanned(path)
    assert expected in shown
    assert "✓" not in shown


def test_a_bogus_claim_to_a_number_takes_nothing_from_its_owner(world: World) -> None:
    one = confirmed(world, product=world.rice)
    boss = person("boss@khac.example", world.stranger, "manager")
    false = actions.register_certificate(
        by=boss,
        holder=world.stranger,
        kind="vietgap",
        number="VG-2026-01",
        issuer_name="x",
        valid_from=date(2026, 1, 1),
    )
    path = told_lot(world, "KE-4", Standard="VietGAP", Identification="VG-2026-01")
    assert scanned(path).startswith("VietGAP VG-2026-01 , cấp bởi Tổ chức chứng nhận Mẫu: ✓ còn hiệu lực")
    assert str(false.pk) not in Client().get(f"/p{path}").content.decode()
    assert str(one.pk) in Client().get(f"/p{path}").content.decode()


def test_the_public_page_says_less_than_the_inner_one(world: World) -> None:
    one = claim(world, document=PDF)
    actions.add_scope(
        by=None, certificate=one, place=world.places["field"], area_ha=Decimal("7.25"), tonnes_a_year=Decimal(31)
    )
    one.refresh_from_db()
    actions.confirm(by=world.accounts["official"], certificate=one, revision=one.revision, note="ghi chú nội bộ")
    public = Client().get(f"/proofs/{one.pk}").content.decode()
    inner = client(world, "member").get(f"/proofs/{one.pk}").content.decode()
    for secret in ("7,25 ha", "31 tấn", "ghi chú nội bộ", "/document"):
        assert secret not in public
        assert secret in inner
    assert "Chi cục Mẫu" in public


def test_a_document_is_a_download_for_those_whom_it_concerns(world: World) -> None:
    one = claim(world, document=PDF)
    for name, status in (("member", 200), ("official", 200), ("other", 404), ("staff", 404)):
        assert client(world, name).get(f"/proofs/{one.pk}/document").status_code == status
    answer = client(world, "official").get(f"/proofs/{one.pk}/document")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert one.document.name.endswith(".pdf")
    assert Client().get(f"/media/{one.document.name}").status_code == 404
    assert Client().get(f"/static/{one.document.name}").status_code == 404


def test_from_claim_to_check_through_the_pages(world: World) -> None:
    holder, official = client(world, "manager"), client(world, "official")
    told = {
        "holder": str(world.grower.pk), "kind": "ocop", "number": "OC-7", "issuer_name": "UBND tỉnh",
        "valid_from": "01/01/2026", "valid_to": "31/12/2026", "stars": "4", "points": "82,5",
        "document": SimpleUploadedFile("../../x.php", photo(), content_type="text/html"),
    }  # fmt: skip
    wrong = holder.post("/proofs/new", told | {"points": "95", "document": ""})
    assert wrong.status_code == 422
    assert "Số điểm không thuộc hạng 4 sao" in wrong.content.decode()
    assert holder.post("/proofs/new", told).status_code == 302
    one = Certificate.objects.get()
    assert re.fullmatch(r"proofs/[0-9a-f]{32}(_\w+)?\.jpg", one.document.name)
    assert holder.post(f"/proofs/{one.pk}/scope", {}).status_code == 422
    assert holder.post(f"/proofs/{one.pk}/scope", {"product": str(world.rice.pk)}).status_code == 302
    page = official.get(f"/proofs/{one.pk}/check")
    seen = re.search(r'name="revision" value="(\d+)"', page.content.decode())
    assert seen
    holder.post(f"/proofs/{one.pk}/scope/{one.scope.get().pk}/remove")
    holder.post(f"/proofs/{one.pk}/scope", {"product": str(world.paddy.pk)})
    clash = official.post(f"/proofs/{one.pk}/check", {"said": "confirm", "revision": seen[1]})
    assert clash.status_code == 409
    assert "Thóc nếp hạt cau" in clash.content.decode()
    again = re.search(r'name="revision" value="(\d+)"', clash.content.decode())
    assert again
    answer = official.post(f"/proofs/{one.pk}/check", {"said": "confirm", "revision": again[1]})
    assert answer.status_code == 302
    assert "OCOP 4 sao" in Client().get(f"/p{world.paddy.path}").content.decode()
    assert b"OCOP 4 sao" in Client().get(f"/catalogue/{world.paddy.pk}").content
    assert b"OC-7" in Client().get("/proofs/certificates.csv").content
    measure = {"act": "withdrawn", "from_day": "01/06/2026", "reason": "Sản phẩm không còn đạt."}
    assert official.post(f"/proofs/{one.pk}/measure", measure).status_code == 302
    assert "OCOP 4 sao OC-7 , cấp bởi UBND tỉnh: đã bị thu hồi" in scanned(world.paddy.path)


def test_panels_and_the_home_page_for_whom_it_concerns(world: World) -> None:
    one = confirmed(world, product=world.rice, valid_to=date(2026, 7, 1))
    claim(world, kind="haccp", number="CHO-1")
    assert b"VG-2026-01" in client(world, "member").get("/").content
    official = client(world, "official").get("/").content.decode()
    assert "1 giấy chờ kiểm tra" in official
    assert b"VG-2026-01" not in Client().get("/").content
    assert b"VG-2026-01" not in client(world, "other").get("/").content
    public = Client().get(f"/people/{world.grower.pk}").content
    assert b"VG-2026-01" in public
    assert b"CHO-1" not in public
    assert b"CHO-1" in client(world, "member").get(f"/people/{world.grower.pk}").content
    assert access.state(one) is State.EXPIRING


def test_the_calendar_opens_with_its_key_until_there_is_a_new_one(world: World) -> None:
    confirmed(world, product=world.rice, valid_to=date(2026, 7, 1))
    claim(world, kind="haccp", number="CHUA-XAC-NHAN")
    member = client(world, "member")
    page = member.post("/proofs/calendar").content.decode()
    address = re.search(r'value="https?://[^/]+(/proofs/calendar/[^"]+\.ics)"', page)
    assert address
    answer = Client().get(address[1])
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    body = answer.content.replace(b"\r\n ", b"").decode()
    assert "DTSTART;VALUE=DATE:20260701\r\n" in body
    assert "VG-2026-01" in body
    assert "CHUA-XAC-NHAN" not in body
    assert member.get("/proofs/watch.ics").content.replace(b"\r\n ", b"").count(b"BEGIN:VEVENT") == 1
    member.post("/proofs/calendar")
    assert Client().get(address[1]).status_code == 404
    key = actions.make_calendar_key(by=world.accounts["member"])
    people.disable_account(by=None, account=world.accounts["member"])
    assert Client().get(f"/proofs/calendar/{key}.ics").status_code == 404


def test_another_organisations_certificate_is_not_there_for_forms(world: World) -> None:
    one = claim(world)
    boss = person("boss@khac.example", world.stranger, "manager")
    foreign = Client()
    foreign.force_login(boss)
    for page in ("edit", "scope", "check", "measure", "document"):
        assert foreign.get(f"/proofs/{one.pk}/{page}").status_code == 404
    assert foreign.post("/proofs/new", {"holder": str(world.grower.pk), "kind": "haccp"}).status_code == 422
    done = confirmed(world, kind="haccp", number="H", product=world.rice)
    assert foreign.get(f"/proofs/new?replaces={done.pk}").status_code == 403
