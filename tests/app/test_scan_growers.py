"""The page says who grew it where that is somebody else than the maker."""

from __future__ import annotations

from lienvung.scan.page import Maker, PlaceView, StepView
from lienvung.scan.rules import Happening, Stop
from lienvung.scan.story import _growers
from lienvung.texts import Text

NINH_BINH = Text("Tỉnh Ninh Bình", "Ninh Binh province")


def step(stage: str, owner: str) -> StepView:
    stop = Stop((Happening(0, stage, None, None, "event"),))
    return StepView(1, stop, PlaceView(uri="", code="", owner=owner, unit=NINH_BINH))


def test_growers_are_named_once_and_only_for_growing() -> None:
    steps = [step("growing", "HTX A"), step("growing", "HTX A"), step("growing", "HTX B"), step("packing", "Nhà máy")]
    assert _growers(steps, Maker("Nhà máy", "", "", "", True)) == [("HTX A", NINH_BINH), ("HTX B", NINH_BINH)]


def test_a_maker_who_grows_is_not_named_twice() -> None:
    assert _growers([step("growing", "HTX A")], Maker("HTX A", "", "", "", True)) == []
