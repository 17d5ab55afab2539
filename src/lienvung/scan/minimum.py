"""The minimum data that TT 02/2024/TT-BKHCN asks of a traceability page, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.utils import timezone

from lienvung.catalogue.models import Product
from lienvung.gs1.address import Address
from lienvung.gs1.canonical import key_of
from lienvung.scan import details
from lienvung.scan.page import Item, Maker, StepView
from lienvung.texts import Text

MOST_CODES = 2  # of one stage; the journey has them all


def rows(
    address: Address,
    product: Product | None,
    maker: Maker | None,
    steps: Sequence[StepView],
    packed: date | None,
    produced: date | None,
    best_before: date | None,
    facts: details.Facts,
    lot_number: str,
) -> list[Item]:
    """The ten items of TT 02/2024/TT-BKHCN in its order; an empty value is shown as "not stated"."""
    lines = [_line(step) for step in sorted(steps, key=lambda s: s.stop.first_ms)]
    code = " ".join(f"({ai}) {value}" for ai, value in address.ais)
    marks = [product.brand if product else "", f"lô {lot_number}" if lot_number else "", address.serial]
    made = facts.harvested or produced or packed
    return [
        Item(Text("Tên sản phẩm", "Product name"), product.name if product else ""),
        Item(Text("Hình ảnh", "Picture"), "có, ở đầu trang" if product and (product.picture or product.image) else ""),
        Item(Text("Tên đơn vị sản xuất, kinh doanh", "Producer or trader"), maker.name if maker else ""),
        Item(Text("Địa chỉ đơn vị", "Its address"), maker.address if maker else ""),
        Item(
            Text(
                "Công đoạn, mã truy vết sản phẩm, mã truy vết địa điểm, thời gian",
                "Stages, product codes, place codes, times",
            ),
            "; ".join(lines),
        ),
        Item(Text("Thời gian sản xuất, kinh doanh", "Time of production or trade"), f"{made:%d/%m/%Y}" if made else ""),
        Item(Text("Mã truy vết sản phẩm", "Product trace code"), code),
        Item(Text("Thương hiệu, nhãn hiệu, số sê-ri", "Brand, mark, serial"), ", ".join(m for m in marks if m)),
        Item(Text("Hạn sử dụng", "Shelf life"), _shelf_life(product, best_before)),
        Item(Text("Tiêu chuẩn áp dụng", "Standards applied"), product.standards if product else ""),
    ]


def _line(step: StepView) -> str:
    """A stage with the codes of what it was done to, of where, and its day."""
    abouts = list(dict.fromkeys(h.about for h in step.stop.happenings if h.about))
    codes = ", ".join(code_of(uri) for uri in abouts[:MOST_CODES])
    more = f" và {len(abouts) - MOST_CODES} mã khác" if len(abouts) > MOST_CODES else ""
    place = step.place.code if step.place else "chưa ghi nơi"
    what = f" {codes}{more};" if codes else ""
    return f"{step.what.vi}:{what} {place}, {local_day(step.stop.first_ms):%d/%m/%Y}"


def code_of(uri: str) -> str:
    """A code in human-readable form; a URI that is no GS1 key as it is."""
    ais = key_of(uri)
    return " ".join(f"({ai}) {value}" for ai, value in ais) if ais else uri


def local_day(ms: int) -> date:
    return timezone.localdate(datetime.fromtimestamp(ms / 1000, UTC))


def _shelf_life(product: Product | None, best_before: date | None) -> str:
    if best_before is not None:
        return f"{best_before:%d/%m/%Y}"
    days = product.shelf_life_days if product else None
    return f"{days} ngày" if days else ""
