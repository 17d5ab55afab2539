"""A source of events in memory: for tests, for small sets, and to say by example what a store has to answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from lienvung.lineage.facts import (
    CHILD,
    INPUT,
    NO_ACTION,
    OUTPUT,
    PARENT,
    Flags,
    Ints,
    Links,
    Mentions,
    distinct,
    ints,
    mentions_in_order,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    thing: str
    amount: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event, as far as a walk is concerned. `action` is ADD, OBSERVE, DELETE, or NO_ACTION for a transformation."""

    t: int
    action: int = NO_ACTION
    step: str | None = None
    disposition: str | None = None
    place: str | None = None
    things: dict[int, tuple[str, ...]] = field(default_factory=dict)  # role -> identified one by one
    amounts: dict[int, tuple[Quantity, ...]] = field(default_factory=dict)  # role -> quantity elements
    lots: tuple[tuple[str, str], ...] = ()  # (serial, its lot)
    transformation: str | None = None  # transformationID
    void: bool = False  # declared erroneous


_Row = tuple[int, int, int, int, int, int, int, float, int]


class MemorySource:
    """`Source` over a list of happenings. Names get numbers in the order in which they come."""

    def __init__(self, happenings: Iterable[Happening]) -> None:
        self.names: list[str] = [""]
        self._numbers: dict[str, int] = {}
        self._terms: dict[str, int] = {"": 1}
        self._term_words = ["", ""]  # 0 stands for "not a quantity element"
        self._rows: dict[int, list[_Row]] = {}
        self._links: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        self._members: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        self._single: set[int] = set()
        for event, happening in enumerate(happenings, start=1):
            self._add(event, happening)

    def number(self, name: str) -> int:
        if name not in self._numbers:
            self._numbers[name] = len(self.names)
            self.names.append(name)
        return self._numbers[name]

    def numbers(self, names: Iterable[str]) -> Ints:
        return np.unique(ints([self.number(name) for name in names]))

    def term(self, word: str) -> int:
        if word not in self._terms:
            self._terms[word] = len(self._term_words)
            self._term_words.append(word)
        return self._terms[word]

    def _add(self, event: int, happening: Happening) -> None:
        named = {role: [(self.number(n), float("nan"), 0) for n in names] for role, names in happening.things.items()}
        for all_of in named.values():
            self._single.update(thing for thing, _, _ in all_of)
        for role, quantities in happening.amounts.items():
            named.setdefault(role, []).extend(
                (self.number(q.thing), float("nan") if q.amount is None else q.amount, self.term(q.unit))
                for q in quantities
            )
        if happening.void:
            return
        step = self.term(happening.step) if happening.step else -1
        place = self.number(happening.place) if happening.place else -1
        disposition = self.term(happening.disposition) if happening.disposition else -1
        parent = named[PARENT][0][0] if named.get(PARENT) else -1
        for role, all_of in named.items():
            other = parent if role == CHILD else -1
            for thing, amount, unit in all_of:
                row = (happening.t, event, role * 4 + happening.action, other, place, disposition, step, amount, unit)
                self._rows.setdefault(thing, []).append(row)
                if role in (PARENT, CHILD):
                    self._members.setdefault((event, role), []).append((thing, event, happening.t))
        if named.get(INPUT) or named.get(OUTPUT):
            process = -self.number(happening.transformation) if happening.transformation else event
            for role in (INPUT, OUTPUT):
                for thing, _, _ in named.get(role, []):
                    self._link(thing, process, event, happening.t, role)
        for serial, lot in happening.lots:
            number = self.number(lot)
            self._link(number, -number, event, happening.t, INPUT)
            self._link(self.number(serial), -number, event, happening.t, OUTPUT)

    def _link(self, thing: int, process: int, event: int, t: int, role: int) -> None:
        self._links.setdefault((thing, role), []).append((process, event, t))
        self._members.setdefault((process, role), []).append((thing, event, t))

    # what a walk asks

    def mentions(self, things: Ints, until: int) -> Mentions:
        rows = [
            (row, at)
            for at, thing in enumerate(things.tolist())
            for row in self._rows.get(thing, [])
            if row[0] <= until
        ]
        names = ("t", "event", "role", "other", "loc", "disp", "step", "qty", "uom")
        columns = {
            name: np.array([row[column] for row, _ in rows], dtype=np.float64 if name == "qty" else np.int64)
            for column, name in enumerate(names)
        }
        return mentions_in_order(columns, np.arange(len(rows)), ints([at for _, at in rows]))

    def links(self, things: Ints, role: int) -> Links:
        found = [(thing, *link) for thing in things.tolist() for link in self._links.get((thing, role), [])]
        return _links(found)

    def members(self, processes: Ints, role: int) -> Links:
        found = [
            (thing, process, event, t)
            for process in processes.tolist()
            for thing, event, t in self._members.get((process, role), [])
        ]
        return _links(found)

    def holders(self, things: Ints) -> Ints:
        return distinct(ints([row[3] for thing in things.tolist() for row in self._rows.get(thing, []) if row[3] >= 0]))

    def unpacks_all(self, events: Ints) -> Flags:
        return np.array(
            [(e, PARENT) in self._members and (e, CHILD) not in self._members for e in events.tolist()], dtype=np.bool_
        )

    def words(self, terms: Ints) -> list[str]:
        return [self._term_words[term] if term > 0 else "" for term in terms.tolist()]

    def can_hold(self, things: Ints) -> Flags:
        return np.array([thing in self._single for thing in things.tolist()], dtype=np.bool_)


def _links(found: list[tuple[int, int, int, int]]) -> Links:
    table = ints(found).reshape(-1, 4)
    thing, process, event, t = (np.ascontiguousarray(table[:, column]) for column in range(4))
    return Links(thing, process, event, t)
