"""The layout of lineage graphs: nothing lost, nothing overlapping, columns by depth, few crossings."""

from __future__ import annotations

import re
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from lienvung.web.graph import BOX_HEIGHT, BOX_WIDTH, GAP_X, MARGIN, Picture, Thing, lay_out


def ends(path: str) -> tuple[float, float, float, float]:
    numbers = [float(n) for n in re.findall(r"-?\d+", path)]
    return numbers[0], numbers[1], numbers[-2], numbers[-1]


def crossings(picture: Picture) -> int:
    lines = [ends(line.path) for line in picture.lines]
    return sum(1 for a, b in combinations(lines, 2) if a[0] == b[0] and (a[1] - b[1]) * (a[3] - b[3]) < 0)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Thing], list[tuple[str, str, str]]]:
    count = draw(st.integers(1, 60))
    things = [Thing(f"t{n}", draw(st.integers(-3, 3)), draw(st.sampled_from([None, "a", "b"]))) for n in range(count)]
    pick = st.integers(0, count + 3)  # beyond the last: a thing that is not drawn
    edges = draw(st.lists(st.tuples(pick, pick), max_size=120))
    return things, [(f"t{a}", f"t{b}", "transform") for a, b in edges]


@given(graphs(), st.booleans())
def test_everything_is_drawn_once_and_nothing_overlaps(graph, fold) -> None:
    things, edges = graph
    picture = lay_out(things, edges, fold=fold)
    drawn = [thing.uri for box in picture.boxes for thing in box.members]
    assert sorted(drawn) == sorted(thing.uri for thing in things)
    for one, other in combinations(picture.boxes, 2):
        assert abs(one.x - other.x) >= BOX_WIDTH or abs(one.y - other.y) >= BOX_HEIGHT
    for box in picture.boxes:
        assert MARGIN <= box.x <= picture.width - BOX_WIDTH - MARGIN
        assert MARGIN <= box.y <= picture.height - BOX_HEIGHT - MARGIN
        assert len({thing.depth for thing in box.members}) == 1
    if not fold:
        assert all(len(box.members) == 1 for box in picture.boxes)


@given(graphs())
def test_each_line_starts_and_ends_at_its_boxes(graph) -> None:
    things, edges = graph
    known = {thing.uri for thing in things}
    picture = lay_out(things, edges, fold=False)
    wanted = {(a, b) for a, b, _ in edges if a in known and b in known and a != b}
    assert len(picture.lines) == len(wanted)
    right = {(box.x + BOX_WIDTH, round(box.y + BOX_HEIGHT / 2)) for box in picture.boxes}
    left = {(box.x, round(box.y + BOX_HEIGHT / 2)) for box in picture.boxes}
    for line in picture.lines:
        x1, y1, x2, y2 = ends(line.path)
        assert any(abs(x1 - x) <= 1 and abs(y1 - y) <= 1 for x, y in right)
        assert any(abs(x2 - x) <= 1 and abs(y2 - y) <= 1 for x, y in left)


def test_depths_become_columns_from_left_to_right() -> None:
    things = [Thing("pack", 1), Thing("lot", 0), Thing("paddy", -1)]
    picture = lay_out(things, [("paddy", "lot", "transform"), ("lot", "pack", "lot")])
    by_uri = {box.uri: box for box in picture.boxes}
    assert by_uri["paddy"].x + BOX_WIDTH + GAP_X == by_uri["lot"].x
    assert by_uri["lot"].x + BOX_WIDTH + GAP_X == by_uri["pack"].x
    assert picture.root is by_uri["lot"]


def test_two_hundred_alike_things_fold_and_the_lines_are_counted() -> None:
    packs = [Thing(f"pack{n}", 1, "rice") for n in range(200)]
    edges = [("lot", thing.uri, "lot") for thing in packs]
    picture = lay_out([Thing("lot", 0), *packs], edges)
    assert len(picture.boxes) == 2
    assert [line.count for line in picture.lines] == [200]
    assert len(lay_out([Thing("lot", 0), *packs], edges, fold=False).boxes) == 201


def test_a_crossed_order_is_uncrossed() -> None:
    things = [Thing(f"a{n}", 0) for n in range(8)] + [Thing(f"b{n}", 1) for n in range(8)]
    edges = [(f"a{n}", f"b{7 - n}", "transform") for n in range(8)]  # drawn in the given order: 28 crossings
    assert crossings(lay_out(things, edges)) == 0


def test_an_empty_trace_has_a_picture() -> None:
    picture = lay_out([], [])
    assert picture.boxes == []
    assert picture.root is None
