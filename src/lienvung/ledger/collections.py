"""The collections at the top of the binding: which words, places and things occur (EPCIS 2.0 section 12.7)."""

from __future__ import annotations

from dataclasses import dataclass

from lienvung.ledger.access import EVERYTHING, Visible

KINDS = ("eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions")


@dataclass(frozen=True)
class VocabularyPage:
    values: list[str]
    next_token: str | None


def vocabulary_page(
    kind: str, *, seen_by: Visible = EVERYTHING, per_page: int = 30, token: str | None = None
) -> VocabularyPage:
    """One page of what occurs in the events that `seen_by` leaves; `kind` is one of KINDS."""
    return VocabularyPage([], None)
