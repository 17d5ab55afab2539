"""A lot of which only some goods have serials: a recall counts these and the rest, and loses nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from tests.app.test_quality_recall import REASON, TEXT
from tests.world import BEGUN, World

from lienvung.catalogue import actions as catalogue
from lienvung.catalogue.models import Product
from lienvung.drills.actions import start_drill
from lienvung.epcis import build
from lienvung.ledger.capture import capture_events
from lienvung.ledger.status import persistent_dispositions
from lienvung.ledger.trace import recall_scope
from lienvung.quality import actions
from lienvung.quality.figures import figures_of
from lienvung.quality.scopes import held, reach_of, rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[Decimal(1), None], ids=["1 kg a pack", "content unknown"])
def content(request: Any, world: World) -> Decimal | None:
    unit = "KGM" if request.param else ""
    Product.objects.filter(pk=world.rice.pk).update(net_content=request.param, unit_of_measure=unit)
    return request.param


def told(world: World, *, way: str = "named", number: str = "MOT-PHAN") -> tuple[str, list[str]]:
    """500 kg at the mill, 8 packs of it get serials there and go to the store."""
    lot = catalogue.register_lot(by=None, product=world.rice, number=number).uri
    mill, store = world.places["mill"].uri, world.places["store"].uri
    packs = [f"{lot}/21/K{serial}" for serial in range(8)]
    made = build.object_event(
        time=BEGUN + timedelta(days=30), action="ADD", biz_step="commissioning", read_point=mill, biz_location=mill,
        quantities=[(lot, 500, "KGM")],
    )  # fmt: skip
    here = {"time": BEGUN + timedelta(days=31), "biz_step": "commissioning", "read_point": mill, "biz_location": mill}
    labelled = (
        build.object_event(action="ADD", epcs=packs, **here)
        if way == "named"
        else build.transformation_event(input_quantities=[(lot, 8, "KGM")], outputs=packs, **here)
    )
    stocked = build.object_event(
        time=BEGUN + timedelta(days=32), action="OBSERVE", biz_step="stocking", disposition="sellable_accessible",
        read_point=store, biz_location=store, epcs=packs,
    )  # fmt: skip
    assert capture_events([made, labelled, stocked], submitter=str(world.grower.pk)).success
    return lot, packs


def test_serials_take_their_content_out_of_the_lot(world: World, content: Decimal | None) -> None:
    lot, _ = told(world)
    scope = recall_scope(lot)
    [rest] = [item for item in scope.items() if item.kind == "lot"]
    assert (rest.quantity, rest.unit, rest.place) == (492 if content else 500, "KGM", world.places["mill"].uri)
    assert (rest.itemised, rest.at_most) == (False, content is None)
    assert (scope.count, scope.uncertain) == (8, content is None)
    whole = figures_of(reach_of(lot).summary["rows"]).whole
    assert (whole.packs, whole.amounts) == (8, {"KGM": Decimal(500)})
    assert whole.at_most == (content is None)


def test_packs_made_of_an_amount_leave_the_rest(world: World, content: Decimal | None) -> None:
    lot, _ = told(world, way="made")
    parts = [item for item in recall_scope(lot).items() if item.kind == "lot"]
    assert sorted((item.state, item.quantity) for item in parts) == [("at_producer", 492.0), ("consumed", 8.0)]
    assert not any(item.at_most for item in parts)


def test_the_rest_is_in_the_notices_and_marked(world: World, content: Decimal | None) -> None:
    lot, packs = told(world)
    recall = actions.declare_recall(by=None, lot_uri=lot, reason=REASON, public_text=TEXT)
    lines = {
        (notice.holder.pk, line.uom): line.present for notice in recall.notices.all() for line in notice.lines.all()
    }
    mill, shop = world.places["mill"].owner_id, world.shop.pk
    assert lines == (
        {(mill, "KGM"): Decimal(492), (shop, "KGM"): Decimal(8)}
        if content
        else {(mill, "KGM"): Decimal(500), (shop, ""): Decimal(8)}
    )
    client, page = Client(), recall.notices.get(holder=mill)
    client.force_login(world.accounts["member"])
    words = client.get(f"/quality/notices/{page.pk}").content.decode()
    amount = "492 kg" if content else "nhiều nhất 500 kg"
    assert f"<dd>{amount}" in words
    drill = start_drill(by=None, lot_uri=lot).notices.get(holder=mill)
    assert f"<dd>{amount}" in client.get(f"/drills/notices/{drill.pk}").content.decode()
    assert "recalled" in persistent_dispositions(lot) & persistent_dispositions(packs[0])
    again = recall_scope(lot)  # the recall's own marks on the lot say nothing of an amount
    assert again.quantities == {"at_producer": {"KGM": 492.0 if content else 500.0}}


def test_packs_and_rest_at_one_place_are_both_there(world: World, content: Decimal | None) -> None:
    """Neither hides the other in a row, a notice line or the holder's list."""
    lot, _ = told(world)
    store = world.places["store"].uri
    came = build.object_event(
        time=BEGUN + timedelta(days=33), action="OBSERVE", biz_step="stocking", disposition="sellable_accessible",
        read_point=store, biz_location=store, quantities=[(lot, 100, "KGM")],
    )  # fmt: skip
    assert capture_events([came], submitter=str(world.grower.pk)).success
    rows = [row for row in rows_of(reach_of(lot).summary) if row["place"] == store]
    assert [(row["things"], row["quantity"]) for row in rows] == [(8, 8.0 if content else ""), (0, 100.0)]
    assert {float(amount) for amount, _, _ in held(rows)} == {8.0, 100.0}
    recall = actions.declare_recall(by=None, lot_uri=lot, reason=REASON, public_text=TEXT)
    lines = recall.notices.get(holder=world.shop).lines
    assert {line.uom: line.present for line in lines.all()} == (
        {"KGM": Decimal(108)} if content else {"": Decimal(8), "KGM": Decimal(100)}
    )


def test_a_lot_that_is_all_in_serials_has_no_rest(world: World) -> None:
    lot = catalogue.register_lot(by=None, product=world.rice, number="TOAN-BO").uri
    mill = world.places["mill"].uri
    packs = [f"{lot}/21/T{serial}" for serial in range(3)]
    made = build.object_event(
        time=BEGUN + timedelta(days=30), action="ADD", biz_step="commissioning", read_point=mill, biz_location=mill,
        quantities=[(lot, 3, None)], epcs=packs,
    )  # fmt: skip
    assert capture_events([made], submitter=str(world.grower.pk)).success
    scope = recall_scope(lot)
    assert (scope.count, scope.quantities, scope.uncertain) == (3, {}, False)
    assert figures_of(reach_of(lot).summary["rows"]).whole.packs == 3
    actions.declare_recall(by=None, lot_uri=lot, reason=REASON, public_text=TEXT)
    assert (recall_scope(lot).quantities, recall_scope(lot).uncertain) == ({}, False)
