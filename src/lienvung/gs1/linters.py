"""The checks on a component of an AI's content, by the names that the GS1 Barcode Syntax Dictionary gives them.

Each takes the component's text and returns the fault or None; what it refuses is said with the remedy, in Vietnamese
and in English. The character sets come first, so that the later checks see only characters of their set.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from typing import NamedTuple

from lienvung.gs1.checks import CSET32, CSET39, CSET82, check_digit, check_digit_fits, check_pair
from lienvung.gs1.codes import COUNTRY_LETTERS, COUNTRY_NUMBERS, CURRENCY_NUMBERS, MEDIA_TYPES, PACKAGE_TYPES
from lienvung.gs1.coupons import coupon_fault, positive_offer_fault


class Fault(NamedTuple):
    code: str
    vi: str
    en: str


Linter = Callable[[str], Fault | None]
LINTERS: dict[str, Linter] = {}


def _linter(name: str) -> Callable[[Linter], Linter]:
    def register(function: Linter) -> Linter:
        LINTERS[name] = function
        return function

    return register


def _rule(name: str, code: str, vi: str, en: str, holds: Callable[[str], bool]) -> None:
    """Register a check that is a yes-or-no question with one answer to a no."""
    fault = Fault(code, vi, en)
    LINTERS[name] = lambda text: None if holds(text) else fault


# --- character sets (General Specifications, section 7.11) ---


def as_written(text: str) -> str:
    """For messages: `ú` where percent-encoding brought its two UTF-8 bytes in as two characters (`percent.decode`)."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _characters(allowed: str, vi: str, en: str) -> Linter:
    known = frozenset(allowed)

    def check(text: str) -> Fault | None:
        if known.issuperset(text):
            return None
        for at, character in enumerate(as_written(text)):
            if character not in known:
                shown = character if character.isprintable() else f"U+{ord(character):04X}"
                return Fault(
                    "gs1.character",
                    f"ký tự «{shown}» ở vị trí {at + 1} không được phép; chỉ dùng {vi}",
                    f"character '{shown}' at position {at + 1} is not allowed; use only {en}",
                )
        return None

    return check


_BASE64 = _characters(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    "chữ cái, chữ số, - và _",
    "letters, digits, - and _",
)


def _base64(text: str) -> Fault | None:
    """URI-safe base64; padding is not compulsory, but where given it must fill up a group of three."""
    bare = text.rstrip("=")
    padding = len(text) - len(bare)
    if padding > 2 or (padding and len(text) % 3):
        return Fault("gs1.padding", "sai số dấu = ở cuối", "the number of = at the end is wrong")
    return _BASE64(bare)


CHARACTER_SETS: dict[str, Linter] = {
    "N": _characters("0123456789", "chữ số 0-9", "the digits 0-9"),
    "X": _characters(CSET82, "bộ ký tự 82 của GS1 (không dấu)", "GS1 character set 82"),
    "Y": _characters(CSET39, "0-9, A-Z, # - /", "0-9, A-Z, # - /"),
    "Z": _base64,
}


# --- check digits and prefixes ---


@_linter("csum")
def _csum(text: str) -> Fault | None:
    if check_digit_fits(text):
        return None
    right = check_digit(text[:-1])
    return Fault(
        "gs1.check_digit",
        f"số kiểm tra {text[-1]} sai; với các chữ số này nó phải là {right}; xem lại từng chữ số",
        f"the check digit {text[-1]} is wrong; for these digits it must be {right}; compare every digit",
    )


@_linter("csumalpha")
def _csumalpha(text: str) -> Fault | None:
    if len(text) < 2:
        return Fault("gs1.length", "quá ngắn để có cặp ký tự kiểm tra", "too short to end in a check character pair")
    if not set(text[-2:]) <= set(CSET32):
        return Fault(
            "gs1.check_pair", "cặp ký tự kiểm tra có ký tự lạ", "the check pair has a character outside its set"
        )
    right = check_pair(text[:-2])
    if right == text[-2:]:
        return None
    return Fault(
        "gs1.check_pair",
        f"cặp ký tự kiểm tra {text[-2:]} sai; nó phải là {right}",
        f"the check character pair {text[-2:]} is wrong; it must be {right}",
    )


