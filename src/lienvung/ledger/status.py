"""What stands on a thing by persistentDisposition: recalled, non_conformant, … (EPCIS 2.0 section 7.3.5.5).

Anybody may capture such an event and everybody finds it in the ledger; but a mark
stands only by the word of an authority, of the operator, or of the product's owner
(`lienvung.ledger.voices`). What an authority or the operator takes away is gone;
an owner takes away only the owner's own mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lienvung.gs1 import lot_of_uri
from lienvung.ledger import voices
from lienvung.ledger.blocks import holds
from lienvung.ledger.identifiers import candidates
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.senders import senders_of
from lienvung.ledger.tables import BLOCK_BITS, OFFSET_MASK, stored_uri


class Mark(NamedTuple):
    """Marks in order of weight: the latest official one, if there is none the latest of the owner."""

    official: bool
    event: int


def persistent_dispositions(uri: str, at: int | None = None) -> set[str]:
    """The words that stand on a thing as of event time `at` (ms; None = now): its own, its lots', its class's."""
    return set(standing(uri, at=at))


def standing(*uris: str, at: int | None = None) -> dict[str, int]:
    """The words that stand on things taken as one (an item and its lot), each with the number (rid) of the event
    that set it: the latest of an authority or the operator, otherwise the latest of the product's owner."""
    spelled = list(dict.fromkeys(stored_uri(each) for uri in uris for each in levels(uri)))
    things = [n for (n,) in rows(f"SELECT id FROM ledger_thing WHERE uri IN {marks(spelled)}", spelled)]
    words: dict[str, Mark] = {}
    for thing in dict.fromkeys([*things, *lots_of_things(things)]):
        for word, mark in _of_thing(thing, at).items():
            words[word] = max(mark, words.get(word, mark))
    return {word: mark.event for word, mark in words.items()}


def levels(uri: str) -> list[str]:
    """What a mark on which stands on `uri` too: itself, the lot in its own words, its class."""
    uris: list[str] = []
    for own in candidates(uri):
        uris.append(own)
        lot = lot_of_uri(uri) if "://" in uri else None
        if lot:
            uris.append(lot)
        head, found, _ = own.partition("/21/")
        if not found:
            head, found, _ = own.partition("/10/")
        if found:
            uris.append(head)
    return uris


def lots_of_things(things: Sequence[int]) -> list[int]:
    """The lots that the ledger knows serials to be of."""
    lots: list[int] = []
    for thing in things:
        offset = thing & OFFSET_MASK
        for process, lo, hi, members in rows(
            "SELECT process, lo, hi, members FROM ledger_link WHERE blk = %s AND lo <= %s AND hi >= %s "
            "AND process < 0 AND role = 16 AND NOT EXISTS (SELECT 1 FROM ledger_void v WHERE v.rid = event)",
            (thing >> BLOCK_BITS, offset, offset),
        ):
            if holds(lo, hi, members, offset):
                lots.append(-process)
    return lots


def _of_thing(thing: int, at: int | None) -> dict[str, Mark]:
    """The marks on one thing that have effect."""
    offset = thing & OFFSET_MASK
    told = [
        (word, is_set, event)
        for word, is_set, event, lo, hi, members in rows(
            "SELECT w.value, p.is_set, p.event, p.lo, p.hi, p.members FROM ledger_persistent p "
            "JOIN ledger_term w ON w.id = p.disp WHERE p.blk = %s AND p.lo <= %s AND p.hi >= %s "
            "AND NOT EXISTS (SELECT 1 FROM ledger_void v WHERE v.rid = p.event) "
            + ("" if at is None else "AND p.t <= %s ")
            + "ORDER BY p.t, p.event, p.is_set",
            (thing >> BLOCK_BITS, offset, offset, *(() if at is None else (at,))),
        )
        if holds(lo, hi, members, offset)
    ]
    weight = _weights(thing, {event for _, _, event in told})
    state: dict[str, dict[bool, int]] = {}
    for word, is_set, event in told:
        official = weight.get(event)
        if official is None:
            continue
        stands = state.setdefault(word, {})
        if is_set:
            stands[official] = event
        elif official:
            stands.clear()
        else:
            stands.pop(False, None)
    return {word: max(Mark(*stand) for stand in stands.items()) for word, stands in state.items() if stands}


def _weights(thing: int, events: set[int]) -> dict[int, bool]:
    """Event -> whether its sender is an authority or the operator; without those to whom nobody need listen."""
    if not events:
        return {}
    [(uri,)] = rows("SELECT uri FROM ledger_thing WHERE id = %s", (thing,))
    owner = voices.owner_of(uri)
    senders = senders_of(events, {*voices.officials(), owner})
    official = {sender: voices.is_official(sender) for told in senders.values() for sender in told}
    weights: dict[int, bool] = {}
    for event, told in senders.items():
        if any(official[sender] for sender in told):
            weights[event] = True
        elif owner is not None and owner in told:
            weights[event] = False
    return weights
