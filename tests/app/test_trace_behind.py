"""The events that a trace rests on: a ledger that had only them would find all that the whole one finds.

It may find more: that something else had left a container before the container was affected is told by events about
that other thing, and they are no part of this trace.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.app.test_trace_oracle import Told, horizons, relaxed, roots
from tests.core.lineage_chains import chains
from tests.core.lineage_oracle import Oracle

from lienvung.epcis import DEFAULT_CONTEXT, read_event
from lienvung.ledger.dictionary import forget
from lienvung.ledger.events import by_rids
from lienvung.ledger.trace_events import events_behind
from lienvung.lineage.facts import ALWAYS, NEVER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered():
    forget()
    yield
    forget()


def hash_of(event):
    return read_event(json.dumps(event).encode(), context=DEFAULT_CONTEXT).hash


@relaxed
@given(chain=chains, root=roots, until=horizons, size=st.integers(1, 9), direction=st.sampled_from(["back", "forward"]))
def test_from_these_events_alone_nothing_of_the_trace_is_lost(chain, root, until, size, direction):
    told = Told(chain, size)
    if not len(told.numbers([root])):
        return
    at = None if until == ALWAYS else until
    behind = events_behind(told.world.uri(root), direction=direction, at=at)
    assert all(time <= until for time in behind.times.tolist())
    chosen = {event.hash for event in by_rids(behind.events.tolist())}
    kept = [h for h in told.chain if hash_of(told.world.event(h)) in chosen]
    assert not [h for h in kept if h.void]
    whole, part = Oracle(told.chain, until), Oracle(kept, until)
    if direction == "back":
        found, wanted = part.back([root]), whole.back([root])
        assert {thing: time for thing, time in wanted.items() if found.get(thing, NEVER) < time} == {}
    else:
        found, wanted = part.forward([root], NEVER), whole.forward([root], NEVER)
        assert {thing: time for thing, time in wanted.items() if found.get(thing, ALWAYS) > time} == {}
