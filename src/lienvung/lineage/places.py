"""Where things are and in which state, as of any time, through the containers they were in.

The place of a thing is that of the latest event that says one: an event that names the thing,
or, for every stay in a container, the latest event about the container until the stay ended
(a thing is where its container is, also if the container was seen last before the thing went
in). The state likewise. At equal times the thing's own event decides. Containers in containers
are followed eight deep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lienvung.lineage.batches import Batch, Memo
from lienvung.lineage.facts import ALWAYS, NEVER, Ints, distinct, positions_in
from lienvung.lineage.stays import emptied

MAX_NESTING = 8


@dataclass(frozen=True, slots=True)
class Places:
    """One entry a question. -1 / State.UNKNOWN (0) / NEVER where no event tells."""

    loc: Ints
    loc_t: Ints
    state: Ints
    state_t: Ints
    holder: Ints  # the container it is in at that time

    @classmethod
    def unknown(cls, size: int) -> Places:
        none = np.full(size, -1, dtype=np.int64)
        never = np.full(size, NEVER, dtype=np.int64)
        return cls(none, never, np.zeros(size, dtype=np.int64), never.copy(), none.copy())

    def put(self, where: Ints, other: Places) -> None:
        for name in ("loc", "loc_t", "state", "state_t", "holder"):
            getattr(self, name)[where] = getattr(other, name)


def places_of(memo: Memo, things: Ints, until: Ints, depth: int = 0) -> Places:
    """Where each of `things` was at the time `until` given for it. `things` is sorted; one may be asked many times."""
    unique = things if _unique(things) else distinct(things)
    parts = memo.parts(unique)
    found = Places.unknown(len(things))
    for here, batch in parts:
        if len(here) == len(things):
            asked = np.arange(len(things))
        else:
            asked = np.flatnonzero(positions_in(here, things) >= 0)
        index = np.searchsorted(batch.things, things[asked])
        found.put(asked, _in_batch(memo, batch, index, until[asked], depth))
    return found


def _unique(things: Ints) -> bool:
    return bool((things[1:] > things[:-1]).all())


def _in_batch(memo: Memo, batch: Batch, index: Ints, until: Ints, depth: int) -> Places:
    m = batch.mentions
    found = Places.unknown(len(index))
    if not len(m):
        return found
    limit = batch.limit(until)
    row = batch.last("placed", index, limit)
    hit = row >= 0
    found.loc[hit], found.loc_t[hit] = m.loc[row[hit]], m.t[row[hit]]
    row = batch.last("stated", index, limit)
    hit = row >= 0
    found.state[hit], found.state_t[hit] = batch.states[row[hit]], m.t[row[hit]]
    if depth < MAX_NESTING and batch.opens.any():
        _through_containers(memo, batch, index, until, limit, found, depth)
    return found


def _through_containers(
    memo: Memo, batch: Batch, index: Ints, until: Ints, limit: Ints, found: Places, depth: int
) -> None:
    """Go through the stays from the last to the first, for as long as an earlier one may know more."""
    m = batch.mentions
    active, end, limit, newest = np.arange(len(index)), until, limit, True
    while len(active):
        row = batch.last("changes", index[active], limit)
        keep = row >= 0
        active, end, row = active[keep], end[keep], row[keep]
        inside = batch.opens[row]
        asked, rows = active[inside], row[inside]
        if len(asked):
            closed = emptied_rows(memo, batch, rows)
            through = np.minimum(end[inside], closed)
            if newest:
                still = (closed == ALWAYS) | (closed > through)
                found.holder[asked[still]] = m.other[rows[still]]
            _take_newer(found, asked, _containers(memo, m.other, rows, through, depth))
        start = m.t[row]
        earlier = (found.loc_t[active] < start) | (found.state_t[active] < start)
        active, end, limit, newest = active[earlier], start[earlier], row[earlier], False


def emptied_rows(memo: Memo, batch: Batch, rows: Ints) -> Ints:
    """`emptied` for stays given by their opening rows: asked once a row, however many things it names."""
    m = batch.mentions
    used = np.zeros(len(m), dtype=np.bool_)
    used[rows] = True
    few = np.flatnonzero(used)
    ends = np.zeros(len(m), dtype=np.int64)
    ends[few] = emptied(memo, m.other[few], m.t[few], m.event[few])
    return ends[rows]


def _containers(memo: Memo, other: Ints, rows: Ints, until: Ints, depth: int) -> Places:
    """The places of the containers named by `rows`, each asked once for each different time."""
    used = np.zeros(len(other), dtype=np.bool_)
    used[rows] = True
    few = np.flatnonzero(used)
    holders, of_row = np.unique(other[few], return_inverse=True)
    number = np.zeros(len(other), dtype=np.int64)
    number[few] = of_row
    code, times = number[rows], until[:1]
    if (until == until[0]).all():
        pairs, back = np.arange(len(holders)), code
    else:
        times, of_time = np.unique(until, return_inverse=True)
        pairs, back = np.unique(code * len(times) + of_time, return_inverse=True)
    whole = places_of(memo, holders[pairs // len(times)], times[pairs % len(times)], depth + 1)
    return Places(*(getattr(whole, name)[back] for name in ("loc", "loc_t", "state", "state_t", "holder")))


def _take_newer(found: Places, asked: Ints, other: Places) -> None:
    newer = other.loc_t > found.loc_t[asked]
    where = asked[newer]
    found.loc[where], found.loc_t[where] = other.loc[newer], other.loc_t[newer]
    newer = other.state_t > found.state_t[asked]
    where = asked[newer]
    found.state[where], found.state_t[where] = other.state[newer], other.state_t[newer]
