"""Loading the registry of units; the only writer of its tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from django.db import transaction

from lienvung.audit.actions import record
from lienvung.registry.matching import plain
from lienvung.territory import rules
from lienvung.territory.models import AdminUnit, Successor

DATA: Final = Path(__file__).parent / "data"
LEVELS: Final = ("province", "district", "commune")
BATCH: Final = 500
UNIT_FIELDS: Final = ["valid_to", "name", "name_en", "short_name", "search_text", "parent", "lat", "lon"]


def rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)


@transaction.atomic
def load_units() -> int:
    """Bring the tables to the state of the data files; gives the number of units. Doing it again is harmless."""
    before = AdminUnit.objects.count(), Successor.objects.count()
    words: dict[str, str] = {}
    units: dict[str, list[AdminUnit]] = {level: [] for level in LEVELS}
    for row in rows("units.csv"):  # provinces, then districts, then communes
        unit = _unit(row, words.get(row["parent"], ""))
        words[f"{row['level']}:{row['code']}:{row['valid_from']}"] = unit.search_text
        units[row["level"]].append(unit)
    for level in LEVELS:
        AdminUnit.objects.bulk_create(
            units[level], batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=UNIT_FIELDS
        )
    pairs = [
        Successor(
            old_id=rules.unit_id(row["level"], row["old"], row["old_from"]),
            new_id=rules.unit_id(row["level"], row["new"], row["new_from"]),
            share=row["share"],
        )
        for row in rows("successors.csv")
    ]
    Successor.objects.bulk_create(pairs, batch_size=BATCH, ignore_conflicts=True)
    count = sum(len(of_level) for of_level in units.values())
    if before != (AdminUnit.objects.count(), Successor.objects.count()):
        record(action="territory.load_units", by=None, details={"units": count, "successors": len(pairs)})
    return count


def _unit(row: dict[str, str], parent_words: str) -> AdminUnit:
    short, english = rules.split_name(row["level"], row["name"])
    return AdminUnit(
        id=rules.unit_id(row["level"], row["code"], row["valid_from"]),
        code=row["code"],
        level=row["level"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        name=row["name"],
        name_en=english,
        short_name=short,
        search_text=" ".join(part for part in (plain(row["name"]), parent_words) if part),
        parent_id=rules.unit_id(*row["parent"].split(":")) if row["parent"] else None,
        lat=float(row["lat"]) if row["lat"] else None,
        lon=float(row["lon"]) if row["lon"] else None,
    )
