"""The figure "lots traced end to end": what counts, for which days and goods, where its evidence lies, its limit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.world import BEGUN, World

from lienvung import registry
from lienvung.catalogue.actions import register_lot
from lienvung.epcis import build
from lienvung.ledger.capture import capture_events
from lienvung.scan import traced

pytestmark = pytest.mark.django_db
DAYS = registry.IndicatorDays(BEGUN.date(), BEGUN.date() + timedelta(days=40))


def tell(world: World, lot: str, steps: tuple[str, ...]) -> None:
    """The lot is entered, processed, packed, shipped and sold, as far as `steps` go."""
    told = []
    for hour, step in enumerate(steps):
        at = world.places[{"commissioning": "field", "retail_selling": "store"}.get(step, "mill")].uri
        told.append(
            build.object_event(
                time=BEGUN + timedelta(days=6, hours=hour), action="OBSERVE", biz_step=step, read_point=at,
                biz_location=at, quantities=[(lot, 100, "KGM")],
            )
        )  # fmt: skip
    assert capture_events(told, submitter=str(world.grower.pk)).success


def test_a_lot_counts_when_no_stage_is_silent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told = registry.indicators["lots_traced"]
    before = told.figure(DAYS)
    made = BEGUN.date() + timedelta(days=5)
    whole, part = (
        register_lot(by=None, product=world.rice, number=number, produced_on=made) for number in ("TRON", "DO-DANG")
    )
    every = ("commissioning", "disassembling", "packing", "shipping", "retail_selling")
    tell(world, part.uri, every[:-1])
    assert told.figure(DAYS) == before
    tell(world, whole.uri, every)
    assert told.figure(DAYS) == before + Decimal(1)
    [row] = [row for row in told.rows(DAYS, 100) if "TRON" in row.title.vi]
    assert row.href.endswith(whole.path)
    assert row.detail == f"{made:%d/%m/%Y} · 5/5"
    assert told.figure(registry.IndicatorDays(DAYS.starts_on, DAYS.ends_on, "meat")) == 0
    assert told.figure(registry.IndicatorDays(DAYS.ends_on, DAYS.ends_on)) == 0
    monkeypatch.setattr(traced, "MOST_LOTS", 1)
    assert told.figure(DAYS) is None, "no figure rather than a part of it"
