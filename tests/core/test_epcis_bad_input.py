"""Bad input: every fault at its place, and nothing but our own errors, whatever the bytes."""

# ruff: noqa: E501  (one case a line)

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.core.epcis_strategies import LOT, PACK, PLACE, SSCC, document, encoded, event, events

from lienvung.epcis import hash_document, read_document
from lienvung.errors import ManyInvalid, Problem, TooLarge

HERE = "/epcisBody/eventList/0"


def faults(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(ManyInvalid) as caught:
        read_document(data)
    for fault in caught.value.faults:
        assert fault.vi
        assert fault.en
    return [(fault.code, fault.path) for fault in caught.value.faults]


SENSOR = {"type": "Temperature", "value": 4.5, "uom": "CEL"}
AGGREGATION: dict[str, Any] = {"type": "AggregationEvent", "epcList": None, "parentID": SSCC, "childEPCs": [PACK + "1"]}
TRANSFORMATION: dict[str, Any] = {
    "type": "TransformationEvent", "epcList": None, "action": None, "inputEPCList": [PACK + "1"],
    "outputEPCList": [PACK + "2"],
}  # fmt: skip

CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"eventTime": None}, "epcis.required", "/eventTime"),
    ({"eventTimeZoneOffset": None}, "epcis.required", "/eventTimeZoneOffset"),
    ({"action": None}, "epcis.required", "/action"),
    ({"action": "CREATE"}, "epcis.choice", "/action"),
    ({"action": "observe"}, "epcis.choice", "/action"),
    ({"eventTime": "22-07-2026"}, "epcis.time", "/eventTime"),
    ({"eventTime": "2026-11-02T07:30:00"}, "epcis.time", "/eventTime"),
    ({"eventTime": "2026-02-30T07:30:00Z"}, "epcis.time.impossible", "/eventTime"),
    ({"eventTime": "2026-11-02T24:00:01Z"}, "epcis.time.impossible", "/eventTime"),
    ({"eventTime": "2026-11-02T07:60:00.000+07:00"}, "epcis.time.impossible", "/eventTime"),
    ({"eventTime": "2026-11-02T07:30:00.+07:00"}, "epcis.time", "/eventTime"),
    ({"eventTime": 1793579400}, "epcis.type", "/eventTime"),
    ({"recordTime": "yesterday"}, "epcis.time", "/recordTime"),
    ({"eventTimeZoneOffset": "+7"}, "epcis.offset", "/eventTimeZoneOffset"),
    ({"eventTimeZoneOffset": "+14:30"}, "epcis.offset", "/eventTimeZoneOffset"),
    ({"eventTimeZoneOffset": "Z"}, "epcis.offset", "/eventTimeZoneOffset"),
    ({"eventID": "no uri"}, "epcis.uri", "/eventID"),
    ({"bizStep": "transforming"}, "epcis.vocabulary", "/bizStep"),
    ({"bizStep": "urn:epcglobal:cbv:bizstep:cooking"}, "epcis.vocabulary", "/bizStep"),
    ({"bizStep": "https://ref.gs1.org/cbv/BizStep-cooking"}, "epcis.vocabulary", "/bizStep"),
    ({"disposition": "shipping"}, "epcis.vocabulary", "/disposition"),
    ({"disposition": 7}, "epcis.type", "/disposition"),
    ({"epcList": "x"}, "epcis.type", "/epcList"),
    ({"epcList": [1]}, "epcis.type", "/epcList/0"),
    ({"epcList": ["A1"]}, "epcis.uri", "/epcList/0"),
    ({"epcList": [PACK + "1", PACK + "1"]}, "epcis.repeated", "/epcList/1"),
    ({"epcList": [PACK + "1", "https://id.gs1.org/01/08935001700006/21/1"]}, "gs1.check_digit", "/epcList/1"),
    ({"epcList": ["https://id.gs1.org/00/089350017000000003"]}, "gs1.check_digit", "/epcList/0"),
    ({"epcList": None}, "epcis.object.things", ""),
    ({"epcList": None, "quantityList": []}, "epcis.object.things", ""),
    ({"quantityList": [{"quantity": 2}]}, "epcis.required", "/quantityList/0/epcClass"),
    ({"quantityList": [{"epcClass": LOT + "1", "quantity": "20"}]}, "epcis.type", "/quantityList/0/quantity"),
    ({"quantityList": [{"epcClass": LOT + "1", "quantity": True}]}, "epcis.type", "/quantityList/0/quantity"),
    ({"quantityList": [{"epcClass": LOT + "1", "quantity": -1}]}, "epcis.quantity", "/quantityList/0/quantity"),
    ({"quantityList": [{"epcClass": LOT + "1", "quantity": 10**61}]}, "epcis.number.range", "/quantityList/0/quantity"),
    ({"quantityList": [{"epcClass": LOT + "1", "quantity": 1, "uom": "kg"}]}, "epcis.uom", "/quantityList/0/uom"),
    ({"quantityList": [{"epcClass": LOT + "1", "example:x": 1}]}, "epcis.unknown", "/quantityList/0/example:x"),
    ({"readPoint": PLACE}, "epcis.type", "/readPoint"),
    ({"readPoint": {}}, "epcis.required", "/readPoint/id"),
    ({"readPoint": {"id": PLACE, "name": "Kho"}}, "epcis.unknown", "/readPoint/name"),
    ({"readPoint": {"id": "https://id.gs1.org/414/8935001700006"}}, "gs1.check_digit", "/readPoint/id"),
    ({"bizTransactionList": [{"type": "po"}]}, "epcis.required", "/bizTransactionList/0/bizTransaction"),
    ({"bizTransactionList": [{"type": "order", "bizTransaction": "urn:x:1"}]}, "epcis.vocabulary", "/bizTransactionList/0/type"),
    ({"sourceList": [{"source": "urn:x:1"}]}, "epcis.required", "/sourceList/0/type"),
    ({"destinationList": [{"type": "location", "destination": " "}]}, "epcis.uri", "/destinationList/0/destination"),
    ({"ilmd": {"example:a": 1}}, "epcis.ilmd.action", "/ilmd"),
    ({"action": "ADD", "ilmd": {"materialType": "soil"}}, "epcis.unknown", "/ilmd/materialType"),
    ({"colour": "green"}, "epcis.unknown", "/colour"),
    ({"a/b~c": 1}, "epcis.unknown", "/a~1b~0c"),
    ({"example: x": 1}, "epcis.namespace", "/example: x"),
    ({"parentID": SSCC}, "epcis.unknown", "/parentID"),
    ({"persistentDisposition": {}}, "epcis.required", "/persistentDisposition"),
    ({"persistentDisposition": {"set": []}}, "epcis.empty", "/persistentDisposition/set"),
    ({"persistentDisposition": {"set": ["recalled", "recalled"]}}, "epcis.repeated", "/persistentDisposition/set/1"),
    ({"certificationInfo": ["x"]}, "epcis.uri", "/certificationInfo/0"),
    ({"errorDeclaration": {"reason": "incorrect_data"}}, "epcis.required", "/errorDeclaration/declarationTime"),
    ({"errorDeclaration": {"declarationTime": "2026-11-03T00:00:00Z", "reason": "typo"}}, "epcis.vocabulary", "/errorDeclaration/reason"),
    ({"sensorElementList": [{"sensorReport": "x"}]}, "epcis.type", "/sensorElementList/0/sensorReport"),
    ({"sensorElementList": [{"sensorReport": [SENSOR], "sensorMetadata": 5}]}, "epcis.type", "/sensorElementList/0/sensorMetadata"),
    ({"sensorElementList": [{}]}, "epcis.required", "/sensorElementList/0/sensorReport"),
    ({"sensorElementList": [{"sensorReport": []}]}, "epcis.empty", "/sensorElementList/0/sensorReport"),
    ({"sensorElementList": [{"sensorReport": [{"value": 1}]}]}, "epcis.required", "/sensorElementList/0/sensorReport/0/type"),
    ({"sensorElementList": [{"sensorReport": [{**SENSOR, "value": "4"}]}]}, "epcis.type", "/sensorElementList/0/sensorReport/0/value"),
    ({"sensorElementList": [{"sensorReport": [{**SENSOR, "type": "Heat"}]}]}, "epcis.vocabulary", "/sensorElementList/0/sensorReport/0/type"),
    ({"sensorElementList": [{"sensorReport": [{**SENSOR, "hexBinaryValue": "xy"}]}]}, "epcis.type", "/sensorElementList/0/sensorReport/0/hexBinaryValue"),
    ({"sensorElementList": [{"sensorReport": [SENSOR], "sensorMetadata": {"time": "now"}}]}, "epcis.time", "/sensorElementList/0/sensorMetadata/time"),
    ({"sensorElementList": [{"sensorReport": [{**SENSOR, "temp": 1}]}]}, "epcis.unknown", "/sensorElementList/0/sensorReport/0/temp"),
    ({**AGGREGATION, "parentID": None, "action": "ADD"}, "epcis.required", "/parentID"),
    ({**AGGREGATION, "childEPCs": []}, "epcis.children", ""),
    ({**AGGREGATION, "type": "AssociationEvent", "parentID": None}, "epcis.required", "/parentID"),
    ({**AGGREGATION, "type": "TransactionEvent", "childEPCs": None, "epcList": [PACK + "1"]}, "epcis.required", "/bizTransactionList"),
    ({"type": "TransactionEvent", "bizTransactionList": []}, "epcis.empty", "/bizTransactionList"),
    ({**TRANSFORMATION, "outputEPCList": None}, "epcis.transformation.things", ""),
    ({**TRANSFORMATION, "action": "ADD"}, "epcis.unknown", "/action"),
    ({"type": "Event"}, "epcis.event_type", "/type"),
    ({"type": None}, "epcis.required", "/type"),
    ({"type": 5}, "epcis.event_type", "/type"),
    ({"@context": 5}, "epcis.context", "/@context"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code", "place"), CASES, ids=[f"{c}{p}" for _, c, p in CASES])
def test_each_fault_has_its_code_and_place(changes: dict[str, Any], code: str, place: str) -> None:
    assert (code, HERE + place) in faults(encoded(event(**changes)))
    # The same beside a user extension, which takes another way through the reader.
    assert (code, HERE + place) in faults(encoded(event(**{"example:note": "x", **changes})))


def test_null_is_no_value() -> None:
    made = event()
    made["bizStep"] = None
    assert faults(encoded(made)) == [("epcis.type", HERE + "/bizStep")]


def test_all_faults_of_a_document_come_together() -> None:
    data = encoded(event(action=None), event(), event(bizStep="x", eventTime="y"), schemaVersion=None)
    assert faults(data) == [
        ("epcis.required", "/schemaVersion"),
        ("epcis.required", HERE + "/action"),
        ("epcis.time", "/epcisBody/eventList/2/eventTime"),
        ("epcis.vocabulary", "/epcisBody/eventList/2/bizStep"),
    ]


def test_what_the_standard_allows_is_taken() -> None:
    for changes in (
        {"epcList": []},
        {"epcList": None, "sensorElementList": [{"sensorReport": [SENSOR]}]},
        {**AGGREGATION, "childEPCs": [], "action": "DELETE"},
        {**AGGREGATION, "parentID": None, "action": "OBSERVE"},
        {**AGGREGATION, "persistentDisposition": {"set": ["recalled"]}},
        {**TRANSFORMATION, "outputEPCList": None, "transformationID": "urn:x:1"},
        {"readPoint": {"id": PLACE, "example:gate": "3"}},
        {"bizStep": "https://example.vn/buoc/say"},
        {"@context": [{"more": "https://more.example/"}], "more:x": {"plain": [1, {"more:y": None}]}},
        {"eventTime": "2026-11-02t07:30:00.123456789z"},
        {"quantityList": [{"epcClass": LOT + "1", "quantity": 0}]},
        {"epcList": ["https://example.vn/gạo/1"]},
    ):
        assert read_document(encoded(event(**changes))).events  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"@context": None}, "epcis.required", "/@context"),
        ({"creationDate": None}, "epcis.required", "/creationDate"),
        ({"creationDate": "2026-13-01T00:00:00Z"}, "epcis.time.impossible", "/creationDate"),
        ({"schemaVersion": 2}, "epcis.version", "/schemaVersion"),
        ({"type": "EPCISDoc"}, "epcis.choice", "/type"),
        ({"epcisBody": []}, "epcis.type", "/epcisBody"),
        ({"epcisBody": {}}, "epcis.required", "/epcisBody/eventList"),
        ({"epcisBody": {"eventList": {}}}, "epcis.type", "/epcisBody/eventList"),
        ({"epcisBody": None}, "epcis.required", "/epcisBody"),
        ({"extra": 1}, "epcis.unknown", "/extra"),
        ({"epcisHeader": {"epcisMasterData": {"vocabularyList": [{}]}}}, "epcis.required",
         "/epcisHeader/epcisMasterData/vocabularyList/0/type"),
        ({"type": "EPCISQueryDocument"}, "epcis.required", "/epcisBody/queryResults"),
    ],
)  # fmt: skip
def test_faults_around_the_events(changes: dict[str, Any], code: str, path: str) -> None:
    assert (code, path) in faults(json.dumps(document(event(), **changes)).encode())


