"""Whose word draws goods into a scope: what is told by others than their owner or an official is a claim.

A link (a transformation, a stay in a container) draws a thing into the scope of a recall or of a hold by itself if
somebody told it who is heard about that thing: the owner of its product, an authority, the operator, first or
again; about goods of no registered product everybody is heard. All else is kept and shown apart, and
nothing is marked on it until an officer believes it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lienvung.errors import NotFound
from lienvung.ledger.events import by_rids, get_event
from lienvung.ledger.reading import rows
from lienvung.ledger.senders import senders_of
from lienvung.ledger.trace_rows import WINDOWS
from lienvung.ledger.trace_source import LedgerSource
from lienvung.ledger.voices import officials, owners_of_gtins
from lienvung.lineage.facts import OUTPUT, Flags, Ints, Links, distinct, ints, positions_in

_SENDER = "SELECT e.rid, d.submitter FROM ledger_event e JOIN ledger_document d ON d.id = e.doc WHERE e.rid"


@dataclass(frozen=True, slots=True)
class Claim:
    """One event that would draw goods of others into a scope. `made`: what it names so (canonical URIs)."""

    event_id: str  # give it to `recall_scope(…, believe=[…])` to have it believed
    time_ms: int
    senders: tuple[str | None, ...]  # uuids of organisations, the first sender first
    made: tuple[str, ...]


class Heard:
    """`lineage.vouched.Voices` over the ledger: who sent which event, and whose product a thing is."""

    def __init__(self, source: LedgerSource, believe: Collection[str] = ()) -> None:
        self.source = source
        self._believed = {rid for name in believe for rid in _rid(name)}
        self._first: dict[int, str | None] = {}
        self._again: dict[int, set[str | None]] = {}
        self._officials = set(officials())
        self._owners: dict[str, str | None] = {}  # GTIN -> owner of the product

    @cached_property
    def all_official(self) -> bool:
        """Whether nobody but the operator told anything: then there is nothing to weigh."""
        return not rows("SELECT 1 FROM ledger_document WHERE submitter IS NOT NULL LIMIT 1")

    def heard(self, events: Ints, things: Ints) -> Flags:
        if self.all_official or not len(events):
            return np.ones(len(events), dtype=np.bool_)
        asked, at = np.unique(events, return_inverse=True)
        self._read(asked)
        flags: Flags = np.array([self._is_official(event) for event in asked.tolist()], dtype=np.bool_)[at]
        rest = np.flatnonzero(~flags)
        if len(rest):
            different, which = np.unique(things[rest], return_inverse=True)
            owners = self._owners_of(different)
            codes: dict[str | None, int] = {None: 0}
            owner = ints([codes.setdefault(each, len(codes)) for each in owners])[which]
            sender = ints([codes.get(self._first[event], -1) for event in asked.tolist()])[at[rest]]
            told: Flags = (owner == 0) | (owner == sender)
            flags[rest] = told
            unheard = [(int(rest[n]), owners[int(which[n])]) for n in np.flatnonzero(~told).tolist()]
            self._read_again(unheard, events)
            for n, each in unheard:
                again = self._again[int(events[n])]
                flags[n] = each in again or not self._officials.isdisjoint(again)
        return flags

    def heard_of_lots(self, made: Links) -> Flags:
        """Everybody is heard about the lot of a serial of which nobody heard told one: a shop may be the only one that
        scanned a label. What somebody heard told of a serial stands against the word of others."""
        flags = self.heard(made.event, made.thing)
        if flags.all():
            return flags
        doubtful = distinct(made.thing[~flags])
        links = self.source.links(doubtful, OUTPUT)
        links = links.where(links.process < 0)
        uris = self.source.uris(-links.process)
        links = links.where(np.array(["/10/" in uri for uri in uris], dtype=np.bool_))
        known = distinct(links.thing[self.heard(links.event, links.thing)])
        return flags | (positions_in(known, made.thing) < 0)

    def senders(self, event: int) -> tuple[str | None, ...]:
        """The first sender, then the others that are known here."""
        self._read(ints([event]))
        first = self._first[event]
        return first, *sorted(filter(None, self._again.get(event, set()) - {first}))

    def _is_official(self, event: int) -> bool:
        return event in self._believed or self._first[event] in self._officials

    def _read(self, events: Ints) -> None:
        missing = [event for event in events.tolist() if event not in self._first]
        for start in range(0, len(missing), WINDOWS):
            self._first.update(self.source.reader.by_key(_SENDER, missing[start : start + WINDOWS]))

    def _read_again(self, unheard: list[tuple[int, str | None]], events: Ints) -> None:
        missing = {int(events[n]) for n, _ in unheard} - self._again.keys()
        if missing:
            self._again.update(senders_of(missing, {*self._officials, *map(str, self._known_owners())}))

    def _known_owners(self) -> set[str]:
        return {owner for owner in self._owners.values() if owner is not None}

    def _owners_of(self, things: Ints) -> list[str | None]:
        gtins = [_gtin(uri) for uri in self.source.stored(things)]
        missing = set(gtins) - self._owners.keys()
        if missing:
            self._owners.update(dict.fromkeys(missing))
            self._owners.update(owners_of_gtins(missing))
            self._again.clear()  # other owners may have sent the same again
        known = self._owners
        return [known[gtin] for gtin in gtins]


def _gtin(stored: str) -> str:
    if stored.startswith("/01/"):
        return stored[4:18]
    return stored[6:20] if stored.startswith("/8006/") else ""


def _rid(event_id: str) -> list[int]:
    try:
        return [get_event(event_id).rid]
    except NotFound:
        return []


def claims_of(voices: Heard, events: Ints, things: Ints, claimed: Ints) -> list[Claim]:
    """The claims among (event, thing) that are needed to reach the things `claimed` (sorted); oldest first."""
    drawn: dict[int, set[int]] = {}
    needed = positions_in(claimed, things) >= 0
    for event, thing in zip(events[needed].tolist(), things[needed].tolist()):
        drawn.setdefault(event, set()).add(thing)
    told = {event.rid: event for event in by_rids(sorted(drawn))}
    names = {number: uri for number, uri in zip(claimed.tolist(), voices.source.uris(claimed))}
    return [
        Claim(
            told[rid].event_id,
            told[rid].time_ms,
            voices.senders(rid),
            tuple(sorted(names[thing] for thing in made)),
        )
        for rid, made in sorted(drawn.items(), key=lambda item: (told[item[0]].time_ms, item[0]))
    ]
