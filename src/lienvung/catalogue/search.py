"""Products, lots and places for the search page, and the catalogue's panels on other pages."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.urls import reverse

from lienvung.catalogue import access, words
from lienvung.catalogue.models import Lot
from lienvung.people.models import Organisation
from lienvung.registry.matching import plain, tokens
from lienvung.registry.parts import SearchHit
from lienvung.texts import Text

SHOWN = 6


def find_products(query: str, limit: int, account: Any) -> list[SearchHit]:
    """Products by name, brand, GTIN, owner or origin; those whose own name fits come first."""
    asked = tokens(query)
    if not asked:
        return []
    hits = sorted(
        access.products(query)[: limit * 3],
        key=lambda product: (not all(token in plain(product.name, product.name_en) for token in asked), product.name),
    )
    return [
        SearchHit(
            title=product.name,
            kind=Text("Sản phẩm", "Product"),
            url=reverse("catalogue:product", args=[product.pk]),
            detail=f"GTIN {product.gtin} · {product.owner.name}",
            title_en=product.name_en,
        )
        for product in hits[:limit]
    ]


def find_lots(query: str, limit: int, account: Any) -> list[SearchHit]:
    """Lots by number, alone or with words of the product; the exact number comes first."""
    seen: dict[Any, Lot] = {}
    for lot in chain(access.lots_named(query)[:limit], access.lots(query)[:limit]):
        seen.setdefault(lot.pk, lot)
    return [
        SearchHit(
            title=f"{lot.product.name} – {lot.number}",
            kind=Text("Lô", "Lot"),
            url=lot.path,
            detail=lot.product.gtin,
            title_en=f"{lot.product.name_en} – {lot.number}" if lot.product.name_en else "",
        )
        for lot in list(seen.values())[:limit]
    ]


def find_places(query: str, limit: int, account: Any) -> list[SearchHit]:
    if not tokens(query):
        return []
    return [
        SearchHit(
            title=place.name,
            kind=words.place_kind(place.kind),
            url=reverse("catalogue:place", args=[place.pk]),
            title_en=place.name_en,
            detail=f"GLN {place.gln} · {place.owner.name}",
        )
        for place in access.places(query)[:limit]
    ]


def some_products(request: Any, subject: None) -> dict[str, Any] | None:
    """For the home page: products as a shop sells them."""
    shown = list(access.products().filter(kind__in=words.SOLD)[:SHOWN])
    return {"products": shown} if shown else None


def products_of_organisation(request: Any, subject: Organisation) -> dict[str, Any] | None:
    shown = list(access.products(owner=subject)[:50])
    return {"products": shown} if shown else None


def places_of_organisation(request: Any, subject: Organisation) -> dict[str, Any] | None:
    shown = [(place, words.place_kind(place.kind)) for place in access.places(owner=subject)[:50]]
    return {"places": shown} if shown else None
