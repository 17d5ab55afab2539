"""Forward to everything that may be affected, back to everything that went in.

Time rule: an output is affected only if the input was used at or after the time since which
the input is affected. An output is affected from its own event on; a serial of a lot from the
same time as the lot (it is a piece of it). What is in a container when the container is used
as input is used too. What is in an affected container is affected; a container is not affected
by its content, nor are the other things in it.

Each hop asks the store about all things of the frontier at once. A thing is gone through again
only if it turns out to be affected from an earlier time (back: to matter until a later one), so
that circles end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lienvung.lineage.batches import Batch, Memo
from lienvung.lineage.facts import (
    ALWAYS,
    CHILD,
    INPUT,
    OUTPUT,
    PARENT,
    Flags,
    Ints,
    Links,
    Source,
    distinct,
    ints,
    no_links,
    positions_in,
)
from lienvung.lineage.places import MAX_NESTING
from lienvung.lineage.stays import Stays, join, stays_of

Pairs = tuple[Ints, Ints]  # things, and a time for each
Step = Callable[[Ints, Ints, int], Pairs]


@dataclass(frozen=True, slots=True)
class Reach:
    """The things reached, sorted. `time`: affected since, or mattering until. `depth`: hops, 0 = asked."""

    things: Ints
    time: Ints
    depth: Ints

    def __len__(self) -> int:
        return len(self.things)


def forward(
    source: Source | Memo, roots: Ints, since: int, until: int = ALWAYS, *, follow: Follow | None = None
) -> Reach:
    """Everything that what is wrong with `roots` since the time `since` may have reached by the time `until`.

    `follow` is told what each link would draw in, and says which of it is followed.
    """
    memo = source if isinstance(source, Memo) else Memo(source, until)
    return _spread(roots, since, _Forward(memo, follow).step, earlier=True)


def back(source: Source | Memo, roots: Ints, until: int = ALWAYS) -> Reach:
    """Everything that went into `roots` by the time `until`."""
    memo = source if isinstance(source, Memo) else Memo(source, until)
    return _spread(roots, until, _Back(memo).step, earlier=False)


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways into processes: each rests on all of its events (that it was used; that it was in what was used)."""

    process: Ints
    events: tuple[Ints, ...]

    def once(self) -> Ways:
        if not len(self.process):
            return self
        if len(self.events) == 1 and np.array_equal(self.process, self.events[0]):
            process = distinct(self.process)
            return Ways(process, (process,))
        table = np.unique(np.stack([self.process, *self.events]), axis=1)
        return Ways(table[0], tuple(table[1:]))


class Follow(Protocol):
    """What a forward walk does with the links it finds: True = followed."""

    def made(self, ways: list[Ways], made: Links) -> Flags:
        """Outputs of processes into which these ways lead."""
        ...

    def serials(self, made: Links) -> Flags:
        """Serials of lots."""
        ...

    def contents(self, stays: Stays) -> Flags:
        """What was put into an affected container."""
        ...


class _Spread:
    """The things reached so far, sorted, with the best time and the first depth of each."""

    def __init__(self, things: Ints, time: Ints) -> None:
        self.things, self.time, self.depth = things, time, np.zeros(len(things), dtype=np.int64)

    def take(self, things: Ints, time: Ints, depth: int) -> Pairs:
        """Add these; those that are new or better than known are the next frontier (`time`: smaller is better)."""
        at = positions_in(self.things, things)
        known = at >= 0
        better = np.flatnonzero(known)[time[known] < self.time[at[known]]]
        self.time[at[better]] = time[better]
        fresh = ~known
        if fresh.any():
            merged = np.concatenate([self.things, things[fresh]])
            order = np.argsort(merged, kind="stable")
            self.things = merged[order]
            self.time = np.concatenate([self.time, time[fresh]])[order]
            self.depth = np.concatenate([self.depth, np.full(int(fresh.sum()), depth, dtype=np.int64)])[order]
        if not len(better):
            return things[fresh], time[fresh]
        fresh[better] = True
        return things[fresh], time[fresh]


def _spread(roots: Ints, time: int, step: Step, *, earlier: bool) -> Reach:
    sign = 1 if earlier else -1  # inside, the smaller time always wins
    frontier = distinct(roots)
    times = np.full(len(frontier), sign * time, dtype=np.int64)
    reached = _Spread(frontier, times.copy())
    depth = 0
    while len(frontier):
        things, found = step(frontier, sign * times, depth)
        depth += 1
        frontier, times = reached.take(*_best(things, sign * found), depth)
    return Reach(reached.things, sign * reached.time, reached.depth)


def _best(things: Ints, times: Ints) -> Pairs:
    """Each thing once, with the smallest of its times."""
    if not len(things):
        return things, times
    if len(things) > 1 and not (things[1:] > things[:-1]).all():
        order = np.argsort(things, kind="stable")
        things, times = things[order], times[order]
        first = np.flatnonzero(np.concatenate([[True], things[1:] != things[:-1]]))
        things, times = things[first], np.minimum.reduceat(times, first)
    return things, times


