"""What the diary adds to other pages: what was done to a lot and where it grew, an organisation's units, what waits."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from lienvung.catalogue.models import Lot
from lienvung.diary import access
from lienvung.people.models import Organisation
from lienvung.registry.matching import tokens
from lienvung.registry.parts import SearchHit

SHOWN = 5
MOST_UNITS = 200


def of_lot(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """What was done to what the lot was cut from, and to the lot itself, for those who see the diary."""
    if not isinstance(subject, Lot):
        return None
    found = access.behind_lot(request.user, subject.uri)
    return {"entries": found[:SHOWN], "more": max(0, len(found) - SHOWN), "lot": subject} if found else None


def of_organisation(request: HttpRequest, subject: Organisation) -> dict[str, Any] | None:
    """The units of an organisation, for its people and officials."""
    found = list(access.open_units(request.user).filter(organisation=subject)[:SHOWN])
    writes = access.may_write(request.user, subject)
    return {"units": found, "organisation": subject, "may_write": writes} if found or writes else None


def of_home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """What may not be harvested yet, for the people of its organisations."""
    found = list(access.own_units(request.user)[:MOST_UNITS])
    held = access.waiting_units(found)
    rows = sorted(((each, held[each.pk]) for each in found if each.pk in held), key=lambda row: row[1].until)
    return {"units": len(found), "rows": rows[:SHOWN]} if found else None


def find_units(query: str, limit: int, account: Any) -> list[SearchHit]:
    if not tokens(query):
        return []
    return [
        SearchHit(each.name, each.kind_text, reverse("diary:unit", args=[each.pk]), f"{each.giai} · {each.species}")
        for each in access.units_named(account, query)[:limit]
    ]
