"""The same random chains as real EPCIS events, captured into the ledger, against the same oracle."""

from __future__ import annotations

import itertools
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.app.trace_events import BASE, World, declared_wrong
from tests.core.lineage_chains import LOTS, chains
from tests.core.lineage_oracle import Oracle

from lienvung.ledger.capture import capture_events
from lienvung.ledger.dictionary import forget
from lienvung.ledger.identifiers import thing_ids
from lienvung.ledger.trace import recall_scope, trace
from lienvung.ledger.trace_source import LedgerSource
from lienvung.lineage.batches import Memo
from lienvung.lineage.facts import ALWAYS, NEVER, Ints, ints
from lienvung.lineage.lots import parcels_of
from lienvung.lineage.memory import Happening, MemorySource
from lienvung.lineage.places import places_of
from lienvung.lineage.states import State
from lienvung.lineage.walk import back, forward

pytestmark = pytest.mark.django_db
relaxed = settings(
    deadline=None,
    max_examples=int(os.environ.get("LINEAGE_EXAMPLES", "40")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
worlds = itertools.count(1)
horizons = st.one_of(st.just(ALWAYS), st.integers(0, 12).map(lambda t: BASE + t * 1000))
roots = st.sampled_from([*LOTS, "s0", "s1", "c0"])


@pytest.fixture(autouse=True)
def nothing_remembered():
    forget()
    yield
    forget()


class Told:
    """A chain in the ledger: captured in documents of a few events, errors declared last or first."""

    def __init__(self, chain: list[Happening], size: int, *, errors_first: bool = False) -> None:
        self.world = World(next(worlds))
        self.chain = self.world.settle(chain)
        events = [self.world.event(h) for h in self.chain]
        wrong = [declared_wrong(event) for h, event in zip(self.chain, events) if h.void]
        parts = [events[at : at + size] for at in range(0, len(events), size)]
        for part in [wrong, *parts] if errors_first else [*parts, wrong]:
            if part:
                assert capture_events(part).success
        self.source = LedgerSource()

    def numbers(self, names: list[str]) -> Ints:
        found = {name: thing_ids(self.world.uri(name)) for name in names}
        return np.sort(ints([ids[0] for ids in found.values() if ids]))

    def names(self, things: Ints) -> list[str]:
        back_to = {uri: name for name, uri in self.world.uris.items()}
        known = things[things >= 0]
        uris = dict(zip(known.tolist(), self.source.uris(known)))
        return [back_to[uris[number]] if number >= 0 else "" for number in things.tolist()]


@relaxed
@given(
    chain=chains,
    root=roots,
    since=st.one_of(st.just(NEVER), st.integers(0, 12)),
    until=horizons,
    size=st.integers(1, 9),
    first=st.booleans(),
)
def test_forward(chain, root, since, until, size, first):
    told = Told(chain, size, errors_first=first)
    since = since if since == NEVER else BASE + since * 1000
    asked = told.numbers([root])
    if len(asked):
        reach = forward(told.source, asked, since, until)
        expected = Oracle(told.chain, until).forward([root], since)
        assert dict(zip(told.names(reach.things), reach.time.tolist())) == expected


@relaxed
@given(chain=chains, root=roots, until=horizons, size=st.integers(1, 9))
def test_back(chain, root, until, size):
    told = Told(chain, size)
    asked = told.numbers([root])
    if len(asked):
        reach = back(told.source, asked, until)
        assert dict(zip(told.names(reach.things), reach.time.tolist())) == Oracle(told.chain, until).back([root])


@relaxed
@given(chain=chains, until=horizons, size=st.integers(1, 9))
def test_places(chain, until, size):
    told = Told(chain, size)
    oracle = Oracle(told.chain, until)
    wanted = [name for name in oracle.all if name not in LOTS]
    things = told.numbers(wanted)
    if not len(things):
        return
    found = places_of(Memo(told.source, until), things, np.full(len(things), until))
    places, holders = told.names(found.loc), told.names(found.holder)
    for at, name in enumerate(told.names(things)):
        place, state, holder = oracle.where(name, until)
        assert (places[at] or None, State(int(found.state[at])), holders[at] or None) == (place[1], state[1], holder), (
            name
        )


@relaxed
@given(chain=chains, root=roots, until=horizons)
def test_scope_counts_what_the_oracle_reaches(chain, root, until):
    """The API with URIs: states and places of the things in scope, and lots as the memory source keeps them."""
    told = Told(chain, 5)
    asked = told.numbers([root])
    if not len(asked):
        return
    at = None if until == ALWAYS else until
    scope = recall_scope(told.world.uri(root), at=at)
    oracle = Oracle(told.chain, until)
    reached = oracle.forward([root], NEVER)
    assert sorted(scope.uris()) == sorted(told.world.uri(name) for name in reached)
    things = {item.uri: item for item in scope.items() if item.kind != "lot"}
    for name in set(reached) - set(LOTS):
        place, state, holder = oracle.where(name, until)
        item = things[told.world.uri(name)]
        assert item.state == state[1].word
        assert item.place == (told.world.uri(place[1]) if place[1] else None)
        assert item.container == (told.world.uri(holder) if holder else None)
    assert sum(sum(total.things.values()) for total in scope.by_place()) == scope.count == len(things)
    in_memory = MemorySource(told.chain)
    assert _parcels(told.source, scope.parcels, told.names) == _parcels(
        in_memory,
        _memory_parcels(in_memory, reached, until),
        lambda n: [in_memory.names[x] if x >= 0 else "" for x in n],
    )


def _parcels(source, parcels, names):
    def told(p):
        lot, place, holder = (names(ints([number]))[0] for number in (p.lot, p.place, p.holder))
        unit = source.words(ints([p.uom]))[0]
        return (lot, place, p.state.word, p.quantity, unit, holder, p.seen, p.unaccounted, p.uncertain)

    return sorted(map(told, parcels), key=repr)


def _memory_parcels(source, reached, until):
    return parcels_of(Memo(source, until), source.numbers(sorted(set(reached) & set(LOTS))))


@relaxed
@given(chain=chains, root=roots, direction=st.sampled_from(["back", "forward", "both"]), limit=st.integers(1, 12))
def test_graph_joins_what_it_shows(chain, root, direction, limit):
    told = Told(chain, 5)
    if not len(told.numbers([root])):
        return
    found = trace(told.world.uri(root), direction=direction, limit=limit)
    shown = {node.uri for node in found.nodes}
    assert len(found.nodes) <= limit
    assert told.world.uri(root) in shown
    assert all({edge.source, edge.target} <= shown for edge in found.edges)
    oracle = Oracle(told.chain)
    reached = set(oracle.back([root]) if direction != "forward" else ()) | set(
        oracle.forward([root], NEVER) if direction != "back" else ()
    )
    assert found.total == len(reached)
    if found.total <= limit:
        assert {told.world.uri(name) for name in reached} <= shown
    assert found.as_json()["total"] == found.total
