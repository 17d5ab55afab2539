"""Query parameters from Python values.

    to_query({"eventType": ["ObjectEvent"], "GE_eventTime": datetime.now(UTC), "EQ_quantity": Decimal("1.5")})

A list means "one of these". Numbers are written out, never in powers of ten; a time needs its zone. Names are the
standard's own; those with a namespace or a unit in them ("EQ_ILMD_example:variety") come in a mapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import quote

from lienvung.errors import Invalid

Value = str | int | float | Decimal | bool | datetime
Values = Value | Iterable[Value]
Filters = Mapping[str, Values]


def to_text(name: str, value: object) -> str:
    """One value as the query string has it. Raises Invalid for what has no such form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise _wrong(name, "thời điểm thiếu múi giờ", "the time has no zone")
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        if not number.is_finite():
            raise _wrong(name, "không phải một số", "not a number")
        return format(number, "f")
    if isinstance(value, str):
        if "\x00" in value:
            raise _wrong(name, "có ký tự không hợp lệ", "has a character that is not allowed")
        return value
    if isinstance(value, date):
        raise _wrong(name, "cần thời điểm, không phải ngày", "a time is needed, not a day")
    raise _wrong(name, f"không hiểu kiểu {type(value).__name__}", f"no such type: {type(value).__name__}")


def to_json(name: str, value: Values) -> str | int | Decimal | bool | list[str | int | Decimal | bool]:
    """A value as the body of a named query has it: numbers and booleans stay such, times become texts."""

    def one(part: object) -> str | int | Decimal | bool:
        if isinstance(part, bool | int):
            return part
        text = to_text(name, part)
        return Decimal(text) if isinstance(part, float | Decimal) else text

    if isinstance(value, str | int | float | Decimal | bool | datetime):
        return one(value)
    return [one(part) for part in value]


def to_query(filters: Filters) -> str:
    """`name=value,value&name=value`, every value escaped as a whole."""
    return "&".join(f"{quote(name, safe='')}={_joined(name, value)}" for name, value in filters.items())


def merged(filters: Filters | None, named: Filters) -> dict[str, Values]:
    """Both ways to give parameters at once; a name twice is a slip."""
    twice = sorted(set(filters or {}) & set(named))
    if twice:
        raise _wrong(twice[0], "được nêu hai lần", "is given twice")
    return {**(filters or {}), **named}


def _joined(name: str, value: Values) -> str:
    if isinstance(value, str | int | float | Decimal | bool | datetime):
        return quote(to_text(name, value), safe="")
    if isinstance(value, Mapping | bytes) or not isinstance(value, Iterable):
        return to_text(name, value)  # says what is wrong
    return ",".join(quote(to_text(name, part), safe="") for part in value)


def _wrong(name: str, vi: str, en: str) -> Invalid:
    return Invalid("client.parameter", vi=f"{name}: {vi}", en=f"{name}: {en}", path=name)
