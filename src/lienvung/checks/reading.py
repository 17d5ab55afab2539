"""The ledger's events as the facts that the checks read, each read once in a run; all by key."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import DEFAULT_DB_ALIAS, connections

from lienvung.epcis import Reading, read_event
from lienvung.epcis.lookups import lookups_for
from lienvung.errors import Problem
from lienvung.ledger.blocks import ids_of
from lienvung.ledger.hashes import rids_of_hash
from lienvung.ledger.names import uris
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import full_uri, stored_uri
from lienvung.ledger.trace import LedgerSource
from lienvung.lineage.anomalies_facts import Fact, fact_of
from lienvung.lineage.facts import ALWAYS, ints

log = logging.getLogger(__name__)
CHUNK = 400
MOST_AT_A_PLACE = 5_000  # a waiting period until the year 9999 reads no whole ledger
SERIAL_OF_LOT = 16  # role OUTPUT * 4, as the ledger stores it; the process is minus the lot


class Reader:
    """Events as facts. What was declared wrong, and the declarations, are known but are no facts."""

    def __init__(self) -> None:
        self.known: dict[int, Fact] = {}
        self.wrong: set[int] = set()
        self.declared: dict[int, list[int]] = {}  # declaration -> the events it is about
        self.numbers: dict[str, int | None] = {}
        self.asked: dict[str, list[int]] = {}
        self._source = LedgerSource()
        self._contexts: dict[int | None, tuple[Any, Mapping[str, str]]] = {}

    def read(self, rids: Iterable[int]) -> list[int]:
        """Read these events, if they have not been; the numbers, each once."""
        wanted = list(dict.fromkeys(rids))
        missing = [rid for rid in wanted if rid not in self.known]
        for start in range(0, len(missing), CHUNK):
            part = missing[start : start + CHUNK]
            self.wrong |= {rid for (rid,) in rows(f"SELECT rid FROM ledger_void WHERE rid IN {marks(part)}", part)}
            for rid, reading, prefixes in self._readings(part):
                try:
                    self.known[rid] = fact_of(rid, reading, prefixes)
                except Exception:  # an event that nobody thought of: it says nothing to the checks, the others do
                    log.exception("event %s is no fact", rid)
                    continue
                if reading.error is not None:
                    self.wrong.add(rid)
                    self.declared[rid] = [each for each in rids_of_hash(reading.hash) if each != rid]
        return wanted

    def facts(self, rids: Iterable[int]) -> list[Fact]:
        """Those of these events that count."""
        return [self.known[rid] for rid in self.read(rids) if rid in self.known and rid not in self.wrong]

    def of_things(self, things: Iterable[str]) -> list[Fact]:
        """The facts that name any of these things."""
        wanted = list(things)
        self._ask([thing for thing in wanted if thing not in self.asked])
        return self.facts(rid for thing in wanted for rid in self.asked[thing])

    def of_processes(self, names: Iterable[str]) -> list[Fact]:
        """The facts of transformations with these IDs; of lots, those that made serials of them."""
        wanted = list(names)
        self.learn(wanted)
        rids: list[int] = []
        for name in wanted:
            number = self.numbers[name]
            if number is not None:
                rids += [r for (r,) in rows("SELECT DISTINCT event FROM ledger_group WHERE process = %s", (-number,))]
        return self.facts(rids)

    def at_places(self, places: Iterable[str], since: int, until: int) -> list[int]:
        """Numbers of the events at these places in a span of time."""
        wanted = list(places)
        self.learn(wanted)
        numbers = [number for place in wanted if (number := self.numbers[place]) is not None]
        return [
            rid
            for number in numbers
            for column in ("bl", "rp")
            for (rid,) in rows(
                f"SELECT rid FROM ledger_event WHERE {column} = %s AND t BETWEEN %s AND %s ORDER BY t LIMIT %s",
                (number, since, until, MOST_AT_A_PLACE),
            )
        ]

    def serials(self, lot: str) -> list[str]:
        """What the ledger knows to be a serial of this lot."""
        self.learn([lot])
        number = self.numbers[lot]
        if number is None:
            return []
        ids = [
            each
            for blk, lo, hi, members in rows(
                "SELECT blk, lo, hi, members FROM ledger_group WHERE process = %s AND role = %s",
                (-number, SERIAL_OF_LOT),
            )
            for each in ids_of(blk, lo, hi, members)
        ]
        return [full_uri(uri) for uri in uris.of(connections[DEFAULT_DB_ALIAS], ids).values()]

    def learn(self, wanted: Iterable[str]) -> None:
        """The dictionary's numbers of things."""
        missing = {stored_uri(uri): uri for uri in wanted if uri not in self.numbers}
        self.numbers |= dict.fromkeys(missing.values())
        spelled = list(missing)
        for start in range(0, len(spelled), CHUNK):
            part = spelled[start : start + CHUNK]
            for number, uri in rows(f"SELECT id, uri FROM ledger_thing WHERE uri IN {marks(part)}", part):
                self.numbers[missing[uri]] = number

    def _ask(self, things: Sequence[str]) -> None:
        """Which events name these things: one round of questions about all of them."""
        self.learn(things)
        self.asked |= {thing: [] for thing in things}
        named = {number: thing for thing in things if (number := self.numbers[thing]) is not None}
        if not named:
            return
        ordered = sorted(named)
        mentions = self._source.mentions(ints(ordered), ALWAYS)
        pairs = np.unique(np.stack([mentions.index, mentions.event[mentions.row]]), axis=1)
        for index, event in pairs.T.tolist():
            self.asked[named[ordered[index]]].append(event)

    def _readings(self, rids: Sequence[int]) -> Iterable[tuple[int, Reading, Mapping[str, str]]]:
        """(number, reading, prefixes of its document); what can no longer be read is passed over."""
        for rid, body, number in rows(
            "SELECT e.rid, e.body, d.context_id FROM ledger_event e JOIN ledger_document d ON d.id = e.doc "
            f"WHERE e.rid IN {marks(rids)}",
            rids,
        ):
            if number not in self._contexts:
                told = rows("SELECT json FROM ledger_context WHERE id = %s", (number,)) if number is not None else []
                context = json.loads(told[0][0]) if told else []
                self._contexts[number] = context, lookups_for(context).names.prefixes
            context, prefixes = self._contexts[number]
            try:
                yield rid, read_event(bytes(body), context=context), prefixes
            except Problem:
                continue


def numbers_after(event: int, limit: int) -> list[int]:
    """The numbers of the next events, in the order in which they were recorded."""
    found = rows("SELECT rid FROM ledger_event WHERE rid > %s ORDER BY rid LIMIT %s", (event, limit))
    return [rid for (rid,) in found]


def lots_of_product(gtin: str) -> list[str]:
    """The lots of a product that the ledger knows."""
    start = f"/01/{gtin}/10/"
    found = rows("SELECT uri FROM ledger_thing WHERE uri >= %s AND uri < %s", (start, start[:-1] + "0"))
    return [full_uri(uri) for (uri,) in found if "/21/" not in uri]
