"""An owner sees the whole of the own goods, and opens nothing of others by naming it; twins without the rule leak."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from tests.world import PADDY_GTIN, SERIALS, World, make_world, number

from lienvung.catalogue import actions as catalogue
from lienvung.ledger import trace_graph, trace_scope
from lienvung.ledger.capture import capture_events
from lienvung.ledger.trace_source import LedgerSource

pytestmark = pytest.mark.django_db

OWN_GTIN = number("0893000000077")
OWN = f"https://id.gs1.org/01/{OWN_GTIN}/10/MINE"
T = "urn:uuid:44444444-4444-4444-8444-444444444444"
NOW = "2026-06-20T08:00:00+07:00"


@pytest.fixture
def world(db: None) -> World:
    cache.clear()
    made = make_world()
    catalogue.register_product(by=None, owner=made.stranger, gtin=OWN_GTIN, name="Gạo của người lạ")
    return made


def told(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "eventTime": NOW, "eventTimeZoneOffset": "+07:00", **fields}


def lots(*uris: str) -> list[dict[str, Any]]:
    return [{"epcClass": uri, "quantity": 5, "uom": "KGM"} for uri in uris]


def say(who: Any, *events: dict[str, Any]) -> None:
    assert capture_events(list(events), submitter=str(who.pk) if who else None).success


def claim(world: World, own: str = OWN) -> dict[str, Any]:
    """The stranger's own rice, it says, was made of the co-operative's."""
    return told("TransformationEvent", inputQuantityList=lots(world.lot.uri), outputQuantityList=lots(own))


def attacks(world: World) -> dict[str, dict[str, Any]]:
    """An own lot or item -> what its owner says of it and of goods of the co-operative."""
    own = [OWN.replace("MINE", f"M{number}") for number in range(5)]
    box = OWN.replace("/10/MINE", "/21/BOX")
    theirs, pack = world.lot.uri, world.packs[0]
    put_in = told("AggregationEvent", action="ADD", parentID=box, childEPCs=[pack], childQuantityList=lots(theirs))
    return {
        own[0]: claim(world, own[0]),
        own[1]: told("TransformationEvent", inputQuantityList=lots(own[1]), outputQuantityList=lots(theirs)),
        box: put_in,
        own[2]: told("AggregationEvent", action="ADD", parentID=pack, childQuantityList=lots(own[2])),
        # a label that was never there
        own[3]: told("TransformationEvent", inputEPCList=[f"{theirs}/21/NEVER"], outputQuantityList=lots(own[3])),
        own[4]: told("TransformationEvent", inputQuantityList=lots(own[4]), outputEPCList=world.packs[:2]),
    }


def answers(world: World, uri: str) -> dict[str, str]:
    """Everything by which the stranger may learn of a chain."""
    client = Client()
    client.force_login(world.accounts["other"])
    path = uri.removeprefix("https://id.gs1.org")
    graph = "application/vnd.lienvung.trace+json"
    found = {}
    for name, address, accept in (
        ("trace", f"/epcis/v2/trace{path}", graph),
        ("scope", f"/epcis/v2/recall-scope{path}", graph),
        ("page", f"/ledger/things{path}?fold=none", "text/html"),
        ("table", f"/ledger/things{path}?csv=lineage", "text/html"),
    ):
        answer = client.get(address, headers={"accept": accept})
        assert answer.status_code == 200, (name, answer.status_code)
        found[name] = answer.content.decode()
    return found


def leaks(world: World, found: dict[str, str], named: set[str]) -> set[str]:
    words = {*SERIALS, PADDY_GTIN, "THOC-", "Xay xát", world.places["store"].gln} - named
    return {word for body in found.values() for word in words if word in body}


def test_naming_a_strangers_goods_opens_nothing(world: World) -> None:
    for root, said in attacks(world).items():
        say(world.stranger, said)
        named = {serial for serial in SERIALS if serial in json.dumps(said)}
        assert leaks(world, answers(world, root), named) == set(), said


def test_without_the_rule_each_of_these_opens_something(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_graph, "source_for", lambda eyes: LedgerSource())
    monkeypatch.setattr(trace_scope, "source_for", lambda eyes: LedgerSource())
    for root, said in attacks(world).items():
        say(world.stranger, said)
        named = {serial for serial in SERIALS if serial in json.dumps(said)}
        assert leaks(world, answers(world, root), named), said


def test_its_own_word_is_shown_as_it_stands(world: World) -> None:
    say(world.stranger, claim(world))
    found = answers(world, OWN)
    graph = json.loads(found["trace"])
    assert {thing["uri"] for thing in graph["things"]} == {OWN, world.lot.uri}
    assert [(link["source"], link["target"]) for link in graph["links"]] == [(world.lot.uri, OWN)]
    [theirs] = [thing for thing in graph["things"] if thing["uri"] == world.lot.uri]
    assert (theirs["place"], theirs["more"]) == (None, 0)
    assert 'id="balance-table"' in found["page"]


def test_one_transformation_id_opens_nothing_of_others(world: World) -> None:
    secret = f"https://id.gs1.org/01/{PADDY_GTIN}/10/SECRET"
    say(None, told("TransformationEvent", inputQuantityList=lots(secret), outputQuantityList=lots(world.lot.uri),
                   transformationID=T))  # fmt: skip
    for mine in ({"inputQuantityList": lots(OWN)}, {"outputQuantityList": lots(OWN)}):
        say(world.stranger, told("TransformationEvent", transformationID=T, **mine))
    found = answers(world, OWN)
    assert not [name for name, body in found.items() if "SECRET" in body or world.lot.number in body]


@pytest.mark.parametrize("how", ["place", "party", "container"])
def test_what_was_shipped_to_him_is_open(world: World, how: str) -> None:
    """The mill is named by the grower: it may follow what it bought back to the field."""
    mine = catalogue.register_place(
        by=None, owner=world.stranger, gln=number("893000000097"), name="Kho", kind="warehouse"
    )
    where = {"id": f"https://id.gs1.org/414/{mine.gln}"}
    case = f"https://id.gs1.org/00/{number('18930000000000077')}"
    to = {"destinationList": [{"type": "possessing_party", "destination": where["id"]}]}
    shipped: dict[str, list[dict[str, Any]]] = {
        "place": [told("ObjectEvent", action="OBSERVE", quantityList=lots(world.lot.uri), bizLocation=where)],
        "party": [told("ObjectEvent", action="OBSERVE", quantityList=lots(world.lot.uri), **to)],
        "container": [
            told("AggregationEvent", action="ADD", parentID=case, childQuantityList=lots(world.lot.uri)),
            told("ObjectEvent", action="OBSERVE", epcList=[case], bizStep="shipping", **to),
        ],
    }
    say(world.stranger, claim(world))
    assert PADDY_GTIN not in answers(world, OWN)["trace"]
    say(world.stranger, *({**event, "eventTime": "2026-06-19T08:00:00+07:00"} for event in shipped[how]))
    assert PADDY_GTIN not in answers(world, OWN)["trace"]  # his own word again
    say(world.grower, *shipped[how])
    assert PADDY_GTIN in answers(world, OWN)["trace"]


def test_somebody_elses_word_opens_the_link(world: World) -> None:
    say(world.grower, claim(world))
    assert PADDY_GTIN in answers(world, OWN)["trace"]
