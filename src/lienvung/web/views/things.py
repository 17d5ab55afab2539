"""A thing of the ledger (lot, item, pallet, place): facts, state, lineage, events."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from lienvung import registry
from lienvung.catalogue.models import Lot
from lienvung.errors import Invalid, NotFound
from lienvung.gs1 import canonical_uri
from lienvung.ledger.access import EVERYTHING, Visible
from lienvung.ledger.events import StoredEvent, history
from lienvung.ledger.status import persistent_dispositions
from lienvung.ledger.trace import Trace, trace
from lienvung.people.gate import listed
from lienvung.texts import Text
from lienvung.web import access, event_lists, thing_parts
from lienvung.web.lineage_page import FOLDS, ZOOMS, as_table, draw, names_of
from lienvung.web.naming import GS1, Named, Names, split, uri_of_path
from lienvung.web.parts import Band, Fact, csv_answer, with_query
from lienvung.web.templatetags.words import amount, day
from lienvung.web.vocabulary import DISPOSITIONS, KINDS, TONES, unit, word

EVENT_LIMIT = 100
GRAPH_LIMIT = 200
DIRECTIONS = {
    "both": Text("Cả hai chiều", "Both ways"),
    "back": Text("Nguồn gốc", "Where it came from"),
    "forward": Text("Đã đi đâu", "Where it went"),
}


@listed
def thing(request: HttpRequest, path: str) -> HttpResponseBase:
    return page(request, uri_of_path(path))


@listed
def thing_by_id(request: HttpRequest) -> HttpResponseBase:
    """Things whose identifier is not GS1's: `?id=` is the URI itself."""
    uri = known_form(request.GET.get("id", ""))
    return redirect(Names().thing(uri).href) if uri.startswith(GS1) else page(request, uri)


