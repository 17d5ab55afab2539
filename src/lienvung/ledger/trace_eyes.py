"""The eyes of an owner: the whole story of the own goods, but nobody else's by the owner's own word alone.

Whoever owns a product sees all that came of it and all that went into it, through the words of everybody. But an
event of one's own may name any lot of others as its input, output, content or container. Such a thing is *closed* to
its namer: it is shown, and of what happened to it only the events that the namer sees anyway; until somebody else's
event names the namer, one of its places or parties together with the thing, its container or its lot (it was
shipped to him, it was seen at his place). Two organisations that act together can still open what one alone cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Container

import numpy as np

from lienvung.catalogue.models import Product
from lienvung.ledger.access import Visible
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.senders import sender_uri
from lienvung.ledger.tables import REFERENCE_DESTINATION, REFERENCE_SENDER, REFERENCE_SOURCE
from lienvung.ledger.trace_source import LedgerSource, only
from lienvung.lineage.facts import (
    ALWAYS,
    CHILD,
    EPC,
    INPUT,
    OUTPUT,
    Flags,
    Ints,
    Links,
    Mentions,
    distinct,
    ints,
    positions_in,
)
from lienvung.people.models import Organisation

CARRIED = 4  # containers in containers
PART = 400


class OwnerSource(LedgerSource):
    """`eyes.own`: the organisations that ask."""

    def __init__(self, *, eyes: Visible) -> None:
        super().__init__()
        self.eyes = eyes
        self.own = frozenset(eyes.own)
        self._closed: dict[int, bool] = {}
        self._shut: set[int] = set()  # processes that are seen only as far as their events are
        self._ours: dict[int, tuple[bool, bool]] = {}  # event -> (sent by us first, sent by us alone)
        self._named_us: dict[int, bool] = {}
        self._of_ours: dict[str, bool] = {}  # GTIN -> whether it is ours; missing: nobody's

    # the questions of a walk

    def mentions(self, things: Ints, until: int) -> Mentions:
        found = super().mentions(things, until)
        closed = self.closed(things)
        if not closed.any() or not len(found):
            return found
        keep = ~(closed[found.index] & self._hidden(found.event)[found.row])
        row, index, order = only(found.row[keep], found.index[keep], np.arange(len(found)))
        names = ("t", "event", "role", "other", "loc", "disp", "step", "qty", "uom")
        return Mentions(**{name: getattr(found, name)[order] for name in names}, row=row, index=index)

    def links(self, things: Ints, role: int) -> Links:
        found = super().links(things, role)
        closed = self.closed(things)
        if not closed.any() or not len(found):
            return found
        shut = closed[positions_in(things, found.thing)]
        kept = found.where(~(shut & self._hidden(found.event)))
        of_closed = found.process[shut & (found.process < 0)].tolist()
        self._shut.update(of_closed)
        for process in of_closed:  # the lot of a closed item is as closed as the item
            self._closed.setdefault(-process, True)
        return kept

    def members(self, processes: Ints, role: int) -> Links:
        found = super().members(processes, role)
        shared = distinct(found.process[found.process < 0])
        if not len(shared):
            return found
        shut = ints(sorted(process for process in shared.tolist() if self._is_shut(process, found)))
        if not len(shut):
            return found
        return found.where(~((positions_in(shut, found.process) >= 0) & self._hidden(found.event)))

    def _is_shut(self, process: int, found: Links) -> bool:
        """One transformationID joins events of many: who adds an event to it alone does not see those of the others.
        A lot (its process is itself) is shut if it is closed."""
        if process in self._shut:
            return True
        shut = bool(self.closed(ints([-process]))[0]) if "/10/" in self.stored(ints([-process]))[0] else False
        if not shut and "/10/" not in self.stored(ints([-process]))[0]:
            sides = [LedgerSource.members(self, ints([process]), side).event for side in (INPUT, OUTPUT)]
            shut = any(alone for _, alone in self._senders(np.concatenate(sides)))
        if shut:
            self._shut.add(process)
        return shut

    def _hidden(self, events: Ints) -> Flags:
        """Which events the asker does not see by itself."""
        self.seen_by, whole = self.eyes, self.seen_by
        try:
            return self._unseen(events)
        finally:
            self.seen_by = whole

    # what is closed

    def closed(self, things: Ints) -> Flags:
        missing = ints([thing for thing in things.tolist() if thing not in self._closed])
        if len(missing):
            self._classify(missing)
        return np.array([self._closed[thing] for thing in things.tolist()], dtype=np.bool_)

    def _classify(self, things: Ints) -> None:
        own = self._own(things)
        self._closed.update((thing, False) for thing in things[own].tolist())
        rest = things[~own]
        if not len(rest):
            return
        m = LedgerSource.mentions(self, rest, ALWAYS)
        joining = np.isin(m.role >> 2, [INPUT, OUTPUT, CHILD]) | ((m.role >> 2) != EPC)
        alone = self._named_alone(rest, m, joining)
        first = self._first_told(rest, m)
        doubtful = {thing for thing in rest[alone].tolist() if not first.get(thing, False)}
        opened = self._entrusted(doubtful) if doubtful else set()
        self._closed.update((thing, thing in doubtful and thing not in opened) for thing in rest.tolist())

    def _own(self, things: Ints) -> Flags:
        """Things of our products, or with our GS1 company prefix."""
        stored = self.stored(things)
        gtins = {uri[4:18] for uri in stored if uri.startswith("/01/")} - self._of_ours.keys()
        for at in range(0, len(gtins), PART):
            part = sorted(gtins)[at : at + PART]
            found = Product.objects.filter(gtin__in=part).values_list("gtin", "owner_id")
            self._of_ours.update((gtin, str(owner) in self.own) for gtin, owner in found)
        return np.array([self._is_own(uri) for uri in stored], dtype=np.bool_)

    def _is_own(self, stored: str) -> bool:
        if stored.startswith("/01/") and stored[4:18] in self._of_ours:
            return self._of_ours[stored[4:18]]
        return self._prefix_of(stored) is True

    @property
    def _prefixes(self) -> dict[str, bool]:
        if not hasattr(self, "_known_prefixes"):
            told = Organisation.objects.exclude(company_prefix="").values_list("company_prefix", "pk")
            self._known_prefixes = {prefix: str(pk) in self.own for prefix, pk in told}
        return self._known_prefixes

    def _prefix_of(self, stored: str) -> bool | None:
        """Whether the company prefix in an identifier is ours; None where it is nobody's that is known."""
        key, _, value = stored.strip("/").partition("/")
        digits = value[1:] if key in ("00", "01", "8003") else value
        return next((ours for prefix, ours in self._prefixes.items() if digits.startswith(prefix)), None)

    def _named_alone(self, things: Ints, m: Mentions, joining: Flags) -> Flags:
        """Which things the asker alone said to be an input, output, content or container of something."""
        alone = np.zeros(len(things), dtype=np.bool_)
        if len(m):
            asked = np.flatnonzero(joining)
            ours = np.zeros(len(m), dtype=np.bool_)
            ours[asked] = [is_alone for _, is_alone in self._senders(m.event[asked])]
            alone[m.index[ours[m.row]]] = True
        lots = [n for n, uri in enumerate(self.stored(things)) if "/10/" in uri]
        if lots:  # a lot that is told in the label of an item is in no list of the event
            told = LedgerSource.members(self, distinct(-things[lots][::-1]), OUTPUT)
            by_us = np.array([is_alone for _, is_alone in self._senders(told.event)], dtype=np.bool_)
            known = distinct(-told.process[by_us]) if len(told) else ints()
            alone |= positions_in(known, things) >= 0
        return alone

    def _first_told(self, things: Ints, m: Mentions) -> dict[int, bool]:
        """Things that are nobody's that is registered: whether the ledger heard of them from the asker first."""
        first: dict[int, int] = {}
        for thing, event in zip(things[m.index].tolist(), m.event[m.row].tolist()):
            first[thing] = min(event, first.get(thing, event))
        told: dict[int, bool] = {}
        listed = sorted(first)
        flags = self._senders(ints([first[thing] for thing in listed]))
        for thing, uri, (ours, _) in zip(listed, self.stored(ints(listed)), flags):
            nobodys = not (uri.startswith("/01/") and uri[4:18] in self._of_ours) and self._prefix_of(uri) is None
            told[thing] = ours and nobodys
        return told

    def _entrusted(self, things: set[int]) -> set[int]:
        """Those that somebody else's event names together with the asker: themselves, their lot, their container."""
        carried = {thing: {thing} for thing in things}
        level, found = dict(carried), set[int]()
        for _ in range(CARRIED):
            if not level:
                break
            here = ints(sorted(level))
            m = LedgerSource.mentions(self, here, ALWAYS)
            others = np.array([not ours for ours, _ in self._senders(m.event)], dtype=np.bool_)
            names_us = np.zeros(len(m), dtype=np.bool_)
            names_us[others] = self._names_us(m.event[others])
            up: dict[int, set[int]] = {}
            for row, index in zip(m.row.tolist(), m.index.tolist()):
                thing = int(here[index])
                if names_us[row]:
                    found |= level[thing]
                if others[row] and m.role[row] >> 2 == CHILD and m.other[row] >= 0:
                    up.setdefault(int(m.other[row]), set()).update(level[thing])
            made = LedgerSource.links(self, here, OUTPUT)
            for thing, process, (ours, _) in zip(made.thing.tolist(), made.process.tolist(), self._senders(made.event)):
                if process < 0 and not ours:
                    up.setdefault(-process, set()).update(level[thing])
            level = {
                thing: of - carried.get(thing, set()) for thing, of in up.items() if of - carried.get(thing, set())
            }
            for thing, of in level.items():
                carried.setdefault(thing, set()).update(of)
        return found

    # events

    def _senders(self, events: Ints) -> list[tuple[bool, bool]]:
        """(sent by the asker first, sent by nobody else) of each event."""
        self._ask(events, self._ours, self._read_senders)
        return [self._ours[event] for event in events.tolist()]

    def _names_us(self, events: Ints) -> list[bool]:
        """Whether each event names the asker: one of its places, or a party, as where, from whom or to whom."""
        self._ask(events, self._named_us, self._read_names)
        return [self._named_us[event] for event in events.tolist()]

    def _ask(self, events: Ints, known: Container[int], read: Callable[[list[int]], None]) -> None:
        missing = [event for event in distinct(np.sort(events)).tolist() if event not in known]
        for at in range(0, len(missing), PART):
            read(missing[at : at + PART])

    def _read_senders(self, events: list[int]) -> None:
        first = dict(
            rows(
                "SELECT e.rid, d.submitter FROM ledger_event e JOIN ledger_document d ON d.id = e.doc "
                f"WHERE e.rid IN {marks(events)}",
                events,
            )
        )
        uris = [sender_uri(each) for each in self.own]
        again = {
            event
            for (event,) in rows(
                "SELECT r.event FROM ledger_reference r JOIN ledger_thing s ON s.id = r.thing "
                f"WHERE r.event IN {marks(events)} AND r.kind = %s AND s.uri NOT IN {marks(uris)}",
                (*events, REFERENCE_SENDER, *uris),
            )
        }
        for event in events:
            ours = first.get(event) in self.own
            self._ours[event] = ours, ours and event not in again

    def _read_names(self, events: list[int]) -> None:
        places, parties = self._places
        found: set[int] = set()
        for at in range(0, len(places), PART):
            part = places[at : at + PART]
            found |= {
                rid
                for (rid,) in rows(
                    f"SELECT e.rid FROM ledger_event e WHERE e.rid IN {marks(events)} "
                    f"AND (e.bl IN {marks(part)} OR e.rp IN {marks(part)})",
                    (*events, *part, *part),
                )
            }
        for at in range(0, len(parties), PART):
            some = parties[at : at + PART]
            found |= {
                rid
                for (rid,) in rows(
                    f"SELECT r.event FROM ledger_reference r WHERE r.event IN {marks(events)} AND r.kind IN (%s, %s) "
                    f"AND r.thing IN {marks(some)}",
                    (*events, REFERENCE_SOURCE, REFERENCE_DESTINATION, *some),
                )
            }
        self._named_us.update((event, event in found) for event in events)

    @property
    def _places(self) -> tuple[list[int], list[int]]:
        """Dictionary numbers of the asker's places, and of its places and parties."""
        if not hasattr(self, "_known_places"):
            places = [number for kind, numbers in self.eyes.parts if kind == "places" for number in numbers]
            glns = Organisation.objects.filter(pk__in=self.own).exclude(gln=None).values_list("gln", flat=True)
            spelled = [f"/417/{gln}" for gln in glns if gln]
            sql = f"SELECT id FROM ledger_thing WHERE uri IN {marks(spelled)}"
            parties = [number for (number,) in rows(sql, spelled)] if spelled else []
            self._known_places = places, [*places, *parties]
        return self._known_places


def source_for(seen_by: Visible) -> LedgerSource:
    """What a walk of these eyes reads."""
    return OwnerSource(eyes=seen_by) if seen_by.own else LedgerSource(seen_by=seen_by)