GOOD = encoded(event(**{"example:note": "Gạo nếp"}))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "epcis.json"),
        (b"   ", "epcis.json"),
        (b"null", "epcis.json"),
        (b"17", "epcis.json"),
        (GOOD[:-20], "epcis.json"),
        (GOOD + b"{}", "epcis.json"),
        (GOOD.decode().encode("utf-16"), "epcis.json"),
        (GOOD.decode().encode("utf-16-le"), "epcis.json"),
        (GOOD.decode().encode("utf-8-sig"), "epcis.json"),
        (GOOD.decode().replace("ạ", "à").replace("ế", "é").encode("latin-1"), "epcis.json"),
        (GOOD.replace(b"shipping", b"ship\xffping"), "epcis.json"),
        (GOOD.replace(b"shipping", rb"ship\ud800ping"), "epcis.json"),
        (GOOD.replace(b"shipping", rb"ship\u0000ping"), "epcis.json.nul"),
        (GOOD.replace(b"shipping", b"ship\x00ping"), "epcis.json"),
        (GOOD.replace(b'"shipping"', b"NaN"), "epcis.json"),
        (GOOD.replace(b'"shipping"', b"-Infinity"), "epcis.json"),
        (GOOD.replace(b'"example:note": ', b'"example:n": 1e99999999999999999999, "example:note": '), "epcis.number.range"),
        (GOOD.replace(b'"example:note": ', b'"example:n": 1e400, "example:note": '), "epcis.number.range"),
        (GOOD.replace(b'"example:note": ', b'"example:n": ' + b"9" * 5000 + b', "example:note": '), "epcis.json"),
        (GOOD.replace(b'"example:note": ', b'"example:n": ' + b"9" * 100 + b', "example:note": '), "epcis.number.range"),
        (GOOD.replace(b'"action"', b'"action": "ADD", "action"'), "epcis.json.repeated"),
        (GOOD.replace(b'"id"', b'"id": "urn:x:1", "id"'), "epcis.json.repeated"),
        (GOOD.replace(b'"schemaVersion"', b'"schemaVersion": "1.2", "schemaVersion"'), "epcis.json.repeated"),
        (b"<?xml version='1.0'?><epcis:EPCISDocument/>", "epcis.xml"),
        (b"{}", "epcis.required"),
        (b'{"type":"EPCISDocument"}', "epcis.required"),
        (b'[1, "x", null]', "epcis.type"),
    ],
)  # fmt: skip
def test_what_is_no_epcis_json(data: bytes, code: str) -> None:
    assert code in [found for found, _ in faults(data)]


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        encoded(event(**{"example:x": 0})).replace(b": 0", b": " + b"[" * 100_000 + b"]" * 100_000),
        encoded(event(**{"example:x": 0})).replace(b": 0", b": " + b"[" * 200 + b"]" * 200),
        encoded(event(action="ADD", ilmd={"example:x": 0})).replace(
            b": 0", b": " + b'{"example:y": ' * 70 + b"1" + b"}" * 70
        ),
        encoded(event(), **{"example:x": 0}).replace(b": 0", b": " + b"[" * 100_000 + b"]" * 100_000),
    ],
    ids=range(7),
)
def test_deep_nesting_is_refused(data: bytes) -> None:
    with pytest.raises(Problem) as caught:
        read_document(data)
    problem = caught.value.faults[0] if isinstance(caught.value, ManyInvalid) else caught.value
    assert problem.code in ("epcis.depth", "epcis.json")


