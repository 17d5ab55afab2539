"""The one form in which every identifier is kept, compared and hashed.

It is the constrained canonical GS1 Digital Link URI of CBV 2.0, section 8.9: domain id.gs1.org, finest level of
identification only, no query, one percent-encoding (`percent.py`). `canonical_uri` is called for each identifier of
each event, so what two things of one class share is looked up, not computed again.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, NoReturn

from lienvung.errors import Invalid
from lienvung.gs1.checks import CSET39, CSET82, check_digit_fits
from lienvung.gs1.percent import decode, encode_canonical
from lienvung.gs1.urn import AIs, parse_urn

DOMAIN = "https://id.gs1.org"


class Key(NamedTuple):
    """A GS1 key as identifiers of things use it."""

    pattern: re.Pattern[str]
    closed: int  # how many leading digits end in a check digit; 0: none
    levels: tuple[tuple[str, ...], ...]  # qualifiers in path order, alternatives
    finest: tuple[str, ...]  # which qualifier says the finest level, best first


def _key(pattern: str, closed: int = 0, levels: tuple[tuple[str, ...], ...] = (), finest: tuple[str, ...] = ()) -> Key:
    return Key(re.compile(pattern), closed, levels, finest)


_X = "[" + re.escape(CSET82) + "]"
_Y = "[" + re.escape(CSET39) + "]"
KEYS: dict[str, Key] = {
    "00": _key(r"[0-9]{18}", 18),
    "01": _key(r"[0-9]{14}", 14, (("22", "10", "21"), ("235",)), ("235", "21", "10")),
    "253": _key(rf"[0-9]{{13}}{_X}{{0,17}}", 13),
    "255": _key(r"[0-9]{13,25}", 13),
    "401": _key(rf"[0-9]{{4}}{_X}{{0,26}}"),
    "402": _key(r"[0-9]{17}", 17),
    "414": _key(r"[0-9]{13}", 13, (("254",), ("7040",)), ("254",)),
    "415": _key(r"[0-9]{13}", 13, (("8020",),), ("8020",)),
    "417": _key(r"[0-9]{13}", 13, (("7040",),)),
    "8003": _key(rf"0[0-9]{{13}}{_X}{{0,16}}", 14),
    "8004": _key(rf"[0-9]{{4}}{_X}{{0,26}}", 0, (("7040",),)),
    "8006": _key(r"[0-9]{18}", 14, (("22", "10", "21"),), ("21", "10")),
    "8010": _key(rf"[0-9]{{4}}{_Y}{{0,26}}", 0, (("8011",),), ("8011",)),
    "8013": _key(rf"[0-9]{{4}}{_X}{{0,21}}"),
    "8017": _key(r"[0-9]{18}", 18, (("8019",),)),
    "8018": _key(r"[0-9]{18}", 18, (("8019",),)),
}
QUALIFIERS: dict[str, re.Pattern[str]] = {
    "22": re.compile(_X + "{1,20}"),
    "10": re.compile(_X + "{1,20}"),
    "21": re.compile(_X + "{1,20}"),
    "235": re.compile(_X + "{1,28}"),
    "254": re.compile(_X + "{1,20}"),
    "7040": re.compile(r"[0-9]" + _X + "{3}"),
    "8011": re.compile(r"[1-9][0-9]{0,11}|0"),
    "8019": re.compile(r"[0-9]{1,10}"),
    "8020": re.compile(_X + "{1,25}"),
}
#: the names that GS1 Digital Link had for AIs before its version 1.3; still met in stored documents
SHORT_NAMES = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017", "gsrn": "8018",
    "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402", "grai": "8003", "giai": "8004",
    "gmn": "8013", "cpv": "22", "lot": "10", "ser": "21", "glnx": "254", "cpsn": "8011", "srin": "8019",
    "refno": "8020",
}  # fmt: skip

_PREFIXES: dict[str, str] = {}
_PREFIXES_MAX = 50_000
_CANDIDATE = re.compile(r"[0-9]{4}[^/]+")
_WEB = re.compile(r"https?://[^/?#]+(/[^?#]*)", re.IGNORECASE)


def canonical_uri(uri: str) -> str:
    """`uri` as https://id.gs1.org/…, at the finest level of identification (CBV 2.0, section 8.9).

    Takes GS1 Digital Link URIs on any domain, and EPC URNs (pure identity, class, serial patterns); any other URI
    comes back unchanged. Raises `Invalid` for a GS1 identifier with a wrong check digit, length or character.

    >>> canonical_uri("urn:epc:id:sgtin:4012345.011111.9876")
    'https://id.gs1.org/01/04012345111118/21/9876'
    """
    head, _, last = uri.rpartition("." if uri[:1] == "u" else "/")
    shared = _PREFIXES.get(head)
    if shared is not None and len(last) <= 20 and last.isalnum() and last.isascii():
        return shared + last
    return _canonical(uri, head, last)


@lru_cache(maxsize=16_384)
def _canonical(uri: str, head: str, last: str) -> str:
    ais = key_of(uri)
    if ais is None:
        return uri
    result = render(ais)
    # Only where a plain last part is a serial or lot number of up to 20 characters that the result ends with.
    if ais[-1][0] in ("21", "10", "235") and last.isalnum() and result.endswith("/" + last):
        if len(_PREFIXES) >= _PREFIXES_MAX:
            _PREFIXES.clear()
        _PREFIXES[head] = result[: -len(last)]
    return result


def key_of(uri: str) -> AIs | None:
    """The checked key and qualifiers that `uri` carries, in path order; None where it is no GS1 identifier."""
    if uri[:4].lower() == "urn:":
        urn = parse_urn(uri)
        if urn is None:
            return None
        ais: AIs | None = urn.ais
    else:
        ais = _path(uri)
    if ais is None:
        return None
    check_key(ais, uri)
    return ais


def finest(ais: AIs) -> AIs:
    """The key with at most the one qualifier that says the finest level."""
    given = dict(ais)
    for ai in KEYS[ais[0][0]].finest:
        if ai in given:
            return (ais[0], (ai, given[ai]))
    return ais[:1]


def render(ais: AIs) -> str:
    return DOMAIN + "".join(f"/{ai}/{encode_canonical(value)}" for ai, value in finest(ais))


def lot_of_uri(uri: str) -> str | None:
    """The canonical URI of the lot where `uri` is a Digital Link that carries a lot beside the serial, else None."""
    if "/10/" not in uri and "/lot/" not in uri:
        return None
    ais = key_of(uri)
    if ais is None:
        return None
    given = dict(ais)
    if "10" not in given or "21" not in given:
        return None
    return render((ais[0], ("10", given["10"])))


def _path(uri: str) -> AIs | None:
    """Key and qualifiers of a Digital Link's path, decoded; the key is the last one that the path has."""
    match = _WEB.match(uri)
    if match is None:
        return None
    segments = match[1].strip("/").split("/")
    pairs: list[tuple[str, str]] = []
    for i in range(len(segments) - 2, -1, -2):
        ai = SHORT_NAMES.get(segments[i], segments[i])
        pairs.append((ai, decode(segments[i + 1])))
        if ai in KEYS:
            official = uri[:19].lower() == "https://id.gs1.org/"
            if not official and not _CANDIDATE.match(segments[i + 1]):
                return None
            if ai == "01" and len(pairs[-1][1]) in (8, 12, 13):
                pairs[-1] = (ai, pairs[-1][1].zfill(14))
            return tuple(reversed(pairs))
        if ai not in QUALIFIERS:
            return None
    return None


