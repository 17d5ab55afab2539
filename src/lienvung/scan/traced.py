"""Lots traced end to end, counted for cooperation programmes: made on these days, and no needed stage is silent.

A lot is traced end to end when the ledger tells at least one deed of each stage that its kind of goods needs (fruit
needs no processing), from production to the shelf: what the completeness list shows as 5/5 stages. A journey is
walked for each lot, so that the cost grows with the lots of the days and not with the ledger.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.db.models import QuerySet
from django.urls import reverse

from lienvung.catalogue.models import Lot
from lienvung.registry import EvidenceRow, Indicator, IndicatorDays
from lienvung.scan.scores import PER_PAGE, LotScore, scores_of
from lienvung.texts import Text

MOST_LOTS: Final = 2_000
"""A period with more lots has no figure: counting part of them would be a wrong one."""


def _made(days: IndicatorDays) -> QuerySet[Lot]:
    found = Lot.objects.filter(produced_on__range=(days.starts_on, days.ends_on))
    if days.product_group:
        found = found.filter(product__kind=days.product_group)
    return found.select_related("product__owner").order_by("produced_on", "product__name", "number", "pk")


def traced(days: IndicatorDays) -> list[LotScore] | None:
    """The lots of these days traced end to end, the oldest first; None where they are too many to walk."""
    lots = list(_made(days)[: MOST_LOTS + 1])
    if len(lots) > MOST_LOTS:
        return None
    parts = [lots[at : at + PER_PAGE] for at in range(0, len(lots), PER_PAGE)]
    return [
        found
        for part in parts
        for found in scores_of(part)
        if all(stage.recorded or not stage.needed for stage in found.score.stages)
    ]


def lots_traced(days: IndicatorDays) -> Decimal | None:
    found = traced(days)
    return None if found is None else Decimal(len(found))


def _names(lot: Lot) -> tuple[str, str]:
    return lot.product.name, lot.product.name_en or lot.product.name


def rows_of_traced(days: IndicatorDays, limit: int) -> list[EvidenceRow]:
    return [
        EvidenceRow(
            Text(*(f"{name} · {found.lot.number}" for name in _names(found.lot))),
            reverse("web:thing", args=[found.lot.path.lstrip("/")]),
            detail=f"{found.lot.produced_on:%d/%m/%Y} · {found.score.stages_recorded}/{len(found.score.stages)}",
        )
        for found in (traced(days) or [])[:limit]
    ]


INDICATOR = Indicator(
    name="lots_traced",
    label=Text("Lô hàng truy xuất được từ đầu đến cuối", "Lots traced end to end"),
    unit=Text("lô", "lots"),
    figure=lots_traced,
    rows=rows_of_traced,
    note=Text(
        "Lô sản xuất trong kỳ mà sổ cái có việc đã làm ở mọi khâu cần có, từ sản xuất đến nơi bán;"
        f" kỳ có quá {MOST_LOTS} lô thì không tính.",
        "Lots made on these days of which the ledger tells a deed at every stage that they need, from production to the"
        f" shop; not counted for more than {MOST_LOTS} lots.",
    ),
)
