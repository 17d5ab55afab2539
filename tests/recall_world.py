"""A recall and a drill for the browser tests, with somebody of the shop who is asked by both."""

from __future__ import annotations

from datetime import timedelta

from lienvung.catalogue import actions as catalogue
from lienvung.drills.actions import start_drill
from lienvung.epcis import build
from lienvung.ledger.capture import capture_events
from lienvung.people import actions as people
from lienvung.quality.actions import declare_recall
from lienvung.texts import Text
from tests.world import BEGUN, PASSWORD, World

WORDS = Text("Không dùng lô này; mang trả nơi mua.", "Do not use this lot; return it to the shop.")


def examples(world: World) -> dict[str, str]:
    """Their ids and the seller's address, by the names that the pages' addresses use."""
    seller = people.create_account(by=None, email="quay.thu.hoi@mau.example", full_name="Người Bán", password=PASSWORD)
    people.add_member(by=None, account=seller, organisation=world.shop)
    lot = catalogue.register_lot(by=None, product=world.paddy, number="THOC-TH-1")
    store = world.places["store"].uri
    stocked = build.object_event(
        time=BEGUN + timedelta(days=23), action="ADD", biz_step="commissioning", disposition="sellable_accessible",
        read_point=store, biz_location=store, quantities=[(lot.uri, 80, "KGM")],
    )  # fmt: skip
    assert capture_events([stocked], submitter=str(world.shop.pk)).success
    drill = start_drill(by=None, lot_uri=lot.uri)
    recall = declare_recall(by=None, lot_uri=lot.uri, reason="Mẫu kiểm nghiệm không đạt.", public_text=WORDS)
    return {
        "seller_email": seller.email,
        "recall": str(recall.pk),
        "recall_notice": str(recall.notices.get(holder=world.shop).pk),
        "drill": str(drill.pk),
        "drill_notice": str(drill.notices.get(holder=world.shop).pk),
    }
