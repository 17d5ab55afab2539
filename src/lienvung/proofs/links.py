"""What the room of certificates offers to the resolver: the pages of those that hold for what is asked, today."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone

from lienvung.catalogue.access import lot_of, place_of_gln
from lienvung.gs1.address import Address
from lienvung.ledger.trace import journey
from lienvung.people.models import Organisation
from lienvung.proofs import access, goods, words
from lienvung.proofs.models import Certificate
from lienvung.registry import Goods, Identifier, LinkProvider, OfferedLink
from lienvung.texts import Text

MOST_STEPS = 60  # of a journey; with so many, some may have been left out


def certificates(identifier: Identifier) -> Sequence[OfferedLink]:
    """Of goods, a place or an organisation: what holds today, nothing else."""
    address = Address(identifier.ais)
    today = timezone.localdate()
    if address.gtin:
        found = [proof for proof in goods.proofs(goods_of(address)) if proof.valid]
        return [_link(proof.href, goods.title(proof)) for proof in found]
    if address.level not in ("place", "party"):
        return []
    gln = address.ais[0][1]
    place = place_of_gln(gln) if address.level == "place" else None
    if place is not None:
        near = access.concerning(gtins=(), glns=[gln], owners=[str(place.owner_id)])
        return [_page(one) for one in near if access.holds(one, place=place, on=today)]
    party = Organisation.objects.filter(gln=gln).first()
    own = access.certificates().filter(holder=party, checked=access.CONFIRMED) if party else ()
    return [_page(one) for one in own if access.in_force(one, on=today)]


def goods_of(address: Address) -> Goods:
    """Goods as the resolver and the pages of this room ask about them: by what ledger and catalogue tell."""
    steps = journey(address.canonical) if address.level != "product" else []
    lot = lot_of(address.gtin, address.lot) if address.lot else None
    return Goods(
        gtin=address.gtin,
        level=address.level,
        today=timezone.localdate(),
        made_on=lot.produced_on if lot else None,
        steps=steps,
        whole=len(steps) < MOST_STEPS,
    )


def _page(one: Certificate) -> OfferedLink:
    name = words.kind_name(one.kind, one.stars)
    return _link(
        reverse("proofs:certificate", args=[one.pk]), Text(f"{name.vi} {one.number}", f"{name.en} {one.number}")
    )


def _link(href: str, title: Text) -> OfferedLink:
    return OfferedLink("certificationInfo", href, title, ("vi", "en"), "text/html")


PROVIDER = LinkProvider("proofs.certificates", frozenset({"certificationInfo"}), certificates, order=25)
