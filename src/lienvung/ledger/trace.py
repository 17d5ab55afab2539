"""Ask the ledger where a thing came from, what it became, and where everything is.

The walks themselves are pure (`lienvung.lineage`); this module names things by URI
and hands out values that pages, commands and the recall can show:

    trace(uri, direction="both")   -> Trace    nodes and edges, for a graph or a text list
    recall_scope(uri, since=…)     -> Scope    all that is affected, where it is, in which state, how much
    journey(uri)                   -> list[Step]   the story of one thing, from field to shelf
    mass_balance(uri)              -> Balance  inputs against outputs per unit

Every `uri` may be given in any form (EPC URN, GS1 Digital Link, "(01)…(10)…", "GTIN LOT").
Times are UTC epoch milliseconds; `at` = as of that event time (None = now), inclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Direction = Literal["back", "forward", "both"]


@dataclass(frozen=True, slots=True)
class Node:
    """A thing in a trace. `depth`: 0 = what was asked, negative = what it came from, positive = what came of it."""

    uri: str
    kind: str  # 'lot' | 'serial' | 'logistic' | 'asset' | 'class' | 'place' | 'other'
    depth: int
    first_ms: int | None = None  # event time of its first and of its last event
    last_ms: int | None = None
    biz_step: str | None = None  # of its last event, bare CBV word
    place: str | None = None  # canonical URI of the place where it was last seen itself
    more: int = 0  # neighbours one step further out that the limit left off


@dataclass(frozen=True, slots=True)
class Edge:
    """Material went from `source` into `target` (both URIs), in the event `event_id` at `time_ms`."""

    source: str
    target: str
    kind: str  # 'transform' made from | 'lot' a serial of its lot | 'contain' packed into
    process: int  # event number, or minus the number of the transformationID
    event_id: str
    time_ms: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What one thing was made from and became. At most `limit` nodes; `left_off[depth]` counts the others."""

    root: str
    direction: str
    at_ms: int | None
    nodes: list[Node]
    edges: list[Edge]
    total: int  # things reached, shown or not
    left_off: dict[int, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Step:
    """One event in the story of a thing."""

    time_ms: int
    offset: str  # '+07:00', as the event gave it
    stage: str  # 'growing' | 'processing' | 'packing' | 'shipping' | 'receiving' | 'retail' | 'other'
    biz_step: str | None
    disposition: str | None
    place: str | None  # canonical URI of bizLocation, else readPoint
    about: str  # the thing that the event names: itself, its container, or what it was made from
    relation: str  # 'self' | 'lot' | 'container' | 'made_from'
    event_id: str
    submitter: str | None
    temperature_min: float | None = None  # degrees Celsius, from sensor reports of the event
    temperature_max: float | None = None


def trace(uri: str, *, direction: Direction = "both", at: int | None = None, limit: int = 200) -> Trace:
    """Walk from `uri`. Raises Invalid for a malformed identifier, NotFound for one without events."""
    raise NotImplementedError


def journey(uri: str, *, at: int | None = None, limit: int = 60) -> list[Step]:
    """The chronological steps of a thing, its lot, its containers while it was in them, and what it was made from.

    An unknown but well-formed identifier gives an empty list; work and answer are bounded by `limit`.
    """
    raise NotImplementedError
