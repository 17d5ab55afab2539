"""What the checks add to other pages: open findings of a lot, and how many there are on the home page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lienvung.catalogue.models import Lot
from lienvung.checks import access
from lienvung.lineage.anomalies_words import KIND_TEXTS


def of_lot(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Open findings of the lot, for those who may see them."""
    if not isinstance(subject, Lot):
        return None
    found = list(access.of_lot(request.user, subject.uri)[:5])
    return {"findings": found} if found else None


def of_home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """How many open findings there are of each kind, for those who may see them."""
    counted = access.open_counts(request.user)
    return {"counted": [(kind, KIND_TEXTS[kind], many) for kind, many in counted]} if counted else None
