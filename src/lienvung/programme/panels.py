"""What the room adds to other pages: what is due soon on an official's home page, search."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from lienvung.people.access import is_official
from lienvung.programme import access
from lienvung.programme.models import Commitment
from lienvung.registry.matching import plain, tokens
from lienvung.registry.parts import SearchHit
from lienvung.texts import Text

SOON = timedelta(days=60)


def of_home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Officials: commitments of their agreements that are overdue or due soon."""
    if not is_official(request.user):
        return None
    today = access.today()
    mine = access.own_agreements(request.user)
    owed = Commitment.objects.filter(agreement__in=mine, state=Commitment.State.ACTIVE, due__lte=today + SOON)
    rows = [(each, each.due is not None and each.due < today) for each in owed.order_by("due")[:5]]
    return {"due": rows, "agreements": mine[:5]} if rows or mine else None


def find_agreements(query: str, limit: int, account: Any) -> list[SearchHit]:
    wanted = tokens(query)
    if not wanted:
        return []
    hits = []
    for each in access.visible_to(account).prefetch_related("parties"):
        known = plain(" ".join((each.title, each.title_en, each.code, *(party.name for party in each.parties.all()))))
        if all(token in known for token in wanted):
            kind = Text("Thỏa thuận hợp tác", "Cooperation agreement")
            url = reverse("programme:agreement", args=[each.code])
            hits.append(SearchHit(title=each.title, title_en=each.title_en, kind=kind, url=url))
    return hits[:limit]
