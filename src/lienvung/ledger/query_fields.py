"""Conditions on fields: user extensions, ilmd, sensor data, declarations of error, quantities (`ledger.fields`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from lienvung.epcis.lookups import Lookups
from lienvung.epcis.numbers import numeral_text
from lienvung.epcis.query_names import Name, moment_of, named_field
from lienvung.errors import Invalid
from lienvung.ledger.fields import (
    ERROR,
    EXISTS,
    SENSOR,
    TIME,
    canonical_text,
    clamp,
    field_term,
    number_of,
    stored_term,
    word_of,
)
from lienvung.ledger.query_conditions import NOTHING, Condition, Rows, any_of
from lienvung.ledger.query_problems import refuse
from lienvung.ledger.query_units import in_units
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import TERM_FIELD

SIGNS = {"EQ": "=", "GT": ">", "GE": ">=", "LT": "<", "LE": "<="}
SPREAD = ("sDev",)  # distances between values: the zero of a temperature scale does not matter
TIMES = {
    "errorDeclarationTime": f"{ERROR} declarationTime",
    "errorDeclaration_Time": f"{ERROR} declarationTime",
    "time": f"{SENSOR} time",
    "startTime": f"{SENSOR} startTime",
    "endTime": f"{SENSOR} endTime",
}
WORDS = {
    "errorReason": f"{ERROR} reason",
    "correctiveEventID": f"{ERROR} correctiveEventID",
    "eventType": "type",
    "type": f"{SENSOR} type",
    "stringValue": f"{SENSOR} stringValue",
    "booleanValue": f"{SENSOR} booleanValue",
    "hexBinaryValue": f"{SENSOR} hexBinaryValue",
}


@dataclass(frozen=True)
class Asked:
    """A parameter as it was asked for, and what its prefixes mean."""

    name: str
    values: Sequence[Any]
    lookups: Lookups

    def one(self) -> Any:
        if len(self.values) != 1:
            raise refuse(self.name, "cần đúng một giá trị", "exactly one value is needed")
        return self.values[0]

    def number(self, value: Any) -> float:
        found = number_of(value)
        if found is None:
            raise refuse(self.name, "cần một số", "a number is needed")
        return found

    def moment(self, value: Any) -> int | None:
        """A '+' that was not escaped in the address has become a space."""
        return moment_of(value.strip().replace(" ", "+")) if isinstance(value, str) else None


def term_numbers(values: Sequence[str]) -> dict[str, int]:
    """The numbers of terms that the ledger knows."""
    stored = [stored_term(value) for value in values]
    sql = f"SELECT value, id FROM ledger_term WHERE kind = %s AND value IN {marks(stored)}"
    numbers = dict(rows(sql, (TERM_FIELD, *stored)))
    return {value: numbers[short] for value, short in zip(values, stored) if short in numbers}


def _terms_beginning(head: str) -> list[int]:
    found = rows("SELECT id, value FROM ledger_term WHERE kind = %s", (TERM_FIELD,))
    return [number for number, value in found if value.startswith(head)]


def with_words(term: str, words: Sequence[str]) -> Condition:
    """Events in which a field has one of these words."""
    number = term_numbers([term]).get(term)
    if number is None or not words:
        return NOTHING
    clamped = sorted({clamp(word) for word in words})
    return Rows("field", f"name = %s AND word IN {marks(clamped)}", (number, *clamped))


def _existing(terms: Sequence[str]) -> Condition:
    numbers = sorted(term_numbers(terms).values())
    return Rows("field", f"name IN {marks(numbers)}", numbers) if numbers else NOTHING


def compared(term: str, operator: str, numbers: Sequence[float]) -> Condition:
    """Events in which a field is so compared with one of these numbers."""
    name = term_numbers([term]).get(term)
    return NOTHING if name is None else _compared([name], operator, numbers)


def _compared(names: Sequence[int], operator: str, numbers: Sequence[float]) -> Condition:
    if not names or not numbers:
        return NOTHING
    if operator == "EQ":
        test, values = f"IN {marks(numbers)}", tuple(numbers)
    else:
        test, values = f"{SIGNS[operator]} %s", (numbers[0],)
    where = f"name IN {marks(names)} AND "
    return Rows("amount", f"{where}num {test}", (*names, *values), bounded=f"{where}+num {test}")


def fixed_field(asked: Asked) -> Condition:
    """The fixed names that ask for a field."""
    operator, _, field = asked.name.partition("_")
    if operator == "EXISTS":
        return _existing([f"{EXISTS} {field}"])
    if field in TIMES:
        value = asked.one()
        moment = asked.moment(value)
        if moment is None:
            raise refuse(
                asked.name, "thời điểm phải theo RFC 3339 và có múi giờ", "a time must follow RFC 3339 with a time zone"
            )
        return compared(TIMES[field], operator, [float(moment)])
    if field == "percRank":
        return compared(f"{SENSOR} percRank", operator, [asked.number(asked.one())])
    if field == "quantity":
        values = asked.values if operator == "EQ" else [asked.one()]
        return _compared(_terms_beginning("quantity "), operator, [asked.number(value) for value in values])
    term = WORDS.get(field, f"{SENSOR} {field}")
    return with_words(term, [_word(asked, field, value) for value in asked.values])


def _word(asked: Asked, field: str, value: Any) -> str:
    text, lookups = str(value), asked.lookups
    if field == "errorReason":
        return word_of(text, lookups.reasons)
    if field == "type":
        return word_of(text, lookups.measurements)
    if field == "booleanValue":
        if text.lower() not in ("true", "false"):
            raise refuse(asked.name, "chỉ nhận true hoặc false", "only true or false can be asked for")
        return text.lower()
    if field == "hexBinaryValue":
        return text.upper()
    return text if field in ("stringValue", "correctiveEventID", "eventType") else canonical_text(text, lookups)


def measure_condition(asked: Asked, read: Name) -> Condition:
    """`GE_value_CEL`: the bound in every unit of the dimension that the ledger knows."""
    values = asked.values if read.operator == "EQ" else [asked.one()]
    bounds: dict[str, list[float]] = {}
    for value in values:
        asked.number(value)
        exact = Decimal(str(value).strip())
        for unit, bound in in_units(exact, read.unit, difference=read.scope in SPREAD).items():
            bounds.setdefault(f"{read.scope} {unit}", []).append(bound)
    known = term_numbers(list(bounds))
    return any_of([_compared([known[term]], read.operator, bounds[term]) for term in bounds if term in known])


def key_of(asked: Asked, written: str) -> str:
    """The key of a field that a parameter names."""
    key = named_field(written, asked.lookups.names.prefixes)
    if key is None:
        raise refuse(
            asked.name,
            f"tiền tố của {written[:100]} chưa khai báo trong @context hoặc GS1-Extensions",
            f"the prefix of {written[:100]} is declared neither in @context nor in GS1-Extensions",
        )
    return key


def field_condition(asked: Asked, read: Name) -> Condition:
    """Extension fields, in events or inside ilmd, declarations, sensor data and places."""
    term = field_term(read.scope, key_of(asked, read.field), inner=read.inner)
    if read.operator == "EXISTS":
        return _existing([term])
    if read.operator == "EQ":
        return any_of(_equal(asked, term))
    value = asked.one()
    moment = asked.moment(value)
    if moment is not None:
        return compared(term + TIME, read.operator, [float(moment)])
    return compared(term, read.operator, [asked.number(value)])


def _equal(asked: Asked, term: str) -> list[Condition]:
    words: set[str] = set()
    numbers: list[float] = []
    moments: list[float] = []
    for value in asked.values:
        if isinstance(value, bool):
            words.update(("btrue", "strue") if value else ("bfalse", "sfalse"))
        elif isinstance(value, str):
            words.update(words_meant(value, asked.lookups))
            moment = asked.moment(value)
            if moment is not None:
                moments.append(float(moment))
        else:
            numbers.append(asked.number(value))
    found = [with_words(term, sorted(words))] if words else []
    if numbers:
        found.append(compared(term, "EQ", numbers))
    if moments:
        found.append(compared(term + TIME, "EQ", moments))
    return found


def words_meant(text: str, lookups: Lookups) -> list[str]:
    """The words that a text in a query may be: itself, the JSON number that it spells, true or false."""
    text = text.strip()
    words = ["s" + canonical_text(text, lookups)]
    try:
        if number_of(text) is not None:
            words.append("n" + numeral_text(text))
    except (Invalid, InvalidOperation):
        pass
    if text in ("true", "false"):
        words.append("b" + text)
    return words
