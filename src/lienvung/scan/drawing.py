"""The small map of a journey: province outlines, numbered points, a line between them; SVG without tiles.

Pure: outlines and points come in as longitude and latitude (WGS 84 degrees), SVG text goes out.
The projection is equirectangular with true scale at the middle latitude: at a few hundred
kilometres the difference from a conformal one is below the width of a line.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

Ring = Sequence[Sequence[float]]  # [[lon, lat], …]
Box = tuple[float, float, float, float]  # west, south, east, north

WIDTH, HEIGHT = 320.0, 240.0
MARGIN = 26.0
# Beyond this many degrees of latitude the whole country is drawn, with its two archipelagos.
WHOLE_COUNTRY_DEGREES = 5.0
COUNTRY_BOX = (102.0, 8.0, 115.5, 23.5)


@dataclass(frozen=True, slots=True)
class Outline:
    """The border of a unit. `rings`: outer rings of its parts; `near`: one of those concerned, named on the map."""

    name: str
    rings: Sequence[Ring]
    near: bool = False


@dataclass(frozen=True, slots=True)
class Islands:
    """An archipelago that belongs on every map of the whole country."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Point:
    lon: float
    lat: float
    number: str
    name: str


class Frame:
    """Degrees to drawing units for one box (west, south, east, north)."""

    def __init__(self, box: Box) -> None:
        west, south, east, north = box
        self.squeeze = math.cos(math.radians((south + north) / 2))
        wide, high = max((east - west) * self.squeeze, 1e-6), max(north - south, 1e-6)
        self.scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
        self.west = (west + east) / 2 - WIDTH / 2 / self.scale / self.squeeze
        self.north = (south + north) / 2 + HEIGHT / 2 / self.scale

    def __call__(self, lon: float, lat: float) -> tuple[float, float]:
        return (lon - self.west) * self.squeeze * self.scale, (self.north - lat) * self.scale


def box_of(points: Sequence[Point]) -> Box:
    """The points' box, at least 0.35° high so that a single place still shows where it lies."""
    west, east = min(p.lon for p in points), max(p.lon for p in points)
    south, north = min(p.lat for p in points), max(p.lat for p in points)
    if north - south > WHOLE_COUNTRY_DEGREES:
        return COUNTRY_BOX
    grow = max(0.0, 0.35 - (north - south)) / 2
    return west - grow, south - grow, east + grow, north + grow


def journey_map(
    points: Sequence[Point], outlines: Sequence[Outline], *, title: str, islands: Sequence[Islands] = ()
) -> str:
    """The SVG of a journey, points in its order; empty when there is no point to show."""
    if not points:
        return ""
    box = box_of(points)
    frame = Frame(box)
    whole = box == COUNTRY_BOX
    parts = [
        f'<svg class="map" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(title)}">'
        f'<path class="sea" d="M0 0h{WIDTH:g}v{HEIGHT:g}H0z"/>'
    ]
    parts += [_border(outline, number, frame, box) for number, outline in enumerate(outlines)]
    if whole:
        parts.append(_archipelagos(islands, frame))
    places = [frame(p.lon, p.lat) for p in points]
    parts.append(_labels(outlines, frame, places))
    if len(places) > 1:
        line = "".join(f"{'L' if n else 'M'}{x:.0f} {y:.0f}" for n, (x, y) in enumerate(places))
        parts.append(f'<path class="way" d="{line}"/>')
    for (x, y), number in _marks(points, places):
        half = 8 + 3.2 * (len(number) - 1)
        parts.append(
            f'<rect class="mark" x="{x - half:.0f}" y="{y - 8:.0f}" width="{2 * half:.0f}" height="16" rx="8"/>'
            f'<text class="no" x="{x:.0f}" y="{y + 4:.0f}">{escape(number)}</text>'
        )
    return "".join(parts) + "</svg>"


_borders: dict[tuple[Box, str, bool], str] = {}  # lots of one product share their box
_BORDERS_MAX = 512


