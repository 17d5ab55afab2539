"""The little plane geometry that overview maps need; pure. Points are (lon, lat) in degrees, WGS 84."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

Point = tuple[float, float]


def arc_points(topology: Mapping[str, Any], index: int) -> list[Point]:
    """One arc of a quantised TopoJSON topology (delta-encoded integers; ~index is the arc backwards)."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    x = y = 0
    points = []
    for dx, dy in topology["arcs"][index if index >= 0 else ~index]:
        x, y = x + dx, y + dy
        points.append((x * scale_x + move_x, y * scale_y + move_y))
    return points if index >= 0 else points[::-1]


def topology_rings(
    topology: Mapping[str, Any], geometries: Iterable[Mapping[str, Any]], *, border_only: bool = False
) -> list[list[Point]]:
    """Closed rings of the geometries; with `border_only` the outline of their union.

    The outline is made of the arcs that only one geometry uses: an arc used by two is a border between them.
    """
    rings: list[list[int]] = []
    for geometry in geometries:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings += [ring for polygon in polygons for ring in polygon]
    if not border_only:
        return [join(arc_points(topology, arc) for arc in ring) for ring in rings]
    uses = Counter(arc if arc >= 0 else ~arc for ring in rings for arc in ring)
    loose = [arc_points(topology, arc) for ring in rings for arc in ring if uses[arc if arc >= 0 else ~arc] == 1]
    return stitch(loose)


def join(pieces: Iterable[list[Point]]) -> list[Point]:
    """One line of pieces that follow each other, without the doubled joints."""
    line: list[Point] = []
    for piece in pieces:
        line += piece[1:] if line else piece
    return line


def stitch(pieces: list[list[Point]]) -> list[list[Point]]:
    """Closed rings of directed pieces laid end to start."""
    starts: dict[Point, list[list[Point]]] = {}
    for piece in pieces:
        starts.setdefault(piece[0], []).append(piece)
    rings = []
    while starts:
        line = list(_take(starts, next(iter(starts))))
        while line[0] != line[-1] and line[-1] in starts:
            line += _take(starts, line[-1])[1:]
        rings.append(line)
    return rings


def _take(starts: dict[Point, list[list[Point]]], start: Point) -> list[Point]:
    piece = starts[start].pop()
    if not starts[start]:
        del starts[start]
    return piece


def simplify(ring: list[Point], *, tolerance: float) -> list[Point]:
    """Ramer–Douglas–Peucker on a closed ring: no point is moved, those nearer than `tolerance` degrees go."""
    if len(ring) < 5:
        return ring
    far = max(range(len(ring)), key=lambda i: _squared(ring[0], ring[i]))
    return _thin(ring[: far + 1], tolerance)[:-1] + _thin(ring[far:], tolerance)


def _squared(a: Point, b: Point) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _thin(line: list[Point], tolerance: float) -> list[Point]:
    keep = {0, len(line) - 1}
    stretches = [(0, len(line) - 1)]
    while stretches:
        first, last = stretches.pop()
        if last - first < 2:
            continue
        offset = [distance(line[i], line[first], line[last]) for i in range(first + 1, last)]
        worst = max(range(len(offset)), key=offset.__getitem__)
        if offset[worst] > tolerance:
            middle = first + 1 + worst
            keep.add(middle)
            stretches += [(first, middle), (middle, last)]
    return [line[i] for i in sorted(keep)]


def distance(point: Point, start: Point, end: Point) -> float:
    """Distance in degrees of a point from a stretch."""
    length = _squared(start, end)
    if length == 0:
        return float(_squared(point, start) ** 0.5)
    along = ((point[0] - start[0]) * (end[0] - start[0]) + (point[1] - start[1]) * (end[1] - start[1])) / length
    along = min(1.0, max(0.0, along))
    foot = (start[0] + along * (end[0] - start[0]), start[1] + along * (end[1] - start[1]))
    return float(_squared(point, foot) ** 0.5)


def inside(point: Point, rings: Iterable[Iterable[Iterable[float]]]) -> bool:
    """Is the point within the rings (even-odd)?"""
    x, y = point
    within = False
    for ring in rings:
        points = [tuple(p) for p in ring]
        for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1]):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                within = not within
    return within