def _gather(parts: list[Pairs]) -> Pairs:
    parts = [part for part in parts if len(part[0])]
    if not parts:
        return ints(), ints()
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([thing for thing, _ in parts]), np.concatenate([time for _, time in parts])


def pairs_of_key(left: Ints, right: Ints) -> Pairs:
    """All (i, j) with left[i] == right[j]."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    low, high = np.searchsorted(ordered, left, side="left"), np.searchsorted(ordered, left, side="right")
    count = high - low
    i = np.repeat(np.arange(len(left)), count)
    j = order[np.repeat(low - np.cumsum(count) + count, count) + np.arange(len(i))]
    return i, j


class _Forward:
    def __init__(self, memo: Memo, follow: Follow | None = None) -> None:
        self.memo, self.follow = memo, follow

    def step(self, things: Ints, since: Ints, depth: int) -> Pairs:
        uses = self.memo.source.links(things, INPUT)
        of_thing = positions_in(things, uses.thing)
        member = uses.members()
        used = uses.where(~member & (uses.t >= since[of_thing]) & (uses.t <= self.memo.until))
        return _gather(
            [
                self._serials(uses.where(member), since[of_thing[member]]),
                self._outputs([Ways(used.process, (used.event,)), *self._ridden(things, since)]),
                self._contents(things, since),
            ]
        )

    def _serials(self, uses: Links, since: Ints) -> Pairs:
        """The serials of lots."""
        if not len(uses):
            return ints(), ints()
        made = self._by_then(self.memo.source.members(distinct(uses.process), OUTPUT))
        if self.follow is not None:
            made = made.where(self.follow.serials(made))
        order = np.argsort(uses.process, kind="stable")
        return made.thing, since[order][np.searchsorted(uses.process[order], made.process)]

    def _outputs(self, ways: list[Ways]) -> Pairs:
        processes = distinct(np.concatenate([way.process for way in ways]))
        if not len(processes):
            return ints(), ints()
        made = self._by_then(self.memo.source.members(processes, OUTPUT))
        if self.follow is not None:
            made = made.where(self.follow.made([way.once() for way in ways], made))
        return made.thing, made.t

    def _by_then(self, made: Links) -> Links:
        late = made.t > self.memo.until
        return made.where(~late) if late.any() else made

    def _ridden(self, things: Ints, since: Ints) -> list[Ways]:
        """Processes that used a container while some of `things` were in it."""
        holders = holders_above(self.memo, things)
        uses = self.memo.source.links(holders, INPUT) if len(holders) else no_links()
        uses = uses.where(~uses.members() & (uses.t <= self.memo.until))
        if not len(uses):
            return []
        towards = _leading_to(self.memo, holders, distinct(uses.thing))
        stays, found = stays_of(self.memo, things, towards), list[Ways]()
        told = [stays.event]
        for _ in range(MAX_NESTING):
            if not len(stays):
                break
            i, j = pairs_of_key(stays.holder, uses.thing)
            t = uses.t[j]
            inside = (stays.start[i] <= t) & (t <= stays.end[i])
            inside &= t >= since[np.searchsorted(things, stays.thing[i])]
            i, j = i[inside], j[inside]
            found.append(Ways(uses.process[j], (uses.event[j], *(events[i] for events in told))))
            stays, below = _one_up(self.memo, stays, towards)
            told = [*(events[below] for events in told), stays.event]
        return found

    def _contents(self, things: Ints, since: Ints) -> Pairs:
        """What was in those of `things` that are containers, while they were affected."""
        stays = inside_of(self.memo, things)
        if not len(stays):
            return ints(), ints()
        stays = stays.where(stays.end >= since[np.searchsorted(things, stays.holder)])
        if self.follow is not None and len(stays):
            stays = stays.where(self.follow.contents(stays))
        return stays.thing, np.maximum(stays.start, since[np.searchsorted(things, stays.holder)])


class _Back:
    def __init__(self, memo: Memo) -> None:
        self.memo = memo

    def step(self, things: Ints, until: Ints, depth: int) -> Pairs:
        source = self.memo.source
        single = things[source.can_hold(things)]
        parts: list[Pairs] = []
        if len(single):
            parts.append(self._holders(single, until[np.searchsorted(things, single)]))
            if depth == 0:
                parts.append(self._packed(single))
        made = source.links(things, OUTPUT)
        made = made.where(made.t <= until[positions_in(things, made.thing)])
        if len(made):
            used = source.members(distinct(made.process), INPUT)
            source.can_hold(used.thing)  # asked once for all of them; the source remembers
            member = used.members()
            if member.any():
                parts.append(self._lots(made, used.where(member), things, until))
                used = used.where(~member)
            used = used.where(used.t <= self.memo.until)
            parts.append((used.thing, used.t))
            parts.append(self._inside_inputs(used))
        return _gather(parts)

    def _lots(self, made: Links, lots: Links, things: Ints, until: Ints) -> Pairs:
        """A lot matters until the same time as its serial."""
        i, j = pairs_of_key(made.process, lots.process)
        return lots.thing[j], until[np.searchsorted(things, made.thing[i])]

    def _inside_inputs(self, used: Links) -> Pairs:
        """What was in containers when they were used as input."""
        mask = self.memo.source.can_hold(used.thing) if len(used) else np.zeros(0, dtype=np.bool_)
        parts: list[Pairs] = []
        holders, times = used.thing[mask], used.t[mask]
        for _ in range(MAX_NESTING):
            if not len(holders):
                break
            stays = inside_of(self.memo, distinct(holders))
            i, j = pairs_of_key(holders, stays.holder)
            t = times[i]
            keep = (stays.start[j] <= t) & (t <= stays.end[j])
            holders, times = stays.thing[j[keep]], t[keep]
            if len(holders):
                table = np.unique(np.stack([holders, times]), axis=1)
                holders, times = table[0], table[1]
                parts.append((holders, times))
        return _gather(parts)

    def _packed(self, roots: Ints) -> Pairs:
        """What was ever packed into the containers that were asked for, through all levels."""
        parts: list[Pairs] = []
        holders, seen = roots, roots
        for _ in range(MAX_NESTING):
            stays = inside_of(self.memo, holders) if len(holders) else join([])
            if not len(stays):
                break
            parts.append((stays.thing, np.minimum(stays.end, self.memo.until)))
            holders = np.setdiff1d(stays.thing, seen)
            seen = distinct(np.concatenate([seen, holders]))
        return _gather(parts)

    def _holders(self, things: Ints, until: Ints) -> Pairs:
        """Containers these were in that were themselves made of something: it reached their content."""
        above = holders_above(self.memo, things)
        made = self.memo.source.links(above, OUTPUT) if len(above) else no_links()
        made = made.where(made.t <= self.memo.until)
        if not len(made):
            return ints(), ints()
        towards = _leading_to(self.memo, above, distinct(made.thing))
        stays, parts = stays_of(self.memo, things, towards), []
        for _ in range(MAX_NESTING):
            if not len(stays):
                break
            limit = np.minimum(stays.end, until[np.searchsorted(things, stays.thing)])
            keep = (stays.start <= limit) & (positions_in(distinct(made.thing), stays.holder) >= 0)
            parts.append((stays.holder[keep], limit[keep]))
            stays, _ = _one_up(self.memo, stays, towards)
        return _gather(parts)


def holders_above(memo: Memo, things: Ints) -> Ints:
    """All containers that any of `things` was ever in, directly or through others."""
    level = distinct(np.concatenate([ints(), *(_holders_in(batch, here) for here, batch in memo.parts(things))]))
    above = level
    for _ in range(MAX_NESTING - 1):
        if len(level):
            found = memo.source.holders(level)
            level = found[positions_in(above, found) < 0]
            above = distinct(np.concatenate([above, level]))
    return above


def _holders_in(batch: Batch, things: Ints) -> Ints:
    if not batch.opens.any():
        return ints()
    if len(things) == len(batch.things):
        return distinct(batch.mentions.other[batch.opens])
    _, rows = batch.select(things, batch.opens)
    return distinct(batch.mentions.other[rows])


def _leading_to(memo: Memo, holders: Ints, goals: Ints) -> Ints:
    """Those of `holders` that are goals, or were in a container that leads to one."""
    towards = goals
    for _ in range(MAX_NESTING):
        inside = stays_of(memo, holders, towards)
        more = distinct(np.concatenate([towards, inside.thing]))
        if len(more) == len(towards):
            break
        towards = more
    return towards


def _one_up(memo: Memo, stays: Stays, towards: Ints) -> tuple[Stays, Ints]:
    """From stays in containers to stays, through them, in the containers of these; and which stay each goes on."""
    upper = stays_of(memo, distinct(stays.holder), towards)
    i, j = pairs_of_key(stays.holder, upper.thing)
    start, end = np.maximum(stays.start[i], upper.start[j]), np.minimum(stays.end[i], upper.end[j])
    keep = start <= end
    i, j = i[keep], j[keep]
    return Stays(stays.thing[i], upper.holder[j], start[keep], end[keep], upper.event[j]), i


def inside_of(memo: Memo, holders: Ints) -> Stays:
    """All stays in `holders` (sorted, unique)."""
    events: list[Ints] = []
    for here, batch in memo.parts(holders):
        parent = batch.mentions.role >> 2 == PARENT
        if parent.any():
            _, rows = batch.select(here, parent)
            events.append(distinct(batch.mentions.event[rows]))
    if not events:
        return join([])
    children = distinct(memo.source.members(distinct(np.concatenate(events)), CHILD).thing)
    return stays_of(memo, children, holders) if len(children) else join([])
