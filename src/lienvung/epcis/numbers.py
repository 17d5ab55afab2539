"""Numbers as the event hash writes them: plain decimals, no exponent, no needless zeros (CBV 2.0 section 8.9).

JSON numbers come as `int` or `Decimal`, never as binary floats, so no digit is lost.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from lienvung.errors import Invalid

MAX_DIGITS = 60
"""Numbers with more digits than this, before or after the point, are refused."""
_LIMIT = 10**MAX_DIGITS
_NUMERAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")


def number_text(number: int | Decimal) -> str:
    """`number` in canonical form: 1.50 -> '1.5', 1E+2 -> '100'. Raises `Invalid` beyond `MAX_DIGITS`."""
    if isinstance(number, int):
        if -_LIMIT < number < _LIMIT:
            return str(number)
        raise _out_of_range()
    text = str(number)
    if "E" not in text and len(text) <= MAX_DIGITS and number.is_finite():
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return "0" if text in ("-0", "") else text
    if not number.is_finite() or not _printable(number):
        raise _out_of_range()
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def numeral_text(text: str) -> str:
    """A text that spells a number (as XML must) in the canonical form of that number; other text unchanged."""
    if not _NUMERAL.fullmatch(text):
        return text
    try:
        return number_text(Decimal(text))
    except (Invalid, InvalidOperation):
        return text


def _printable(number: Decimal) -> bool:
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    if not any(digits):
        return True
    return number.adjusted() < MAX_DIGITS and -exponent <= MAX_DIGITS and len(digits) <= 2 * MAX_DIGITS


def _out_of_range() -> Invalid:
    return Invalid(
        "epcis.number.range",
        vi=f"Số này có quá nhiều chữ số (tối đa {MAX_DIGITS} trước và sau dấu thập phân).",
        en=f"This number has too many digits (at most {MAX_DIGITS} before and after the decimal point).",
    )
