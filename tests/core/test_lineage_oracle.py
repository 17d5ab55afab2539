"""The walks and places against the brute-force oracle, on random chains."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.core.lineage_chains import LOTS, chains
from tests.core.lineage_oracle import Oracle

from lienvung.lineage import batches
from lienvung.lineage.batches import Memo
from lienvung.lineage.facts import ALWAYS, NEVER, Source
from lienvung.lineage.memory import Happening, MemorySource
from lienvung.lineage.places import places_of
from lienvung.lineage.states import State
from lienvung.lineage.stays import stays_of
from lienvung.lineage.walk import back, forward

relaxed = settings(
    deadline=None,
    max_examples=int(os.environ.get("LINEAGE_EXAMPLES", "100")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
horizons = st.one_of(st.just(ALWAYS), st.integers(0, 12))


@pytest.fixture(params=["search", "paint"], autouse=True)
def way_of_searching(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of finding the last row give the same answer."""
    monkeypatch.setattr(batches, "PAINT_FROM", 0 if request.param == "paint" else 10**9)


def check_forward(source: Source, numbers, names, chain: list[Happening], root: str, since: int, until: int) -> None:
    reach = forward(source, numbers([root]), since, until)
    expected = Oracle(chain, until).forward([root], since)
    assert dict(zip(names(reach.things), reach.time.tolist())) == expected


def check_back(source: Source, numbers, names, chain: list[Happening], root: str, until: int) -> None:
    oracle = Oracle(chain, until)
    reach = back(source, numbers([root]), until)
    expected = oracle.back([root])
    assert dict(zip(names(reach.things), reach.time.tolist())) == expected


def check_places(source: Source, numbers, names, chain: list[Happening], until: int) -> None:
    oracle = Oracle(chain, until)
    wanted = [name for name in oracle.all if name not in LOTS]
    if not wanted:
        return
    things = numbers(wanted)
    memo = Memo(source, until)
    found = places_of(memo, things, np.full(len(things), until))
    for at, name in enumerate(names(things)):
        place, state, holder = oracle.where(name, until)
        told = names(np.array([found.loc[at]]))[0] if found.loc[at] >= 0 else None
        held = names(np.array([found.holder[at]]))[0] if found.holder[at] >= 0 else None
        assert (told, State(int(found.state[at])), held) == (place[1], state[1], holder), name


def named(source: MemorySource):
    return lambda things: [source.names[n] if n >= 0 else "" for n in things.tolist()]


@relaxed
@given(
    chain=chains,
    root=st.sampled_from([*LOTS, "s0", "s1", "c0"]),
    since=st.one_of(st.just(NEVER), st.integers(0, 12)),
    until=horizons,
)
def test_forward_reaches_what_the_oracle_reaches(chain, root, since, until):
    source = MemorySource(chain)
    check_forward(source, source.numbers, named(source), chain, root, since, until)


@relaxed
@given(chain=chains, root=st.sampled_from([*LOTS, "s0", "s1", "c0"]), until=horizons)
def test_back_finds_what_the_oracle_finds(chain, root, until):
    source = MemorySource(chain)
    check_back(source, source.numbers, named(source), chain, root, until)


@relaxed
@given(chain=chains, until=horizons)
def test_places_are_those_of_the_oracle(chain, until):
    source = MemorySource(chain)
    check_places(source, source.numbers, named(source), chain, until)


@relaxed
@given(chain=chains)
def test_stays_are_those_of_the_oracle(chain):
    source = MemorySource(chain)
    oracle = Oracle(chain)
    if not oracle.all:
        return
    stays = stays_of(Memo(source, ALWAYS), source.numbers(oracle.all))
    found = sorted(
        zip(named(source)(stays.thing), named(source)(stays.holder), stays.start.tolist(), stays.end.tolist())
    )
    assert found == sorted((name, *stay) for name in oracle.all for stay in oracle.stays(name))


@relaxed
@given(chain=chains, seed=st.randoms())
def test_numbers_and_order_of_capture_do_not_matter(chain, seed):
    """Late and shuffled capture: with different times, the order in which events arrive changes nothing."""
    chain = [Happening(**{**_fields(h), "t": number * 10}) for number, h in enumerate(chain)]
    late = list(chain)
    seed.shuffle(late)
    answers = []
    for version in (chain, late):
        source = MemorySource(version)
        reach = forward(source, source.numbers(["l0"]), NEVER)
        things = np.sort(reach.things)
        found = places_of(Memo(source, ALWAYS), things, np.full(len(things), ALWAYS))
        answers.append(sorted(zip(named(source)(things), named(source)(found.loc), found.state.tolist())))
    assert answers[0] == answers[1]


def _fields(h: Happening) -> dict[str, object]:
    return {name: getattr(h, name) for name in Happening.__dataclass_fields__}
