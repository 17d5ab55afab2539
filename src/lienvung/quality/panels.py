"""What the quality room adds to other pages: recalls of a lot, recalls in force on the home page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lienvung.catalogue.models import Lot
from lienvung.people.access import account_or_none, is_official
from lienvung.quality import access, scopes
from lienvung.quality.models import Recall


def of_lot(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """The recall in force on the lot, and for officials the way to decide on one; None for everybody else."""
    if not isinstance(subject, Lot):
        return None
    recall = access.in_force_reaching(subject.uri)
    may = access.may_decide(request.user, subject.product.owner)
    return {"recall": recall, "may_declare": may and recall is None, "lot": subject} if recall or may else None


def of_home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    recalls = list(access.recalls(in_force=True)[:5])
    return {"recalls": recalls, "official": is_official(account_or_none(request.user))} if recalls else None


def of_notices(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """The notices that wait for an answer of the reader's organisations."""
    waiting = list(access.waiting_notices(request.user)[:10])
    return {"notices": waiting} if waiting else None


def own_goods(account: Any) -> list[dict[str, Any]]:
    """Recalls in force with goods at the account's own places: `recall`, and `held` as of the decision."""
    glns = access.glns_of(account)
    if not glns:
        return []
    found = [{"recall": recall, "held": held_at(recall, glns)} for recall in access.recalls(in_force=True)]
    return [entry for entry in found if entry["held"]]


def held_at(recall: Recall, glns: set[str]) -> list[Any]:
    return scopes.held(scopes.rows_at(recall.scope, glns))
