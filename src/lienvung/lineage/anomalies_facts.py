"""What the checks read of an event (`Fact`), and facts indexed by what they name (`World`).

    fact_of(number, reading, prefixes)   a reading of `lienvung.epcis` as a fact

Dates without a time last until the end of that day, in the event's own offset. Fields of
our own namespace https://lienvung.vn/ns/ that count: `waitingUntil` and `plot`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from lienvung.epcis import Action, EventType, Reading, Role
from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri
from lienvung.lineage.anomalies_words import is_container, is_item

NAMESPACE = "https://lienvung.vn/ns/"
EXPIRY_FIELDS = ("itemExpirationDate", "sellByDate", "bestBeforeDate")
RETURN_WORDS = frozenset({"returned", "expired", "destroyed", "disposed", "damaged", "recalled"})


@dataclass(frozen=True, slots=True)
class Line:
    """A thing in one of an event's lists. `unit` None: one by one, '' = pieces; `quantity` None: not told."""

    role: int
    uri: str
    quantity: float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """One event as the checks see it. `event` is its number; `place`: bizLocation, else readPoint."""

    event: int
    time: int
    type: int
    action: int
    step: str
    disposition: str
    place: str
    lines: tuple[Line, ...]
    read_point: str = ""
    parent: str = ""
    process: str = ""  # transformationID
    lots: tuple[tuple[str, str], ...] = ()  # (serial, lot)
    ends: Mapping[str, int] | None = None  # name of an EXPIRY_FIELDS -> the last moment
    waiting_until: int | None = None
    plot: str = ""
    certificates: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()

    @property
    def plots(self) -> set[str]:
        """Where it happened, for linking treatments and harvests."""
        return {self.plot} if self.plot else {self.place, self.read_point} - {""}

    @property
    def makes(self) -> bool:
        """Whether the things in its list of EPCs come into being."""
        return self.type == EventType.OBJECT and self.action == Action.ADD


Entry = tuple[Fact, Line]


def fact_of(number: int, reading: Reading, prefixes: Mapping[str, str]) -> Fact:
    """What the checks want of an event; `prefixes` are those of its document's context."""
    lines = [Line(int(role), uri) for role, uri in reading.epcs]
    lines += [
        Line(int(role), uri, None if quantity is None else float(quantity), unit or "")
        for role, uri, quantity, unit in reading.quantities
    ]
    own: dict[str, Any] = {}
    certificates: tuple[str, ...] = ()
    if reading.extended or b'"certificationInfo"' in reading.raw:
        event = json.loads(reading.raw)
        own = own_fields(event, prefixes)
        told = event.get("certificationInfo") or ()
        certificates = (told,) if isinstance(told, str) else tuple(map(str, told))
    ilmd = reading.ilmd or {}
    own |= own_fields(ilmd, prefixes)
    ends = {
        name: end
        for key, value in ilmd.items()
        if (name := _local_name(key)) in EXPIRY_FIELDS and (end := last_moment(value, reading.offset)) is not None
    }
    return Fact(
        event=number,
        time=reading.time_ms,
        type=int(reading.type),
        action=int(reading.action),
        step=reading.biz_step or "",
        disposition=reading.disposition or "",
        place=reading.biz_location or reading.read_point or "",
        lines=tuple(lines),
        read_point=reading.read_point or "",
        parent=next((uri for role, uri in reading.epcs if role == Role.PARENT), ""),
        process=reading.transformation_id or "",
        lots=tuple(reading.lots),
        ends=ends or None,
        waiting_until=last_moment(own.get("waitingUntil"), reading.offset),
        plot=_place(own.get("plot")),
        certificates=certificates,
        destinations=tuple(uri for _, uri in reading.destinations),
    )


def own_fields(members: Mapping[str, Any], prefixes: Mapping[str, str]) -> dict[str, Any]:
    """The members of our own namespace, by local name."""
    found: dict[str, Any] = {}
    for key, value in members.items():
        prefix, colon, local = key.partition(":")
        if key.startswith(NAMESPACE):
            found[key.removeprefix(NAMESPACE)] = value
        elif colon and prefixes.get(prefix) == NAMESPACE:
            found[local] = value
    return found


