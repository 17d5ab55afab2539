"""The checks that run over events: each a pure rule on facts, each finding with its reason in words.

    examine(world, things, parameters, now=…)  -> Outcome    all rules about these things
    examine_areas(world, areas, parameters)    -> list[Found] certificates' areas against tonnes

`things` are subjects; the world must hold all events of a subject, of the logistic units around it and of what is in
them, of the processes that made or used it, and the treatments of plots where it was harvested. Events declared
wrong must not be in the world. What cannot be known is never a finding. docs/reference/checks.md has the formulas.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lienvung.lineage.anomalies_facts import World, is_single
from lienvung.lineage.anomalies_life import check_end, check_expiry, check_serial, check_waiting
from lienvung.lineage.anomalies_moves import check_lot_shipments, check_shipments, check_travel
from lienvung.lineage.anomalies_stock import check_areas, check_lot, check_processes, check_units
from lienvung.lineage.anomalies_words import MORE, Found, Parameters, is_lot, short
from lienvung.texts import Text

log = logging.getLogger(__name__)
T = TypeVar("T")
Rule = Callable[[World, str, Parameters], Iterator[Found]]
OF_LOTS: tuple[Rule, ...] = (check_units, check_lot, check_waiting)
OF_SINGLES: tuple[Rule, ...] = (check_serial,)
OF_ALL: tuple[Rule, ...] = (check_processes, check_end, check_expiry, check_travel)
MOST_OF_A_KIND = 20  # findings of one kind about one subject; whoever invents 20,000 events hides nothing behind them


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
        said: list[Found] = []
        for rule in (*rules, *OF_ALL):
            said += _each(rule.__name__, thing, rule(world, thing, parameters))
        if is_lot(thing) or is_single(thing):
            moves = check_lot_shipments if is_lot(thing) else check_shipments
            for each in _each(moves.__name__, thing, moves(world, thing, parameters, now)):
                if isinstance(each, Found):
                    said.append(each)
                else:
                    outcome.watch[thing] = min(each, outcome.watch.get(thing, each))
        outcome.found += _at_most(said)
    return outcome


def _each(name: str, thing: str, told: Iterator[T]) -> Iterator[T]:
    """What a rule says; one that fails on events nobody thought of is passed over, and the log has it."""
    try:
        yield from told
    except Exception:
        log.exception("the check %s failed on %s", name, thing[:400])


def _at_most(said: Sequence[Found]) -> list[Found]:
    """The first findings of each kind about one thing; the last of them speaks for all that follow."""
    kinds: dict[str, list[Found]] = defaultdict(list)
    for each in said:
        kinds[each.kind].append(each)
    kept: list[Found] = []
    for found in kinds.values():
        found.sort(key=lambda each: (each.at, each.events))
        kept += found[:MOST_OF_A_KIND]
        if len(found) > MOST_OF_A_KIND:
            kept.append(_rest(found[MOST_OF_A_KIND:]))
    return kept


def _rest(found: Sequence[Found]) -> Found:
    first, many = found[0], len(found)
    text = Text(
        f"{short(first.subject)}: còn {many} phát hiện cùng loại. Ví dụ: {first.text.vi}",
        f"{short(first.subject)}: {many} more findings of this kind. For example: {first.text.en}",
    )
    events = tuple(dict.fromkeys(event for each in found[:MOST_OF_A_KIND] for event in each.events))
    return replace(first, detail=MORE, text=text, events=events, figures={"more": many})


examine_areas = check_areas
__all__ = ["Found", "Outcome", "Parameters", "World", "examine", "examine_areas"]
