"""What a recall reaches later, and what it reaches on the word of others, is added by an official only."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from tests.app.test_quality_recall import REASON, TEXT, grown_in_ninh_binh, official  # noqa: F401
from tests.world import BEGUN, World

from lienvung.catalogue import actions as catalogue
from lienvung.epcis import build
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.ledger.capture import capture_events
from lienvung.ledger.status import persistent_dispositions
from lienvung.quality import actions, growth, notices
from lienvung.quality.figures import figures_of
from lienvung.quality.models import NoticeLine, Recall
from lienvung.quality.notice_rules import Told
from lienvung.quality.scopes import reach_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def recall(world: World) -> Recall:
    return actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)


def repacked(world: World, number: str, sender: object) -> str:
    """Somebody says that a further lot of the grower's product was made of the recalled one."""
    lot = catalogue.register_lot(by=None, product=world.rice, number=number)
    mill, store = world.places["mill"].uri, world.places["store"].uri
    made = build.transformation_event(
        time=BEGUN + timedelta(days=30), biz_step="commissioning", disposition="active", read_point=mill,
        biz_location=mill, input_quantities=[(world.lot.uri, 40, "KGM")], output_quantities=[(lot.uri, 40, "KGM")],
    )  # fmt: skip
    stocked = build.object_event(
        time=BEGUN + timedelta(days=31), action="OBSERVE", biz_step="stocking", disposition="sellable_accessible",
        read_point=store, biz_location=store, quantities=[(lot.uri, 40, "KGM")],
    )  # fmt: skip
    assert capture_events([made, stocked], submitter=str(sender)).success
    return lot.uri


def test_what_the_owner_made_since_is_added(world: World, recall: Recall) -> None:
    with pytest.raises(Conflict):
        growth.extend_recall(by=None, recall=recall)
    lot = repacked(world, "NHC-0601", world.grower.pk)
    assert "recalled" not in persistent_dispositions(lot)
    assert growth.grown(recall).lots == [lot]
    before = recall.events
    grown = growth.extend_recall(by=official(world, "37"), recall=recall)
    assert "recalled" in persistent_dispositions(lot)
    assert grown.events > before
    assert [each["lots"] for each in grown.growth] == [1]
    lines = grown.notices.get(holder=world.shop).lines
    assert lines.get(lot="NHC-0601").present == Decimal(40)
    closed = actions.close_recall(by=None, recall=grown, note="Đã xử lý xong toàn bộ lô hàng.")
    assert "recalled" not in persistent_dispositions(lot)
    with pytest.raises(Conflict):
        growth.extend_recall(by=None, recall=closed)


def test_a_claim_is_added_only_with_the_officers_tick(world: World, recall: Recall) -> None:
    lot = repacked(world, "NHC-0602", world.stranger.pk)
    assert growth.grown(recall).total == 0
    [claim] = growth.claims_of(world.lot.uri)
    assert claim.senders == (world.stranger.name,)
    assert claim.made == (lot,)
    client = Client()
    client.force_login(official(world, "37"))
    address = f"/quality/recalls/{recall.pk}/extend"
    page = client.get(address).content.decode()
    assert lot in page
    assert world.stranger.name in page
    assert client.post(address, {}).status_code == 409
    assert client.post(address, {"claim": "urn:uuid:00000000-0000-4000-8000-000000000000"}).status_code in (400, 422)
    assert "recalled" not in persistent_dispositions(lot)
    assert client.post(address, {"claim": claim.event.event_id}).status_code == 302
    assert "recalled" in persistent_dispositions(lot)
    assert Recall.objects.get().growth[0]["claimed"] == [claim.event.event_id]
    assert 'name="claim"' not in client.get(address).content.decode()


def test_nobody_else_adds(world: World, recall: Recall) -> None:
    repacked(world, "NHC-0603", world.grower.pk)
    for account in (world.accounts["manager"], official(world, "79")):
        with pytest.raises(NotAllowed):
            growth.extend_recall(by=account, recall=recall)
    with pytest.raises(Invalid):
        growth.extend_recall(by=None, recall=recall, believe=["urn:uuid:x"])


def test_a_partly_sold_lot_is_told_in_parts(world: World) -> None:
    """300 kg to the shop, 120 sold, 30 thrown away: 150 can still be stopped; grams and tonnes count as kg."""
    lot, store = catalogue.register_lot(by=None, product=world.paddy, number="LE-1"), world.places["store"].uri
    told = [("commissioning", "sellable_accessible", "ADD", 300, 20),
            ("retail_selling", "retail_sold", "OBSERVE", 120, 21),
            ("destroying", "destroyed", "DELETE", 30, 22)]  # fmt: skip
    events = [
        build.object_event(
            time=BEGUN + timedelta(days=day), action=action, biz_step=step, disposition=disposition, read_point=store,
            biz_location=store, quantities=[(lot.uri, amount, "KGM")],
        )
        for step, disposition, action, amount, day in told
    ]  # fmt: skip
    assert capture_events(events, submitter=str(world.shop.pk)).success
    figures = figures_of(reach_of(lot.uri).summary["rows"])
    amounts = {each.key: each.amounts.get("KGM") for each in figures.lines}
    assert amounts == {"on_shelf": 150, "sold": 120, "gone": 30}
    assert (figures.stoppable.amounts["KGM"], figures.whole.amounts["KGM"]) == (150, 270)


