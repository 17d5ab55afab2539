"""`trace`: the neighbourhood of a thing as nodes and edges, cut to what a person can read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

from lienvung.errors import Invalid
from lienvung.ledger.access import EVERYTHING, Visible
from lienvung.ledger.events import iso
from lienvung.ledger.trace_eyes import source_for
from lienvung.ledger.trace_names import event_names, find, kind_of
from lienvung.ledger.trace_source import LedgerSource
from lienvung.lineage.batches import Memo
from lienvung.lineage.facts import ALWAYS, INPUT, NEVER, OUTPUT, Ints, Links, ints, positions_in
from lienvung.lineage.stays import Stays, join, stays_of
from lienvung.lineage.walk import back, forward

Direction = Literal["back", "forward", "both"]


@dataclass(frozen=True, slots=True)
class Node:
    """A thing in a trace. `depth`: 0 = what was asked, negative = what it came from, positive = what came of it."""

    uri: str
    kind: str  # 'lot' | 'serial' | 'logistic' | 'asset' | 'class' | 'place' | 'other'
    depth: int
    first_ms: int | None = None  # event time of its first and of its last event
    last_ms: int | None = None
    biz_step: str | None = None  # of its last event, bare CBV word
    place: str | None = None  # canonical URI of the place where it was last seen itself
    more: int = 0  # things next to it that the limit left off


@dataclass(frozen=True, slots=True)
class Edge:
    """Material went from `source` into `target` (both URIs), in the event `event_id` at `time_ms`."""

    source: str
    target: str
    kind: str  # 'transform' made from | 'lot' a serial of its lot | 'contain' packed into
    process: int  # event number, minus the number of the transformationID, or minus that of the lot
    event_id: str
    time_ms: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What one thing was made from and became. At most `limit` nodes; `left_off[depth]` counts the others."""

    root: str
    direction: str
    at_ms: int | None
    nodes: list[Node]
    edges: list[Edge]
    total: int  # things reached, shown or not
    left_off: dict[int, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.root,
            "direction": self.direction,
            "at": None if self.at_ms is None else iso(self.at_ms),
            "total": self.total,
            "leftOff": {str(depth): count for depth, count in sorted(self.left_off.items())},
            "things": [_timed(asdict(node)) for node in self.nodes],
            "links": [_timed(asdict(edge)) for edge in self.edges],
        }


def _timed(value: dict[str, Any]) -> dict[str, Any]:
    """Times in words, for readers of JSON."""
    return {
        name.removesuffix("_ms"): iso(item) if name.endswith("_ms") and item is not None else item
        for name, item in value.items()
    }


def trace(
    uri: str,
    *,
    direction: Direction = "both",
    at: int | None = None,
    limit: int = 200,
    seen_by: Visible = EVERYTHING,
) -> Trace:
    """Walk from `uri`. Raises Invalid for a malformed identifier, NotFound for one the ledger never saw.

    `seen_by` (`ledger.access.lineage_for`): the walk knows only the events that these see.
    """
    if direction not in ("back", "forward", "both"):
        raise Invalid(
            "ledger.direction",
            vi="hướng là back, forward hoặc both",
            en="direction is back, forward or both",
            path="direction",
        )
    roots = find(uri)
    source = source_for(seen_by)
    memo = Memo(source, ALWAYS if at is None else at)
    things, depth = roots, np.zeros(len(roots), dtype=np.int64)
    if direction != "forward":
        reach = back(memo, roots)
        things, depth = reach.things, -reach.depth
    if direction != "back":
        reach = forward(memo, roots, NEVER)
        new = positions_in(things, reach.things) < 0
        things = np.concatenate([things, reach.things[new]])
        depth = np.concatenate([depth, reach.depth[new]])
    chosen = _nearest(things, depth, limit)
    shown, shown_depth = things[chosen], depth[chosen]
    cut, counts = np.unique(np.delete(depth, chosen), return_counts=True)
    picture = _Picture(memo, source, shown, shown_depth, things)
    picture.add_containers(limit - len(shown), direction)
    return Trace(
        root=source.uris(roots[:1])[0],
        direction=direction,
        at_ms=at,
        nodes=picture.nodes(),
        edges=picture.edges(),
        total=len(things),
        left_off=dict(zip(cut.tolist(), counts.tolist())),
    )


