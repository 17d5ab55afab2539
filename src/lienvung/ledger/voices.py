"""Whose word counts. The ledger keeps what everybody says; only some of it has effects.

The operator of the installation (no submitter) and authorities are heard about
everything, the owner of a product about that product.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection

from lienvung.catalogue.access import product_of_gtin
from lienvung.catalogue.models import Product
from lienvung.people.access import organisation
from lienvung.people.models import Organisation

_GTIN = re.compile(r"^(?:https://id\.gs1\.org)?/01/(\d{14})(?:/|$)")


def is_official(submitter: str | None) -> bool:
    """Whether what `submitter` (an organisation's uuid; None: the operator) says counts about everything."""
    if submitter is None:
        return True
    try:
        found = organisation(uuid.UUID(submitter))
    except ValueError:
        return False
    return found is not None and found.kind == Organisation.Kind.AUTHORITY


def officials() -> list[str | None]:
    """Everybody who is official."""
    kind = Organisation.Kind.AUTHORITY
    return [None, *(str(pk) for pk in Organisation.objects.filter(kind=kind).values_list("pk", flat=True))]


def official_among(senders: Collection[str | None]) -> set[str | None]:
    """Those of these senders who are official, by one query."""
    return set(officials()).intersection(senders)


def gtin_of(uri: str) -> str:
    """The GTIN of a product, lot or item; '' for other things."""
    match = _GTIN.match(uri)
    return match[1] if match else ""


def owner_of(uri: str) -> str | None:
    """The uuid of the organisation whose product, lot or item this is; None where the catalogue has no such GTIN."""
    gtin = gtin_of(uri)
    product = product_of_gtin(gtin) if gtin else None
    return str(product.owner_id) if product else None


def owners_of_gtins(gtins: Collection[str]) -> dict[str, str]:
    """GTIN -> the uuid of its owner, of those that the catalogue knows."""
    listed, found = sorted(gtins), dict[str, str]()
    for start in range(0, len(listed), 400):
        products = Product.objects.filter(gtin__in=listed[start : start + 400])
        found.update((gtin, str(owner)) for gtin, owner in products.values_list("gtin", "owner_id"))
    return found
