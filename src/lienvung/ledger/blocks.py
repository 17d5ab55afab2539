"""Sets of thing ids as rows: one per block, all of `lo..hi` or the listed members (see `lienvung.ledger.tables`)."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable

from lienvung.ledger.tables import BLOCK_BITS, OFFSET_MASK

Cut = tuple[int, int, int, int, "bytes | None"]  # blk, wide, lo, hi, members

_SWAP = sys.byteorder == "big"


def pack(offsets: Iterable[int]) -> bytes:
    """Sorted offsets as little-endian uint16."""
    words = array("H", offsets)
    if _SWAP:
        words.byteswap()
    return words.tobytes()


def unpack(members: bytes) -> array[int]:
    words = array("H")
    words.frombytes(bytes(members))
    if _SWAP:
        words.byteswap()
    return words


def cut(ids: Collection[int]) -> list[Cut]:
    """The rows that say exactly `ids` (not empty; one named twice counts once)."""
    first, last = min(ids), max(ids)
    block = first >> BLOCK_BITS
    if last >> BLOCK_BITS == block:
        lo, hi = first & OFFSET_MASK, last & OFFSET_MASK
        if lo == hi:
            return [(block, 0, lo, lo, None)]
        if last - first < len(ids) and len(set(ids)) == last - first + 1:
            return [(block, 1, lo, hi, None)]
    return _cut_many(sorted(set(ids)))


def _cut_many(ordered: list[int]) -> list[Cut]:
    rows: list[Cut] = []
    start, size = 0, len(ordered)
    while start < size:
        first = ordered[start]
        block = first >> BLOCK_BITS
        end = size if ordered[-1] >> BLOCK_BITS == block else bisect_left(ordered, (block + 1) << BLOCK_BITS, start)
        last = ordered[end - 1]
        lo, hi = first & OFFSET_MASK, last & OFFSET_MASK
        gaps = last - first != end - start - 1
        members = pack([i & OFFSET_MASK for i in ordered[start:end]]) if gaps else None
        rows.append((block, int(hi > lo), lo, hi, members))
        start = end
    return rows


def holds(lo: int, hi: int, members: bytes | None, offset: int) -> bool:
    """Whether a row speaks of `offset`."""
    if not lo <= offset <= hi:
        return False
    if members is None:
        return True
    needle, data = pack((offset,)), bytes(members)
    place = data.find(needle)
    while place & 1 and place >= 0:  # the last byte of one offset and the first of the next
        place = data.find(needle, place + 1)
    return place >= 0


def ids_of(blk: int, lo: int, hi: int, members: bytes | None) -> list[int]:
    """All thing ids that a row speaks of."""
    base = blk << BLOCK_BITS
    offsets: Iterable[int] = range(lo, hi + 1) if members is None else unpack(members)
    return [base + offset for offset in offsets]
