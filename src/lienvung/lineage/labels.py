"""Serials that take goods out of a lot's stock book: how many items of a lot got codes of their own, when and where.

From the event that first calls a serial a serial of a lot, the item is followed by itself; what the lot's amounts
speak of is the rest. Where the event says so itself (the lot, or an amount of it, is the input from which the serials
are made) the book knows it already, and the serial takes nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lienvung.lineage.batches import Memo
from lienvung.lineage.facts import INPUT, OUTPUT, Ints, ints, positions_in

PIECES = frozenset({"", "EA", "H87", "C62"})


@dataclass(frozen=True, slots=True)
class Label:
    """`count` items of a lot that one event was the first to name by serials, at one place (-1: not told)."""

    t: int
    event: int
    place: int
    count: int


class Content(Protocol):
    """How much of a unit is in one item of a lot; None where nobody knows."""

    def __call__(self, lot: int, unit: str) -> float | None: ...


def one_a_piece(lot: int, unit: str) -> float | None:
    """Where no catalogue is at hand: an item is a piece."""
    return 1.0 if unit in PIECES else None


def labels_of(memo: Memo, things: Ints, lots: Ints) -> dict[int, list[Label]]:
    """The items among `things` by lot (both sorted, unique), each at the event that first called it one of the lot."""
    made = memo.source.links(things, OUTPUT)
    made = made.where(made.t <= memo.until)
    of_lot = positions_in(lots, -made.process) >= 0
    if not of_lot.any():
        return {}
    serials, makings = made.where(of_lot), made.where(~of_lot)
    order = np.lexsort((serials.event, serials.t, -serials.process, serials.thing))
    serials = serials.where(order)
    first = np.ones(len(serials), dtype=np.bool_)
    first[1:] = (serials.thing[1:] != serials.thing[:-1]) | (serials.process[1:] != serials.process[:-1])
    serials = serials.where(first)
    uses = memo.source.links(lots, INPUT)
    uses = uses.where(~uses.members() & (uses.t <= memo.until))
    used = set(zip(uses.thing.tolist(), uses.process.tolist()))
    makers = _makers(makings.thing, makings.process) if used else {}
    places = _places(memo, things, serials.event)
    counts: dict[tuple[int, int, int, int], int] = {}
    for thing, process, event, t in zip(
        serials.thing.tolist(), serials.process.tolist(), serials.event.tolist(), serials.t.tolist()
    ):
        if not any((-process, making) in used for making in makers.get(thing, ())):
            key = (-process, t, event, places.get(event, -1))
            counts[key] = counts.get(key, 0) + 1
    found: dict[int, list[Label]] = {}
    for (lot, t, event, place), count in counts.items():
        found.setdefault(lot, []).append(Label(t, event, place, count))
    return found


def _makers(things: Ints, processes: Ints) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for thing, process in zip(things.tolist(), processes.tolist()):
        found.setdefault(thing, []).append(process)
    return found


def _places(memo: Memo, things: Ints, events: Ints) -> dict[int, int]:
    """Where each of these events was, as the mentions of the things tell."""
    wanted, found = np.unique(events) if len(events) else ints(), dict[int, int]()
    for _, batch in memo.parts(things):
        m = batch.mentions
        here = (positions_in(wanted, m.event) >= 0) & (m.loc >= 0)
        found.update(zip(m.event[here].tolist(), m.loc[here].tolist()))
    return found
