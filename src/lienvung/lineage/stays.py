"""Stays: from when to when a thing was in which container.

A thing shares its container's journey only while it is in it. One that is identified by
itself (a pack, a case) is in one container at a time: a stay begins with an aggregation or
association event (ADD, or OBSERVE as evidence) and ends with the next such event that names
it, with its being sold, used up or destroyed, or when the container is emptied: unpacked
without naming children, or itself sold, used up, destroyed. A lot may be in many containers
at once: its stay in one ends when as much as went in has come out again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lienvung.lineage.batches import Batch, Memo
from lienvung.lineage.facts import ALWAYS, CHILD, DELETE, PARENT, Flags, Ints, distinct, ints, positions_in


@dataclass(frozen=True, slots=True)
class Stays:
    """`thing` was in `holder` from `start` to `end` (event times, both inclusive; ALWAYS = not ended)."""

    thing: Ints
    holder: Ints
    start: Ints
    end: Ints
    event: Ints  # that put it in

    def __len__(self) -> int:
        return len(self.thing)

    def where(self, mask: Flags | Ints) -> Stays:
        return Stays(self.thing[mask], self.holder[mask], self.start[mask], self.end[mask], self.event[mask])


def join(parts: list[Stays]) -> Stays:
    if not parts:
        return Stays(ints(), ints(), ints(), ints(), ints())
    names = ("thing", "holder", "start", "end", "event")
    return Stays(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def stays_of(memo: Memo, things: Ints, holders: Ints | None = None) -> Stays:
    """All stays of `things` (sorted, unique), or only those in `holders` (sorted)."""
    parts: list[Stays] = []
    for here, batch in memo.parts(things):
        opens = batch.opens if holders is None else batch.opens & (positions_in(holders, batch.mentions.other) >= 0)
        if opens.any():
            parts.append(_single(memo, batch, here, opens))
            parts.append(_by_quantity(memo, batch, here, opens))
    return join(parts)


def _single(memo: Memo, batch: Batch, here: Ints, opens: Flags) -> Stays:
    """Stays of things that are identified one by one."""
    m = batch.mentions
    index, rows = batch.select(here, batch.changes & (m.uom == 0))
    order = np.argsort(index * (len(m) + 1) + rows, kind="stable")
    index, rows = index[order], rows[order]
    end = np.full(len(rows), ALWAYS, dtype=np.int64)
    same = index[1:] == index[:-1]
    end[:-1][same] = m.t[rows[1:]][same]
    chosen = opens[rows]
    index, rows, end = index[chosen], rows[chosen], end[chosen]
    holder, start, event = m.other[rows], m.t[rows], m.event[rows]
    end = np.minimum(end, emptied(memo, holder, start, event))
    return Stays(batch.things[index], holder, start, end, event)


def _by_quantity(memo: Memo, batch: Batch, here: Ints, opens: Flags) -> Stays:
    """Stays of lots, part by part: in order of time, what comes out is set against what went in."""
    m = batch.mentions
    index, rows = batch.select(here, (m.role >> 2 == CHILD) & (m.uom > 0))
    found: list[tuple[int, int, int, int, int]] = []
    inside: dict[tuple[int, int], tuple[float, int, int]] = {}  # (lot, holder) -> amount, start, event
    for at in np.lexsort((rows, index)):
        row, lot = rows[at], int(batch.things[index[at]])
        key, time = (lot, int(m.other[row])), int(m.t[row])
        if opens[row]:
            amount, begun, rid = inside.get(key, (0.0, time, int(m.event[row])))
            inside[key] = (amount + float(m.qty[row]), begun, rid)
        elif m.role[row] & 3 == DELETE and key in inside:
            amount, begun, rid = inside[key]
            left = amount - float(m.qty[row])
            if left > 1e-9:
                inside[key] = (left, begun, rid)
            else:  # all of it, or an amount that nobody gave
                del inside[key]
                found.append((*key, begun, time, rid))
    found += [(*key, begun, ALWAYS, rid) for key, (_, begun, rid) in inside.items()]
    table = ints(found).reshape(-1, 5)
    thing, holder, start, end, event = (np.ascontiguousarray(table[:, column]) for column in range(5))
    return Stays(thing, holder, start, np.minimum(end, emptied(memo, holder, start, event)), event)


def emptied(memo: Memo, holders: Ints, start: Ints, event: Ints) -> Ints:
    """For each stay begun in `holders` at (`start`, `event`): when the container was next emptied; ALWAYS if not."""
    ends = np.full(len(holders), ALWAYS, dtype=np.int64)
    if not len(holders):
        return ends
    for here, batch in memo.parts(distinct(holders)):
        closers = empties(memo, batch)
        if not closers.any():
            continue
        m = batch.mentions
        index, rows = batch.select(here, closers)
        if not len(rows):
            continue
        order = np.argsort(index * (len(m) + 1) + rows, kind="stable")
        index, rows = index[order], rows[order]
        asked = np.flatnonzero(positions_in(here, holders) >= 0)
        own = np.searchsorted(batch.things, holders[asked])
        first = np.searchsorted(index, own, side="left")
        last = np.searchsorted(index, own, side="right")
        at, t, rid = first.copy(), m.t[rows], m.event[rows]
        while True:  # few closers a container: step over those before the stay
            safe = np.minimum(at, len(rows) - 1)
            s, e = start[asked], event[asked]
            early = (at < last) & ((t[safe] < s) | ((t[safe] == s) & (rid[safe] <= e)))
            if not early.any():
                break
            at[early] += 1
        hit = at < last
        ends[asked[hit]] = t[at[hit]]
    return ends


def empties(memo: Memo, batch: Batch) -> Flags:
    """Rows of containers that end the stay of everything inside."""
    m = batch.mentions
    closers = batch.finals.copy()
    unpacked = np.flatnonzero(m.role == PARENT * 4 + DELETE)
    if len(unpacked):
        events = distinct(m.event[unpacked])
        named = memo.itemised(events)
        rest = events[~named]
        if len(rest):
            bare = rest[memo.source.unpacks_all(rest)]
            closers[unpacked] |= positions_in(bare, m.event[unpacked]) >= 0
    return closers
