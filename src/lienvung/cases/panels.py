"""What the room adds to other pages: cases of a lot, a product, an organisation, what waits on the home page, search,
and what a recall learns of the case it comes from."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from lienvung.cases import access
from lienvung.cases.models import Case
from lienvung.catalogue.models import Lot, Product
from lienvung.people.models import Organisation
from lienvung.registry.parts import Origin, SearchHit
from lienvung.texts import Text

SHOWN = 5


def report_door(path: str) -> str:
    """The report form of a code, from the page behind it."""
    return f"{reverse('cases:report')}?{urlencode({'code': path})}"


def of_lot(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Open cases of the lot, and for who may open one the way to it."""
    if not isinstance(subject, Lot):
        return None
    return _listed(request, list(access.open_cases_of_lot(request.user, subject.uri)[:SHOWN]), subject.path)


def of_product(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    if not isinstance(subject, Product):
        return None
    return _listed(request, list(access.cases_of_product(request.user, subject)[:SHOWN]), subject.path)


def of_organisation(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    if not isinstance(subject, Organisation):
        return None
    found = list(access.cases_of_owner(request.user, subject)[:SHOWN])
    return {"cases": found, "path": ""} if found else None


def _listed(request: HttpRequest, found: list[Case], path: str) -> dict[str, Any] | None:
    may_open = bool(access.openers_of(request.user))
    return {"cases": found, "path": path if may_open else ""} if found or may_open else None


def of_home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """How many cases wait for the account: new, overdue, open."""
    counted = access.waiting(request.user)
    return {"waiting": counted} if counted.get("open") else None


def find_cases(query: str, limit: int, account: Any) -> list[SearchHit]:
    return [
        SearchHit(
            title=each.number,
            kind=Text("Vụ việc", "Case"),
            url=reverse("cases:case", args=[each.pk]),
            detail=f"{each.product.name} {each.lot_number}",
        )
        for each in access.case_of_number(account, query)[:limit]
    ]


def origin_of(account: Any, id: str) -> Origin | None:
    """What a recall learns of the case: number, what is wrong, the lot. No words of a reporter."""
    try:
        found = access.case(account, uuid.UUID(id))
    except ValueError:
        return None
    if found is None:
        return None
    what = found.what_text
    return Origin(
        title=Text(f"Vụ việc: {what.vi}", f"Case: {what.en}"),
        url=reverse("cases:case", args=[found.pk]),
        things=(found.lot_uri,) if found.lot_uri else (),
        note=f"Vụ việc {found.number}: {what.vi.lower()}.",
        reference=found.number,
    )
