"""The pages of the front door: what they say, to whom, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from tests.world import CASE, GS1, RICE_GTIN, World, make_world

from lienvung.ledger.capture import capture_events
from lienvung.ledger.events import history, latest
from lienvung.web import figures

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker) -> Iterator[World]:
    """One world for all tests of this file; what a test does to it is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(made: World, db: None) -> World:
    cache.clear()
    return made


def signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.accounts[who])
    return client


def text_of(answer) -> str:
    """The words of a page, without its tags."""
    body = re.sub(r"<svg.*?</svg>", " ", answer.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.mark.parametrize(
    "query",
    ["gao nep", "Gạo nếp", "GẠO NẾP", "hat cau", "glutinous", RICE_GTIN, RICE_GTIN.lstrip("0"), "NHC-0504", "nhc-0504"],
)
def test_search_finds_the_product_or_its_lot(world: World, client: Client, query: str) -> None:
    answer = client.get(reverse("web:search"), {"q": query})
    assert "Gạo nếp hạt cau Ninh Bình" in text_of(answer)
    assert "Không có kết quả" not in text_of(answer)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        (f"(01){RICE_GTIN}(10)NHC-0504", "Lô NHC-0504"),
        (f"https://id.gs1.org/01/{RICE_GTIN}/10/NHC-0504", "Lô NHC-0504"),
        (f"https://some.shop.example/01/{RICE_GTIN}/10/NHC-0504?utm=1", "Lô NHC-0504"),
        (f"01{RICE_GTIN}10NHC-0504", "Lô NHC-0504"),
        ("urn:epc:id:sgtin:8930000.000002.K7M2QX4T9B", "Gạo nếp hạt cau Ninh Bình — Số K7M2QX4T9B"),
        ("urn:epc:class:lgtin:8930000.000002.NHC-0504", "Gạo nếp hạt cau Ninh Bình — Lô NHC-0504"),
        (CASE.rsplit("/", 1)[1], "SSCC"),
        ("8930000000026", "GTIN 08930000000026"),
    ],
)
def test_search_knows_every_form_of_an_identifier(world: World, client: Client, query: str, named: str) -> None:
    page = text_of(client.get(reverse("web:search"), {"q": query}))
    assert "Đúng mã này" in page
    assert named in page


@pytest.mark.parametrize(
    "query", ["", "   ", "\x00", "'; drop table x;--", "%", "_", "<script>", "8930000000025", "(01)1", "x" * 5000]
)
def test_search_takes_anything(world: World, client: Client, query: str) -> None:
    answer = client.get(reverse("web:search"), {"q": query})
    assert answer.status_code == 200
    assert b"<script" not in answer.content
    assert "Đúng mã này" not in text_of(answer)


def test_home_shows_figures_and_the_latest_lot_to_everybody(world: World, client: Client) -> None:
    page = text_of(client.get("/"))
    assert "NHC-0504" in page
    assert f"sự kiện trong sổ cái {len(latest(100))}" in page
    assert "events in the ledger" in text_of(client.get("/?lang=en"))


def test_the_example_is_the_way_of_one_sold_item(world: World) -> None:
    found = figures.example()
    assert found is not None
    assert found.named.kind == "serial"
    times = [stop.time_ms for stop in found.stops]
    assert times == sorted(times)
    assert found.stops[-1].title.vi == "Bán lẻ"


@pytest.mark.parametrize(("language", "begins"), [("vi", "Mẫu thành phần"), ("en", "Components")])
def test_the_page_of_components_is_no_error(client: Client, db: None, language: str, begins: str) -> None:
    page = client.get("/mau/", {"lang": language}).content.decode()
    assert f"<title>{begins}" in page


def test_a_gtin_finds_the_product_with_its_lots(world: World, client: Client) -> None:
    answer = client.get(reverse("web:search"), {"q": RICE_GTIN})
    assert f'href="{world.lot.path}"' in answer.content.decode()
    assert "Chưa có sự kiện nào" not in text_of(answer)


def test_english_pages_use_english_names(world: World) -> None:
    client = signed_in(world, "official")
    for path in ("/", "/ledger/", "/ledger/things" + world.pack_path, "/search?q=hat+cau"):
        page = text_of(client.get(path + ("&" if "?" in path else "?") + "lang=en"))
        assert "glutinous rice" in page, path
        assert world.grower.name not in page or path.startswith("/search"), path
        assert world.rice.name not in page, path


def test_a_member_sees_own_lots_and_events_and_no_others(world: World) -> None:
    own, other = (text_of(signed_in(world, who).get(reverse("web:dashboard"))) for who in ("member", "other"))
    assert "NHC-0504" in own
    assert "Đóng gói" in own
    assert "Bán lẻ" not in own  # the shop's event
    assert "NHC-0504" not in other
    assert "Chưa có sự kiện" in other
    assert "Bán lẻ" in text_of(signed_in(world, "official").get(reverse("web:dashboard")))