def _nearest(things: Ints, depth: Ints, limit: int) -> Ints:
    """The nearest, half of them back and half forward; what one side does not need the other gets."""
    order = np.argsort(np.abs(depth) * 2 + (depth > 0), kind="stable")
    behind, ahead = order[depth[order] < 0], order[depth[order] > 0]
    middle = order[depth[order] == 0]
    room = max(0, limit - len(middle))
    back_share = min(len(behind), max(room // 2, room - len(ahead)))
    return np.sort(np.concatenate([middle[:limit], behind[:back_share], ahead[: room - back_share]]))


class _Picture:
    """The things to show, and what joins them."""

    def __init__(self, memo: Memo, source: LedgerSource, things: Ints, depth: Ints, reached: Ints) -> None:
        self.memo, self.source = memo, source
        self.depth = dict(zip(things.tolist(), depth.tolist()))
        self.reached = np.sort(reached)
        self.stays: Stays = join([])

    @property
    def things(self) -> Ints:
        return ints(sorted(self.depth))

    def add_containers(self, room: int, direction: Direction) -> None:
        """The containers that shown things travelled in, as far as there is room; stays among what is shown."""
        level = self.things if direction != "back" else ints()
        while len(level) and room > 0:
            stays = stays_of(self.memo, level)
            holders = np.setdiff1d(stays.holder, self.things)[:room]
            for stay_thing, holder in zip(stays.thing.tolist(), stays.holder.tolist()):
                if holder in holders:
                    deeper = self.depth[stay_thing] + 1
                    self.depth[holder] = max(deeper, self.depth.get(holder, deeper))
            room -= len(holders)
            level = holders
        stays = stays_of(self.memo, self.things)
        self.stays = stays.where(positions_in(self.things, stays.holder) >= 0)

    def nodes(self) -> list[Node]:
        more = self._more()
        found: dict[int, Node] = {}
        for here, batch in self.memo.parts(self.things):
            m = batch.mentions
            at = np.searchsorted(batch.things, here)
            end = np.full(len(here), len(m), dtype=np.int64)
            last, placed = batch.last("any", at, end), batch.last("placed", at, end)
            seen, first = np.unique(m.index, return_index=True)
            first_row = dict(zip(batch.things[seen].tolist(), m.row[first].tolist()))
            for thing, row, where, uri in zip(here.tolist(), last.tolist(), placed.tolist(), self.source.uris(here)):
                node = Node(uri, kind_of(uri), self.depth[thing], more=more.get(thing, 0))
                if row >= 0:
                    words = self.source.words(m.step[[row]])
                    place = self.source.uris(m.loc[[where]])[0] if where >= 0 else None
                    node = Node(
                        uri,
                        node.kind,
                        node.depth,
                        int(m.t[first_row[thing]]),
                        int(m.t[row]),
                        words[0] or None,
                        place,
                        node.more,
                    )
                found[thing] = node
        return sorted(found.values(), key=lambda node: (node.depth, node.kind, node.uri))

    def _links(self, role: int) -> Links:
        links = self.source.links(self.things, role)
        return links.where(links.t <= self.memo.until) if role == OUTPUT else links

    def _more(self) -> dict[int, int]:
        """How many things one step away were reached, but are not shown."""
        more: dict[int, int] = {}
        for role, other in ((INPUT, OUTPUT), (OUTPUT, INPUT)):
            links = self._links(role)
            if not len(links):
                continue
            far = self.source.members(np.unique(links.process), other)
            hidden = (positions_in(self.reached, far.thing) >= 0) & (positions_in(self.things, far.thing) < 0)
            process, count = np.unique(far.process[hidden], return_counts=True)
            by_process = dict(zip(process.tolist(), count.tolist()))
            for thing, number in set(zip(links.thing.tolist(), links.process.tolist())):
                if number in by_process:
                    more[thing] = more.get(thing, 0) + by_process[number]
        return more

    def edges(self) -> list[Edge]:
        used, made = self._links(INPUT), self._links(OUTPUT)
        by_process: dict[int, set[int]] = {}
        for thing, process in zip(used.thing.tolist(), used.process.tolist()):
            by_process.setdefault(process, set()).add(thing)
        raw: dict[tuple[int, int, str, int], tuple[int, int]] = {}
        for thing, process, event, t in zip(
            *(column.tolist() for column in (made.thing, made.process, made.event, made.t))
        ):
            for origin in by_process.get(process, ()):
                kind = "lot" if origin == -process else "transform"
                raw.setdefault((origin, thing, kind, process), (event, t))
        stays = self.stays
        for thing, holder, t, event in zip(
            *(c.tolist() for c in (stays.thing, stays.holder, stays.start, stays.event))
        ):
            raw.setdefault((thing, holder, "contain", event), (event, t))
        names = event_names(sorted({event for event, _ in raw.values()}))
        uris = dict(zip(self.things.tolist(), self.source.uris(self.things)))
        return [
            Edge(uris[origin], uris[target], kind, process, names[event], t)
            for (origin, target, kind, process), (event, t) in sorted(
                raw.items(), key=lambda item: (item[1][1], item[0])
            )
        ]
