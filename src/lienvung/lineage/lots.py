"""Where how much of a lot is: parcels, kept like a stock book over the events that give quantities.

Events say "50 kg of lot L shipped from A", "50 kg received at B"; nobody says what is left. The
book moves amounts accordingly, one book a lot and unit:

- made (transformation output, ADD): comes into being at the place of the event;
- used as input, DELETE: taken from the place of the event, else from wherever there is some;
- shipping: what is at the place goes on its way; receiving and arriving: what is on its way
  comes in, and where no shipping was told, what is elsewhere;
- any other step: what is at the place is in that state from now on (a statement, not a movement);
- into a container: the part follows the container until it is taken out or the container emptied.

Items that get serials leave the book (`lineage.labels`): they are followed one by one, the book
goes on with the rest. Where an item's content in the book's unit is not known, all of it stays, and the
parcel says "at most".

An amount nobody accounted for is not invented silently: where an event speaks of more than the book
has, the parcel is marked `unaccounted`; where an event gives no amount, the lot is marked
`uncertain` and its numbers are the quantities last seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lienvung.lineage.batches import Batch, Memo
from lienvung.lineage.facts import (
    ADD,
    ALWAYS,
    CHILD,
    DELETE,
    EPC,
    INPUT,
    OBSERVE,
    OUTPUT,
    PARENT,
    Ints,
    distinct,
    ints,
    positions_in,
)
from lienvung.lineage.labels import PIECES, Content, Label, one_a_piece
from lienvung.lineage.places import places_of
from lienvung.lineage.states import BIZ_STEP_STATES, FINAL, State
from lienvung.lineage.stays import emptied

ARRIVALS = frozenset({"arriving", "receiving"})
DEPARTURES = frozenset(step for step, state in BIZ_STEP_STATES.items() if state is State.IN_TRANSIT)
TINY = 1e-9
AFTER = 1_000  # of one event the amounts are entered first, then what of them got serials


@dataclass(frozen=True, slots=True)
class Parcel:
    """A part of a lot. `quantity` None: seen there, amount not given. Places and units by number; -1 = unknown."""

    lot: int
    place: int
    state: State
    quantity: float | None
    uom: int
    holder: int
    seen: int  # event time of the last event about it
    unaccounted: bool  # more was seen than was known to exist
    uncertain: bool  # some event of the lot gave no amount
    at_most: bool = False  # items of the lot with serials are part of the amount, nobody knows how much of it


@dataclass(slots=True)
class _Line:
    """One event about a lot, or the emptying of a container that it was in (`kind` PARENT)."""

    t: int
    event: int
    kind: int
    action: int
    place: int
    state: State
    amount: float  # NaN = not given
    uom: int
    holder: int
    step: str = ""


@dataclass(slots=True)
class _Stock:
    amount: float
    seen: int
    unaccounted: bool = False


_Place = tuple[int, State, int]  # place, state, holder


class _Book:
    """The stock of one lot in one unit."""

    def __init__(self) -> None:
        self.stock: dict[_Place, _Stock] = {}
        self.uncertain = False
        self.at_most = False
        self.arrived: dict[int, float] = {}
        self.sent: set[_Place] = set()  # sent back, recalled and shipped: on its way in another state than that

    def put(self, where: _Place, amount: float, t: int, unaccounted: bool = False) -> None:
        line = self.stock.setdefault(where, _Stock(0.0, t))
        line.amount += amount
        line.seen = max(line.seen, t)
        line.unaccounted |= unaccounted

    def take(self, amount: float, sources: Iterable[_Place]) -> float:
        """Take up to `amount` from these; how much was found."""
        found = 0.0
        for where in list(sources):
            line = self.stock.get(where)
            if line is None or found >= amount - TINY:
                continue
            part = min(line.amount, amount - found)
            found += part
            line.amount -= part
            if line.amount <= TINY:
                del self.stock[where]
                self.sent.discard(where)
        return found

    def free(self) -> list[_Place]:
        """Where there is some that can still move by itself, oldest entry first."""
        return [where for where in self.stock if where[2] == -1 and where[1] not in FINAL]

    def move(self, target: _Place, line: _Line, orders: list[list[_Place]]) -> None:
        """Bring an amount to `target` from the places in `orders`; without an amount, all of the first that has any."""
        amount = line.amount
        if math.isnan(amount):
            self.uncertain = True
            first = next((order for order in orders if order), [])
            amount = sum(self.stock[where].amount for where in first)
            if amount <= TINY:
                self.put(target, 0.0, line.t)
                return
        found = self.take(amount, [where for order in orders for where in order])
        if found > TINY:
            self.put(target, found, line.t)
        if amount - found > TINY:
            self.put(target, amount - found, line.t, unaccounted=True)

    def enter(self, line: _Line) -> None:
        target = (line.place, line.state, -1)
        if line.kind == OUTPUT or (line.kind == EPC and line.action == ADD):
            self._made(line)
        elif line.kind == INPUT or (line.kind == EPC and line.action == DELETE):
            self._ended(line)
        elif line.kind == CHILD and line.action != DELETE:
            self._packed(line)
        elif line.kind in (CHILD, PARENT):
            inside = [where for where in self.stock if where[2] == line.holder]
            if line.kind == PARENT:  # emptied: all that was inside, and that is known
                line.amount = sum(self.stock[where].amount for where in inside)
            if inside or line.kind == CHILD:
                self.move(target, line, [inside])
        elif line.state is State.UNKNOWN:
            if not self.stock:
                self.move(target, line, [])
        else:
            self._moved(line, target)

    def _made(self, line: _Line) -> None:
        if math.isnan(line.amount):
            self.uncertain = True
        self.put(
            (line.place, line.state or State.AT_PRODUCER, -1), 0.0 if math.isnan(line.amount) else line.amount, line.t
        )

    def _ended(self, line: _Line) -> None:
        target = (line.place, line.state, -1)
        if math.isnan(line.amount):  # some was used, nobody says how much: the rest stays in the book
            self.uncertain = True
            self.put(target, 0.0, line.t)
            return
        here, away, elsewhere = self._by_place(line.place)
        here = _shelf_first(here, line.state)
        inside = [where for where in self.stock if where[2] >= 0 and where[1] not in FINAL]
        self.move(target, line, [here, elsewhere, away, inside])

    def _packed(self, line: _Line) -> None:
        target = (line.place, line.state, line.holder)
        inside = [where for where in self.stock if where[2] == line.holder]
        if line.action == OBSERVE and inside:
            known = sum(self.stock[where].amount for where in inside)
            if math.isnan(line.amount) or line.amount <= known + TINY:
                return
            line.amount -= known
        here, away, elsewhere = self._by_place(line.place)
        self.move(target, line, [here, elsewhere, away])

    def labelled(self, amount: float, place: int) -> float:
        """Items got serials at a place: their amount is no longer in the book. How much of it was found."""
        here, away, elsewhere = self._by_place(place)
        inside = [where for where in self.stock if where[2] >= 0 and where[1] not in FINAL]
        return self.take(amount, [*here, *away, *elsewhere, *inside])

    def _moved(self, line: _Line, target: _Place) -> None:
        here, away, elsewhere = self._by_place(line.place)
        if line.state is State.IN_TRANSIT or (line.step in DEPARTURES and line.state not in FINAL):
            already = [target] if target in away and not (here or elsewhere) else []
            self.move(target, line, [here, already, elsewhere])
            self.sent.add(target)
        elif line.step in ARRIVALS:
            if line.step == "receiving" and self._told_already(line):
                return
            if line.step == "arriving" and not math.isnan(line.amount):
                self.arrived[line.place] = self.arrived.get(line.place, 0.0) + line.amount
            self.move(target, line, [away, here, elsewhere])
        else:
            here = [target, *(where for where in here if where != target)] if target in here else here
            self.move(target, line, [_shelf_first(here, line.state), away, elsewhere])

    def _told_already(self, line: _Line) -> bool:
        """Whether all that is received here had been told as arriving; else the amount is what is new."""
        told = self.arrived.pop(line.place, 0.0)
        if math.isnan(line.amount):
            return told > TINY
        self.arrived[line.place] = max(0.0, told - line.amount)
        line.amount = max(0.0, line.amount - told)
        return line.amount <= TINY

    def _by_place(self, place: int) -> tuple[list[_Place], list[_Place], list[_Place]]:
        """Free stock at this place, on its way, and elsewhere."""
        free = self.free()
        away = [where for where in free if where[1] is State.IN_TRANSIT or where in self.sent]
        here = [where for where in free if where[0] == place and where not in away]
        elsewhere = [where for where in free if where[0] != place and where not in away]
        return here, away, elsewhere


def _shelf_first(here: list[_Place], state: State) -> list[_Place]:
    """What is sold is taken from the shelf, and only then from the store room behind it."""
    return sorted(here, key=lambda where: where[1] is not State.ON_SHELF) if state is State.SOLD else here


def parcels_of(
    memo: Memo, lots: Ints, labels: Mapping[int, Sequence[Label]] | None = None, content: Content = one_a_piece
) -> list[Parcel]:
    """The parcels of `lots` (sorted, unique) at the horizon of the walk, without their items in `labels`."""
    found: list[Parcel] = []
    for here, batch in memo.parts(lots):
        for lot, lines in _lines(memo, batch, here).items():
            books: dict[int, _Book] = {}
            own = sorted((labels or {}).get(lot, ()), key=lambda label: (label.t, label.event))
            turns: list[tuple[tuple[int, int, int], _Line | Label]] = [
                *(((line.t, line.event, line.kind), line) for line in lines),
                *(((label.t, label.event, AFTER), label) for label in own),
            ]
            for _, turn in sorted(turns, key=lambda pair: pair[0]):
                if isinstance(turn, Label):
                    _label(memo, lot, turn, books, content)
                elif math.isnan(turn.amount) and books:  # without an amount there is no unit: it is about all of it
                    for book in books.values():
                        book.enter(replace(turn))
                else:
                    books.setdefault(turn.uom, _Book()).enter(turn)
            parcels = _close(memo, lot, books)
            if own:  # a mark on a lot that is all in serials says nothing of where some of it is
                parcels = [each for each in parcels if each.quantity is not None or each.place >= 0]
            found += parcels
    return found


def _label(memo: Memo, lot: int, label: Label, books: Mapping[int, _Book], content: Content) -> None:
    """Take items with serials out of the books: pieces first, what is left over out of the other units."""
    units = memo.source.words(ints(list(books)))
    left = float(label.count)
    for (_, book), unit in sorted(zip(books.items(), units), key=lambda pair: pair[1] not in PIECES):
        each = content(lot, unit)
        if left <= TINY or not any(part.amount > TINY for part in book.stock.values()):
            continue
        if each is None:
            book.at_most = True
        elif each > TINY:
            left -= book.labelled(left * each, label.place) / each


def _lines(memo: Memo, batch: Batch, lots: Ints) -> dict[int, list[_Line]]:
    m = batch.mentions
    index, rows = batch.select(lots, m.uom > 0)
    steps = memo.source.words(m.step[rows])
    lines: dict[int, list[_Line]] = {}
    for at, row, step in zip(index.tolist(), rows.tolist(), steps):
        kind, action = divmod(int(m.role[row]), 4)
        lines.setdefault(int(batch.things[at]), []).append(
            _Line(
                int(m.t[row]), int(m.event[row]), kind, action, int(m.loc[row]), State(int(batch.states[row])),
                float(m.qty[row]), int(m.uom[row]), int(m.other[row]), step,
            )
        )  # fmt: skip
    _place_unpacking(memo, lines)
    return lines


def _place_unpacking(memo: Memo, lines: dict[int, list[_Line]]) -> None:
    """Add the emptying of containers, and give unpacking without a place the place of the container."""
    packed = [
        (lot, line) for lot, all_of in lines.items() for line in all_of if line.kind == CHILD and line.holder >= 0
    ]
    if not packed:
        return
    holder = ints([line.holder for _, line in packed])
    opened = [line.action != DELETE for _, line in packed]
    ends = emptied(memo, holder, ints([line.t for _, line in packed]), ints([line.event for _, line in packed]))
    closed = [i for i, is_open in enumerate(opened) if is_open and ends[i] < ALWAYS and ends[i] <= memo.until]
    bare = [i for i, is_open in enumerate(opened) if not is_open and packed[i][1].place < 0]
    asked = closed + bare
    if not asked:
        return
    times = [int(ends[i]) if opened[i] else packed[i][1].t for i in asked]
    place, state = _where(memo, holder[asked], ints(times))
    for at, i in enumerate(asked):
        lot, line = packed[i]
        if opened[i]:
            emptying = _Line(times[at], 2**61, PARENT, DELETE, place[at], state[at], math.nan, line.uom, line.holder)
            lines[lot].append(emptying)
        else:
            line.place = place[at]
            line.state = line.state or state[at]


def _where(memo: Memo, things: Ints, times: Ints) -> tuple[list[int], list[State]]:
    order = np.argsort(things, kind="stable")
    found = places_of(memo, things[order], times[order])
    place, state = np.empty_like(things), np.empty_like(things)
    place[order], state[order] = found.loc, found.state
    return place.tolist(), [State(number) for number in state.tolist()]


def _close(memo: Memo, lot: int, books: dict[int, _Book]) -> list[Parcel]:
    """What stands in the books at the end; parts in containers are where these are."""
    entries = [(uom, book, where, line) for uom, book in books.items() for where, line in book.stock.items()]
    holders = distinct(ints([where[2] for _, _, where, _ in entries if where[2] >= 0]))
    found = places_of(memo, holders, np.full(len(holders), memo.until)) if len(holders) else None
    parcels: list[Parcel] = []
    for uom, book, (place, state, holder), line in entries:
        seen = line.seen
        if found is not None and holder >= 0:
            at = int(positions_in(holders, ints([holder]))[0])
            if found.loc_t[at] >= seen:
                place = int(found.loc[at])
            if found.state_t[at] >= seen:
                state = State(int(found.state[at]))
            seen = max(seen, int(found.loc_t[at]), int(found.state_t[at]))
        amount = round(line.amount, 9) if line.amount > TINY else None
        parcels.append(Parcel(lot, place, state, amount, uom, holder, seen, line.unaccounted, book.uncertain,
                              book.at_most))  # fmt: skip
    return parcels