def test_a_list_in_place_of_an_event_beside_extensions() -> None:
    assert faults(encoded(event(**{"example:note": "x"}), [], 5)) == [
        ("epcis.type", "/epcisBody/eventList/1"),
        ("epcis.type", "/epcisBody/eventList/2"),
    ]


def test_limits() -> None:
    data = encoded(event(), event(), event())
    with pytest.raises(TooLarge):
        read_document(data, max_bytes=len(data) - 1)
    with pytest.raises(TooLarge):
        read_document(data, max_events=2)
    with pytest.raises(TooLarge):
        read_document(encoded(event(**{"example:a": {"example:b": [[[[1]]]]}})), max_depth=4)
    assert read_document(data, max_events=3, max_bytes=len(data), max_depth=4)


def test_an_eventid_given_twice_is_taken_as_in_the_standards_own_example() -> None:
    data = encoded(event(eventID="urn:x:1")).replace(b'"eventID"', b'"eventID": "urn:x:0", "eventID"')
    assert read_document(data).events[0].event_id == "urn:x:1"


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
@example(b'{"type":"ObjectEvent","@context":{"a":{"b":1}}}')
@example(b'{"type":"EPCISDocument","epcisBody":null}')
@example(b'{"type":[],"epcisBody":{"eventList":[[]]}}')
def test_any_bytes_give_only_our_errors(data: bytes) -> None:
    for work in (read_document, hash_document):
        try:
            work(data)
        except Problem:
            pass


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([PACK + "1", "urn:epc:id:sgtin:1.2.3", "https://id.gs1.org/01/", "urn:", ":", "a:"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type", "example:a", "set", "x", ":"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(events, st.data())
def test_events_with_one_member_gone_wrong_give_only_our_errors(made: dict[str, Any], data: st.DataObject) -> None:
    """And what is refused is refused by the collecting validator, never only by the shape."""
    name = data.draw(
        st.sampled_from(
            [*made, "sensorElementList", "ilmd", "persistentDisposition", "@context", "errorDeclaration", "type"]
        )
    )
    made[name] = data.draw(JSON)
    try:
        read_document(encoded(made))
    except ManyInvalid as problem:
        for fault in problem.faults:
            assert fault.code != "epcis.event", fault
            assert fault.path.startswith(HERE) or fault.code in ("epcis.json", "epcis.json.nul"), fault
    except Problem:
        pass


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, len(GOOD)), st.binary(max_size=3))
def test_damaged_documents_give_only_our_errors(start: int, length: int, put: bytes) -> None:
    damaged = GOOD[:start] + put + GOOD[start + length % 20 :]
    for work in (read_document, hash_document):
        try:
            work(damaged)
        except Problem:
            pass


