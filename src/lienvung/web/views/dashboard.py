"""The dashboard: own lots and the latest events."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lienvung.catalogue.models import Lot
from lienvung.ledger.access import visible_to_account
from lienvung.ledger.events import latest
from lienvung.people.access import organisations_of
from lienvung.people.gate import listed
from lienvung.quality.panels import own_goods
from lienvung.texts import Text
from lienvung.web import access, event_lists
from lienvung.web.naming import Names
from lienvung.web.parts import Cell, Column, Pager, Table, csv_answer, with_query
from lienvung.web.templatetags.words import amount, day
from lienvung.web.vocabulary import unit

LOTS_A_PAGE = 20
EVENTS = 15


@listed
def dashboard(request: HttpRequest) -> HttpResponse:
    lots = visible_lots(request)
    page = whole_number(request.GET.get("page", ""))
    shown = list(lots[page * LOTS_A_PAGE : (page + 1) * LOTS_A_PAGE + 1])
    table = lot_table(shown[:LOTS_A_PAGE], csv=with_query(request, csv="lots", page=None))
    if request.GET.get("csv") == "lots":
        return csv_answer(lot_table(list(lots), csv=""), "lots")
    events = latest(EVENTS, seen_by=visible_to_account(request.user))
    names = event_lists.names_of(events)
    event_table = event_lists.table(
        events,
        names,
        csv=with_query(request, csv="events"),
        caption=Text("Sự kiện ghi sau cùng", "Events last recorded"),
    )
    if request.GET.get("csv") == "events":
        return csv_answer(event_table, "events")
    context = {
        "organisations": list(organisations_of(request.user)),
        "sees_all": access.sees_all(request.user),
        "own_recalls": own_goods(request.user),
        "lot_table": table,
        "lot_count": lots.count(),
        "pager": Pager(
            newer=with_query(request, page=page - 1 or None) if page else "",
            older=with_query(request, page=page + 1) if len(shown) > LOTS_A_PAGE else "",
        ),
        "event_table": event_table,
    }
    return render(request, "web/dashboard.html", context)


def whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def visible_lots(request: HttpRequest) -> QuerySet[Lot]:
    """All lots for officials and staff; those of the own organisations' products for members."""
    lots = Lot.objects.select_related("product", "product__owner")
    return lots if access.sees_all(request.user) else lots.filter(product__owner__in=organisations_of(request.user))


def lot_table(lots: list[Lot], *, csv: str) -> Table:
    names = Names(lot.uri for lot in lots)
    columns = [
        Column(Text("Lô", "Lot")),
        Column(Text("Chủ sản phẩm", "Owner")),
        Column(Text("Sản xuất", "Produced")),
        Column(Text("Hạn dùng", "Best before")),
        Column(Text("Khối lượng", "Quantity"), number=True),
    ]
    rows = []
    for lot in lots:
        named, measure = names.thing(lot.uri), unit(lot.uom)
        size = amount(lot.quantity)
        quantity = Text(f"{size} {measure.vi}".strip(), f"{size} {measure.en}".strip()) if size else Text("", "")
        rows.append(
            [
                Cell(named.both, named.href),
                Cell(Text(lot.product.owner.name, lot.product.owner.name_en), vi=True),
                Cell(day(lot.produced_on)),
                Cell(day(lot.best_before)),
                Cell(quantity),
            ]
        )
    return Table(Text("Các lô", "Lots"), columns, rows, csv, id="lots-table")
