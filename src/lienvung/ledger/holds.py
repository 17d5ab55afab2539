"""The one question at every door: may these goods be shipped, packed, put on sale or used?

A thing is *held* while `non_conformant` or `recalled` stands on it, on its lot, or on
something that is inside it now. Doors of our own refuse (`refuse_held`, or
`capture_events(…, unless_held=True)`, which asks behind the writers' lock). The
ledger itself refuses nobody: it records the world as it is, and
`moved_while_held` finds the events that say that it happened anyway.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings

from lienvung.catalogue.access import product_of_gtin
from lienvung.epcis import Action, EventType, Reading, Role, read_event
from lienvung.errors import Conflict
from lienvung.ledger import events
from lienvung.ledger.blocks import ids_of
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.status import levels, lots_of_things, standing_each
from lienvung.ledger.tables import BLOCK_BITS, TERM_DISPOSITION, stored_uri
from lienvung.ledger.trace_names import event_names, kind_of
from lienvung.ledger.trace_source import LedgerSource
from lienvung.ledger.voices import is_official, owner_of
from lienvung.lineage.batches import Memo
from lienvung.lineage.facts import ALWAYS, ints
from lienvung.lineage.walk import inside_of
from lienvung.people.access import organisation

Value = TypeVar("Value")
RECALLED, HELD = "recalled", "non_conformant"
STOPPING = (RECALLED, HELD)
CHUNK = 400
AT_ONCE = 200  # events that are looked through in one go: their alarms are raised behind the writers' lock
FEW_INSIDE = 5  # things in a case or pallet that are looked at first
MOST_NAMED = 3  # held goods that a refusal names

# CBV 2.0 business steps by which goods go on, are packed, offered, sold or used up.
MOVING_STEPS = frozenset(
    {
        *("assembling", "consigning", "departing", "dispensing", "installing", "loading", "packing", "picking"),
        *("repackaging", "retail_selling", "shipping", "staging_outbound", "stocking", "transporting"),
    }
)
OFFERED = frozenset({"sellable_accessible", "retail_sold", "dispensed", "partially_dispensed"})
LEAVING_STEPS = frozenset(
    {"consigning", "departing", "loading", "picking", "shipping", "staging_outbound", "transporting"}
)
GOING_BACK = frozenset({"returned", "recalled", "non_conformant", "disposed", "destroyed"})
PACKING_TYPES = (EventType.AGGREGATION, EventType.ASSOCIATION)

Words = dict[str, int]  # word that stands -> number (rid) of the event that set it


def stops(words: Iterable[str]) -> bool:
    """Whether what stands on a thing keeps it where it is."""
    return any(word in STOPPING for word in words)


def moves(kind: EventType, action: Action, step: str | None, disposition: str | None) -> bool:
    """Whether an event ships, packs, offers, sells or uses what it names.

    Goods on their way back or to their end (`returned`, `recalled`, `destroyed`, …) may leave: that is what a
    recall wants of them.
    """
    if step in LEAVING_STEPS and disposition in GOING_BACK:
        return False
    if kind is EventType.TRANSFORMATION or (kind in PACKING_TYPES and action is Action.ADD):
        return True
    return step in MOVING_STEPS or disposition in OFFERED


def used_by(reading: Reading) -> set[str]:
    """What an event ships, packs, offers, sells or uses; also the lot of which it makes items. Empty: nothing."""
    if reading.error is not None:
        return set()
    lots = {lot for _, lot in reading.lots}
    if not moves(reading.type, reading.action, reading.biz_step, reading.disposition):
        return lots if reading.biz_step == "commissioning" else set()
    things = {uri for role, uri in reading.epcs if role is not Role.OUTPUT}
    things |= {uri for role, uri, _, _ in reading.quantities if role is not Role.OUTPUT}
    return things | lots


def held(uris: Collection[str], *, at: int | None = None) -> dict[str, Words]:
    """Those of `uris` that are held as of event time `at` (ms; None = now), each with the words that stand on it,
    on its lot, or on something inside it. Raises Invalid for what is no identifier."""
    return {uri: words for uri, words in _found(uris, at)}


def refuse_held(uris: Collection[str]) -> None:
    """Raise Conflict if any of `uris` is held, saying which, since when, by whom, and what to do."""
    found = []
    for uri, words in _found(uris, None):
        found.append((uri, words))
        if len(found) == MOST_NAMED:
            break
    if not found:
        return
    told = [_told(uri, words) for uri, words in found]
    raise Conflict(
        "ledger.held",
        vi=" ".join(vi for vi, _ in told)
        + " Không được gửi đi, đóng gói, chế biến hay bán. Hãy để riêng hàng và liên hệ nơi ra quyết định.",
        en=" ".join(en for _, en in told)
        + " It may not be shipped, packed, processed or sold. Keep the goods apart and ask whoever decided.",
        path="lot",
    )


def refuse_readings(readings: Iterable[Reading]) -> None:
    """The same for what events at hand would do; inside a capture, behind the writers' lock."""
    refuse_held(sorted({uri for reading in readings for uri in used_by(reading)}))


