"""A brute-force oracle: the rules of docs/explanation/lineage.md in the plainest Python, one thing and event at a time.

Shares nothing with `lienvung.lineage` but the description of an event and the table of states.
"""

from __future__ import annotations

from lienvung.lineage.memory import Happening
from lienvung.lineage.states import FINAL, State, state_of

EPC, PARENT, CHILD, INPUT, OUTPUT = range(5)
ADD, OBSERVE, DELETE = 1, 2, 3
FOREVER = 2**62


class Oracle:
    def __init__(self, happenings: list[Happening], until: int = FOREVER) -> None:
        self.until = until
        self.events = [(h.t, number, h) for number, h in enumerate(happenings, start=1) if not h.void and h.t <= until]
        self.events.sort(key=lambda entry: entry[:2])
        self.lots = {q.thing for h in happenings for quantities in h.amounts.values() for q in quantities}
        self.all = sorted(
            {n for _, _, h in self.events for role in range(5) for n in self.named(h, role)}
            | {n for _, _, h in self.events for pair in h.lots for n in pair}
        )

    @staticmethod
    def named(h: Happening, role: int) -> list[str]:
        return [*h.things.get(role, ()), *(q.thing for q in h.amounts.get(role, ()))]

    @staticmethod
    def parent(h: Happening) -> str | None:
        return next(iter(h.things.get(PARENT, ())), None)

    def rows(self, thing: str):
        """(t, event number, role, state, happening) of each time that the thing is named by itself."""
        for t, number, h in self.events:
            for role in range(5):
                if thing in h.things.get(role, ()):
                    yield t, number, role, state_of(h.step, h.disposition, role * 4 + h.action), h

    # stays in containers

    def stays(self, thing: str) -> list[tuple[str, int, int]]:
        """(container, from, to)"""
        return self.lot_stays(thing) if thing in self.lots else self.single_stays(thing)

    def single_stays(self, thing: str) -> list[tuple[str, int, int]]:
        found: list[tuple[str, int, int]] = []
        now: tuple[str, int, int] | None = None
        for t, number, role, state, h in self.rows(thing):
            ends = role == CHILD or state in FINAL
            if ends and now:
                found.append((now[0], now[1], min(t, self.emptied(now[0], now[1], now[2]))))
                now = None
            if role == CHILD and h.action != DELETE and self.parent(h):
                now = (self.parent(h), t, number)
        if now:
            found.append((now[0], now[1], self.emptied(*now)))
        return found

    def lot_stays(self, lot: str) -> list[tuple[str, int, int]]:
        found, inside = [], {}
        for t, number, h in self.events:
            holder = self.parent(h)
            for q in h.amounts.get(CHILD, ()):
                if q.thing != lot:
                    continue
                amount = float("nan") if q.amount is None else q.amount
                if h.action != DELETE and holder:
                    before = inside.get(holder, (0.0, t, number))
                    inside[holder] = (before[0] + amount, before[1], before[2])
                elif h.action == DELETE and holder in inside:
                    before = inside[holder]
                    if before[0] - amount > 1e-9:
                        inside[holder] = (before[0] - amount, before[1], before[2])
                    else:
                        del inside[holder]
                        found.append((holder, before[1], min(t, self.emptied(holder, before[1], before[2]))))
        return found + [
            (holder, start, self.emptied(holder, start, number)) for holder, (_, start, number) in inside.items()
        ]

    def emptied(self, holder: str, start: int, number: int) -> int:
        for t, other, role, state, h in self.rows(holder):
            if (t, other) <= (start, number):
                continue
            bare = role == PARENT and h.action == DELETE and not self.named(h, CHILD)
            if bare or (role != CHILD and state in FINAL):
                return t
        return FOREVER

    # where

    def where(
        self, thing: str, at: int, depth: int = 0
    ) -> tuple[tuple[int, str | None], tuple[int, State], str | None]:
        """((time, place), (time, state), container)"""
        place, state, holder = (-FOREVER, None), (-FOREVER, State.UNKNOWN), None
        for t, _, _, row_state, h in self.rows(thing):
            if t <= at:
                if h.place:
                    place = (t, h.place)
                if row_state:
                    state = (t, row_state)
        if depth == 8:
            return place, state, None
        changes = [
            (t, number, role, h)
            for t, number, role, row_state, h in self.rows(thing)
            if t <= at and (role == CHILD or row_state in FINAL)
        ]
        for position in reversed(range(len(changes))):
            t, number, role, h = changes[position]
            if role != CHILD or h.action == DELETE or not self.parent(h):
                continue
            container = self.parent(h)
            last = position == len(changes) - 1
            end = at if last else changes[position + 1][0]
            closed = self.emptied(container, t, number)
            if last and (closed == FOREVER or closed > at):
                holder = container
            there, in_state, _ = self.where(container, min(end, closed), depth + 1)
            if there[0] > place[0]:
                place = there
            if in_state[0] > state[0]:
                state = in_state
        return place, state, holder

    # forward

    def forward(self, roots: list[str], since: int) -> dict[str, int]:
        bad = {root: since for root in roots}
        while True:
            before = dict(bad)
            for thing, start in before.items():
                for reached, when in self.next_from(thing, start):
                    if when < bad.get(reached, FOREVER):
                        bad[reached] = when
            if bad == before:
                return bad

    def next_from(self, thing: str, since: int):
        for _, _, h in self.events:
            for serial, lot in h.lots:
                if lot == thing:
                    yield serial, since
        carriers = self.carried(thing, 0)
        for t, _, h in self.events:
            inputs = self.named(h, INPUT)
            used = thing in inputs or any(c in inputs and a <= t <= b for c, a, b in carriers)
            if used and t >= since:
                for t_out, _, other in self.same_process(h):
                    for output in self.named(other, OUTPUT):
                        yield output, t_out
        if thing not in self.lots:
            for content in self.all:
                for holder, start, end in self.stays(content):
                    if holder == thing and end >= since:
                        yield content, max(start, since)

    def same_process(self, h: Happening):
        if h.transformation is None:
            return [entry for entry in self.events if entry[2] is h]
        return [entry for entry in self.events if entry[2].transformation == h.transformation]

    def carried(self, thing: str, depth: int) -> list[tuple[str, int, int]]:
        """All containers, directly and through others, with the time the thing was in them."""
        if depth == 8:
            return []
        found = []
        for holder, start, end in self.stays(thing):
            if start <= end:
                found.append((holder, start, end))
                for upper, a, b in self.carried(holder, depth + 1):
                    if max(a, start) <= min(b, end):
                        found.append((upper, max(a, start), min(b, end)))
        return found

    # back

    def back(self, roots: list[str]) -> dict[str, int]:
        matters = {root: self.until for root in roots}
        for root in roots:
            for content, until in self.packed(root, {root}, 0):
                matters[content] = max(until, matters.get(content, -FOREVER))
        while True:
            before = dict(matters)
            for thing, end in before.items():
                for origin, when in self.next_back(thing, end):
                    if when > matters.get(origin, -FOREVER):
                        matters[origin] = when
            if matters == before:
                return matters

    def packed(self, holder: str, seen: set[str], depth: int):
        """Everything that was ever inside, through all levels."""
        level = [holder]
        for _ in range(8):
            inside = []
            for content in self.all:
                for container, _, end in self.stays(content):
                    if container in level and container not in self.lots:
                        yield content, min(end, self.until)
                        inside.append(content)
            level = [thing for thing in inside if thing not in seen]
            seen.update(level)

    def next_back(self, thing: str, until: int):
        for _, _, h in self.events:
            for serial, lot in h.lots:
                if serial == thing and self.first_link(lot, serial) <= until:
                    yield lot, until
        for t, _, h in self.events:
            if thing in self.named(h, OUTPUT) and t <= until:
                for t_in, _, other in self.same_process(h):
                    for used in self.named(other, INPUT):
                        yield used, t_in
                        yield from ((content, t_in) for content in self.inside_at(used, t_in, 0))
        if thing not in self.lots:
            for holder, start, end in self.carried(thing, 0):
                when = min(end, until)
                if start <= when and self.made(holder):
                    yield holder, when

    def first_link(self, lot: str, serial: str) -> int:
        return min(t for t, _, h in self.events if (serial, lot) in h.lots)

    def made(self, thing: str) -> bool:
        return any(thing in self.named(h, OUTPUT) or any(s == thing for s, _ in h.lots) for _, _, h in self.events)

    def inside_at(self, holder: str, t: int, depth: int) -> set[str]:
        if depth == 8 or holder in self.lots:
            return set()
        direct = {x for x in self.all if any(c == holder and a <= t <= b for c, a, b in self.stays(x))}
        return direct.union(*(self.inside_at(x, t, depth + 1) for x in direct))
