"""The readers' door of the catalogue. Products, lots and places are public; quantities of lots are not."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection

from django.db.models import Count, Q, QuerySet

from lienvung.catalogue.models import IssuedSerial, LabelJob, Lot, Place, Product
from lienvung.catalogue.words import PIECES
from lienvung.people.access import Who, is_official, may_record, role_in
from lienvung.people.models import Organisation
from lienvung.registry.matching import plain, tokens


def products(query: str = "", *, kind: str = "", owner: Organisation | None = None) -> QuerySet[Product]:
    """Products by words (marks do not matter), kind and owner."""
    found = Product.objects.select_related("owner", "origin_unit", "origin_unit__parent")
    for token in tokens(query):
        found = found.filter(search_text__contains=token)
    if kind:
        found = found.filter(kind=kind)
    if owner is not None:
        found = found.filter(owner=owner)
    return found


def kinds_in_use() -> list[str]:
    return list(Product.objects.exclude(kind="").order_by("kind").values_list("kind", flat=True).distinct())


def product(id: uuid.UUID) -> Product | None:
    return products().filter(pk=id).first()


def product_of_gtin(gtin: str) -> Product | None:
    """The product of a GTIN in any of its lengths (8, 12, 13, 14 digits)."""
    return products().filter(gtin=gtin.zfill(14)).first()


def contents_of_gtins(gtins: Collection[str]) -> dict[str, tuple[float, str]]:
    """The net content of one item, as (amount, unit), of the products (GTINs of 14 digits) that have one."""
    found = Product.objects.filter(gtin__in=gtins, net_content__gt=0).exclude(unit_of_measure="")
    rows = found.values_list("gtin", "net_content", "unit_of_measure")
    return {gtin: (float(amount or 0), unit) for gtin, amount, unit in rows}


def packed(gtins: Collection[str]) -> set[str]:
    """Those whose products are packs of a mass or volume."""
    return {gtin for gtin, (_, unit) in contents_of_gtins(gtins).items() if unit not in PIECES}


def lots_of(product: Product) -> QuerySet[Lot]:
    """The product's lots, newest first."""
    return product.lots.select_related("product")


def lot_of(gtin: str, number: str) -> Lot | None:
    """The lot of AI (01) and (10); the number's case matters, as on the label."""
    found = Lot.objects.select_related("product", "product__owner", "product__origin_unit")
    return found.filter(product__gtin=gtin.zfill(14), number=number).first()


def issued_serial(gtin: str, serial: str) -> IssuedSerial | None:
    """The serial if we gave it out; None is an alarm for whoever scanned it."""
    found = IssuedSerial.objects.select_related("product", "lot", "job")
    return found.filter(product__gtin=gtin.zfill(14), serial=serial).first()


def lots(query: str) -> QuerySet[Lot]:
    """Lots whose number holds a token of the query, the others being of the product's words."""
    asked = tokens(query)
    found = Lot.objects.select_related("product", "product__owner")
    if not asked:
        return found.none()
    some_number = Q()
    for token in asked:
        found = found.filter(Q(search_text__contains=token) | Q(product__search_text__contains=token))
        some_number |= Q(search_text__contains=token)
    return found.filter(some_number)


def lots_named(query: str) -> QuerySet[Lot]:
    """Lots of exactly this number, whatever its case; first in a search."""
    return Lot.objects.select_related("product", "product__owner").filter(search_text=plain(query))


def places(query: str = "", *, kind: str = "", owner: Organisation | None = None) -> QuerySet[Place]:
    found = Place.objects.select_related("owner", "unit", "unit__parent")
    for token in tokens(query):
        found = found.filter(search_text__contains=token)
    if kind:
        found = found.filter(kind=kind)
    if owner is not None:
        found = found.filter(owner=owner)
    return found


def place(id: uuid.UUID) -> Place | None:
    return places().filter(pk=id).first()


def place_of_gln(gln: str) -> Place | None:
    return places().filter(gln=gln).first() if re.fullmatch(r"[0-9]{13}", gln) else None


def may_edit(account: Who, product: Product) -> bool:
    """May `account` change the product, register its lots, print its labels?"""
    return may_record(account, product.owner)


def may_see_quantities(account: Who, product: Product) -> bool:
    """Quantities of lots are business of the owner and of officials (field level, ASVS 8.2.3)."""
    return role_in(account, product.owner) is not None or is_official(account)


def label_jobs(product: Product) -> QuerySet[LabelJob]:
    return product.label_jobs.select_related("lot", "issued_by", "reprint_of").annotate(printed_again=Count("reprints"))


def label_job(id: uuid.UUID) -> LabelJob | None:
    return LabelJob.objects.select_related("product", "product__owner", "lot", "reprint_of").filter(pk=id).first()
