"""What stands on a thing by persistentDisposition: recalled, non_conformant, … (EPCIS 2.0 section 7.3.5.5)."""

from __future__ import annotations

from collections.abc import Sequence

from lienvung.gs1 import lot_of_uri
from lienvung.ledger.blocks import holds
from lienvung.ledger.identifiers import candidates
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import BLOCK_BITS, OFFSET_MASK, stored_uri


def persistent_dispositions(uri: str, at: int | None = None) -> set[str]:
    """The words that stand on a thing as of event time `at` (ms; None = now): its own, its lots', its class's."""
    return set(standing(uri, at))


def standing(uri: str, at: int | None = None) -> dict[str, int]:
    """The same words, each with the number (rid) of the latest event that set it: who said so, and in which words."""
    uris: list[str] = []
    for own in candidates(uri):
        uris.append(own)
        lot = lot_of_uri(uri) if "://" in uri else None
        if lot:
            uris.append(lot)
        head, mark, _ = own.partition("/21/")
        if not mark:
            head, mark, _ = own.partition("/10/")
        if mark:
            uris.append(head)
    spelled = list(dict.fromkeys(map(stored_uri, uris)))
    things = [n for (n,) in rows(f"SELECT id FROM ledger_thing WHERE uri IN {marks(spelled)}", spelled)]
    words: dict[str, int] = {}
    for thing in [*things, *lots_of_things(things)]:
        for word, event in _of_thing(thing, at).items():
            words[word] = max(event, words.get(word, 0))
    return words


def lots_of_things(things: Sequence[int]) -> list[int]:
    """The lots that the ledger knows serials to be of."""
    lots: list[int] = []
    for thing in things:
        offset = thing & OFFSET_MASK
        for process, lo, hi, members in rows(
            "SELECT process, lo, hi, members FROM ledger_link WHERE blk = %s AND lo <= %s AND hi >= %s "
            "AND process < 0 AND role = 16",
            (thing >> BLOCK_BITS, offset, offset),
        ):
            if holds(lo, hi, members, offset):
                lots.append(-process)
    return lots


def _of_thing(thing: int, at: int | None) -> dict[str, int]:
    offset = thing & OFFSET_MASK
    state: dict[str, int] = {}
    for word, is_set, event, lo, hi, members in rows(
        "SELECT w.value, p.is_set, p.event, p.lo, p.hi, p.members FROM ledger_persistent p "
        "JOIN ledger_term w ON w.id = p.disp WHERE p.blk = %s AND p.lo <= %s AND p.hi >= %s "
        "AND NOT EXISTS (SELECT 1 FROM ledger_void v WHERE v.rid = p.event) "
        + ("" if at is None else "AND p.t <= %s ")
        + "ORDER BY p.t, p.event, p.is_set",
        (thing >> BLOCK_BITS, offset, offset, *(() if at is None else (at,))),
    ):
        if holds(lo, hi, members, offset):
            state[word] = event if is_set else 0
    return {word: event for word, event in state.items() if event}
