"""The checks on generated chains: nothing on clean ones, and of each seeded fault that fault and nothing else."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest
from tests.anomaly_chains import ENDED, FAULTS, Chain, chain, facts_of, parameters

from lienvung.lineage.anomalies import World, examine, examine_areas
from lienvung.lineage.anomalies_words import KIND_TEXTS, Found, Kind

NOW = int(ENDED.timestamp() * 1000)


def found_in(chains: list[Chain]) -> tuple[list[Found], dict[int, set[Kind]]]:
    """All findings, and the kinds by chain."""
    facts, whose = facts_of(chains)
    world = World(facts)
    outcome = examine(world, world.of, parameters(), now=NOW)
    outcome.found += examine_areas(world, [each.area for each in chains if each.area], parameters())
    kinds: dict[int, set[Kind]] = defaultdict(set)
    for each in outcome.found:
        kinds[whose[each.events[0]].number].add(each.kind)
    return outcome.found, kinds


def test_clean_chains_raise_no_alarm() -> None:
    found, _ = found_in([chain(number) for number in range(300)])
    assert not [(each.kind, each.text.en) for each in found]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_found_and_nothing_else(fault: str) -> None:
    chains = [chain(number, fault if number % 2 else "") for number in range(40)]
    found, kinds = found_in(chains)
    assert kinds == {number: {FAULTS[fault]} for number in range(1, 40, 2)}, [each.text.en for each in found]


def test_every_kind_has_a_fault_that_shows_it_and_words_in_both_languages() -> None:
    assert set(FAULTS.values()) == set(Kind) == set(KIND_TEXTS)
    found, _ = found_in([chain(number, fault) for number, fault in enumerate(FAULTS)])
    assert {each.kind for each in found} == set(Kind)
    for each in found:
        assert each.text.vi
        assert each.text.en not in ("", each.text.vi)
        assert each.events
    assert len({each.key for each in found}) == len(found)


def test_order_of_recording_does_not_matter() -> None:
    chains = [chain(number, fault) for number, fault in enumerate(FAULTS)]
    said = sorted((each.kind, each.subject) for each in found_in(chains)[0])
    for each in chains:
        random.Random(each.number).shuffle(each.events)
    assert sorted((each.kind, each.subject) for each in found_in(chains)[0]) == said


def test_an_open_shipment_is_watched_until_silence_is_a_finding() -> None:
    facts, _ = facts_of([chain(3)])
    world = World(facts)
    before = examine(world, world.of, parameters(), now=NOW)
    assert len(before.watch) == 1
    [(thing, due)] = before.watch.items()
    assert not before.found
    after = examine(world, world.of, parameters(), now=due + 1)
    assert [(each.kind, each.subject) for each in after.found] == [(Kind.NOT_RECEIVED, thing)]
    assert not after.watch
