"""Kinds of certificates, from `kinds.json`: names, what each may cover, what is known of it and how surely."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lienvung.registry.matching import plain
from lienvung.texts import Text

FILE = Path(__file__).with_name("kinds.json")
COVERS = frozenset({"organisation", "place", "product", "group"})
CERTAINTY = {
    "seen": Text("đã đọc nguồn", "read in the source"),
    "second": Text("nghe qua nguồn khác", "told by others"),
    "memory": Text("chưa kiểm chứng", "not checked"),
}


class Band(NamedTuple):
    """Points of a grade: from `least` to below `below`."""

    stars: int
    least: Decimal
    below: Decimal


@dataclass(frozen=True, slots=True)
class Kind:
    """`stages`: the stages of a chain whose every place a certificate by places must name; none = goods as such.
    `day_needed`: it shows as valid for a lot only where the day of production is known.
    `months`, `number_pattern`: only where a source says so; hints for whoever registers, never a reason to refuse.
    """

    key: str
    name: Text
    aliases: tuple[str, ...]
    covers: frozenset[str]
    stages: frozenset[str]
    day_needed: bool
    issuer: str
    standard: str
    months: int | None
    number_pattern: str | None
    source: str
    certainty: str
    stars: bool = False
    points: tuple[Band, ...] = ()


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by their key, in the file's order."""
    read = json.loads(FILE.read_text(encoding="utf-8"))["kinds"]
    return {row["key"]: _kind(row) for row in read}


def kind(key: str) -> Kind:
    return kinds()[key]


def kind_of_words(words: str) -> Kind | None:
    """The kind that words of an event or a label name: 'Chứng nhận VietGAP' is VietGAP; two kinds named are none."""
    said = f" {plain(words)} "
    found = [kind for kind in kinds().values() if any(alias in said for alias in kind.aliases)]
    return found[0] if len(found) == 1 else None


def _kind(row: dict[str, object]) -> Kind:
    fields = {name: row[name] for name in ("key", "day_needed", "issuer", "standard", "months", "number_pattern")}
    fields |= {name: row[name] for name in ("source", "certainty")}
    bands = row.get("points", [])
    assert isinstance(bands, list)
    return Kind(
        name=Text(str(row["vi"]), str(row["en"])),
        aliases=tuple(plain(alias) for alias in row["aliases"]),  # type: ignore[attr-defined]
        covers=frozenset(row["covers"]),  # type: ignore[call-overload]
        stages=frozenset(row["stages"]),  # type: ignore[call-overload]
        stars=bool(row.get("stars")),
        points=tuple(Band(b["stars"], Decimal(b["from"]), Decimal(b["below"])) for b in bands),
        **fields,  # type: ignore[arg-type]
    )
