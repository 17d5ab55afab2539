"""What this room counts for cooperation programmes: products whose codes lead somewhere.

A code works when a label of it was issued here and the ledger tells something of the product, of a lot or an item of
it. What the programme of Hà Nội and Ninh Bình promised is such a number: 10 to 15 products.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone

from lienvung.catalogue.models import Product
from lienvung.ledger.reading import rows
from lienvung.ledger.tables import stored_uri
from lienvung.registry import EvidenceRow, Indicator, IndicatorDays
from lienvung.scan import deliveries, traced
from lienvung.texts import Text

MOST_PRODUCTS = 2_000


def _products(days: IndicatorDays) -> QuerySet[Product]:
    """Products with labels issued up to the last of the days."""
    end = timezone.make_aware(datetime.combine(days.ends_on + timedelta(days=1), time.min))
    found = Product.objects.filter(label_jobs__issued_at__lt=end)
    if days.product_group:
        found = found.filter(kind=days.product_group)
    return found.annotate(jobs=Count("label_jobs"), first=Min("label_jobs__issued_at")).order_by("name", "pk")


def _told_of(product: Product) -> bool:
    """Whether the ledger knows the product's class, a lot or an item: a range of the dictionary's index."""
    start = stored_uri(product.uri)
    return bool(rows("SELECT 1 FROM ledger_thing WHERE uri >= %s AND uri < %s LIMIT 1", (start, start + "0")))


def working(days: IndicatorDays) -> list[Any]:
    return [each for each in _products(days)[:MOST_PRODUCTS] if _told_of(each)]


def products_with_codes(days: IndicatorDays) -> Decimal | None:
    return Decimal(len(working(days)))


def rows_of_codes(days: IndicatorDays, limit: int) -> list[EvidenceRow]:
    return [
        EvidenceRow(
            Text(each.name, each.name_en or each.name),
            reverse("catalogue:product", args=[each.pk]),
            detail=f"GTIN {each.gtin} · {timezone.localdate(each.first):%d/%m/%Y}",
        )
        for each in working(days)[:limit]
    ]


INDICATORS = [
    Indicator(
        name="products_with_codes",
        label=Text("Sản phẩm có mã QR dùng được", "Products with working QR codes"),
        unit=Text("sản phẩm", "products"),
        figure=products_with_codes,
        rows=rows_of_codes,
        note=Text(
            "Tính đến ngày cuối kỳ: sản phẩm đã in nhãn có mã ở đây và sổ cái có sự kiện về sản phẩm, lô hoặc gói.",
            "Up to the last day: labels were issued here, and the ledger tells of the product, a lot or a pack.",
        ),
    ),
    deliveries.INDICATOR,
    traced.INDICATOR,
]