def test_figures_count_packs_and_their_mass() -> None:
    row = {"gtin": "1", "things": 0, "quantity": "", "uom": "", "state": "on_shelf"}
    rows = [
        {**row, "things": 3, "quantity": 6, "uom": "KGM"},
        {**row, "quantity": 10, "uom": "EA", "content": 500, "content_uom": "GRM", "state": "sold"},
        {**row, "quantity": 2, "uom": "TNE", "state": "in_store"},
        {**row, "gtin": "", "things": 4, "state": "in_transit"},
        {**row, "state": "nonsense"},
    ]
    found = {each.key: each for each in figures_of(rows).lines}
    assert (found["on_shelf"].packs, found["on_shelf"].amounts) == (3, {"KGM": 6})
    assert (found["sold"].packs, found["sold"].amounts) == (10, {"KGM": 5})
    assert found["in_store"].amounts == {"KGM": 2000}
    assert found["in_transit"].containers == 4
    assert found["unknown"].unknown == 1


def test_more_of_a_lot_that_a_notice_lists_raises_its_amount(world: World, recall: Recall) -> None:
    lot = repacked(world, "NHC-0604", world.grower.pk)
    growth.extend_recall(by=None, recall=recall)
    notice = recall.notices.get(holder=world.shop)
    notices.report(by=None, notice=notice, told={line.pk: answer(line) for line in notice.lines.all()})
    with pytest.raises(Conflict):
        growth.extend_recall(by=None, recall=recall)
    assert not notices.behind(recall, reach_of(recall.lot_uri).summary["rows"])
    mill, store = world.places["mill"].uri, world.places["store"].uri
    more = build.transformation_event(
        time=BEGUN + timedelta(days=32), biz_step="commissioning", disposition="active", read_point=mill,
        biz_location=mill, input_quantities=[(world.lot.uri, 25, "KGM")], output_quantities=[(lot, 25, "KGM")],
    )  # fmt: skip
    came = build.object_event(
        time=BEGUN + timedelta(days=33), action="OBSERVE", biz_step="stocking", disposition="sellable_accessible",
        read_point=store, biz_location=store, quantities=[(lot, 65, "KGM")],
    )  # fmt: skip
    assert capture_events([more, came], submitter=str(world.grower.pk)).success
    assert notices.behind(recall, reach_of(recall.lot_uri).summary["rows"])
    client = Client()
    client.force_login(official(world, "37"))
    address = f"/quality/recalls/{recall.pk}/extend"
    assert "<button" in client.get(address).content.decode().partition("<h1>")[2]
    assert client.post(address, {}).status_code == 302
    notice = recall.notices.get(holder=world.shop)
    assert notice.lines.get(lot="NHC-0604").present == Decimal(65)
    assert notice.answered_at is None


def answer(line: NoticeLine) -> Told:
    return Told(line.present or Decimal(0), Decimal(0), Decimal(0), Decimal(0), "Đã kiểm đếm tại kho.")


def test_claims_are_shown_before_the_decision_and_ticked_there(world: World) -> None:
    lot = repacked(world, "NHC-0605", world.stranger.pk)
    [claim] = growth.claims_of(world.lot.uri)
    client = Client()
    client.force_login(official(world, "37"))
    told = {"lot": world.lot.uri, "reason": REASON, "public_vi": TEXT.vi, "public_en": TEXT.en}
    page = client.post(reverse("quality:declare"), told).content.decode()
    assert claim.event.event_id in page
    assert world.stranger.name in page
    wrong = {**told, "confirm": "1", "claim": "urn:uuid:00000000-0000-4000-8000-000000000000"}
    assert client.post(reverse("quality:declare"), wrong).status_code == 422
    assert not Recall.objects.exists()
    assert (
        client.post(reverse("quality:declare"), {**told, "confirm": "1", "claim": claim.event.event_id}).status_code
        == 302
    )
    made = Recall.objects.get()
    assert "recalled" in persistent_dispositions(lot)
    assert growth.believed(made) == [claim.event.event_id]
    assert growth.grown(made).total == 0  # and it stays in the scope


def test_extending_walks_before_the_writers_lock(world: World, recall: Recall, monkeypatch: pytest.MonkeyPatch) -> None:
    repacked(world, "NHC-0606", world.grower.pk)
    order: list[str] = []
    walk, lock = growth.reach_of, growth.marking.lock_writers
    monkeypatch.setattr(growth, "reach_of", lambda *a, **k: order.append("walk") or walk(*a, **k))
    monkeypatch.setattr(growth.marking, "lock_writers", lambda: order.append("lock") or lock())
    growth.extend_recall(by=None, recall=recall)
    assert order == ["walk", "lock"]


def test_what_comes_between_walk_and_lock_is_not_lost(
    world: World, recall: Recall, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: list[str] = []
    lock = growth.marking.lock_writers

    def locked() -> None:
        if not late:
            late.append(repacked(world, "NHC-0608", world.grower.pk))
        lock()

    repacked(world, "NHC-0607", world.grower.pk)
    monkeypatch.setattr(growth.marking, "lock_writers", locked)
    growth.extend_recall(by=None, recall=recall)
    assert "recalled" in persistent_dispositions(late[0])
