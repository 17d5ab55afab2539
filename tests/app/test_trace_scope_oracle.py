"""Scopes against what really happened: random trades (tests/trade.py), told in any order, mistakes and all.

What is reached is held to a brute-force oracle over the raw events (tests/scope_oracle.py); where it is, in which
state and how much, to the trade itself, which knows without any event.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import scope_oracle as oracle
from tests.trade import ACTS, Trade
from tests.trade_stand import GTINS, OWNER, RICE, STEP, moment, place_uri

from lienvung.catalogue.actions import register_product
from lienvung.ledger.capture import capture_events
from lienvung.ledger.dictionary import forget
from lienvung.ledger.trace import recall_scope
from lienvung.people.actions import create_organisation
from lienvung.quality.scopes import reach_of

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("SCOPE_EXAMPLES", "80"))
relaxed = settings(
    deadline=None,
    derandomize=True,
    max_examples=EXAMPLES if connection.vendor == "sqlite" else EXAMPLES // 3,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
numbers = itertools.count(1)
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
LIKELY = (
    "harvest",
    "harvest",
    "ship",
    "receive",
    "mill",
    "mill",
    "label",
    "pack",
    "box",
    "ship",
    "receive",
    "unbox",
    "shelve",
    "sell",
)
plays = st.lists(st.sampled_from(ACTS), min_size=8, max_size=40).map(lambda acts: [*LIKELY, *acts])
seeds = st.integers(0, 2**32)


@pytest.fixture
def people() -> dict[str, str | None]:
    """Who sends what: the owners of the three products, and the shops."""
    forget()
    made = {
        name: create_organisation(by=None, name=f"Cơ sở {name}", name_en=name, kind="processor", illustrative=True)
        for name in (*OWNER.values(), "shop")
    }
    for kind, owner in OWNER.items():
        content = {"net_content": Decimal(1), "unit_of_measure": "KGM"} if kind == RICE else {}
        register_product(
            by=None, owner=made[owner], gtin=GTINS[kind], name=kind, name_en=kind, illustrative=True, **content
        )
    return {"operator": None, **{name: str(organisation.pk) for name, organisation in made.items()}}


def play(acts: list[str], seed: int, people: dict[str, str | None], size: int) -> Trade:
    """A trade, told in the ledger: in documents of a few events, in any order, one of them twice."""
    trade = Trade(next(numbers), seed)
    trade.play(acts)
    told = list(trade.told)
    if seed % 3:
        trade.chance.shuffle(told)
    documents = []
    for sender, group in itertools.groupby(told, key=lambda pair: pair[1]):
        events = [event for event, _ in group]
        documents += [(sender, events[at : at + size]) for at in range(0, len(events), size)]
    for sender, events in [*documents, documents[0]]:
        assert capture_events(events, submitter=people[sender], context=CONTEXT).success
    return trade


def roots_of(trade: Trade) -> list[str]:
    told = {
        *(lot for lot in trade.lots if any(heap[0] == lot for _, stand in trade.past for heap in stand.heaps)),
        *trade.stand.single,
    }
    return sorted(told)


@relaxed
@given(acts=plays, seed=seeds, size=st.integers(1, 9), pick=st.integers(0, 10**6), back=st.integers(0, 20))
def test_scope_is_what_really_happened(people, acts, seed, size, pick, back):
    trade = play(acts, seed, people, size)
    events = [event for event, _ in trade.told]
    when, stand = trade.past[max(1, len(trade.past) - back)] if back else trade.past[-1]
    until = moment(when) if back else oracle.ALWAYS
    roots = roots_of(trade)
    known = [root for root in roots if root in stand.single or any(heap[0] == root for heap in stand.heaps)]
    if not known:
        return
    root = known[pick % len(known)]
    since = when - STEP * (pick % 30) if pick % 2 else None
    scope = recall_scope(root, at=when if back else None, since=since)
    reached = oracle.reach(events, root, moment(since) if since else oracle.NEVER, until)
    assert sorted(scope.uris()) == sorted(reached)
    items = list(scope.items())
    found = {item.uri: item for item in items if item.kind != "lot"}
    for uri in set(reached) & set(stand.single):
        one, item = stand.single[uri], found[uri]
        assert (item.state, item.place, item.container) == (one.state, place_uri(one.place), one.holder), uri
        assert item.since_ms == (None if not reached[uri] else ms(reached[uri]))
    heaps: Counter[tuple[Any, ...]] = Counter()
    for item in items:
        if item.kind == "lot" and not item.itemised:
            assert not item.uncertain, item
            if item.quantity is not None:
                heaps[item.uri, item.place, item.state, item.container] += item.quantity
    assert heaps == {(h[0], place_uri(h[1]), h[2], h[3]): n for h, n in stand.heaps.items() if h[0] in reached}


@relaxed
@given(acts=plays, seed=seeds, size=st.integers(1, 9), pick=st.integers(0, 10**6))
def test_a_recall_counts_what_really_lies_where(people, acts, seed, size, pick):
    """The figures that an official decides on: items, lots, and the table by place, goods, lot and state."""
    trade = play(acts, seed, people, size)
    events, stand = [event for event, _ in trade.told], trade.stand
    lots = [root for root in roots_of(trade) if "/10/" in root]
    root = lots[pick % len(lots)]
    reach, reached = reach_of(root), oracle.reach(events, root)
    assert sorted(reach.items) == sorted(uri for uri in reached if uri in stand.single)
    assert reach.lots == sorted(uri for uri in reached if uri not in stand.single)
    lot_of = {serial: lot for serial, lot in oracle.lot_links(oracle.in_effect(events)) if lot in reached}
    things: Counter[tuple[str, ...]] = Counter()
    for uri in reach.items:
        one = stand.single[uri]
        gtin = uri.split("/01/")[1].partition("/")[0] if "/01/" in uri else ""
        things[place_uri(one.place), gtin, lot_of.get(uri, "").rpartition("/")[2], one.state] += 1
    amounts: Counter[tuple[str, ...]] = Counter({key: n for key, n in things.items() if key[1] == GTINS[RICE]})
    for (lot, place, state, _), amount in stand.heaps.items():
        if lot in reached:
            amounts[place_uri(place), lot.split("/")[4], lot.rpartition("/")[2], state] += amount
    told_things: Counter[tuple[str, ...]] = Counter()
    told_amounts: Counter[tuple[str, ...]] = Counter()
    for row in reach.summary["rows"]:
        key = (row["place"], row["gtin"], row["lot"], row["state"])
        told_things[key] += row["things"]
        told_amounts[key] += row["quantity"] or 0
    assert +told_things == things
    assert +told_amounts == amounts
    assert not reach.summary["uncertain"]


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)
