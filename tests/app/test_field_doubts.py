"""Doubts of who sent and whose plot: asked before the task goes through, let go with a reason, and kept with it."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from tests.diary_world import plot_of, with_prefix
from tests.field_world import Field, make_field
from tests.world import World

from lienvung.catalogue import actions as catalogue
from lienvung.epcis import build
from lienvung.errors import Conflict, ManyInvalid
from lienvung.field import actions
from lienvung.field.actions import Done
from lienvung.field.models import Submission
from lienvung.lab import holding
from lienvung.ledger.capture import capture_events
from lienvung.ledger.events import get_event, latest
from lienvung.ledger.sent import sent_to
from lienvung.people.models import Organisation

pytestmark = pytest.mark.django_db
REASON = "Xe nhà chở thẳng, bên bán chưa ghi"


@pytest.fixture
def field(world: World) -> Field:
    return make_field(world)


def bought(field: Field, lot: str, **more: Any) -> Done:
    return actions.buy_in(**field.shop, lot=lot, amount=Decimal(10), seller=field.world.grower, **more)


def received(field: Field, lot: str, **more: Any) -> Done:
    return field.receive((lot, Decimal(10)), **more)


def codes(refused: Any) -> list[str]:
    return [fault.code for fault in refused.value.faults]


# --- goods that nobody sent ----------------------------------------------------------------------


@pytest.mark.parametrize("come_in", [bought, received])
def test_goods_that_nobody_sent_ask_for_a_reason(field: Field, come_in: Any) -> None:
    lot = field.packed().lot
    before = len(latest(1000))
    with pytest.raises(ManyInvalid) as refused:
        come_in(field, lot)
    assert (codes(refused), refused.value.path) == (["field.not_sent"], "reason")
    assert "Chưa ai ghi đã gửi Gạo nếp hạt cau" in refused.value.vi
    assert (Submission.objects.filter(organisation=field.world.shop).count(), len(latest(1000))) == (0, before)
    done = come_in(field, lot, reason=REASON)
    row = Submission.objects.get(pk=done.task_id)
    assert (row.reason, [doubt["code"] for doubt in row.doubts]) == (REASON, ["field.not_sent"])
    assert get_event(done.events[0]).biz_step == "receiving"


@pytest.mark.parametrize("come_in", [bought, received])
def test_goods_that_were_sent_here_are_not_asked_about(field: Field, come_in: Any) -> None:
    """The twin of the test above: only the shipment differs."""
    lot = field.packed().lot
    field.ship((lot, Decimal(50)))
    assert Submission.objects.get(pk=come_in(field, lot).task_id).doubts == []


def test_a_shipment_to_somebody_else_or_declared_wrong_does_not_count(field: Field) -> None:
    lot, shop = field.packed().lot, field.world.shop
    field.ship((lot, Decimal(20)), to=field.yard)
    assert sent_to(shop, [lot]) == set()
    here = field.ship((lot, Decimal(20)))
    assert sent_to(shop, [lot]) == {lot}
    assert sent_to(field.world.stranger, [lot]) == {lot}
    assert sent_to(field.world.grower, [lot]) == set()
    told = get_event(here.events[0]).as_dict()
    told.pop("@context", None)
    wrong = told | {"errorDeclaration": {"declarationTime": told["eventTime"], "reason": "did_not_occur"}}
    assert capture_events([wrong], submitter=str(field.world.grower.pk)).success
    assert sent_to(shop, [lot]) == set()


def test_packs_that_came_in_a_pallet_sent_here_were_sent(field: Field) -> None:
    Organisation.objects.filter(pk=field.world.grower.pk).update(company_prefix="893000")
    field.world.grower.refresh_from_db()
    packed = field.pack(field.mill_rice(field.harvest(at=field.begun).lot).lot, case_size=140)
    pallet = actions.pack(**field.mill, inputs=[(box, None) for box in packed.boxes])
    assert sent_to(field.world.shop, [*pallet.boxes, *packed.boxes, packed.lot]) == set()
    field.ship((pallet.boxes[0], None))
    sent = {*pallet.boxes, *packed.boxes, packed.lot}
    assert sent_to(field.world.shop, sent) == sent, "also what is in it"
    assert sent_to(field.world.stranger, sent) == set()
    assert Submission.objects.get(pk=field.receive((packed.boxes[0], None)).task_id).doubts == []


def test_items_of_a_lot_that_was_sent_were_sent(field: Field) -> None:
    """The world's packs are told to be of its lot by the ledger; their own codes do not say so."""
    world = field.world
    mill, store = world.places["mill"].uri, world.places["store"].uri
    shipped = build.object_event(
        time=field.begun, action="OBSERVE", biz_step="shipping", disposition="in_transit", read_point=mill,
        quantities=[(world.lot.uri, 8, "KGM")], destinations=[("location", store)],
    )  # fmt: skip
    assert sent_to(world.shop, world.packs) == set()
    assert capture_events([shipped], submitter=str(world.grower.pk)).success
    assert sent_to(world.shop, world.packs) == set(world.packs)