@listed
def lot_by_id(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    lot = Lot.objects.select_related("product").filter(pk=id).first()
    if lot is None:
        raise NotFound("web.no_such_lot", vi="Không có lô này.", en="There is no such lot.")
    return redirect(Names().thing(lot.uri).href)


def known_form(uri: str) -> str:
    """The canonical URI; a malformed identifier is no page at all (404)."""
    try:
        return canonical_uri(uri)
    except Invalid as fault:
        raise NotFound(fault.code, vi=fault.vi, en=fault.en, path=fault.path) from fault


def page(request: HttpRequest, uri: str) -> HttpResponseBase:
    uri = known_form(uri)
    everything = history(uri, limit=EVENT_LIMIT)
    events = access.visible_events(request.user, everything)
    lot = lot_of(uri)
    access.check_may_see(access.may_see_thing(request.user, uri, events))
    if not everything and lot is None:
        raise NotFound(
            "web.unknown_thing",
            vi=f"Sổ cái chưa có sự kiện nào của {uri}.",
            en=f"The ledger has no event of {uri} yet.",
        )
    direction = request.GET.get("direction", "both")
    eyes = access.eyes_for(request.user, uri)
    walked = walk(uri, direction if direction in DIRECTIONS else "both", seen_by=eyes) if everything else None
    event_names = event_lists.names_of(events)
    event_table = event_lists.table(events, event_names, csv=with_query(request, csv="events"))
    if request.GET.get("csv") == "events":
        return csv_answer(event_table, "events")
    context = head(request, uri, lot, events)
    if walked is not None:
        trace_names = names_of(walked)
        lineage = as_table(walked, trace_names, csv=with_query(request, csv="lineage"))
        if request.GET.get("csv") == "lineage":
            return csv_answer(lineage, "lineage")
        context |= graph_context(request, walked, trace_names)
        context["lineage_table"] = lineage
        context["stops"] = thing_parts.stops(uri, eyes)
        context["balance_table"] = thing_parts.balances(uri, trace_names.products.values(), seen_by=eyes)
    whole = eyes == EVERYTHING or bool(eyes.own)
    context |= {"event_table": event_table, "hidden": len(everything) - len(events) if whole else 0}
    return render(request, "web/thing.html", context)


def lot_of(uri: str) -> Lot | None:
    key, gtin, qualifier, number = split(uri)
    if (key, qualifier) != ("01", "10"):
        return None
    found = Lot.objects.select_related("product", "product__owner", "product__origin_unit")
    return found.filter(product__gtin=gtin, number=number).first()


def walk(uri: str, direction: Any, *, seen_by: Visible) -> Trace | None:
    try:
        return trace(uri, direction=direction, limit=GRAPH_LIMIT, seen_by=seen_by)
    except NotFound:  # it has events, but only as a place or paper of them
        return None


def head(request: HttpRequest, uri: str, lot: Lot | None, events: list[StoredEvent]) -> dict[str, Any]:
    """Title, band, facts, links and what the rooms add."""
    named = Names([uri]).thing(uri)
    states = persistent_dispositions(uri)
    bands = [band_of(state) for state in sorted(states) if state in {"recalled", "non_conformant"}]
    panels = []
    for panel in registry.lot_panels if lot else ():
        values = panel.context(request, lot)
        if values is not None:
            panels.append({"label": panel.label, "template": panel.template, "values": values})
    return {
        "named": named,
        "kind": word(KINDS, named.kind),
        "uri": uri,
        "lot": lot,
        "bands": bands,
        "facts": facts(named, lot, events, states),
        "scan_href": uri.removeprefix(GS1[:-1]) if uri.startswith(GS1) else "",
        "panels": panels,
        "crumbs": [{"text": Text("Bàn làm việc", "Dashboard"), "href": reverse("web:dashboard")}, {"text": named.both}],
    }


def band_of(state: str) -> Band:
    if state == "recalled":
        return Band(
            Text("Đang bị thu hồi", "Under recall"),
            Text(
                "Ngừng bán, ngừng dùng; giữ riêng và làm theo lệnh thu hồi.",
                "Stop selling and using it; keep it apart and follow the recall.",
            ),
        )
    return Band(Text("Không đạt yêu cầu", "Non-conformant"), tone="warning")


def facts(named: Named, lot: Lot | None, events: list[StoredEvent], states: set[str]) -> list[Fact]:
    found = [Fact(Text("Mã chuẩn", "Canonical identifier"), named.uri, mono=True)]
    if lot is not None:
        product = lot.product
        found += [
            Fact(
                Text("Sản phẩm", "Product"),
                Text(product.name, product.name_en or product.name),
                page_of("catalogue:product", product.pk),
            ),
            Fact(
                Text("Chủ sản phẩm", "Owner"),
                Text(product.owner.name, product.owner.name_en),
                page_of("people:organisation", product.owner_id),
                vi=True,
            ),
        ]
        if product.origin_unit:
            unit_name = product.origin_unit
            found.append(Fact(Text("Xuất xứ", "Origin"), Text(unit_name.name, unit_name.name_en), vi=True))
        for label, value in (
            (Text("Ngày sản xuất", "Produced on"), lot.produced_on),
            (Text("Hạn dùng", "Best before"), lot.best_before),
        ):
            if value:
                found.append(Fact(label, day(value)))
        if lot.quantity is not None:
            size = f"{amount(lot.quantity)} "
            measure = unit(lot.uom)
            found.append(
                Fact(Text("Số lượng khai báo", "Declared quantity"), Text(size + measure.vi, size + measure.en))
            )
    place = next((e.biz_location or e.read_point for e in reversed(events) if e.biz_location or e.read_point), None)
    if place:
        found.append(Fact(Text("Thấy lần cuối ở", "Last seen at"), Names([place]).place_name(place)))
    state = next((event.disposition for event in reversed(events) if event.disposition), None)
    if state:
        found.append(Fact(Text("Trạng thái", "Disposition"), word(DISPOSITIONS, state), tone=TONES.get(state, "grey")))
    if states:
        tags = [Fact(Text("", ""), word(DISPOSITIONS, s), tone=TONES.get(s, "amber")) for s in sorted(states)]
        found.append(Fact(Text("Trạng thái lâu dài", "Persistent dispositions"), values=tags))
    count = Text(f"{len(events)} sự kiện", f"{len(events)} events")
    if len(events) >= EVENT_LIMIT:
        count = Text(f"{EVENT_LIMIT} sự kiện mới nhất trở lên", f"{EVENT_LIMIT} or more events")
    return [*found, Fact(Text("Trong sổ cái", "In the ledger"), count)]


def page_of(url_name: str, *args: object) -> str:
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""


def recalled(uri: str) -> bool:
    return "recalled" in persistent_dispositions(uri)


def graph_context(request: HttpRequest, walked: Trace, names: Names) -> dict[str, Any]:
    """The drawing and the links that change it (no script: each is an address)."""
    asked = request.GET.get("zoom", "100")
    zoom = int(asked) if asked.isdigit() and int(asked) in ZOOMS else 100
    fold = request.GET.get("fold", "alike")
    fold = fold if fold in FOLDS else "alike"
    finer = "target" if fold == "alike" else "none"
    direction = request.GET.get("direction", "both")

    def link(**changes: str | int | None) -> str:
        return with_query(request, **changes) + "#lineage"

    return {
        "graph": draw(walked, names, fold=fold, zoom=zoom, recalled=recalled, unfold=link(fold=finer)),
        "walked": walked,
        "left_off": sum(walked.left_off.values()),
        "zooms": [{"text": f"{z} %", "href": link(zoom=z), "current": z == zoom} for z in ZOOMS],
        "directions": [
            {"text": label, "href": link(direction=key), "current": key == direction}
            for key, label in DIRECTIONS.items()
        ],
        "folds": [{"text": label, "href": link(fold=key), "current": key == fold} for key, label in FOLDS.items()],
    }
