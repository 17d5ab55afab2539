"""Events that XML cannot say: never with another hash, never dropped in silence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.api.epcis_answers import encoded
from tests.api.test_epcis_capture import Sender, check_problem
from tests.ledger_world import CONTEXT, at, document, pack, seen

from lienvung.epcis import read_document
from lienvung.epcis.xml_write import write_xml

pytestmark = pytest.mark.django_db
CONTEXTS = [*CONTEXT, {"ex": "https://nong.example/", "ey": "https://nuoc.example/"}]
ID = "urn:uuid:11111111-1111-4111-8111-111111111111"


def own(**more: Any) -> dict[str, Any]:
    return {"type": "ex:Watering", "eventID": ID, "eventTime": at(0), "eventTimeZoneOffset": "+07:00", **more}


def sensed(**more: Any) -> dict[str, Any]:
    report = {"type": "Temperature", "value": 1, **more}
    return {**seen(pack(1)), "eventID": ID, "sensorElementList": [{"sensorReport": [report]}]}


@pytest.mark.parametrize(
    "event",
    [
        own(**{"ex:a": "b"}),
        own(foo=1, epcList=[pack(1), pack(2)], bizStep="shipping"),
        own(field={"inner": ["a", "b"], "ex:c": {"d": 1}}, action="ADD"),
        own(**{"ex:quantityList": [{"epcClass": pack(1)}]}, readPoint={"id": pack(9)}),
        sensed(**{"ex:f": ["a"], "ex:g": []}),
        sensed(**{"ex:f": "a", "ey:f": 1}),
    ],
)
def test_what_xml_says_has_the_same_hash(event: dict[str, Any]) -> None:
    [told] = read_document(document(event, context=CONTEXTS)).events
    for kind in ("query", "document"):
        [back] = read_document(write_xml([(json.loads(told.raw), CONTEXTS)], kind=kind)).events  # type: ignore[arg-type]
        assert back.hash == told.hash


@pytest.mark.parametrize(
    ("event", "versions"),
    [
        (own(**{"ex:a": "b"}), ("1.2",)),
        (sensed(**{"ex:f": {"ey:g": "a"}}), ("1.2", "2.0")),
        (sensed(**{"ex:f": ["a", "b"]}), ("1.2", "2.0")),
        (sensed(**{"ex:f": [{"ey:g": "a"}]}), ("1.2", "2.0")),
    ],
)
def test_what_it_cannot_say_is_told(event: dict[str, Any], versions: tuple[str, ...]) -> None:
    farm = Sender("HTX Nho Quan")
    assert farm.post("/capture", document(event, seen(pack(2)), context=CONTEXTS)).status_code == 202
    for version in ("1.2", "2.0"):
        headers = {"Accept": "application/xml", "GS1-EPCIS-Max": version}
        listed = farm.get("/events", **headers)
        alone = farm.get(f"/events/{encoded(ID)}", **headers)
        assert listed.status_code == 200
        if version in versions:
            assert alone.status_code == 406
            assert listed["Lienvung-Events-Left-Out"] == "1"
            assert ID.encode() not in listed.content
        else:
            assert alone.status_code == 200
            assert not listed.has_header("Lienvung-Events-Left-Out")
            assert ID.encode() in listed.content
    assert farm.get(f"/events/{encoded(ID)}").json()
    check_problem(farm.get("/events/urn:uuid:none"), 404, "NoSuchResourceException")
