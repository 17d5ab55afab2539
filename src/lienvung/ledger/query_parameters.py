"""From the parameters of a query to conditions (EPCIS 2.0 section 8.2.7.1); `lienvung.epcis.query_names` has the names.

Values come as text from an address or with their types from JSON. A text in an
address equals a text or the number that it spells; a number in JSON equals numbers,
and texts that spell them (XML has no other). Times are compared as moments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lienvung.epcis.kinds import ACTIONS, EVENT_TYPES
from lienvung.epcis.lookups import Lookups, lookups_for
from lienvung.epcis.query_names import STEERING, Name, kind_of, moment_of, read_name
from lienvung.epcis.vocabulary import BIZ_STEP, DISPOSITION
from lienvung.errors import Invalid
from lienvung.ledger import patterns
from lienvung.ledger.access import EVERYTHING, Visible
from lienvung.ledger.access import NOTHING as NOBODY
from lienvung.ledger.events import event_rids
from lienvung.ledger.identifiers import thing_ids
from lienvung.ledger.query_conditions import (
    NOTHING,
    AnyOf,
    Condition,
    Known,
    Places,
    Rows,
    Sent,
    Sql,
    Words,
    any_of,
)
from lienvung.ledger.query_fields import Asked, field_condition, fixed_field, measure_condition, with_words
from lienvung.ledger.query_master import attribute_condition, within
from lienvung.ledger.query_problems import QueryTooComplex, refuse
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import (
    REFERENCE_DESTINATION,
    REFERENCE_SENDER,
    REFERENCE_SOURCE,
    REFERENCE_TRANSACTION,
    TERM_BIZ_STEP,
    TERM_DISPOSITION,
    TERM_REFERENCE_TYPE,
    full_uri,
)

Values = Sequence[Any]
EPC, PARENT, CHILD, INPUT, OUTPUT = range(5)
TYPE_PREFIXES = (
    "https://ref.gs1.org/cbv/BTT-",
    "https://ref.gs1.org/cbv/SDT-",
    "urn:epcglobal:cbv:btt:",
    "urn:epcglobal:cbv:sdt:",
)
LISTS = {
    "bizTransaction": REFERENCE_TRANSACTION,
    "source": REFERENCE_SOURCE,
    "destination": REFERENCE_DESTINATION,
}
Apply = Callable[[str, Values, Lookups], Condition]
MOST_VALUES = 1_000  # of one parameter; docs/reference/api.md tells the limits
MOST_PATTERNS = 50  # with `*` of one query: each may have to look at the whole dictionary


def conditions_of(
    parameters: Mapping[str, Values], *, seen_by: Visible = EVERYTHING, prefixes: Mapping[str, str] | None = None
) -> list[Condition]:
    """Each parameter's condition, all of which must hold, and what `seen_by` leaves.

    Raises QueryProblem for an unknown name or an impossible value. Bounds of time are not among them (`bounds_of`).
    """
    _check_sizes(parameters)
    lookups = lookups_for(dict(prefixes) if prefixes else None)
    found: list[Condition] = []
    for name, given in parameters.items():
        if name in STEERING or name in BOUNDS:
            continue
        check_text(name, given)
        kind = kind_of(name)
        if kind is None:
            raise refuse(name[:200], "không có tham số này", "there is no such parameter")
        if kind == "exists":
            if not _is_asked(name, given):
                continue
            values: Values = []
        else:
            values = [value for value in given if value != ""]
            if not values:
                raise refuse(name, "cần ít nhất một giá trị", "at least one value is needed")
        found.append(_condition(name, values, lookups, seen_by))
    visible = visible_condition(seen_by)
    return found if visible is None else [*found, visible]


def _check_sizes(parameters: Mapping[str, Values]) -> None:
    patterns_asked = 0
    for name, values in parameters.items():
        if len(values) > MOST_VALUES:
            raise _too_complex(name, f"{MOST_VALUES} giá trị của một tham số", f"{MOST_VALUES} values of a parameter")
        if name.startswith("MATCH_"):
            patterns_asked += sum("*" in str(value) for value in values)
            if patterns_asked > MOST_PATTERNS:
                raise _too_complex(name, f"{MOST_PATTERNS} mẫu có *", f"{MOST_PATTERNS} patterns with *")


def _too_complex(name: str, vi: str, en: str) -> QueryTooComplex:
    return QueryTooComplex(
        "ledger.query_too_complex",
        vi=f"Một truy vấn có nhiều nhất {vi}",
        en=f"a query has at most {en}",
        path=name,
    )


def check_text(name: str, values: Values) -> None:
    """No text that a database cannot hold: NUL, half a pair of UTF-16."""
    for text in (name, *values):
        if isinstance(text, str) and ("\x00" in text or (not text.isprintable() and not _encodes(text))):
            shown = name.encode("ascii", "replace").decode().replace("\x00", "?")[:200]
            raise refuse(shown, "có ký tự không hợp lệ", "has a character that is not allowed")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_asked(name: str, values: Values) -> bool:
    """EXISTS_: no value in the standard, an integer in its query schema, `true` or `false` in its OpenAPI document."""
    words = {str(value).lower() for value in values}
    if words <= {"", "true", "1", "none"}:
        return True
    if words <= {"false", "0"}:
        return False
    raise refuse(name, "chỉ nhận true hoặc false", "only true or false can be asked for")


def _condition(name: str, values: Values, lookups: Lookups, seen_by: Visible) -> Condition:
    apply = FIXED.get(name)
    if apply is not None:
        return apply(name, values, lookups)
    asked = Asked(name, values, lookups)
    if name in ("WD_readPoint", "WD_bizLocation"):
        return Places("rp" if name == "WD_readPoint" else "bl", within(asked, seen_by))
    read = read_name(name)
    if read is None:
        return fixed_field(asked)
    if read.kind == "reference":
        return _reference(read, asked)
    if read.kind == "measure":
        return measure_condition(asked, read)
    if read.kind in ("has", "attribute"):
        return attribute_condition(asked, read, seen_by)
    return field_condition(asked, read)


def visible_condition(seen_by: Visible) -> Condition | None:
    if seen_by == EVERYTHING:
        return None
    if seen_by == NOBODY:
        return NOTHING
    if not seen_by.parts:
        return Sql(seen_by.sql, seen_by.values)
    parts: list[Condition] = []
    for kind, members in seen_by.parts:
        if kind == "senders":
            parts.append(Sent(members))
        elif kind == "again":
            parts.append(Rows("reference", f"thing IN {marks(members)} AND kind = %s", (*members, REFERENCE_SENDER)))
        else:
            parts += [Places("bl", members), Places("rp", members)]
    return AnyOf(parts)


def _types(name: str, values: Values, lookups: Lookups) -> Condition:
    words = [lookups.names.expand(str(value)) for value in values]
    unknown = [word for word in words if word not in EVENT_TYPES and ":" not in word]
    if unknown:
        raise refuse(name, f"không có loại sự kiện {unknown[0]}", f"there is no event type {unknown[0]}")
    own = [word for word in words if word not in EVENT_TYPES]
    found: list[Condition] = []
    if len(own) < len(words):
        found.append(Words("type", [int(EVENT_TYPES[word]) for word in words if word in EVENT_TYPES]))
    if own:
        found.append(fixed_field(Asked("EQ_eventType", own, lookups)))
    return any_of(found)


def _actions(name: str, values: Values, lookups: Lookups) -> Condition:
    unknown = [value for value in values if value not in ACTIONS]
    if unknown:
        raise refuse(name, f"không có action {unknown[0]}", f"there is no action {unknown[0]}")
    return Words("action", [int(ACTIONS[value]) for value in values])


def terms(kind: int, values: Sequence[str]) -> list[int]:
    """Numbers of words that the ledger knows."""
    if not values:
        return []
    found = rows(f"SELECT id FROM ledger_term WHERE kind = %s AND value IN {marks(values)}", (kind, *values))
    return [number for (number,) in found]


def _biz_step(name: str, values: Values, lookups: Lookups) -> Condition:
    words = terms(TERM_BIZ_STEP, [BIZ_STEP.bare(value) for value in _expanded(values, lookups)])
    return Words("bizstep", words) if words else NOTHING


def _disposition(name: str, values: Values, lookups: Lookups) -> Condition:
    words = terms(TERM_DISPOSITION, [DISPOSITION.bare(value) for value in _expanded(values, lookups)])
    return Words("disp", words) if words else NOTHING


def _persistent(is_set: int) -> Apply:
    def apply(name: str, values: Values, lookups: Lookups) -> Condition:
        bare = [DISPOSITION.bare(value) for value in _expanded(values, lookups)]
        words = terms(TERM_DISPOSITION, bare)
        if not words:
            return NOTHING
        marked = Rows("persistent", f"disp IN {marks(words)} AND is_set = %s", (*words, is_set))
        return any_of([marked, with_words(f"persistentDisposition_{'set' if is_set else 'unset'}", bare)])

    return apply


def _things(name: str, values: Values) -> list[int]:
    found: list[int] = []
    for value in values:
        try:
            found += thing_ids(str(value))
        except Invalid as fault:
            raise refuse(name, fault.vi, fault.en) from None
    return found


def _place(column: str) -> Apply:
    return lambda name, values, lookups: Places(column, _things(name, _expanded(values, lookups)))


def _expanded(values: Values, lookups: Lookups) -> list[str]:
    return [lookups.names.expand(str(value)) for value in values]


def _event_id(name: str, values: Values, lookups: Lookups) -> Condition:
    return Known(rid for value in values for rid in event_rids(str(value)))


def _transformation(name: str, values: Values, lookups: Lookups) -> Condition:
    """By what went in and came out; declarations of error made nothing and have it as a word."""
    things = _things(name, _expanded(values, lookups))
    if not things:
        return NOTHING
    processes = [-thing for thing in things]
    uris = [full_uri(uri) for (uri,) in rows(f"SELECT uri FROM ledger_thing WHERE id IN {marks(things)}", things)]
    made = Rows("group", f"process IN {marks(processes)}", processes)
    return any_of([made, with_words("transformationID", uris)])


def match(roles: tuple[int, ...], *, classes: bool | None, exact: bool = False) -> Apply:
    def apply(name: str, values: Values, lookups: Lookups) -> Condition:
        asked = _expanded(values, lookups)
        try:
            return Known(patterns.events_naming(asked, roles=roles, classes=classes, exact=exact))
        except patterns.TooMany as many:
            raise QueryTooComplex("ledger.query_too_complex", vi=many.vi, en=many.en, path=name) from None
        except Invalid as fault:
            raise refuse(name, fault.vi, fault.en) from None

    return apply


def _reference(read: Name, asked: Asked) -> Condition:
    type_ = asked.lookups.names.expand(read.field)
    things = _things(asked.name, _expanded(asked.values, asked.lookups))
    bare = [type_[len(prefix) :] for prefix in TYPE_PREFIXES if type_.startswith(prefix)]
    words = terms(TERM_REFERENCE_TYPE, [type_, *bare])
    if not things or not words:
        return NOTHING
    where = f"thing IN {marks(things)} AND kind = %s AND type IN {marks(words)}"
    return Rows("reference", where, (*things, LISTS[read.scope], *words))


FIXED: dict[str, Apply] = {
    "eventType": _types,
    "EQ_action": _actions,
    "EQ_bizStep": _biz_step,
    "EQ_disposition": _disposition,
    "EQ_persistentDisposition_set": _persistent(1),
    "EQ_persistentDisposition_unset": _persistent(0),
    "EQ_readPoint": _place("rp"),
    "EQ_bizLocation": _place("bl"),
    "EQ_eventID": _event_id,
    "EQ_transformationID": _transformation,
    "MATCH_epc": match((EPC, CHILD), classes=False),
    "MATCH_parentID": match((PARENT,), classes=False),
    "MATCH_inputEPC": match((INPUT,), classes=False),
    "MATCH_outputEPC": match((OUTPUT,), classes=False),
    "MATCH_anyEPC": match((EPC, PARENT, CHILD, INPUT, OUTPUT), classes=False),
    "MATCH_epcClass": match((EPC, CHILD), classes=True),
    "MATCH_inputEPCClass": match((INPUT,), classes=True),
    "MATCH_outputEPCClass": match((OUTPUT,), classes=True),
    "MATCH_anyEPCClass": match((EPC, CHILD, INPUT, OUTPUT), classes=True),
}
BOUNDS = frozenset({"GE_eventTime", "LT_eventTime", "GE_recordTime", "LT_recordTime"})


def moment(name: str, values: Values) -> int:
    """The one moment that a parameter's values are."""
    if len(values) != 1:
        raise refuse(name, "cần đúng một thời điểm", "exactly one time is needed")
    text = str(values[0]).strip().replace(" ", "+")  # a '+' that was not escaped in the address
    found = moment_of(text)
    if found is None:
        raise refuse(
            name,
            "thời điểm phải theo RFC 3339 và có múi giờ, ví dụ 2026-11-02T07:30:00+07:00",
            "a time must follow RFC 3339 with a time zone, such as 2026-11-02T07:30:00+07:00",
        )
    return found


def bounds_of(parameters: Mapping[str, Values]) -> tuple[tuple[int | None, int | None], tuple[int, int | None]]:
    """((since, before) in event time, (first number, last number)): record times grow with the numbers of events."""
    times: dict[str, int] = {name: moment(name, parameters[name]) for name in BOUNDS if name in parameters}
    low, top = 1, None
    if "GE_recordTime" in times:
        low = _first_recorded(times["GE_recordTime"]) or 2**62
    if "LT_recordTime" in times:
        first = _first_recorded(times["LT_recordTime"])
        top = None if first is None else first - 1
    return (times.get("GE_eventTime"), times.get("LT_eventTime")), (low, top)


def _first_recorded(since: int) -> int | None:
    """The number of the first event recorded at `since` or later."""
    found = rows(
        "SELECT first_rid FROM ledger_document WHERE received_at >= %s AND event_count > 0 "
        "ORDER BY received_at, id LIMIT 1",
        (since,),
    )
    return int(found[0][0]) if found else None


def texts_of(values: Iterable[Any]) -> list[str]:
    """Values as text: what a page token belongs to, however they were typed."""
    return [format(value, "f") if isinstance(value, Decimal) else str(value) for value in values]
