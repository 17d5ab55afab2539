"""The page of a thing: lineage, journey, balance are whole for officials and the owner, else what one's events say."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from tests.world import PADDY_GTIN, SERIALS, World, make_world

from lienvung.ledger.access import EVERYTHING
from lienvung.ledger.capture import capture_events
from lienvung.web import access

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    cache.clear()
    return make_world()


def page(world: World, who: str, query: str = "") -> str:
    client = Client()
    client.force_login(world.accounts[who])
    answer = client.get("/ledger/things" + world.lot.path + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def invent(world: World) -> None:
    """A company outside the chain tells one event about the lot."""
    told = {
        "type": "ObjectEvent", "eventTime": "2026-06-01T00:00:00Z", "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE", "bizStep": "inspecting", "quantityList": [{"epcClass": world.lot.uri, "quantity": 1}],
    }  # fmt: skip
    assert capture_events([told], submitter=str(world.stranger.pk)).success


def leaks(body: str) -> list[str]:
    words = [*SERIALS, PADDY_GTIN, "THOC-", 'id="balance-table"', "không hiện ở đây", "Xay xát"]
    return [word for word in words if word in body]


def test_an_invented_event_opens_nothing(world: World) -> None:
    invent(world)
    for query in ("", "?fold=none", "?csv=lineage", "?csv=events", "?direction=back"):
        assert leaks(page(world, "other", query)) == []
    table = page(world, "other", "?csv=lineage").strip().splitlines()
    assert len(table) == 2  # the head, and the lot itself
    assert len(re.findall(r"<rect", page(world, "other"))) <= 2


def test_without_the_rule_it_would(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    invent(world)
    monkeypatch.setattr(access, "lineage_for", lambda *given: EVERYTHING)
    found = leaks(page(world, "other", "?fold=none"))
    assert SERIALS[0] in found
    assert 'id="balance-table"' in found


def test_the_owner_and_officials_see_the_whole(world: World) -> None:
    invent(world)
    for who in ("member", "official"):
        assert SERIALS[0] in leaks(page(world, who, "?fold=none"))
