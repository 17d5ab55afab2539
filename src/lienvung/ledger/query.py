"""The query language of EPCIS 2.0 (section 8.2.7), its commonest parameters, with pages that stay put while data grows.

    run_query(parameters, seen_by=…, per_page=30, token=None) -> Page

Values in a list are alternatives; different parameters all hold. A page token
names the query it belongs to, the newest record when the first page was made and
the last event shown; it is signed. Raises QueryProblem subclasses with the
standard's own names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core import signing

from lienvung.epcis.kinds import ACTIONS, EVENT_TYPES
from lienvung.epcis.times import parse_time
from lienvung.epcis.vocabulary import BIZ_STEP, DISPOSITION
from lienvung.errors import Invalid, Problem
from lienvung.ledger import patterns
from lienvung.ledger.access import EVERYTHING, Visible
from lienvung.ledger.events import StoredEvent, by_rids, event_rids
from lienvung.ledger.identifiers import thing_ids
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import (
    REFERENCE_DESTINATION,
    REFERENCE_SOURCE,
    REFERENCE_TRANSACTION,
    TERM_BIZ_STEP,
    TERM_DISPOSITION,
    TERM_REFERENCE_TYPE,
)

PER_PAGE = 30
PER_PAGE_MOST = 1_000
SALT = "lienvung.epcis.page"
TOKEN_AGE_S = 24 * 3600
CHUNK = 500


class QueryProblem(Invalid):
    """A query that cannot be answered; `exception` is the standard's name for why."""

    exception = "QueryParameterException"


class QueryTooLarge(QueryProblem):
    exception = "QueryTooLargeException"
    status = 413


class QueryTooComplex(QueryProblem):
    exception = "QueryTooComplexException"
    status = 413


def refuse(name: str, vi: str, en: str) -> QueryProblem:
    return QueryProblem("ledger.query", vi=f"{name}: {vi}", en=f"{name}: {en}", path=name)


@dataclass
class Conditions:
    """What all events of the answer must be: SQL about `ledger_event e`, and numbers where a list is known."""

    sql: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    rids: set[int] | None = None

    def where(self, sql: str, values: Sequence[Any] = ()) -> None:
        self.sql.append(sql)
        self.values += values

    def among(self, rids: set[int]) -> None:
        self.rids = rids if self.rids is None else self.rids & rids

    def column_in(self, column: str, values: Sequence[Any]) -> None:
        if values:
            self.where(f"e.{column} IN {marks(values)}", values)
        else:
            self.where("1 = 0")


@dataclass(frozen=True)
class Page:
    events: list[StoredEvent]
    next_token: str | None


Values = Sequence[str]


def _types(c: Conditions, name: str, values: Values) -> None:
    unknown = [value for value in values if value not in EVENT_TYPES]
    if unknown:
        raise refuse(name, f"không có loại sự kiện {unknown[0]}", f"there is no event type {unknown[0]}")
    c.column_in("type", [int(EVENT_TYPES[value]) for value in values])


def _actions(c: Conditions, name: str, values: Values) -> None:
    unknown = [value for value in values if value not in ACTIONS]
    if unknown:
        raise refuse(name, f"không có action {unknown[0]}", f"there is no action {unknown[0]}")
    c.column_in("action", [int(ACTIONS[value]) for value in values])


def _moment(name: str, values: Values) -> int:
    if len(values) != 1:
        raise refuse(name, "cần đúng một thời điểm", "exactly one time is needed")
    try:
        return parse_time(values[0].strip().replace(" ", "+"))[0]  # a '+' that was not escaped in the address
    except Invalid as fault:
        raise refuse(name, fault.vi, fault.en) from None


def _event_time(sign: str) -> Callable[[Conditions, str, Values], None]:
    return lambda c, name, values: c.where(f"e.t {sign} %s", (_moment(name, values),))


def _record_time(sign: str) -> Callable[[Conditions, str, Values], None]:
    """Record times grow with the numbers of the events, so a time is a number."""

    def apply(c: Conditions, name: str, values: Values) -> None:
        found = rows(
            "SELECT first_rid FROM ledger_document WHERE received_at >= %s AND event_count > 0 "
            "ORDER BY received_at, id LIMIT 1",
            (_moment(name, values),),
        )
        if found:
            c.where(f"e.rid {sign} %s", (found[0][0],))
        elif sign == ">=":
            c.where("1 = 0")

    return apply


