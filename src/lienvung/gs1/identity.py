"""What a text is: Digital Link, EPC URN, element string, bracketed string, scan or bare number."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from lienvung.errors import Invalid
from lienvung.gs1.ais import AIS, title_of
from lienvung.gs1.canonical import check_key, finest, key_of, render
from lienvung.gs1.checks import check_digit, check_digit_fits
from lienvung.gs1.digital_link import CANONICAL_STEM, DigitalLink
from lienvung.gs1.elements import (
    FNC1,
    GROUP_SEPARATOR,
    SYMBOLOGIES,
    AIs,
    bracketed,
    element_string,
    hri,
    parse_bracketed,
    parse_element_string,
)
from lienvung.gs1.trouble import refuse
from lienvung.gs1.urn import build_urn, parse_urn

KEY_NAMES = {
    "00": "SSCC", "01": "GTIN", "253": "GDTI", "255": "GCN", "401": "GINC", "402": "GSIN", "414": "GLN", "415": "GLN",
    "417": "GLN", "8003": "GRAI", "8004": "GIAI", "8006": "ITIP", "8010": "CPID", "8013": "GMN", "8017": "GSRNP",
    "8018": "GSRN",
}  # fmt: skip
#: what a bare number of so many digits can be, likeliest first: (AI, digits it is filled up to)
_NUMBERS: dict[int, tuple[tuple[str, int], ...]] = {
    8: (("01", 14),),
    12: (("01", 14),),
    13: (("01", 14), ("414", 13)),
    14: (("01", 14),),
    17: (("402", 17),),
    18: (("00", 18), ("8018", 18)),
}
#: "GTIN LOT", as people write it down; with a GTIN that is none, words of digits are one number with spaces
_GTIN_AND_LOT = re.compile(r"([0-9]{8}|[0-9]{12,14})[ \t]+(\S+)")
#: symbology identifiers of carriers of plain numbers (EAN/UPC) and of plain text (which may be a Digital Link)
_NUMBER_SYMBOLOGIES = {"]E0": 13, "]E4": 8}
_TEXT_SYMBOLOGIES = ("]Q1", "]d1", "]z0", "]J0", "]C0")


@dataclass(frozen=True, slots=True)
class Identity:
    """One reading of a text.

    `form`: digital_link, epc_urn, element_string, bracketed, gtin_and_lot or number. `key`: GTIN, SSCC, GLN …,
    '' where the text has AIs but no key of its own; then `canonical` and `digital_link` are '' too. `urn` needs the
    company prefix length.
    `others`: the other keys that the same number can be.
    """

    form: str
    key: str
    ais: AIs
    canonical: str
    digital_link: str
    urn: str | None = None
    hri: str = ""
    others: tuple[Identity, ...] = ()

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "form": self.form,
            "key": self.key,
            "ais": [{"ai": ai, "title": title_of(ai), "value": value} for ai, value in self.ais],
            "canonical": self.canonical,
            "digitalLink": self.digital_link,
            "urn": self.urn,
            "elementString": element_string(self.ais),
            "bracketed": bracketed(self.ais),
            "hri": self.hri,
        }
        if self.others:
            shown["others"] = [other.as_json() for other in self.others]
        return shown


def identify(text: str, *, prefix_length: int | None = None) -> Identity:
    """What `text` is, checked.

    Takes a Digital Link URI, an EPC URN, `(01)…(10)…`, an element string with FNC1 (`^`, GS or a symbology identifier
    such as `]C1`), "GTIN LOT", a bare GTIN-8/12/13/14, GLN, GSIN, GSRN or SSCC. With `prefix_length`, the digits of
    the company prefix, the EPC URN too. Raises `Invalid`: `gs1.unknown` for no GS1 identifier, else what is
    wrong with it.
    """
    text = text.strip(" \t\r\n")
    if text[:3] in _TEXT_SYMBOLOGIES:
        text = text[3:]
    head = text[:8].lower()
    if head.startswith("urn:"):
        return _from_urn(text, prefix_length)
    if head.startswith(("http://", "https://")):
        link = DigitalLink.parse(text)
        return _identity("digital_link", link.ais, link.path, prefix_length)
    pair = _GTIN_AND_LOT.fullmatch(text)
    if pair is not None and (check_digit_fits(pair[1]) or not pair[2].isdigit()):
        ais = (("01", pair[1].zfill(14)), ("10", pair[2]))
        check_key(ais, text)
        return _from_ais("gtin_and_lot", ais, prefix_length)
    if head.startswith("("):
        return _from_ais("bracketed", parse_bracketed(text), prefix_length)
    if text[:3] in _NUMBER_SYMBOLOGIES:
        return _from_number(text[3:], prefix_length, text, lengths=(_NUMBER_SYMBOLOGIES[text[:3]],))
    if text.startswith(FNC1) or text[:3] in SYMBOLOGIES or GROUP_SEPARATOR in text:
        return _from_ais("element_string", parse_element_string(text), prefix_length)
    digits = text.replace(" ", "").replace("-", "")
    if digits.isascii() and digits.isdigit() and len(digits) in _NUMBERS:
        return _from_number(digits, prefix_length, text)
    if len(text) > 15 and text[:15].isascii() and text[:2].isdigit() and " " not in text:
        return _from_ais("element_string", parse_element_string(text), prefix_length)
    if digits.isascii() and digits.isdigit():
        refuse(
            "gs1.length",
            f"có {len(digits)} chữ số; mã GS1 có 8, 12, 13, 14, 17 hoặc 18 chữ số",
            f"it has {len(digits)} digits; GS1 numbers have 8, 12, 13, 14, 17 or 18",
            source=text,
        )
    refuse(
        "gs1.unknown",
        "không phải mã GS1; hãy nhập mã số in dưới mã vạch, địa chỉ trong mã QR hoặc dạng (01)…(10)…",
        "this is no GS1 identifier; enter the number under the bar code, the address in the QR code, or (01)…(10)…",
        source=text,
    )


def to_urn(uri: str, *, prefix_length: int) -> str:
    """The EPC URN of the thing that the Digital Link (or URN) `uri` names; `prefix_length` as in `build_urn`."""
    ais = key_of(uri)
    if ais is None:
        refuse("gs1.unknown", "không phải mã GS1", "this is no GS1 identifier", source=uri)
    return build_urn(finest(ais), prefix_length)


def _from_urn(text: str, prefix_length: int | None) -> Identity:
    path = key_of(text)
    urn = parse_urn(text)
    if path is None or urn is None:
        refuse("gs1.unknown", "URN này không mang khoá GS1", "this URN carries no GS1 key", source=text)
    if prefix_length is not None and prefix_length != urn.prefix_length:
        refuse(
            "gs1.prefix_length",
            f"tiền tố doanh nghiệp của URN này có {urn.prefix_length} chữ số, không phải {prefix_length}",
            f"the company prefix of this URN has {urn.prefix_length} digits, not {prefix_length}",
            source=text,
        )
    made = _identity("epc_urn", path, path, None)
    return replace(made, urn=build_urn(finest(path), urn.prefix_length))


def _from_number(digits: str, prefix_length: int | None, text: str, lengths: tuple[int, ...] = ()) -> Identity:
    readings = _NUMBERS.get(len(digits), ())
    if not readings or not (digits.isascii() and digits.isdigit()) or (lengths and len(digits) not in lengths):
        refuse("gs1.length", "sai số chữ số", "the number of digits is wrong", source=text)
    if not check_digit_fits(digits):
        right = check_digit(digits[:-1])
        refuse(
            "gs1.check_digit",
            f"số kiểm tra {digits[-1]} sai; với các chữ số này nó phải là {right}; xem lại từng chữ số",
            f"the check digit {digits[-1]} is wrong; for these digits it must be {right}; compare every digit",
            source=text,
        )
    found = []
    for ai, length in readings:
        ais = ((ai, digits.zfill(length)),)
        found.append(_identity("number", ais, ais, prefix_length))
    return replace(found[0], others=tuple(found[1:]))


def _from_ais(form: str, ais: AIs, prefix_length: int | None) -> Identity:
    if not any(AIS[ai].is_key for ai, _ in ais):
        return Identity(form, "", ais, "", "", None, hri(ais))
    try:
        link = DigitalLink.build(CANONICAL_STEM, ais)
    except Invalid:
        # an AI that a Digital Link cannot carry (a coupon, a URL): the key alone still can be addressed
        link = DigitalLink.build(CANONICAL_STEM, [pair for pair in ais if AIS[pair[0]].is_key][:1])
    return _identity(form, ais, link.path, prefix_length, link)


def _identity(form: str, ais: AIs, path: AIs, prefix_length: int | None, link: DigitalLink | None = None) -> Identity:
    link = link or DigitalLink.build(CANONICAL_STEM, ais)
    urn = None if prefix_length is None else build_urn(finest(path), prefix_length)
    return Identity(form, KEY_NAMES[path[0][0]], ais, render(path), str(link), urn, hri(ais))
