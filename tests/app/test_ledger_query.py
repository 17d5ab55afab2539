"""The query parameters, against a brute-force reading of the same events; pages that stay put."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger_world import FARM, GTIN, MILL, OTHER_GTIN, at, case, document, event, lot, pack, packed, seen

from lienvung.ledger.capture import capture
from lienvung.ledger.events import StoredEvent, latest
from lienvung.ledger.patterns import fits
from lienvung.ledger.query import QueryProblem, QueryTooLarge, run_query

pytestmark = pytest.mark.django_db
MADE = "urn:uuid:33333333-3333-4333-8333-333333333333"
ORDER = "urn:epcglobal:cbv:bt:0614141111114:PO-1"


def world() -> list[dict[str, Any]]:
    chance = random.Random(11)
    steps, dispositions = ["shipping", "receiving", "storing"], ["in_transit", "in_progress", "active"]
    made: list[dict[str, Any]] = []
    for n in range(90):
        fields: dict[str, Any] = {
            "minute": chance.randrange(2000),
            "bizStep": chance.choice(steps),
            "disposition": chance.choice(dispositions),
            "readPoint": chance.choice([FARM, MILL]),
            "bizLocation": chance.choice([FARM, MILL]),
        }
        things = [pack(chance.randrange(30), chance.choice([GTIN, OTHER_GTIN])) for _ in range(chance.randrange(1, 6))]
        things = list(dict.fromkeys(things))
        match n % 5:
            case 0 | 1:
                made.append(seen(*things, action=chance.choice(["ADD", "OBSERVE", "DELETE"]), **fields))
            case 2:
                made.append(packed(case(n % 4), *things, action=chance.choice(["ADD", "DELETE"]), **fields))
            case 3:
                made.append(
                    event(
                        "TransformationEvent",
                        inputQuantityList=[{"epcClass": lot(chance.choice("AB")), "quantity": 1}],
                        inputEPCList=things[:1],
                        outputEPCList=things[1:] or [pack(f"new{n}")],
                        **({"transformationID": MADE} if n % 2 else {}),
                        **fields,
                    )
                )
            case _:
                made.append(
                    event(
                        quantityList=[{"epcClass": lot(chance.choice("ABC")), "quantity": 2, "uom": "KGM"}],
                        persistentDisposition={"set": ["recalled"]} if n % 2 else {"unset": ["recalled"]},
                        bizTransactionList=[{"type": "po", "bizTransaction": ORDER}],
                        eventID=f"urn:uuid:44444444-4444-4444-8444-{n:012d}",
                        **fields,
                    )
                )
    return made


@pytest.fixture
def events() -> list[dict[str, Any]]:
    made = world()
    for start in range(0, len(made), 20):
        capture(document(*made[start : start + 20]))
    return made


def all_pages(parameters: dict[str, list[str]], per_page: int = 7) -> list[StoredEvent]:
    found: list[StoredEvent] = []
    token = None
    while True:
        page = run_query(parameters, per_page=per_page, token=token)
        assert len(page.events) <= per_page
        found += page.events
        token = page.next_token
        if token is None:
            return found


def listed(e: dict[str, Any], *names: str) -> set[str]:
    found: set[str] = set()
    for name in names:
        value = e.get(name, [])
        found.update([value] if isinstance(value, str) else value)
    return found


def classes(e: dict[str, Any], *names: str) -> set[str]:
    return {q["epcClass"] for name in names for q in e.get(name, [])}


ANY = ("epcList", "childEPCs", "inputEPCList", "outputEPCList", "parentID")
URN = f"urn:epc:id:sgtin:8935000.{GTIN[0]}{GTIN[8:13]}"
Says = Callable[[dict[str, Any]], bool]
CASES: list[tuple[str, dict[str, list[str]], Says]] = [
    ("none", {}, lambda e: True),
    ("type", {"eventType": ["AggregationEvent"]}, lambda e: e["type"] == "AggregationEvent"),
    ("types", {"eventType": ["AggregationEvent", "ObjectEvent"]}, lambda e: e["type"] != "TransformationEvent"),
    ("since", {"GE_eventTime": [at(900)]}, lambda e: e["eventTime"] >= at(900)),
    ("until", {"LT_eventTime": [at(900)]}, lambda e: e["eventTime"] < at(900)),
    ("between", {"GE_eventTime": [at(300)], "LT_eventTime": [at(900)]}, lambda e: at(300) <= e["eventTime"] < at(900)),
    ("action", {"EQ_action": ["ADD", "DELETE"]}, lambda e: e.get("action") in {"ADD", "DELETE"}),
    ("step", {"EQ_bizStep": ["shipping"]}, lambda e: e["bizStep"] == "shipping"),
    ("step as URI", {"EQ_bizStep": ["https://ref.gs1.org/cbv/BizStep-shipping"]}, lambda e: e["bizStep"] == "shipping"),
    ("step as URN", {"EQ_bizStep": ["urn:epcglobal:cbv:bizstep:storing"]}, lambda e: e["bizStep"] == "storing"),
    ("step never used", {"EQ_bizStep": ["holding"]}, lambda e: False),
    ("disposition", {"EQ_disposition": ["active", "in_transit"]}, lambda e: e["disposition"] != "in_progress"),
    ("read point", {"EQ_readPoint": [FARM]}, lambda e: e["readPoint"]["id"] == FARM),
    ("location", {"EQ_bizLocation": [MILL]}, lambda e: e["bizLocation"]["id"] == MILL),
    ("set", {"EQ_persistentDisposition_set": ["recalled"]}, lambda e: "set" in e.get("persistentDisposition", {})),
    (
        "unset",
        {"EQ_persistentDisposition_unset": ["recalled"]},
        lambda e: "unset" in e.get("persistentDisposition", {}),
    ),
    ("transformation", {"EQ_transformationID": [MADE]}, lambda e: e.get("transformationID") == MADE),
    ("order", {"EQ_bizTransaction_po": [ORDER]}, lambda e: "bizTransactionList" in e),
    (
        "id",
        {"EQ_eventID": [f"urn:uuid:44444444-4444-4444-8444-{4:012d}"]},
        lambda e: e.get("eventID", "").endswith("0004"),
    ),
    ("epc", {"MATCH_epc": [pack(3)]}, lambda e: pack(3) in listed(e, "epcList", "childEPCs")),
    ("epc as URN", {"MATCH_epc": [f"{URN}.3"]}, lambda e: pack(3) in listed(e, "epcList", "childEPCs")),
    ("epcs", {"MATCH_anyEPC": [pack(3), pack(4)]}, lambda e: bool({pack(3), pack(4)} & listed(e, *ANY))),
    ("star", {"MATCH_anyEPC": [pack("2*")]}, lambda e: any(u.startswith(pack("2")) for u in listed(e, *ANY))),
    ("star in the middle", {"MATCH_anyEPC": [pack("n*w3")]}, lambda e: pack("new3") in listed(e, *ANY)),
    ("URN star", {"MATCH_anyEPC": [f"{URN}.*"]}, lambda e: any(f"/01/{GTIN}/21/" in u for u in listed(e, *ANY))),
    ("idpat", {"MATCH_epc": ["urn:epc:idpat:sgtin:8935000.*.*"]}, lambda e: bool(listed(e, "epcList", "childEPCs"))),
    ("parent", {"MATCH_parentID": [case(2)]}, lambda e: e.get("parentID") == case(2)),
    ("input", {"MATCH_inputEPC": [pack("*")]}, lambda e: any(GTIN in u for u in listed(e, "inputEPCList"))),
    ("output", {"MATCH_outputEPC": [pack("new*")]}, lambda e: any("/21/new" in u for u in listed(e, "outputEPCList"))),
    ("class", {"MATCH_epcClass": [lot("A")]}, lambda e: lot("A") in classes(e, "quantityList", "childQuantityList")),
    ("input class", {"MATCH_inputEPCClass": [lot("B")]}, lambda e: lot("B") in classes(e, "inputQuantityList")),
    ("any class", {"MATCH_anyEPCClass": [lot("*")]}, lambda e: bool(classes(e, "quantityList", "inputQuantityList"))),
    (
        "both",
        {"EQ_bizStep": ["shipping"], "MATCH_anyEPC": [pack("*")]},
        lambda e: e["bizStep"] == "shipping" and any(GTIN in u for u in listed(e, *ANY)),
    ),
    ("errors", {"EXISTS_errorDeclaration": [""]}, lambda e: "errorDeclaration" in e),
]


@pytest.mark.parametrize(
    "order", [("recordTime", "DESC"), ("recordTime", "ASC"), ("eventTime", "DESC"), ("eventTime", "ASC")]
)
def test_parameters_against_brute_force(events: list[dict[str, Any]], order: tuple[str, str]) -> None:
    by, way = order
    for name, parameters, says in CASES:
        found = all_pages({**parameters, "orderBy": [by], "orderDirection": [way]})
        keys = [(e.time_ms, e.rid) if by == "eventTime" else (e.rid,) for e in found]
        assert keys == sorted(keys, reverse=way == "DESC"), name
        got = sorted((e.as_dict()["eventTime"], e.rid) for e in found)
        wanted = sorted((e["eventTime"], rid) for rid, e in enumerate(events, 1) if says(e))
        assert got == wanted, name


def test_record_time_is_a_range_of_numbers(events: list[dict[str, Any]]) -> None:
    newest = latest(1)[0]
    moment = newest.as_dict()["recordTime"]
    after = all_pages({"GE_recordTime": [moment]})
    before = all_pages({"LT_recordTime": [moment]})
    assert {e.rid for e in after} == {e.rid for e in latest(1000) if e.recorded_ms >= newest.recorded_ms}
    assert len(after) + len(before) == len(events)
    assert all_pages({"GE_recordTime": ["2999-01-01T00:00:00Z"]}) == []


def test_only_the_star_is_a_wildcard() -> None:
    capture(document(seen(pack("a_c")), seen(pack("abc"), minute=1), seen(pack("a%25c"), minute=2)))
    assert len(all_pages({"MATCH_epc": [pack("a_c")]})) == 1
    assert len(all_pages({"MATCH_epc": [pack("a_*")]})) == 1
    assert len(all_pages({"MATCH_epc": [pack("a%25*")]})) == 1
    assert len(all_pages({"MATCH_epc": [pack("a*c")]})) == 3


@pytest.mark.parametrize("by", ["recordTime", "eventTime"])
def test_pages_stay_put_while_the_ledger_grows(by: str) -> None:
    capture(document(*(seen(pack(n), minute=n) for n in range(20))))
    first = run_query({"orderBy": [by]}, per_page=8)
    capture(document(*(seen(pack(100 + n), minute=n) for n in range(20))))
    second = run_query({"orderBy": [by]}, per_page=8, token=first.next_token)
    third = run_query({"orderBy": [by]}, per_page=8, token=second.next_token)
    rids = [e.rid for page in (first, second, third) for e in page.events]
    assert rids == list(range(20, 0, -1))
    assert third.next_token is None


def test_event_count_limit_and_max_event_count(events: list[dict[str, Any]]) -> None:
    assert len(all_pages({"orderBy": ["eventTime"], "eventCountLimit": ["10"]}, per_page=4)) == 10
    with pytest.raises(QueryTooLarge):
        run_query({"maxEventCount": ["89"]})
    assert len(all_pages({"maxEventCount": ["90"]})) == 90


@pytest.mark.parametrize(
    "parameters",
    [
        {"EQ_bizstep": ["shipping"]},
        {"EQ_bizStep'; DROP TABLE ledger_event; --": ["x"]},
        {"eventType": ["Nothing"]},
        {"EQ_action": ["add"]},
        {"GE_eventTime": ["yesterday"]},
        {"GE_eventTime": ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]},
        {"orderBy": ["colour"]},
        {"orderDirection": ["up"]},
        {"eventCountLimit": ["5"]},
        {"orderBy": ["eventTime"], "eventCountLimit": ["5"], "maxEventCount": ["5"]},
        {"maxEventCount": ["-1"]},
        {"MATCH_epc": ["*"]},
        {"MATCH_epc": ["https://id.gs1.org/01/08935000000011/21/1"]},
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(parameters: dict[str, list[str]]) -> None:
    with pytest.raises(QueryProblem) as caught:
        run_query(parameters)
    assert caught.value.path in parameters
    assert caught.value.exception.startswith("Query")


@pytest.mark.parametrize("token", ["", "nonsense", "eyJhIjoxfQ:1abc:xyz"])
def test_a_foreign_token_is_refused(token: str) -> None:
    with pytest.raises(QueryProblem):
        run_query({}, token=token)


def test_a_token_belongs_to_its_query(events: list[dict[str, Any]]) -> None:
    token = run_query({"EQ_bizStep": ["shipping"]}, per_page=2).next_token
    with pytest.raises(QueryProblem):
        run_query({"EQ_bizStep": ["receiving"]}, per_page=2, token=token)


WORDS = st.text("ab*", max_size=12)


@given(WORDS, st.text("ab", max_size=20))
def test_stars_fit_as_a_regular_expression_says(pattern: str, text: str) -> None:
    pieces = pattern.split("*")
    assert fits(text, pieces) == bool(re.fullmatch(".*".join(pieces), text))


@pytest.mark.parametrize("stars", [6, 40, 1000])
def test_many_stars_on_a_long_identifier_come_to_an_end(stars: int) -> None:
    long = "urn:example:" + "a" * 1500
    capture(document(seen(long)))
    assert run_query({"MATCH_epc": ["urn:example:" + "*a" * stars + "*b"]}).events == []
    assert len(run_query({"MATCH_epc": ["urn:example:" + "*a" * stars + "*"]}).events) == 1
