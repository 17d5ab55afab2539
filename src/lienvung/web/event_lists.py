"""Lists of events: as a table (with CSV) and as a timeline."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.urls import reverse

from lienvung.epcis import EventType
from lienvung.ledger.events import StoredEvent
from lienvung.ledger.trace_journey import DIARY
from lienvung.texts import Text
from lienvung.web.event_page import things_of
from lienvung.web.naming import Names
from lienvung.web.parts import Cell, Column, Moment, Table
from lienvung.web.templatetags.words import moment
from lienvung.web.vocabulary import DISPOSITIONS, EVENT_TYPES, TONES, step_word, word

SHOWN_THINGS = 2


def href(event: StoredEvent) -> str:
    return reverse("web:event", args=[event.hash.hex()])


def type_name(event: StoredEvent) -> str:
    """`ObjectEvent` and so on, as EPCIS spells it."""
    return f"{EventType(event.type).name.capitalize()}Event"


def title(event: StoredEvent) -> Text:
    """The diary's activity or the business step in words, else the lasting state it sets, else the event's type."""
    body = json.loads(event.body)
    if event.biz_step:
        return step_word(event.biz_step, "", body.get(DIARY))
    lasting = body.get("persistentDisposition") or {}
    for key, verb in (("set", Text("Đặt trạng thái", "State set")), ("unset", Text("Gỡ trạng thái", "State unset"))):
        for entry in lasting.get(key) or ():
            state = word(DISPOSITIONS, entry)
            return Text(f"{verb.vi}: {state.vi}", f"{verb.en}: {state.en}")
    return word(EVENT_TYPES, type_name(event))


def names_of(events: Sequence[StoredEvent]) -> Names:
    """Names of the places, parties and the first things of `events`."""
    uris = [uri for event in events for uri in (event.biz_location, event.read_point) if uri]
    uris += [uri for event in events for uri in things_of(event)[:SHOWN_THINGS]]
    return Names(uris, [event.submitter for event in events])


def what(event: StoredEvent, names: Names) -> Text:
    """The first things of an event, and how many more there are."""
    things = things_of(event)
    said = [names.thing(uri).both for uri in things[:SHOWN_THINGS]]
    more = len(things) - len(said)
    return Text(
        "; ".join(t.vi for t in said) + (f" và {more} vật nữa" if more else ""),
        "; ".join(t.en for t in said) + (f" and {more} more" if more else ""),
    )


def table(events: Sequence[StoredEvent], names: Names, *, csv: str = "", caption: Text | None = None) -> Table:
    columns = [
        Column(Text("Việc", "What happened")),
        Column(Text("Khi nào", "When")),
        Column(Text("Vật", "Things")),
        Column(Text("Ở đâu", "Where")),
        Column(Text("Trạng thái sau đó", "State after")),
        Column(Text("Ai ghi", "Recorded by")),
    ]
    rows = [
        [
            Cell(title(event), href(event)),
            Cell(moment(event.time_ms)),
            Cell(what(event, names)),
            Cell(names.place_name(event.biz_location or event.read_point)),
            Cell(word(DISPOSITIONS, event.disposition), tone=TONES.get(event.disposition or "", "")),
            Cell(names.party_name(event.submitter), vi=True),
        ]
        for event in events
    ]
    return Table(caption or Text("Các sự kiện", "Events"), columns, rows, csv, id="events-table")


def timeline(events: Sequence[StoredEvent], names: Names) -> list[Moment]:
    return [
        Moment(
            event.time_ms,
            title(event),
            href(event),
            where=names.place_name(event.biz_location or event.read_point),
            who=names.party_name(event.submitter),
            notes=[what(event, names)],
            tag=word(DISPOSITIONS, event.disposition) if event.disposition else None,
            tone=TONES.get(event.disposition or "", ""),
        )
        for event in events
    ]
