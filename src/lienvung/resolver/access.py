"""The readers' door of the resolver: registered links, whose identifiers are whose, who may register links."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from lienvung.catalogue.access import issued_serial, lot_of
from lienvung.catalogue.models import Place, Product
from lienvung.gs1.address import Address, path_of
from lienvung.gs1.elements import AIs
from lienvung.ledger.identifiers import thing_ids
from lienvung.people.access import account_or_none, may_record, recording_organisations
from lienvung.people.models import Organisation
from lienvung.resolver import rules
from lienvung.resolver.models import LinkRecord

MOST_SLASHES = 4  # of a value, at which it is looked for


def active_links(anchors: Sequence[str], *, now: datetime) -> dict[str, list[LinkRecord]]:
    """The links in force of a few exact anchors, in their order: one look-up by index."""
    found: dict[str, list[LinkRecord]] = {}
    rows = (
        LinkRecord.objects.filter(anchor__in=anchors)
        .filter(Q(active_from__isnull=True) | Q(active_from__lte=now), Q(active_to__isnull=True) | Q(active_to__gt=now))
        .order_by("position", "registered_at", "id")
    )
    for record in rows:
        found.setdefault(record.anchor, []).append(record)
    return found


def known(address: Address) -> bool:
    """Did the catalogue, the ledger or an owner of links ever hear of this very lot or item?"""
    if address.serial:
        registered = issued_serial(address.gtin, address.serial) is not None
    else:
        registered = bool(address.lot) and lot_of(address.gtin, address.lot) is not None
    if registered or thing_ids(address.canonical):
        return True
    return _has_links([path_of(ais) for ais in rules.sets_of(address.ais) if any("/" in value for _, value in ais)])


def _has_links(anchors: list[str]) -> bool:
    return bool(anchors) and LinkRecord.objects.filter(anchor__in=anchors).exists()


def known_before_slash(address: Address) -> bool:
    """Is the last value of a path a known one up to one of its slashes?"""
    *before, (ai, value) = address.ais
    ends = [at for at, sign in enumerate(value) if sign == "/" and at][:MOST_SLASHES]
    cut = [Address((*before, (ai, value[:end]))) for end in ends]
    anchors = [path_of(ais) for one in cut for ais in rules.sets_of(one.ais) if one.ais[-1] in ais]
    return any(known(one) for one in cut) or _has_links(anchors)


def links_of(owner: Organisation, *, anchor: str = "") -> QuerySet[LinkRecord]:
    """The links of an organisation, active or not, by anchor and order."""
    found = LinkRecord.objects.filter(owner=owner).select_related("owner")
    return found.filter(anchor=anchor) if anchor else found


def anchors_of(owner: Organisation, *, anchor: str = "", after: str = "") -> QuerySet[LinkRecord, str]:
    """The identifiers that an organisation has links of, in order."""
    found = LinkRecord.objects.filter(owner=owner, anchor__gt=after)
    found = found.filter(anchor=anchor) if anchor else found
    return found.order_by("anchor").values_list("anchor", flat=True).distinct()


def links_for(account: Any) -> QuerySet[LinkRecord]:
    """The links that `account` may change."""
    return LinkRecord.objects.filter(owner__in=recording_organisations(account)).select_related("owner")


def link(id: uuid.UUID) -> LinkRecord | None:
    return LinkRecord.objects.select_related("owner").filter(pk=id).first()


def may_edit(account: Any, owner: Organisation) -> bool:
    known = account_or_none(account)
    return known is not None and may_record(known, owner)


def may_link(owner: Organisation, ais: AIs) -> bool:
    """Is the identifier the organisation's: its registered product, place or own GLN, else of its company prefix?

    What somebody else registered is his, whatever the prefix says.
    """
    key, value = ais[0]
    if key == "01":
        holder = Product.objects.filter(gtin=value).values_list("owner", flat=True).first()
        if holder is not None:
            return bool(holder == owner.pk)
    if key in ("414", "417"):
        holders = {
            *Place.objects.filter(gln=value).values_list("owner", flat=True),
            *Organisation.objects.filter(gln=value).values_list("pk", flat=True),
        }
        if holders:
            return owner.pk in holders
    return rules.may_own(ais, owner.company_prefix)
