"""Mentions once read are kept for one walk, in batches, with what both the walk and the places ask of them."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from lienvung.lineage.facts import CHILD, DELETE, Flags, Ints, Mentions, Source, distinct, positions_in
from lienvung.lineage.states import is_final, opens_stay, row_states

# More queries than this are answered by painting over an array, fewer by searching sorted keys.
PAINT_FROM = 2_000


class Batch:
    """The mentions of `things` (sorted, unique) at or before the walk's horizon."""

    def __init__(self, things: Ints, mentions: Mentions, source: Source) -> None:
        self.things = things
        self.mentions = mentions
        self.source = source
        self._keys: dict[str, tuple[Ints, Ints]] = {}

    @cached_property
    def states(self) -> Ints:
        return row_states(self.mentions, self.source)

    @cached_property
    def opens(self) -> Flags:
        """Rows that put a child into a container."""
        flags: Flags = opens_stay(self.mentions.role) & (self.mentions.other >= 0)
        return flags

    @cached_property
    def finals(self) -> Flags:
        """Rows after which a thing is in no container, whatever was said before: sold, used up, destroyed."""
        flags: Flags = is_final(self.states) & (self.mentions.role >> 2 != CHILD)
        return flags

    @cached_property
    def changes(self) -> Flags:
        """Rows that begin or end a stay in a container."""
        flags: Flags = (self.mentions.role >> 2 == CHILD) | self.finals
        return flags

    @cached_property
    def any(self) -> Flags:
        return np.ones(len(self.mentions), dtype=np.bool_)

    @cached_property
    def placed(self) -> Flags:
        return self.mentions.loc >= 0

    @cached_property
    def stated(self) -> Flags:
        return self.states > 0

    def limit(self, until: Ints) -> Ints:
        """The number of rows at or before each time."""
        return np.searchsorted(self.mentions.t, until, side="right")

    def last(self, kind: str, index: Ints, limit: Ints) -> Ints:
        """For each query the last row of `kind` that names thing `index` and stands before row `limit`; -1 if none."""
        if len(index) >= PAINT_FROM and len(index) <= len(self.things) and _rising(index):
            return self._painted(kind, index, limit)
        rows, keys = self._sorted(kind)
        if not len(rows):
            return np.full(len(index), -1, dtype=np.int64)
        size = len(self.mentions) + 1
        at = np.searchsorted(keys, index * size + limit) - 1
        hit = (at >= 0) & (keys[at] // size == index)
        return np.where(hit, rows[at], -1)

    def _painted(self, kind: str, index: Ints, limit: Ints) -> Ints:
        # Rows come in the order of time, so the last assignment to a place is the latest row.
        rows, things = self._flat(kind)
        ends = np.zeros(len(self.things), dtype=np.int64)
        ends[index] = limit
        if len(limit) and int(limit.min()) < len(self.mentions):
            keep = rows < ends[things]
            rows, things = rows[keep], things[keep]
        found = np.full(len(self.things), -1, dtype=np.int64)
        found[things] = rows
        return found[index]

    def _flat(self, kind: str) -> tuple[Ints, Ints]:
        mask: Flags = getattr(self, kind)
        rows, things = self.mentions.row, self.mentions.index
        if mask.all():
            return rows, things
        keep = mask[rows]
        return rows[keep], things[keep]

    def _sorted(self, kind: str) -> tuple[Ints, Ints]:
        if kind not in self._keys:
            rows, things = self._flat(kind)
            keys = things * (len(self.mentions) + 1) + rows
            order = np.argsort(keys, kind="stable")
            self._keys[kind] = rows[order], keys[order]
        return self._keys[kind]

    def select(self, things: Ints, mask: Flags) -> tuple[Ints, Ints]:
        """Flat (index, row) pairs of the rows in `mask` that name some of `things` (sorted, a part of the batch)."""
        rows, index = self.mentions.row, self.mentions.index
        keep = mask[rows]
        if len(things) < len(self.things):
            wanted = np.zeros(len(self.things), dtype=np.bool_)
            wanted[positions_in(self.things, things)] = True
            keep &= wanted[index]
        return index[keep], rows[keep]


def _rising(index: Ints) -> bool:
    return bool((index[1:] > index[:-1]).all())


class Memo:
    """What one walk has read. `until`: events after it do not exist for this walk."""

    def __init__(self, source: Source, until: int) -> None:
        self.source = source
        self.until = until
        self._batches: list[Batch] = []

    def itemised(self, events: Ints) -> Flags:
        """Which events are known, from what was read already, to take named children out of a container."""
        known = [b.mentions.event[b.mentions.role == CHILD * 4 + DELETE] for b in self._batches]
        return positions_in(distinct(np.concatenate(known)), events) >= 0 if known else np.zeros(len(events), np.bool_)

    def parts(self, things: Ints) -> list[tuple[Ints, Batch]]:
        """The batches that hold `things` (sorted, unique), each with the things it holds; what is missing is read."""
        parts: list[tuple[Ints, Batch]] = []
        rest = things
        for batch in self._batches:
            if not len(rest):
                break
            if batch.things is rest:
                return [*parts, (rest, batch)]
            here = positions_in(batch.things, rest) >= 0
            if here.any():
                parts.append((rest[here], batch))
                rest = rest[~here]
        if len(rest):
            batch = Batch(rest, self.source.mentions(rest, self.until), self.source)
            self._batches.append(batch)
            parts.append((rest, batch))
        return parts
