"""Blocks of 2,048 events: for each word of a column one bit an event, so that conditions are combined by AND and OR.

An index finds the events of one word; where two common words meet seldom, every
index walks through one of them whole. Bits of a block do not: a million events are
489 blocks, and both words are looked up in all of them in a few milliseconds. A
block is written when it is full, by the capture that filled it; the newest events,
in no block yet, are read as they stand. Bit n of block b is event `b * 2048 + n + 1`.
Event times of a block are kept with it: the order by event time needs no event.
"""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from lienvung.ledger.reading import marks, rows
from lienvung.ledger.store import PostgresStore, SqliteStore

SIZE = 2_048
SLICE = 256  # events in no block yet are read so many at once
BYTES = SIZE // 8
MOST_AHEAD = 64  # blocks
ENOUGH = 1_000  # events; the cost of a reading is lost in theirs
# kinds of ledger_posting, by column of ledger_event
KINDS = {"type": 1, "action": 2, "bizstep": 3, "disp": 4}
_SWAP = sys.byteorder == "big"
_ONE = ord("1")


class Block(NamedTuple):
    """Which events a block may hold; `stored` is False for the newest events, in no block yet."""

    number: int
    first: int
    last: int
    stored: bool


def bits_of(rids: Iterable[int], first: int) -> int:
    """Events as the bits of the block that begins with `first`."""
    bits = bytearray(BYTES)
    for rid in rids:
        place = rid - first
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def rids_of_bits(bits: int, first: int) -> list[int]:
    """The events of these bits, in order."""
    found = []
    for index, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        if byte:
            place = first + (index << 3)
            found += [place + bit for bit in _BITS[byte]]
    return found


_BITS = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


