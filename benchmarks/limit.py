"""L: the limit of a trace, the same walk with the same rules over arrays that lie ready in memory.

Built from the documents themselves, without the ledger or `lienvung.lineage`. For each thing its
mentions lie together, in order of time (compressed sparse rows); whether a thing was
reached is one look into an array as long as all things. Loading is not timed. What the
generated chains do not contain (containers as inputs, containers unpacked without naming
the children) is asserted to be absent rather than walked, after the same look-ups.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np

NEVER, ALWAYS = -(2**62), 2**62
EPC, PARENT, CHILD, INPUT, OUTPUT = range(5)
ACTIONS = {"ADD": 1, "OBSERVE": 2, "DELETE": 3}
STATES = {"in_transit": 4, "sellable_accessible": 5, "retail_sold": 6}  # numbers of lineage.states.State
STEPS = {"commissioning": 1, "packing": 2, "receiving": 3, "unpacking": 3, "shipping": 4}
SOLD, CONSUMED = 6, 10
LISTS = [
    ("parentID", PARENT), ("epcList", EPC), ("childEPCs", CHILD), ("inputEPCList", INPUT), ("outputEPCList", OUTPUT),
    ("quantityList", EPC), ("inputQuantityList", INPUT), ("outputQuantityList", OUTPUT),
]  # fmt: skip


class Rows:
    """Compressed sparse rows: the columns of key k are at start[k]:start[k + 1]."""

    def __init__(self, key: Any, size: int, **columns: Any) -> None:
        order = np.argsort(key, kind="stable")
        self.start = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=size))])
        self.columns = {name: np.ascontiguousarray(column[order]) for name, column in columns.items()}

    def of(self, keys: Any) -> tuple[Any, Any]:
        """(number in `keys`, row) of all rows of `keys`."""
        first = self.start[keys]
        count = self.start[keys + 1] - first
        owner = np.repeat(np.arange(len(keys)), count)
        return owner, np.arange(len(owner)) + np.repeat(first - np.cumsum(count) + count, count)


class Limit:
    def __init__(self, documents: Iterable[bytes]) -> None:
        self.names: list[str] = []
        numbers: dict[str, int] = {}
        mentions: list[tuple[int, ...]] = []
        uses: list[tuple[int, int, int]] = []
        makes: list[tuple[int, int, int]] = []
        members: list[tuple[int, int]] = []

        def number(uri: str) -> int:
            found = numbers.get(uri)
            if found is None:
                found = numbers[uri] = len(self.names)
                self.names.append(uri)
            return found

        rid = 0
        for document in documents:
            for event in json.loads(document)["epcisBody"]["eventList"]:
                rid += 1
                t = round(datetime.fromisoformat(event["eventTime"]).timestamp() * 1000)
                place, action = number(event["bizLocation"]["id"]), ACTIONS.get(event.get("action", ""), 0)
                step = STEPS.get(event["bizStep"], 0)
                parent = number(event["parentID"]) if "parentID" in event else -1
                for name, role in LISTS:
                    given = event.get(name, ())
                    for entry in [given] if isinstance(given, str) else given:
                        thing = number(entry if isinstance(entry, str) else entry["epcClass"])
                        state = CONSUMED if role == INPUT else STATES.get(event["disposition"]) or step
                        if (role, action) == (PARENT, 3):
                            state = 0
                        other = parent if role == CHILD else -1
                        mentions.append((thing, t, role * 4 + action, other, place, state))
                        if role == INPUT:
                            uses.append((thing, rid, t))
                        elif role == OUTPUT:
                            makes.append((thing, rid, t))
                lots = [value for name, value in event.get("ilmd", {}).items() if name.endswith("lotNumber")]
                for lot in lots:
                    outputs = [number(uri) for uri in event["outputEPCList"]]
                    members += [
                        (number(f"{self.names[serial].partition('/21/')[0]}/10/{lot}"), serial) for serial in outputs
                    ]
        size = len(self.names)
        self.number = numbers
        thing, t, role, other, place, state = (np.array(column, dtype=np.int64) for column in zip(*mentions))
        order = np.argsort(t, kind="stable")
        self.mentions = Rows(
            thing[order], size, t=t[order], role=role[order].astype(np.int8), other=other[order].astype(np.int32),
            place=place[order].astype(np.int32), state=state[order].astype(np.int8),
        )  # fmt: skip
        columns = self.mentions.columns
        kind = columns["role"] >> 2
        columns["opens"] = (kind == CHILD) & (columns["role"] & 3 != 3)
        columns["changes"] = (kind == CHILD) | (columns["state"] == SOLD) | (columns["state"] == CONSUMED)
        used, process, t = (np.array(column, dtype=np.int64) for column in zip(*uses))
        self.uses = Rows(used, size, process=process, t=t)
        self.inputs = Rows(process, rid + 1, thing=used, t=t)
        made, process, t = (np.array(column, dtype=np.int64) for column in zip(*makes))
        self.makes = Rows(made, size, process=process, t=t)
        self.outputs = Rows(process, rid + 1, thing=made, t=t)
        lots, serials = (np.array(column, dtype=np.int64) for column in zip(*members))
        self.serials = Rows(lots, size, serial=serials)
        self.lots = Rows(serials, size, lot=lots)
        self.is_input = np.zeros(size, dtype=bool)
        self.is_input[used] = True
        self.is_class = np.array(["/10/" in name for name in self.names])

        self.marks = np.zeros(max(size, rid + 1), dtype=bool)
        self.rank = np.zeros(size, dtype=np.int64)

    def _distinct(self, numbers: Any) -> Any:
        """Sorted, each once: marks in an array as long as all things are quicker than sorting or hashing."""
        self.marks[numbers] = True
        found = np.flatnonzero(self.marks)
        self.marks[found] = False
        return found

    # forward

    def forward(self, root: int, since: int = NEVER, until: int = ALWAYS) -> tuple[Any, Any]:
        """(things, affected since), in the order in which they were reached."""
        best = np.full(len(self.names), ALWAYS, dtype=np.int64)
        best[root] = since
        reached = [np.array([root])]
        frontier = reached[0]
        while len(frontier):
            self._containers(frontier)
            parts = []
            owner, rows = self.uses.of(frontier)
            t = self.uses.columns["t"][rows]
            good = (t >= best[frontier[owner]]) & (t <= until)
            processes = self._distinct(self.uses.columns["process"][rows[good]])
            _, rows = self.outputs.of(processes)
            parts.append((self.outputs.columns["thing"][rows], self.outputs.columns["t"][rows]))
            owner, rows = self.serials.of(frontier)
            serials = self.serials.columns["serial"][rows]
            parts.append((serials, best[frontier[owner]]))
            things, times = (np.concatenate(column) for column in zip(*parts))
            alive = times <= until
            things, times = things[alive], times[alive]
            before = best[things]
            np.minimum.at(best, things, times)
            better = best[things] < before
            frontier = self._distinct(things[better])
            reached.append(self._distinct(things[better & (before == ALWAYS)]))
        found = np.concatenate(reached)
        return found, best[found]

    def _containers(self, things: Any) -> None:
        """What the rules ask: was a container with these inside used as input; are these containers themselves."""
        columns = self.mentions.columns
        level = things
        for _ in range(8):
            _, rows = self.mentions.of(level)
            if level is things:
                assert not (columns["role"][rows] >> 2 == PARENT).any()
            holders = self._distinct(columns["other"][rows[columns["opens"][rows]]])
            if not len(holders):
                return
            assert not self.is_input[holders].any()
            level = holders

    # back

    def back(self, root: int) -> Any:
        """Everything that went into `root`."""
        seen = {root: ALWAYS}
        frontier = [root]
        while frontier:
            things = np.array(frontier)
            frontier = []
            owner, rows = self.makes.of(things)
            t, process = self.makes.columns["t"][rows], self.makes.columns["process"][rows]
            good = t <= np.array([seen[thing] for thing in things[owner].tolist()])
            _, rows = self.inputs.of(np.array(sorted(set(process[good].tolist())), dtype=np.int64))
            found = list(zip(self.inputs.columns["thing"][rows].tolist(), self.inputs.columns["t"][rows].tolist()))
            owner, rows = self.lots.of(things)
            found += [
                (lot, seen[of]) for lot, of in zip(self.lots.columns["lot"][rows].tolist(), things[owner].tolist())
            ]
            for thing, time in found:
                if seen.get(thing, NEVER) < time:
                    seen[thing] = time
                    frontier.append(thing)
        return seen

    # places

    def places(self, things: Any, until: int = ALWAYS) -> tuple[Any, Any]:
        """(place, state) of each thing as of `until`, through containers while inside; -1 / 0 if not told."""
        place, state, _, _ = self._where(things, np.full(len(things), until, dtype=np.int64))
        return place, state

    def _where(self, things: Any, until: Any) -> tuple[Any, Any, Any, Any]:
        columns = self.mentions.columns
        owner, rows = self.mentions.of(things)
        if until.min() < ALWAYS:
            keep = columns["t"][rows] <= until[owner]
            owner, rows = owner[keep], rows[keep]
        size = len(things)
        last = np.full(size, -1, dtype=np.int64)
        last[owner] = rows  # rows of one thing are in order of time: the last one stays
        stated = columns["state"][rows] > 0
        last_state = np.full(size, -1, dtype=np.int64)
        last_state[owner[stated]] = rows[stated]
        change = columns["changes"][rows]
        last_change = np.full(size, -1, dtype=np.int64)
        last_change[owner[change]] = rows[change]
        place = np.where(last >= 0, columns["place"][last], -1)
        place_t = np.where(last >= 0, columns["t"][last], NEVER)
        state = np.where(last_state >= 0, columns["state"][last_state], 0)
        state_t = np.where(last_state >= 0, columns["t"][last_state], NEVER)
        inside = np.flatnonzero((last_change >= 0) & columns["opens"][last_change])
        if len(inside):
            other = columns["other"][last_change[inside]]
            holders = self._distinct(other)
            self.rank[holders] = np.arange(len(holders))
            of = self.rank[other]
            their = self._where(holders, np.full(len(holders), until[0], dtype=np.int64))
            for mine, mine_t, theirs, theirs_t in (
                (place, place_t, their[0], their[2]),
                (state, state_t, their[1], their[3]),
            ):
                newer = theirs_t[of] > mine_t[inside]
                where = inside[newer]
                mine[where], mine_t[where] = theirs[of][newer], theirs_t[of][newer]
        return place, state, place_t, state_t
