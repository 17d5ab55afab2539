"""Reference data of the room: grading schemes with their dates, checklists with their versions, practice.

Shipped in `data/`; an installation replaces a file by its own at LIENVUNG_HOME/reference/control/NAME.json. Every set
says its source and how certain it is. What was decided by a row is copied into the record (`Grade`, `Inspection`,
`Breach`), so that changing the file never changes the past.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from lienvung.control.rules import Checklist, FindingPractice, Item, PlanPractice, Result, Scheme
from lienvung.errors import NotFound
from lienvung.texts import Text

SHIPPED = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class CommitmentPractice:
    years: int
    due_soon_days: int
    consequences: tuple[tuple[str, Text], ...]  # of the first, second, third and every later breach
    source: str = ""
    certainty: str = ""


@dataclass(frozen=True, slots=True)
class Practice:
    commitment: CommitmentPractice
    plan: PlanPractice
    findings: FindingPractice = field(default_factory=FindingPractice)


def _read(name: str) -> dict[str, Any]:
    own = Path(settings.HOME) / "reference" / "control" / f"{name}.json"
    read: dict[str, Any] = json.loads((own if own.exists() else SHIPPED / f"{name}.json").read_text(encoding="utf-8"))
    return read


@lru_cache(maxsize=1)
def schemes() -> tuple[Scheme, ...]:
    return tuple(
        Scheme(
            code=row["code"],
            name=Text(*row["name"]),
            begins=date.fromisoformat(row["from"]),
            ends=date.fromisoformat(row["to"]) if row["to"] else None,
            days_to_correct=row["days_to_correct"],
            source=row["source"],
            certainty=row["certainty"],
            results=tuple(
                Result(
                    code=result["code"],
                    words=Text(*result["words"]),
                    tone=result.get("tone", ""),
                    months_to_next=result.get("months_to_next"),
                    most_faults=result.get("most_faults"),
                    failing=result.get("failing", False),
                )
                for result in row["results"]
            ),
        )
        for row in _read("schemes")["schemes"]
    )


@lru_cache(maxsize=1)
def checklists() -> tuple[Checklist, ...]:
    return tuple(
        Checklist(
            code=row["code"],
            version=row["version"],
            name=Text(*row["name"]),
            activities=tuple(row["activities"]),
            items=tuple(
                Item(item["code"], item["severity"], Text(*item["text"]), item.get("basis", ""))
                for item in row["items"]
            ),
        )
        for row in _read("checklists")["checklists"]
    )


@lru_cache(maxsize=1)
def practice() -> Practice:
    read = _read("practice")
    told, plan, findings = read["commitment"], read["plan"], read["findings"]
    return Practice(
        CommitmentPractice(
            years=told["years"],
            due_soon_days=told["due_soon_days"],
            consequences=tuple((row["code"], Text(*row["words"])) for row in told["consequences"]),
            source=told["source"],
            certainty=told["certainty"],
        ),
        PlanPractice(
            months_between=plan["months_between"],
            months_between_committed=plan["months_between_committed"],
            per_month=plan["per_month"],
            weights=plan["weights"],
        ),
        FindingPractice(days=findings["days"], closed_on_evidence=frozenset(findings["closed_on_evidence"])),
    )


def newest_checklists() -> tuple[Checklist, ...]:
    """The latest version of each; older versions stay in the file for what was begun with them."""
    newest: dict[str, Checklist] = {}
    for each in checklists():
        if each.code not in newest or each.version > newest[each.code].version:
            newest[each.code] = each
    return tuple(newest.values())


def checklist(code: str) -> Checklist:
    for each in newest_checklists():
        if each.code == code:
            return each
    raise NotFound("control.no_checklist", vi="Không có bảng kiểm này.", en="There is no such checklist.")
