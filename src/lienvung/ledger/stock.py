"""What is at places now: lots with what is left of them, packs, cases and pallets; and where things are.

    stock_at(places)    what the newest events at these places name, as far as it is there still
    stock_of(uris)      the parts of these things, wherever they are
    inside(holder)      what is in a case or pallet

A lot is told part by part (`lienvung.lineage.lots`); a part in a case has that case as its `holder`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri
from lienvung.ledger import events
from lienvung.ledger.identifiers import thing_ids
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import stored_uri
from lienvung.ledger.trace_names import kind_of
from lienvung.ledger.trace_source import LedgerSource
from lienvung.lineage.batches import Memo
from lienvung.lineage.facts import ALWAYS, NEVER, ints
from lienvung.lineage.lots import parcels_of
from lienvung.lineage.places import places_of
from lienvung.lineage.states import State
from lienvung.lineage.walk import inside_of

LOOKED_AT = 400  # newest events at the places
MOST_THINGS = 1_000
GONE = frozenset({State.SOLD, State.DESTROYED, State.CONSUMED, State.REMOVED, State.IN_TRANSIT})
_LISTS = ("epcList", "childEPCs", "outputEPCList")
_AMOUNTS = ("quantityList", "childQuantityList", "outputQuantityList")


@dataclass(frozen=True, slots=True)
class Stock:
    """A thing with its own code, or a part of a lot."""

    uri: str
    kind: str  # of `trace.kind_of`
    place: str | None
    state: State
    amount: float | None  # 1 for a thing with its own code; None: not told
    uom: str  # '' = pieces
    holder: str | None  # the case or pallet it is in
    seen_ms: int | None

    @property
    def here(self) -> bool:
        """Not sold, used up, destroyed, lost or on its way."""
        return self.state not in GONE


def stock_of(uris: Collection[str]) -> list[Stock]:
    """All parts of these things. Raises Invalid for what is no identifier; what the ledger never saw has none."""
    return _stock({number for uri in uris for number in thing_ids(uri)})


def stock_at(places: Collection[str]) -> list[Stock]:
    """What is at these places (canonical URIs), newest first."""
    wanted = set(places)
    numbers = {number for uri in things_at(places) for number in thing_ids(uri)}
    found = [part for part in _stock(numbers) if part.here and part.place in wanted]
    return sorted(found, key=lambda part: (-(part.seen_ms or 0), part.uri))


def things_at(places: Collection[str]) -> list[str]:
    """What the newest events at these places name, canonical, at most MOST_THINGS."""
    found = dict.fromkeys(uri for event in events_at(places) for uri in named(event.value()))
    return list(found)[:MOST_THINGS]


def events_at(places: Collection[str], *, steps: Collection[str] = (), limit: int = LOOKED_AT) -> list[Any]:
    """The newest events whose bizLocation is one of these places (of these business steps), newest first."""
    numbers = _numbers(places)
    if not numbers:
        return []
    sql = f"SELECT e.rid FROM ledger_event e WHERE e.bl IN {marks(numbers)}"
    values: list[Any] = [*numbers]
    if steps:
        sql += f" AND e.bizstep IN (SELECT id FROM ledger_term WHERE kind = 1 AND value IN {marks(list(steps))})"
        values += steps
    sql += " AND NOT EXISTS (SELECT 1 FROM ledger_void v WHERE v.rid = e.rid) ORDER BY e.t DESC LIMIT %s"
    rids = [rid for (rid,) in rows(sql, (*values, limit))]
    return sorted(events.by_rids(rids), key=lambda event: (-event.time_ms, -event.rid))


def _numbers(uris: Collection[str]) -> list[int]:
    spelled = [stored_uri(uri) for uri in uris]
    if not spelled:
        return []
    return [number for (number,) in rows(f"SELECT id FROM ledger_thing WHERE uri IN {marks(spelled)}", spelled)]


def named(event: dict[str, Any]) -> list[str]:
    """The things that an event leaves behind, canonical; what is no identifier is left out."""
    told: list[str] = [uri for name in _LISTS for uri in event.get(name) or () if isinstance(uri, str)]
    told += [str(each.get("epcClass", "")) for name in _AMOUNTS for each in event.get(name) or ()]
    if event.get("type") == "AggregationEvent" and event.get("action") != "DELETE" and event.get("parentID"):
        told.append(str(event["parentID"]))
    return list(_canonical(told))


def _canonical(told: Iterable[str]) -> Iterable[str]:
    for uri in told:
        try:
            yield canonical_uri(uri)
        except Invalid:
            continue


def _stock(numbers: Collection[int]) -> list[Stock]:
    if not numbers:
        return []
    source = LedgerSource()
    memo = Memo(source, ALWAYS)
    things = ints(sorted(numbers))
    uris = source.uris(things)
    kinds = [kind_of(uri) for uri in uris]
    lots = ints([number for number, kind in zip(things.tolist(), kinds) if kind in ("lot", "class")])
    single = [(number, kind) for number, kind in zip(things.tolist(), kinds) if kind not in ("lot", "class", "place")]
    return [*_parcels(source, memo, lots), *_singles(source, memo, single)]


def _parcels(source: LedgerSource, memo: Memo, lots: Any) -> list[Stock]:
    parcels = parcels_of(memo, lots) if len(lots) else []
    names = _names(source, [n for each in parcels for n in (each.lot, each.place, each.holder)])
    units = source.words(ints([each.uom for each in parcels]))
    return [
        Stock(
            names[each.lot], kind_of(names[each.lot]), names.get(each.place), each.state, each.quantity, unit,
            names.get(each.holder), each.seen,
        )
        for each, unit in zip(parcels, units)
    ]  # fmt: skip


def _singles(source: LedgerSource, memo: Memo, single: Sequence[tuple[int, str]]) -> list[Stock]:
    if not single:
        return []
    things = ints([number for number, _ in single])
    found = places_of(memo, things, np.full(len(things), ALWAYS, dtype=np.int64))
    names = _names(source, [*things.tolist(), *found.loc.tolist(), *found.holder.tolist()])
    return [
        Stock(names[number], kind, names.get(loc), State(state), 1.0, "", names.get(holder), None if t == NEVER else t)
        for (number, kind), loc, state, holder, t in zip(
            single, found.loc.tolist(), found.state.tolist(), found.holder.tolist(), found.loc_t.tolist()
        )
    ]


def _names(source: LedgerSource, numbers: Iterable[int]) -> dict[int, str]:
    known = ints(sorted({number for number in numbers if number >= 0}))
    return dict(zip(known.tolist(), source.uris(known)))


def inside(holder: str) -> list[Stock]:
    """What is in a case or pallet now, one level deep. Raises Invalid for what is no identifier."""
    numbers = thing_ids(holder)
    if not numbers:
        return []
    stays = inside_of(Memo(LedgerSource(), ALWAYS), ints(sorted(numbers)))
    now = {int(thing) for thing, end in zip(stays.thing.tolist(), stays.end.tolist()) if end == ALWAYS}
    return [part for part in _stock(now) if part.holder == holder]