def _told(uri: str, words: Words) -> tuple[str, str]:
    word = RECALLED if RECALLED in words else HELD
    [event] = events.by_rids([words[word]])
    since = datetime.fromtimestamp(event.time_ms / 1000, UTC).astimezone(ZoneInfo(settings.TIME_ZONE))
    sender = organisation_of(event.submitter)
    vi, en = ("bị thu hồi", "recalled") if word == RECALLED else ("bị tạm giữ", "held")
    by = (sender[0], sender[1] or sender[0]) if sender else ("hệ thống", "the system")
    name_vi, name_en = name_of(uri)
    when = f"{since:%H:%M %d/%m/%Y}"
    return f"{name_vi} đang {vi} từ {when} theo {by[0]}.", f"{name_en} is {en} since {when} by {by[1]}."


def organisation_of(submitter: str | None) -> tuple[str, str] | None:
    found = organisation(submitter) if submitter else None  # type: ignore[arg-type]  # a uuid as text is one
    return (found.name, found.name_en) if found else None


def name_of(uri: str) -> tuple[str, str]:
    """A thing in words: product and number where the catalogue knows it."""
    path = stored_uri(uri)
    parts = path.strip("/").split("/")
    product = product_of_gtin(parts[1]) if parts[0] == "01" and len(parts) > 1 else None
    if product is None:
        return path, path
    number = " ".join(parts[3::2])
    vi, en = ("lô", "lot") if "/10/" in path else ("mã", "code")
    return f"{product.name} ({vi} {number})", f"{product.name_en or product.name} ({en} {number})"


def _found(uris: Collection[str], at: int | None) -> Iterator[tuple[str, Words]]:
    """Those that are held, some at a time: whoever needs only the first few does not wait for the rest."""
    for part in _parts(_suspicious(uris, at).items()):
        stopping = _stopping([uri for uri, (itself, _) in part if itself], at)
        waiting = {uri: inside for uri, (_, inside) in part if uri not in stopping and inside}
        at_once = FEW_INSIDE
        while waiting:  # mostly the first thing looked at inside is held; a pallet may have thousands more
            first = {uri: _names(inside[:at_once]) for uri, inside in waiting.items()}
            told = _stopping(set(chain(*first.values())), at)
            stopping |= {uri: told[name] for uri, names in first.items() for name in reversed(names) if name in told}
            waiting = {
                uri: inside[at_once:] for uri, inside in waiting.items() if uri not in stopping and inside[at_once:]
            }
            at_once = CHUNK
        yield from ((uri, stopping[uri]) for uri, _ in part if uri in stopping)


