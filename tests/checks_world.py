"""A finding in the small world of `tests/world.py`, for tests of addresses and pages."""

from __future__ import annotations

from datetime import timedelta

from lienvung.catalogue import actions as catalogue
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


def browser_examples(world: World) -> dict[str, str]:
    """A finding about a lot of its own, so that the other pages of the small world stay as they are."""
    lot = catalogue.register_lot(by=None, product=world.rice, number="NHC-0999")
    mill = world.places["mill"].uri
    when = BEGUN + timedelta(days=25)
    made = build.object_event(
        time=when, action="ADD", biz_step="commissioning", disposition="active", read_point=mill, biz_location=mill,
        quantities=[(lot.uri, 100, "KGM")],
    )  # fmt: skip
    sold = build.object_event(
        time=when + timedelta(days=1), action="OBSERVE", biz_step="retail_selling", disposition="retail_sold",
        read_point=mill, biz_location=mill, quantities=[(lot.uri, 150, "KGM")],
    )  # fmt: skip
    assert capture_events([made, sold], submitter=str(world.grower.pk)).success
    while run_checks():
        pass
    return {"check": str(Finding.objects.get(subject=lot.uri).pk), "checked_lot": lot.path}
