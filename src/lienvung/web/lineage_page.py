"""A trace as a drawn graph and, its equal, as a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from lienvung.ledger.trace import Node, Trace
from lienvung.texts import Text
from lienvung.web.graph import BOX_HEIGHT, BOX_WIDTH, Box, Line, Picture, Thing, lay_out
from lienvung.web.naming import Named, Names, split
from lienvung.web.parts import Cell, Column, Table
from lienvung.web.templatetags.words import amount, choose, moment
from lienvung.web.vocabulary import BIZ_STEPS, KINDS, LINKS, word

FITS = (22, 23, 28)  # characters of a box's three lines, by the size of their type
FOLDS = {
    "alike": Text("Gộp theo sản phẩm", "Fold by product"),
    "target": Text("Gộp theo nơi nhập vào", "Fold by what they went into"),
    "none": Text("Không gộp", "Do not fold"),
}
FOLD_OVER = {"alike": 4, "target": 2, "none": 0}  # more alike things than this share a box
NOTE_HEIGHT = 20  # px
ZOOMS = (50, 75, 100, 150, 200)  # per cent


@dataclass(frozen=True, slots=True)
class BoxView:
    """A box with its words. tone: 'root', 'recalled' or ''."""

    box: Box
    title: str
    code: str
    place: str
    href: str
    tone: str
    full: str

    @property
    def asked(self) -> bool:
        """The thing whose page this is."""
        return self.box.depth == 0


@dataclass(frozen=True, slots=True)
class GraphView:
    picture: Picture
    boxes: list[BoxView]
    lines: list[Line]
    width: int
    height: int
    folded: int  # things that stand in folded boxes
    notes: list[tuple[float, Text]]  # under a column: how many things of that depth are not drawn
    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT

    @property
    def note_y(self) -> float:
        return self.picture.height - NOTE_HEIGHT / 2


def names_of(trace: Trace) -> Names:
    return Names([node.uri for node in trace.nodes] + [node.place for node in trace.nodes if node.place])


def draw(
    trace: Trace,
    names: Names,
    *,
    fold: str = "alike",
    zoom: int = 100,
    recalled: Callable[[str], bool] = lambda uri: False,
    unfold: str = "",
) -> GraphView:
    """`fold`: a key of FOLDS. `unfold`: the address that shows more of a folded box. Recalled things fold apart."""
    nodes = {node.uri: node for node in trace.nodes}
    under_recall = {uri for uri in nodes if recalled(uri)}
    targets: dict[str, set[str]] = defaultdict(set)
    for edge in trace.edges if fold == "target" else ():
        targets[edge.source].add(edge.target)
    things = [
        Thing(
            node.uri,
            node.depth,
            (alike(node), node.uri in under_recall, frozenset(targets[node.uri])) if node.depth else None,
        )
        for node in trace.nodes
    ]
    edges = ((edge.source, edge.target, edge.kind) for edge in trace.edges)
    picture = lay_out(things, edges, fold=fold != "none", fold_over=FOLD_OVER[fold])
    boxes = [view_of(box, nodes, names, under_recall, unfold) for box in picture.boxes]
    folded = sum(len(box.members) for box in picture.boxes if box.folded)
    notes = [
        (picture.columns[depth], Text(f"+ {amount(rest)} không vẽ", f"+ {amount(rest)} not drawn"))
        for depth, rest in trace.left_off.items()
        if rest and depth in picture.columns
    ]
    if notes:
        picture.height += NOTE_HEIGHT
    width, height = (round(side * zoom / 100) for side in (picture.width, picture.height))
    return GraphView(picture, boxes, picture.lines, width, height, folded, notes)


def alike(node: Node) -> tuple[str, ...]:
    """Things of one product and kind may stand in one box."""
    key, value, _, _ = split(node.uri)
    return (node.kind, key, value if key == "01" else "")


def view_of(box: Box, nodes: dict[str, Node], names: Names, recalled: Collection[str], unfold: str) -> BoxView:
    node = nodes[box.uri]
    named = names.thing(box.uri)
    tone = "recalled" if box.uri in recalled else "root" if node.depth == 0 else ""
    if not box.folded:
        place = choose(names.place_name(node.place))
        title, code, href = choose(named.title), choose(named.code), named.href
        full = "; ".join(filter(None, (choose(named.both), place)))
    else:
        count = len(box.members)
        places = {nodes[thing.uri].place for thing in box.members}
        several = Text(f"{len(places)} nơi", f"{len(places)} places")
        place = choose(names.place_name(places.pop()) if len(places) == 1 else several)
        title, code = choose(named.title), f"{count} × {choose(word(KINDS, node.kind)).lower()}"
        full, href = f"{count} × {title}", unfold
    first, second, third = fitted(title, code, place)
    return BoxView(box, first, second, third, href, tone, full)


def fitted(*lines: str) -> list[str]:
    """The lines of a box, each cut to what fits."""
    return [
        text if len(text) <= fits else text[: fits - 1].rstrip() + "…" for text, fits in zip(lines, FITS, strict=True)
    ]


def depth_text(depth: int) -> Text:
    if depth == 0:
        return Text("Chính nó", "Itself")
    steps = abs(depth)
    plural = "step" if steps == 1 else "steps"
    return (
        Text(f"Trước {steps} bước", f"{steps} {plural} before")
        if depth < 0
        else Text(f"Sau {steps} bước", f"{steps} {plural} after")
    )


def as_table(trace: Trace, names: Names, *, csv: str = "") -> Table:
    """The same graph in words: one row a thing, from origins to what came of it."""
    into: dict[str, list[Text]] = defaultdict(list)
    for edge in trace.edges:
        target = names.thing(edge.target)
        verb = word(LINKS, edge.kind)
        into[edge.source].append(Text(f"{verb.vi}: {target.both.vi}", f"{verb.en}: {target.both.en}"))
    rows = [list(cells(node, names, into[node.uri])) for node in sorted(trace.nodes, key=lambda n: (n.depth, n.uri))]
    columns = [
        Column(Text("Vật", "Thing")),
        Column(Text("Cách vật đang xem", "Distance")),
        Column(Text("Lần cuối", "Last seen")),
        Column(Text("Ở đâu", "Where")),
        Column(Text("Thành gì", "Went into")),
    ]
    left = sum(trace.left_off.values())
    note = Text(f"Còn {left} vật nữa không liệt kê ở đây.", f"{left} more things are not listed here.") if left else ""
    return Table(
        Text("Nguồn gốc và đường đi, bằng chữ", "Lineage in words"), columns, rows, csv, note, id="lineage-table"
    )


def cells(node: Node, names: Names, into: list[Text]) -> Iterator[Cell]:
    named: Named = names.thing(node.uri)
    yield Cell(named.both, named.href)
    yield Cell(depth_text(node.depth))
    step = word(BIZ_STEPS, node.biz_step)
    when = moment(node.last_ms)
    yield Cell(Text(" · ".join(filter(None, (when, step.vi))), " · ".join(filter(None, (when, step.en)))))
    yield Cell(names.place_name(node.place))
    shown, rest = into[:3], len(into) - 3
    more = Text(f"; và {rest} nữa", f"; and {rest} more") if rest > 0 else Text("", "")
    yield Cell(Text("; ".join(t.vi for t in shown) + more.vi, "; ".join(t.en for t in shown) + more.en))
