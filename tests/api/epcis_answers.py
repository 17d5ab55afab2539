"""What tests of the binding's answers share: events that can be asked for in all forms, and XML by its schema."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from lxml import etree
from tests.api.test_epcis_capture import Sender
from tests.corpus import CORPUS
from tests.ledger_world import CONTEXT, FARM, GTIN, document, event, lot, pack, seen

EX = "http://ns.example.com/epcis/"
URN_PACK = f"urn:epc:id:sgtin:8935000.{GTIN[0]}{GTIN[8:13]}.77"
STEP = "http://ns.example.com/steps/drying"


def encoded(value: str) -> str:
    return quote(value, safe="")


def fill(farm: Sender) -> None:
    """Four events: an EPC as link, an EPC as URN, a lot with a step of its own, and one with an extension."""
    answer = farm.post(
        "/capture",
        document(
            seen(pack(1), minute=0, bizStep="shipping", disposition="in_transit", readPoint=FARM),
            seen(URN_PACK, minute=1, bizStep="urn:epcglobal:cbv:bizstep:receiving", bizLocation=FARM),
            event(minute=2, quantityList=[{"epcClass": lot("L1"), "quantity": 5}], bizStep=STEP),
            seen(pack(3), minute=3, bizStep="packing", **{"ex:note": "wet"}),
            context=[*CONTEXT, {"ex": EX}],
        ),
    )
    assert answer.status_code == 202, answer.content


def listed(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["type"] == "EPCISQueryDocument"
    return list(body["epcisBody"]["queryResults"]["resultsBody"]["eventList"])


def xml(answer: Any) -> Any:
    """The root of an XML answer, read without network and entities."""
    assert answer["Content-Type"].split(";")[0].endswith("xml"), (answer["Content-Type"], answer.content)
    return etree.fromstring(answer.content, etree.XMLParser(resolve_entities=False, no_network=True))


@cache
def schema(path: str) -> Any:
    file = CORPUS / "gs1-epcis" / path
    if not file.is_file():
        pytest.skip(f"the schema {file} is not there")
    return etree.XMLSchema(etree.parse(str(file)))


def check_valid(root: Any, path: str) -> None:
    of = schema(path)
    assert of.validate(root), of.error_log
