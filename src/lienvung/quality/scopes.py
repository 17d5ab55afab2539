"""What a recall of a lot reaches, put into the words of this room: items, lots, a table by place and state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lienvung.catalogue.models import Place
from lienvung.ledger import trace
from lienvung.lineage.states import STATE_TEXTS, State
from lienvung.texts import Text


@dataclass(frozen=True, slots=True)
class Reach:
    """`items`: URIs of single things (EPCs); `lots`: URIs of classes. `summary`: plain values for the database."""

    items: list[str] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)


def rows_of(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a stored summary with the state in words; most things first."""
    return [{**row, "state_text": _state_text(row["state"])} for row in summary.get("rows", [])]


def _state_text(word: str) -> Text:
    try:
        return STATE_TEXTS[State[word.upper()]]
    except KeyError:
        return Text(word, word)


def reach_of(lot: str) -> Reach:
    raise NotImplementedError