def check_key(ais: AIs, source: str) -> None:
    """Raise `Invalid` unless the key and its qualifiers follow their rules; `source` is named in the message."""
    ai, value = ais[0]
    key = KEYS[ai]
    if not key.pattern.fullmatch(value):
        _refuse(
            "gs1.length",
            f"giá trị AI ({ai}) sai độ dài hoặc ký tự",
            f"the value of AI ({ai}) has a wrong length or character",
            source,
        )
    if key.closed and not check_digit_fits(value[: key.closed]):
        _refuse("gs1.check_digit", f"số kiểm tra của AI ({ai}) sai", f"the check digit of AI ({ai}) is wrong", source)
    given = [qualifier for qualifier, _ in ais[1:]]
    if given and not any(given == [q for q in level if q in given] for level in key.levels):
        listed = ", ".join(given)
        _refuse(
            "gs1.qualifier",
            f"AI ({ai}) không đi với ({listed}) theo thứ tự này",
            f"AI ({ai}) does not take ({listed}) in this order",
            source,
        )
    for qualifier, text in ais[1:]:
        if not QUALIFIERS[qualifier].fullmatch(text):
            _refuse(
                "gs1.length",
                f"giá trị AI ({qualifier}) sai độ dài hoặc ký tự",
                f"the value of AI ({qualifier}) has a wrong length or character",
                source,
            )


def _refuse(code: str, vi: str, en: str, source: str) -> NoReturn:
    raise Invalid(code, vi=f"«{source[:120]}»: {vi}.", en=f"'{source[:120]}': {en}.")
