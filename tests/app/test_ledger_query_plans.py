"""No query reads the whole ledger: the plans of both databases, and what a page reads as the ledger grows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from tests.conformance import query_world as own
from tests.ledger_world import FARM, GTIN, MILL, at, document, lot, pack, packed, seen
from tests.world import World

from lienvung.ledger import query_blocks, query_conditions, query_walk, reading
from lienvung.ledger.access import NOTHING, Visible, visible_to_organisations
from lienvung.ledger.capture import capture
from lienvung.ledger.collections import KINDS, vocabulary_page
from lienvung.ledger.query import QueryProblem, QueryTooLarge, matches_since, newest_rid, run_query

pytestmark = pytest.mark.django_db
QUERIES: list[dict[str, list[Any]]] = [
    {},
    {"eventType": ["ObjectEvent"], "EQ_action": ["OBSERVE"]},
    {"EQ_bizStep": ["shipping"], "EQ_disposition": ["active"]},
    {"EQ_bizLocation": [FARM], "EQ_bizStep": ["shipping"]},
    {"WD_readPoint": [own.SITE]},
    {"GE_eventTime": [at(100)], "LT_eventTime": [at(900)]},
    {"EQ_bizTransaction_po": [own.ORDERS[0]]},
    {"EQ_ILMD_cbvmda:lotNumber": ["12"]},
    {"GE_ILMD_ex:moisture": ["12"]},
    {"EXISTS_ex:box": ["true"]},
    {"GE_value_CEL": ["4"]},
    {"LT_time": [at(100)]},
    {"GE_quantity": ["5"]},
    {"EQ_persistentDisposition_set": ["recalled"]},
    {"HASATTR_bizLocation": ["cbvmda:city"]},
    {"MATCH_anyEPC": [pack(1)]},
    {"EXISTS_errorDeclaration": ["true"]},
]


def store(events: list[dict[str, Any]]) -> None:
    data = json.loads(document(*events, context=own.EVENT_CONTEXT))
    capture(json.dumps({**data, **own.master_data()}).encode())


@pytest.mark.parametrize("rare", [query_walk.RARE, 0], ids=["rare", "common"])
@pytest.mark.parametrize("by", ["recordTime", "eventTime"])
def test_every_statement_of_a_query_uses_an_index(rare: int, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store(own.events(120))
    said: dict[str, tuple[Any, ...]] = {}
    rows = reading.rows

    def noted(sql: str, values: Any = ()) -> Any:
        said[sql] = tuple(values)
        return rows(sql, values)

    for module in ("query_blocks", "query_conditions", "query_fields", "query_master", "query_parameters", "master",
                   "patterns", "events", "query", "identifiers", "query_order"):  # fmt: skip
        monkeypatch.setattr(f"lienvung.ledger.{module}.rows", noted)
    monkeypatch.setattr(query_walk, "RARE", rare)
    for query in QUERIES:
        first = run_query({**query, "orderBy": [by]}, per_page=3, prefixes={"ex": own.EX})
        if first.next_token:
            run_query({**query, "orderBy": [by]}, per_page=3, token=first.next_token, prefixes={"ex": own.EX})
    run_query({"orderBy": ["ex:weight"]}, per_page=5, prefixes={"ex": own.EX})
    scans = [(sql, plan) for sql, values in said.items() for plan in plans(sql, values) if whole(plan)]
    assert not scans
    assert len(said) > 20


def plans(sql: str, values: tuple[Any, ...]) -> list[str]:
    if connection.vendor == "sqlite":
        return [row[3] for row in reading.rows("EXPLAIN QUERY PLAN " + sql, values)]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + sql, values)
        return [line for (line,) in cursor.fetchall()]


SMALL = ("ledger_counter", "ledger_block", "ledger_context")


def whole(plan: str) -> bool:
    """A step that reads a whole table that grows (an ordered walk that ends at its LIMIT has an index, too)."""
    step = plan.strip()
    if connection.vendor == "sqlite":
        return (
            step.startswith("SCAN")
            and "USING" not in step
            and not any(name in step for name in SMALL)
            and "CONSTANT" not in step
        )
    return "Seq Scan" in step


def test_pages_stay_put_while_the_ledger_grows_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    _small(monkeypatch, 16)
    for start in range(0, 60, 10):
        capture(document(*(seen(pack(start + n), minute=start + n, bizStep="shipping") for n in range(10))))
    first = run_query({"EQ_bizStep": ["shipping"]}, per_page=25)
    capture(document(*(seen(pack(500 + n), minute=n, bizStep="shipping") for n in range(40))))
    second = run_query({"EQ_bizStep": ["shipping"]}, per_page=25, token=first.next_token)
    third = run_query({"EQ_bizStep": ["shipping"]}, per_page=25, token=second.next_token)
    rids = [event.rid for page in (first, second, third) for event in page.events]
    assert len(rids) == 60
    assert rids == sorted(rids, reverse=True)
    assert third.next_token is None


def _small(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(query_blocks, "SIZE", size)
    monkeypatch.setattr(query_blocks, "BYTES", max(1, size // 8))
    monkeypatch.setattr(query_blocks, "SLICE", 5)
    monkeypatch.setattr(query_conditions, "SIZE", size)
    monkeypatch.setattr(query_conditions, "FULL", (1 << size) - 1)
    monkeypatch.setattr(query_walk, "RARE", 0)


@pytest.mark.parametrize("way", ["ASC", "DESC"])
def test_the_order_by_a_field_has_every_event_once(way: str) -> None:
    weights = [3, None, 1, [2, 9], None, 3]
    made = [seen(pack(n), minute=n, **({"ex:weight": w} if w is not None else {})) for n, w in enumerate(weights)]
    store(made)
    found, token = [], None
    while True:
        query = {"orderBy": ["ex:weight"], "orderDirection": [way]}
        page = run_query(query, per_page=2, token=token, prefixes={"ex": own.EX})
        found += [event.as_dict().get("ex:weight") for event in page.events]
        token = page.next_token
        if token is None:
            break
    rising, falling = [1, [2, 9], 3, 3, None, None], [[2, 9], 3, 3, 1, None, None]
    assert found == (rising if way == "ASC" else falling)


def test_following_the_ledger_gives_each_match_once_in_record_order() -> None:
    capture(document(*(seen(pack(n), minute=50 - n, bizStep="shipping") for n in range(6))))
    top = newest_rid()
    query = {"EQ_bizStep": ["shipping"]}
    first = matches_since(query, after=0, up_to=top, limit=4)
    rest = matches_since(query, after=first[-1].rid, up_to=top, limit=4)
    assert [event.rid for event in (*first, *rest)] == sorted(event.rid for event in (*first, *rest))
    assert len(first) + len(rest) == 6
    assert matches_since(query, after=top, up_to=top, limit=4) == []


@pytest.mark.parametrize("rare", [query_walk.RARE, 0])
def test_nobody_counts_or_lists_what_he_does_not_see(world: World, rare: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_walk, "RARE", rare)
    mine, other = world.stranger, world.shop
    capture(document(*(seen(pack(n), minute=n, bizStep="shipping") for n in range(5))), submitter=str(mine.pk))
    capture(
        document(*(seen(pack(n), minute=n, bizStep="storing", readPoint=MILL) for n in range(50, 60))),
        submitter=str(other.pk),
    )
    visible = visible_to_organisations([mine])
    assert visible.parts
    assert len(run_query({}, seen_by=visible).events) == 5
    assert len(run_query({"maxEventCount": ["5"]}, seen_by=visible).events) == 5
    with pytest.raises(QueryTooLarge):
        run_query({"maxEventCount": ["4"]}, seen_by=visible)
    assert run_query({"EQ_bizStep": ["storing"], "maxEventCount": ["1"]}, seen_by=visible).events == []
    assert vocabulary_page("bizSteps", seen_by=visible).values == ["shipping"]
    assert vocabulary_page("readPoints", seen_by=visible).values == []
    assert set(vocabulary_page("epcs", seen_by=visible).values) == {pack(n) for n in range(5)}
    unstructured = Visible(visible.sql, visible.values)
    assert len(run_query({}, seen_by=unstructured).events) == 5


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query) or "everything")
def test_who_sees_nothing_finds_nothing(query: dict[str, list[Any]]) -> None:
    store(own.events(60))
    assert run_query(query, seen_by=NOTHING, prefixes={"ex": own.EX}).events == []


def test_collections_hold_what_occurs_page_by_page() -> None:
    store(own.events(60))
    for kind in KINDS:
        whole_list = vocabulary_page(kind, per_page=1_000).values
        found, token = [], None
        while True:
            page = vocabulary_page(kind, per_page=2, token=token)
            found += page.values
            token = page.next_token
            if token is None:
                break
        assert found == whole_list, kind
        assert len(set(found)) == len(found) > 1, kind
    assert "ObjectEvent" in vocabulary_page("eventTypes").values
    assert f"{own.EX}DryingEvent" in vocabulary_page("eventTypes").values
    assert FARM in vocabulary_page("readPoints").values


def test_a_later_word_of_the_same_sender_takes_the_place_of_the_earlier(world: World) -> None:
    capture(document(seen(pack(1), readPoint=FARM), packed(lot("A"), pack(2), minute=3, readPoint=MILL)))
    for city, minute in (("Cao Lanh", 11), ("Sa Dec", 12)):
        data = json.loads(document(seen(pack(9), minute=minute)))
        element = {"id": FARM, "attributes": [{"id": "urn:epcglobal:cbv:mda#city", "attribute": city}]}
        listed = [{"type": "urn:epcglobal:epcis:vtype:ReadPoint", "vocabularyElementList": [element]}]
        data["epcisHeader"] = {"epcisMasterData": {"vocabularyList": listed}}
        capture(json.dumps(data).encode(), submitter=str(world.shop.pk))
    name = "EQATTR_readPoint_urn:epcglobal:cbv:mda#city"
    assert not run_query({name: ["Cao Lanh"]}).events
    assert len(run_query({name: ["Sa Dec"]}).events) == 1
    others = Visible("1 = 1", voices=(str(world.stranger.pk),))
    assert not run_query({name: ["Sa Dec"]}, seen_by=others).events, "another organisation's word does not count"
    assert GTIN


@pytest.mark.parametrize("rare", [query_walk.RARE, 0])
def test_more_events_than_allowed_are_an_error_whatever_the_way(rare: int, monkeypatch: pytest.MonkeyPatch) -> None:
    _small(monkeypatch, 16)
    monkeypatch.setattr(query_walk, "RARE", rare)
    capture(document(*(seen(pack(n), minute=n, bizStep="loading") for n in range(40))))
    query = {"EQ_bizStep": ["loading"]}
    assert len(run_query({**query, "maxEventCount": ["40"]}, per_page=100).events) == 40
    assert run_query({**query, "maxEventCount": [str(2**31 - 1)]}, per_page=1).next_token
    with pytest.raises(QueryTooLarge):
        run_query({**query, "maxEventCount": ["39"]})


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"EQ_none": ["x"]}, "EQ_none"),
        ({"EQ_nobody:field": ["x"]}, "EQ_nobody:field"),
        ({"GE_value_CEL": ["warm"]}, "GE_value_CEL"),
        ({"GE_value_CEL": ["1e-99999999"]}, "GE_value_CEL"),
        ({"EQ_value_CEL": ["1", "x"]}, "EQ_value_CEL"),
        ({"GE_percRank": ["1", "2"]}, "GE_percRank"),
        ({"LT_errorDeclaration_Time": ["soon"]}, "LT_errorDeclaration_Time"),
        ({"EQ_booleanValue": ["maybe"]}, "EQ_booleanValue"),
        ({"EQ_bizStep": [""]}, "EQ_bizStep"),
        ({"EQ_stringValue": ["a\x00b"]}, "EQ_stringValue"),
        ({"EQ_stringValue": ["\ud800"]}, "EQ_stringValue"),
        ({"EXISTS_cbvmda:a": ["2"]}, "EXISTS_cbvmda:a"),
        ({"HASATTR_eventTime": ["cbvmda:city"]}, "HASATTR_eventTime"),
        ({"orderBy": ["nobody:field"]}, "orderBy"),
        ({"WD_readPoint": ["no place"]}, "WD_readPoint"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_name(query: dict[str, list[Any]], named: str) -> None:
    with pytest.raises(QueryProblem) as caught:
        run_query(query)
    assert caught.value.path == named
    assert caught.value.exception == "QueryParameterException"
    assert caught.value.vi
