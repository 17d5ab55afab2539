"""Certified areas for the checks that run over the ledger: how much land stands behind the tonnes of a product."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from lienvung.lineage.anomalies_words import CertifiedArea
from lienvung.proofs import access, rules
from lienvung.proofs.models import Certificate, ScopeRow


def areas() -> list[CertifiedArea]:
    """One for each row of a confirmed certificate that names an area; from a withdrawal on it counts no more.

    A suspension does not end the land: whether the certificate held on a day is told by its own page.
    """
    found = access.certificates().filter(checked=access.CONFIRMED, scope__area_ha__isnull=False).distinct()
    return [_area(one, row) for one in found for row in one.scope.all() if row.area_ha is not None]


def _area(one: Certificate, row: ScopeRow) -> CertifiedArea:
    ends = [m.from_day for m in one.measures.all() if m.act == rules.Act.WITHDRAWN]
    if one.valid_to is not None and one.valid_to < date.max:  # the last day of all has no day after it
        ends.append(one.valid_to + timedelta(days=1))
    products = [row.product] if row.product else access.products_of(one.holder)
    gtins = [p.gtin for p in products if not row.group or p.kind == row.group]
    return CertifiedArea(
        number=one.number,
        gtins=tuple(gtins),
        area_ha=float(row.area_ha or 0),
        since=_ms(one.valid_from),
        until=_ms(min(ends)) if ends else None,
        group=row.group or (row.product.kind if row.product else ""),
        uri=access.uri_of(one),
        places=(row.place.uri,) if row.place else (),
    )


def _ms(day: date) -> int:
    return int(datetime.combine(day, time(), timezone.get_default_timezone()).timestamp() * 1000)
