"""What a recall of a lot reaches, put into the words of this room: items, lots, a table by place and state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lienvung.catalogue.models import Place
from lienvung.errors import NotFound
from lienvung.gs1 import identify
from lienvung.ledger.trace import Scope, recall_scope
from lienvung.lineage.states import STATE_TEXTS, State
from lienvung.texts import Text


@dataclass(frozen=True, slots=True)
class Reach:
    """`items`: URIs of single things (EPCs); `lots`: URIs of classes. `summary`: plain values for the database."""

    items: list[str] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)


def reach_of(lot: str) -> Reach:
    """The lot and all that came of it, as of now. A lot without events reaches itself only."""
    try:
        scope = recall_scope(lot)
    except NotFound:
        return Reach([], [lot], {"total": 1, "items": 0, "lots": 1, "uncertain": False, "rows": []})
    items = scope.source.uris(scope.things)
    lots = sorted({lot, *(uri for uri in scope.source.uris(scope.lots) if "/01/" in uri)})
    summary = {
        "total": len(items) + len(lots),
        "items": len(items),
        "lots": len(lots),
        "uncertain": scope.uncertain,
        "rows": _rows(scope),
    }
    return Reach(items, lots, summary)


def _rows(scope: Scope) -> list[dict[str, Any]]:
    """One row for the things of a state at a place, one for each unit of the lots' quantities there."""
    totals = scope.by_place()
    names = _place_names(total.place for total in totals if total.place)
    rows = []
    for total in totals:
        place = {"place": total.place or "", "place_name": names.get(total.place or "", "")}
        for state, number in total.things.items():
            rows.append({**place, "state": state, "things": number, "quantity": "", "uom": ""})
        for state, units in total.quantities.items():
            for unit, amount in units.items():
                rows.append({**place, "state": state, "things": 0, "quantity": amount, "uom": unit})
    return rows


def _place_names(uris: Iterable[str]) -> dict[str, str]:
    """Registered places by canonical URI: "Quầy nông sản Cầu Giấy, Cửa hàng Mẫu"."""
    glns = {}
    for uri in uris:
        if "/414/" in uri:
            glns[uri] = dict(identify(uri).ais)["414"]
    found = {p.gln: p for p in Place.objects.select_related("owner").filter(gln__in=set(glns.values()))}
    return {uri: f"{found[gln].name}, {found[gln].owner.name}" for uri, gln in glns.items() if gln in found}


def rows_of(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a stored summary with the state in words."""
    return [{**row, "state_text": _state_text(row["state"])} for row in summary.get("rows", [])]


def _state_text(word: str) -> Text:
    try:
        return STATE_TEXTS[State[word.upper()]]
    except KeyError:
        return Text(word, word)
