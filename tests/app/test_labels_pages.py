"""Members choose, look over, issue, download and reprint labels; every printed code leads to a page."""

from __future__ import annotations

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from django.test import Client
from tests.app.shopper import Shopper
from tests.world import World

from lienvung.audit.models import Act
from lienvung.catalogue.models import IssuedSerial, LabelJob
from lienvung.scan.sheets import LAYOUTS

pytestmark = pytest.mark.django_db


def signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.accounts[who])
    return client


def answers(world: World, **changed: object) -> dict[str, object]:
    return {"kind": "serial", "lot": str(world.lot.pk), "count": 30, "layout": "a4-24", **changed}


def codes_in(document: bytes) -> list[str]:
    pages = pypdfium2.PdfDocument(document)
    return [one.text for page in pages for one in zxingcpp.read_barcodes(page.render(scale=300 / 72).to_pil())]


@pytest.mark.parametrize("kind", ["serial", "lot", "product"])
def test_from_the_form_to_paper_and_back_to_a_page(world: World, kind: str) -> None:
    client = signed_in(world, "member")
    address = f"/labels/new/{world.rice.gtin}"
    assert client.get(address).status_code == 200
    looked_over = client.post(address, answers(world, kind=kind))
    assert looked_over.status_code == 200
    assert not LabelJob.objects.exists()
    assert not IssuedSerial.objects.exists()
    issued = client.post(address, {**answers(world, kind=kind), "confirm": "1"})
    assert issued.status_code == 302
    job = LabelJob.objects.get()
    assert (job.kind, job.count, job.issued_by) == (kind, 30, world.accounts["member"])
    assert Act.objects.filter(actor=world.accounts["member"].pk, action__startswith="catalogue.issue").count() == 1
    assert client.get(issued["Location"]).status_code == 200
    for key in LAYOUTS:
        printed = client.get(f"/labels/{job.pk}/sheet.pdf?layout={key}")
        assert printed["Content-Type"] == "application/pdf"
        found = codes_in(printed.content)
        assert len(found) == 30, key
        assert len(set(found)) == (30 if kind == "serial" else 1)
        for uri in set(found):
            assert uri.startswith(settings.ORIGIN + "/01/")
            assert Shopper().get(uri.removeprefix(settings.ORIGIN)).status_code == 200, uri


def test_a_reprint_has_the_same_codes_and_says_so(world: World) -> None:
    client = signed_in(world, "member")
    client.post(f"/labels/new/{world.rice.gtin}", {**answers(world, count=3), "confirm": "1"})
    first = LabelJob.objects.get()
    again = client.post(f"/labels/{first.pk}/reprint")
    assert again.status_code == 302
    job = LabelJob.objects.get(reprint_of=first)
    sheets = [client.get(f"/labels/{one.pk}/sheet.pdf?layout=roll-80").content for one in (first, job)]
    assert codes_in(sheets[0]) == codes_in(sheets[1])
    words = [pypdfium2.PdfDocument(sheet)[0].get_textpage().get_text_range() for sheet in sheets]
    assert ["REPRINT" in word for word in words] == [False, True]
    assert IssuedSerial.objects.count() == 3
    assert client.get(f"/labels/{first.pk}/reprint").status_code == 405


def test_every_download_is_recorded(world: World) -> None:
    client = signed_in(world, "member")
    client.post(f"/labels/new/{world.rice.gtin}", {**answers(world, count=3), "confirm": "1"})
    job = LabelJob.objects.get()
    for sheet in ("sheet.pdf?layout=roll-58", "sheet.pdf?layout=roll-58", "sheet.svg?page=1", "sheet.svg?page=9"):
        client.get(f"/labels/{job.pk}/{sheet}")
    assert signed_in(world, "other").get(f"/labels/{job.pk}/sheet.pdf").status_code == 404
    acts = Act.objects.filter(action="labels.download").order_by("pk")
    assert [(act.actor, act.subject_id) for act in acts] == [(world.accounts["member"].pk, str(job.pk))] * 3
    taken = [(act.details["form"], act.details["layout"], act.details.get("page")) for act in acts]
    assert taken == [("pdf", "roll-58", None), ("pdf", "roll-58", None), ("svg", "a4-24", 1)]