def _terms(kind: int, values: Sequence[str]) -> list[int]:
    if not values:
        return []
    found = rows(f"SELECT id FROM ledger_term WHERE kind = %s AND value IN {marks(values)}", (kind, *values))
    return [number for (number,) in found]


def _biz_step(c: Conditions, name: str, values: Values) -> None:
    c.column_in("bizstep", _terms(TERM_BIZ_STEP, [BIZ_STEP.bare(value) for value in values]))


def _disposition(c: Conditions, name: str, values: Values) -> None:
    c.column_in("disp", _terms(TERM_DISPOSITION, [DISPOSITION.bare(value) for value in values]))


def _persistent(is_set: int) -> Callable[[Conditions, str, Values], None]:
    def apply(c: Conditions, name: str, values: Values) -> None:
        terms = _terms(TERM_DISPOSITION, [DISPOSITION.bare(value) for value in values])
        found = (
            rows(
                f"SELECT DISTINCT event FROM ledger_persistent WHERE is_set = %s AND disp IN {marks(terms)}",
                (is_set, *terms),
            )
            if terms
            else []
        )
        c.among({rid for (rid,) in found})

    return apply


def _things(name: str, values: Values) -> list[int]:
    found: list[int] = []
    for value in values:
        try:
            found += thing_ids(value)
        except Invalid as fault:
            raise refuse(name, fault.vi, fault.en) from None
    return found


def _place(column: str) -> Callable[[Conditions, str, Values], None]:
    return lambda c, name, values: c.column_in(column, _things(name, values))


def _event_id(c: Conditions, name: str, values: Values) -> None:
    c.among({rid for value in values for rid in event_rids(value)})


def _transformation(c: Conditions, name: str, values: Values) -> None:
    processes = [-thing for thing in _things(name, values)]
    found = rows(f"SELECT event FROM ledger_group WHERE process IN {marks(processes)}", processes) if processes else []
    c.among({rid for (rid,) in found})


def _match(roles: tuple[int, ...], *, classes: bool | None) -> Callable[[Conditions, str, Values], None]:
    def apply(c: Conditions, name: str, values: Values) -> None:
        try:
            c.among(patterns.events_naming(values, roles=roles, classes=classes))
        except patterns.TooMany as many:
            raise QueryTooComplex("ledger.query_too_complex", vi=many.vi, en=many.en, path=name) from None
        except Invalid as fault:
            raise refuse(name, fault.vi, fault.en) from None

    return apply


def _error_exists(c: Conditions, name: str, values: Values) -> None:
    if any(value not in {"", "true"} for value in values):  # no value in the standard, `true` in its OpenAPI document
        raise refuse(name, "chỉ nhận true", "only true can be asked for")
    c.where("e.rid IN (SELECT declared_by FROM ledger_error)")


def _reference(kind: int, type_: str) -> Callable[[Conditions, str, Values], None]:
    def apply(c: Conditions, name: str, values: Values) -> None:
        things = _things(name, values)
        words = _terms(TERM_REFERENCE_TYPE, [type_, *_spellings(type_)])
        found: list[tuple[Any, ...]] = []
        if things and words:
            found = rows(
                f"SELECT event FROM ledger_reference WHERE thing IN {marks(things)} "
                f"AND kind = %s AND type IN {marks(words)}",
                (*things, kind, *words),
            )
        c.among({rid for (rid,) in found})

    return apply


def _spellings(word: str) -> list[str]:
    """A type as bare word, whichever of its URIs was asked for."""
    return [word[len(prefix) :] for prefix in TYPE_PREFIXES if word.startswith(prefix)]


