"""What tests of tasks add to `tests/world.py`: products without events, a seller, and short ways to do a task."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lienvung.catalogue import actions as catalogue
from lienvung.catalogue.models import Place, Product
from lienvung.field import actions
from lienvung.field.actions import Done, Part
from lienvung.people import actions as people
from lienvung.people.models import Account, Organisation
from tests.world import PASSWORD, World, number

BULK_GTIN = number("0893000000007")
PLOT = "https://id.gs1.org/8004/8930000000RUONG3"


@dataclass(slots=True)
class Field:
    """The grower's and the shop's people at their places, one hour after the other."""

    world: World
    seller: Account
    bulk: Product
    yard: Place  # a place of the stranger
    begun: datetime
    hour: int = 0

    @property
    def mill(self) -> dict[str, Any]:
        return self._at(self.world.accounts["member"], self.world.grower, self.world.places["mill"])

    @property
    def plot(self) -> dict[str, Any]:
        return self._at(self.world.accounts["member"], self.world.grower, self.world.places["field"])

    @property
    def shop(self) -> dict[str, Any]:
        return self._at(self.seller, self.world.shop, self.world.places["store"])

    @property
    def stranger(self) -> dict[str, Any]:
        return self._at(self.world.accounts["other"], self.world.stranger, self.yard)

    def _at(self, by: Account, organisation: Organisation, place: Place) -> dict[str, Any]:
        self.hour += 1
        at = self.begun + timedelta(hours=self.hour)
        return {"by": by, "organisation": organisation, "place": place, "task_id": uuid.uuid4(), "at": at}

    def harvest(self, **more: Any) -> Done:
        told = {"product": self.world.paddy, "amount": Decimal(1000), "plot": PLOT, **more}
        return actions.harvest(**{**self.plot, **told})

    def mill_rice(self, paddy: str, **more: Any) -> Done:
        told = {"inputs": [(paddy, Decimal(1000))], "product": self.bulk, "amount": Decimal(650), **more}
        return actions.process(**{**self.mill, **told})

    def pack(self, bulk: str, **more: Any) -> Done:
        told = {"inputs": [Part(bulk, Decimal(600))], "product": self.world.rice, "packs": 300, **more}
        return actions.pack(**{**self.mill, **told})

    def ship(self, *things: tuple[str, Decimal | None], **more: Any) -> Done:
        return actions.ship(**{**self.mill, "things": list(things), "to": self.world.places["store"], **more})

    def receive(self, *things: tuple[str, Decimal | None], **more: Any) -> Done:
        return actions.receive(**{**self.shop, "things": list(things), **more})

    def packed(self) -> Done:
        """From the plot to packs at the mill: 300 packs."""
        paddy = self.harvest(at=self.begun)
        return self.pack(self.mill_rice(paddy.lot).lot)


def make_field(world: World) -> Field:
    seller = people.create_account(by=None, email="seller@mau.example", full_name="Vũ Thị Quầy", password=PASSWORD)
    people.add_member(by=None, account=seller, organisation=world.shop)
    bulk = catalogue.register_product(
        by=None, owner=world.grower, gtin=BULK_GTIN, name="Gạo nếp rời", name_en="Loose rice", kind="bulk rice"
    )
    yard = catalogue.register_place(
        by=None, owner=world.stranger, gln=number("893000000009"), name="Kho lạ", kind="warehouse"
    )
    return Field(world, seller, bulk, yard, timezone.now() - timedelta(days=10))


def at_shop(field: Field) -> str:
    """Packs that the shop has received: the lot's URI."""
    made = field.packed()
    field.ship((made.lot, Decimal(200)))
    field.receive((made.lot, Decimal(200)))
    return made.lot


TASKS: dict[str, Callable[[Field, str], Done]] = {
    "process": lambda field, lot: actions.process(
        **field.mill, inputs=[(lot, Decimal(10))], product=field.bulk, amount=Decimal(5)
    ),
    "pack": lambda field, lot: actions.pack(**field.mill, inputs=[(lot, Decimal(10))], product=field.bulk, packs=2),
    "ship": lambda field, lot: field.ship((lot, Decimal(10))),
    "sell": lambda field, lot: actions.sell(**field.mill, things=[(lot, Decimal(10))], sold=True),
    "write_off": lambda field, lot: actions.write_off(**field.mill, things=[(lot, Decimal(10))], why="damaged"),
}
"""The tasks that use goods, each on ten packs at the mill."""


def url_examples(world: World) -> str:
    """A task done at the mill, where the member works: its number."""
    mill, member = world.places["mill"], world.accounts["member"]
    actions.choose_desk(by=member, organisation=world.grower, place=mill)
    done = actions.harvest(
        by=member,
        organisation=world.grower,
        task_id=uuid.uuid4(),
        at=timezone.now(),
        place=mill,
        product=world.paddy,
        amount=Decimal(700),
    )
    return str(done.task_id)


def browser_examples(world: World) -> dict[str, str]:
    """For the browser tests: packs at the mill, some of them on their way to the shop, where a seller works."""
    field = make_field(world)
    actions.choose_desk(by=world.accounts["member"], organisation=world.grower, place=world.places["mill"])
    packed = field.packed()
    shipped = field.ship((packed.lot, Decimal(40)))
    return {
        "seller": field.seller.email,
        "task_done": str(packed.task_id),
        "shipment": shipped.events[0],
        "packed": packed.lot,
        "store_gln": world.places["store"].gln,
    }
