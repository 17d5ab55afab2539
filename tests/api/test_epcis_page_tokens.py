"""Every list that comes in pages gives tokens that can be given back, and are refused from then on."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from tests.api.epcis_answers import encoded
from tests.api.test_epcis_capture import BASE, Sender, check_problem
from tests.ledger_world import FARM, MILL, document, pack, seen

from lienvung.exchange.models import ReleasedToken

pytestmark = pytest.mark.django_db


@pytest.fixture
def farm() -> Sender:
    made = Sender("HTX Nho Quan")
    for number, place in enumerate((FARM, MILL)):
        step, state = (("packing", "in_progress"), ("shipping", "in_transit"))[number]
        told = {"bizStep": step, "disposition": state, "readPoint": place, "bizLocation": place}
        assert made.post("/capture", document(seen(pack(7), minute=number, **told))).status_code == 202
    assert made.post("/capture", document(seen(pack(8), minute=5))).status_code == 202
    for name in ("q", "r"):
        body = json.dumps({"name": name, "query": {"eventType": ["ObjectEvent"]}}).encode()
        assert made.post("/queries", body).status_code == 201
    return made


@pytest.mark.parametrize(
    "address",
    [
        "/events", "/capture", "/eventTypes", "/epcs", "/bizSteps", "/bizLocations", "/readPoints", "/dispositions",
        "/queries", "/queries/q/events", "/eventTypes/ObjectEvent/events", f"/trace/{encoded(pack(7))}",
        f"/recall-scope/{encoded(pack(7))}",
    ],
)  # fmt: skip
def test_a_token_of_every_list_can_be_given_back(farm: Sender, address: str) -> None:
    first = farm.get(f"{address}?perPage=1")
    assert first.status_code == 200, first.content
    token = unquote(first["Link"].split("nextPageToken=")[1].split(">")[0])
    again = f"{address}?perPage=1&nextPageToken={encoded(token)}"
    assert farm.get(again).status_code == 200
    headers = {"Authorization": f"Bearer {farm.token}"}
    answer: Any = farm.client.delete(f"{BASE}/nextPageToken/{encoded(token)}", headers=headers)
    assert answer.status_code == 204, answer.content
    assert ReleasedToken.objects.count() == 1
    check_problem(farm.get(again), 400, "QueryParameterException")