TYPE_PREFIXES = (
    "https://ref.gs1.org/cbv/BTT-",
    "https://ref.gs1.org/cbv/SDT-",
    "urn:epcglobal:cbv:btt:",
    "urn:epcglobal:cbv:sdt:",
)
EPC, PARENT, CHILD, INPUT, OUTPUT = range(5)
Apply = Callable[[Conditions, str, Values], None]
PARAMETERS: dict[str, Apply] = {
    "eventType": _types,
    "GE_eventTime": _event_time(">="),
    "LT_eventTime": _event_time("<"),
    "GE_recordTime": _record_time(">="),
    "LT_recordTime": _record_time("<"),
    "EQ_action": _actions,
    "EQ_bizStep": _biz_step,
    "EQ_disposition": _disposition,
    "EQ_persistentDisposition_set": _persistent(1),
    "EQ_persistentDisposition_unset": _persistent(0),
    "EQ_readPoint": _place("rp"),
    "EQ_bizLocation": _place("bl"),
    "EQ_eventID": _event_id,
    "EQ_transformationID": _transformation,
    "EXISTS_errorDeclaration": _error_exists,
    "MATCH_epc": _match((EPC, CHILD), classes=False),
    "MATCH_parentID": _match((PARENT,), classes=False),
    "MATCH_inputEPC": _match((INPUT,), classes=False),
    "MATCH_outputEPC": _match((OUTPUT,), classes=False),
    "MATCH_anyEPC": _match((EPC, PARENT, CHILD, INPUT, OUTPUT), classes=False),
    "MATCH_epcClass": _match((EPC, CHILD), classes=True),
    "MATCH_inputEPCClass": _match((INPUT,), classes=True),
    "MATCH_outputEPCClass": _match((OUTPUT,), classes=True),
    "MATCH_anyEPCClass": _match((EPC, CHILD, INPUT, OUTPUT), classes=True),
}
FAMILIES = {
    "EQ_bizTransaction_": REFERENCE_TRANSACTION,
    "EQ_source_": REFERENCE_SOURCE,
    "EQ_destination_": REFERENCE_DESTINATION,
}
STEERING = {"orderBy", "orderDirection", "eventCountLimit", "maxEventCount"}


def conditions_of(parameters: Mapping[str, Values]) -> Conditions:
    """Each parameter's condition. Raises QueryProblem for an unknown name or an impossible value."""
    found = Conditions()
    for name, values in parameters.items():
        if name in STEERING:
            continue
        apply = PARAMETERS.get(name)
        if apply is None:
            family = next((prefix for prefix in FAMILIES if name.startswith(prefix)), None)
            if family is None:
                raise refuse(name, "không có tham số này", "there is no such parameter")
            apply = _reference(FAMILIES[family], name[len(family) :])
        apply(found, name, [value for value in values if value != ""] if name != "EXISTS_errorDeclaration" else values)
    return found


def _number(parameters: Mapping[str, Values], name: str) -> int | None:
    values = parameters.get(name)
    if values is None:
        return None
    if len(values) != 1 or not values[0].isdecimal() or not 0 < int(values[0]) < 2**31:
        raise refuse(name, "cần một số nguyên dương", "one positive whole number is needed")
    return int(values[0])


@dataclass(frozen=True)
class Order:
    by_time: bool
    descending: bool
    limit: int | None  # eventCountLimit
    most: int | None  # maxEventCount

    @property
    def sql(self) -> str:
        way = "DESC" if self.descending else "ASC"
        return f"e.t {way}, e.rid {way}" if self.by_time else f"e.rid {way}"

    def after(self, last: tuple[int, int]) -> tuple[str, tuple[int, ...]]:
        """The condition for what comes after the event (t, rid)."""
        sign = "<" if self.descending else ">"
        if not self.by_time:
            return f"e.rid {sign} %s", (last[1],)
        return f"(e.t, e.rid) {sign} (%s, %s)", last


def order_of(parameters: Mapping[str, Values]) -> Order:
    by = parameters.get("orderBy", ["recordTime"])
    way = parameters.get("orderDirection", ["DESC"])
    if list(by) not in (["eventTime"], ["recordTime"]):
        raise refuse("orderBy", "chỉ eventTime hoặc recordTime", "only eventTime or recordTime")
    if list(way) not in (["ASC"], ["DESC"]):
        raise refuse("orderDirection", "chỉ ASC hoặc DESC", "only ASC or DESC")
    limit, most = _number(parameters, "eventCountLimit"), _number(parameters, "maxEventCount")
    if limit and most:
        raise refuse("maxEventCount", "không dùng cùng eventCountLimit", "cannot stand beside eventCountLimit")
    if limit and "orderBy" not in parameters:
        raise refuse("eventCountLimit", "cần có orderBy", "needs orderBy")
    return Order(list(by) == ["eventTime"], list(way) == ["DESC"], limit, most)