def fill_blocks(store: SqliteStore | PostgresStore, last_rid: int) -> None:
    """Write the blocks that are full once events up to `last_rid` stand; inside a capture."""
    [(blocked,)] = store.rows("SELECT value FROM ledger_counter WHERE name = 'blocked'")
    while last_rid - blocked >= SIZE:
        _fill(store, blocked // SIZE)
        store.take("blocked", SIZE)
        blocked += SIZE


def _fill(store: SqliteStore | PostgresStore, number: int) -> None:
    first = number * SIZE + 1
    found = store.rows(
        "SELECT rid, t, type, action, bizstep, disp FROM ledger_event WHERE rid >= %s AND rid < %s ORDER BY rid",
        (first, first + SIZE),
    )
    times = array("q", [0]) * SIZE
    for rid, t, *_ in found:
        times[rid - first] = t
    if _SWAP:
        times.byteswap()
    known = [t for _, t, *_ in found] or [0]
    store.insert("block", [(number, min(known), max(known), times.tobytes())])
    rids, _, *columns = zip(*found) if found else ((), (), *((),) * len(KINDS))
    places = [SIZE - 1 - (rid - first) for rid in rids]  # as digits of a number, the last event first
    postings = []
    for kind, column in enumerate(columns, 1):
        for word, bits in sorted(_bits_by_word(places, column).items()):
            postings.append((kind, word, number, bits.to_bytes((bits.bit_length() + 7) // 8, "little")))
    store.insert("posting", postings)


def _bits_by_word(places: Sequence[int], column: Sequence[int | None]) -> dict[int, int]:
    """Word -> bits of its events. Digits are put down and read as one number, which is faster than to set bits:
    the capture that fills a block waits for it."""
    digits: defaultdict[int | None, bytearray] = defaultdict(lambda: bytearray(b"0") * SIZE)
    for place, word in zip(places, column):
        digits[word][place] = _ONE
    return {word: int(text, 2) for word, text in digits.items() if word is not None}


def blocks_between(low: int, top: int, *, descending: bool = False) -> Iterator[Block]:
    """The blocks that events numbered `low` to `top` are in, oldest first, or newest first."""
    if top < low:
        return
    [(blocked,)] = rows("SELECT value FROM ledger_counter WHERE name = 'blocked'")
    stored = range((low - 1) // SIZE, (min(top, blocked) - 1) // SIZE + 1)
    newest = range(max(blocked + 1, low), top + 1, SLICE)
    if descending:
        yield from (_newest(first, top) for first in reversed(newest))
        yield from (_stored(number) for number in reversed(stored))
    else:
        yield from (_stored(number) for number in stored)
        yield from (_newest(first, top) for first in newest)


def _stored(number: int) -> Block:
    return Block(number, number * SIZE + 1, (number + 1) * SIZE, True)


def _newest(first: int, top: int) -> Block:
    return Block(-1, first, min(first + SLICE, top + 1) - 1, False)


def spans() -> dict[int, tuple[int, int]]:
    """Number of a stored block -> its earliest and latest event time."""
    return {number: (low, high) for number, low, high in rows("SELECT blk, min_t, max_t FROM ledger_block")}


def times_of(block: Block, rids: Sequence[int]) -> list[tuple[int, int]]:
    """(event time, number) of some events of a block."""
    if block.stored and len(rids) > 16:
        times = all_times(block)
        return [(times[rid - block.first], rid) for rid in rids]
    return times_of_events(rids)


def times_of_events(rids: Sequence[int]) -> list[tuple[int, int]]:
    """(event time, number) of events wherever they are."""
    found: list[tuple[int, int]] = []
    for start in range(0, len(rids), 500):
        part = rids[start : start + 500]
        found += [(t, rid) for t, rid in rows(f"SELECT t, rid FROM ledger_event WHERE rid IN {marks(part)}", part)]
    return found


def all_times(block: Block) -> array[int]:
    """Event times of all events of a stored block, in their order; 0 where a number has no event."""
    [(data,)] = rows("SELECT times FROM ledger_block WHERE blk = %s", (block.number,))
    times = array("q")
    times.frombytes(bytes(data))
    if _SWAP:
        times.byteswap()
    return times


def postings(kind: int, words: Sequence[int], low: int, high: int) -> dict[int, int]:
    """Number of a block between `low` and `high` -> bits of its events that have one of these words."""
    found: dict[int, int] = {}
    for start in range(0, len(words), 500):
        part = words[start : start + 500]
        for number, bits in rows(
            "SELECT blk, bits FROM ledger_posting "
            f"WHERE kind = %s AND value IN {marks(part)} AND blk BETWEEN %s AND %s",
            (kind, *part, low, high),
        ):
            found[number] = found.get(number, 0) | int.from_bytes(bits, "little")
    return found


class Ahead:
    """Events of stored blocks, read together with those of the blocks that are asked for next.

    A page is mostly found in the first blocks. Where conditions never meet, all blocks
    are walked, and one reading for each would cost more than what it finds: so each
    reading takes twice as many blocks as the last, while they are asked for and hold little.
    """

    def __init__(self, read: Callable[[int, int], Sequence[int] | None]) -> None:
        self.read = read  # events of the blocks from one number to another; None where they are too many
        self.found: dict[int, list[int]] = {}
        self.width = 0
        self.size = 0  # events of the last reading
        self.last = -1  # the block asked for last

    def events(self, number: int) -> list[int] | None:
        """Events of one block; None where `read` says so of this block alone."""
        if number not in self.found and not (self._fill(number, self._next_width()) or self._fill(number, 1)):
            return None
        self.last = number
        return self.found.pop(number)

    def _next_width(self) -> int:
        if 2 * len(self.found) >= self.width:
            return max(1, self.width // 2)  # half of it was passed over, or nothing read yet
        return min(2 * self.width or 1, MOST_AHEAD) if self.size < ENOUGH else self.width

    def _fill(self, number: int, width: int) -> bool:
        low, high = (max(number - width + 1, 0), number) if number < self.last else (number, number + width - 1)
        events = self.read(low, high)
        self.width, self.found = width, {}
        if events is None:
            return False
        self.size = len(events)
        self.found = {place: [] for place in range(low, high + 1)}
        for rid in events:
            self.found[(rid - 1) // SIZE].append(rid)
        return True
