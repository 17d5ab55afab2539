"""The one form in which every identifier is kept, compared and hashed.

It is the constrained canonical GS1 Digital Link URI of CBV 2.0, section 8.9: domain id.gs1.org, finest level of
identification only, no query, one percent-encoding (`percent.py`). `canonical_uri` is called for each identifier of
each event, so what two things of one class share is looked up, not computed again.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lienvung.gs1.ais import AIS, check_value
from lienvung.gs1.checks import check_digit, check_digit_fits
from lienvung.gs1.digital_link import CANONICAL_STEM, SHORT_NAMES, check_path
from lienvung.gs1.elements import AIs
from lienvung.gs1.percent import decode, encode_canonical
from lienvung.gs1.urn import parse_urn

#: which qualifier says the finest level of identification, best first; what is not listed is dropped
FINEST: dict[str, tuple[str, ...]] = {
    "01": ("235", "21", "10"),
    "414": ("254",),
    "415": ("8020",),
    "8006": ("21", "10"),
    "8010": ("8011",),
}

#: what stands before a plain serial or lot number -> the same in canonical form
_PREFIXES: dict[str, str] = {}
#: what stands before an SSCC -> the company prefix that it is split by in a URN, '' in a Digital Link
_SSCC_HEADS: dict[str, str] = {}
_MOST_SHARED = 50_000
_PLAIN = re.compile(r"[0-9A-Za-z._-]{1,20}").fullmatch
_TAIL = re.compile(r"[?#]")
#: what follows a key in a path on any domain where a GS1 key is meant (Digital Link Standard, detection of links)
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
    if shared is not None and _PLAIN(last):
        return shared + last
    company = _SSCC_HEADS.get(head)
    if company is not None:
        whole = _sscc(company, last)
        if whole:
            return whole
    return _canonical(uri, head, last)


@lru_cache(maxsize=16_384)
def _canonical(uri: str, head: str, last: str) -> str:
    ais = key_of(uri)
    if ais is None:
        return uri
    result = render(ais)
    # Another thing with the same `head` differs in nothing but its plain serial or lot number, which comes last.
    # A query or fragment could hold a slash of its own, so it never counts.
    if _TAIL.search(uri) is None and _PLAIN(last):
        if ais[-1][0] in ("21", "10", "235") and result.endswith("/" + last):
            _remember(_PREFIXES, head, result[: -len(last)])
        elif len(last) == 18 and head.endswith("/00"):
            _remember(_SSCC_HEADS, head, "")
        elif head.startswith("urn:epc:id:sscc:"):
            _remember(_SSCC_HEADS, head, head[16:])
    return result


def _remember(shared: dict[str, str], head: str, what: str) -> None:
    if len(shared) >= _MOST_SHARED:
        shared.clear()
    shared[head] = what


def _sscc(company: str, last: str) -> str:
    """The SSCC that ends in `last`, '' where it needs the full reading; `company`: a URN's company prefix, else ''."""
    if last.isascii() and last.isdigit():
        if not company and len(last) == 18 and check_digit_fits(last):
            return f"{CANONICAL_STEM}/00/{last}"
        if company and len(company) + len(last) == 17:
            body = last[0] + company + last[1:]
            return f"{CANONICAL_STEM}/00/{body}{check_digit(body)}"
    return ""


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
    for ai in FINEST.get(ais[0][0], ()):
        if ai in given:
            return (ais[0], (ai, given[ai]))
    return ais[:1]


def render(ais: AIs) -> str:
    return CANONICAL_STEM + "".join(f"/{ai}/{encode_canonical(value)}" for ai, value in finest(ais))


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
    if match[1].endswith("/") and len(segments) >= 3 and AIS.get(segments[-1]) is not None:
        segments.append("")  # "/01/<GTIN>/21/": a qualifier without its value, no path of something else
    pairs: list[tuple[str, str]] = []
    for at in range(len(segments) - 2, -1, -2):
        ai = SHORT_NAMES.get(segments[at], segments[at])
        entry = AIS.get(ai)
        if entry is None:
            return None
        value = decode(segments[at + 1])
        pairs.append((ai, value.zfill(14) if ai == "01" and len(value) in (8, 12, 13) else value))
        if entry.is_key:
            official = uri[:19].lower() == "https://id.gs1.org/"
            return tuple(reversed(pairs)) if official or _CANDIDATE.match(segments[at + 1]) else None
    return None


def check_key(ais: AIs, source: str) -> None:
    """Raise `Invalid` unless the key and its qualifiers follow their rules; `source` is quoted in the message."""
    for ai, value in ais:
        check_value(ai, value, source=source)
    check_path(ais, source)
