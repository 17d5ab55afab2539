"""Lay out a lineage as boxes in layers, for drawing on the server; pure.

A lineage is a directed graph whose things have a depth: 0 what was asked, negative
what it came from, positive what came of it. `lay_out` puts each depth in one column
(left to right in the direction of making), orders the columns so that lines cross
little (barycentre sweeps after Sugiyama, Tagawa and Toda 1981), and folds many alike
things of a column into one box with a count, so that 200 things stay readable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import fmean as mean

BOX_WIDTH = 216
BOX_HEIGHT = 72
GAP_X = 44
GAP_Y = 14
MARGIN = 20
ROWS = 24  # boxes that stand above each other at most
SWEEPS = 6
FOLD_OVER = 4  # more alike things than this in one column become one box


@dataclass(frozen=True, slots=True)
class Thing:
    """A node to draw. Things with equal `alike` (and depth) may be folded; None never folds."""

    uri: str
    depth: int
    alike: Hashable | None = None


@dataclass(slots=True)
class Box:
    """A drawn box: one thing, or several folded (`members`). x, y: its upper left corner, in px."""

    members: tuple[Thing, ...]
    depth: int
    x: float = 0.0
    y: float = 0.0

    @property
    def folded(self) -> bool:
        return len(self.members) > 1

    @property
    def uri(self) -> str:
        return self.members[0].uri


@dataclass(frozen=True, slots=True)
class Line:
    """A line between boxes, as an SVG path; `count`: how many edges it stands for."""

    path: str
    kind: str
    count: int


@dataclass(slots=True)
class Picture:
    boxes: list[Box]
    lines: list[Line]
    width: float
    height: float
    columns: dict[int, float] = field(default_factory=dict)  # depth -> x
    root: Box | None = None


def lay_out(
    things: Sequence[Thing], edges: Iterable[tuple[str, str, str]], *, fold: bool = True, fold_over: int = FOLD_OVER
) -> Picture:
    """Place `things`; `edges` are (source uri, target uri, kind). Edges to unknown things are left out."""
    boxes = fold_alike(things, fold_over if fold else len(things))
    box_of = {thing.uri: index for index, box in enumerate(boxes) for thing in box.members}
    joined: dict[tuple[int, int, str], int] = defaultdict(int)
    for source, target, kind in edges:
        if source in box_of and target in box_of and box_of[source] != box_of[target]:
            joined[box_of[source], box_of[target], kind] += 1
    layers: dict[int, list[int]] = defaultdict(list)
    for index, box in enumerate(boxes):
        layers[box.depth].append(index)
    order_layers(layers, [(a, b) for a, b, _ in joined])
    width, height = place(boxes, layers)
    lines = [Line(curve(boxes[a], boxes[b]), kind, count) for (a, b, kind), count in joined.items()]
    columns = {depth: boxes[members[0]].x for depth, members in sorted(layers.items())}
    root = next((box for box in boxes if box.depth == 0), None)
    return Picture(boxes, lines, width, height, columns, root)


def fold_alike(things: Sequence[Thing], fold_over: int) -> list[Box]:
    """One box a thing, except where more than `fold_over` of a depth are alike."""
    groups: dict[tuple[int, Hashable], list[Thing]] = defaultdict(list)
    for thing in things:
        groups[thing.depth, thing.uri if thing.alike is None else ("alike", thing.alike)].append(thing)
    boxes = []
    for (depth, _), members in groups.items():
        if len(members) > fold_over:
            boxes.append(Box(tuple(members), depth))
        else:
            boxes.extend(Box((member,), depth) for member in members)
    return boxes


def order_layers(layers: dict[int, list[int]], joined: Sequence[tuple[int, int]]) -> None:
    """Reorder each layer by the mean position of its neighbours, sweeping to and fro."""
    neighbours: dict[int, list[int]] = defaultdict(list)
    for a, b in joined:
        neighbours[a].append(b)
        neighbours[b].append(a)
    depths = sorted(layers)
    position = {node: at - (len(layers[d]) - 1) / 2 for d in depths for at, node in enumerate(layers[d])}
    for sweep in range(SWEEPS):
        for depth in depths if sweep % 2 == 0 else reversed(depths):
            members = layers[depth]
            middle = (len(members) - 1) / 2
            # each box wants to stand where its neighbours stand; a stable sort keeps ties as they are
            wish = {node: mean([position[n] for n in neighbours[node]] or [position[node]]) for node in members}
            members.sort(key=wish.__getitem__)
            for at, node in enumerate(members):
                position[node] = at - middle


def place(boxes: Sequence[Box], layers: dict[int, list[int]]) -> tuple[float, float]:
    """Give every box its corner, each layer centred on the tallest; gives width and height of the picture.

    A layer of more than ROWS boxes is broken into several columns that stand close together.
    """
    step = BOX_HEIGHT + GAP_Y
    tallest = min(max((len(members) for members in layers.values()), default=0), ROWS)
    height = max(tallest * step - GAP_Y, 0) + 2 * MARGIN
    x: float = MARGIN
    for depth in sorted(layers):
        members = layers[depth]
        rows = ceil(len(members) / ceil(len(members) / ROWS))
        top = (height - (rows * step - GAP_Y)) / 2
        for at, node in enumerate(members):
            boxes[node].x = x + at // rows * (BOX_WIDTH + GAP_Y)
            boxes[node].y = top + at % rows * step
        x += (len(members) - 1) // rows * (BOX_WIDTH + GAP_Y) + BOX_WIDTH + GAP_X
    return (x - GAP_X if layers else MARGIN) + MARGIN, height


def curve(source: Box, target: Box) -> str:
    """From the right side of `source` to the left side of `target`; around, when target is not to the right."""
    x1, y1 = source.x + BOX_WIDTH, source.y + BOX_HEIGHT / 2
    x2, y2 = target.x, target.y + BOX_HEIGHT / 2
    bend = max(GAP_X / 2, (x2 - x1) / 2)
    return f"M{x1:.0f} {y1:.0f}C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
