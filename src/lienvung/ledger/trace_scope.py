"""`recall_scope`: everything that may be affected, where it is as of any time, in which state, how much.

A recall of one lot may reach 100,000 packs, so `Scope` holds arrays; names are looked up in
bulk when they are asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from lienvung.ledger.access import EVERYTHING, Visible
from lienvung.ledger.claims import Claim, Heard, claims_of
from lienvung.ledger.contents import contents
from lienvung.ledger.events import iso
from lienvung.ledger.trace_eyes import source_for
from lienvung.ledger.trace_names import find, kind_of
from lienvung.ledger.trace_source import LedgerSource
from lienvung.lineage.batches import Memo
from lienvung.lineage.facts import ALWAYS, INPUT, NEVER, Flags, Ints, distinct, ints, positions_in
from lienvung.lineage.labels import labels_of
from lienvung.lineage.lots import Parcel, parcels_of
from lienvung.lineage.places import Places, places_of
from lienvung.lineage.states import State
from lienvung.lineage.vouched import Drawn, vouched
from lienvung.lineage.walk import Reach, forward

CHUNK = 5_000
NOTHING = Reach(ints(), ints(), ints())


@dataclass(frozen=True, slots=True)
class ScopeItem:
    """One affected thing, or one part of an affected lot, as of the time asked for."""

    uri: str
    kind: str
    state: str  # State.word
    place: str | None  # where it was last seen, canonical URI
    container: str | None
    since_ms: int | None  # event time since which it is affected; None = from its beginning
    seen_ms: int | None  # of the last event that told its place
    quantity: float | None  # 1 for a thing with its own identifier; None = not known
    unit: str  # '' = pieces
    uncertain: bool = False  # some event gave no amount, or more was seen than was known to exist
    itemised: bool = False  # a lot that is all in serials, which are in the scope themselves
    at_most: bool = False  # serials of the lot are a part of the amount, nobody knows how much of it
    vouched: bool = True  # False: it hangs on claims only (`ledger.claims`)


@dataclass(slots=True)
class PlaceTotal:
    """What was last seen at one place (None: no event told a place)."""

    place: str | None
    things: dict[str, int] = field(default_factory=dict)  # state -> number of things with their own identifier
    quantities: dict[str, dict[str, float]] = field(default_factory=dict)  # state -> unit -> amount of lots


class Scope:
    """What a recall would reach. `things`: identified one by one; `lots`: class-level, as parcels with quantities.

    All of it is vouched for. What hangs on claims only is apart: `claimed` is a Scope like this one (its `total` is 0
    where there is none), `claims` the events that it hangs on.
    """

    def __init__(
        self,
        memo: Memo,
        root: str,
        since: int,
        reach: Reach,
        *,
        claims: Sequence[Claim] = (),
        rest: Reach | None = None,
    ) -> None:
        """`rest`: what hangs on `claims` only; None for a scope of claims itself."""
        self.source: LedgerSource = memo.source  # type: ignore[assignment]
        self.root, self._since, self._memo, self._rest = root, since, memo, rest
        self.claims, self.vouched = list(claims), rest is not None
        self.since_ms = None if since == NEVER else since
        self.at_ms = None if memo.until == ALWAYS else memo.until
        single, by_lot = _kinds(memo, reach.things)
        self.things: Ints = reach.things[single]
        self.depth: Ints = reach.depth[single]
        self.affected_since: Ints = reach.time[single]
        self.places: Places = places_of(memo, self.things, np.full(len(self.things), memo.until, dtype=np.int64))
        self.lots: Ints = reach.things[~single]
        labels = labels_of(memo, self.things, self.lots)
        self.parcels: list[Parcel] = parcels_of(memo, reach.things[by_lot], labels, contents(self.source, list(labels)))
        self._lot_since = dict(zip(self.lots.tolist(), reach.time[~single].tolist()))

    @cached_property
    def claimed(self) -> Scope:
        """What hangs on claims only, where it is, how much."""
        rest = NOTHING if self._rest is None else self._rest
        return Scope(self._memo, self.root, self._since, rest, claims=(), rest=None)

    @cached_property
    def itemised(self) -> set[int]:
        """Lots of which nothing is known but serials, which are in the scope themselves."""
        uses = self.source.links(self.lots, INPUT)
        return set(distinct(uses.thing[uses.members()]).tolist()) - {parcel.lot for parcel in self.parcels}

    @property
    def count(self) -> int:
        """How many things with their own identifier."""
        return len(self.things)

    @property
    def total(self) -> int:
        """How many things and lots."""
        return len(self.things) + len(self.lots)

    @property
    def by_state(self) -> dict[str, int]:
        """State -> number of things with their own identifier."""
        numbers = np.bincount(self.places.state, minlength=len(State)).tolist()
        return {State(state).word: number for state, number in enumerate(numbers) if number}

    @property
    def quantities(self) -> dict[str, dict[str, float]]:
        """State -> unit -> amount of the lots, without their items that are counted already by serials."""
        totals: dict[str, dict[str, float]] = {}
        for parcel in self._counted():
            _add(totals, parcel, self._unit(parcel))
        return totals

    @property
    def uncertain(self) -> bool:
        """Whether some amount is only the quantity last seen."""
        return any(parcel.uncertain or parcel.unaccounted or parcel.at_most for parcel in self.parcels)

    def _counted(self) -> list[Parcel]:
        return [parcel for parcel in self.parcels if parcel.quantity is not None]

    def _unit(self, parcel: Parcel) -> str:
        return self.source.words(ints([parcel.uom]))[0]

    def by_place(self) -> list[PlaceTotal]:
        """Totals of each place, most things first."""
        states = len(State)
        code, number = np.unique((self.places.loc + 1) * states + self.places.state, return_counts=True)
        totals: dict[int, PlaceTotal] = {}
        for where, state, count in zip((code // states - 1).tolist(), (code % states).tolist(), number.tolist()):
            totals.setdefault(where, PlaceTotal(None)).things[State(state).word] = count
        for parcel in self._counted():
            _add(totals.setdefault(parcel.place, PlaceTotal(None)).quantities, parcel, self._unit(parcel))
        known = ints(sorted(where for where in totals if where >= 0))
        for where, uri in zip(known.tolist(), self.source.uris(known)):
            totals[where].place = uri
        return sorted(totals.values(), key=lambda total: (-sum(total.things.values()), total.place or ""))

    def uris(self) -> list[str]:
        """Canonical URIs of every affected thing and lot."""
        return self.source.uris(self.lots) + self.source.uris(self.things)

    def items(self, *, limit: int | None = None) -> Iterator[ScopeItem]:
        """Lots part by part, then things; at most `limit` of each."""
        yield from self._lot_items(limit)
        size = len(self.things) if limit is None else min(limit, len(self.things))
        for start in range(0, size, CHUNK):
            yield from self._thing_items(slice(start, min(start + CHUNK, size)))

    def _lot_items(self, limit: int | None) -> Iterator[ScopeItem]:
        numbers = np.unique(ints([n for parcel in self.parcels for n in (parcel.place, parcel.holder) if n >= 0]))
        names = dict(zip(numbers.tolist(), self.source.uris(numbers)))
        lots = dict(zip(self.lots.tolist(), self.source.uris(self.lots)))
        for parcel in self.parcels[:limit]:
            yield ScopeItem(
                lots[parcel.lot],
                "lot",
                parcel.state.word,
                names.get(parcel.place),
                names.get(parcel.holder),
                _real(self._lot_since[parcel.lot]),
                parcel.seen,
                parcel.quantity,
                self._unit(parcel),
                parcel.uncertain or parcel.unaccounted or parcel.at_most,
                at_most=parcel.at_most,
                vouched=self.vouched,
            )
        told = {parcel.lot for parcel in self.parcels}
        for lot in [lot for lot in self.lots.tolist() if lot not in told][:limit]:
            itemised = lot in self.itemised
            yield ScopeItem(
                lots[lot],
                kind_of(lots[lot]),
                State.UNKNOWN.word,
                None,
                None,
                _real(self._lot_since[lot]),
                None,
                None,
                "",
                not itemised,
                itemised,
                vouched=self.vouched,
            )

    def _thing_items(self, part: slice) -> Iterator[ScopeItem]:
        places, things = self.places, self.things[part]
        numbers = distinct(np.concatenate([places.loc[part], places.holder[part]]))
        numbers = numbers[numbers >= 0]
        names = dict(zip(numbers.tolist(), self.source.uris(numbers)))
        for uri, state, loc, seen, holder, since in zip(
            self.source.uris(things),
            places.state[part].tolist(),
            places.loc[part].tolist(),
            places.loc_t[part].tolist(),
            places.holder[part].tolist(),
            self.affected_since[part].tolist(),
        ):
            yield ScopeItem(
                uri,
                kind_of(uri),
                State(state).word,
                names.get(loc),
                names.get(holder),
                _real(since),
                _real(seen),
                1.0,
                "",
                vouched=self.vouched,
            )

    def as_json(self, *, limit: int | None = None) -> dict[str, Any]:
        """Totals, places, and the list of things (at most `limit` lots' parts and `limit` things)."""
        return {
            "id": self.root,
            "at": None if self.at_ms is None else iso(self.at_ms),
            "since": None if self.since_ms is None else iso(self.since_ms),
            "count": self.count,
            "lots": len(self.lots),
            "states": self.by_state,
            "quantities": self.quantities,
            "uncertain": self.uncertain,
            "places": [
                {"place": total.place, "things": total.things, "quantities": total.quantities}
                for total in self.by_place()
            ],
            "things": [_item_json(item) for item in self.items(limit=limit)],
            "claimed": self._claimed_json(limit),
        }

    def _claimed_json(self, limit: int | None) -> dict[str, Any] | None:
        if not self.claims:
            return None
        events = [
            {"event": claim.event_id, "time": iso(claim.time_ms), "by": list(claim.senders), "made": list(claim.made)}
            for claim in self.claims
        ]
        items = [_item_json(item) for item in self.claimed.items(limit=limit)]
        return {"claims": events, "count": self.claimed.count, "lots": len(self.claimed.lots), "things": items}


def recall_scope(
    uri: str,
    *,
    at: int | None = None,
    since: int | None = None,
    believe: Collection[str] = (),
    seen_by: Visible = EVERYTHING,
) -> Scope:
    """What is affected if something is wrong with `uri` since the event time `since` (ms; None = from its beginning).

    `at`: as of that time; later events do not exist for the answer. `believe`: eventIDs of claims that an officer
    believes: what hangs on them is in the scope. `seen_by`: as for a trace. Raises Invalid, NotFound.
    """
    roots = find(uri)
    source = source_for(seen_by)
    memo = Memo(source, ALWAYS if at is None else at)
    first = NEVER if since is None else since
    root, drawn, voices = source.uris(roots[:1])[0], Drawn(), Heard(source, believe)
    reach = forward(memo, roots, first, follow=drawn)
    events, things = drawn.claims(voices)
    if not len(events):
        return Scope(memo, root, first, reach, claims=(), rest=NOTHING)
    heard = vouched(memo, roots, first, voices)
    only_claimed = positions_in(heard.things, reach.things) < 0
    rest = Reach(reach.things[only_claimed], reach.time[only_claimed], reach.depth[only_claimed])
    return Scope(memo, root, first, heard, claims=claims_of(voices, events, things, rest.things), rest=rest)


def _kinds(memo: Memo, things: Ints) -> tuple[Flags, Flags]:
    """Which things are identified one by one, and which others have events with quantities."""
    single, by_lot = np.zeros(len(things), dtype=np.bool_), np.zeros(len(things), dtype=np.bool_)
    for here, batch in memo.parts(things):
        m = batch.mentions
        named, amount = np.zeros(len(batch.things), dtype=np.bool_), np.zeros(len(batch.things), dtype=np.bool_)
        quantity = (m.uom > 0)[m.row]
        named[m.index[~quantity]] = True
        amount[m.index[quantity]] = True
        at, place = np.searchsorted(batch.things, here), np.searchsorted(things, here)
        single[place], by_lot[place] = named[at], amount[at] & ~named[at]
    silent = np.flatnonzero(~single & ~by_lot)
    if len(silent):  # in no event by itself: known as a lot of serials, or seen later than the time asked for
        single[silent] = memo.source.can_hold(things[silent])
    return single, by_lot


def _add(totals: dict[str, dict[str, float]], parcel: Parcel, unit: str) -> None:
    of_state = totals.setdefault(parcel.state.word, {})
    of_state[unit] = round(of_state.get(unit, 0.0) + (parcel.quantity or 0.0), 9)


def _real(time: int) -> int | None:
    return None if time == NEVER else time


def _item_json(item: ScopeItem) -> dict[str, Any]:
    return {
        "id": item.uri,
        "kind": item.kind,
        "state": item.state,
        "place": item.place,
        "container": item.container,
        "since": None if item.since_ms is None else iso(item.since_ms),
        "seen": None if item.seen_ms is None else iso(item.seen_ms),
        "quantity": item.quantity,
        "unit": item.unit,
        "uncertain": item.uncertain,
        "itemised": item.itemised,
        "atMost": item.at_most,
        "vouched": item.vouched,
    }
