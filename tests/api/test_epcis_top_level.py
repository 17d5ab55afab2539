"""The top of the binding, its collections, a value's events, and page tokens given back."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from tests.api.epcis_answers import STEP, URN_PACK, encoded, fill, listed, xml
from tests.api.test_epcis_capture import BASE, Sender, check_problem
from tests.ledger_world import FARM, GTIN, MILL, document, event, lot, pack

from lienvung.exchange.models import ReleasedToken

pytestmark = pytest.mark.django_db
KINDS = ("eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions")
ONE_OF = {
    "eventTypes": "ObjectEvent",
    "epcs": pack(1),
    "bizSteps": "shipping",
    "bizLocations": FARM,
    "readPoints": FARM,
    "dispositions": "in_transit",
}
FIXED = {
    "eventTypes": "eventType",
    "epcs": "MATCH_anyEPC",
    "bizSteps": "EQ_bizStep",
    "bizLocations": "EQ_bizLocation",
    "readPoints": "EQ_readPoint",
    "dispositions": "EQ_disposition",
}


@pytest.fixture
def farm() -> Sender:
    made = Sender("HTX Nho Quan")
    fill(made)
    return made


def members(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["type"] == "Collection"
    assert body["@context"]
    return list(body["member"])


def all_members(client: Sender, path: str, **headers: str) -> list[str]:
    answer = client.get(path, **headers)
    found = members(answer)
    while answer.has_header("Link"):
        answer = client.get(answer["Link"].split(">")[0].split(BASE)[1], **headers)
        found += members(answer)
    return found


def test_the_top_names_everything(farm: Sender) -> None:
    for path in ("", "/"):
        found = members(farm.get(path))
        assert {"capture", "events", "queries", *KINDS} == set(found)
    root = xml(farm.get("/", Accept="application/xml"))
    assert [member.text for member in root.iter("member")] == found
    for name in found:
        assert farm.get(f"/{name}").status_code == 200


def test_what_occurs_is_listed(farm: Sender) -> None:
    assert set(all_members(farm, "/eventTypes")) == {
        "ObjectEvent",
        "AggregationEvent",
        "TransactionEvent",
        "TransformationEvent",
        "AssociationEvent",
    }
    assert set(all_members(farm, "/bizSteps")) == {"shipping", "receiving", "packing", STEP}
    assert set(all_members(farm, "/dispositions")) == {"in_transit"}
    assert set(all_members(farm, "/readPoints")) == {FARM}
    assert set(all_members(farm, "/bizLocations")) == {FARM}
    link = f"https://id.gs1.org/01/{GTIN}/21/77"
    assert set(all_members(farm, "/epcs")) == {pack(1), link, lot("L1"), pack(3)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_collections_page_without_loss(farm: Sender, kind: str, size: int) -> None:
    whole = all_members(farm, f"/{kind}?perPage=1000")
    answer = farm.get(f"/{kind}?perPage={size}")
    assert len(members(answer)) == min(size, len(whole))
    assert answer.has_header("GS1-Next-Page-Token-Expires") is (len(whole) > size)
    paged = all_members(farm, f"/{kind}?perPage={size}")
    assert sorted(paged) == sorted(whole)
    assert len(set(paged)) == len(paged)


def test_identifiers_in_collections_are_said_as_wanted(farm: Sender) -> None:
    farm.organisation.company_prefix = "8935000"
    farm.organisation.save()
    found = all_members(farm, "/epcs", **{"GS1-EPC-Format": "Always_EPC_URN"})
    assert URN_PACK in found
    assert not [epc for epc in found if epc.startswith("https:")]


def test_a_prefix_of_the_asker_shortens_values(farm: Sender) -> None:
    header = {"GS1-Extensions": "st=http://ns.example.com/steps/"}
    answer = farm.get("/bizSteps", **header)
    assert "st:drying" in members(answer)
    assert {"st": "http://ns.example.com/steps/"} in answer.json()["@context"]
    assert header["GS1-Extensions"] in answer["GS1-Extensions"].split(",")
    assert len(listed(farm.get("/bizSteps/st%3Adrying/events", **header))) == 1
    check_problem(farm.get("/bizSteps/st%3Adrying/events"), 404, "NoSuchResourceException")


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_has_its_events(farm: Sender, kind: str) -> None:
    path = f"/{kind}/{encoded(ONE_OF[kind])}"
    assert members(farm.get(path)) == ["events"]
    assert [member.text for member in xml(farm.get(path, Accept="application/xml")).iter("member")] == ["events"]
    found = listed(farm.get(f"{path}/events"))
    by_query = listed(farm.get(f"/events?{FIXED[kind]}={encoded(ONE_OF[kind])}"))
    assert found == by_query
    assert found
    assert len(xml(farm.get(f"{path}/events", Accept="application/xml")).findall(".//EventList/*")) == len(found)


@pytest.mark.parametrize(
    "address",
    [
        "/bizSteps/receiving",
        "/bizSteps/urn:epcglobal:cbv:bizstep:receiving",
        f"/bizSteps/{encoded('https://ref.gs1.org/cbv/BizStep-receiving')}",
        "/eventTypes/epcis:ObjectEvent",
        f"/eventTypes/{encoded('https://ref.gs1.org/epcis/ObjectEvent')}",
        f"/epcs/{encoded(URN_PACK)}",
        f"/epcs/{encoded(f'https://id.gs1.org/01/{GTIN}/21/77')}",
        f"/epcs/https://scan.example.vn/01/{GTIN}/21/77",
        f"/epcs/(01){GTIN}(21)77",
        f"/bizLocations/{encoded(f'urn:epc:id:sgln:8935000.{FARM[-6:-1]}.0')}",
        f"/dispositions/{encoded('https://ref.gs1.org/cbv/Disp-in_transit')}",
        "/dispositions/urn:epcglobal:cbv:disp:in_transit",
    ],
)
def test_values_in_every_form(farm: Sender, address: str) -> None:
    assert members(farm.get(address)) == ["events"]
    assert listed(farm.get(f"{address}/events"))


@pytest.mark.parametrize(
    "address",
    [
        "/bizSteps/dancing",
        "/dispositions/lost_at_sea",
        "/eventTypes/BananaEvent",
        f"/epcs/{encoded(pack(99))}",
        "/epcs/banana",
        "/epcs/https://id.gs1.org/01/08935000000011/21/1",
        f"/readPoints/{encoded(MILL)}",
        "/bizLocations/banana",
        "/bizSteps/%FF%FE",
    ],
)
def test_what_is_not_there_is_not_found(farm: Sender, address: str) -> None:
    for path in (address, f"{address}/events", f"{address}/events?EQ_action=ADD"):
        check_problem(farm.get(path), 404, "NoSuchResourceException")


def test_a_word_of_the_standard_is_there_before_anything_happened(farm: Sender) -> None:
    stranger = Sender("Người lạ")
    for address in ("/bizSteps/retail_selling", "/dispositions/recalled", "/eventTypes/AssociationEvent"):
        assert members(stranger.get(address)) == ["events"]
        assert listed(stranger.get(f"{address}/events")) == []


def test_nobody_sees_what_he_may_not(farm: Sender) -> None:
    stranger = Sender("Người lạ")
    for kind in KINDS[1:]:
        assert members(stranger.get(f"/{kind}")) == []
    assert members(stranger.get("/bizSteps/shipping")) == ["events"]
    assert listed(stranger.get("/bizSteps/shipping/events")) == []
    for address in (f"/epcs/{encoded(pack(1))}", f"/readPoints/{encoded(FARM)}", f"/bizSteps/{encoded(STEP)}"):
        check_problem(stranger.get(address), 404, "NoSuchResourceException")


@pytest.mark.parametrize("kind", KINDS)
def test_other_parameters_narrow_and_the_fixed_one_is_refused(farm: Sender, kind: str) -> None:
    path = f"/{kind}/{encoded(ONE_OF[kind])}/events"
    assert listed(farm.get(f"{path}?EQ_action=DELETE")) == []
    body = check_problem(farm.get(f"{path}?{FIXED[kind]}={encoded(ONE_OF[kind])}"), 400, "QueryParameterException")
    assert body["errors"][0]["path"] == FIXED[kind]
    check_problem(farm.get(f"{path}?EQ_bizstep=x"), 400, "QueryParameterException")


def test_pages_of_a_values_events_are_linked(farm: Sender) -> None:
    odd = f"https://id.gs1.org/01/{GTIN}/10/A%2FB%3FC%25D"
    farm.post(
        "/capture",
        document(*(event(minute=n, quantityList=[{"epcClass": odd, "quantity": n}]) for n in range(1, 6))),
    )
    answer = farm.get(f"/epcs/{encoded(odd)}/events?perPage=2")
    found = listed(answer)
    while answer.has_header("Link"):
        link = answer["Link"].split(">")[0]
        assert link.startswith("<http://testserver" + BASE + "/epcs/https%3A%2F%2F")
        answer = farm.get(link.split(BASE)[1])
        found += listed(answer)
    assert len({one["eventID"] for one in found}) == len(found) == 5
    assert unquote(unquote(found[0]["quantityList"][0]["epcClass"])).endswith("A/B?C%D")


def test_a_token_given_back_is_refused_and_stays_so(farm: Sender) -> None:
    first = farm.get("/events?perPage=1")
    token = unquote(first["Link"].split("nextPageToken=")[1].split(">")[0])
    path = f"/nextPageToken/{encoded(token)}"
    headers = {"Authorization": f"Bearer {farm.token}"}
    assert farm.get(f"/events?perPage=1&nextPageToken={encoded(token)}").status_code == 200
    assert farm.client.delete(BASE + path).status_code == 401
    for _ in range(2):  # giving back twice is no fault
        answer = farm.client.delete(BASE + path, headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
    for address in ("/events", "/bizSteps/packing/events", "/epcs"):
        body = check_problem(
            farm.get(f"{address}?perPage=1&nextPageToken={encoded(token)}"), 400, "QueryParameterException"
        )
        assert body["errors"][0]["path"] == "nextPageToken"
    assert ReleasedToken.objects.count() == 1
    assert farm.get(first["Link"].split(">")[0].split(BASE)[1].replace(token[-4:], "AAAA")).status_code == 400


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "x" * 5000, "eyJ4IjoxfQ:1xVWLO:4434LdjgoDUhcNXxcjQII12g"])
def test_a_token_that_is_none_cannot_be_given_back(farm: Sender, token: str) -> None:
    answer = farm.client.delete(f"{BASE}/nextPageToken/{token}", headers={"Authorization": f"Bearer {farm.token}"})
    check_problem(answer, 404, "NoSuchResourceException")
    assert not ReleasedToken.objects.exists()
