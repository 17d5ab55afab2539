"""What machines get: link set, JSON-LD, link types, the resolver description."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client
from tests.world import World

pytestmark = pytest.mark.django_db
VOC = "https://ref.gs1.org/voc/"


@pytest.mark.parametrize(
    "how",
    [
        {"HTTP_ACCEPT": "application/linkset+json"},
        {"HTTP_ACCEPT": "text/html;q=0.2, application/linkset+json;q=0.9"},
        {"QUERY_STRING": "linkType=linkset"},
        {"QUERY_STRING": "linkType=all"},
    ],
)
def test_the_link_set_has_one_default_link_at_every_level(world: World, how: dict[str, str]) -> None:
    path = f"{world.lot.path}/21/{world.pack_path.rpartition('/')[2]}"
    answer = Client().get(path, **how)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/linkset+json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "json-ld#context" in answer["Link"]
    levels = json.loads(answer.content)["linkset"]
    assert [level["anchor"] for level in levels] == [
        settings.ORIGIN + p for p in (path, world.lot.path, world.rice.path)
    ]
    for level in levels:
        [default] = level[VOC + "defaultLink"]
        assert set(default) == {"href", "title"}
        described = [
            link["href"] for kind, links in level.items() if kind.startswith(VOC) for link in links if len(link) > 2
        ]
        assert default["href"] in described
        for kind, links in level.items():
            if kind.startswith(VOC):
                assert all(link["href"] and link["title"] for link in links)


def test_the_links_of_a_link_set_answer(world: World) -> None:
    levels = json.loads(Client().get(world.lot.path, {"linkType": "linkset"}).content)["linkset"]
    for level in levels:
        for kind in ("pip", "traceability"):
            for link in level.get(VOC + kind, []):
                assert Client().get(link["href"].removeprefix(settings.ORIGIN).partition("#")[0]).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"), [("gs1:pip", 307), ("gs1:traceability", 307), (VOC + "pip", 307), ("gs1:recipeInfo", 404)]
)
def test_a_link_type_leads_on_or_is_not_there(world: World, kind: str, status: int) -> None:
    answer = Client().get(world.lot.path, {"linkType": kind})
    assert answer.status_code == status
    if status == 307:
        assert answer["Location"].startswith(settings.ORIGIN + world.lot.path)
    else:
        assert answer["Content-Type"] == "application/problem+json"


def test_the_default_link_is_the_page_itself(world: World) -> None:
    answer = Client().get(world.lot.path, {"linkType": "gs1:defaultLink"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("accept", ["application/ld+json", "application/json"])
def test_json_ld_names_the_product_and_tells_only_the_public_part_of_events(world: World, accept: str) -> None:
    answer = Client().get(world.pack_path, HTTP_ACCEPT=accept)
    assert answer["Content-Type"] == "application/ld+json"
    product, *events = json.loads(answer.content)["@graph"]
    assert product["gs1:gtin"] == world.rice.gtin
    assert product["gs1:hasSerialNumber"] == world.packs[0].rpartition("/")[2]
    assert {"@value": world.rice.name_en, "@language": "en"} in product["schema:name"]
    assert events
    allowed = {"id", "type", "eventTime", "eventTimeZoneOffset", "epcList", "bizStep", "disposition", "bizLocation"}
    for event in events:
        assert set(event) <= allowed
        assert event["eventTime"].endswith(event["eventTimeZoneOffset"])


def test_the_resolver_describes_itself(world: World) -> None:
    answer = Client().get("/.well-known/gs1resolver")
    told = json.loads(answer.content)
    assert told["resolverRoot"] == settings.ORIGIN
    assert {"01", "00", "414"} <= set(told["supportedPrimaryKeys"])
    assert "10" not in told["supportedPrimaryKeys"]
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_the_page_points_machines_to_the_link_set(world: World) -> None:
    answer = Client().get(world.lot.path)
    assert 'rel="linkset"' in answer["Link"]
    assert "Accept" in answer["Vary"]