def test_svg_pages(world: World) -> None:
    client = signed_in(world, "member")
    client.post(f"/labels/new/{world.rice.gtin}", {**answers(world, count=25), "confirm": "1"})
    job = LabelJob.objects.get()
    for page, status in (("1", 200), ("2", 200), ("3", 400), ("0", 400), ("x", 400), ("９", 400)):
        answer = client.get(f"/labels/{job.pk}/sheet.svg", {"layout": "a4-24", "page": page})
        assert answer.status_code == status, page
    assert client.get(f"/labels/{job.pk}/sheet.pdf?layout=nowhere").status_code == 400


def test_the_sample_carries_no_real_serial(world: World) -> None:
    client = signed_in(world, "member")
    sample = client.get(f"/labels/new/{world.rice.gtin}/preview.svg", answers(world))
    assert sample["Content-Type"] == "image/svg+xml"
    assert b"MAU-SAMPLE" in sample.content
    assert Shopper().get(f"{world.lot.path}/21/MAU-SAMPLE").status_code == 404


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"count": 0}, None),
        ({"count": 5001}, None),
        ({"kind": "lot", "lot": ""}, "Chọn lô"),
        ({"kind": "crate"}, None),
        ({"layout": "a3"}, None),
        ({"lot": "00000000-0000-0000-0000-000000000000"}, None),
    ],
)
def test_wrong_choices_are_named_and_issue_nothing(world: World, changed: dict[str, object], words: str | None) -> None:
    answer = signed_in(world, "member").post(
        f"/labels/new/{world.rice.gtin}", {**answers(world, **changed), "confirm": "1"}
    )
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert words is None or words in answer.content.decode()
    assert not LabelJob.objects.exists()


def test_an_address_too_long_for_the_label_issues_nothing(world: World, settings) -> None:
    settings.ORIGIN = "https://" + "x" * 120 + ".example"
    answer = signed_in(world, "member").post(
        f"/labels/new/{world.rice.gtin}", {**answers(world, layout="a4-65"), "confirm": "1"}
    )
    assert answer.status_code == 422
    assert "0.396 mm" in answer.content.decode()
    assert not LabelJob.objects.exists()


@pytest.mark.parametrize("who", ["other", "official"])
def test_others_do_not_see_or_print_them(world: World, who: str) -> None:
    signed_in(world, "member").post(f"/labels/new/{world.rice.gtin}", {**answers(world), "confirm": "1"})
    job = LabelJob.objects.get()
    client = signed_in(world, who)
    assert world.rice.name not in client.get("/labels/").content.decode()
    for address in (
        f"/labels/new/{world.rice.gtin}",
        f"/labels/new/{world.rice.gtin}/preview.svg",
        f"/labels/{job.pk}",
        f"/labels/{job.pk}/sheet.pdf",
        f"/labels/{job.pk}/sheet.svg",
    ):
        assert client.get(address).status_code in (403, 404), address
    assert client.post(f"/labels/new/{world.rice.gtin}", {**answers(world), "confirm": "1"}).status_code in (403, 404)
    assert client.post(f"/labels/{job.pk}/reprint").status_code in (403, 404)
    assert LabelJob.objects.count() == 1
    assert Client().get(f"/labels/{job.pk}/sheet.pdf").status_code == 302


def test_the_code_of_a_product_and_lot_is_public_an_invented_one_has_none(world: World) -> None:
    for path in (world.rice.path, world.lot.path):
        answer = Client().get(f"/qr{path}.svg")
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/svg+xml"
        assert settings.ORIGIN + path in answer.content.decode()
    for path in (f"/01/{world.rice.gtin}/21/INVENTED", f"/01/{world.rice.gtin}/10/NO", "/01/04006381333931", "/414/1"):
        assert Client().get(f"/qr{path}.svg").status_code in (400, 404), path


def test_the_panel_on_the_product_page_shows_the_code(world: World) -> None:
    page = signed_in(world, "member").get(f"/catalogue/{world.rice.pk}")
    assert page.status_code == 200
    assert f"/qr{world.rice.path}.svg" in page.content.decode()
