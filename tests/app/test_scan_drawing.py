"""The journey map: projection, shared marks, the whole country with its islands."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from lienvung.scan.drawing import HEIGHT, WIDTH, Frame, Islands, Outline, Point, box_of, journey_map

HANOI, KIM_SON, CAN_THO = (105.83, 21.02), (106.08, 20.05), (105.77, 10.03)
SQUARE = [[105.0, 20.0], [107.0, 20.0], [107.0, 21.5], [105.0, 21.5]]
ISLANDS = [Islands("Hoàng Sa (Việt Nam)", 112.0, 16.5), Islands("Trường Sa (Việt Nam)", 114.0, 10.0)]


def point(where: tuple[float, float], number: int) -> Point:
    return Point(*where, str(number), f"nơi {number}")


def test_a_journey_between_the_provinces() -> None:
    image = journey_map(
        [point(KIM_SON, 1), point(HANOI, 2)],
        [Outline("Hà Nội", [SQUARE], near=True)],
        title='Bản đồ "<&>"',
        islands=ISLANDS,
    )
    root = ET.fromstring(image)
    assert root.get("aria-label") == 'Bản đồ "<&>"'
    assert [t.text for t in root.iter() if t.get("class") == "no"] == ["1", "2"]
    assert "Hoàng Sa" not in image  # not the whole country
    assert "style" not in image  # the page's policy forbids inline styles
    north = next(float(t.get("y")) for t in root.iter() if t.text == "2")
    south = next(float(t.get("y")) for t in root.iter() if t.text == "1")
    assert north < south


def test_the_whole_country_shows_both_archipelagos() -> None:
    image = journey_map([point(HANOI, 1), point(CAN_THO, 2)], [], title="", islands=ISLANDS)
    assert "Hoàng Sa (Việt Nam)" in image
    assert "Trường Sa (Việt Nam)" in image
    for x, y in re.findall(r'<circle class="isle" cx="(-?\d+)" cy="(-?\d+)"', image):
        assert 0 <= int(x) <= WIDTH
        assert 0 <= int(y) <= HEIGHT


def test_marks_at_one_place_share_one() -> None:
    image = journey_map([point(HANOI, n) for n in (1, 2, 3, 5)], [], title="")
    assert ">1–3, 5</text>" in image


def test_no_point_no_map() -> None:
    assert journey_map([], [Outline("x", [SQUARE])], title="x") == ""


places = st.tuples(st.floats(102.2, 109.4), st.floats(8.5, 23.3))


@given(st.lists(places, min_size=1, max_size=8))
def test_every_point_lies_on_the_paper(where: list[tuple[float, float]]) -> None:
    points = [point(w, n) for n, w in enumerate(where, 1)]
    frame = Frame(box_of(points))
    for p in points:
        x, y = frame(p.lon, p.lat)
        assert -1e-6 <= x <= WIDTH + 1e-6
        assert -1e-6 <= y <= HEIGHT + 1e-6
    ET.fromstring(journey_map(points, [Outline("a", [SQUARE], near=True)], title="t"))