def _suspicious(uris: Collection[str], at: int | None, *, ever: bool = False) -> dict[str, tuple[bool, list[int]]]:
    """Those on which, on whose lot, or on whose contents a stopping word was ever set: whether on the thing itself, and
    the contents it was set on. `ever`: contents of any time, not only of `at`."""
    terms = _terms()
    if not uris or not terms or not _ever(terms):
        return {}
    own = _numbers({uri: [stored_uri(each) for each in levels(uri)] for uri in uris})
    single = {uri: numbers for uri, numbers in own.items() if kind_of(uri) not in ("lot", "class", "place")}
    inside = _contents({number: uri for uri, numbers in single.items() for number in numbers}, at, ever=ever)
    lots = lots_of_things({number for numbers in own.values() for number in numbers} | set(inside))
    marked = _marked(set(chain(*own.values(), inside, chain(*lots.values()))), terms)

    def suspect(number: int) -> bool:
        return number in marked or not marked.isdisjoint(lots.get(number, ()))

    found = {uri: (True, list[int]()) for uri, numbers in own.items() if any(map(suspect, numbers))}
    for number, holders in inside.items():
        if suspect(number):
            for uri in holders:
                found.setdefault(uri, (False, []))[1].append(number)
    return found


def _stopping(uris: Iterable[str], at: int | None) -> dict[str, Words]:
    """Those of these things on which, or on whose lot, a stopping word stands."""
    stands = standing_each({uri: (uri,) for uri in uris}, at=at)
    return {
        uri: found for uri, words in stands.items() if (found := {w: rid for w, rid in words.items() if w in STOPPING})
    }


def _terms() -> list[int]:
    found = rows(
        f"SELECT id FROM ledger_term WHERE kind = %s AND value IN {marks(STOPPING)}", (TERM_DISPOSITION, *STOPPING)
    )
    return [number for (number,) in found]


def _ever(terms: Sequence[int]) -> bool:
    """Whether anything was ever held: most ledgers, and the first years of the others, know no such word."""
    return bool(rows(f"SELECT 1 FROM ledger_persistent WHERE disp IN {marks(terms)} AND is_set = 1 LIMIT 1", terms))


def _parts(values: Iterable[Value]) -> Iterator[list[Value]]:
    listed = list(values)
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]


def _numbers(spelled: dict[str, list[str]]) -> dict[str, set[int]]:
    """The dictionary's numbers of each thing, its lot and its class."""
    known: dict[str, int] = {}
    for part in _parts(dict.fromkeys(chain(*spelled.values()))):
        known.update(
            (uri, number) for number, uri in rows(f"SELECT id, uri FROM ledger_thing WHERE uri IN {marks(part)}", part)
        )
    return {uri: {known[name] for name in names if name in known} for uri, names in spelled.items()}


def _names(numbers: Sequence[int]) -> list[str]:
    return LedgerSource().uris(ints(sorted(numbers))) if numbers else []


def _contents(roots: dict[int, str], at: int | None, *, ever: bool) -> dict[int, set[str]]:
    """What is in these things at that time (`ever`: at any), through all that is in it: number -> what it is in."""
    memo = Memo(LedgerSource(), ALWAYS if at is None else at)
    found: dict[int, set[str]] = {}
    level = {number: {uri} for number, uri in roots.items()}
    while level:
        stays = inside_of(memo, ints(sorted(level)))
        below: dict[int, set[str]] = {}
        for thing, holder, end in zip(stays.thing.tolist(), stays.holder.tolist(), stays.end.tolist()):
            new = level[holder] - found.get(thing, set()) if ever or end == ALWAYS else set()
            if new:
                below.setdefault(thing, set()).update(new)
        for thing, holders in below.items():
            found.setdefault(thing, set()).update(holders)
        level = below
    return found


def _marked(things: set[int], terms: Sequence[int]) -> set[int]:
    """Those on which a stopping word was ever set: whether it stands is asked for these only."""
    found: set[int] = set()
    for part in _parts({thing >> BLOCK_BITS for thing in things}):
        for blk, lo, hi, members in rows(
            f"SELECT blk, lo, hi, members FROM ledger_persistent WHERE blk IN {marks(part)} "
            f"AND disp IN {marks(terms)} AND is_set = 1",
            (*part, *terms),
        ):
            found.update(things.intersection(ids_of(blk, lo, hi, members)))
    return found


@dataclass(frozen=True, slots=True)
class Moved:
    """An event that ships, packs, offers, sells or uses held goods.

    `late`: by its own time it happened before the hold, but it was told after it.
    """

    event: events.StoredEvent
    things: dict[str, Words]
    late: bool


