"""Finding the first events of a page: from the rarest condition, or block by block where all are common.

    first_events(conditions, order=…, low=1, top=newest, last=None, count=31) -> [(event time, number)]

What it costs does not depend on how many events there are, but on the page, on the
rarest condition (at most `RARE` events) or on how many blocks have to be combined.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lienvung.ledger.query_blocks import (
    SIZE,
    Block,
    blocks_between,
    rids_of_bits,
    spans,
    times_of,
    times_of_events,
)
from lienvung.ledger.query_conditions import Condition, Known, Places, Rows, Words

RARE = 1_000
FEW = 64  # events of a block that are asked one by one rather than by reading more of the block
ALL_TYPES = tuple(range(1, 7))
Place = tuple[int, int]  # event time, number


class Way(NamedTuple):
    """In which order events come."""

    by_time: bool
    descending: bool

    def key(self, place: Place) -> tuple[int, ...]:
        return place if self.by_time else place[1:]

    def is_after(self, place: Place, last: Place) -> bool:
        mine, other = self.key(place), self.key(last)
        return mine < other if self.descending else mine > other


def first_events(
    conditions: Sequence[Condition], *, way: Way, low: int, top: int, last: Place | None, count: int
) -> list[Place]:
    """The first `count` events, numbered `low` to `top`, that have all conditions and come after `last`."""
    if last is not None and not way.by_time:
        low, top = (low, min(top, last[1] - 1)) if way.descending else (max(low, last[1] + 1), top)
    if top < low or count < 1:
        return []
    known: list[tuple[list[int], Condition]] = []
    for condition in sorted(conditions, key=lambda one: one.cost):
        found = condition.rare(RARE)
        if found is not None:
            known.append((found, condition))
            if len(found) <= FEW:
                break
    if known:
        return _few(known, conditions, way, (low, top), last, count)
    ordered = in_order(conditions)
    if way.by_time:
        return _by_time(ordered, way, (low, top), last, count)
    return _by_number(ordered, way, (low, top), count)


def count_events(conditions: Sequence[Condition], *, low: int, top: int, most: int) -> int:
    """How many events have all conditions, at most one more than `most`."""
    way = Way(by_time=False, descending=True)
    if any(condition.rare(RARE) is not None for condition in conditions):
        return len(first_events(conditions, way=way, low=low, top=top, last=None, count=most + 1))
    ordered = in_order(conditions)
    found = 0
    for block in blocks_between(low, top, descending=True):
        found += len(_in_block(ordered, block, (low, top)))
        if found > most:
            break
    return min(found, most + 1)


def in_order(conditions: Sequence[Condition]) -> list[Condition]:
    """The cheapest condition first; where none of them knows which numbers have an event, one that does."""
    ordered = sorted(conditions, key=lambda one: one.cost)
    if any(isinstance(one, Words | Places | Rows | Known) for one in conditions):
        return ordered
    return [Words("type", ALL_TYPES), *ordered]


def _few(
    known: list[tuple[list[int], Condition]],
    conditions: Sequence[Condition],
    way: Way,
    bounds: tuple[int, int],
    last: Place | None,
    count: int,
) -> list[Place]:
    rids, first = min(known, key=lambda pair: len(pair[0]))
    left = [rid for rid in rids if bounds[0] <= rid <= bounds[1]]
    done = [first]
    for its, condition in known:
        if condition is not first:
            left = [rid for rid in left if rid in set(its)] if len(left) < 8 else sorted(set(its).intersection(left))
            done.append(condition)
    others = [condition for condition in conditions if not any(condition is other for other in done)]
    places: list[Place] = []
    for piece in [left] if way.by_time else _pieces(left, way, count):
        for condition in others:
            piece = sorted(condition.keep(piece)) if piece else piece
        places += times_of_events(piece)  # numbers without an event fall away here
        if len(places) >= count and not way.by_time:
            break
    if last is not None:
        places = [place for place in places if way.is_after(place, last)]
    places.sort(key=way.key, reverse=way.descending)
    return places[:count]


def _pieces(rids: list[int], way: Way, count: int) -> Iterator[list[int]]:
    """Numbers in the order of the page, in growing pieces: each stands on a page of its own in the database, and most
    are not needed for the first page of events."""
    ordered = rids[::-1] if way.descending else rids
    start, size = 0, 2 * count
    while start < len(ordered):
        yield sorted(ordered[start : start + size])
        start, size = start + size, 2 * size


def _by_number(ordered: Sequence[Condition], way: Way, bounds: tuple[int, int], count: int) -> list[Place]:
    rids: list[int] = []
    for block in blocks_between(*bounds, descending=way.descending):
        found = _in_block(ordered, block, bounds)
        rids += reversed(found) if way.descending else found
        if len(rids) >= count:
            break
    rids = rids[:count]
    times = {rid: t for t, rid in times_of_events(rids)}
    return [(times[rid], rid) for rid in rids]


def _in_block(ordered: Sequence[Condition], block: Block, bounds: tuple[int, int]) -> list[int]:
    """The events of a block that have all conditions, in order."""
    first, last = max(bounds[0], block.first), min(bounds[1], block.last)
    bits = ((1 << (last - first + 1)) - 1) << (first - block.first)
    for index, condition in enumerate(ordered):
        if condition.cost > 2 and (condition.cost >= 9 or bits.bit_count() <= FEW):
            left = rids_of_bits(bits, block.first)
            for costly in ordered[index:]:
                left = sorted(costly.keep(left)) if left else left
            return left
        bits &= condition.bits(block)
        if not bits:
            return []
    return rids_of_bits(bits, block.first)


def _by_time(
    ordered: Sequence[Condition], way: Way, bounds: tuple[int, int], last: Place | None, count: int
) -> list[Place]:
    """Blocks by their latest (or earliest) event time, until none that is left can have a better place."""
    span = spans()
    sign = -1 if way.descending else 1
    waiting: list[tuple[int, int, Block]] = []
    for block in blocks_between(*bounds):
        low, high = span[block.number] if block.stored else (-(2**62), 2**62)
        if last is not None and (low > last[0] if way.descending else high < last[0]):
            continue
        waiting.append((-high if way.descending else low, block.number, block))
    heapq.heapify(waiting)
    best: list[Place] = []  # as a heap, the worst first: signed so that the best are the smallest
    while waiting:
        edge, _, block = heapq.heappop(waiting)
        if len(best) >= count and edge > -best[0][0]:
            break
        for t, rid in times_of(block, _in_block(ordered, block, bounds)):
            if last is not None and not way.is_after((t, rid), last):
                continue
            entry = (-sign * t, -sign * rid)
            if len(best) < count:
                heapq.heappush(best, entry)
            elif entry > best[0]:
                heapq.heapreplace(best, entry)
    return sorted(((-sign * t, -sign * rid) for t, rid in best), reverse=way.descending)


__all__ = ["SIZE", "Place", "Way", "count_events", "first_events"]
