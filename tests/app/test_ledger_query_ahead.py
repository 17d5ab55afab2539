"""Blocks are read ahead: few readings where all blocks are walked, and never another answer."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from lienvung.ledger.query_blocks import ENOUGH, MOST_AHEAD, SIZE, Ahead, bits_of, blocks_between, rids_of_bits

pytestmark = pytest.mark.django_db


class Table:
    """Events by block, and what was read of them."""

    def __init__(self, rids: Iterable[int], most: int = 10**9) -> None:
        self.rids = sorted(rids)
        self.most = most
        self.readings: list[tuple[int, int]] = []

    def read(self, low: int, high: int) -> list[int] | None:
        assert 0 <= low <= high
        self.readings.append((low, high))
        found = [rid for rid in self.rids if low * SIZE < rid <= (high + 1) * SIZE]
        return found if len(found) <= self.most else None

    def of(self, number: int) -> list[int]:
        return [rid for rid in self.rids if number * SIZE < rid <= (number + 1) * SIZE]


def scattered(blocks: int, each: int) -> list[int]:
    chance = random.Random(7)
    return [number * SIZE + place for number in range(blocks) for place in chance.sample(range(1, SIZE + 1), each)]


@pytest.mark.parametrize("order", ["down", "up"])
def test_all_blocks_in_few_readings(order: str) -> None:
    table = Table(scattered(300, 3))
    ahead = Ahead(table.read)
    for number in reversed(range(300)) if order == "down" else range(300):
        assert ahead.events(number) == table.of(number)
    assert len(table.readings) <= 12
    assert max(high - low + 1 for low, high in table.readings) == MOST_AHEAD


def test_a_first_page_reads_little_more_than_it_needs() -> None:
    table = Table(scattered(300, 3))
    ahead = Ahead(table.read)
    for number in range(299, 289, -1):
        ahead.events(number)
    assert sum(high - low + 1 for low, high in table.readings) <= 2 * 10


def test_what_holds_much_is_not_read_wider_and_wider() -> None:
    table = Table(scattered(64, ENOUGH))
    ahead = Ahead(table.read)
    for number in range(63, -1, -1):
        assert ahead.events(number) == table.of(number)
    assert {(low == high) for low, high in table.readings} == {True}


def test_any_order_gives_the_same_and_reads_no_more_than_twice_the_blocks() -> None:
    table = Table(scattered(200, 2))
    ahead = Ahead(table.read)
    order = random.Random(3).sample(range(200), 200)
    for number in order:
        assert ahead.events(number) == table.of(number)
    assert sum(high - low + 1 for low, high in table.readings) <= 2 * 200


def test_too_many_at_once_is_asked_for_one_block_alone() -> None:
    table = Table(scattered(30, 5), most=12)
    ahead = Ahead(table.read)
    assert [ahead.events(number) for number in range(30)] == [table.of(number) for number in range(30)]
    table.most = 4
    assert Ahead(table.read).events(9) is None


def test_bits_and_events_of_a_block() -> None:
    rids = sorted(random.Random(5).sample(range(SIZE + 1, 2 * SIZE + 1), 400))
    assert rids_of_bits(bits_of(rids, SIZE + 1), SIZE + 1) == rids


@pytest.mark.parametrize("descending", [True, False])
def test_blocks_without_any_stored_one_are_slices_in_order(descending: bool) -> None:
    found = list(blocks_between(5, 1_000, descending=descending))
    if descending:
        found.reverse()
    assert [rid for block in found for rid in range(block.first, block.last + 1)] == list(range(5, 1_001))
    assert not any(block.stored for block in found)