def test_tables_come_as_csv_too(world: World) -> None:
    client = signed_in(world, "official")
    for address, first in (
        (reverse("web:dashboard") + "?csv=lots", "Gạo nếp hạt cau Ninh Bình — Lô NHC-0504"),
        (reverse("web:dashboard") + "?csv=events", "Bán lẻ"),
        ("/ledger/things" + world.lot.path + "?csv=events", "Tạo mã"),
    ):
        answer = client.get(address)
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert first in answer.content.decode("utf-8-sig").splitlines()[1]


def test_the_lot_page_draws_the_lineage_and_says_it_in_words(world: World) -> None:
    body = signed_in(world, "member").get("/ledger/things" + world.lot.path).content.decode()
    drawing = body[body.index('<div class="graph-frame"') : body.index("</svg></div>")]
    assert drawing.count("<rect") >= 6
    assert "6 × lô" in drawing  # six alike paddy lots in one box
    table = body[body.index('id="lineage-table"') :]
    for number in range(1, 7):
        assert f"Lô THOC-{number}" in table
    for serial in ("K7M2QX4T9B", "X6B5GF8S3Y"):
        assert f"Số {serial}" in table
    unfolded = signed_in(world, "member").get("/ledger/things" + world.lot.path + "?fold=none").content.decode()
    assert "6 × lô" not in unfolded
    assert 'style="' not in body
    assert "<script" not in body


def test_the_drawing_can_be_zoomed_and_turned_by_links(world: World) -> None:
    client, path = signed_in(world, "official"), "/ledger/things" + world.lot.path
    widths = {}
    for zoom in ("50", "200", "nonsense", "99999"):
        body = client.get(path, {"zoom": zoom}).content.decode()
        widths[zoom] = int(re.search(r'<svg xmlns[^>]* width="(\d+)"', body)[1])
    assert widths["200"] == pytest.approx(4 * widths["50"], abs=4)
    assert widths["nonsense"] == widths["99999"] == pytest.approx(2 * widths["50"], abs=4)
    back = client.get(path, {"direction": "back"}).content.decode()
    assert "THOC-1" in back
    assert "K7M2QX4T9B" not in back[back.index('id="lineage-table"') : back.index('id="events-table"')]


def test_a_thing_answers_in_every_form_of_its_name(world: World) -> None:
    client = signed_in(world, "official")
    answer = client.get(reverse("web:thing_by_id"), {"id": "urn:epc:id:sgtin:8930000.000002.K7M2QX4T9B"})
    assert answer["Location"] == "/ledger/things" + world.pack_path
    by_id = client.get(reverse("web:lot_by_id", args=[world.lot.pk]))
    assert by_id["Location"] == "/ledger/things" + world.lot.path
    assert client.get("/ledger/things" + CASE.removeprefix(GS1)).status_code == 200


def test_things_that_are_not_there_are_not_found(world: World) -> None:
    client = signed_in(world, "official")
    for path in ("01/08930000000025/10/X", "01/xyz", "99/1", f"01/{RICE_GTIN}/10/KHONG-CO", "x"):
        assert client.get("/ledger/things/" + path).status_code == 404, path
    assert client.get(reverse("web:event", args=["0" * 64])).status_code == 404
    assert client.get(reverse("web:event_by_id"), {"id": "urn:uuid:nothing"}).status_code == 404
    assert client.get(reverse("web:lot_by_id", args=["00000000-0000-4000-8000-000000000000"])).status_code == 404


def test_a_slash_in_a_lot_number_survives(world: World) -> None:
    uri = f"{GS1}/01/{RICE_GTIN}/10/A%2FB"
    body = history(world.lot.uri)[0].as_dict()
    event = {
        **{key: body[key] for key in ("type", "eventTime", "eventTimeZoneOffset")},
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "quantityList": [{"epcClass": uri, "quantity": 1}],
    }
    assert capture_events([event]).success
    answer = signed_in(world, "official").get("/ledger/things" + uri.removeprefix(GS1))
    assert answer.status_code == 200
    assert "Lô A/B" in text_of(answer)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_event_is_explained_field_by_field(world: World, language: str) -> None:
    client = signed_in(world, "official")
    for event in latest(50):
        answer = client.get(reverse("web:event", args=[event.hash.hex()]), {"lang": language})
        page = text_of(answer)
        assert event.ni in page
        for key in event.as_dict():
            assert f"<dt>{key}" not in answer.content.decode(), f"{key} is shown raw"
        assert answer.content.decode().count("<dt>") >= 6


def test_the_original_is_given_byte_for_byte(world: World) -> None:
    event = latest(1)[0]
    answer = signed_in(world, "official").get(reverse("web:event_json", args=[event.hash.hex()]))
    assert answer.content == event.body
    assert answer["Content-Type"] == "application/json"


def test_an_event_of_others_is_shut_and_counted(world: World) -> None:
    page = text_of(signed_in(world, "member").get("/ledger/things" + world.pack_path))
    assert "không hiện ở đây: 1" in page  # the shop's unpacking


def test_the_language_link_keeps_the_page_and_its_parameters(client: Client, world: World) -> None:
    body = client.get(reverse("web:search"), {"q": "gao nep"}).content.decode()
    link = re.search(r'href="([^"]+)" lang="en"', body)[1]
    english = client.get(unescape(link))
    assert 'value="gao nep"' in english.content.decode()
    assert '<html lang="en">' in english.content.decode()
