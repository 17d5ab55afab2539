"""A diary as rows of a CSV file or a spreadsheet."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from lienvung.diary.models import Entry
from lienvung.diary.rules import LOCAL
from lienvung.diary.words import ACTIVITIES, MEASURES
from lienvung.texts import Text

COLUMNS = (
    "unit", "giai", "place_gln", "season", "activity", "activity_vi", "at", "material", "amount", "uom",
    "waiting_until", *MEASURES, "lot", "note", "event_id", "recorded_at", "recorded_by", "wrong", "correction",
    "replaced_by",
)  # fmt: skip


def rows_of(
    entries: Iterable[Entry], wrong: Collection[uuid.UUID], *, noted: Collection[uuid.UUID]
) -> list[tuple[Any, ...]]:
    """`wrong`: those that were declared erroneous; they stay in the list and say so. `noted`: units whose notes are
    for this reader."""
    return [
        (
            each.unit.name, each.thing.rpartition("/")[2], each.unit.place.gln, each.season, each.activity,
            ACTIVITIES[each.activity].name.vi, each.at.astimezone(LOCAL).isoformat(timespec="minutes"), each.material,
            None if each.amount is None else float(each.amount), each.uom,
            each.waiting_until.isoformat() if each.waiting_until else "",
            *(each.measures.get(name, "") for name in MEASURES),
            each.lot, each.note if each.unit_id in noted else "", each.event_id,
            each.recorded_at.isoformat(timespec="seconds"),
            str(each.recorded_by or ""), "x" if each.pk in wrong else "", each.correction,
            each.replaced_by.event_id if each.replaced_by else "",
        )
        for each in entries
    ]  # fmt: skip


def measures_of(entry: Entry) -> list[tuple[Text, float]]:
    """The figures of a water check in words."""
    return [(MEASURES[name][0], value) for name, value in entry.measures.items() if name in MEASURES]