def test_a_document_says_its_type() -> None:
    whole = json.loads(encoded(event()))
    del whole["type"]
    assert faults(json.dumps(whole).encode()) == [("epcis.required", "/type")]
    whole["sender"] = whole["receiver"] = None  # other faults around it hide it no more
    assert ("epcis.required", "/type") in faults(json.dumps(whole).encode())


@pytest.mark.parametrize("bare", ["{}", '{"@context": [], "action": "ADD"}', '{"type": null}'])
def test_faults_of_a_bare_event_are_placed_in_it(bare: str) -> None:
    found = faults(bare.encode())
    assert {path for _, path in found} >= {"/type", "/eventTime", "/eventTimeZoneOffset"}
    assert {path for _, path in faults(f"[{bare}]".encode())} >= {"/0/type", "/0/eventTime"}


NOW = 1_795_400_000_000  # 2026-11-23


@pytest.mark.parametrize(("time", "refused"), [("2999-01-01T00:00:00Z", True), ("2026-01-01T00:00:00Z", False)])
def test_what_has_not_happened_yet_is_refused_where_the_time_is_known(time: str, refused: bool) -> None:
    data = encoded(event(), event(eventTime=time))
    assert len(read_document(data).events) == 2  # without a clock nothing is said
    if not refused:
        assert len(read_document(data, now_ms=NOW).events) == 2
        return
    with pytest.raises(ManyInvalid) as caught:
        read_document(data, now_ms=NOW)
    assert [(f.code, f.path) for f in caught.value.faults] == [
        ("epcis.time_future", "/epcisBody/eventList/1/eventTime")
    ]


