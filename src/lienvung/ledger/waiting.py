"""Waiting periods in force: may what grows, or a lot, be harvested or sold yet?

A treatment is an event with `lv:waitingUntil` (docs/reference/checks.md). It holds what it names: a crop, herd or
animal (GIAI), a lot; if it names nothing, the whole plot. So whoever harvests asks for the crop and its plot:

    waiting_until([crop, plot], at=cut)   {uri: Waiting(until, event, …)} of those that wait still at that moment

What was declared wrong does not count. Read by key: the events of a thing, or those words of the field that are
not over yet, never the whole ledger.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

from django.utils import timezone as clock

from lienvung.epcis.lookups import lookups_for
from lienvung.epcis.query_names import field_key
from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri
from lienvung.ledger.events import StoredEvent, by_rids, rids_of_thing
from lienvung.ledger.fields import clamp, field_term
from lienvung.ledger.identifiers import things_meant
from lienvung.ledger.query_fields import term_numbers
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import full_uri
from lienvung.lineage.anomalies_facts import NAMESPACE, last_moment, own_fields, zone_of

CHUNK = 400
FIELD = "waitingUntil"
PLACES = ("/414/",)
THINGS = ("epcList", "quantityList", "parentID", "childEPCs", "childQuantityList", "inputEPCList", "inputQuantityList",
          "outputEPCList", "outputQuantityList")  # fmt: skip


class Waiting(NamedTuple):
    """A waiting period: its last moment and the eventID of the treatment; then the treatment itself."""

    until: datetime
    event: str
    treated: datetime
    digest: str  # the event's hash in hexadecimal, as addresses of events have it
    submitter: str | None  # uuid of the organisation that told it
    activity: str
    material: str


def waiting_until(uris: Collection[str], *, at: datetime | None = None) -> dict[str, Waiting]:
    """Those of `uris` that wait at the moment `at` (None = now), each with the treatment that lasts longest.

    A date lasts until its end where the treatment happened. Raises Invalid for what is no identifier.
    """
    found = periods(uris, at=at)
    return {uri: max(told, key=lambda each: (each.until, each.treated)) for uri, told in found.items()}


def periods(uris: Collection[str], *, at: datetime | None = None) -> dict[str, list[Waiting]]:
    """Every waiting period in force at a moment, of those of `uris` that have any; that which ends last first."""
    names = _field_numbers(FIELD)
    if not uris or not names:
        return {}
    moment = at or clock.now()
    found: dict[str, list[Waiting]] = {}
    for uri in dict.fromkeys(uris):
        meant = things_meant(uri)
        things = [(number, spelled) for number, spelled in meant if not spelled.startswith(PLACES)]
        told = [_read(event) for event in by_rids(_of_things([n for n, _ in things], names))]
        plots = [(number, spelled) for number, spelled in meant if spelled.startswith(PLACES)]
        uris_of_plots = {full_uri(spelled) for _, spelled in plots}
        told += [
            _read(event)
            for event in by_rids(_of_plots(plots, names, moment) if plots else [])
            if not _names_something(event) and _plot_of(event) in (None, *uris_of_plots)
        ]
        kept = [each for each in told if each is not None and each.treated <= moment <= each.until]
        if kept:
            found[uri] = sorted(kept, key=lambda each: (each.until, each.treated), reverse=True)
    return found


def _field_numbers(name: str) -> list[int]:
    """The dictionary's numbers of a field of our namespace, on the event or in its ilmd; none: nobody told it ever."""
    key = field_key(NAMESPACE, name)
    return sorted(term_numbers([field_term("event", key), field_term("ilmd", key)]).values())


def _of_things(things: Sequence[int], names: Sequence[int]) -> list[int]:
    """Events that name one of these things and tell of a waiting period."""
    return _counting({rid for thing in things for rid in rids_of_thing(thing)}, names)


def _of_plots(plots: Sequence[tuple[int, str]], names: Sequence[int], moment: datetime) -> list[int]:
    """Events at these plots, or about them (`lv:plot`), that tell of a waiting period which may last still."""
    numbers = [number for number, _ in plots]
    # a day before, in whatever offset it was told
    earliest = "s" + (moment.astimezone(UTC) - timedelta(days=2)).date().isoformat()
    here = rows(
        f"SELECT f.event FROM ledger_field f JOIN ledger_event e ON e.rid = f.event WHERE f.name IN {marks(names)} "
        f"AND f.word >= %s AND (e.bl IN {marks(numbers)} OR e.rp IN {marks(numbers)})",
        (*names, earliest, *numbers, *numbers),
    )
    about: list[tuple[int]] = []
    plot_names = _field_numbers("plot")
    if plot_names:
        words = [clamp("s" + full_uri(spelled)) for _, spelled in plots]
        about = rows(
            f"SELECT event FROM ledger_field WHERE name IN {marks(plot_names)} AND word IN {marks(words)}",
            (*plot_names, *words),
        )
    return _counting({rid for (rid,) in (*here, *about)}, names)


def _counting(rids: Iterable[int], names: Sequence[int]) -> list[int]:
    """Those of these events that have the field, and that nobody declared wrong."""
    wanted = sorted(rids)
    found: list[int] = []
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        found += [
            rid
            for (rid,) in rows(
                f"SELECT DISTINCT f.event FROM ledger_field f WHERE f.name IN {marks(names)} AND f.event IN "
                f"{marks(part)} AND NOT EXISTS (SELECT 1 FROM ledger_void v WHERE v.rid = f.event)",
                (*names, *part),
            )
        ]
    return found


def _names_something(event: StoredEvent) -> bool:
    body = event.value()
    return any(body.get(name) for name in THINGS)


def _read(event: StoredEvent) -> Waiting | None:
    """The waiting period that an event tells; None where its field is neither date nor time."""
    body = event.value()
    offset = str(body.get("eventTimeZoneOffset", "+00:00"))
    own = _own(event)
    end = last_moment(own.get(FIELD), offset)
    if end is None:
        return None
    zone = zone_of(offset)
    return Waiting(
        _moment(end, zone),
        event.event_id,
        _moment(event.time_ms, zone),
        event.hash.hex(),
        event.submitter,
        _word(own.get("activity")),
        _word(own.get("material")),
    )


def _own(event: StoredEvent) -> dict[str, Any]:
    """The fields of our namespace, of the event and of its ilmd."""
    body, prefixes = event.value(), _prefixes(event)
    return {**own_fields(body, prefixes), **own_fields(body.get("ilmd") or {}, prefixes)}


def _plot_of(event: StoredEvent) -> str | None:
    """The plot that an event names (`lv:plot`); None: it is about the place where it happened."""
    told = _own(event).get("plot")
    if isinstance(told, Mapping):
        told = told.get("@id") or told.get("id")
    if not isinstance(told, str) or not told:
        return None
    try:
        return canonical_uri(told)
    except Invalid:
        return told


def _moment(ms: int, zone: timezone) -> datetime:
    return datetime.fromtimestamp(0, zone) + timedelta(milliseconds=ms)


def _word(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""


def _prefixes(event: StoredEvent) -> Mapping[str, str]:
    """The prefixes of the event's document."""
    told = rows(
        "SELECT c.json FROM ledger_event e JOIN ledger_document d ON d.id = e.doc "
        "JOIN ledger_context c ON c.id = d.context_id WHERE e.rid = %s",
        (event.rid,),
    )
    return lookups_for(json.loads(told[0][0]) if told else []).names.prefixes
