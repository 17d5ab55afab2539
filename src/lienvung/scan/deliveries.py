"""Tonnes delivered to Hà Nội, as the ledger tells it: what places there received, by product group.

Goods told by weight count as told; single packs by the net content of their product, each once, whether the receiving
named them or they came out of a case that was unpacked there. A case that nobody opened counts nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from lienvung.catalogue.models import Place, Product
from lienvung.errors import Problem
from lienvung.gs1 import canonical_uri
from lienvung.ledger import events
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import stored_uri
from lienvung.registry import EvidenceRow, Indicator, IndicatorDays
from lienvung.texts import Text

HA_NOI: Final = "01"
MOST_EVENTS: Final = 20_000
KILOGRAMS: Final = {"KGM": Decimal(1), "GRM": Decimal("0.001"), "TNE": Decimal(1000)}
GTIN: Final = re.compile(r"/01/(\d{14})")


def places() -> list[str]:
    """The places that lie in Hà Nội, by their own unit, otherwise by their owner's."""
    inside = Q()
    for at in ("unit", "unit__parent", "unit__parent__parent"):
        inside |= Q(**{f"{at}__code": HA_NOI, f"{at}__level": "province"})
        inside |= Q(**{"unit__isnull": True, f"owner__{at}__code": HA_NOI, f"owner__{at}__level": "province"})
    return [each.uri for each in Place.objects.filter(inside)]


def arrivals(days: IndicatorDays) -> list[dict[str, Any]]:
    """Events of receiving and unpacking there on these days, the oldest first; declared errors left out."""
    spelled = [stored_uri(uri) for uri in places()]
    if not spelled:
        return []
    first, last = (
        int(timezone.make_aware(datetime.combine(day, time.min)).timestamp() * 1000)
        for day in (days.starts_on, days.ends_on + timedelta(days=1))
    )
    sql = f"""SELECT e.rid FROM ledger_event e
        WHERE e.bl IN (SELECT id FROM ledger_thing WHERE uri IN {marks(spelled)}) AND e.t >= %s AND e.t < %s
        AND e.bizstep IN (SELECT id FROM ledger_term WHERE kind = 1 AND value IN ('receiving', 'unpacking'))
        AND NOT EXISTS (SELECT 1 FROM ledger_void v WHERE v.rid = e.rid) ORDER BY e.t, e.rid LIMIT %s"""
    rids = [rid for (rid,) in rows(sql, (*spelled, first, last, MOST_EVENTS))]
    return [event.as_dict() for event in sorted(events.by_rids(rids), key=lambda event: (event.time_ms, event.rid))]


def parts(event: dict[str, Any]) -> Iterator[tuple[str, str, Any, str]]:
    """(GTIN, item or '', quantity, unit) of what an event names."""
    told = [(uri, None, "") for name in ("epcList", "childEPCs") for uri in event.get(name) or ()]
    if event.get("bizStep") != "unpacking":  # what came by weight was counted when it was received
        told += [
            (each["epcClass"], each.get("quantity"), each.get("uom", "")) for each in event.get("quantityList") or ()
        ]
    for uri, quantity, unit in told:
        try:
            known = canonical_uri(uri)
        except (Problem, ValueError):
            continue
        found = GTIN.search(known)
        if found:
            yield found[1], known if quantity is None else "", quantity, unit


def tonnes(days: IndicatorDays) -> dict[Product, Decimal]:
    told = [part for event in arrivals(days) for part in parts(event)]
    known = {each.gtin: each for each in Product.objects.filter(gtin__in={gtin for gtin, *_ in told})}
    kilograms: dict[Product, Decimal] = defaultdict(Decimal)
    counted: set[str] = set()
    for gtin, item, quantity, unit in told:
        product = known.get(gtin)
        if product is None or (days.product_group and product.kind != days.product_group) or item in counted:
            continue
        if item:
            counted.add(item)
            quantity, unit = product.net_content, product.unit_of_measure
        if quantity is not None and unit in KILOGRAMS:
            kilograms[product] += Decimal(str(quantity)) * KILOGRAMS[unit]
    return {product: weight / 1000 for product, weight in kilograms.items()}


def tonnes_to_ha_noi(days: IndicatorDays) -> Decimal | None:
    return sum(tonnes(days).values(), Decimal(0)).quantize(Decimal("0.0001"))


def rows_of_tonnes(days: IndicatorDays, limit: int) -> list[EvidenceRow]:
    found = sorted(tonnes(days).items(), key=lambda pair: (-pair[1], pair[0].name))
    return [
        EvidenceRow(
            Text(product.name, product.name_en or product.name),
            reverse("catalogue:product", args=[product.pk]),
            weight,
            f"GTIN {product.gtin}",
        )
        for product, weight in found[:limit]
    ]


INDICATOR = Indicator(
    name="tonnes_to_ha_noi",
    label=Text("Khối lượng giao đến Hà Nội", "Tonnes delivered to Hà Nội"),
    unit=Text("tấn", "tonnes"),
    figure=tonnes_to_ha_noi,
    rows=rows_of_tonnes,
    note=Text(
        "Theo sự kiện nhận hàng ở các nơi tại Hà Nội; gói lẻ tính theo khối lượng tịnh; thùng chưa mở không tính.",
        "From receivings at places in Hà Nội; packs by their net content; unopened cases are not counted.",
    ),
)