def test_a_day_of_grace_for_clocks_that_run_fast() -> None:
    (reading,) = read_document(encoded(event())).events
    day = 86_400_000
    assert read_document(encoded(event()), now_ms=reading.time_ms - day).events
    with pytest.raises(ManyInvalid):
        read_document(encoded(event()), now_ms=reading.time_ms - day - 1)


GOOD = encoded(event())
ENGLISH = ("malformed", "truncated", "expected", "invalid", "character", "byte order", "number")


@pytest.mark.parametrize(
    ("data", "vi", "en"),
    [
        (GOOD[:-9], "cắt cụt", "truncated"),
        (GOOD + b"x", "ký tự thừa", "more characters"),
        (b"5", "cần đối tượng, lại gặp số", "object wanted, number found"),
        (b'"x"', "cần đối tượng", "object wanted"),
        (b"{'a': 1}", "tên trường", "names of members"),
        (b'{"a": 1,}', "dấu phẩy", "comma"),
        (b'{"a" 1}', "dấu hai chấm", "colon"),
        (b"nonsense", "không đúng chỗ", "out of place"),
        (GOOD.replace(b"2026", b"20\xff6", 1), "không phải UTF-8", "is not UTF-8"),
    ],
)
def test_what_is_wrong_with_json_is_said_in_both_languages(data: bytes, vi: str, en: str) -> None:
    with pytest.raises(ManyInvalid) as caught:
        read_document(data)
    (fault,) = caught.value.faults
    assert fault.code == "epcis.json"
    assert vi in fault.vi
    assert en in fault.en
    assert not any(word in fault.vi.lower() for word in ENGLISH)


def test_the_place_of_a_byte_that_is_not_utf8_is_that_in_the_file() -> None:
    data = encoded(event(**{"example:note": "lúa"})).replace("ú".encode(), b"\xfa").replace(b"\\u00fa", b"\xfa")
    with pytest.raises(ManyInvalid) as caught:
        read_document(data)
    (fault,) = caught.value.faults
    for text in (fault.vi, fault.en):
        assert f" {data.index(0xFA)} (0xFA)" in text