_SHORTEST_PREFIX = 4
_PREFIX_FAULT = Fault(
    "gs1.company_prefix",
    "phải bắt đầu bằng tiền tố doanh nghiệp GS1 (ít nhất 4 chữ số)",
    "it must begin with a GS1 Company Prefix (at least 4 digits)",
)


@_linter("gcppos1")
def _gcppos1(text: str) -> Fault | None:
    prefix = text[:_SHORTEST_PREFIX]
    return None if len(prefix) == _SHORTEST_PREFIX and prefix.isascii() and prefix.isdigit() else _PREFIX_FAULT


@_linter("gcppos2")
def _gcppos2(text: str) -> Fault | None:
    return _gcppos1(text[1:])


# --- dates and times ---


def _month(text: str) -> Fault | None:
    if "01" <= text <= "12":
        return None
    return Fault("gs1.date", f"tháng «{text}» phải từ 01 đến 12", f"month '{text}' must be 01 to 12")


def _date(year: int, month: str, day: str, first: str) -> Fault | None:
    wrong = _month(month)
    if wrong is not None:
        return wrong
    last = monthrange(year, int(month))[1]
    if first <= day <= f"{last:02}":
        return None
    return Fault(
        "gs1.date", f"ngày «{day}» phải từ {first} đến {last}", f"day '{day}' must be {first} to {last} in that month"
    )


@_linter("yymmd0")
def _yymmd0(text: str) -> Fault | None:
    """Day 00 stands for the whole month. Every year 00-99 that the century window can mean is a leap year alike."""
    return _date(2000 + int(text[:2]), text[2:4], text[4:6], "00")


@_linter("yymmdd")
def _yymmdd(text: str) -> Fault | None:
    return _date(2000 + int(text[:2]), text[2:4], text[4:6], "01")


@_linter("yyyymmdd")
def _yyyymmdd(text: str) -> Fault | None:
    # the calendar knows no year 0; 2000 is a leap year just the same
    return _date(int(text[:4]) or 2000, text[4:6], text[6:8], "01")


_rule("hh", "gs1.time", "giờ phải từ 00 đến 23", "the hour must be 00 to 23", lambda t: t <= "23")
_rule("mi", "gs1.time", "phút phải từ 00 đến 59", "the minute must be 00 to 59", lambda t: t <= "59")
_rule("ss", "gs1.time", "giây phải từ 00 đến 59", "the second must be 00 to 59", lambda t: t <= "59")
_rule(
    "hhmi",
    "gs1.time",
    "giờ phút phải từ 0000 đến 2359",
    "the time must be 0000 to 2359",
    lambda t: t[:2] <= "23" and t[2:] <= "59",
)

# --- places, money, packages ---

_rule(
    "iso3166",
    "gs1.country",
    "không phải mã nước ba chữ số (ISO 3166; Việt Nam là 704)",
    "it is no three-digit country code (ISO 3166; Viet Nam is 704)",
    COUNTRY_NUMBERS.__contains__,
)
_rule(
    "iso3166999",
    "gs1.country",
    "không phải mã nước ba chữ số (ISO 3166) hay 999",
    "it is neither a three-digit country code (ISO 3166) nor 999",
    lambda t: t == "999" or t in COUNTRY_NUMBERS,
)
_rule(
    "iso3166alpha2",
    "gs1.country",
    "không phải mã nước hai chữ cái (ISO 3166; Việt Nam là VN)",
    "it is no two-letter country code (ISO 3166; Viet Nam is VN)",
    COUNTRY_LETTERS.__contains__,
)
_rule(
    "iso4217",
    "gs1.currency",
    "không phải mã tiền tệ ba chữ số (ISO 4217; đồng Việt Nam là 704)",
    "it is no three-digit currency code (ISO 4217; the dong is 704)",
    CURRENCY_NUMBERS.__contains__,
)
_rule(
    "latitude", "gs1.position", "vĩ độ vượt 1800000000", "the latitude exceeds 1800000000", lambda t: t <= "1800000000"
)
_rule(
    "longitude",
    "gs1.position",
    "kinh độ vượt 3600000000",
    "the longitude exceeds 3600000000",
    lambda t: t <= "3600000000",
)
_rule(
    "packagetype",
    "gs1.package_type",
    "không phải mã loại bao gói (UN/ECE 21)",
    "it is no package type code (UN/ECE Recommendation 21)",
    PACKAGE_TYPES.__contains__,
)
_rule(
    "mediatype",
    "gs1.media_type",
    "loại vật mang dữ liệu phải là 01-10 hoặc 80-99",
    "the media type must be 01-10 or 80-99",
    MEDIA_TYPES.__contains__,
)


