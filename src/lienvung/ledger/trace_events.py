"""The events that a trace rests on: what an EPCIS client is given when it asks where a thing came from or went.

These are the events that name a thing of the trace in the time in which it matters (back: until it was used;
forward: since it may be affected), and what happened to the containers that it travelled in meanwhile. That an
ingredient was used for something else as well is no part of where this thing came from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from lienvung.ledger.trace_graph import Direction
from lienvung.ledger.trace_names import find
from lienvung.ledger.trace_source import LedgerSource
from lienvung.lineage.batches import Memo
from lienvung.lineage.facts import ALWAYS, EPC, INPUT, NEVER, OUTPUT, Ints, distinct, ints, positions_in
from lienvung.lineage.stays import empties, stays_of
from lienvung.lineage.walk import Reach, back, forward

NESTING = 4
Windows = dict[int, list[tuple[int, int]]]  # thing -> from when to when, both inclusive


@dataclass(frozen=True)
class Behind:
    """`events`: numbers of events, in the order of (event time, number); `times` the event times beside them."""

    root: str  # canonical URI
    events: Ints
    times: Ints


def events_behind(
    uri: str, *, direction: Direction = "both", at: int | None = None, since: int | None = None
) -> Behind:
    """`at`: as of that event time; `since` (forward only): what happened to the thing before is of no account.

    Raises Invalid for a malformed identifier, NotFound for one the ledger never saw.
    """
    roots = find(uri)
    source = LedgerSource()
    memo = Memo(source, ALWAYS if at is None else at)
    told: dict[int, int] = {}
    if direction != "forward":
        reach = back(memo, roots)
        _tell(memo, told, reach, np.full(len(reach), NEVER, dtype=np.int64), reach.time, _uses_of(memo, reach))
    if direction != "back":
        reach = forward(memo, roots, NEVER if since is None else since)
        _tell(memo, told, reach, reach.time, np.full(len(reach), memo.until, dtype=np.int64), None)
    events, times = ints(list(told)), ints(list(told.values()))
    order = np.lexsort((events, times))
    return Behind(source.uris(roots[:1])[0], events[order], times[order])


def _uses_of(memo: Memo, reach: Reach) -> Ints:
    """The events in which something was used for, or became, the things reached."""
    made = memo.source.links(reach.things, OUTPUT)
    used = memo.source.members(distinct(made.process), INPUT) if len(made) else made
    return distinct(np.concatenate([made.event, used.event]))


def _tell(memo: Memo, told: dict[int, int], reach: Reach, first: Ints, last: Ints, uses: Ints | None) -> None:
    """Add to `told` (event -> time) what names the things reached between `first` and `last`, and their rides.

    `uses`: only these events may name a thing as input.
    """
    last = np.minimum(last, memo.until)
    for here, batch in memo.parts(reach.things):
        m = batch.mentions
        mask = np.ones(len(m), dtype=np.bool_)
        if uses is not None:
            mask = (m.role >> 2 != INPUT) | (positions_in(uses, m.event) >= 0)
        index, rows = batch.select(here, mask)
        at = positions_in(reach.things, batch.things[index])
        inside = (m.t[rows] >= first[at]) & (m.t[rows] <= last[at])
        kept = distinct(rows[inside])
        told.update(zip(m.event[kept].tolist(), m.t[kept].tolist()))
    windows = {
        thing: [(lo, hi)] for thing, lo, hi in zip(reach.things.tolist(), first.tolist(), last.tolist()) if lo <= hi
    }
    for _ in range(NESTING):
        windows = _rides(memo, told, windows)
        if not windows:
            break
        _travels(memo, told, windows)


def _rides(memo: Memo, told: dict[int, int], windows: Windows) -> Windows:
    """When the containers of these things had them inside, within the times that matter."""
    above: Windows = {}
    stays = stays_of(memo, ints(sorted(windows)))
    columns = (stays.thing, stays.holder, stays.start, stays.end, stays.event)
    for thing, holder, start, end, event in zip(*(column.tolist() for column in columns)):
        for lo, hi in windows[thing]:
            first, last = max(lo, start), min(hi, end)
            if first <= last:
                told[event] = start
                above.setdefault(holder, []).append((first, last))
    return {holder: list(_joined(spans)) for holder, spans in above.items()}


def _joined(spans: list[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """The same times as few spans that do not overlap."""
    first, last = None, NEVER
    for lo, hi in sorted(spans):
        if first is None or lo > last:
            if first is not None:
                yield first, last
            first, last = lo, hi
        else:
            last = max(last, hi)
    if first is not None:
        yield first, last


def _travels(memo: Memo, told: dict[int, int], windows: Windows) -> None:
    """What happened to containers themselves in these times, their being emptied included."""
    for here, batch in memo.parts(ints(sorted(windows))):
        m = batch.mentions
        index, rows = batch.select(here, (m.role >> 2 == EPC) | empties(memo, batch))
        for holder, t, event in zip(batch.things[index].tolist(), m.t[rows].tolist(), m.event[rows].tolist()):
            if any(lo <= t <= hi for lo, hi in windows[holder]):
                told[event] = t
