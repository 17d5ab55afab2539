"""Pages of codes that are no goods: logistic units, animals, places, organisations."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.app.shopper import Shopper
from tests.world import BEGUN, CASE, GS1, World, number

from lienvung.epcis import build
from lienvung.ledger.capture import capture_events
from lienvung.people.models import Organisation
from lienvung.scan.versions import forget

pytestmark = pytest.mark.django_db
NO_PHONE = "Hãy báo nơi bán hoặc cơ quan quản lý tại địa phương"


def seen_at(path: str) -> str:
    answer = Shopper().get(path)
    assert answer.status_code == 200, path
    body = re.sub(r"<(title|svg).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_a_unit_and_an_animal_say_what_they_are_and_have_no_items_of_goods(world: World) -> None:
    goat = f"{GS1}/8004/8930000D1"
    capture_events([build.object_event(time=BEGUN, action="ADD", biz_step="commissioning", epcs=[goat])])
    for uri, words in ((CASE, "Kiện hàng (00)"), (goat, "Cây trồng, vật nuôi hoặc tài sản (8004)")):
        said = seen_at(uri.removeprefix(GS1))
        assert words in said
        assert "Thông tư 02/2024" not in said
        assert "Thương hiệu" not in said
    assert "Logistic unit (00)" in seen_at(CASE.removeprefix(GS1) + "?lang=en")


def test_a_shop_is_a_place_and_makes_nothing(world: World) -> None:
    said = seen_at(world.places["store"].path)
    assert "Nơi Quầy nông sản Cầu Giấy" in said
    assert "Đơn vị Cửa hàng Mẫu Hà Nội" in said
    for words in ("Nơi sản xuất", "Gói hàng", "Chế biến", "hạn dùng", "bao bì"):
        assert words not in said, words


def test_the_gln_of_an_organisation_names_it(world: World) -> None:
    gln = number("893000000777")
    for key in ("414", "417"):
        assert Shopper().get(f"/{key}/{gln}").status_code == 404
    Organisation.objects.filter(pk=world.shop.pk).update(gln=gln)
    forget()
    for key in ("414", "417"):
        said = seen_at(f"/{key}/{gln}")
        assert "Tổ chức Cửa hàng Mẫu Hà Nội Tổ chức này có trong sổ." in said
        assert "Hà Nội" in said
        assert "bao bì" not in said
        told = Shopper().get(f"/{key}/{gln}", HTTP_ACCEPT="application/ld+json").json()["@graph"][0]
        assert "schema:Organization" in told["@type"]
        assert "schema:manufacturer" not in told


def test_without_any_number_the_buyer_is_told_whom_to_ask(world: World) -> None:
    said = seen_at(world.lot.path)
    assert NO_PHONE in said
    assert "chưa có số điện thoại" not in said
    Organisation.objects.filter(pk=world.grower.pk).update(phone="0229 111 222")
    forget()
    said = seen_at(world.lot.path)
    assert NO_PHONE not in said
    assert "0229 111 222" in said
