"""The members' pages of links: what is shown, who may, what a wrong form says."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.world import World

from lienvung.audit.models import Act
from lienvung.resolver.actions import register_link
from lienvung.resolver.drafts import Draft
from lienvung.resolver.models import LinkRecord

pytestmark = pytest.mark.django_db


def signed_in(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.accounts[who])
    return client


def answers(world: World, **changed: str) -> dict[str, str]:
    return {
        "owner": str(world.grower.pk),
        "anchor": world.rice.gtin,
        "link_type": "recipeInfo",
        "target": "https://nau.example/{lot}",
        "title_vi": "Cách nấu",
        "languages": "vi, en",
        "position": "0",
        **changed,
    }


@pytest.mark.parametrize("typed", ["{gtin}", "{gtin13}", "(01){gtin}", "https://id.gs1.org/01/{gtin}", "/01/{gtin}"])
def test_a_member_adds_a_link_by_any_way_of_naming_the_product(world: World, typed: str) -> None:
    typed = typed.format(gtin=world.rice.gtin, gtin13=world.rice.gtin[1:])
    answer = signed_in(world, "member").post("/resolver/new", answers(world, anchor=typed))
    assert answer.status_code == 302, answer.content.decode()
    link = LinkRecord.objects.get()
    assert (link.anchor, link.languages, link.owner) == (world.rice.path, "vi en", world.grower)
    act = Act.objects.first()
    assert (act.action, act.actor) == ("resolver.register_link", world.accounts["member"].pk)


def test_from_list_to_change_and_removal(world: World) -> None:
    client = signed_in(world, "member")
    assert "Chưa có liên kết nào" in client.get("/resolver/").content.decode()
    client.post("/resolver/new", answers(world))
    link = LinkRecord.objects.get()
    shown = client.get("/resolver/").content.decode()
    assert "https://nau.example/{lot}" in shown
    assert f"(01) {world.rice.gtin}" in shown
    assert "Chưa có liên kết nào" in client.get("/resolver/?q=99999").content.decode()
    form = client.get(f"/resolver/{link.pk}/edit").content.decode()
    assert 'value="vi, en"' in form
    edited = client.post(f"/resolver/{link.pk}/edit", answers(world, anchor=link.anchor, default="default"))
    assert edited.status_code == 302
    link.refresh_from_db()
    assert link.default == "default"
    assert client.get(f"/resolver/{link.pk}/remove").status_code == 200
    assert LinkRecord.objects.exists()  # looking removes nothing
    assert client.post(f"/resolver/{link.pk}/remove").status_code == 302
    assert not LinkRecord.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"target": "javascript:alert(1)"}, "phải bắt đầu bằng https://"),
        ({"target": "https://nau.example/{chủ}"}, "Không có biến"),
        ({"anchor": "08930000000018"}, "số kiểm tra"),
        ({"anchor": "/01/123"}, "Mã"),
        ({"languages": "tiếng Việt"}, "không phải mã ngôn ngữ"),
        ({"active_from": "mai"}, "Không đúng dạng"),
        ({"target": ""}, "Chưa nhập"),
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_keeps_nothing(world: World, changed: dict[str, str], words: str) -> None:
    answer = signed_in(world, "member").post("/resolver/new", answers(world, **changed))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Có điều cần sửa" in page
    assert words.lower() in page.lower()
    assert not LinkRecord.objects.exists()


def test_others_neither_see_nor_change_a_link(world: World) -> None:
    link = register_link(by=None, owner=world.grower, draft=Draft(world.rice.path, "pip", "https://gao.example/"))
    other = signed_in(world, "other")
    assert "gao.example" not in other.get("/resolver/").content.decode()
    for place in ("edit", "remove"):
        assert other.get(f"/resolver/{link.pk}/{place}").status_code == 404
        assert other.post(f"/resolver/{link.pk}/{place}", answers(world)).status_code == 404
    taken = other.post("/resolver/new", answers(world, owner=str(world.stranger.pk)))
    assert "không thuộc đơn vị" in taken.content.decode()
    forged = other.post("/resolver/new", answers(world))  # another organisation's name in the form
    assert forged.status_code == 200
    assert LinkRecord.objects.count() == 1


def test_a_link_needs_the_forms_own_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.accounts["member"])
    assert client.post("/resolver/new", answers(world)).status_code == 403
    assert not LinkRecord.objects.exists()
