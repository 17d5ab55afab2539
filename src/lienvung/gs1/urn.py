"""EPC URNs, pure identity and class level (GS1 EPC Tag Data Standard, section 6; CBV 2.0, section 8).

A URN shows where the GS1 Company Prefix ends, which the key itself does not; so the way back from a key to a URN
needs the length of the prefix.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from lienvung.errors import Invalid
from lienvung.gs1.checks import check_digit
from lienvung.gs1.percent import decode

AIs = tuple[tuple[str, str], ...]


class Urn(NamedTuple):
    """What an EPC URN says: its scheme, its element strings and the length of its company prefix."""

    kind: str  # "id", "class" or "idpat"
    scheme: str
    ais: AIs
    prefix_length: int


class Scheme(NamedTuple):
    digits: int  # company prefix and reference together, without the check digit; 0: not a numeric reference
    make: Callable[[str, str, str], AIs]  # (company prefix, reference, rest) -> element strings


def _gtin(prefix: str, reference: str) -> str:
    body = reference[:1] + prefix + reference[1:]
    return body + check_digit(body)


def _closed(prefix: str, reference: str, lead: str = "") -> str:
    body = prefix + reference
    return lead + body + check_digit(lead + body)


def _itip(prefix: str, reference: str, rest: str) -> AIs:
    piece, _, tail = rest.partition(".")
    total, _, serial = tail.partition(".")
    return (("8006", _gtin(prefix, reference) + piece + total), ("21", serial))


SCHEMES: dict[tuple[str, str], Scheme] = {
    ("id", "sgtin"): Scheme(13, lambda p, r, s: (("01", _gtin(p, r)), ("21", s))),
    ("class", "lgtin"): Scheme(13, lambda p, r, s: (("01", _gtin(p, r)), ("10", s))),
    ("id", "upui"): Scheme(13, lambda p, r, s: (("01", _gtin(p, r)), ("235", s))),
    ("id", "itip"): Scheme(13, _itip),
    ("id", "sscc"): Scheme(17, lambda p, r, s: (("00", _gtin(p, r)),)),
    ("id", "sgln"): Scheme(12, lambda p, r, s: (("414", _closed(p, r)), ("254", "" if s == "0" else s))),
    ("id", "pgln"): Scheme(12, lambda p, r, s: (("417", _closed(p, r)),)),
    ("id", "grai"): Scheme(12, lambda p, r, s: (("8003", _closed(p, r, "0") + s),)),
    ("id", "giai"): Scheme(0, lambda p, r, s: (("8004", p + s),)),
    ("id", "gsrn"): Scheme(17, lambda p, r, s: (("8018", _closed(p, r)),)),
    ("id", "gsrnp"): Scheme(17, lambda p, r, s: (("8017", _closed(p, r)),)),
    ("id", "gdti"): Scheme(12, lambda p, r, s: (("253", _closed(p, r) + s),)),
    ("id", "sgcn"): Scheme(12, lambda p, r, s: (("255", _closed(p, r) + s),)),
    ("id", "ginc"): Scheme(0, lambda p, r, s: (("401", p + s),)),
    ("id", "gsin"): Scheme(16, lambda p, r, s: (("402", _closed(p, r)),)),
    ("id", "cpi"): Scheme(0, lambda p, r, s: (("8010", p + s.rpartition(".")[0]), ("8011", s.rpartition(".")[2]))),
}
#: schemes whose URN ends with the reference; all others carry a serial part
_NO_SERIAL = {"sscc", "pgln", "gsrn", "gsrnp", "gsin"}
_PATTERNED = {"sgtin", "grai", "gdti", "sgcn", "cpi", "itip", "upui", "sgln"}
_PREFIX = re.compile(r"[0-9]{6,12}")


def parse_urn(urn: str) -> Urn | None:
    """The element strings of an EPC URN, not yet checked against the rules of their AIs.

    None for what is no GS1 key's EPC URN (other schemes, tag and raw URNs, patterns over more than the serial).
    Raises `gs1.urn` for a GS1 scheme that is not built as it should be. An SGLN extension "0" means none.
    """
    if urn[:8].lower() != "urn:epc:":
        return None
    kind, _, tail = urn[8:].partition(":")
    name, _, body = tail.partition(":")
    pattern = kind == "idpat"
    scheme = SCHEMES.get(("id" if pattern else kind, name))
    if scheme is None or (pattern and name not in _PATTERNED):
        return None
    if pattern:
        if not body.endswith(".*"):
            return None
        body = body[:-2]
        if "*" in body:
            return None
        if (scheme.digits and name != "itip" and body.count(".") == 1) or name in ("cpi", "itip"):
            body += "."
    prefix, dot, rest = body.partition(".")
    if not dot or not _PREFIX.fullmatch(prefix):
        _broken(urn, "tiền tố doanh nghiệp phải có 6-12 chữ số", "the company prefix must have 6-12 digits")
    reference = ""
    if scheme.digits:
        reference, dot, rest = rest.partition(".")
        if (
            len(prefix) + len(reference) != scheme.digits
            or not (prefix + reference).isascii()
            or not (prefix + reference).isdigit()
        ):
            _broken(
                urn,
                f"tiền tố và số tham chiếu phải có tổng cộng {scheme.digits} chữ số",
                f"company prefix and reference must have {scheme.digits} digits together",
            )
        if bool(dot) == (name in _NO_SERIAL):
            _broken(urn, "sai số phần ngăn bởi dấu chấm", "the number of parts between the dots is wrong")
    if not pattern and name not in _NO_SERIAL and (not rest or (rest.endswith(".") and name in ("itip", "cpi"))):
        _broken(urn, "thiếu phần số sê-ri", "the serial part is missing")
    ais = tuple((ai, decode(value)) for ai, value in scheme.make(prefix, reference, rest) if value)
    return Urn(kind, name, ais, len(prefix))


def _broken(urn: str, vi: str, en: str) -> NoReturn:
    raise Invalid("gs1.urn", vi=f"EPC URN «{urn[:120]}» sai: {vi}.", en=f"EPC URN '{urn[:120]}' is wrong: {en}.")