def _border(outline: Outline, number: int, frame: Frame, box: Box) -> str:
    """The border of one unit. Those concerned have their edge below and their fill above, so that the borders
    between the parts of one unit do not show."""
    key = (box, outline.name, outline.near)
    drawn = _borders.get(key)
    if drawn is None:
        path = "".join(_ring(ring, frame) for ring in outline.rings)
        if path and outline.near:
            drawn = (
                f'<defs><path id="u{number}" d="{path}"/></defs><use class="edge" href="#u{number}"/>'
                f'<use class="near" href="#u{number}"/>'
            )
        else:
            drawn = f'<path class="far" d="{path}"/>' if path else ""
        if len(_borders) >= _BORDERS_MAX:
            _borders.clear()
        _borders[key] = drawn
    return drawn


def _marks(points: Sequence[Point], places: Sequence[tuple[float, float]]) -> list[tuple[tuple[float, float], str]]:
    """Marks that would lie on each other share one: "2–4" for a run, "1, 5" otherwise."""
    groups: list[tuple[tuple[float, float], list[str]]] = []
    for point, place in zip(points, places):
        for where, numbers in groups:
            if math.dist(where, place) < 15:
                if point.number not in numbers:
                    numbers.append(point.number)
                break
        else:
            groups.append((place, [point.number]))
    return [(where, _numbers(numbers)) for where, numbers in groups]


def _numbers(numbers: list[str]) -> str:
    runs: list[list[int]] = []
    for number in sorted(int(n) for n in numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _ring(ring: Ring, frame: Frame) -> str:
    """Path data of one ring in whole units, points closer than a unit dropped, far ones clamped; '' if out of sight."""
    out: list[tuple[int, int]] = []
    for lon, lat, *_ in ring:
        x, y = frame(lon, lat)
        place = (round(min(max(x, -40), WIDTH + 40)), round(min(max(y, -40), HEIGHT + 40)))
        if not out or abs(place[0] - out[-1][0]) + abs(place[1] - out[-1][1]) >= 2:
            out.append(place)
    if len(out) < 3:
        return ""
    xs, ys = [x for x, _ in out], [y for _, y in out]
    if max(xs) < 0 or min(xs) > WIDTH or max(ys) < 0 or min(ys) > HEIGHT:
        return ""
    steps = [f"M{out[0][0]} {out[0][1]}"]
    for (x0, y0), (x1, y1) in itertools.pairwise(out):
        steps.append(f"l{x1 - x0} {y1 - y0}")
    return "".join(steps) + "z"


def _labels(outlines: Sequence[Outline], frame: Frame, marks: Sequence[tuple[float, float]]) -> str:
    """The names of the provinces in sight, near the middle of the visible part, away from the marks."""
    out = []
    for outline in outlines:
        if not outline.near or not outline.name or not outline.rings:
            continue
        border = [frame(lon, lat) for ring in outline.rings for lon, lat in ring[::4]]
        seen = [(x, y) for x, y in border if 0 < x < WIDTH and 0 < y < HEIGHT]
        if len(seen) < 3:
            continue
        middle = [(min(side) + max(side)) / 2 for side in zip(*seen)]
        tries = [(middle[0] + dx, middle[1] + dy) for dx, dy in ((0, 0), (-45, 0), (45, 0), (0, -26), (0, 26))]
        free = [(min((math.dist(place, mark) for mark in marks), default=99.0), place) for place in tries]
        x, y = next((place for room, place in free if room > 40), max(free)[1])
        x, y = min(max(x, 44), WIDTH - 44), min(max(y, 14), HEIGHT - 8)
        out.append(f'<text class="prov" x="{x:.0f}" y="{y:.0f}">{escape(outline.name)}</text>')
    return "".join(out)


def _archipelagos(islands: Sequence[Islands], frame: Frame) -> str:
    out = []
    for group in islands:
        x, y = frame(group.lon, group.lat)
        spread = ((-7, 2), (-3, -3), (1, 3), (4, -2), (8, 1))
        dots = "".join(f'<circle class="isle" cx="{x + dx:.0f}" cy="{y + dy:.0f}" r="1.2"/>' for dx, dy in spread)
        out.append(
            f'{dots}<text class="prov" x="{min(x, WIDTH - 62):.0f}" y="{y + 15:.0f}">{escape(group.name)}</text>'
        )
    return "".join(out)
