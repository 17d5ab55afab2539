"""The readers' door of books: those who write for the organisation, and what a book may name."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from lienvung.books.models import Book, BookRow
from lienvung.books.rules import LOCAL, Known
from lienvung.catalogue.models import Place, Product
from lienvung.diary.models import Unit
from lienvung.diary.words import ACTIVITIES, UOMS
from lienvung.people.access import account_or_none, may_record, recording_organisations
from lienvung.people.models import Organisation
from lienvung.workbooks.cells import Choice, Choices

MOST_BUYERS = 1_000
PIECES = "H87"
NO_BUYERS = (Organisation.Kind.AUTHORITY, Organisation.Kind.LABORATORY)
UNIT_WORDS = {"KGM": ("kilogam", "kilogram", "ký"), "TNE": ("t", "tonne"), "LTR": ("l", "litre"), "MTQ": ("m3",)}
PIECE_WORDS = ("con", "cây", "gói", "quả", "hộp", "pieces", "cái, con, cây, gói")


def organisations(account: Any) -> QuerySet[Organisation]:
    """Those for which `account` may send in books."""
    return recording_organisations(account).exclude(kind=Organisation.Kind.AUTHORITY).order_by("name")


def may_send(account: Any, organisation: Organisation) -> bool:
    return may_record(account, organisation) and organisation.kind != Organisation.Kind.AUTHORITY


def books(account: Any) -> QuerySet[Book]:
    """The books that an account sees, newest first; without their contents, which are large."""
    known = account_or_none(account)
    if known is None:
        return Book.objects.none()
    found = Book.objects.select_related("organisation", "sent_by", "ended_by", "undone_by").defer("content")
    return found.filter(organisation__in=organisations(known))


def book(account: Any, id: uuid.UUID) -> Book | None:
    return books(account).filter(pk=id).first()


def standing(organisation: Organisation, marks: Iterable[str]) -> set[str]:
    """Those of these rows that were taken over before and stand."""
    wanted = set(marks)
    found = BookRow.objects.filter(organisation=organisation, in_force=True).values_list("mark", flat=True)
    return {mark for mark in found if mark in wanted}


def units_of(organisation: Organisation) -> dict[str, Unit]:
    found = Unit.objects.select_related("organisation", "place").filter(organisation=organisation, closed_on=None)
    return {each.giai: each for each in found}


def products_of(organisation: Organisation) -> dict[str, Product]:
    return {each.gtin: each for each in Product.objects.select_related("owner").filter(owner=organisation)}


def places_of(organisation: Organisation) -> dict[str, Place]:
    return {each.gln: each for each in Place.objects.select_related("owner").filter(owner=organisation)}


def buyers_of(organisation: Organisation) -> dict[str, Organisation]:
    found = Organisation.objects.exclude(pk=organisation.pk).exclude(kind__in=NO_BUYERS).order_by("name")
    return {str(each.pk): each for each in found[:MOST_BUYERS]}


def known_of(organisation: Organisation) -> Known:
    """The names that a book of the organisation may use."""
    units = ((each.name, each.giai, (each.code,)) for each in units_of(organisation).values())
    products = ((each.name, each.gtin, (each.name_en,)) for each in products_of(organisation).values())
    places = ((each.name, each.gln, (each.name_en,)) for each in places_of(organisation).values())
    buyers = ((each.name, key, (each.name_en, each.gln or "")) for key, each in buyers_of(organisation).items())
    activities = ((each.name.vi, each.key, (each.name.en,)) for each in ACTIVITIES.values())
    uoms = (
        (text.vi, code, (text.en, *UNIT_WORDS.get(code, ()))) if code else ("cái", PIECES, PIECE_WORDS)
        for code, text in UOMS.items()
    )
    lists = {
        "units": _choices(units),
        "products": _choices(products),
        "places": _choices(places),
        "buyers": _choices(buyers),
        "activities": _choices(activities),
        "uoms": _choices(uoms),
    }
    return Known(now=timezone.now().astimezone(LOCAL), lists=lists)


def _choices(found: Iterable[tuple[str, str, tuple[str, ...]]]) -> Choices:
    """Names as the list of a cell shows them; two of one name show their codes too."""
    listed = sorted(found)
    names = [name for name, *_ in listed]
    return Choices(
        [
            Choice(name if names.count(name) == 1 else f"{name} · {code[-13:]}", code, (name, *also))
            for name, code, also in listed
        ]
    )
