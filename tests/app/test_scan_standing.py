"""What a page says of recalls: of goods inside a unit, and of two recalls of which one has ended."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.app.shopper import Shopper
from tests.world import BEGUN, GS1, World, number

from lienvung.epcis import build
from lienvung.ledger.capture import capture_events
from lienvung.quality import actions as quality
from lienvung.scan import standing

pytestmark = pytest.mark.django_db
PALLET = f"{GS1}/00/{number('18930000000000099')}"
BOX = f"{GS1}/00/{number('18930000000000088')}"
GOAT = f"{GS1}/8004/8930000D1"


def seen_at(path: str) -> str:
    body = re.sub(r"<(title|svg).*?</\1>", " ", Shopper().get(path).content.decode(), flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def mark(world: World, uris: list[str], *, month: int = 9) -> None:
    capture_events(
        [build.object_event(time=BEGUN.replace(month=month), action="OBSERVE", epcs=uris, persistent_set=["recalled"])]
    )


def aggregate(parent: str, children: list[str], *, action: str = "ADD", day: int) -> None:
    capture_events(
        [
            build.aggregation_event(
                time=BEGUN.replace(month=7, day=day),
                action=action,
                biz_step="packing",
                parent=parent,
                children=children,
            )
        ]
    )


def test_a_unit_that_holds_recalled_goods_says_so_through_the_boxes_in_it(world: World) -> None:
    aggregate(BOX, world.packs[:3], day=1)
    aggregate(PALLET, [BOX], day=2)
    pallet = PALLET.removeprefix(GS1)
    assert "kiện này chưa bị thu hồi" in seen_at(pallet)
    assert "lô này" not in seen_at(pallet)
    mark(world, world.packs[:2])
    for path in (pallet, BOX.removeprefix(GS1)):
        said = seen_at(path)
        assert "Bên trong có 2 món đang bị thu hồi" in said
        assert "chưa bị thu hồi" not in said
    aggregate(BOX, world.packs[:2], action="DELETE", day=3)
    assert "kiện này chưa bị thu hồi" in seen_at(pallet)


def test_an_animal_is_no_lot(world: World) -> None:
    capture_events([build.object_event(time=BEGUN, action="ADD", biz_step="commissioning", epcs=[GOAT])])
    said = seen_at(GOAT.removeprefix(GS1))
    assert "mã này chưa bị thu hồi" in said
    assert "lô này" not in said


def test_of_two_recalls_the_words_of_the_one_in_force_stand(world: World) -> None:
    paddy = [f"{GS1}/01/{world.paddy.gtin}/10/THOC-{n}" for n in (1, 2)]
    first, second = (
        quality.declare_recall(by=None, lot_uri=lot, reason="Kết quả kiểm nghiệm", public_text=words)
        for lot, words in zip(paddy, ("Lẫn cát, mang trả.", "Mốc, mang trả nơi bán."), strict=True)
    )
    assert "Mốc, mang trả" in seen_at(world.pack_path)
    quality.close_recall(by=None, recall=second, note="Đã xử lý xong mọi việc")
    said = seen_at(world.pack_path)
    assert "Lẫn cát, mang trả." in said
    assert "Mốc" not in said
    quality.close_recall(by=None, recall=first, note="Đã xử lý xong mọi việc")
    assert "Đang bị thu hồi" not in seen_at(world.pack_path)


def test_a_unit_too_big_to_look_through_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "MOST_INSIDE", 2)
    aggregate(BOX, world.packs[:2], day=1)
    assert "chỉ xem được một phần" not in seen_at(BOX.removeprefix(GS1))
    aggregate(BOX, world.packs[2:3], day=2)
    assert "chỉ xem được một phần" in seen_at(BOX.removeprefix(GS1))
    mark(world, world.packs[:1])
    assert "Bên trong có ít nhất 1 món đang bị thu hồi" in seen_at(BOX.removeprefix(GS1))
