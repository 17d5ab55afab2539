"""A finding in the small world of `tests/world.py`, for tests of addresses and pages."""

from __future__ import annotations

from datetime import timedelta

from lienvung.checks.actions import run_checks
from lienvung.checks.models import Finding
from lienvung.epcis import build
from lienvung.ledger.capture import capture_events
from tests.world import BEGUN, World


def oversold(world: World, kg: int = 650) -> Finding:
    """The rice lot of 500 kg is sold by `kg`; the checks find it."""
    store = world.places["store"].uri
    sold = build.object_event(
        time=BEGUN + timedelta(days=30), action="OBSERVE", biz_step="retail_selling", disposition="retail_sold",
        read_point=store, biz_location=store, quantities=[(world.lot.uri, kg, "KGM")],
    )  # fmt: skip
    assert capture_events([sold], submitter=str(world.shop.pk)).success
    while run_checks():
        pass
    return Finding.objects.get(subject=world.lot.uri, state="open")


def examples(world: World) -> dict[str, str]:
    """What the table of addresses asks for."""
    return {"check": str(oversold(world).pk)}