def test_more_than_was_announced_is_asked_about(field: Field) -> None:
    lot, other = field.packed().lot, field.harvest(plot=None).lot
    shipped = field.ship((lot, Decimal(50)))
    things = [(lot, Decimal(50)), (other, Decimal(5))]
    with pytest.raises(ManyInvalid) as refused:
        field.receive(*things, shipment=shipped.events[0])
    assert codes(refused) == ["field.not_sent"]
    assert "Thóc nếp hạt cau" in refused.value.vi
    assert "Gạo" not in refused.value.vi
    assert field.receive(*things, shipment=shipped.events[0], reason=REASON).events


def test_held_goods_stay_held_whatever_the_reason(field: Field) -> None:
    lot = field.packed().lot
    bought(field, lot, reason=REASON)
    holding.hold_lot(by=None, lot=lot, reason="Kết quả kiểm nghiệm không đạt")
    with pytest.raises(Conflict, match=r"ledger.held"):
        actions.sell(**field.shop, things=[(lot, Decimal(1))], reason=REASON)


def test_a_phone_is_asked_and_sends_the_same_task_with_its_reason(field: Field) -> None:
    lot, shop = field.packed().lot, field.world.places["store"]
    actions.choose_desk(by=field.seller, organisation=field.world.shop, place=shop)
    client = Client(headers={"Accept": "application/json"})
    client.force_login(field.seller)
    told = {"task_id": str(uuid.uuid4()), "organisation": str(field.world.shop.pk), "place": shop.gln, "code_0": lot,
            "amount_0": "10"}  # fmt: skip
    refused = client.post("/field/do/receive", told)
    assert refused.status_code == 422
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [("reason", "field.not_sent")]
    assert client.post("/field/do/receive", told | {"reason": REASON}).status_code == 201
    assert client.post("/field/do/receive", told | {"reason": REASON}).status_code == 200
    page = client.get(f"/field/done/{told['task_id']}", headers={"Accept": "text/html"}).content.decode()
    assert REASON in page
    assert "Chưa ai ghi đã gửi" in page


# --- plots of others -----------------------------------------------------------------------------


@pytest.fixture
def harvester(field: Field) -> dict[str, Any]:
    """The stranger harvests too, a product of its own."""
    stranger = field.world.stranger
    actions.choose_tasks(by=None, organisation=stranger, tasks=["harvest"])
    product = catalogue.register_product(by=None, owner=stranger, gtin="08930000000507", name="Thóc nhà lạ")
    return {**field.stranger, "product": product, "amount": Decimal(300)}


def asked(harvester: dict[str, Any], plot: str) -> bool:
    """Whether a harvest from a plot asks for a reason; with one it is done, and the reason kept."""
    told = {**harvester, "task_id": uuid.uuid4(), "plot": plot}
    try:
        actions.harvest(**told)
    except ManyInvalid as fault:
        found = [each.code for each in fault.faults]
    else:
        return False
    row = Submission.objects.get(pk=actions.harvest(**told, reason=REASON).task_id)
    assert (row.reason, [doubt["code"] for doubt in row.doubts]) == (REASON, found)
    return found == ["field.plot_of_others"]


def test_the_diary_knows_whose_plot_it_is(field: Field, harvester: dict[str, Any]) -> None:
    unit = plot_of(with_prefix(field.world))
    Organisation.objects.filter(pk=field.world.grower.pk).update(company_prefix="")
    assert actions.harvest(**field.plot, product=field.world.paddy, amount=Decimal(9), plot=unit.uri).events
    assert asked(harvester, unit.uri)


def test_the_plot_itself_and_an_old_season_are_whose_the_unit_is(field: Field, harvester: dict[str, Any]) -> None:
    unit = plot_of(with_prefix(field.world))
    Organisation.objects.filter(pk=field.world.grower.pk).update(company_prefix="")
    assert asked(harvester, f"{unit.base_uri}-M25")


def test_a_plot_in_no_diary_is_whose_its_number_or_its_place_is(field: Field, harvester: dict[str, Any]) -> None:
    plot = "https://id.gs1.org/8004/8930077RUONG"
    assert not asked(harvester, plot)  # cut at its own yard; the ledger has it there from now on
    with_prefix(field.world)
    assert asked(harvester, "https://id.gs1.org/8004/8930000001RUONG9")
    sown = build.object_event(
        time=field.begun, action="OBSERVE", biz_step="other", epcs=["https://id.gs1.org/8004/8930077RUONG2"],
        read_point=field.world.places["field"].uri, biz_location=field.world.places["field"].uri,
    )  # fmt: skip
    assert capture_events([sown], submitter=str(field.world.grower.pk)).success
    assert asked(harvester, "https://id.gs1.org/8004/8930077RUONG2")
