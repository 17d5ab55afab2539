"""The graph of a trace: whole for officials and the product's owner, for others what their own events say."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.test_epcis_capture import Sender
from tests.api.test_epcis_trace import CASE, GRAPH, PADDY, RICE_1, RICE_2, parties, trace_path
from tests.ledger_world import GTIN, at, document, event, pack

from lienvung.catalogue.actions import register_product
from lienvung.epcis.times import parse_time
from lienvung.ledger.access import EVERYTHING
from lienvung.ledger.events import iso

pytestmark = pytest.mark.django_db
WHOLE = {PADDY, RICE_1, RICE_2, CASE, pack(99)}


def graph(sender: Sender, thing: str = PADDY, query: str = "") -> dict[str, Any]:
    answer = sender.get(trace_path(thing, query), Accept=GRAPH)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def named(found: dict[str, Any]) -> set[str]:
    return {thing["uri"] for thing in found["things"]}


def invent(stranger: Sender, minute: int = 20) -> None:
    """One event about a lot that the sender never had."""
    amount = [{"epcClass": PADDY, "quantity": 1}]
    made = document(event(minute=minute, quantityList=amount, bizStep="inspecting"))
    assert stranger.post("/capture", made).status_code == 202


@pytest.mark.parametrize("query", ["", "?direction=back", "?direction=forward", "?limit=1"])
def test_an_invented_event_opens_nothing(query: str) -> None:
    _, _, stranger, _ = parties()
    invent(stranger)
    found = graph(stranger, query=query)
    when = iso(parse_time(at(20))[0])
    [thing] = found["things"]
    assert thing == {
        "uri": PADDY, "kind": "lot", "depth": 0, "first": when, "last": when, "biz_step": "inspecting",
        "place": None, "more": 0,
    }  # fmt: skip
    assert (found["total"], found["leftOff"], found["links"]) == (1, {}, [])


def test_without_the_rule_it_would(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, stranger, _ = parties()
    invent(stranger)
    monkeypatch.setattr("lienvung.exchange.trace_api.lineage_for", lambda *given: EVERYTHING)
    found = graph(stranger)
    assert named(found) == WHOLE
    assert found["total"] > 1


def test_officials_and_the_owner_get_the_whole() -> None:
    farm, _, stranger, office = parties()
    invent(stranger)
    assert named(graph(office)) == WHOLE
    assert named(graph(farm)) == {PADDY}
    register_product(by=None, owner=farm.organisation, gtin=GTIN, name="Thóc")
    assert named(graph(farm)) == WHOLE
    assert graph(farm)["total"] == graph(office)["total"]
    assert named(graph(stranger)) == {PADDY}


def test_a_party_gets_what_its_own_events_say() -> None:
    _, mill, _, office = parties()
    found = graph(mill)
    assert named(found) == WHOLE  # the mill has made all of it
    first = {thing["uri"]: thing["first"] for thing in found["things"]}
    assert first[PADDY] == iso(parse_time(at(3))[0])  # but the farm's harvest is the farm's
    whole = {thing["uri"]: thing["first"] for thing in graph(office)["things"]}
    assert whole[PADDY] == iso(parse_time(at(1))[0])


def test_links_through_events_of_others_are_not_followed() -> None:
    """A buyer sees his own event of one pack: neither what it was made of, nor how far that is."""
    buyer = Sender("Siêu thị")
    parties()
    assert buyer.post("/capture", document(event(minute=30, epcList=[RICE_2], bizStep="receiving"))).status_code == 202
    found = graph(buyer, RICE_2)
    assert named(found) == {RICE_2}
    assert (found["total"], found["links"]) == (1, [])
