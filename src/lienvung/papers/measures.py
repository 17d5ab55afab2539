"""Page, margins, fonts and sizes of official documents, from the table `data/layouts.json`, by day.

A file `layouts.json` in LIENVUNG_HOME replaces the packaged one, so that a rule which is read better, or comes later,
needs no new program.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from lienvung.errors import Invalid

PACKAGED: Final = Path(__file__).with_name("data") / "layouts.json"


@dataclass(frozen=True, slots=True)
class Measures:
    """Lengths in millimetres, `sizes` in points; `seen` says how the rule is known."""

    name: str
    since: date
    source: str
    seen: str
    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    font: str
    sizes: dict[str, float]
    first_line: float
    paragraph_after: float
    line: float
    number_from_page: int
    annexes_numbered_anew: bool

    @property
    def text_width(self) -> float:
        return self.width - self.left - self.right


def all_measures(path: Path | None = None) -> list[Measures]:
    """Every layout of the table, the earliest first."""
    own = Path(settings.HOME) / "layouts.json"
    chosen = path or (own if own.is_file() else PACKAGED)
    try:
        table = json.loads(chosen.read_text(encoding="utf-8"))
        found = [_one(value) for value in table["layouts"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Invalid(
            "papers.layouts",
            vi=f"Bảng thể thức {chosen.name} không đọc được: {fault}",
            en=f"The table of layouts {chosen.name} cannot be read: {fault}",
            path="layouts",
        ) from fault
    if not found:
        raise Invalid("papers.layouts", vi="Bảng thể thức trống.", en="The table of layouts is empty.", path="layouts")
    return sorted(found, key=lambda one: one.since)


def measures_on(day: date | None, path: Path | None = None) -> Measures:
    """The layout in force on `day`: the last that began by then; the last of all for a draft, the first for an
    older day."""
    found = all_measures(path)
    began = [one for one in found if day is None or one.since <= day]
    return began[-1] if began else found[0]


def _one(value: dict[str, Any]) -> Measures:
    page, margins = value["page"], value["margins"]
    one = Measures(
        name=str(value["name"]),
        since=date.fromisoformat(value["since"]),
        source=str(value["source"]),
        seen=str(value["seen"]),
        width=float(page["width"]),
        height=float(page["height"]),
        **{side: float(margins[side]) for side in ("top", "bottom", "left", "right")},
        font=str(value["font"]),
        sizes={name: float(size) for name, size in value["sizes"].items()},
        first_line=float(value["first_line"]),
        paragraph_after=float(value["paragraph_after"]),
        line=float(value["line"]),
        number_from_page=int(value["page_number"]["from_page"]),
        annexes_numbered_anew=value["page_number"].get("annexes", "own") == "own",
    )
    if one.text_width < 50 or one.height - one.top - one.bottom < 50 or min(one.sizes.values()) < 5:
        raise ValueError("no room for the text")
    return one
