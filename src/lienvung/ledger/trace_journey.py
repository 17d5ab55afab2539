"""`journey`: the story of one thing for a shopper, from field to shelf, in bounded work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lienvung.epcis import EventType
from lienvung.ledger.access import EVERYTHING, Visible
from lienvung.ledger.events import StoredEvent, by_rids
from lienvung.ledger.trace_eyes import source_for
from lienvung.ledger.trace_names import lookup
from lienvung.ledger.trace_source import LedgerSource
from lienvung.lineage.batches import Memo
from lienvung.lineage.facts import ALWAYS, CHILD, EPC, INPUT, OUTPUT, Flags, Ints, ints
from lienvung.lineage.stays import stays_of
from lienvung.lineage.walk import back

ORIGINS = 400  # things it was made from that are looked at, nearest first
NESTING = 4

_STAGES = {
    "packing": "packing",
    "repackaging": "packing",
    "assembling": "packing",
    "unpacking": "receiving",
    "shipping": "shipping",
    "departing": "shipping",
    "loading": "shipping",
    "transporting": "shipping",
    "consigning": "shipping",
    "staging_outbound": "shipping",
    "receiving": "receiving",
    "arriving": "receiving",
    "accepting": "receiving",
    "unloading": "receiving",
    "storing": "receiving",
    "stocking": "retail",
    "retail_selling": "retail",
    "dispensing": "retail",
    "creating_class_instance": "processing",
    "disassembling": "processing",
}
DIARY = "lv:activity"  # our own namespace: what was done to a crop or an animal (docs/reference/demo.md)
HARVESTED = ("harvestStartDate", "harvestEndDate")  # CBV 2.0 ILMD
_BORN = ("commissioning", "collecting", "encoding")


@dataclass(frozen=True, slots=True)
class Step:
    """One event in the story of a thing."""

    time_ms: int
    offset: str  # '+07:00', as the event gave it
    stage: str  # 'growing' | 'processing' | 'packing' | 'shipping' | 'receiving' | 'retail' | 'other'
    biz_step: str | None
    disposition: str | None
    place: str | None  # canonical URI of bizLocation, else readPoint
    about: str  # the thing that the event names: itself, its lot, its container, or what it was made from
    relation: str  # 'self' | 'lot' | 'container' | 'made_from'
    event_id: str
    submitter: str | None  # uuid of the organisation that sent it
    temperature_min: float | None = None  # degrees Celsius, from sensor reports of the event
    temperature_max: float | None = None
    body: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)  # the event as it was sent


def journey(uri: str, *, at: int | None = None, limit: int = 60, seen_by: Visible = EVERYTHING) -> list[Step]:
    """The chronological steps of a thing, its lot, its containers while it was in them, and what it was made from.

    An unknown but well-formed identifier gives an empty list. Of more than `limit` events, the thing's own
    come first, then one of each place and step among those of what it was made from. `seen_by`: as for a trace.
    """
    roots = lookup(uri)
    if not len(roots):
        return []
    source = source_for(seen_by)
    memo = Memo(source, ALWAYS if at is None else at)
    lots = _lots(source, roots)
    origins = back(memo, roots)
    others = ~np.isin(origins.things, np.concatenate([roots, lots]))
    told: _Told = {}
    for more in (
        _own(memo, roots, "self", limit),
        _containers(memo, roots, limit),
        _own(memo, lots, "lot", limit) if len(lots) else {},
        _origins(memo, origins.things[others], origins.time[others], origins.depth[others], limit),
    ):
        for rid, entry in more.items():
            if len(told) < limit:
                told.setdefault(rid, entry)
    names = np.unique(ints([thing for thing, _ in told.values()]))
    uris = dict(zip(names.tolist(), source.uris(names)))
    made = set(np.unique(source.links(names, OUTPUT).thing).tolist()) if len(names) else set()
    return [
        _step(event, uris[told[event.rid][0]], told[event.rid][1], told[event.rid][0] in made or bool(others.any()))
        for event in by_rids(told)
    ]


_Told = dict[int, tuple[int, str]]  # event -> (the thing it is about, relation)


def _rows(memo: Memo, things: Ints, mask_of: Any = None) -> Iterator[tuple[int, int, int, int]]:
    """(t, event, thing, row) of the mentions of `things`, oldest first within a batch."""
    for here, batch in memo.parts(things):
        m = batch.mentions
        mask: Flags = np.ones(len(m), dtype=np.bool_) if mask_of is None else mask_of(m)
        index, rows = batch.select(here, mask)
        for at, row in zip(index.tolist(), rows.tolist()):
            yield int(m.t[row]), int(m.event[row]), int(batch.things[at]), row


def _own(memo: Memo, things: Ints, relation: str, limit: int) -> _Told:
    """The last `limit` events that name a thing itself, leaving out those where it is an input of something else."""
    rows = sorted(_rows(memo, things, lambda m: m.role >> 2 != INPUT), key=lambda row: row[:2])
    return {event: (thing, relation) for _, event, thing, _ in rows[-limit:]}


def _containers(memo: Memo, things: Ints, limit: int) -> _Told:
    """What happened to containers while the thing was in them."""
    told: list[tuple[int, int, int]] = []
    level = [(thing, -ALWAYS, ALWAYS) for thing in things.tolist()]
    for _ in range(NESTING):
        if not level:
            break
        span = {thing: (start, end) for thing, start, end in level}
        stays = stays_of(memo, ints(sorted(span)))
        level = []
        for thing, holder, start, end in zip(
            stays.thing.tolist(), stays.holder.tolist(), stays.start.tolist(), stays.end.tolist()
        ):
            first, last = max(start, span[thing][0]), min(end, span[thing][1])
            if first <= last:
                level.append((holder, first, last))
        windows: dict[int, list[tuple[int, int]]] = {}
        for holder, first, last in level:
            windows.setdefault(holder, []).append((first, last))
        for t, event, holder, _ in _rows(memo, ints(sorted(windows)), lambda m: m.role >> 2 == EPC) if windows else ():
            if any(first <= t <= last for first, last in windows[holder]):
                told.append((t, event, holder))
    return {event: (holder, "container") for _, event, holder in sorted(told)[-limit:]}


def _lots(source: LedgerSource, things: Ints) -> Ints:
    """The lots of serials."""
    processes = np.unique(source.links(things, OUTPUT).process)
    lots = -processes[processes < 0]
    uses = source.links(np.unique(lots), INPUT) if len(lots) else None
    return np.unique(uses.thing[uses.members()]) if uses is not None else ints()


def _origins(memo: Memo, things: Ints, until: Ints, depth: Ints, limit: int) -> _Told:
    """Events of what it was made from: nearest first, and first one of each place and step at each distance."""
    nearest = np.argsort(depth, kind="stable")[:ORIGINS]
    far = dict(zip(things[nearest].tolist(), zip(until[nearest].tolist(), depth[nearest].tolist())))
    firsts: _Told = {}
    rest: _Told = {}
    seen: set[tuple[int, int, int, int]] = set()
    kept = np.sort(things[nearest])
    for here, batch in memo.parts(kept) if len(kept) else ():
        m = batch.mentions
        index, rows = batch.select(here, (m.role >> 2 != INPUT) & (m.role >> 2 != CHILD))
        for at, row in zip(index.tolist(), rows.tolist()):
            thing = int(batch.things[at])
            last, distance = far[thing]
            if m.t[row] > last:
                continue
            key = (distance, int(m.loc[row]), int(m.step[row]), int(m.role[row]))
            target = rest if key in seen else firsts
            seen.add(key)
            target.setdefault(int(m.event[row]), (thing, "made_from"))
            if len(rest) > limit and len(firsts) > limit:
                break
    return {**firsts, **{event: entry for event, entry in rest.items() if event not in firsts}}


def _step(event: StoredEvent, about: str, relation: str, has_origin: bool) -> Step:
    body: dict[str, Any] = json.loads(event.body)
    low, high = temperatures(body)
    return Step(
        time_ms=event.time_ms,
        offset=str(body.get("eventTimeZoneOffset", "+00:00")),
        stage=_stage(event, body, relation, has_origin),
        biz_step=event.biz_step,
        disposition=event.disposition,
        place=event.biz_location or event.read_point,
        about=about,
        relation=relation,
        event_id=event.event_id,
        submitter=event.submitter,
        temperature_min=low,
        temperature_max=high,
        body=body,
    )


def _stage(event: StoredEvent, body: dict[str, Any], relation: str, has_origin: bool) -> str:
    if DIARY in body:
        return "growing"
    if event.type is EventType.TRANSFORMATION:  # cutting a crop makes a lot of it, and is no processing
        harvest = any(name.rsplit(":", 1)[-1] in HARVESTED for name in body.get("ilmd") or {})
        return "growing" if harvest else "processing"
    if event.disposition in ("retail_sold", "sellable_accessible") and event.biz_step != "unpacking":
        return "retail"
    if event.biz_step in _BORN:
        return "packing" if relation != "made_from" and has_origin else "growing"
    return _STAGES.get(event.biz_step or "", "other")


def temperatures(event: dict[str, Any]) -> tuple[float | None, float | None]:
    """Lowest and highest temperature of an event's sensor reports, degrees Celsius (EPCIS 2.0, 7.3.7; Rec 20 units)."""
    values: list[float] = []
    for element in event.get("sensorElementList") or []:
        for report in element.get("sensorReport") or []:
            kind = str(report.get("type", "")).rsplit("/", 1)[-1].rsplit(":", 1)[-1]
            if kind != "Temperature":
                continue
            for name in ("value", "minValue", "maxValue"):
                if isinstance(report.get(name), int | float):
                    values.append(_celsius(float(report[name]), str(report.get("uom", "CEL"))))
    return (round(min(values), 2), round(max(values), 2)) if values else (None, None)


def _celsius(value: float, unit: str) -> float:
    if unit == "FAH":
        return (value - 32) / 1.8
    return value - 273.15 if unit == "KEL" else value
