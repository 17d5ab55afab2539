"""What machines get of a page: JSON-LD, and the way to the link set."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client
from tests.app.shopper import Shopper
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("accept", ["application/ld+json", "application/json"])
def test_json_ld_names_the_product_and_tells_only_the_public_part_of_events(world: World, accept: str) -> None:
    answer = Shopper().get(world.pack_path, HTTP_ACCEPT=accept)
    assert answer["Content-Type"] == "application/ld+json"
    product, *events = json.loads(answer.content)["@graph"]
    assert product["@id"] == settings.ORIGIN + world.pack_path  # the thing has the address on the label
    assert product["schema:url"] == f"{settings.ORIGIN}/p{world.pack_path}"
    assert product["gs1:gtin"] == world.rice.gtin
    assert product["gs1:hasSerialNumber"] == world.packs[0].rpartition("/")[2]
    assert {"@value": world.rice.name_en, "@language": "en"} in product["schema:name"]
    assert events
    allowed = {"id", "type", "eventTime", "eventTimeZoneOffset", "epcList", "bizStep", "disposition", "bizLocation"}
    for event in events:
        assert set(event) <= allowed
        assert event["eventTime"].endswith(event["eventTimeZoneOffset"])


def test_the_page_points_machines_to_the_link_set_and_names_its_own_address(world: World) -> None:
    answer = Client().get("/p" + world.lot.path)
    assert f"<{settings.ORIGIN}{world.lot.path}?linkType=linkset>" in answer["Link"]
    assert 'rel="linkset"' in answer["Link"]
    assert "Accept" in answer["Vary"]
    assert f'<link rel="canonical" href="/p{world.lot.path}">' in answer.content.decode()


def test_the_way_to_the_journey_keeps_the_question(world: World) -> None:
    answer = Client().get(f"/p/journey{world.lot.path}?lang=en&linkType=gs1:traceability")
    assert answer.status_code == 307
    assert answer["Location"] == f"/p{world.lot.path}?lang=en&linkType=gs1:traceability#journey"
    assert 'id="journey"' in Client().get("/p" + world.lot.path).content.decode()
