"""Setting a lasting mark (persistentDisposition) on very many things, and taking it back: a recall, a hold.

A decision is known by a uuid; its events have eventIDs made from that, so that the
things it marked are found again in the ledger and nowhere else. The events carry
neither business step nor disposition (CBV 2.0 section 7): a mark says nothing about
where a thing is, so a sold pack stays sold.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lienvung.epcis.build import Event, object_event
from lienvung.ledger import capture, events
from lienvung.ledger.store import open_store

EPCS_AN_EVENT = 1_000
EVENTS_A_DOCUMENT = 150  # 150,000 identifiers: well below the announced limits of a capture
NAMESPACE = "https://lienvung.vn/ns/"
CONTEXT: list[Any] = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"lv": NAMESPACE}]
SET = "set"


def lock_writers() -> None:
    """Let no other capture in until the caller's transaction ends: what is read now is still so when it writes."""
    open_store().lock()


def last_event() -> int:
    """The number of the newest event; 0 in an empty ledger."""
    newest = events.latest(1)
    return newest[0].rid if newest else 0


def event_id(decision: uuid.UUID, number: int, *, kind: str = SET) -> str:
    """The eventID of the n-th event of a kind of a decision; always the same for the same decision."""
    return uuid.uuid5(decision, f"{kind}:{number}").urn


def told(decision: uuid.UUID, count: int, *, kind: str = SET) -> list[Event]:
    """The first `count` events of a kind of a decision, as they stand in the ledger."""
    return [events.get_event(event_id(decision, number, kind=kind)).as_dict() for number in range(count)]


def set_events(
    *,
    decision: uuid.UUID,
    time: datetime,
    word: str,
    uris: Sequence[str],
    classes: Sequence[str],
    extensions: dict[str, Any],
    first: int = 0,
) -> list[Event]:
    """OBSERVE events that set `word` on items (`uris`) and on lots (`classes`), at most 1,000 an event.

    `first`: the number of the first event, for a decision that is told in more than one go.
    """
    parts: list[tuple[Sequence[str], Sequence[str]]] = [
        ((), classes[start : start + EPCS_AN_EVENT]) for start in range(0, len(classes), EPCS_AN_EVENT)
    ]
    parts += [(uris[start : start + EPCS_AN_EVENT], ()) for start in range(0, len(uris), EPCS_AN_EVENT)]
    return [
        _event(event_id(decision, number), time, part, extensions, set_words=[word])
        for number, part in enumerate(parts, first)
    ]


def unset_events(
    *, decision: uuid.UUID, time: datetime, word: str, told: Sequence[Event], extensions: dict[str, Any], kind: str
) -> list[Event]:
    """For each event that set `word` one that unsets it on the same things."""
    return [
        _event(event_id(decision, number, kind=kind), time, things_of(event), extensions, unset_words=[word])
        for number, event in enumerate(told)
    ]


def things_of(event: Event) -> tuple[list[str], list[str]]:
    """(items, classes) that an event of a decision names."""
    return event.get("epcList", []), [element["epcClass"] for element in event.get("quantityList", [])]


def without(told: Sequence[Event], kept: Sequence[Event]) -> list[Event]:
    """`told` without the things that the events `kept` name too; events that are left empty fall away."""
    items = {uri for event in kept for uri in event.get("epcList", [])}
    classes = {element["epcClass"] for event in kept for element in event.get("quantityList", [])}
    left = []
    for event in told:
        rest = {
            "epcList": [uri for uri in event.get("epcList", []) if uri not in items],
            "quantityList": [e for e in event.get("quantityList", []) if e["epcClass"] not in classes],
        }
        if any(rest.values()):
            left.append({**event, **rest})
    return left


def capture_all(told: Sequence[Event], *, submitter: str | None) -> None:
    """One capture document; a decision on more than 150,000 things takes several, in the caller's transaction."""
    for start in range(0, len(told), EVENTS_A_DOCUMENT):
        part: list[dict[str, Any]] = list(told[start : start + EVENTS_A_DOCUMENT])
        capture.capture_events(part, submitter=submitter, context=CONTEXT)


def _event(
    name: str,
    time: datetime,
    things: tuple[Sequence[str], Sequence[str]],
    extensions: dict[str, Any],
    *,
    set_words: Sequence[str] = (),
    unset_words: Sequence[str] = (),
) -> Event:
    uris, classes = things
    return object_event(
        time=time,
        action="OBSERVE",
        event_id=name,
        epcs=list(uris),
        quantities=[(uri, None, None) for uri in classes],
        persistent_set=list(set_words),
        persistent_unset=list(unset_words),
        extensions=extensions,
    )
