"""What the room of certificates adds to other pages: of a product, a lot, an organisation, and on the home page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lienvung.catalogue.models import Lot, Product
from lienvung.gs1.address import Address
from lienvung.people.access import account_or_none
from lienvung.people.models import Organisation
from lienvung.proofs import access, goods, words
from lienvung.proofs.links import goods_of

SHOWN = 5


def of_product(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    if not isinstance(subject, Product):
        return None
    return _proofs((("01", subject.gtin),))


def of_lot(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    if not isinstance(subject, Lot):
        return None
    return _proofs((("01", subject.product.gtin), ("10", subject.number)))


def _proofs(ais: tuple[tuple[str, str], ...]) -> dict[str, Any] | None:
    found = goods.proofs(goods_of(Address(ais)))
    return {"proofs": found} if found else None


def of_organisation(request: HttpRequest, subject: Organisation) -> dict[str, Any] | None:
    """All that one may see of an organisation's certificates, with their states."""
    shown = access.visible_to(request.user).filter(holder=subject)[:50]
    rows = [rows_of(one) for one in shown]
    may = access.managed_organisations(request.user).filter(pk=subject.pk).exists()
    return {"rows": rows, "may_register": may} if rows or may else None


def rows_of(one: Any) -> dict[str, Any]:
    """A certificate as lists show it."""
    state = access.state(one)
    return {
        "certificate": one,
        "kind": words.kind_name(one.kind, one.stars),
        "state": words.STATES[state],
        "tone": words.TONES[state],
    }


def of_home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """For those whom it concerns: what expires, and how much waits to be checked."""
    known = account_or_none(request.user)
    if known is None:
        return None
    due, waiting = access.due(known), len(access.to_check(known))
    if not due and not waiting:
        return None
    return {"rows": [rows_of(one) for one, _ in due[:SHOWN]], "more": max(0, len(due) - SHOWN), "waiting": waiting}
