"""The story told in memory: golden numbers, and that what it tells can be true."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest

from lienvung.demo.data import certificate_number, load
from lienvung.demo.story import CONTEXT, Entry, Event, MemoryStage, Story
from lienvung.demo.told import CHAINS, DOCUMENT_EVENTS, documents_of, in_time_order
from lienvung.epcis import read_document
from lienvung.errors import ManyInvalid
from lienvung.proofs.kinds import kind_of_words

TYPES = {
    "ObjectEvent": 14851,
    "AggregationEvent": 5730,
    "TransformationEvent": 1900,
    "TransactionEvent": 250,
    "AssociationEvent": 67,
}
CHAIN_EVENTS = [668, 4703, 1336, 1922, 711, 1136, 1600, 2020, 1049, 520, 654, 383, 1510, 3661, 925]


def tell() -> tuple[Story, MemoryStage]:
    stage = MemoryStage()
    story = Story(load(), stage)
    for _, chain in CHAINS:
        chain(story)
    return story, stage


@pytest.fixture(scope="module")
def told() -> tuple[Story, MemoryStage]:
    return tell()


@pytest.fixture(scope="module")
def events(told: tuple[Story, MemoryStage]) -> list[Event]:
    return [entry.event for entry in told[0].entries]


def amounts(event: Event, *lists: str) -> list[tuple[str, int]]:
    return [(e["epcClass"], e["quantity"]) for name in lists for e in event.get(name, ()) if "quantity" in e]


def test_events_by_type(events: list[Event]) -> None:
    assert Counter(event["type"] for event in events) == TYPES
    assert len(events) == 22798


def test_events_by_chain() -> None:
    story = Story(load(), MemoryStage())
    counts = []
    for _, chain in CHAINS:
        before = len(story.entries)
        chain(story)
        counts.append(len(story.entries) - before)
    assert counts == CHAIN_EVENTS


def test_lots_and_serials(told: tuple[Story, MemoryStage]) -> None:
    _, stage = told
    assert len(stage.lots) == 2221
    assert len({lot.uri for lot in stage.lots}) == 2221
    assert stage.issued == {"gao_clc": 9084, "ruou_nep": 2880, "tra_hoa_vang": 564}


def test_the_same_story_every_time(events: list[Event]) -> None:
    assert [entry.event for entry in tell()[0].entries] == events


def test_certificates_are_named_as_they_are_registered(told: tuple[Story, MemoryStage], events: list[Event]) -> None:
    data = told[0].data
    named: dict[str, tuple[str, str]] = {}
    for event in events:
        for group in event.get("ilmd", {}).get("cbvmda:certificationList", ()):
            one = group["cbvmda:certification"]
            named[one["cbvmda:certificationIdentification"]] = (
                one["cbvmda:certificationStandard"],
                one["cbvmda:certificationEndDate"],
            )
    rules = data.story["certificates"]
    for key in (*(row["product"] for row in rules["of"]), rules["grower_of"]):
        standard, end = named[certificate_number(data.items[key])]
        assert kind_of_words(standard) is not None, key
        assert "minh hoạ" in standard
        assert end == rules["valid_to"].isoformat()
    assert not {rules["grower_of"]} & {row["product"] for row in rules["of"]}


def test_what_is_held_is_not_what_is_recalled(told: tuple[Story, MemoryStage], events: list[Event]) -> None:
    marks, lab = told[0].marks, told[0].data.story["lab"]
    held, within = marks[lab["bad"]], marks[lab["good"]]
    assert len({held, within, marks["recalled_paddy"], marks["rice_bulk_2"], marks["rice_packs_2"]}) == 5
    made = [e["outputQuantityList"] for e in events if held in dict(amounts(e, "inputQuantityList"))]
    assert made  # something was made of it, so the hold reaches further than the lot


def test_all_in_six_months_and_in_time_order(told: tuple[Story, MemoryStage]) -> None:
    story, _ = told
    entries = in_time_order(story)
    assert entries[0].time.date().isoformat() == "2026-05-01"
    assert entries[-1].time.date().isoformat() == "2026-10-31"
    assert all(a.time <= b.time for a, b in pairwise(entries))
    assert {entry.time.month for entry in entries} == {5, 6, 7, 8, 9, 10}


def test_every_event_is_good_epcis(events: list[Event]) -> None:
    document = {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-01T00:00:00Z",
        "epcisBody": {"eventList": events},
    }
    try:
        reading = read_document(json.dumps(document).encode(), max_bytes=10**9, max_events=10**6)
    except ManyInvalid as problem:
        pytest.fail("\n".join(f"{fault.path}: {fault.en}" for fault in problem.faults[:10]))
    assert len(reading.events) == len(events)
    assert len({event.hash for event in reading.events}) == len(events) - 1  # the declaration repeats its event


def test_no_lot_gives_more_than_was_made(events: list[Event]) -> None:
    """Sold, destroyed and used up together never exceed what came into being (the typing error aside)."""
    made: dict[str, int] = defaultdict(int)
    gone: dict[str, int] = defaultdict(int)
    for event in events:
        if "errorDeclaration" in event or event.get("eventID", "").endswith("0001"):
            continue
        if event.get("action") == "ADD":
            for uri, amount in amounts(event, "quantityList"):
                if event["type"] == "ObjectEvent":
                    made[uri] += amount
        for uri, amount in amounts(event, "outputQuantityList"):
            made[uri] += amount
        for uri, amount in amounts(event, "inputQuantityList"):
            gone[uri] += amount
        if event.get("disposition") in {"retail_sold", "destroyed"}:
            for uri, amount in amounts(event, "quantityList"):
                gone[uri] += amount
    assert {uri: (gone[uri], made[uri]) for uri in gone if gone[uri] > made[uri]} == {}


def test_what_is_sold_was_on_that_shelf(events: list[Event]) -> None:
    shelf: dict[tuple[str, str], int] = defaultdict(int)
    packs: dict[str, str] = {}
    for event in sorted(events, key=lambda e: (e["eventTime"], e.get("bizStep") == "retail_selling")):
        place = event.get("bizLocation", {}).get("id", "")
        if event.get("bizStep") == "stocking":
            for uri, amount in amounts(event, "quantityList"):
                shelf[uri, place] += amount
            packs.update(dict.fromkeys(event.get("epcList", ()), place))
        if event.get("bizStep") == "retail_selling":
            for uri, amount in amounts(event, "quantityList"):
                shelf[uri, place] -= amount
                assert shelf[uri, place] >= 0, (uri, place)
            for epc in event.get("epcList", ()):
                assert packs.pop(epc, "") == place, epc  # and never twice


def test_every_pack_is_made_once_and_packed_once(events: list[Event]) -> None:
    made = Counter(epc for event in events for epc in event.get("outputEPCList", ()))
    packed = Counter(
        epc
        for event in events
        if event["type"] == "AggregationEvent" and event["action"] == "ADD"
        for epc in event.get("childEPCs", ())
    )
    assert len(made) == 9084 + 2880 + 564
    assert set(made.values()) == {1}
    assert set(packed.values()) == {1}
    assert set(made) <= set(packed)


def test_receiving_follows_its_shipping(events: list[Event]) -> None:
    def key(event: Event) -> str:
        said = {name: event.get(name) for name in ("epcList", "quantityList", "bizTransactionList", "destinationList")}
        return json.dumps(said, sort_keys=True)

    sent = Counter(key(event) for event in events if event.get("bizStep") == "shipping")
    received = Counter(key(event) for event in events if event.get("bizStep") == "receiving")
    assert not received - sent
    assert sum((sent - received).values()) <= 12  # still on the road when the six months end


def test_one_mistake_is_declared(events: list[Event]) -> None:
    declared = [event for event in events if "errorDeclaration" in event]
    assert len(declared) == 1
    wrong, right = declared[0]["eventID"], declared[0]["errorDeclaration"]["correctiveEventIDs"][0]
    by_id = {event["eventID"]: event for event in events if "eventID" in event and "errorDeclaration" not in event}
    assert set(by_id) == {wrong, right}
    ten_times = dict(amounts(by_id[wrong], "outputQuantityList"))
    assert ten_times == {uri: 10 * amount for uri, amount in amounts(by_id[right], "outputQuantityList")}


def test_one_mill_run_gives_more_than_it_took(told: tuple[Story, MemoryStage], events: list[Event]) -> None:
    too_much = []
    for event in events:
        kilograms = {
            name: sum(e["quantity"] for e in event.get(name, ()) if e.get("uom") == "KGM")
            for name in ("inputQuantityList", "outputQuantityList")
        }
        if kilograms["inputQuantityList"] and kilograms["outputQuantityList"] > kilograms["inputQuantityList"]:
            too_much.append(event["outputQuantityList"][0]["epcClass"])
    assert too_much == [told[0].marks["rice_bulk_4"]]


def test_the_recalled_paddy_went_into_run_two_only(told: tuple[Story, MemoryStage], events: list[Event]) -> None:
    marks = told[0].marks
    uses = [
        event["outputQuantityList"][0]["epcClass"]
        for event in events
        if marks["recalled_paddy"] in dict(amounts(event, "inputQuantityList"))
    ]
    assert uses == [marks["rice_bulk_2"]]


def test_goat_meat_is_measured_and_one_journey_was_warm(events: list[Event]) -> None:
    readings = [
        (event["sensorElementList"][0]["sensorReport"][0]["value"], event)
        for event in events
        if "sensorElementList" in event and any("/00/" in epc for epc in event.get("epcList", ()))
    ]
    warm = [value for value, _ in readings if value > 4]
    assert len(readings) > 400
    assert len(warm) == 2
    assert min(warm) > 6


def test_documents_are_of_one_sender_and_half_a_month(told: tuple[Story, MemoryStage]) -> None:
    entries: list[Entry] = in_time_order(told[0])
    documents = list(documents_of(entries))
    assert sum(len(sent) for _, sent in documents) == len(entries)
    assert max(len(sent) for _, sent in documents) == DOCUMENT_EVENTS
    owner = {id(entry.event): entry for entry in entries}
    for firm, sent in documents:
        mine = [owner[id(event)] for event in sent]
        assert {entry.firm for entry in mine} == {firm}
        assert mine[-1].time - mine[0].time < timedelta(days=17)
