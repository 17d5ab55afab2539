"""Names and values of queries, without a database: every name of the artefacts, every spelling, every fault."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.corpus import CORPUS, needs_corpus

from lienvung.epcis.query_names import (
    FAMILIES,
    PARAMETERS,
    SCHEMAS,
    kind_of,
    moment_of,
    named_field,
    parse_query,
    prefixes_of,
    read_name,
)
from lienvung.errors import ManyInvalid

EX = {"ex": "https://ns.example.vn/epcis/"}


def artefact(name: str) -> Any:
    return json.loads((CORPUS / "gs1-epcis" / name).read_text())


@needs_corpus
def test_every_name_of_the_query_schema_is_in_the_language() -> None:
    query = artefact("query-schema.json")["definitions"]["EPCIS-Query"]
    names = set(query["properties"]) - {"@context"}
    assert len(names) > 55
    assert names <= PARAMETERS.keys()


@needs_corpus
def test_every_family_of_the_query_schema_is_in_the_language() -> None:
    query = artefact("query-schema.json")["definitions"]["EPCIS-Query"]
    patterns = list(query["patternProperties"])
    assert len(patterns) > 100
    for pattern in patterns:
        name = pattern.strip("^$").replace("[a-z][a-zA-Z0-9]*\\:\\w+", "ex:field").replace("[A-Z0-9]{2,4}", "CEL")
        name = name.replace("[a-z][a-zA-Z0-9_]+", "po").replace("\\w+_\\w+", "bizLocation_site")
        assert kind_of(name), pattern


@needs_corpus
def test_every_parameter_of_the_openapi_document_is_in_the_language() -> None:
    parameters = artefact("openapi.json")["components"]["parameters"]
    names = [
        name for name in parameters if name.split("_")[0] in ("EQ", "GE", "GT", "LT", "LE", "WD", "MATCH", "EXISTS")
    ]
    assert len(names) > 45
    assert set(names) <= PARAMETERS.keys()


def test_each_parameter_describes_itself_in_both_languages() -> None:
    for parameter in [*PARAMETERS.values(), *FAMILIES]:
        assert parameter.description.vi
        assert parameter.description.en
        assert parameter.schema
    assert all(parameter.kind in SCHEMAS for parameter in PARAMETERS.values())


@pytest.mark.parametrize(
    "written",
    [
        "ex:grade",
        "https://ns.example.vn/epcis/grade",
        "https://ns.example.vn/epcis#grade",
        "https://ns.example.vn/epcis/#grade",
    ],
)
def test_a_field_has_one_name_however_it_is_written(written: str) -> None:
    assert named_field(written, EX) == "https://ns.example.vn/epcis#grade"


@pytest.mark.parametrize(
    "written", ["cbvmda:lotNumber", "urn:epcglobal:cbv:mda:lotNumber", "urn:epcglobal:cbv:mda#lotNumber"]
)
def test_the_prefixes_of_the_standard_need_no_declaration(written: str) -> None:
    assert named_field(written, {}) == "urn:epcglobal:cbv:mda#lotNumber"


def test_an_undeclared_prefix_names_nothing() -> None:
    assert named_field("nobody:grade", EX) is None


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("GE_INNER_ERROR_DECLARATION_ex:a_b", ("field", "GE", "errorDeclaration", True, "ex:a_b")),
        ("EQ_INNER_readPoint_ex:zone", ("place", "EQ", "readPoint", True, "ex:zone")),
        ("EXISTS_SENSORREPORT_ex:f", ("field", "EXISTS", "sensorReport", False, "ex:f")),
        ("LT_https://ns.example.vn/a#b", ("field", "LT", "event", False, "https://ns.example.vn/a#b")),
        (
            "EQ_source_urn:epcglobal:cbv:sdt:location",
            ("reference", "EQ", "source", False, "urn:epcglobal:cbv:sdt:location"),
        ),
        ("GT_percValue_P1", ("measure", "GT", "percValue", False, "")),
        ("HASATTR_bizLocation", ("has", "EQ", "", False, "bizLocation")),
    ],
)
def test_names_of_families_are_taken_apart(name: str, parts: tuple[Any, ...]) -> None:
    read = read_name(name)
    assert read is not None
    assert (read.kind, read.operator, read.scope, read.inner, read.field) == parts


@pytest.mark.parametrize(
    "name", ["EQ_nothing", "GE_bizStep", "MATCH_everything", "eventtype", "EQ_", "WD_disposition", "XX_ex:f"]
)
def test_other_names_are_in_no_language(name: str) -> None:
    assert kind_of(name) is None
    with pytest.raises(ManyInvalid) as caught:
        parse_query({name: ["x"]})
    assert caught.value.faults[0].path == f"/{name}"


def test_a_query_keeps_the_types_of_its_values() -> None:
    body = {
        "@context": [EX],
        "query": {
            "eventType": ["ObjectEvent"],
            "GE_eventTime": "2026-03-01T00:00:00Z",
            "EQ_quantity": [5, Decimal("2.5")],
            "EQ_ILMD_ex:grade": ["A"],
            "GT_ex:weight": 7,
            "EXISTS_ex:box": None,
            "EQ_booleanValue": True,
            "eventCountLimit": 3,
            "orderBy": "eventTime",
        },
    }
    assert parse_query(body) == {
        "eventType": ["ObjectEvent"],
        "GE_eventTime": ["2026-03-01T00:00:00Z"],
        "EQ_quantity": [5, Decimal("2.5")],
        "EQ_ILMD_ex:grade": ["A"],
        "GT_ex:weight": [7],
        "EXISTS_ex:box": ["true"],
        "EQ_booleanValue": [True],
        "eventCountLimit": [3],
        "orderBy": ["eventTime"],
    }
    assert prefixes_of(body)["ex"] == EX["ex"]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"EQ_bizStep": "shipping"}, "/EQ_bizStep"),
        ({"EQ_bizStep": []}, "/EQ_bizStep"),
        ({"EQ_bizStep": ["shipping", 5]}, "/EQ_bizStep/1"),
        ({"EQ_action": ["ADD", "MOVE"]}, "/EQ_action/1"),
        ({"eventType": ["Event"]}, "/eventType/0"),
        ({"GE_eventTime": "yesterday"}, "/GE_eventTime"),
        ({"GE_eventTime": ["2026-03-01T00:00:00Z"]}, "/GE_eventTime"),
        ({"GE_value_CEL": "4"}, "/GE_value_CEL"),
        ({"GT_ex:weight": "heavy"}, "/GT_ex:weight"),
        ({"EQ_booleanValue": "yes"}, "/EQ_booleanValue"),
        ({"maxEventCount": 0}, "/maxEventCount"),
        ({"maxEventCount": True}, "/maxEventCount"),
        ({"EXISTS_ex:box": "x"}, "/EXISTS_ex:box"),
        ({"query": {"EQ_https://a.vn/b": [5]}}, "/query/EQ_https:~1~1a.vn~1b/0"),
        ({"queryType": "masterdata", "query": {}}, "/queryType"),
        ({"query": []}, "/query"),
        ([], ""),
    ],
)
def test_a_wrong_value_is_named_by_its_place(query: Any, path: str) -> None:
    if path.endswith("~1b/0"):
        query = {"query": {"EQ_https://a.vn/b": [{"no": "text"}]}}
    with pytest.raises(ManyInvalid) as caught:
        parse_query(query)
    fault = caught.value.faults[0]
    assert fault.path == path
    assert fault.vi
    assert fault.en


def test_every_fault_of_a_query_is_named_at_once() -> None:
    with pytest.raises(ManyInvalid) as caught:
        parse_query({"EQ_none": ["x"], "EQ_action": ["MOVE"], "GE_eventTime": 5})
    assert [fault.path for fault in caught.value.faults] == ["/EQ_none", "/EQ_action/0", "/GE_eventTime"]


def test_a_day_is_its_first_moment_in_utc() -> None:
    assert moment_of("1970-01-02") == 86_400_000
    assert moment_of("1970-01-01T07:00:00+07:00") == 0
    assert moment_of("0012") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([*PARAMETERS, "EQ_ILMD_ex:a", "GE_value_CEL", "EXISTS_ex:b", "EQ_source_x"]) | st.text(
    max_size=30
)


@given(st.dictionaries(NAMES, JSON, max_size=4) | JSON)
def test_whatever_the_query_there_is_an_answer_or_a_fault(query: Any) -> None:
    faults: tuple[Any, ...] = ()
    found: dict[str, list[Any]] = {}
    try:
        found = parse_query(query)
    except ManyInvalid as problem:
        faults = problem.faults
    assert all(fault.vi and fault.en for fault in faults)
    assert all(isinstance(values, list) and values for values in found.values())
