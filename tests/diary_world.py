"""A diary in the small world of `tests/world.py`: a plot of the co-operative, sprayed with two weeks of waiting."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from lienvung.diary import actions
from lienvung.diary.models import Entry, Unit
from lienvung.people.models import Organisation
from tests.world import LOCAL, World

PREFIX = "8930000001"
SPRAYED = datetime(2026, 5, 24, 6, 0, tzinfo=LOCAL)


def with_prefix(world: World) -> World:
    Organisation.objects.filter(pk=world.grower.pk).update(company_prefix=PREFIX)
    world.grower.refresh_from_db()
    return world


def plot_of(world: World, **values: Any) -> Unit:
    told: dict[str, Any] = {
        "kind": "plot", "name": "Ruộng nhà bà Lúa", "place": world.places["field"], "species": "Nếp hạt cau",
        "area_m2": Decimal(3600), "season": "X26", **values,
    }  # fmt: skip
    return actions.register_unit(by=None, organisation=world.grower, **told)


def noted(world: World, unit: Unit, activity: str = "spraying", **values: Any) -> Entry:
    """An entry; spraying has a waiting period of two weeks."""
    told: dict[str, Any] = {"at": SPRAYED, "task_id": uuid.uuid4(), **values}
    if activity == "spraying":
        told = {"material": "tricyclazole 75WP", "waiting_days": 14, "amount": Decimal(60), "uom": "GRM", **told}
    return actions.record_entry(by=None, organisation=world.grower, unit=unit, activity=activity, **told).entry


def browser_examples(world: World) -> dict[str, str]:
    """A plot that waits still, a pond, and a line of each."""
    now = datetime.now(LOCAL)
    unit = plot_of(with_prefix(world), name="Ruộng Đồng Chùa")
    pond = plot_of(world, kind="pond", name="Ao Đầm", species="cá rô", season="")
    entry = noted(world, unit, at=now - timedelta(days=1), note="Phun lúc chiều mát")
    noted(world, pond, "water_check", at=now - timedelta(hours=2), measures={"ph": Decimal("7.4")})
    return {"unit": str(unit.pk), "pond": str(pond.pk), "entry": str(entry.pk)}


def examples(world: World) -> dict[str, str]:
    """What the table of addresses asks for."""
    unit = plot_of(with_prefix(world))
    entry = noted(world, unit, at=SPRAYED + timedelta(days=1))
    return {"unit": str(unit.pk), "entry": str(entry.pk)}
