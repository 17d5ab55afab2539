"""The OpenAPI document: committed as the code makes it, valid, complete, near GS1's own, and kept by the answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
from django.test import Client
from openapi_spec_validator import validate
from tests.corpus import CORPUS, corpus_files, needs_corpus
from tests.ledger_world import FARM, document, lot, pack, packed, seen

from lienvung.epcis.query_names import FAMILIES, PARAMETERS, read_name
from lienvung.exchange import openapi, urls
from lienvung.exchange.openapi_names import example_of, pattern_of
from lienvung.people.actions import create_organisation, issue_token

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = json.loads(openapi.text())
METHODS = {"get", "post", "delete", "put", "patch", "options"}
OPERATIONS = [
    (path, method) for path, item in DOCUMENT["paths"].items() for method in item if method in METHODS - {"options"}
]


def shape(route: str) -> str:
    return re.sub(r"<[^>]+>|\{[^}]+\}", "{}", route).strip("/")


def test_the_committed_document_is_the_generated_one() -> None:
    committed = (ROOT / "docs/reference/openapi.json").read_text(encoding="utf-8")
    assert committed == openapi.text(), "run: ./lienvung openapi > docs/reference/openapi.json"


def test_the_document_is_valid() -> None:
    validate(DOCUMENT)


def test_every_address_is_described_and_every_description_has_an_address() -> None:
    served = {(pattern.name, shape(str(pattern.pattern))) for pattern in urls.urlpatterns if pattern.name != "unknown"}
    described = {(one.name, shape(one.path)) for one in openapi.all_resources() if one.mounted}
    assert served == described


@pytest.mark.django_db
@pytest.mark.parametrize("resource", openapi.all_resources(), ids=lambda one: one.path)
def test_the_methods_are_those_of_the_view(resource: Any) -> None:
    answer = Client().options("/epcis/v2" + re.sub(r"\{[^}]+\}", "x", resource.path))
    assert answer.status_code == 204
    allowed = {word.strip() for word in answer["Allow"].split(",")}
    assert allowed - {"OPTIONS", "HEAD"} == {operation.method for operation in resource.operations}


def test_names_are_given_once_and_used() -> None:
    ids = [DOCUMENT["paths"][path][method]["operationId"] for path, method in OPERATIONS]
    assert len(set(ids)) == len(ids)
    text = json.dumps(DOCUMENT)
    for kind in ("schemas", "parameters", "headers", "responses"):
        unused = [name for name in DOCUMENT["components"][kind] if f'"#/components/{kind}/{name}"' not in text]
        assert unused == []


def test_texts_are_in_both_languages() -> None:
    for path, method in OPERATIONS:
        english, _, vietnamese = DOCUMENT["paths"][path][method]["summary"].partition(" / ")
        assert english, (path, method)
        assert vietnamese, (path, method)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.template)
def test_the_patterns_of_families_take_what_the_server_reads(family: Any) -> None:
    name = example_of(family.template)
    assert re.search(pattern_of(family.template), name)
    assert read_name(name) is not None
    assert not re.search(pattern_of(family.template), family.template.partition("{")[0])


# GS1's own document

#: statuses of GS1's document that we do not give, and why
NOT_GIVEN = {
    501: "page tokens can be given back",
    414: "told by the server before an address is looked at",
}


def gs1() -> Any:
    return json.loads((CORPUS / "gs1-epcis/openapi.json").read_text(encoding="utf-8"))


@needs_corpus
def test_all_of_gs1_s_paths_and_methods_are_there() -> None:
    wanted = {(path, method) for path, item in gs1()["paths"].items() for method in item if method in METHODS}
    ours = {(path, method) for path, item in DOCUMENT["paths"].items() for method in item if method in METHODS}
    assert wanted - ours - {("/nextPageToken/{token}", "options")} == set()
    assert {path for path, _ in ours - wanted} <= OWN_PATHS


OWN_PATHS = {
    "/openapi.json",
    "/trace/{id}",
    "/recall-scope/{id}",
    "/nextPageToken/{token}",
    "/queries/SimpleEventQuery/events",
}


@needs_corpus
def test_all_of_gs1_s_query_parameters_are_there() -> None:
    theirs = {name for name, one in gs1()["components"]["parameters"].items() if one["in"] == "query"}
    theirs = {gs1()["components"]["parameters"][name]["name"] for name in theirs}
    steering = {"perPage", "nextPageToken"}
    streaming = {name for name in theirs if name[0].islower()} - set(PARAMETERS) - steering
    assert theirs - set(PARAMETERS) - steering - streaming == set()
    assert all(
        f"#/components/parameters/{name}" in json.dumps(DOCUMENT["paths"]["/events"]["get"])
        for name in theirs - streaming
    )


@needs_corpus
def test_gs1_s_statuses_are_there() -> None:
    missing = set()
    for path, item in gs1()["paths"].items():
        for method in set(item) & (METHODS - {"options"}):
            ours = set(DOCUMENT["paths"][path][method]["responses"])
            missing |= {(path, method, int(code)) for code in set(item[method]["responses"]) - ours}
    assert {one for one in missing if one[2] not in NOT_GIVEN and one not in DIFFERENT} == set()


#: an upgrade to a websocket is answered before HTTP is; a query's definition is small
DIFFERENT = {
    ("/queries/{queryName}/events", "get", 101),
    ("/queries/{queryName}/subscriptions", "get", 101),
    ("/queries/{queryName}", "get", 413),
}


# Schemas and what is really sent


def check(schema: Any, value: Any) -> None:
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


def named(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


RIGHT = [
    path
    for pattern in ("gs1-epcis/JSON/**/*.jsonld", "openepcis/2.0/EPCIS/JSON/Capture/Documents/*.json")
    for path in corpus_files(pattern)
    if "Query" not in path.name
]


@needs_corpus
@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_the_schema_takes_what_the_server_takes(path: Path) -> None:
    check(named("EPCISDocument"), json.loads(path.read_text(encoding="utf-8")))


def test_the_schema_refuses_what_the_shapes_refuse() -> None:
    good = seen(pack(1))
    check(named("ObjectEvent"), good)
    for wrong in ({"action": "SHIP"}, {"eventTime": 1}, {"epcList": "x"}, {"unknown": 1}, {"readPoint": FARM}):
        with pytest.raises(jsonschema.ValidationError):
            check(named("ObjectEvent"), {**good, **wrong})


def content_schema(path: str, method: str, answer: Any) -> Any:
    described = DOCUMENT["paths"][path][method]["responses"][str(answer.status_code)]
    if "$ref" in described:
        described = DOCUMENT["components"]["responses"][described["$ref"].rpartition("/")[2]]
    for name in described.get("headers", {}):
        optional = {"Link", "GS1-Next-Page-Token-Expires", "Allow", "Retry-After", "WWW-Authenticate"}
        assert name in answer.headers or name in optional, f"{method} {path}: no {name}"
    return described["content"][answer["Content-Type"].partition(";")[0]]["schema"]


@pytest.mark.django_db
def test_answers_keep_to_the_document() -> None:
    token = issue_token(by=None, organisation=create_organisation(by=None, name="HTX", kind="cooperative"), name="t")
    head = {"Authorization": f"Bearer {token}"}
    client = Client(headers=head)
    sent = document(
        seen(pack(1), bizStep="packing", disposition="active", readPoint=FARM, bizLocation=FARM),
        packed(lot(1), pack(1), minute=1),
    )
    asked: list[tuple[str, str, Any]] = []

    def ask(path: str, method: str = "get", body: bytes = b"", **place: str) -> Any:
        address = re.sub(r"\{([^}]+)\}", lambda match: quote(place[match[1]], safe=""), path)
        kind = "application/json"
        answer = client.generic(method.upper(), f"/epcis/v2{address}", body, content_type=kind)
        asked.append((path, method, answer))
        return answer

    job = ask("/capture", "post", sent).json()["captureID"]
    ask("/capture", "post", document(seen("x")))
    ask("/capture/{captureID}", captureID=job)
    ask("/capture/{captureID}", captureID="none")
    ask("/capture")
    events = ask("/events").json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    ask("/events", "post", json.dumps({"@context": [], **seen(pack(2))}).encode())
    ask("/events/{eventID}", eventID="urn:uuid:0e1d0bd2-7f0e-4b0e-9d6f-00000000ffff")
    ask("/")
    ask("/openapi.json")
    for collection, name, value in (
        ("eventTypes", "eventType", "ObjectEvent"),
        ("epcs", "epc", pack(1)),
        ("bizSteps", "bizStep", "packing"),
        ("bizLocations", "bizLocation", FARM),
        ("readPoints", "readPoint", FARM),
        ("dispositions", "disposition", "active"),
    ):
        assert ask(f"/{collection}").json()["member"]
        ask(f"/{collection}/{{{name}}}", **{name: value})
        ask(f"/{collection}/{{{name}}}/events", **{name: value})
    query = {"name": "packing", "query": {"EQ_bizStep": ["packing"]}}
    assert ask("/queries", "post", json.dumps(query).encode()).status_code == 201
    ask("/queries")
    ask("/queries/{queryName}", queryName="packing")
    ask("/queries/{queryName}", queryName="none")
    ask("/queries/{queryName}/events", queryName="packing")
    ask("/queries/{queryName}/subscriptions", queryName="packing")
    ask("/queries/{queryName}/subscriptions", "post", b"{}", queryName="packing")
    ask("/queries/{queryName}", "delete", queryName="packing")
    assert len(events) == 2
    for path, method, answer in asked:
        if answer.status_code == 204:
            continue
        try:
            check(content_schema(path, method, answer), answer.json())
        except (jsonschema.ValidationError, KeyError) as fault:
            raise AssertionError(f"{method} {path} {answer.status_code}: {answer.content[:300]!r}") from fault
