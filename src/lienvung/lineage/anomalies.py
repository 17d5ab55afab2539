"""The checks that run over events: each a pure rule on facts, each finding with its reason in words.

    examine(world, things, parameters, now=…)  -> Outcome    all rules about these things
    examine_areas(world, areas, parameters)    -> list[Found] certificates' areas against tonnes

`things` are subjects; the world must hold all events of a subject, of the logistic units around it and of what is in
them, of the processes that made or used it, and the treatments of plots where it was harvested. Events declared
wrong must not be in the world. What cannot be known is never a finding. docs/reference/checks.md has the formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from lienvung.lineage.anomalies_facts import World, is_single
from lienvung.lineage.anomalies_life import check_end, check_expiry, check_serial, check_waiting
from lienvung.lineage.anomalies_moves import check_lot_shipments, check_shipments, check_travel
from lienvung.lineage.anomalies_stock import check_areas, check_lot, check_processes, check_units
from lienvung.lineage.anomalies_words import Found, Parameters, is_lot

Rule = Callable[[World, str, Parameters], Iterator[Found]]
OF_LOTS: tuple[Rule, ...] = (check_units, check_lot, check_waiting)
OF_SINGLES: tuple[Rule, ...] = (check_serial,)
OF_ALL: tuple[Rule, ...] = (check_processes, check_end, check_expiry, check_travel)


@dataclass(slots=True)
class Outcome:
    """`watch`: things to look at again, each with the time from which silence is a finding."""

    found: list[Found] = field(default_factory=list)
    watch: dict[str, int] = field(default_factory=dict)


def examine(world: World, things: Iterable[str], parameters: Parameters, *, now: int) -> Outcome:
    """All findings about `things` as of `now` (UTC epoch ms)."""
    outcome = Outcome()
    for thing in sorted(set(things)):
        rules = OF_LOTS if is_lot(thing) else OF_SINGLES if is_single(thing) else ()
        for rule in (*rules, *OF_ALL):
            outcome.found += rule(world, thing, parameters)
        if is_lot(thing) or is_single(thing):
            moves = check_lot_shipments if is_lot(thing) else check_shipments
            for each in moves(world, thing, parameters, now):
                if isinstance(each, Found):
                    outcome.found.append(each)
                else:
                    outcome.watch[thing] = min(each, outcome.watch.get(thing, each))
    return outcome


examine_areas = check_areas
__all__ = ["Found", "Outcome", "Parameters", "World", "examine", "examine_areas"]
