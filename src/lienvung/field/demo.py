"""The tasks' part of the demo story, through the actions only: one small lot from the plot to the shelf.

Everything is invented.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from lienvung.catalogue.models import Place, Product
from lienvung.field import actions
from lienvung.field.actions import Done
from lienvung.people.models import Account

NAMESPACE = uuid.UUID("5f2b8c1e-0a37-4d0e-9c55-2f6a1b7d0f1e")


@dataclass(frozen=True, slots=True)
class Played:
    """The packs that went to the shop, and all that was done."""

    packed: Done
    done: Sequence[Done]


def play(
    *,
    harvested: Product,
    packed: Product,
    field: Place,
    packhouse: Place,
    shop: Place,
    begun: datetime,
    kilograms: int = 400,
    by: Account | None = None,
) -> Played:
    """Harvest, pack, ship, receive, put on sale, sell: of the owners of the places, an act every few hours.

    `by`: who of the grower does it; None for the system. The same `begun` again does nothing.
    """
    weight = packed.net_content or Decimal(1)
    packs = int(Decimal(kilograms) * 9 / 10 / weight)
    grower = field.owner

    def who(hours: int, place: Place) -> dict[str, object]:
        task = uuid.uuid5(NAMESPACE, f"{begun.isoformat()}:{hours}")
        own = by if place.owner_id == grower.pk else None
        moment = begun + timedelta(hours=hours)
        return {"by": own, "organisation": place.owner, "task_id": task, "at": moment, "place": place}

    cut = actions.harvest(**who(0, field), product=harvested, amount=Decimal(kilograms))  # type: ignore[arg-type]
    made = [cut]
    if packhouse.pk != field.pk:
        goods = [(cut.lot, Decimal(kilograms))]
        made.append(actions.ship(**who(2, field), things=goods, to=packhouse))  # type: ignore[arg-type]
        made.append(actions.receive(**who(4, packhouse), things=goods, shipment=made[-1].events[0]))  # type: ignore[arg-type]
    inputs = [(cut.lot, weight * packs)]
    filled = actions.pack(**who(8, packhouse), inputs=inputs, product=packed, packs=packs)  # type: ignore[arg-type]
    sent = [(filled.lot, Decimal(packs // 2))]
    made += [filled, actions.ship(**who(20, packhouse), things=sent, to=shop)]  # type: ignore[arg-type]
    made.append(actions.receive(**who(24, shop), things=sent, shipment=made[-1].events[0]))  # type: ignore[arg-type]
    made.append(actions.sell(**who(26, shop), things=sent))  # type: ignore[arg-type]
    made.append(actions.sell(**who(30, shop), things=[(filled.lot, Decimal(packs // 4))], sold=True))  # type: ignore[arg-type]
    return Played(filled, made)
