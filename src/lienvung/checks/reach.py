"""What new events touch, and all that must be known to judge it.

Subjects are the lots, items and logistic units that the events name, with the logistic units around them and what is
in these; the world holds every event of a subject, of what is around it and in it, of the processes and crops of its
making, of the lots of its items. So a run over a few events says the same as one over all (tested).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from lienvung.checks.models import Treatment
from lienvung.checks.reading import Reader
from lienvung.epcis import EventType, Role
from lienvung.lineage.anomalies_facts import Fact, World, is_single, process_of
from lienvung.lineage.anomalies_words import is_container, is_item, is_lot

DEPTH = 8  # item in case in pallet in container …
CHUNK = 400


@dataclass(slots=True)
class Reach:
    """`things`: every subject; `processes`: keys of processes looked at, those declared away among them;
    `treatments`: of plots only, among the new events."""

    world: World
    things: set[str]
    processes: set[str]
    treatments: list[Fact] = field(default_factory=list)

    @property
    def scopes(self) -> set[str]:
        return self.things | self.processes


def reach_of(reader: Reader, rids: Sequence[int], more: Iterable[str] = ()) -> Reach:
    """What the events `rids`, and the things `more`, make one look at."""
    reader.read(rids)
    about = [each for rid in rids for each in reader.declared.get(rid, ())]
    numbers = [rid for rid in (*rids, *reader.read(about)) if rid in reader.known]
    touched = [reader.known[rid] for rid in numbers]
    things = {line.uri for fact in touched for line in fact.lines} | set(more)
    things |= {lot for fact in touched for _, lot in fact.lots}
    reader.of_things(sorted({uri for fact in touched for uri in _crops(fact)}))  # asked for in one round
    for fact in touched:
        things |= _told_dates(reader, fact) | _treated(reader, fact)
    together = reader.of_processes(sorted({fact.process for fact in touched if fact.process}))
    things |= {line.uri for fact in together for line in fact.lines}
    subjects = {thing for thing in things if is_lot(thing) or is_single(thing)}
    singles = {thing for thing in subjects if is_single(thing)}
    subjects |= _above(reader, singles) | _below(reader, singles)
    known = [*reader.facts(numbers), *together, *_needed(reader, subjects)]
    processes = {process_of(fact) for fact in (*touched, *together) if fact.type == EventType.TRANSFORMATION}
    treatments = [fact for fact in reader.facts(numbers) if _of_plot_only(fact)]
    return Reach(World(known), subjects | things, processes, treatments)


def _of_plot_only(fact: Fact) -> bool:
    return fact.waiting_until is not None and not fact.lines


def _told_dates(reader: Reader, fact: Fact) -> set[str]:
    """Serials of the lots whose expiry an event tells."""
    lots = {line.uri for line in fact.lines if is_lot(line.uri)} if fact.ends else ()
    return {serial for lot in sorted(lots) for serial in reader.serials(lot)}


def _crops(fact: Fact) -> list[str]:
    """What a treatment names that may be cut later."""
    return [] if fact.waiting_until is None else [line.uri for line in fact.lines if not is_lot(line.uri)]


def _treated(reader: Reader, fact: Fact) -> set[str]:
    """Lots cut from what an event treats: from the crop it names, or at the plot if it names nothing."""
    if fact.waiting_until is None:
        return set()
    crops = _crops(fact)
    cut = [
        each
        for each in reader.of_things(crops)
        if each.type == EventType.TRANSFORMATION and any(x.uri in crops and x.role == Role.INPUT for x in each.lines)
    ]
    if not fact.lines:
        cut += reader.facts(reader.at_places(sorted(fact.plots), fact.time, fact.waiting_until))
    return {line.uri for each in cut for line in each.lines if is_lot(line.uri)}


def _above(reader: Reader, things: set[str]) -> set[str]:
    found: set[str] = set()
    level = things
    for _ in range(DEPTH):
        holders = {
            line.uri
            for fact in reader.of_things(sorted(level))
            if any(child.role == Role.CHILD and child.uri in level for child in fact.lines)
            for line in fact.lines
            if line.role == Role.PARENT and is_container(line.uri)
        }
        level = holders - found - things
        if not level:
            break
        found |= level
    return found


def _below(reader: Reader, things: set[str]) -> set[str]:
    found: set[str] = set()
    level = {thing for thing in things if is_container(thing)}
    for _ in range(DEPTH):
        if not level:
            break
        inside = {
            line.uri
            for fact in reader.of_things(sorted(level))
            if any(parent.role == Role.PARENT and parent.uri in level for parent in fact.lines)
            for line in fact.lines
            if line.role == Role.CHILD and line.unit is None
        }
        fresh = inside - found - things
        found |= fresh
        level = {thing for thing in fresh if is_container(thing)}
    return found


def _needed(reader: Reader, subjects: set[str]) -> list[Fact]:
    """Every event that a rule may ask for when it looks at `subjects`."""
    singles = {thing for thing in subjects if is_single(thing)}
    around = subjects | _above(reader, singles) | _below(reader, singles)
    known = reader.of_things(sorted(around))
    known += reader.of_processes(sorted({fact.process for fact in known if fact.process}))
    lots = {thing for thing in subjects if is_lot(thing)}
    known += reader.of_processes(sorted(lots))
    items = {thing for thing in subjects if is_item(thing)}
    known += reader.of_things(sorted({lot for fact in known for serial, lot in fact.lots if serial in items}))
    makings = [fact for fact in known if _makes_one_of(fact, lots)]
    crops = {x.uri for fact in makings for x in fact.lines if x.role == Role.INPUT and not is_lot(x.uri)}
    known += reader.of_things(sorted(crops))
    return known + reader.facts(_treatments_at(makings))


def _makes_one_of(fact: Fact, lots: set[str]) -> bool:
    return any(line.uri in lots and (line.role == Role.OUTPUT or fact.makes) for line in fact.lines)


def _treatments_at(makings: Sequence[Fact]) -> list[int]:
    """Events of treatments that were waited out at the plots of these harvests."""
    asked = sorted({(plot, fact.time) for fact in makings for plot in fact.plots})
    found: list[int] = []
    for start in range(0, len(asked), CHUNK // 4):
        wanted = Q()
        for plot, time in asked[start : start + CHUNK // 4]:
            wanted |= Q(plot=plot, until__gte=time, since__lte=time)
        found += Treatment.objects.filter(wanted).values_list("event", flat=True)
    return found
