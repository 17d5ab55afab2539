"""`LedgerSource`: the walks of `lienvung.lineage` over the ledger's tables, one round of queries a hop."""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np

from lienvung.ledger.access import EVERYTHING, Visible
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import full_uri
from lienvung.ledger.trace_rows import (
    MENTION_COLUMNS,
    WINDOWS,
    expand,
    open_reader,
    range_rows,
    read_group,
    read_holders,
    read_links,
    read_mentions,
)
from lienvung.lineage.facts import INPUT, Flags, Ints, Links, Mentions, distinct, ints, positions_in

# Class-level identifiers: a product, a lot, a piece of a trade item without serial. All else may hold something.
_CLASS_LEVEL = re.compile(r"^/(01|8006)/[^/]+(/(10|235)/[^/]+)?$|^urn:epc:(class|idpat):")
FEW_VOIDS = 20_000
SEEN_AT_ONCE = 500  # events asked about in one query


class LedgerSource:
    """Make one for one question: it remembers names and which events were declared wrong.

    `seen_by`: the walks know only the events that these see, as if the ledger had no others. So whatever a walk
    tells (things, links, depths, counts) rests on events that the asker may read anyway.
    """

    def __init__(self, *, seen_by: Visible = EVERYTHING) -> None:
        self.reader = open_reader()
        self.seen_by = seen_by
        self._asked: dict[int, bool] = {}  # event -> whether it is seen
        self._uris: dict[int, str] = {}
        self._words: dict[int, str] = {}

    # events declared wrong

    @cached_property
    def _voids(self) -> Ints | None:
        """All of them, sorted, while they are few; None: look up by event."""
        found = self.reader.plain(f"SELECT rid FROM ledger_void LIMIT {FEW_VOIDS + 1}")
        return None if len(found) > FEW_VOIDS else np.sort(ints([rid for (rid,) in found]))

    def _left_out(self, events: Ints) -> Flags:
        """Which of these are declared wrong, or not seen by whom the walk is for."""
        return self._void(events) if self.seen_by == EVERYTHING else self._void(events) | self._unseen(events)

    def _unseen(self, events: Ints) -> Flags:
        known = self._asked
        missing = [rid for rid in distinct(events).tolist() if rid not in known]
        for start in range(0, len(missing), SEEN_AT_ONCE):
            part = missing[start : start + SEEN_AT_ONCE]
            sql = f"SELECT e.rid FROM ledger_event e WHERE e.rid IN {marks(part)} AND ({self.seen_by.sql})"
            seen = {rid for (rid,) in rows(sql, (*part, *self.seen_by.values))}
            known.update((rid, rid in seen) for rid in part)
        return np.array([not known[rid] for rid in events.tolist()], dtype=np.bool_)

    def _void(self, events: Ints) -> Flags:
        voids = self._voids
        if voids is None:
            asked = distinct(events)
            sql = "SELECT rid FROM ledger_void WHERE rid"
            found = [
                rid
                for at in range(0, len(asked), WINDOWS)
                for (rid,) in self.reader.by_key(sql, asked[at : at + WINDOWS])
            ]
            voids = np.sort(ints(found))
        if not len(voids):
            return np.zeros(len(events), dtype=np.bool_)
        return positions_in(voids, events) >= 0

    # the questions of a walk

    def mentions(self, things: Ints, until: int) -> Mentions:
        found, quantity = read_mentions(self.reader, things)
        named = dict(zip(MENTION_COLUMNS, found.columns))
        t, event = named["t"], named["event"]
        keep = ~self._left_out(event)
        if len(t) and int(t.max()) > until:
            keep &= t <= until
        order = in_order(t, (event << 5) | named["role"])
        if not keep.all():
            order = order[keep[order]]
        row, thing = expand(found, order)
        index = positions_in(things, thing)
        ours = index >= 0
        if not ours.all():
            row, index, order = only(row[ours], index[ours], order)
        columns = {name: column[order] for name, column in named.items()}
        return Mentions(**columns, qty=quantity[order], row=row, index=index)

    def links(self, things: Ints, role: int) -> Links:
        found = self._links(read_links(self.reader, things, role), role)
        ours = positions_in(things, found.thing) >= 0
        return found if ours.all() else found.where(ours)

    def holders(self, things: Ints) -> Ints:
        return read_holders(self.reader, things)

    def members(self, processes: Ints, role: int) -> Links:
        return self._links(read_group(self.reader, processes, role), role)

    def _links(self, found: list[tuple[object, ...]], role: int) -> Links:
        ranges = range_rows(found)
        row, thing = expand(ranges, np.arange(len(ranges)))
        process, event, t = (column[row] for column in ranges.columns)
        links = Links(thing, process, event, t)
        void = self._left_out(ranges.columns[1])
        if not void.any():
            return links
        keep = ~void[row]
        if role == INPUT:  # the lot itself, written down once for all its serials: whatever became of that event
            keep |= links.members()
        return links.where(keep)

    def unpacks_all(self, events: Ints) -> Flags:
        with_children = distinct(self.members(events, 2).event)
        empty = positions_in(with_children, events) < 0
        rest = events[empty]
        if len(rest):
            sql = "SELECT rid FROM ledger_event WHERE type IN (2, 5) AND rid"
            found = [
                rid
                for at in range(0, len(rest), WINDOWS)
                for (rid,) in self.reader.by_key(sql, rest[at : at + WINDOWS])
            ]
            empty &= positions_in(np.sort(ints(found)), events) >= 0
        return empty

    def words(self, terms: Ints) -> list[str]:
        numbers = terms.tolist()
        missing = [number for number in set(numbers) if number > 0 and number not in self._words]
        if missing:
            sql = "SELECT id, value FROM ledger_term WHERE id"
            self._words.update(self.reader.by_key(sql, missing))
        return [self._words[number] if number > 0 else "" for number in numbers]

    def can_hold(self, things: Ints) -> Flags:
        self._name(things)
        uris = self._uris
        return np.array([not _CLASS_LEVEL.match(uris[number]) for number in things.tolist()], dtype=np.bool_)

    # names

    def uris(self, things: Ints) -> list[str]:
        """Canonical URIs."""
        self._name(things)
        return [full_uri(self._uris[number]) for number in things.tolist()]

    def stored(self, things: Ints) -> list[str]:
        """The same as the dictionary spells them."""
        self._name(things)
        return [self._uris[number] for number in things.tolist()]

    def _name(self, things: Ints) -> None:
        known = self._uris
        missing = [number for number in things.tolist() if number not in known]
        sql = "SELECT id, uri FROM ledger_thing WHERE id"
        for start in range(0, len(missing), WINDOWS):
            known.update(self.reader.by_key(sql, missing[start : start + WINDOWS]))


def in_order(t: Ints, rank: Ints) -> Ints:
    """The order of (t, rank): one sort of one number where both fit in it."""
    if not len(t):
        return ints()
    first, highest = int(t.min()), int(rank.max())
    bits = highest.bit_length()
    if (int(t.max()) - first).bit_length() + bits > 62:
        return np.lexsort((rank, t))
    return np.argsort(((t - first) << bits) | rank)


def only(row: Ints, index: Ints, order: Ints) -> tuple[Ints, Ints, Ints]:
    """Leave out the rows that name none of the things asked for."""
    used = np.zeros(len(order), dtype=np.bool_)
    used[row] = True
    if used.all():
        return row, index, order
    rank = np.cumsum(used) - 1
    return rank[row], index, order[used]
