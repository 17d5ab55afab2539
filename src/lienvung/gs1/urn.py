"""EPC URNs, pure identity and class level (GS1 EPC Tag Data Standard, section 6; CBV 2.0, section 8).

A URN shows where the GS1 Company Prefix ends, which the key itself does not; so the way back from a key to a URN
needs the length of the prefix.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from lienvung.gs1.checks import check_digit
from lienvung.gs1.elements import AIs
from lienvung.gs1.percent import decode
from lienvung.gs1.trouble import refuse


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
    kind, name = kind.lower(), name.lower()  # capitals are met in what scanners send; the digits mean the same
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
    if not pattern and name not in _NO_SERIAL and not _serial(name, rest):
        _broken(urn, "thiếu phần số sê-ri", "the serial part is missing")
    ais = tuple((ai, decode(value)) for ai, value in scheme.make(prefix, reference, rest) if value)
    return Urn(kind, name, ais, len(prefix))


def _serial(name: str, rest: str) -> str:
    """The serial part of what follows the reference; it may hold dots of its own (an ITIP's serial "1.")."""
    if name == "itip":
        return rest.partition(".")[2].partition(".")[2]
    return rest.rpartition(".")[2] if name == "cpi" else rest


def _broken(urn: str, vi: str, en: str) -> NoReturn:
    refuse("gs1.urn", f"EPC URN sai: {vi}", f"the EPC URN is wrong: {en}", source=urn)


# --- the way back ---

_RAW = re.compile(r"[^A-Za-z0-9!'()*+,\-.:;=_]")


def _escape(value: str) -> str:
    return _RAW.sub(lambda match: f"%{ord(match[0]):02X}", value)


def build_urn(ais: AIs, prefix_length: int) -> str:
    """The EPC URN of a checked key (with at most the qualifier of its finest level).

    `prefix_length`: digits of the GS1 Company Prefix, 6 to 12. Keys without a serial part become patterns
    (`urn:epc:idpat:sgtin:4012345.011111.*`), lots classes. Raises `gs1.prefix_length` where the prefix does not fit
    the key, `gs1.no_urn` where the standard has no URN for it.
    """
    (ai, value), rest = ais[0], ais[1:]
    if not 6 <= prefix_length <= 12:
        _no_prefix(prefix_length)
    n = prefix_length
    qualifier, serial = rest[0] if rest else ("", "")
    serial = _escape(serial)
    if ai in ("01", "8006"):
        item = f"{value[1 : n + 1]}.{value[0]}{value[n + 1 : 13]}"
        if ai == "8006" and qualifier != "10":
            item = f"itip:{item}.{value[14:16]}.{value[16:]}"
            return f"urn:epc:id:{item}.{serial}" if serial else f"urn:epc:idpat:{item}.*"
        known = {"21": "id:sgtin", "10": "class:lgtin", "235": "id:upui", "": "idpat:sgtin"}
        if ai == "01":
            return f"urn:epc:{known[qualifier]}:{item}.{serial or '*'}"
    if ai == "00":
        return f"urn:epc:id:sscc:{value[1 : n + 1]}.{value[0]}{value[n + 1 : 17]}"
    if ai in ("402", "8017", "8018", "417"):
        name = {"402": "gsin", "8017": "gsrnp", "8018": "gsrn", "417": "pgln"}[ai]
        return f"urn:epc:id:{name}:{value[:n]}.{value[n:-1]}"
    if ai == "414":
        return f"urn:epc:id:sgln:{value[:n]}.{value[n:12]}.{serial or '0'}"
    if ai in ("253", "255", "8003"):
        name, body = {"253": ("gdti", value), "255": ("sgcn", value), "8003": ("grai", value[1:])}[ai]
        kind, tail = ("id", _escape(body[13:])) if body[13:] else ("idpat", "*")
        return f"urn:epc:{kind}:{name}:{body[:n]}.{body[n:12]}.{tail}"
    if ai in ("401", "8004", "8010") and len(value) > n and value[:n].isdigit():
        name = {"401": "ginc", "8004": "giai", "8010": "cpi"}[ai]
        tail = f".{serial or '*'}" if ai == "8010" else ""
        return f"urn:epc:{'idpat' if tail == '.*' else 'id'}:{name}:{value[:n]}.{_escape(value[n:])}{tail}"
    if ai in ("401", "8004", "8010"):
        _no_prefix(prefix_length)
    refuse(
        "gs1.no_urn", f"khoá ({ai}) không có dạng EPC URN", f"there is no EPC URN for the key ({ai})", path=f"({ai})"
    )


def _no_prefix(length: int) -> NoReturn:
    refuse(
        "gs1.prefix_length",
        f"độ dài tiền tố doanh nghiệp {length} không hợp với khoá này; phải từ 6 đến 12 chữ số",
        f"a company prefix of {length} digits does not fit this key; it must have 6 to 12",
    )
