"""Organisations for the search page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from lienvung.people import access, words
from lienvung.registry.matching import tokens
from lienvung.registry.parts import SearchHit
from lienvung.territory.access import lineage


def find_organisations(query: str, limit: int, account: Any) -> list[SearchHit]:
    """Organisations by name, GLN or place, whatever the marks."""
    if not tokens(query):
        return []
    return [
        SearchHit(
            title=found.name,
            kind=words.kind(found.kind),
            url=reverse("people:organisation", args=[found.pk]),
            detail=lineage(found.unit).vi if found.unit else "",
        )
        for found in access.organisations(query)[:limit]
    ]
