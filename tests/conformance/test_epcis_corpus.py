"""Public EPCIS documents: the right ones are taken, the wrong ones refused at the right place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.epcis_strategies import document, events
from tests.corpus import CORPUS, corpus_files, needs_corpus

from lienvung.epcis import hash_document, read_document, write_document
from lienvung.errors import ManyInvalid

RIGHT = [
    path
    for pattern in ("gs1-epcis/JSON/**/*.jsonld", "gs1-epcis/JSON-Schema-test/*.json", "openepcis/2.0/**/*.json")
    for path in corpus_files(pattern)
    if "Invalid" not in path.parts and "Queries" not in path.parts
]
HERE = "/epcisBody/eventList/"
WRONG = {
    "ObjectEvent_with_non_standard_bizStep": [HERE + "0/bizStep"],
    "ObjectEvent_with_quantity_as_text": [HERE + "0/quantityList/0/quantity"],
    "ObjectEvent_with_invalid_eventTime_format": [HERE + "0/eventTime"],
    "ObjectEvent_with_invalid_action": [HERE + "0/action"],
    "ObjectEvent_with_ilmd_field_without_namespace": [HERE + "0/ilmd/materialType"],
    "Combination_of_events_with_missing_mandatory_fields": [
        HERE + "0/action", HERE + "1/eventTimeZoneOffset", HERE + "1/action",
    ],
    "ObjectEvent_without_action_and_eventTime": [
        HERE + "0/eventTime", HERE + "0/eventTimeZoneOffset", HERE + "0/action",
    ],
    "QueryDocument_with_invalid_action": ["/epcisBody/queryResults/resultsBody/eventList/0/action"],
}  # fmt: skip


@needs_corpus
@pytest.mark.parametrize("path", RIGHT, ids=lambda path: "-".join(path.parts[-3:]))
def test_right_documents(path: Path) -> None:
    data = path.read_bytes()
    read = read_document(data)
    assert [reading.ni for reading in read.events] == hash_document(data)
    assert [reading.event() for reading in read.events]
    again = read_document(write_document([reading.raw for reading in read.events], read.context))
    assert again.events == read.events


@needs_corpus
@pytest.mark.parametrize("name", WRONG)
def test_wrong_documents(name: str) -> None:
    (path,) = [path for path in corpus_files("openepcis/2.0/**/Invalid/*.json") if path.stem == name]
    with pytest.raises(ManyInvalid) as caught:
        read_document(path.read_bytes())
    assert [fault.path for fault in caught.value.faults] == WRONG[name]


@needs_corpus
def test_no_wrong_document_is_left_out() -> None:
    known = {p.stem for p in corpus_files("openepcis/2.0/**/Invalid/*.json") if "Queries" not in p.parts}
    assert known == set(WRONG)


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads((CORPUS / "gs1-epcis/EPCIS-JSON-Schema.json").read_text()))


@needs_corpus
@settings(max_examples=150, deadline=None)
@given(made=events, data=st.data())
def test_what_the_schema_refuses_is_refused(
    schema: jsonschema.Draft7Validator, made: dict[str, Any], data: st.DataObject
) -> None:
    """The published JSON schema is the lower bound: whatever it refuses, so do we."""
    changes: list[Any] = [None, 1, "x", "urn:x:1", [], {}, ["urn:x:1"], [{}], [{"id": "urn:x:1"}], {"id": "urn:x:1"}]
    name = data.draw(st.sampled_from([*made, "sensorElementList", "persistentDisposition", "ilmd", "errorDeclaration"]))
    change = data.draw(st.sampled_from([..., *changes]))
    if change is ...:
        made.pop(name, None)
    else:
        made[name] = change
    whole = document(made)
    refused = not schema.is_valid(whole)
    try:
        read_document(json.dumps(whole).encode())
    except ManyInvalid:
        return
    assert not refused
