"""The collections at the top of the binding: which words, places and things occur (EPCIS 2.0 section 12.7).

    vocabulary_page("bizSteps", seen_by=…, per_page=30, token=None) -> VocabularyPage

Only what occurs in events that `seen_by` leaves. A page may be shorter than asked
for, and still have a next one, where much is passed over that the asker does not see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing

from lienvung.epcis import EventType
from lienvung.ledger.access import EVERYTHING, Visible
from lienvung.ledger.events import rids_of_thing
from lienvung.ledger.query_conditions import Condition, Known, Places, Words
from lienvung.ledger.query_fields import term_numbers, with_words
from lienvung.ledger.query_parameters import visible_condition
from lienvung.ledger.query_problems import refuse
from lienvung.ledger.query_walk import RARE, Way, first_events
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import TERM_BIZ_STEP, TERM_DISPOSITION, full_uri

KINDS = ("eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions")
PER_PAGE_MOST = 1_000
LOOKED_AT = 3_000  # things or places looked at for one page
SALT = "lienvung.epcis.collection"
TOKEN_AGE_S = 24 * 3600
Found = Iterator[tuple[Any, str | None]]  # where it stands in its order, and what it is; None: not for this asker


@dataclass(frozen=True)
class VocabularyPage:
    values: list[str]
    next_token: str | None


def vocabulary_page(
    kind: str, *, seen_by: Visible = EVERYTHING, per_page: int = 30, token: str | None = None
) -> VocabularyPage:
    """One page of what occurs in the events that `seen_by` leaves; `kind` is one of KINDS. Raises QueryProblem."""
    last = None if token is None else _open(token, kind)
    wanted = max(1, min(per_page, PER_PAGE_MOST))
    values: list[str] = []
    for looked, (place, value) in enumerate(SOURCES[kind](last, visible_condition(seen_by))):
        if len(values) == wanted or looked == LOOKED_AT:
            return VocabularyPage(values, signing.dumps([kind, last], salt=SALT))
        last = place
        if value is not None:
            values.append(value)
    return VocabularyPage(values, None)


def _open(token: str, kind: str) -> Any:
    try:
        its_kind, last = signing.loads(token, salt=SALT, max_age=TOKEN_AGE_S)
    except (signing.BadSignature, ValueError, TypeError):
        raise refuse("nextPageToken", "mã trang sai hoặc đã hết hạn", "the token is wrong or has expired") from None
    if its_kind != kind:
        raise refuse("nextPageToken", "mã trang của một danh sách khác", "the token belongs to another collection")
    return last


def _occurs(condition: Condition, visible: Condition | None) -> bool:
    """Whether there is one event of the condition that the asker sees."""
    [(top,)] = rows("SELECT COALESCE(MAX(rid), 0) FROM ledger_event")
    conditions = [condition] if visible is None else [condition, visible]
    return bool(first_events(conditions, way=Way(False, True), low=1, top=int(top), last=None, count=1))


def _event_types(last: Any, visible: Condition | None) -> Found:
    names: list[tuple[str, Condition]] = [
        (kind.event_name, Words("type", [int(kind)])) for kind in EventType if kind is not EventType.EXTENDED
    ]
    term = term_numbers(["type"]).get("type")
    own = rows("SELECT DISTINCT word FROM ledger_field WHERE name = %s", (term,)) if term else []
    names += [(word, with_words("type", [word])) for (word,) in own]
    for name, condition in sorted(names, key=lambda pair: pair[0]):
        if last is None or name > last:
            yield name, name if _occurs(condition, visible) else None


def _words(kind: int, column: str) -> Callable[[Any, Condition | None], Found]:
    def source(last: Any, visible: Condition | None) -> Found:
        known = rows("SELECT value, id FROM ledger_term WHERE kind = %s", (kind,))
        for value, number in sorted(known):
            if last is None or value > last:
                yield value, value if _occurs(Words(column, [number]), visible) else None

    return source


def _places(column: str) -> Callable[[Any, Condition | None], Found]:
    def source(last: Any, visible: Condition | None) -> Found:
        few = None if visible is None else visible.rare(RARE)
        place = last or 0
        if few is not None:
            yield from _places_of(column, few, place)
            return
        while True:  # from one place to the next in the index, whatever stands between
            [(place,)] = rows(f"SELECT MIN({column}) FROM ledger_event WHERE {column} > %s", (place,))
            if place is None:
                return
            seen = visible is None or _occurs(Places(column, [place]), visible)
            yield place, _uri(place) if seen else None

    return source


def _places_of(column: str, rids: Sequence[int], after: int) -> Found:
    found: set[int] = set()
    for start in range(0, len(rids), 500):
        part = rids[start : start + 500]
        found.update(
            place
            for (place,) in rows(f"SELECT {column} FROM ledger_event WHERE rid IN {marks(part)}", part)
            if place is not None and place > after
        )
    for place in sorted(found):
        yield place, _uri(place)


def _uri(thing: int) -> str:
    [(uri,)] = rows("SELECT uri FROM ledger_thing WHERE id = %s", (thing,))
    return full_uri(uri)


def _epcs(last: Any, visible: Condition | None) -> Found:
    """Things in the order in which the ledger met them; of classes and places only what events list as things."""
    few = None if visible is None else visible.rare(RARE)
    seen = visible if few is None else Known(few)
    place = last or 0
    while True:
        batch = rows("SELECT id, uri FROM ledger_thing WHERE id > %s ORDER BY id LIMIT 200", (place,))
        for number, uri in batch:
            place = number
            named = rids_of_thing(number)
            if named and seen is not None:
                named = sorted(seen.keep(named))
            yield place, full_uri(uri) if named else None
        if len(batch) < 200:
            return


SOURCES: dict[str, Callable[[Any, Condition | None], Found]] = {
    "eventTypes": _event_types,
    "epcs": _epcs,
    "bizSteps": _words(TERM_BIZ_STEP, "bizstep"),
    "bizLocations": _places("bl"),
    "readPoints": _places("rp"),
    "dispositions": _words(TERM_DISPOSITION, "disp"),
}
