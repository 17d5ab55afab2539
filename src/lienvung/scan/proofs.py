"""The certificates of the page: what the rooms know of them, then what events tell and no room could match.

Nothing shows as valid because an event says so; the state stands in words beside each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from lienvung import registry
from lienvung.gs1.address import Address
from lienvung.ledger.trace import Step
from lienvung.registry import Goods, Proof, ToldProof
from lienvung.scan.details import Facts
from lienvung.scan.page import Certificate
from lienvung.texts import Text

MOST_STEPS = 60  # of a journey; with so many, some may have been left out
TOLD = Text("ghi trong sự kiện, chưa đối chiếu", "as told in events, not compared")
TOLD_ENDED = Text("ghi trong sự kiện, đã hết hạn", "as told in events, expired")


def certificates(
    address: Address, steps: Sequence[Step], facts: Facts, *, made_on: date | None
) -> Sequence[Certificate]:
    """Of goods; a place or party has none here."""
    if not address.gtin:
        return []
    goods = Goods(
        gtin=address.gtin,
        level=address.level,
        today=timezone.localdate(),
        made_on=made_on,
        steps=steps,
        whole=len(steps) < MOST_STEPS,
        told=tuple(facts.told),
    )
    known = [proof for provider in registry.proofs for proof in provider.proofs(goods)]
    answered = {proof.told for proof in known}
    rest = [told for number, told in enumerate(goods.told) if number not in answered]
    return [*map(_known, known), *(_told(told, goods.today) for told in rest)]


def _known(proof: Proof) -> Certificate:
    return Certificate(
        name=proof.name,
        words=proof.words,
        issuer=proof.issuer,
        number=proof.number,
        until=proof.until,
        link=proof.href,
        valid=proof.valid,
    )


def _told(told: ToldProof, today: date) -> Certificate:
    ended = told.until is not None and told.until < today
    return Certificate(
        name=Text(told.name, told.name),
        words=TOLD_ENDED if ended else TOLD,
        issuer=told.issuer,
        number=told.number,
        until=told.until,
        link=told.link,
        told=True,
    )
