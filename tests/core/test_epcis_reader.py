"""What a reading says of an event."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.epcis_strategies import CONTEXT, LOT, PACK, PLACE, SSCC, document, encoded, event, events

from lienvung.epcis import (
    Action,
    AggregationEvent,
    EventType,
    ObjectEvent,
    Quantity,
    Reading,
    Role,
    TransformationEvent,
    build,
    read_document,
    read_event,
    write_document,
)
from lienvung.errors import ManyInvalid


def read_one(**changes: Any) -> Reading:
    (reading,) = read_document(encoded(event(**changes))).events
    return reading


def test_an_object_event() -> None:
    reading = read_one(eventID="urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8", recordTime="2026-11-02T00:31:00Z")
    assert reading.type is EventType.OBJECT
    assert reading.action is Action.OBSERVE
    assert reading.time_ms == 1793579400000
    assert reading.offset == "+07:00"
    assert reading.epcs == [(Role.EPC, PACK + "A1"), (Role.EPC, PACK + "A2")]
    assert (reading.biz_step, reading.disposition) == ("shipping", "in_transit")
    assert (reading.read_point, reading.biz_location) == (PLACE, None)
    assert reading.event_id == "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"
    assert reading.record_time == "2026-11-02T00:31:00Z"
    assert len(reading.hash) == 32
    assert reading.ni == f"ni:///sha-256;{reading.hash.hex()}?ver=CBV2.0"
    assert json.loads(reading.raw) == event(eventID=reading.event_id, recordTime=reading.record_time)


def test_an_aggregation_event_names_parent_and_children() -> None:
    data = encoded(
        event(type="AggregationEvent", action="ADD", epcList=None, parentID=SSCC, childEPCs=[PACK + "A1"],
              childQuantityList=[{"epcClass": LOT + "N1", "quantity": 12.50, "uom": "KGM"}])
    )  # fmt: skip
    (reading,) = read_document(data).events
    assert reading.epcs == [(Role.PARENT, SSCC), (Role.CHILD, PACK + "A1")]
    assert reading.quantities == [(Role.CHILD, LOT + "N1", Decimal("12.5"), "KGM")]
    typed = reading.event()
    assert isinstance(typed, AggregationEvent)
    assert (typed.parent, typed.children) == (SSCC, (PACK + "A1",))
    assert typed.child_quantities == (Quantity(LOT + "N1", Decimal("12.5"), "KGM"),)


def test_a_transformation_has_inputs_outputs_and_no_action() -> None:
    made = build.transformation_event(
        time="2026-11-02T07:30:00.000+07:00",
        input_quantities=[(LOT + "N1", 1000, "KGM")],
        outputs=[PACK + "A1"],
        transformation_id="urn:epc:id:gdti:8935001.70000.9",
        ilmd={"cbvmda:lotNumber": "M/7"},
    )
    (reading,) = read_document(encoded(made)).events
    assert reading.action is Action.NONE
    assert reading.epcs == [(Role.OUTPUT, PACK + "A1")]
    assert reading.quantities == [(Role.INPUT, LOT + "N1", Decimal(1000), "KGM")]
    assert reading.transformation_id == "https://id.gs1.org/253/89350017000059"
    assert reading.lots == [(PACK + "A1", LOT + "M%2F7")]
    assert isinstance(reading.event(), TransformationEvent)


def test_forms_of_one_identifier_are_one_thing() -> None:
    forms = [
        PACK + "A1",
        "urn:epc:id:sgtin:8935001.070000.A1",
        "https://nongsan.example.vn/01/08935001700005/10/L5/21/A1?17=271231",
    ]
    reading = read_one(epcList=forms)
    assert reading.epcs == [(Role.EPC, PACK + "A1")]
    assert reading.lots == [(PACK + "A1", LOT + "L5")]


@pytest.mark.parametrize(
    "word",
    [
        "shipping",
        "urn:epcglobal:cbv:bizstep:shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "cbv:BizStep-shipping",
    ],
)
def test_every_spelling_of_a_word_is_the_bare_word(word: str) -> None:
    reading = read_one(bizStep=word)
    assert reading.biz_step == "shipping"
    assert reading.hash == read_one().hash


def test_own_words_are_kept_as_uris() -> None:
    assert read_one(bizStep="example:drying").biz_step == "https://ns.example.com/epcis/drying"


def test_parties_dispositions_and_declarations() -> None:
    reading = read_one(
        bizTransactionList=[{"type": "po", "bizTransaction": "urn:epc:id:gdti:8935001.70000.9"}],
        sourceList=[{"type": "urn:epcglobal:cbv:sdt:owning_party", "source": "urn:epc:id:pgln:8935001.70000"}],
        destinationList=[{"type": "location", "destination": "https://example.vn/kho"}],
        persistentDisposition={"set": ["recalled"], "unset": ["conformant"]},
        errorDeclaration={
            "declarationTime": "2026-11-03T00:00:00Z",
            "reason": "incorrect_data",
            "correctiveEventIDs": ["urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"],
        },
    )
    assert reading.biz_transactions == [("po", "https://id.gs1.org/253/89350017000059")]
    assert reading.sources == [("owning_party", "https://id.gs1.org/417/8935001700005")]
    assert reading.destinations == [("location", "https://example.vn/kho")]
    assert (reading.persistent_set, reading.persistent_unset) == (["recalled"], ["conformant"])
    assert reading.error is not None
    assert reading.error.time_ms == 1793664000000
    assert reading.error.reason == "incorrect_data"
    assert reading.error.corrective == ("urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",)


@pytest.mark.parametrize(
    ("given_time", "ms"),
    [
        ("2026-11-02T07:30:00+07:00", 1793579400000),
        ("2026-11-02T00:30:00.1Z", 1793579400100),
        ("2026-11-02T00:30:00.1425Z", 1793579400143),
        ("2026-11-02T00:30:00.9996Z", 1793579401000),
        ("2026-11-02T00:30:00.14249999999Z", 1793579400142),
        ("2026-11-02T06:00:00.000+05:30", 1793579400000),
    ],
)
def test_times_are_read_to_the_millisecond(given_time: str, ms: int) -> None:
    for _ in range(2):  # the second time by what the first one left in the cache
        assert read_one(eventTime=given_time).time_ms == ms


def test_a_bare_event_and_a_list_need_their_context() -> None:
    own = event(**{"@context": CONTEXT})
    assert len(read_document(json.dumps(own).encode()).events) == 1
    assert len(read_document(json.dumps([own, own]).encode()).events) == 2
    with pytest.raises(ManyInvalid) as caught:
        read_document(json.dumps(event()).encode())
    assert caught.value.path == "/@context"
    assert read_event(json.dumps(event()).encode(), context=CONTEXT).hash == read_one().hash


def test_a_query_document() -> None:
    body = {"queryResults": {"queryName": "q", "resultsBody": {"eventList": [event()]}}}
    read = read_document(json.dumps(document(type="EPCISQueryDocument", epcisBody=body)).encode())
    assert read.events[0].hash == read_one().hash
    body["queryResults"]["resultsBody"]["eventList"][0]["action"] = "SHIP"  # type: ignore[index]
    with pytest.raises(ManyInvalid) as caught:
        read_document(json.dumps(document(type="EPCISQueryDocument", epcisBody=body)).encode())
    assert caught.value.path == "/epcisBody/queryResults/resultsBody/eventList/0/action"


def test_an_event_type_of_ones_own() -> None:
    reading = read_one(type="example:Diary", epcList=None, action=None, **{"example:crop": "lúa"})
    assert reading.type is EventType.EXTENDED
    assert reading.epcs == []


def test_header_and_context_come_back() -> None:
    read = read_document(encoded(event(), sender="urn:epc:id:sgln:8935001.70000.0", **{"example:batch": 7}))
    assert read.context == CONTEXT
    assert read.header["sender"] == "urn:epc:id:sgln:8935001.70000.0"
    assert read.header["example:batch"] == 7


def test_builders_make_right_events() -> None:
    time = "2026-11-02T07:30:00.000+07:00"
    made = [
        build.object_event(
            time=time, action="ADD", epcs=[PACK + "1"], biz_step="commissioning", persistent_set=["recalled"]
        ),
        build.aggregation_event(time=time, action="ADD", parent=SSCC, children=[PACK + "1"]),
        build.association_event(time=time, action="ADD", parent=SSCC, children=[PACK + "1"]),
        build.transaction_event(time=time, action="ADD", biz_transactions=[("po", "urn:x:1")], epcs=[PACK + "1"]),
        build.transformation_event(
            time=time, inputs=[PACK + "1"], output_quantities=[(LOT + "9", Decimal("2.50"), "KGM")]
        ),
    ]
    assert [reading.type for reading in read_document(encoded(*made)).events] == [1, 2, 5, 3, 4]
    with pytest.raises(TypeError, match="bizstep"):
        build.object_event(time=time, action="ADD", epcs=[], bizstep="shipping")


@settings(max_examples=150, deadline=None)
@given(st.lists(events, min_size=1, max_size=4))
def test_what_is_written_reads_the_same(made: list[dict[str, Any]]) -> None:
    first = read_document(encoded(*made))
    again = read_document(write_document([reading.raw for reading in first.events], first.context))
    assert again.events == first.events
    compact = read_document(json.dumps(document(*made), separators=(",", ":")).encode())
    assert [r.hash for r in compact.events] == [r.hash for r in first.events]
    for reading in first.events:
        assert reading.event() == reading.event()
        assert isinstance(reading.event(), ObjectEvent) is (reading.type is EventType.OBJECT)


@settings(max_examples=100, deadline=None)
@given(events, st.randoms())
def test_the_order_of_members_and_lists_does_not_matter(made: dict[str, Any], random: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            members = [(key, shuffled(inner)) for key, inner in value.items()]
            random.shuffle(members)
            return dict(members)
        if isinstance(value, list):
            items = [shuffled(inner) for inner in value]
            random.shuffle(items)
            return items
        return value

    (straight,) = read_document(encoded(made)).events
    (mixed,) = read_document(encoded(shuffled(made))).events
    assert straight.hash == mixed.hash


def test_contexts_that_clash_stay_apart() -> None:
    first = read_document(encoded(event(**{"example:a": "x"})))
    other = read_document(
        encoded(event(**{"example:a": "x"}), **{"@context": [CONTEXT[0], {"example": "https://other.example/"}]})
    )
    assert first.events[0].hash != other.events[0].hash
    data = write_document([(first.events[0].raw, first.context), (other.events[0].raw, other.context)], CONTEXT)
    assert [r.hash for r in read_document(data).events] == [first.events[0].hash, other.events[0].hash]
    query = write_document([(other.events[0].raw, other.context)], query="SimpleEventQuery")
    assert json.loads(query)["type"] == "EPCISQueryDocument"
    assert read_document(query).events[0].hash == other.events[0].hash
