"""EPCIS XML against what is public: the schemas, the examples, and JSON of the same content."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.conformance.xml_documents import changes, full_document, query_document
from tests.corpus import CORPUS, corpus_files, needs_corpus

from lienvung.epcis import hash_document, read_document
from lienvung.epcis.hashing import pre_hash_document
from lienvung.errors import ManyInvalid

XML = [
    path
    for pattern in ("openepcis/**/*.xml", "gs1-epcis/XML/**/*.xml", "gs1-epcis/XSL/1.2/XML/*.xml", "event-hash/*.xml")
    for path in corpus_files(pattern)
]
ROOT = "/epcis:EPCISDocument/EPCISBody/EventList"
QUERY = "/epcisq:EPCISQueryDocument/EPCISBody/QueryResults/resultsBody/EventList"
REFUSED = {  # file -> the first fault; the first block lies in folders named Invalid
    "Capture/Invalid/ObjectEvent_bare_event_without_action.xml": ("epcis.required", "/ObjectEvent/action"),
    "Capture/Invalid/ObjectEvent_with_invalid_action.xml": ("epcis.choice", f"{ROOT}/ObjectEvent[1]/action"),
    "Capture/Invalid/ObjectEvent_with_invalid_eventTime_format.xml": ("epcis.time", f"{ROOT}/ObjectEvent[1]/eventTime"),
    "Capture/Invalid/ObjectEvent_with_near_miss_action.xml": ("epcis.choice", f"{ROOT}/ObjectEvent[1]/action"),
    "Capture/Invalid/ObjectEvent_with_unknown_element.xml": ("epcis.unknown", f"{ROOT}/ObjectEvent[1]/madeUpField"),
    "Capture/Invalid/ObjectEvent_with_wrong_element_order.xml": ("epcis.xml.order", f"{ROOT}/ObjectEvent[1]/action"),
    "Capture/Invalid/ObjectEvent_without_eventTime.xml": ("epcis.required", f"{ROOT}/ObjectEvent[1]/eventTime"),
    "Query/Invalid/QueryDocument_with_invalid_action.xml": ("epcis.choice", f"{QUERY}/ObjectEvent[1]/action"),
    # Not documents of events.
    "Queries/SimpleEventQuery.xml": ("epcis.unknown", "/epcisq:EPCISQueryDocument/EPCISBody/epcisq:Poll"),
    "Queries/Invalid/Query_without_queryName.xml": (
        "epcis.unknown", "/epcisq:EPCISQueryDocument/EPCISBody/epcisq:Poll"),
    "CaptureJob/Example-CaptureJobSuccess.xml": ("epcis.xml.root", "/epcis:EPCISCaptureJob"),
    "CaptureJob/Example-CaptureJobWithErrorFile.xml": ("epcis.xml.root", "/epcis:EPCISCaptureJob"),
    # In folders of right documents, but the XML schema refuses them: EPCIS 2.0 section 9.5, xsd:sequence.
    "2.0/EPCIS/XML/Capture/Documents/JumbledFieldsOrder.xml": (
        "epcis.xml.order", f"{ROOT}/TransactionEvent[1]/disposition"),
    "2.0/EPCIS/XML/Query/JumbledFieldsOrder.xml": ("epcis.xml.order", f"{QUERY}/TransactionEvent[1]/disposition"),
    "1.2/EPCIS/XML/Capture/Documents/Jumbled_attributes_order.xml": (
        "epcis.xml.order", f"{ROOT}/ObjectEvent[1]/example:myField"),
    # A time without seconds is no xsd:dateTime.
    "1.2/EPCIS/XML/Capture/Documents/TransactionEvent_all_possible_fields.xml": (
        "epcis.time", f"{ROOT}/TransactionEvent[1]/baseExtension/errorDeclaration/declarationTime"),
    # certificationInfo is a URI, and ilmd stands only where the action is ADD (EPCIS 2.0 section 7.4.2).
    "1.2/EPCIS/XML/Capture/Documents/ObjectEvent_all_possible_fields.xml": (
        "epcis.uri", f"{ROOT}/ObjectEvent[1]/certificationInfo"),
    # sensorMetaData, a slip of the pen where 1.2 lets anything stand.
    "XSL/1.2/XML/AssociationEvent.xml": (
        "epcis.unknown",
        f"{ROOT}/extension[6]/extension[1]/AssociationEvent[1]/sensorElementList/sensorElement[1]/sensorMetaData"),
}  # fmt: skip


def expected(path: Path) -> tuple[str, str] | None:
    return next((fault for name, fault in REFUSED.items() if path.as_posix().endswith(name)), None)


@needs_corpus
@pytest.mark.parametrize("path", XML, ids=lambda path: "-".join(path.parts[-4:]))
def test_verdicts(path: Path) -> None:
    data, wanted = path.read_bytes(), expected(path)
    if wanted is None:
        read = read_document(data)
        assert "Invalid" not in path.parts
        assert [reading.ni for reading in read.events] == hash_document(data)
        assert (
            [reading.event() for reading in read.events]
            or "asterData" in path.name
            or "11.4" in path.name
            or ("masterdata" in path.name)
        )
        return
    with pytest.raises(ManyInvalid) as caught:
        read_document(data)
    assert (caught.value.faults[0].code, caught.value.faults[0].path) == wanted


@needs_corpus
def test_no_wrong_document_is_left_out() -> None:
    assert sum(expected(path) is not None for path in XML) == len(REFUSED)
    assert {path for path in XML if "Invalid" in path.parts} <= {path for path in XML if expected(path)}


# --- the XML schemas ---

# (change, element) that the schema allows and we refuse, with the reason; the element as the end of its path.
STRICTER = {
    "an attribute without a namespace has no name in JSON": {("attribute", "")},
    "a sensor report says what it measures (EPCIS 2.0 section 7.3.8, JSON schema)": {("lose", "sensorReport")},
    "values follow CBV 2.0 and are URIs": {("value", "")},
    "conditions between elements (EPCIS 2.0 section 7.4)": {("drop", "parentID"), ("drop", "declarationTime")},
    "an error declaration has each of its elements once": {
        ("double", "declarationTime"), ("double", "reason"), ("double", "correctiveEventIDs"),
    },
    "1.2 checks nothing inside its extension for later versions": {
        (change, f"extension/{name}")
        for name in ("sensorElementList", "persistentDisposition")
        for change in ("double", "drop", "rename", "swap", "text")
    },
}  # fmt: skip
# Likewise what the schema refuses and we read.
LOOSER = {
    "JSON allows several certificates": {("double", "certificationInfo")},
    "several transformations in one wrapper say the same": {("double", "extension/TransformationEvent")},
    "nothing depends on a query's name": {
        ("drop", "queryName"), ("swap", "queryName"), ("swap", "subscriptionID"), ("lose", "."),
    },
}  # fmt: skip


def is_listed(what: str, reasons: dict[str, set[tuple[str, str]]]) -> bool:
    change, _, path = what.partition(" ")
    plain = "".join(part.partition("[")[0] + ("/" if part.endswith("/") else "") for part in path.split("]"))
    return any(
        change == kind and (plain.endswith(end) or f"{end}/" in plain)
        for listed in reasons.values()
        for kind, end in listed
    )


@cache
def schema_for(namespace: str) -> Any:
    etree = pytest.importorskip("lxml.etree")
    folder = "XSD" if namespace.endswith("2") else "XSL/1.2/XSD"
    kind = "-query" if "query" in namespace else ""
    name = f"EPCglobal-epcis{kind}-{'2_0' if namespace.endswith('2') else '1_2'}.xsd"
    return etree.XMLSchema(etree.parse(str(CORPUS / "gs1-epcis" / folder / name)))


EVERY = {"2.0": 3, "1.2": 3, "query": 8}  # elements; all were compared once, which takes minutes
DOCUMENTS = {"2.0": full_document(), "1.2": full_document("1.2"), "query": query_document()}


@needs_corpus
@pytest.mark.parametrize("name", DOCUMENTS)
def test_verdicts_on_changed_documents_are_those_of_the_schema(name: str) -> None:
    """Every element dropped, doubled, swapped, renamed …: what differs from the XML schema is listed above."""
    etree = pytest.importorskip("lxml.etree")
    root = etree.fromstring(DOCUMENTS[name])
    schema = schema_for(etree.QName(root).namespace)
    assert schema.validate(root), schema.error_log
    stricter, looser, count = [], [], 0
    for what, made in changes(root, EVERY[name]):
        count += 1
        right = schema.validate(made)
        try:
            read_document(etree.tostring(made, encoding="utf-8"))
        except ManyInvalid as problem:
            if right and not is_listed(what, STRICTER):
                stricter.append((what, str(problem)))
        else:
            if not right and not is_listed(what, LOOSER):
                looser.append((what, schema.error_log[0].message))
    assert stricter == []
    assert looser == []
    assert count > 150


# --- JSON ---


@needs_corpus
@pytest.mark.parametrize("name", ["2.0", "1.2"])
def test_the_json_form_follows_the_json_schema(name: str) -> None:
    read = read_document(DOCUMENTS[name])
    whole = {
        **{key: value for key, value in read.header.items() if key != "epcisHeader"},
        "epcisHeader": {"epcisMasterData": read.header["epcisHeader"]["epcisMasterData"]},
        "@context": read.context,
        "epcisBody": {"eventList": [json.loads(reading.raw) for reading in read.events]},
    }
    for event in whole["epcisBody"]["eventList"]:  # the JSON schema knows bare words only
        for key in ("bizStep", "disposition"):
            event[key] = event[key].rpartition(":")[2].rpartition("-")[2]
        event.pop("persistentDisposition", None)
        event["errorDeclaration"]["reason"] = "incorrect_data"
        for each in event["bizTransactionList"][:1]:
            each["type"] = "po"
        for key in ("sourceList", "destinationList"):
            for each in event.get(key, ()):
                each["type"] = each["type"].rpartition(":")[2]
        for element in event.get("sensorElementList", ()):
            for report in element["sensorReport"]:
                report["type"] = report["type"].rpartition(":")[2]
                report["component"] = "x"
    schema = jsonschema.Draft7Validator(json.loads((CORPUS / "gs1-epcis/EPCIS-JSON-Schema.json").read_text()))
    assert [error.message for error in schema.iter_errors(whole)] == []


PAIRS = [
    (path, twin)
    for path in corpus_files("openepcis/2.0/EPCIS/XML/**/*.xml") + corpus_files("event-hash/*.xml")
    for twin in (
        Path(path.as_posix().replace("/XML/", "/JSON/")).with_suffix(".json"), path.with_suffix(".jsonld"),
    )
    if twin.exists() and "Invalid" not in path.parts
]  # fmt: skip
UNEQUAL = {  # pairs whose content is not the same
    "Events/TransactionEvent.xml": "the XML has an empty rail:vehicleMasterGIAI that the JSON has not",
    "Queries/SimpleEventQuery.xml": "a query, not events",
}


@needs_corpus
@pytest.mark.parametrize(("path", "twin"), PAIRS, ids=lambda path: path.name)
def test_xml_and_json_of_the_same_content_have_the_same_hash(path: Path, twin: Path) -> None:
    reason = next((why for name, why in UNEQUAL.items() if path.as_posix().endswith(name)), None)
    if path.name == "SimpleEventQuery.xml":
        pytest.skip(str(reason))
    said = pre_hash_document(path.read_bytes()), pre_hash_document(twin.read_bytes())
    assert (said[0] == said[1]) is (reason is None)


@needs_corpus
def test_the_pairs_are_there() -> None:
    assert len(PAIRS) >= 30
