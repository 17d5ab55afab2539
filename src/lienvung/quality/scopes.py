"""What a recall of a lot reaches, put into the words of this room: items, lots, a table by place and state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any
from urllib.parse import unquote

import numpy as np

from lienvung.catalogue import words
from lienvung.catalogue.models import Place, Product
from lienvung.errors import Invalid, NotFound
from lienvung.gs1 import identify
from lienvung.ledger.trace import Scope, ScopeItem, recall_scope
from lienvung.lineage.facts import OUTPUT
from lienvung.lineage.states import STATE_TEXTS, State
from lienvung.texts import Text


@dataclass(frozen=True, slots=True)
class Reach:
    """`items`: URIs of single things (EPCs); `lots`: URIs of classes. `summary`: plain values for the database."""

    items: list[str] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)


def reach_of(lot: str, *, believe: Collection[str] = ()) -> Reach:
    """The lot and all that came of it, as of now. A lot without events reaches itself only.

    What hangs on the word of others only is left out, but for the claims `believe` (eventIDs).
    """
    try:
        scope = recall_scope(lot, believe=believe)
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


def check_claims(lot: str, believe: Collection[str]) -> None:
    """Raise Invalid for eventIDs that are no claims of the lot's scope."""
    if not believe:
        return
    try:
        known = {claim.event_id for claim in recall_scope(lot).claims}
    except NotFound:
        known = set()
    if not set(believe) <= known:
        raise Invalid("quality.no_claim", vi="Không phải lời khai của phạm vi này.", en="No claim of this scope.")


def _rows(scope: Scope) -> list[dict[str, Any]]:
    """One row for the goods of one product and lot in one state at one place; `things` add up to the items reached.

    The amount of items is the product's net content times their number, where the catalogue knows it. What of their
    lot has no codes of its own is a row beside them; `at_most`: nobody knows how much of it has.
    """
    table: dict[_Key, _Sum] = {}
    places = scope.places
    lots = _lots_of_things(scope)
    classes: dict[int, str] = {}
    keys = np.column_stack((places.loc, places.state, lots, _class_numbers(scope, classes)))
    groups, counts = np.unique(keys, axis=0, return_counts=True) if len(keys) else (keys, ())
    named = {int(n) for column in (0, 2) for n in groups[:, column] if n >= 0}
    named |= {n for parcel in scope.parcels for n in (parcel.place, parcel.lot) if n >= 0}
    numbers = np.array(sorted(named), dtype=np.int64)
    uris = dict(zip(numbers.tolist(), scope.source.uris(numbers)))
    for (place, state, lot, kind), count in zip(groups.tolist(), counts):
        key = (uris.get(place, ""), classes[kind], uris.get(lot, ""), State(state).word)
        table.setdefault(key, _Sum()).things += int(count)
    for item in _lot_parts(scope):
        if not item.itemised and "/10/" in item.uri:
            key = (item.place or "", item.uri.partition("/10/")[0], item.uri, item.state)
            table.setdefault(key, _Sum()).add(item.unit, item.quantity, at_most=item.at_most)
    return _told(table)


def _lot_parts(scope: Scope) -> Iterator[ScopeItem]:
    """`items()` tells lots first: stop at the first thing, there may be 100,000."""
    names = set(scope.source.uris(scope.lots))
    return takewhile(lambda item: item.uri in names, scope.items())


@dataclass(slots=True)
class _Sum:
    things: int = 0
    amounts: dict[str, float | None] = field(default_factory=dict)  # unit -> amount of the lot; None = not known
    at_most: set[str] = field(default_factory=set)  # units

    def add(self, unit: str, amount: float | None, *, at_most: bool) -> None:
        if at_most:
            self.at_most.add(unit)
        before = self.amounts.get(unit, 0.0)
        self.amounts[unit] = None if amount is None or before is None else round(before + amount, 9)


_Key = tuple[str, str, str, str]  # place, class, lot (URIs, '' = none), state


def _class_numbers(scope: Scope, classes: dict[int, str]) -> Any:
    """A number for the class of each thing (its URI without the serial); `classes` is told which is which."""
    known: dict[str, int] = {}
    numbers = [known.setdefault(_class_of(uri), len(known)) for uri in scope.source.uris(scope.things)]
    classes.update({number: uri for uri, number in known.items()})
    return np.array(numbers, dtype=np.int64)


def _class_of(uri: str) -> str:
    """`…/01/<GTIN>` of an item; nothing for cases, pallets, devices."""
    return uri.partition("/21/")[0] if "/01/" in uri else ""


def _lots_of_things(scope: Scope) -> Any:
    """The number of the lot that each thing was said to be an item of; -1 where there is none."""
    made = scope.source.links(scope.things, OUTPUT)
    joined = np.isin(-made.process, scope.lots)
    found = np.full(len(scope.things), -1, dtype=np.int64)
    found[np.searchsorted(scope.things, made.thing[joined])] = -made.process[joined]
    return found


