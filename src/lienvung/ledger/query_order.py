"""In which order events come, and how many: orderBy, orderDirection, eventCountLimit, maxEventCount.

By a field of the user's own: the index of its amounts (or words) gives the events in
order, the conditions are asked of some hundred at a time; those without the field
come last, newest first. An event with several values stands where its first in this
order is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lienvung.epcis.lookups import lookups_for
from lienvung.epcis.query_names import named_field
from lienvung.ledger.fields import TIME, field_term
from lienvung.ledger.query_conditions import Condition, Rows
from lienvung.ledger.query_fields import term_numbers
from lienvung.ledger.query_parameters import check_text
from lienvung.ledger.query_problems import refuse
from lienvung.ledger.query_walk import Way, first_events
from lienvung.ledger.reading import marks, rows

AT_ONCE = 300
STAGES = ("time", "number", "word")  # how tokens name the kinds of values, in their order
LACKING = "none"  # the stage of a token that has come to events without the field


@dataclass(frozen=True)
class FieldOrder:
    """A field and where its values are: (name, table, column, term) of its times, its numbers and its words.

    All three stand here always (term 0: nothing yet), so that a page token means the same stage when the first time
    or number of the field is captured between two pages.
    """

    stages: tuple[tuple[str, str, str, int], ...]


@dataclass(frozen=True)
class Order:
    by: str | FieldOrder  # eventTime, recordTime or a field
    descending: bool = True
    limit: int | None = None  # eventCountLimit
    most: int | None = None  # maxEventCount


def order_of(parameters: Mapping[str, Sequence[Any]], prefixes: Mapping[str, str] | None = None) -> Order:
    by = parameters.get("orderBy", ["recordTime"])
    way = parameters.get("orderDirection", ["DESC"])
    if len(by) != 1:
        raise refuse("orderBy", "cần đúng một trường", "exactly one field is needed")
    if list(way) not in (["ASC"], ["DESC"]):
        raise refuse("orderDirection", "chỉ ASC hoặc DESC", "only ASC or DESC")
    limit, most = _number(parameters, "eventCountLimit"), _number(parameters, "maxEventCount")
    if limit and most:
        raise refuse("maxEventCount", "không dùng cùng eventCountLimit", "cannot stand beside eventCountLimit")
    if limit and "orderBy" not in parameters:
        raise refuse("eventCountLimit", "cần có orderBy", "needs orderBy")
    chosen = str(by[0])
    check_text("orderBy", [chosen])
    return Order(
        chosen if chosen in ("eventTime", "recordTime") else _field(chosen, prefixes),
        list(way) == ["DESC"],
        limit,
        most,
    )


def _field(written: str, prefixes: Mapping[str, str] | None) -> FieldOrder:
    lookups = lookups_for(dict(prefixes) if prefixes else None)
    key = named_field(written, lookups.names.prefixes) if ":" in written or "#" in written else None
    if key is None:
        raise refuse(
            "orderBy",
            "chỉ eventTime, recordTime hoặc trường mở rộng có tiền tố đã khai báo",
            "only eventTime, recordTime, or an extension field with a declared prefix",
        )
    term = field_term("event", key)
    known = term_numbers([term, term + TIME])
    times, others = known.get(term + TIME, 0), known.get(term, 0)
    places = (("amount", "num", times), ("amount", "num", others), ("field", "word", others))
    return FieldOrder(tuple((name, *place) for name, place in zip(STAGES, places)))


def _number(parameters: Mapping[str, Sequence[Any]], name: str) -> int | None:
    values = parameters.get(name)
    if values is None:
        return None
    text = str(values[0]) if len(values) == 1 else ""
    if not text.isdecimal() or len(text) > 10 or not 0 < int(text) < 2**31:
        raise refuse(name, "cần một số nguyên dương", "one positive whole number is needed")
    return int(text)


def first_by_field(
    conditions: Sequence[Condition],
    by: FieldOrder,
    *,
    descending: bool,
    bounds: tuple[int, int],
    last: list[Any] | None,
    count: int,
) -> list[list[Any]]:
    """[stage, value, number] of the first `count` events after `last`."""
    found: list[list[Any]] = []
    names = [stage[0] for stage in by.stages]
    if last is not None and last[0] not in (*names, LACKING):
        raise refuse("nextPageToken", "mã trang sai hoặc đã hết hạn", "the token is wrong or has expired")
    first = 0 if last is None else len(names) if last[0] == LACKING else names.index(last[0])
    for stage in range(first, len(names)):
        after = last if last is not None and stage == first else None
        if by.stages[stage][3]:
            found += _in_stage(conditions, by, stage, descending, bounds, after, count - len(found))
        if len(found) >= count:
            return found
    after_number = int(last[2]) if last is not None and last[0] == LACKING else None
    found += _lacking(conditions, by, bounds, after_number, count - len(found))
    return found


def _in_stage(
    conditions: Sequence[Condition],
    by: FieldOrder,
    stage: int,
    descending: bool,
    bounds: tuple[int, int],
    last: list[Any] | None,
    count: int,
) -> list[list[Any]]:
    name, table, column, term = by.stages[stage]
    way, sign, best = ("DESC", "<", ">") if descending else ("ASC", ">", "<")
    found: list[list[Any]] = []
    while len(found) < count:
        where, values = "a.name = %s", [term]
        if last is not None:
            where += f" AND (a.{column}, a.event) {sign} (%s, %s)"
            values += [last[1], last[2]]
        batch = rows(
            f"SELECT a.{column}, a.event FROM ledger_{table} a WHERE {where} "
            f"ORDER BY a.{column} {way}, a.event {way} LIMIT {AT_ONCE}",
            values,
        )
        if not batch:
            break
        left = [event for _, event in batch if bounds[0] <= event <= bounds[1]]
        met = {event: value for value, event in reversed(batch)}
        left = _first_values(table, column, term, best, met, left)
        left = _in_earlier_stage(by, stage, left)
        for condition in sorted(conditions, key=lambda one: one.cost):
            left = sorted(condition.keep(left)) if left else left
        fine, seen = set(left), set()
        for value, event in batch:
            if event in fine and event not in seen:
                seen.add(event)
                found.append([name, value, event])
        last = [name, *batch[-1]]
    return found[:count]


def _first_values(
    table: str, column: str, term: int, best: str, values: dict[int, Any], rids: Sequence[int]
) -> list[int]:
    """Those events whose value here is their first in this order: the others were met before."""
    if not rids:
        return []
    limits = rows(
        f"SELECT event, {'MAX' if best == '>' else 'MIN'}({column}) FROM ledger_{table} "
        f"WHERE name = %s AND event IN {marks(rids)} GROUP BY event",
        (term, *rids),
    )
    return [event for event, limit in limits if values[event] == limit]


def _in_earlier_stage(by: FieldOrder, stage: int, rids: Sequence[int]) -> list[int]:
    """Without those that an earlier kind of value has shown already."""
    left = list(rids)
    for _, table, _, term in by.stages[:stage]:
        if left and term:
            shown = Rows(table, "name = %s", (term,)).keep(left)
            left = [rid for rid in left if rid not in shown]
    return left


def _lacking(
    conditions: Sequence[Condition], by: FieldOrder, bounds: tuple[int, int], after: int | None, count: int
) -> list[list[Any]]:
    """Events without the field, newest first."""
    found: list[list[Any]] = []
    place = None if after is None else (0, after)
    while len(found) < count:
        batch = first_events(
            conditions, way=Way(False, True), low=bounds[0], top=bounds[1], last=place, count=max(count, 100)
        )
        if not batch:
            break
        left = set(_in_earlier_stage(by, len(by.stages), [rid for _, rid in batch]))
        found += [[LACKING, 0, rid] for _, rid in batch if rid in left]
        place = batch[-1]
    return found[:count]
