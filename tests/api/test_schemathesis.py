"""schemathesis over the OpenAPI document against a running server: no 5xx, and answers as the document says.

The examples are bounded and the same each time (seed); what it asks stays on loopback. Capture, queries, names and
subscriptions are really made in a database that is thrown away.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.ledger_world import FARM, document, pack, packed, seen
from tests.running import Running, running_server

from lienvung.client import Client
from lienvung.exchange import openapi

MORE = os.environ.get("LIENVUNG_SCHEMATHESIS", "")  # a number: so many examples, and every boundary value (minutes)
EXAMPLES = int(MORE or 12)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def thinned() -> dict[str, Any]:
    """The document; the query families, slow to make examples of, at one address only."""
    made = json.loads(openapi.text())
    for path, item in made["paths"].items():
        for operation in item.values():
            if isinstance(operation, dict) and path != "/events":
                kept = [one for one in operation.get("parameters", ()) if one.get("$ref", "")[-8:] != "families"]
                operation["parameters"] = kept
    return dict(made)


KNOWN = {
    "epc": pack(1),
    "id": pack(1),
    "eventType": "ObjectEvent",
    "bizStep": "packing",
    "disposition": "active",
    "bizLocation": FARM,
    "readPoint": FARM,
    "queryName": "known",
}


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Every second time what is really there, so that answers have something in them."""
    if not path_parameters or sum(map(len, map(str, path_parameters.values()))) % 2:
        return path_parameters
    return {name: KNOWN.get(name, value) for name, value in path_parameters.items()}


def asked() -> Any:
    made = schemathesis.openapi.from_dict(json.loads(openapi.text()) if MORE else thinned())
    made.config.phases.coverage.enabled = bool(MORE)
    return made if MORE else made.exclude(method="OPTIONS")


schema = asked()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_server(tmp_path_factory.mktemp("installation"), "--no-work") as running:  # nothing is delivered
        with Client(running.origin, running.token) as client:
            first = seen(pack(1), bizStep="packing", disposition="active", readPoint=FARM, bizLocation=FARM)
            client.capture(document(first, packed(pack(2), pack(1), minute=1)), wait=True).checked()
            client.create_query("known", EQ_bizStep=["packing"])
        yield running


@schema.parametrize()
@seed(3)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_keeps_to_its_document(case: schemathesis.Case, server: Running) -> None:
    answer = case.call(base_url=server.binding, headers={"Authorization": f"Bearer {server.token}"}, timeout=30)
    case.validate_response(answer, checks=CHECKS)
