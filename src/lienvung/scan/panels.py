"""What the scan room adds to the pages of products and lots: the code and how often it was scanned."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from lienvung.catalogue.models import Lot, Product
from lienvung.scan import access, scores
from lienvung.scan.labels import address_of, uri_of

DAYS = 30


def of_product(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    return _context(request, subject, None) if isinstance(subject, Product) else None


def of_lot(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    return _context(request, subject.product, subject) if isinstance(subject, Lot) else None


def score_of_lot(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """What the lot's record has and lacks, for those of its chain."""
    if not isinstance(subject, Lot) or not request.user.is_authenticated:
        return None
    found = scores.scores_of([subject])[0]
    if not access.in_chain(request.user, found.chain):
        return None
    return {"score": found.score, "asked": scores.asked_of(found.score), "lot": subject}


def _context(request: HttpRequest, product: Product, lot: Lot | None) -> dict[str, Any]:
    """Everybody sees the code; scans are shown to those who may print the labels."""
    address = address_of(product, lot=lot)
    context: dict[str, Any] = {"code_path": address.path, "code_uri": uri_of(address), "product": product, "lot": lot}
    if access.may_print(request.user, product):
        since = timezone.localdate() - timedelta(days=DAYS)
        context |= {"scans": access.scans_of(address.path, since=since), "may_print": True, "days": DAYS}
        context["totals"] = access.scans_under(f"/01/{product.gtin}", since=since)
    return context