def _told(table: Mapping[_Key, _Sum]) -> list[dict[str, Any]]:
    """The table with names, most things first within a place."""
    names = _place_names({place for place, _, _, _ in table if place})
    gtins = {kind: kind.split("/01/")[1] for _, kind, _, _ in table if "/01/" in kind}
    products = {p.gtin: p for p in Product.objects.filter(gtin__in=set(gtins.values()))}
    rows = []
    for (place, kind, lot, state), total in table.items():
        gtin = gtins.get(kind, "")
        product = products.get(gtin)
        row: dict[str, Any] = {
            "place": place,
            "place_name": names.get(place, ""),
            "gtin": gtin,
            "product": product.name if product else "",
            "product_en": product.name_en if product else "",
            "lot": unquote(lot.partition("/10/")[2]),
            "state": state,
        }
        if product and product.net_content and product.unit_of_measure not in words.PIECES:
            row |= {"content": float(product.net_content), "content_uom": product.unit_of_measure}
        if total.things:
            content = round(row["content"] * total.things, 3) if "content" in row else ""
            unit = row["content_uom"] if "content" in row else ""
            rows.append({**row, "things": total.things, "quantity": content, "uom": unit})
        for unit, amount in total.amounts.items():
            more = {"at_most": True} if unit in total.at_most else {}
            rows.append({**row, "things": 0, "quantity": "" if amount is None else amount, "uom": unit, **more})
    return sorted(rows, key=lambda row: (row["place_name"] or row["place"], row["product"], row["lot"], row["state"]))


def totals_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What the rows add up to: `things`, and `amounts` [(amount, unit in words)]."""
    things, amounts = 0, dict[Text, float]()
    for row in rows:
        things += row["things"]
        if row["quantity"] != "":
            unit = unit_of(row)
            amounts[unit] = round(amounts.get(unit, 0.0) + float(row["quantity"]), 3)
    return {"things": things, "amounts": [(amount, unit) for unit, amount in sorted(amounts.items())]}


def unit_of(row: Mapping[str, Any]) -> Text:
    """The unit of a row's quantity in words: packs where the product is one of a mass or volume."""
    return words.PACKS if row.get("content") and row["uom"] in words.PIECES else unit_text(row["uom"])


def unit_text(code: str) -> Text:
    """A UN/ECE Recommendation 20 code in words; no code = pieces (EPCIS 2.0, QuantityElement)."""
    return words.unit(code) if code else Text("món", "items")


def _place_names(uris: Iterable[str]) -> dict[str, str]:
    """Registered places by canonical URI: "Quầy nông sản Cầu Giấy, Cửa hàng Mẫu"."""
    glns = {}
    for uri in uris:
        if "/414/" in uri:
            glns[uri] = dict(identify(uri).ais)["414"]
    found = {p.gln: p for p in Place.objects.select_related("owner").filter(gln__in=set(glns.values()))}
    return {uri: f"{found[gln].name}, {found[gln].owner.name}" for uri, gln in glns.items() if gln in found}


def rows_of(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a stored summary with state, goods and unit in words."""
    return [
        {
            **row,
            "state_text": state_text(row["state"]),
            "unit_text": unit_of(row),
            "goods": _goods(row),
        }
        for row in summary.get("rows", [])
    ]


def _goods(row: Mapping[str, Any]) -> Text:
    if row.get("product"):
        return Text(row["product"], row.get("product_en") or "")
    if row.get("gtin"):
        return Text(f"GTIN {row['gtin']}", "")
    return Text("Thùng, kiện, vật mang mã khác", "Case, pallet or other coded thing")


def state_text(word: str) -> Text:
    try:
        return STATE_TEXTS[State[word.upper()]]
    except KeyError:
        return Text(word, word)


GONE = frozenset({"sold", "destroyed", "consumed", "removed"})


def rows_at(summary: Mapping[str, Any], glns: Collection[str]) -> list[dict[str, Any]]:
    """The rows of a stored summary that lie at the places with these GLNs."""
    return [row for row in rows_of(summary) if gln_of(row["place"]) in glns]


def gln_of(place: str) -> str:
    """The GLN of a place's canonical URI; '' for other places."""
    return place.partition("/414/")[2].partition("/")[0]


def held(rows: Iterable[Mapping[str, Any]]) -> list[tuple[float, Text, Text]]:
    """(amount, unit, state) of what is still there: items by number, lots without own codes by amount."""
    sums: dict[tuple[Text, Text], float] = {}
    for row in rows:
        if row["state"] in GONE or not (row["things"] or row["quantity"]):
            continue
        amount, unit = (float(row["quantity"] or 0), row["unit_text"])
        if row["things"]:
            amount, unit = row["things"], unit_of({**row, "uom": ""})
        key = (unit, row["state_text"])
        sums[key] = round(sums.get(key, 0) + amount, 3)
    return [(amount, unit, state) for (unit, state), amount in sums.items()]
