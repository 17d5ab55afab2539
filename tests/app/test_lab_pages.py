"""The laboratory's pages, as its people use them; files; panels; what the shopper's page says; the demo part."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.test import Client
from openpyxl import load_workbook
from tests.app.shopper import Shopper
from tests.lab_world import Lab, failed, make_lab, received
from tests.world import World

from lienvung.catalogue import actions as catalogue
from lienvung.epcis import build
from lienvung.lab import demo, panels
from lienvung.lab.models import Alarm, Hold, Limit, Result, Sample
from lienvung.lab.tables import limit_words, value_words
from lienvung.ledger.capture import capture_events
from lienvung.people.models import Account
from lienvung.registry import chores

pytestmark = pytest.mark.django_db
REASON = "Mẫu thứ hai đạt, biên bản số 7."


@pytest.fixture
def lab(world: World) -> Lab:
    return make_lab(world)


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_from_order_to_release_on_the_pages(world: World, lab: Lab) -> None:
    official, tester = browser(lab.official), browser(lab.tester)
    ordered = official.post(
        "/lab/samples/new",
        {"lot": world.lot.uri, "laboratory": str(lab.laboratory.pk), "reason": "risk", "analytes": "cadmium"},
    )
    page = ordered["Location"]
    assert tester.get(page).status_code == 200
    assert (
        official.post(page + "/take", {"taken_by": "Cán bộ A", "seal": "NP-9", "at": "01/06/2026 08:00"}).status_code
        == 302
    )
    sides = {"giver": str(world.authority.pk), "receiver": str(lab.laboratory.pk)}
    assert tester.get(page + "/custody").status_code == 200
    handed = {"step": "handed", "at": "01/06/2026 09:00", **sides}
    assert official.post(page + "/custody", handed).status_code == 302
    assert "bên nhận chưa ghi" in official.get(page).content.decode()
    assert tester.post(page + "/custody", {**handed, "step": "received", "at": "01/06/2026 10:00"}).status_code == 302
    assert "bên nhận chưa ghi" not in official.get(page).content.decode()
    entered = tester.post(page + "/result", {"analyte": "cadmium", "value": "0,9", "unit": "mg/kg"})
    assert entered.status_code == 302
    assert "0,9 mg/kg" in tester.get(page).content.decode()
    assert "0,9 mg/kg" not in official.get(page).content.decode(), "what is not confirmed is the laboratory's own"
    assert tester.post(page + "/confirm").status_code == 302
    shown = official.get(page).content.decode()
    assert "không đạt" in shown
    hold = Hold.objects.get()
    assert f"/lab/holds/{hold.pk}" in shown
    address = f"/lab/holds/{hold.pk}"
    assert official.post(address + "/release", {"reason": "ngắn"}).status_code == 422
    assert browser(lab.neighbour).get(address + "/release").status_code == 403
    assert official.post(address + "/release", {"reason": REASON}).status_code == 302
    released = official.get(address).content.decode()
    assert REASON in released
    assert str(lab.official) in released
    assert official.get(address + "/release")["Location"] == address


def test_faults_are_said_beside_their_fields(world: World, lab: Lab) -> None:
    sample = received(world, lab)
    tester = browser(lab.tester)
    for told in ({"analyte": "cadmium", "value": "abc", "unit": "mg/kg"}, {"analyte": "cadmium", "unit": "mg/kg"}):
        answer = tester.post(f"/lab/samples/{sample.code}/result", told)
        assert answer.status_code == 422
        assert "error-summary" in answer.content.decode()
    assert not Result.objects.exists()
    ordered = browser(lab.official).post(
        "/lab/samples/new", {"lot": "không phải mã", "laboratory": str(lab.laboratory.pk), "reason": "risk"}
    )
    assert ordered.status_code == 422


def test_correction_on_the_page(world: World, lab: Lab) -> None:
    sample = failed(world, lab)
    old = Result.objects.get()
    tester = browser(lab.tester)
    told = {"analyte": "cadmium", "value": "0.09", "unit": "mg/kg", "why": "Nhập nhầm dấu thập phân."}
    assert tester.post(f"/lab/samples/{sample.code}/result?replaces={old.pk}", told).status_code == 302
    new = Result.objects.get(replaces=old)
    assert tester.post(f"/lab/samples/{sample.code}/results/{old.pk}/drop").status_code == 409
    assert tester.post(f"/lab/samples/{sample.code}/results/{new.pk}/drop").status_code == 302
    assert not Result.objects.filter(replaces=old).exists()
    assert tester.get(f"/lab/samples/{sample.code}/result?replaces=x").status_code == 404


def test_the_label_has_a_code_that_leads_to_the_sample(world: World, lab: Lab) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    cairo = pytest.importorskip("segno")
    sample = received(world, lab)
    page = browser(lab.official).get(f"/lab/samples/{sample.code}/label").content.decode()
    assert "<svg" in page
    assert world.grower.name not in page.split("<main", 1)[1], "the laboratory need not know whose goods they are"
    address = page.split('<p class="mono">')[1].split("<")[0]
    assert address.endswith(f"/lab/samples/{sample.code}")
    picture = io.BytesIO()
    cairo.make(address, error="m", micro=False).save(picture, kind="png", scale=4, border=4)
    image = pytest.importorskip("PIL.Image").open(picture)
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [address]


@pytest.mark.parametrize("name", ["samples", "holds", "alarms", "limits", "plan"])
def test_files(world: World, lab: Lab, name: str) -> None:
    sample = failed(world, lab)
    client = browser(lab.official)
    text = client.get(f"/lab/{name}.csv").content.decode()
    assert text.startswith("\ufeff")
    sheet = load_workbook(io.BytesIO(client.get(f"/lab/{name}.xlsx").content)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == text.removeprefix("\ufeff").splitlines()[0].split(",")
    if name in ("samples", "holds"):
        assert sample.code in text
        stranger = browser(world.accounts["other"]).get(f"/lab/{name}.csv").content.decode()
        assert sample.code not in stranger


def test_panels_and_the_home_page(world: World, lab: Lab) -> None:
    sample = failed(world, lab)
    sold = build.object_event(
        time=Hold.objects.get().decided_at, action="OBSERVE", biz_step="retail_selling", epcs=world.packs[:1],
        read_point=world.places["store"].uri,
    )  # fmt: skip
    capture_events([sold], submitter=str(world.shop.pk))
    assert "lab.alarms" in chores
    chores["lab.alarms"].work()
    alarm = Alarm.objects.get()
    thing = "/ledger/things" + world.lot.path
    for who in (lab.official, world.accounts["member"]):
        assert sample.code in browser(who).get(thing).content.decode()
    assert sample.code not in browser(world.accounts["other"]).get(thing).content.decode()
    for who in (lab.official, lab.neighbour, lab.seller, world.accounts["member"]):
        assert str(alarm.pk) in browser(who).get("/").content.decode()
    assert str(alarm.pk) not in Client().get("/").content.decode()
    answer = browser(lab.seller).post(f"/lab/alarms/{alarm.pk}", {"answer": "Đã để riêng, chờ kết luận."})
    assert answer.status_code == 302
    assert "chờ kết luận" in browser(lab.neighbour).get(f"/lab/alarms/{alarm.pk}").content.decode()
    again = browser(lab.official).post(f"/lab/alarms/{alarm.pk}", {"answer": "Trả lời lần nữa."})
    assert again.status_code == 422


def test_the_shopper_reads_a_calm_notice_of_an_authority_only(world: World, lab: Lab) -> None:
    told, owners = "đang kiểm tra lại lô này", "bị ghi là không đạt"
    assert told not in Shopper().get(world.pack_path).content.decode()
    mark = build.object_event(
        time="2026-06-01T00:00:00.000+07:00", action="OBSERVE", epcs=[], quantities=[(world.lot.uri, None, None)],
        persistent_set=["non_conformant"],
    )  # fmt: skip
    capture_events([mark], submitter=str(world.grower.pk))
    page = Shopper().get(world.pack_path).content.decode()
    assert owners in page
    assert told not in page
    failed(world, lab)
    page = Shopper().get(world.pack_path).content.decode()
    assert told in page
    assert "Đang bị thu hồi" not in page
    assert "checking this lot again" in Shopper().get(world.pack_path + "?lang=en").content.decode()


def test_importing_limits_on_the_page(world: World, lab: Lab) -> None:
    client = browser(lab.official)
    table = client.get("/lab/limits.csv").content
    file = io.BytesIO(table.replace(b"cadmium", b"arsenic"))
    file.name = "limits.csv"
    assert "Dòng mới: <strong>1" in client.post("/lab/limits/import", {"file": file}).content.decode()
    assert Limit.objects.filter(analyte="arsenic").exists()
    bad = io.BytesIO(table.replace(b"0.4", b"abc"))
    bad.name = "limits.csv"
    answer = client.post("/lab/limits/import", {"file": bad})
    assert answer.status_code == 422
    assert "Ô F2:" in answer.content.decode()


def test_the_plan_on_the_page(world: World, lab: Lab) -> None:
    client = browser(lab.official)
    told = {"planner": str(world.authority.pk), "year": "2026", "month": "6", "product_kind": "rice", "wanted": "4"}
    assert client.post("/lab/plan/new", {**told, "reason": "risk", "month": "13"}).status_code == 422
    assert client.post("/lab/plan/new", {**told, "reason": "risk"}).status_code == 302
    assert "6/2026" in client.get("/lab/plan?year=2026").content.decode()


def test_english_pages(world: World, lab: Lab) -> None:
    sample = failed(world, lab)
    page = browser(lab.official).get(f"/lab/samples/{sample.code}?lang=en").content.decode()
    assert "Chain of custody" in page
    assert "outside the limit" in page


def test_the_demo_part(world: World, lab: Lab) -> None:
    good = catalogue.register_lot(by=None, product=world.rice, number="DAT-1")
    Limit.objects.all().delete()
    played = demo.play(authority=world.authority, laboratory=lab.laboratory, good=good, bad=world.lot, year=2026)
    assert played.hold.lot_uri == world.lot.uri
    assert played.bad.illustrative
    assert Hold.objects.count() == 1
    assert {each.state for each in Sample.objects.all()} == {"done"}
    assert all(limit.certainty == "illustrative" for limit in Limit.objects.all())


def test_a_failed_result_leads_to_a_recall_that_remembers_it(world: World, lab: Lab) -> None:
    failed(world, lab)
    hold, official = Hold.objects.get(), browser(lab.official)
    assert f"/quality/declare?origin=lab:{hold.pk}" in official.get(f"/lab/holds/{hold.pk}").text
    form = official.get(f"/quality/declare?origin=lab:{hold.pk}").context["form"]
    assert form["origin"].value() == "laboratory"
    assert form["lot"].value() == hold.lot_uri
    assert form["origin_text"].value() == Sample.objects.get().code
    assert form["reason"].value() == hold.reason
    assert panels.origin_of(None, str(hold.pk)) is None
    assert panels.origin_of(world.accounts["other"], str(hold.pk)) is None
    assert panels.origin_of(lab.official, "nonsense") is None


def test_a_number_has_the_mark_of_the_readers_language() -> None:
    limit = Limit(comparison="max", value=Decimal("0.050000000"), unit="mg/kg")
    assert limit_words(limit) == ("giới hạn: không quá 0,05 mg/kg", "at most 0.05 mg/kg")
    told = Result(value=Decimal("0.18"), uncertainty=Decimal("0.02"), unit="mg/kg")
    assert value_words(told) == ("0,18 ± 0,02 mg/kg", "0.18 ± 0.02 mg/kg")
    assert value_words(Result(lod=Decimal("0.01"), unit="mg/kg")) == ("< 0,01 mg/kg", "< 0.01 mg/kg")
