"""The events of a diary: from a row to the EPCIS event, and the declaration that it was wrong."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lienvung.diary import rules
from lienvung.diary.models import Entry
from lienvung.epcis import build
from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri
from lienvung.ledger import events as ledger
from lienvung.ledger.marking import CONTEXT as CONTEXT

DID_NOT_OCCUR, INCORRECT = "did_not_occur", "incorrect_data"  # CBV 2.0 section 7.5
Event = dict[str, Any]


def event_id(task_id: uuid.UUID) -> str:
    """The eventID of the first event of a task; always the same for the same task."""
    return uuid.uuid5(task_id, "0").urn


def event_of(entry: Entry, *, first: bool) -> Event:
    """The line as an ObjectEvent about what grows there. `first`: it comes into being with it."""
    done = entry.activity_of
    place = entry.unit.place.uri
    # the ledger knows an event by its contents, eventID aside: the same work done twice is two events by its entry
    own: dict[str, Any] = {"lv:activity": entry.activity, "lv:entry": entry.event_id}
    if entry.material:
        own["lv:material"] = entry.material
    if entry.amount is not None:
        own["lv:amount"] = build.quantity_list([("", entry.amount, None)])[0]["quantity"]
        if entry.uom:
            own["lv:uom"] = entry.uom
    own |= {f"lv:{name}": value for name, value in entry.measures.items()}
    if entry.waiting_until:
        own["lv:waitingUntil"] = entry.waiting_until.isoformat()
    begins = done.begins and first
    return build.object_event(
        time=entry.at.astimezone(rules.LOCAL),
        event_id=entry.event_id,
        action="ADD" if begins else "OBSERVE",
        epcs=[entry.thing],
        quantities=[(entry.lot, None, None)] if entry.lot else None,
        biz_step="commissioning" if begins else "other" if done.begins else done.step,
        disposition=done.disposition,
        read_point=place,
        biz_location=place,
        extensions=own,
    )


def declaration_of(entry: Entry, *, at: datetime, reason: str, corrective: Sequence[str]) -> Event:
    """The event as it was captured, declared wrong."""
    event = ledger.get_event(entry.event_id).value()
    error: Event = {"declarationTime": at.astimezone(rules.LOCAL).isoformat(timespec="milliseconds"), "reason": reason}
    if corrective:
        error["correctiveEventIDs"] = list(corrective)
    return {**event, "errorDeclaration": error}


def parts_of_lot(text: str) -> tuple[str, str]:
    """(GTIN, lot number) of a lot's identifier; ('', '') for anything else."""
    try:
        path = canonical_uri(text.strip()).partition("id.gs1.org/")[2].split("/")
    except Invalid:
        return "", ""
    return (path[1], path[3]) if len(path) == 4 and path[0] == "01" and path[2] == "10" else ("", "")
