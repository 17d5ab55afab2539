"""Doing a task once: the row that makes it so, the ledger's capture, and what tasks share."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lienvung.catalogue.models import Place
from lienvung.field.rules import Doubt, Task
from lienvung.people.models import Account, Organisation


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task. `lot`: canonical URI of the lot it made or was about; `boxes`: SSCCs it made."""

    task_id: uuid.UUID
    task: Task
    events: tuple[str, ...]
    lot: str = ""
    number: str = ""
    boxes: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Who does which task, when and where. `told`: all that was said, for the comparison with what comes again."""

    task: Task
    by: Account | None
    organisation: Organisation
    task_id: uuid.UUID
    at: datetime
    place: Place
    told: dict[str, Any]
    reason: str = ""


@dataclass(slots=True)
class Told:
    """What a task makes of its order."""

    events: list[dict[str, Any]]
    lot: str = ""
    number: str = ""
    boxes: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    still: list[str] = field(default_factory=list)  # goods that must not be held although nothing moves them