def moved_while_held(*, after: int) -> tuple[list[Moved], int]:
    """Such events among the next after the number `after`, and the number up to which was looked.

    Numbers are given behind the writers' lock and in order, so that nothing comes in later below a number that is
    seen. It counts what stood when the event happened or, for one told late, when it was recorded: a hold that
    ended since does not matter.
    """
    [(newest,)] = rows("SELECT COALESCE(MAX(rid), 0) FROM ledger_event")
    terms = _terms()
    if newest <= after or not terms or not _ever(terms):
        return [], max(newest, after)
    found = rows(
        "SELECT e.rid, e.t, e.recorded_at, e.body, c.json FROM ledger_event e JOIN ledger_document d ON d.id = e.doc "
        "LEFT JOIN ledger_context c ON c.id = d.context_id WHERE e.rid > %s AND e.rid <= %s ORDER BY e.rid LIMIT %s",
        (after, newest, AT_ONCE),
    )
    used = {rid: _used(bytes(body), context) for rid, _, _, body, context in found}
    likely = _suspicious(set(chain(*used.values())), None, ever=True)
    seen: list[Moved] = []
    for rid, time_ms, recorded_ms, *_ in found:
        asked = [uri for uri in used[rid] if uri in likely]
        things = held(asked, at=time_ms) if asked else {}
        late = bool(asked) and not things and bool(things := held(asked, at=recorded_ms))
        if things:
            seen.append(Moved(events.by_rids([rid])[0], things, late))
    return seen, found[-1][0] if len(found) == AT_ONCE else newest


def _used(body: bytes, context: str | None) -> list[str]:
    try:
        return sorted(used_by(read_event(body, context=json.loads(context) if context else [])))
    except Exception:  # captured by an older release, which was less strict; one event stops no chore
        return []


def held_by_others(uris: Collection[str], *, own: Collection[str]) -> set[str]:
    """Those on which `non_conformant` was set by events other than `own` (eventIDs), by somebody who is heard, and not
    taken back since: whoever takes back a hold of its own leaves them alone."""
    numbers = {
        number: uri for uri, found in _numbers({uri: [stored_uri(uri)] for uri in uris}).items() for number in found
    }
    told: dict[int, list[tuple[int, int, int]]] = {}
    blocks = {number >> BLOCK_BITS for number in numbers}
    for part in _parts(blocks):
        for blk, lo, hi, members, t, event, is_set in rows(
            "SELECT p.blk, p.lo, p.hi, p.members, p.t, p.event, p.is_set FROM ledger_persistent p "
            f"JOIN ledger_term w ON w.id = p.disp WHERE p.blk IN {marks(part)} AND w.value = %s "
            "AND NOT EXISTS (SELECT 1 FROM ledger_void v WHERE v.rid = p.event)",
            (*part, HELD),
        ):
            for thing in numbers.keys() & set(ids_of(blk, lo, hi, members)):
                told.setdefault(thing, []).append((t, event, is_set))
    numbered = sorted({event for each in told.values() for _, event, _ in each})
    mine = {rid for rid, name in event_names(numbered).items() if name in own}
    senders = {event.rid: event.submitter for event in events.by_rids(numbered)}
    official = {submitter: is_official(submitter) for submitter in set(senders.values())}
    return {
        numbers[thing] for thing, each in told.items() if _others_stand(numbers[thing], each, mine, senders, official)
    }


def _others_stand(
    uri: str,
    told: list[tuple[int, int, int]],
    mine: set[int],
    senders: dict[int, str | None],
    official: dict[str | None, bool],
) -> bool:
    """As in `ledger.status`: an owner takes back only its own word, anybody else's changes nothing."""
    by_official = by_owner = False
    for _, event, is_set in sorted(told):
        if official[senders[event]]:
            by_official = bool(is_set) and (by_official or event not in mine)
            by_owner = by_owner and bool(is_set)
        elif senders[event] == owner_of(uri):
            by_owner = bool(is_set)
    return by_official or by_owner
