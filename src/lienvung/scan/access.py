"""The readers' door of the scan room: the records behind a code, first scans, counts, and who may print labels."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Min, QuerySet, Sum

from lienvung.catalogue import access as catalogue
from lienvung.catalogue.models import IssuedSerial, LabelJob, Lot, Place, Product
from lienvung.gs1.canonical import key_of
from lienvung.people.access import account_or_none, is_official, may_record, organisations_of
from lienvung.people.models import Account, Organisation
from lienvung.scan.models import ScanDay
from lienvung.scan.versions import until_an_act
from lienvung.territory.models import AdminUnit


@until_an_act
def product_of(gtin: str) -> Product | None:
    """The product with its owner."""
    return Product.objects.select_related("owner").filter(gtin=gtin).order_by().first()


@until_an_act
def lot_of(product: Product, number: str) -> Lot | None:
    return Lot.objects.filter(product=product, number=number).first()


@until_an_act
def serial_of(product: Product, serial: str) -> IssuedSerial | None:
    return IssuedSerial.objects.select_related("lot").filter(product=product, serial=serial).first()


@until_an_act
def places_of(uris: frozenset[str]) -> dict[str, Place]:
    """Registered places by canonical URI; a URI with an extension (254) finds the place of its GLN."""
    glns: dict[str, str] = {}
    for uri in uris:
        ais = key_of(uri)
        if ais and ais[0][0] == "414":
            glns[uri] = ais[0][1]
    if not glns:
        return {}
    registered = Place.objects.select_related("owner").filter(gln__in=set(glns.values())).order_by()
    found = {place.gln: place for place in registered}
    return {uri: found[gln] for uri, gln in glns.items() if gln in found}


@until_an_act
def organisation_of(gln: str) -> Organisation | None:
    """The organisation that has this GLN."""
    return Organisation.objects.filter(gln=gln).order_by().first()


@until_an_act
def authorities_of(provinces: frozenset[str]) -> list[Organisation]:
    """The authorities of the provinces with these codes, to be called about a problem."""
    return list(
        Organisation.objects.filter(
            kind=Organisation.Kind.AUTHORITY,
            unit__level=AdminUnit.Level.PROVINCE,
            unit__code__in=sorted(provinces),
        ).order_by("name")[:4]
    )


def first_scan_of(thing: str) -> int | None:
    """UTC epoch milliseconds of the first scan. Plain SQL: this is asked for every fresh page."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT at_ms FROM scan_firstscan WHERE thing = %s", (thing,))
        row = cursor.fetchone()
    return int(row[0]) if row else None


def scans_of(thing: str, *, since: date) -> list[dict[str, Any]]:
    """Counts per day and province, newest day first: day, province, scans, devices, known."""
    days = ScanDay.objects.filter(thing=thing, day__gte=since).order_by("-day", "province")
    return [dict(day) for day in days.values("day", "province", "scans", "devices", "known")]


def scans_under(thing: str, *, since: date) -> dict[str, int]:
    """Totals of a product, its lots and its items: known and never issued."""
    totals = (
        ScanDay.objects.filter(thing__startswith=thing, day__gte=since).values_list("known").annotate(sum=Sum("scans"))
    )
    found = dict(totals)
    return {"known": found.get(True, 0), "never_issued": found.get(False, 0)}


def may_print(account: Any, product: Product) -> bool:
    """May `account` issue and print the product's labels?"""
    known = account_or_none(account)
    return known is not None and may_record(known, product.owner)


def printable_products(account: Account) -> QuerySet[Product]:
    """The products whose labels `account` may print."""
    owners = [owner.pk for owner in organisations_of(account) if may_record(account, owner)]
    return Product.objects.filter(owner__in=owners).select_related("owner").order_by("name")


def label_jobs_of(account: Account) -> QuerySet[LabelJob]:
    return (
        LabelJob.objects.filter(product__in=printable_products(account))
        .select_related("product", "product__owner", "lot", "issued_by", "reprint_of")
        .order_by("-issued_at")
    )


def newest_lots(query: str) -> QuerySet[Lot]:
    """The lots, those registered last first; those of `query`'s words where it has any."""
    found = catalogue.lots(query) if query else Lot.objects.select_related("product", "product__owner")
    return found.order_by("-registered_at", "pk")


def lot_by_id(id: uuid.UUID) -> Lot | None:
    return Lot.objects.select_related("product", "product__owner").filter(pk=id).first()


def first_serials(lots: Sequence[Lot]) -> dict[uuid.UUID, str]:
    """Lot -> the canonical URI of the first serial issued for it."""
    firsts = IssuedSerial.objects.filter(lot__in=lots).order_by().values("lot").annotate(first=Min("pk"))
    found = IssuedSerial.objects.select_related("product").filter(pk__in=firsts.values("first"))
    return {issued.lot_id: issued.uri for issued in found if issued.lot_id is not None}


def organisations_by_id(ids: Iterable[str]) -> dict[str, Organisation]:
    """Organisations by their id as events name it; a word that is no id finds none."""
    return {str(found.pk): found for found in Organisation.objects.filter(pk__in=filter(_is_id, ids))}


def _is_id(word: str) -> bool:
    try:
        uuid.UUID(word)
    except ValueError:
        return False
    return True


def in_chain(account: Any, chain: Iterable[str]) -> bool:
    """Does `account` belong to one of these organisations (uuids)? Officials and staff see every chain."""
    known = account_or_none(account)
    if known is None:
        return False
    if known.is_staff or is_official(known):
        return True
    return organisations_of(known).filter(pk__in=chain).exists()
