"""What stands on a thing by persistentDisposition: recalled, non_conformant, … (EPCIS 2.0 section 7.3.5.5).

Anybody may capture such an event and everybody finds it in the ledger; but a mark
stands only by the word of an authority, of the operator, or of the product's owner
(`lienvung.ledger.voices`). What an authority or the operator takes away is gone;
an owner takes away only the owner's own mark.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple, TypeVar

from lienvung.gs1 import lot_of_uri
from lienvung.ledger import voices
from lienvung.ledger.blocks import holds, ids_of
from lienvung.ledger.identifiers import candidates
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.senders import senders_of
from lienvung.ledger.tables import BLOCK_BITS, OFFSET_MASK, stored_uri

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
PART = 400
BLOCKS = 100  # blocks of things that one query asks for
FEW = 8  # things of a block that are looked for one by one in a row


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
    return standing_each({"": uris}, at=at).get("", {})


def standing_each(asked: Mapping[Key, Iterable[str]], *, at: int | None = None) -> dict[Key, dict[str, int]]:
    """`standing` of many at once, by as many queries as of one; those on which nothing stands are left out."""
    spelled = {
        key: list(dict.fromkeys(stored_uri(each) for uri in uris for each in levels(uri)))
        for key, uris in asked.items()
    }
    known = _numbers(set(chain(*spelled.values())))
    own = {key: [known[name] for name in names if name in known] for key, names in spelled.items()}
    lots = lots_of_things(known.values())
    things = {
        key: list(dict.fromkeys([*each, *(n for one in each for n in lots.get(one, ()))])) for key, each in own.items()
    }
    marked = _marks(set(chain(*things.values())), at)
    found: dict[Key, dict[str, int]] = {}
    for key, numbers in things.items():
        words: dict[str, Mark] = {}
        for thing in numbers:
            for word, mark in marked.get(thing, {}).items():
                words[word] = max(mark, words.get(word, mark))
        if words:
            found[key] = {word: mark.event for word, mark in words.items()}
    return found


def _numbers(spelled: Collection[str]) -> dict[str, int]:
    """The dictionary's numbers."""
    found: dict[str, int] = {}
    for part in _parts(spelled):
        found.update(rows(f"SELECT uri, id FROM ledger_thing WHERE uri IN {marks(part)}", part))
    return found


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


def lots_of_things(things: Iterable[int]) -> dict[int, list[int]]:
    """Thing -> the lots that the ledger knows it to be of; nothing for those of none."""
    lots: dict[int, list[int]] = {}
    for wanted, condition, values in _by_block(things):
        for blk, process, lo, hi, part in rows(
            f"SELECT l.blk, l.process, l.lo, l.hi, l.members FROM ledger_link l WHERE ({condition.format(t='l')}) "
            "AND l.process < 0 AND l.role = 16 AND NOT EXISTS (SELECT 1 FROM ledger_void v WHERE v.rid = l.event)",
            values,
        ):
            for thing in _spoken_of(wanted[blk], blk, lo, hi, part):
                lots.setdefault(thing, []).append(-process)
    return lots


def _marks(things: Collection[int], at: int | None) -> dict[int, dict[str, Mark]]:
    """The marks on each thing that have effect."""
    told: dict[int, list[tuple[str, bool, int]]] = {}
    for wanted, condition, values in _by_block(things):
        for blk, word, is_set, event, lo, hi, part in rows(
            "SELECT p.blk, w.value, p.is_set, p.event, p.lo, p.hi, p.members FROM ledger_persistent p "
            f"JOIN ledger_term w ON w.id = p.disp WHERE ({condition.format(t='p')}) "
            "AND NOT EXISTS (SELECT 1 FROM ledger_void v WHERE v.rid = p.event) "
            + ("" if at is None else "AND p.t <= %s ")
            + "ORDER BY p.t, p.event, p.is_set",
            (*values, *(() if at is None else (at,))),
        ):
            for thing in _spoken_of(wanted[blk], blk, lo, hi, part):
                told.setdefault(thing, []).append((word, bool(is_set), event))
    weights = _weights({thing: {event for _, _, event in each} for thing, each in told.items()})
    return {thing: _effect(each, weights[thing]) for thing, each in told.items()}


def _effect(told: Iterable[tuple[str, bool, int]], weight: Mapping[int, bool]) -> dict[str, Mark]:
    """What is left of the marks told of one thing, in their order."""
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


def _weights(told: Mapping[int, set[int]]) -> dict[int, dict[int, bool]]:
    """Thing -> event -> whether its sender is official; without those to whom nobody need listen."""
    if not told:
        return {}
    owners = _owners(told)
    senders = senders_of(set(chain(*told.values())), {*voices.officials(), *owners.values()})
    officials = voices.official_among(set(chain(*senders.values())))
    return {
        thing: {
            event: not officials.isdisjoint(senders[event])
            for event in events
            if not officials.isdisjoint(senders[event]) or owners.get(thing) in senders[event]
        }
        for thing, events in told.items()
    }


def _owners(things: Iterable[int]) -> dict[int, str]:
    """Thing -> the uuid of the owner of its product, where the catalogue knows it."""
    uris: dict[int, str] = {}
    for part in _parts(things):
        uris.update(rows(f"SELECT id, uri FROM ledger_thing WHERE id IN {marks(part)}", part))
    gtins = {thing: gtin for thing, uri in uris.items() if (gtin := voices.gtin_of(uri))}
    owners = voices.owners_of_gtins(set(gtins.values()))
    return {thing: owners[gtin] for thing, gtin in gtins.items() if gtin in owners}


def _by_block(things: Iterable[int]) -> Iterator[tuple[dict[int, set[int]], str, list[int]]]:
    """Things by their blocks, with a condition on rows `{t}` that speak of some of them, and its values."""
    blocks: dict[int, set[int]] = {}
    for thing in things:
        blocks.setdefault(thing >> BLOCK_BITS, set()).add(thing)
    for part in _parts(blocks, BLOCKS):
        values: list[int] = []
        for blk in part:
            values += [blk, max(blocks[blk]) & OFFSET_MASK, min(blocks[blk]) & OFFSET_MASK]
        condition = " OR ".join(["{t}.blk = %s AND {t}.lo <= %s AND {t}.hi >= %s"] * len(part))
        yield blocks, condition, values


def _spoken_of(wanted: set[int], blk: int, lo: int, hi: int, members: bytes | None) -> Iterable[int]:
    """Those of the wanted things of a block that a row speaks of."""
    if len(wanted) <= FEW:
        return [thing for thing in wanted if holds(lo, hi, members, thing & OFFSET_MASK)]
    return wanted.intersection(ids_of(blk, lo, hi, members))


def _parts(values: Iterable[Value], size: int = PART) -> Iterator[list[Value]]:
    listed = list(values)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]
