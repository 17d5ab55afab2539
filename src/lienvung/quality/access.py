"""The readers' door of the quality room: recalls, who may decide on one, who may see its whole scope."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet

from lienvung.catalogue.models import Product
from lienvung.people.access import account_or_none, is_official, role_in
from lienvung.people.models import Account, Membership, Organisation
from lienvung.quality.models import Recall
from lienvung.quality.rules import HANOI
from lienvung.territory.access import province_of


def recalls(*, in_force: bool = False) -> QuerySet[Recall]:
    """All recalls, newest first: that goods are recalled is public."""
    found = Recall.objects.select_related("producer", "authority")
    return found.filter(state=Recall.State.IN_FORCE) if in_force else found


def recall(id: uuid.UUID) -> Recall | None:
    return recalls().filter(pk=id).first()


def in_force_on(lot_uri: str) -> Recall | None:
    return recalls(in_force=True).filter(lot_uri=lot_uri).first()


def product_of(gtin: str) -> Product | None:
    units = ("owner__unit", "owner__unit__parent", "owner__unit__parent__parent")
    return Product.objects.select_related("owner", *units).filter(gtin=gtin).first()


def province_code(producer: Organisation | None) -> str:
    province = province_of(producer.unit) if producer else None
    return province.code if province else ""


def may_decide(account: Any, producer: Organisation | None) -> bool:
    """An official of the producer's province or of Hà Nội; where the producer is not ours, any official."""
    known = account_or_none(account)
    if known is None:
        return False
    if producer is None:
        return is_official(known)
    provinces = {province_code(producer), HANOI} - {""}
    return any(is_official(known, province=code) for code in provinces)


def may_see_scope(account: Any, recalled: Recall) -> bool:
    """Officials, and the people of the producer whose goods they are."""
    known = account_or_none(account)
    return known is not None and (is_official(known) or role_in(known, recalled.producer) is not None)


def authority_of(account: Account) -> Organisation | None:
    """The authority in whose name an official decides."""
    found = (
        Membership.objects.select_related("organisation")
        .filter(account=account, organisation__kind=Organisation.Kind.AUTHORITY)
        .order_by("organisation__name")
        .first()
    )
    return found.organisation if found else None