@_linter("iban")
def _iban(text: str) -> Fault | None:
    """ISO 13616-1: country, then a remainder of 1 modulo 97 once the first four characters stand last."""
    turned = text[4:] + text[:4]
    if len(text) > 10 and text[:2] in COUNTRY_LETTERS and re.fullmatch("[0-9A-Z]+", turned):
        if int("".join(str(int(character, 36)) for character in turned)) % 97 == 1:
            return None
        return Fault("gs1.iban", "số kiểm tra của IBAN sai", "the check digits of the IBAN are wrong")
    return Fault(
        "gs1.iban",
        "không phải số tài khoản IBAN (mã nước, rồi chữ số và chữ hoa, dài hơn 10 ký tự)",
        "it is no IBAN (country code, then digits and capitals, more than 10 characters)",
    )


# --- small ones ---

_rule("zero", "gs1.zero", "phải là 0", "it must be 0", lambda t: not t.strip("0"))
_rule("nonzero", "gs1.zero", "không được toàn số 0", "it must not be all zeros", lambda t: bool(t.strip("0")))
_rule(
    "nozeroprefix",
    "gs1.zero",
    "không được bắt đầu bằng 0",
    "it must not begin with 0",
    lambda t: len(t) == 1 or not t.startswith("0"),
)
_rule(
    "hasnondigit",
    "gs1.character",
    "cần ít nhất một ký tự không phải chữ số",
    "at least one character must not be a digit",
    lambda t: not t.isdigit(),
)
_rule("yesno", "gs1.choice", "phải là 0 (không) hoặc 1 (có)", "it must be 0 (no) or 1 (yes)", lambda t: t in ("0", "1"))
_rule("iso5218", "gs1.choice", "phải là 0, 1, 2 hoặc 9", "it must be 0, 1, 2 or 9", lambda t: t in ("0", "1", "2", "9"))
_rule("winding", "gs1.choice", "phải là 0, 1 hoặc 9", "it must be 0, 1 or 9", lambda t: t in ("0", "1", "9"))
_rule("hyphen", "gs1.choice", "phải là dấu gạch nối -", "it must be a hyphen -", lambda t: not t.strip("-"))
_rule(
    "importeridx",
    "gs1.character",
    "phải là một chữ cái, chữ số, - hoặc _",
    "it must be one letter, digit, - or _",
    lambda t: re.fullmatch(r"[0-9A-Za-z_-]", t) is not None,
)
_rule(
    "pcenc",
    "gs1.percent",
    "sau dấu % phải có hai chữ số thập lục phân",
    "two hexadecimal digits must follow each %",
    lambda t: re.fullmatch(r"(?:[^%]|%[0-9A-Fa-f]{2})*", t) is not None,
)


@_linter("pieceoftotal")
def _pieceoftotal(text: str) -> Fault | None:
    half = len(text) // 2
    if text[:half].lstrip("0") >= "1" and text[:half] <= text[half:]:
        return None
    return Fault(
        "gs1.piece",
        "phải là «phần/tổng số» với phần từ 01 và không lớn hơn tổng số",
        "it must be piece and total, the piece from 01 and not above the total",
    )


@_linter("posinseqslash")
def _posinseqslash(text: str) -> Fault | None:
    match = re.fullmatch(r"([1-9][0-9]*)/([1-9][0-9]*)", text)
    if match and int(match[1]) <= int(match[2]):
        return None
    return Fault(
        "gs1.piece",
        "phải là «vị trí/tổng số», ví dụ 1/2",
        "it must be position/total, such as 1/2, without leading zeros",
    )


def _coupon(name: str, find: Callable[[str], tuple[str, str] | None]) -> None:
    def check(text: str) -> Fault | None:
        found = find(text)
        return None if found is None else Fault("gs1.coupon", *found)

    LINTERS[name] = check


_coupon("couponcode", coupon_fault)
_coupon("couponposoffer", positive_offer_fault)
