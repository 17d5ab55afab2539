"""Conditions on master data: places within places (WD_), attributes of what events name (HASATTR_, EQATTR_)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lienvung.epcis.query_names import ATTRIBUTED, Name, named_field
from lienvung.epcis.vocabulary import BIZ_STEP, DISPOSITION
from lienvung.errors import Invalid
from lienvung.ledger.access import Visible
from lienvung.ledger.fields import field_term
from lienvung.ledger.identifiers import candidates
from lienvung.ledger.master import attribute_key, children_of, elements_with
from lienvung.ledger.patterns import events_of_things
from lienvung.ledger.query_conditions import NOTHING, Condition, Known, Places, Rows, Words, any_of
from lienvung.ledger.query_fields import Asked, key_of, with_words, words_meant
from lienvung.ledger.query_problems import refuse
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import (
    REFERENCE_DESTINATION,
    REFERENCE_SOURCE,
    REFERENCE_TRANSACTION,
    TERM_BIZ_STEP,
    TERM_DISPOSITION,
    full_uri,
    stored_uri,
)

CHUNK = 500
LISTS = {"bizTransaction": REFERENCE_TRANSACTION, "source": REFERENCE_SOURCE, "destination": REFERENCE_DESTINATION}


def within(asked: Asked, seen_by: Visible) -> list[int]:
    """The places asked for and all that master data puts inside them, at any depth; a circle ends where it began.

    By their spelling: a site that no event names itself may have rooms that many do.
    """
    spelled: set[str] = set()
    for value in asked.values:
        try:
            spelled.update(stored_uri(uri) for uri in candidates(asked.lookups.names.expand(str(value))))
        except Invalid as fault:
            raise refuse(asked.name, fault.vi, fault.en) from None
    waiting = sorted(spelled)
    while waiting:
        fresh = children_of(waiting, seen_by) - spelled
        spelled |= fresh
        waiting = sorted(fresh)
    return _things(sorted(spelled))


def attribute_condition(asked: Asked, read: Name, seen_by: Visible) -> Condition:
    """Events whose field names an element of master data that has an attribute (with one of the values)."""
    if read.kind == "has":
        attributes, words = [str(value) for value in asked.values], None
    else:
        attributes = [read.attribute]
        words = sorted({word for value in asked.values for word in _words(asked, value)})
    keys = [_attribute(asked, attribute) for attribute in attributes]
    elements = sorted(elements_with(keys, words, seen_by))
    if not elements:
        _field(asked, read.field)
        return NOTHING
    return _naming(asked, read.field, elements)


def _words(asked: Asked, value: object) -> list[str]:
    return words_meant(str(value), asked.lookups)


def _attribute(asked: Asked, written: str) -> str:
    return attribute_key(named_field(written, asked.lookups.names.prefixes) or written)


def _field(asked: Asked, written: str) -> str:
    """The term of an extension field; "" for a field of the standard."""
    if written in ATTRIBUTED:
        return ""
    if ":" not in written and "#" not in written:
        raise refuse(
            asked.name,
            f"trường {written[:100]} không có dữ liệu gốc; có: {', '.join(ATTRIBUTED)} và các trường mở rộng",
            f"the field {written[:100]} has no master data; those that have: {', '.join(ATTRIBUTED)}, extension fields",
        )
    return field_term("event", key_of(asked, written))


def _naming(asked: Asked, field: str, elements: Sequence[str]) -> Condition:
    term = _field(asked, field)
    if term:
        return with_words(term, ["s" + full_uri(element) for element in elements])
    if field in ("bizStep", "disposition"):
        vocabulary, kind, column = (
            (BIZ_STEP, TERM_BIZ_STEP, "bizstep") if field == "bizStep" else (DISPOSITION, TERM_DISPOSITION, "disp")
        )
        words = [
            number
            for value, number in _in_terms(kind)
            if value in elements or vocabulary.uri(value) in elements or vocabulary.urn + value in elements
        ]
        return Words(column, words) if words else NOTHING
    things = _things(elements)
    if not things:
        return NOTHING
    if field in ("readPoint", "bizLocation"):
        return Places("rp" if field == "readPoint" else "bl", things)
    if field == "epcClass":
        return Known(events_of_things(set(things), roles=range(5), classes=True))
    return any_of(
        [
            Rows("reference", f"thing IN {marks(part)} AND kind = %s", (*part, LISTS[field]))
            for part in (things[start : start + CHUNK] for start in range(0, len(things), CHUNK))
        ]
    )


def _in_terms(kind: int) -> list[tuple[str, int]]:
    return [(value, number) for value, number in rows("SELECT value, id FROM ledger_term WHERE kind = %s", (kind,))]


def _things(spelled: Sequence[str]) -> list[int]:
    return [number for (number,) in _in("SELECT id FROM ledger_thing WHERE uri", spelled)]


def _in(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(values), CHUNK):
        part = values[start : start + CHUNK]
        found += rows(f"{sql} IN {marks(part)}", part)
    return found