def run_query(
    parameters: Mapping[str, Values],
    *,
    seen_by: Visible = EVERYTHING,
    per_page: int = PER_PAGE,
    token: str | None = None,
    naming: str | None = None,
    prefixes: Mapping[str, str] | None = None,
) -> Page:
    """One page of the events that `parameters` ask for, that name `naming` anywhere, and that `seen_by` leaves."""
    order, conditions = order_of(parameters), conditions_of(parameters)
    if naming is not None:
        _match((EPC, PARENT, CHILD, INPUT, OUTPUT), classes=None)(conditions, "epc", [naming])
    conditions.where(seen_by.sql, seen_by.values)
    name = _fingerprint({**parameters, "": [naming or ""]})
    if token is None:
        [(top,)] = rows("SELECT COALESCE(MAX(rid), 0) FROM ledger_event")
        shown, last = 0, None
        if order.most is not None and len(_find(conditions, order, top, None, order.most + 1)) > order.most:
            raise QueryTooLarge(
                "ledger.query_too_large",
                vi=f"Có hơn {order.most} sự kiện",
                en=f"there are more than {order.most} events",
                path="maxEventCount",
            )
    else:
        top, shown, last = _open_token(token, name)
    wanted = min(per_page, PER_PAGE_MOST)
    if order.limit is not None:
        wanted = min(wanted, order.limit - shown)
    found = _find(conditions, order, top, last, wanted + 1) if wanted > 0 else []
    here = found[:wanted]
    events = {event.rid: event for event in by_rids(rid for _, rid in here)}
    shown += len(here)
    more = len(found) > wanted and (order.limit is None or shown < order.limit)
    following = signing.dumps([name, top, shown, *here[-1]], salt=SALT, compress=True) if more else None
    return Page([events[rid] for _, rid in here], following)


def newest_rid() -> int:
    """The number of the event recorded last; 0 in an empty ledger."""
    [(top,)] = rows("SELECT COALESCE(MAX(rid), 0) FROM ledger_event")
    return int(top)


def matches_since(
    parameters: Mapping[str, Values],
    *,
    seen_by: Visible = EVERYTHING,
    after: int,
    up_to: int,
    limit: int,
    prefixes: Mapping[str, str] | None = None,
) -> list[StoredEvent]:
    """The first `limit` events numbered over `after` and at most `up_to` that `parameters` ask for, as recorded."""
    conditions = conditions_of(parameters)
    conditions.where(seen_by.sql, seen_by.values)
    order = Order(by_time=False, descending=False, limit=None, most=None)
    found = _find(conditions, order, up_to, (0, after), limit)
    return sorted(by_rids(rid for _, rid in found), key=lambda event: event.rid)


def _find(
    conditions: Conditions, order: Order, top: int, last: tuple[int, int] | None, count: int
) -> list[tuple[int, int]]:
    """(t, rid) of the first `count` events after `last` and not newer than `top`."""
    sql = [*conditions.sql, "e.rid <= %s"]
    values = [*conditions.values, top]
    if last is not None:
        after, place = order.after(last)
        sql.append(after)
        values += place
    select = f"SELECT e.t, e.rid FROM ledger_event e WHERE {' AND '.join(sql)}"
    if conditions.rids is None:
        return [(t, rid) for t, rid in rows(f"{select} ORDER BY {order.sql} LIMIT %s", (*values, count))]
    known = sorted(conditions.rids)
    found: list[tuple[int, int]] = []
    for start in range(0, len(known), CHUNK):
        part = known[start : start + CHUNK]
        found += [(t, rid) for t, rid in rows(f"{select} AND e.rid IN {marks(part)}", (*values, *part))]
    found.sort(key=lambda place: place if order.by_time else place[1:], reverse=order.descending)
    return found[:count]


def _fingerprint(parameters: Mapping[str, Values]) -> str:
    """What a page token belongs to: the query, however its lists were ordered or written."""
    words = json.dumps(sorted((name, sorted(set(values))) for name, values in parameters.items()))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _open_token(token: str, name: str) -> tuple[int, int, tuple[int, int]]:
    try:
        query, top, shown, t, rid = signing.loads(token, salt=SALT, max_age=TOKEN_AGE_S)
    except (signing.BadSignature, ValueError, TypeError):
        raise refuse("nextPageToken", "mã trang sai hoặc đã hết hạn", "the token is wrong or has expired") from None
    if query != name:
        raise refuse("nextPageToken", "mã trang của một truy vấn khác", "the token belongs to another query")
    return top, shown, (t, rid)


__all__ = ["PER_PAGE", "Page", "Problem", "QueryProblem", "matches_since", "newest_rid", "run_query"]