def _local_name(key: str) -> str:
    return key.rpartition(":")[2].rpartition("#")[2].rpartition("/")[2]


def _place(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("@id") or value.get("id")
    if not isinstance(value, str):
        return ""
    try:
        return canonical_uri(value)
    except Invalid:
        return value


def last_moment(value: Any, offset: str) -> int | None:
    """UTC epoch ms of a date's last moment, or of a time; None for what is neither."""
    if isinstance(value, Mapping):
        value = value.get("@value")
    if not isinstance(value, str):
        return None
    zone = zone_of(offset)
    try:
        if len(value) == 10:
            day = date.fromisoformat(value)
            moment = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1, milliseconds=-1)
        else:
            moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def zone_of(offset: str) -> timezone:
    """The zone of `+07:00`."""
    sign = -1 if offset[:1] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6])))


class World:
    """Facts in the order of (time, number), by the things that they name."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.facts = sorted({fact.event: fact for fact in facts}.values(), key=lambda fact: (fact.time, fact.event))
        self.of: dict[str, list[Entry]] = {}
        self.of_process: dict[str, list[Fact]] = {}
        self._anchors: dict[str, str] = {}
        self.treatments: dict[str, list[Fact]] = {}  # by plot, those that name nothing
        self.lot_of: dict[str, set[str]] = {}
        self.itemised: dict[str, list[Fact]] = {}  # lot -> facts that name serials of it
        self.inside: dict[str, set[str]] = {}  # thing identified one by one -> logistic units it was ever in
        self.content: dict[str, set[str]] = {}
        for fact in self.facts:
            self._take(fact)

    def _take(self, fact: Fact) -> None:
        for line in fact.lines:
            self.of.setdefault(line.uri, []).append((fact, line))
        if fact.type == EventType.TRANSFORMATION:
            self.of_process.setdefault(process_of(fact), []).append(fact)
        if fact.waiting_until is not None and not fact.lines:
            for plot in fact.plots:
                self.treatments.setdefault(plot, []).append(fact)
        for serial, lot in fact.lots:
            self.lot_of.setdefault(serial, set()).add(lot)
            facts = self.itemised.setdefault(lot, [])
            if not facts or facts[-1] is not fact:
                facts.append(fact)
        parent = fact.parent
        if parent and is_container(parent):
            for line in fact.lines:
                if line.role == Role.CHILD and line.unit is None:
                    self.inside.setdefault(line.uri, set()).add(parent)
                    self.content.setdefault(parent, set()).add(line.uri)

    def anchor(self, process: str) -> str:
        """The output of a process of which its findings are told; '' without outputs."""
        if process not in self._anchors:
            outputs = (line.uri for fact in self.of_process[process] for line in fact.lines if line.role == Role.OUTPUT)
            self._anchors[process] = min(outputs, default="")
        return self._anchors[process]

    def above(self, thing: str) -> set[str]:
        """The logistic units that a thing was ever in, through others."""
        return _closure(self.inside, thing)

    def below(self, thing: str) -> set[str]:
        """What was ever in a logistic unit, through others."""
        return _closure(self.content, thing)

    def nested(self, one: str, other: str) -> bool:
        return other in self.above(one) or one in self.above(other)


def process_of(fact: Fact) -> str:
    """The process of a transformation: all with one transformationID are one."""
    return fact.process or f"event:{fact.event}"


def _closure(edges: Mapping[str, set[str]], thing: str) -> set[str]:
    found: set[str] = set()
    level = edges.get(thing, set())
    while level:
        found |= level
        level = {further for each in level for further in edges.get(each, ())} - found - {thing}
    return found


def is_single(uri: str) -> bool:
    """An item or a logistic unit: in one place at a time."""
    return is_item(uri) or is_container(uri)
