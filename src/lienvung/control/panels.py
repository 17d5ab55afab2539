"""What the room adds to other pages: grades of an organisation's places, work on the home page, search."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from lienvung.control import access, words
from lienvung.people.models import Organisation
from lienvung.registry.matching import tokens
from lienvung.registry.parts import SearchHit
from lienvung.texts import Text

DUE_DAYS = 31


def of_organisation(request: HttpRequest, subject: Organisation) -> dict[str, Any] | None:
    """Everybody sees the places under control with their latest grade and its day."""
    shown = [
        (each, [words.ACTIVITIES[code] for code in each.activities], Text(each.last_vi or "", each.last_en or ""))
        for each in access.of_owner(subject)[:50]
    ]
    return {"establishments": shown} if shown else None


def of_home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Officials: overdue corrections and visits due in their province. Members: what waits for them."""
    own, today = access.provinces_of(request.user), timezone.localdate()
    if own:
        late = access.overdue(today, provinces=own).count()
        due = access.visits_due(own, today + timedelta(days=DUE_DAYS)).count()
        return {"official": True, "late": late, "due": due} if late or due else None
    findings, waiting = access.own_findings(request.user).count(), access.waiting_for(request.user).count()
    return {"official": False, "findings": findings, "waiting": waiting} if findings or waiting else None


def find_establishments(query: str, limit: int, account: Any) -> list[SearchHit]:
    if not tokens(query):
        return []
    return [
        SearchHit(
            title=each.place.name,
            title_en=each.place.name_en,
            kind=Text("Cơ sở được kiểm tra", "Establishment under control"),
            url=reverse("control:establishment", args=[each.pk]),
            detail=f"GLN {each.place.gln} · {each.owner.name}",
        )
        for each in access.establishments(query)[:limit]
    ]
