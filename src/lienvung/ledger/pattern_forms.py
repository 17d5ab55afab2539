"""What a MATCH_ pattern means: which dictionary spellings it fits (EPCIS 2.0 section 8.2.7.1.1, TDS section 8).

    looks_of("urn:epc:idpat:sgtin:4012345.011111.*") -> looks at /01/04012345111118/21/* and /01/04012345111118

`*` is any text, also none. A pattern is compared with every URI that names the thing: its EPC URN, its Digital Link on
any domain, or the URI itself. URN patterns are turned into Digital Links digit by digit (the indicator moves to the
front, the check digit is reckoned or left open); where that cannot say exactly the same, `check` compares the URNs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial

from lienvung.errors import Invalid
from lienvung.gs1.ais import AIS
from lienvung.gs1.canonical import finest, key_of
from lienvung.gs1.checks import check_digit
from lienvung.gs1.digital_link import SHORT_NAMES
from lienvung.gs1.percent import decode, encode_canonical
from lienvung.gs1.urn import SCHEMES, build_urn
from lienvung.ledger.tables import full_uri

LONGEST = 4_000


class Wild(Enum):
    ONE = "any one character"
    ANY = "any text"


ONE, ANY = Wild
Tokens = tuple[str | Wild, ...]


@dataclass(frozen=True)
class Look:
    """Dictionary spellings that begin with `head` and fit `tokens`; `check` has the last word where it is given.

    `full`: `tokens` are for the whole URI of a GS1 key, with the domain that the dictionary leaves out.
    """

    head: str
    tokens: Tokens
    full: bool = False
    check: Callable[[str], bool] | None = None


def looks_of(pattern: str) -> list[Look]:
    """Where to look for what the pattern fits. Raises Invalid for what is no pattern of URIs."""
    if len(pattern) > LONGEST:
        raise _no_pattern(f"mẫu dài quá {LONGEST} ký tự", f"a pattern has at most {LONGEST} characters")
    pattern = re.sub(r"\*+", "*", pattern)
    if found := re.fullmatch(r"urn:epc:(id|idpat|class):([a-z]+):(.*)", pattern, re.IGNORECASE | re.DOTALL):
        return _of_urn(found[1].lower(), found[2].lower(), found[3])
    start = pattern.partition("*")[0].lower()
    if re.match(r"urn:epc:(id|idpat|class)?(:|$)", start) or "urn:epc:".startswith(start):
        raise _no_pattern(
            "mẫu URN phải nêu loại khoá, ví dụ urn:epc:idpat:sgtin:*.*.*",
            "a URN pattern must name the kind of key, such as urn:epc:idpat:sgtin:*.*.*",
        )
    if start.startswith("/"):
        pattern = "https://id.gs1.org" + pattern
    elif not re.match(r"[a-z][a-z0-9+.-]*(:|$)", start):
        raise _no_pattern(
            "mẫu phải là URI có * (URN, Digital Link hoặc URI khác)",
            "a pattern is a URI with * (a URN, a Digital Link or another URI)",
        )
    return _of_web(pattern) if re.match(r"https?://", pattern, re.IGNORECASE) else _textual(pattern)


def fits(text: str, pieces: Sequence[str]) -> bool:
    """Whether `text` is the pieces in this order, anything between them. One pass, piece by piece, each where it is
    first found: a regular expression with many stars would try them all in all places."""
    first, *middle = pieces
    if not middle:
        return text == first
    last = middle.pop()
    place, end = len(first), len(text) - len(last)
    if end < place or not text.startswith(first) or not text.endswith(last):
        return False
    for piece in middle:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


def _no_pattern(vi: str, en: str) -> Invalid:
    return Invalid("ledger.pattern", vi=vi, en=en)


def _look(tokens: Sequence[str | Wild], check: Callable[[str], bool] | None = None) -> Look:
    """A look in the spelling of the dictionary; neighbouring texts are joined, so that its head is as long as it is."""
    joined: list[str | Wild] = []
    for token in tokens:
        if joined and isinstance(token, str) and isinstance(joined[-1], str):
            joined[-1] += token
        else:
            joined.append(token)
    head = joined[0] if joined and isinstance(joined[0], str) else ""
    return Look(head, tuple(joined), check=check)


def _texts(pattern: str, write: Callable[[str], str] = str) -> list[str | Wild]:
    """`*` is any text, the rest is written as the dictionary does."""
    found: list[str | Wild] = []
    for index, piece in enumerate(pattern.split("*")):
        found += [ANY] * (index > 0) + [write(piece)] * (piece != "")
    return found


def _check_escapes(text: str) -> None:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise _no_pattern(
            "sau % phải có hai chữ số hệ 16, không có * ở giữa",
            "two hexadecimal digits follow a %, with no * between them",
        )


def _encoded(pattern: str) -> list[str | Wild]:
    _check_escapes(pattern)
    return _texts(pattern, lambda piece: encode_canonical(decode(piece)))


# --- URIs that are compared as they are, and Digital Links ---


def _textual(pattern: str) -> list[Look]:
    """URIs that the dictionary keeps as they are, and GS1 keys by their whole URI where the pattern may mean one."""
    looks = [_look(_texts(pattern))]
    start = pattern.partition("*")[0]
    if "https://id.gs1.org/".startswith(start) or start.startswith("https://id.gs1.org/"):
        looks.append(Look("/", tuple(_texts(pattern)), full=True))
    return looks


def _of_web(pattern: str) -> list[Look]:
    scheme, _, rest = pattern.partition("://")
    host, slash, path = rest.partition("/")
    written = f"{scheme.lower()}://{host.lower()}{slash}{path}"
    segments = re.split(r"[?#]", path, maxsplit=1)[0].split("/")
    for at in range(len(segments) - 2, -1, -1):
        ai = SHORT_NAMES.get(segments[at], segments[at])
        if ai in AIS and AIS[ai].is_key and _is_tail(segments[at:]):
            official = host.lower() == "id.gs1.org" and at == 0
            if official or re.match(r"(?:[0-9]{4}|[0-9]{0,4}\*)", segments[at + 1]):
                return _of_key(ai, segments[at + 1], segments[at + 2 :])
    levels = {"10", "21", "22", "235", "254", "8011", "8020"}
    if "*" not in host and host.lower() != "id.gs1.org" and levels & set(segments):
        raise _no_pattern(
            "mẫu Digital Link phải có khoá GS1, ví dụ https://id.gs1.org/01/*/21/5",
            "a Digital Link pattern must have its GS1 key, such as https://id.gs1.org/01/*/21/5",
        )
    return _textual(written)


def _is_tail(segments: Sequence[str]) -> bool:
    """Whether a key, its value and qualifiers with theirs are what the path ends with; `*` may stand for several."""
    if len(segments) % 2 and "*" not in segments[-1]:
        return False
    names = [SHORT_NAMES.get(name, name) for name in segments[::2]]
    return all(name in AIS or "*" in name for name in names)


def _of_key(ai: str, value: str, rest: Sequence[str]) -> list[Look]:
    """A key and its qualifiers as the dictionary has them: only the finest level, one percent-encoding."""
    if ai == "01" and value.isascii() and value.isdigit() and len(value) in (8, 12, 13):
        value = value.zfill(14)
    names = [SHORT_NAMES.get(name, name) for name in rest[::2]]
    pairs = list(zip(names, rest[1::2]))
    if len(pairs) > 1 and not any("*" in name for name in names):
        fine = finest(((ai, value), *pairs))[1:]
        if len(fine) == 1 and all(given == "*" for name, given in pairs if name != fine[0][0]):
            rest = fine[0]
        else:
            raise _no_pattern(
                "mẫu Digital Link chỉ nêu một cấp dưới khoá (lô hoặc số sê-ri), vì sổ ghi cấp chi tiết nhất",
                "a Digital Link pattern has one level below the key (lot or serial): things are named by the finest",
            )
    tokens: list[str | Wild] = [f"/{ai}/", *_encoded(value)]
    for index, part in enumerate(rest):
        tokens += ["/", *(_encoded(part) if index % 2 else _texts(SHORT_NAMES.get(part, part)))]
    return [_look(tokens)]


# --- EPC URNs ---

_KINDS = {name: kind for kind, name in SCHEMES}
_AFTER = {"sgtin": "/21/", "lgtin": "/10/", "upui": "/235/", "itip": "/21/", "sgln": "/254/"}
#: how many parts stand between the dots; the last may hold dots of its own
_PARTS = {"sscc": 2, "pgln": 2, "gsrn": 2, "gsrnp": 2, "gsin": 2, "giai": 2, "ginc": 2, "itip": 5}
_AI = {
    "sgtin": "01", "lgtin": "01", "upui": "01", "itip": "8006", "sscc": "00", "sgln": "414", "pgln": "417",
    "grai": "8003", "giai": "8004", "gsrn": "8018", "gsrnp": "8017", "gdti": "253", "sgcn": "255", "ginc": "401",
    "gsin": "402", "cpi": "8010",
}  # fmt: skip
_INDICATED = ("sgtin", "lgtin", "upui", "itip", "sscc")  # the reference's first digit stands before the prefix


def _of_urn(kind: str, name: str, body: str) -> list[Look]:
    if name not in _KINDS:  # identifiers without a GS1 key (gid, usdod, adi …) stay the URNs that they are
        kinds = ("id", "idpat") if kind != "class" else ("class",)
        return [_look([f"urn:epc:{each}:{name}:", *_texts(body)]) for each in kinds]
    if (kind == "class") != (_KINDS[name] == "class") and kind != "idpat":
        raise _no_pattern(f"không có urn:epc:{kind}:{name}", f"there is no urn:epc:{kind}:{name}")
    _check_escapes(body)
    parts = body.split(".", _PARTS.get(name, 3) - 1)
    company = parts[0]
    if "*" not in company and not re.fullmatch(r"[0-9]{6,12}", company):
        raise _no_pattern("tiền tố doanh nghiệp phải có 6-12 chữ số", "the company prefix must have 6-12 digits")
    if len(parts) == _PARTS.get(name, 3):
        exact = _exact(name, company, parts[1:])
        if exact is not None:
            return exact
    elif not body.endswith("*"):
        raise _no_pattern(
            "sai số phần ngăn bởi dấu chấm trong URN", "the number of parts between the dots of the URN is wrong"
        )
    return _checked(name, body)


def _exact(name: str, company: str, parts: Sequence[str]) -> list[Look] | None:
    """The looks that say exactly what the pattern does; None where only the URNs can be compared."""
    if not SCHEMES[_KINDS[name], name].digits:
        return _unnumbered(name, company, parts)
    digits = _number(name, company, parts[0])
    if digits is None:
        return None
    ai, rest = _AI[name], list(parts[1:])
    if name == "itip":
        for part in rest[:2]:
            found = _sized(part, 2)
            if found is None:
                return None
            digits += found
        rest = rest[2:]
    numbers = [[first, *digits[1:]] for first in "0123456789"] if digits[0] is ONE else [digits]
    heads: list[list[str | Wild]] = [[f"/{ai}/", *number] for number in numbers]
    found_looks: list[Look] = []
    for head in heads:
        if not rest:
            found_looks.append(_look(head))
        elif name in _AFTER:
            found_looks += [_look([*head, _AFTER[name], *_encoded(rest[0])])] if rest[0] else []
            if (name == "sgln" and fits("0", rest[0].split("*"))) or (name in ("sgtin", "itip") and rest[0] == "*"):
                found_looks.append(_look(head))  # the place itself; the class, which is this pattern as a URN
        else:
            found_looks.append(_look([*head, *_encoded(rest[0])]))
    return found_looks


def _unnumbered(name: str, company: str, parts: Sequence[str]) -> list[Look] | None:
    """Keys that say nowhere how long they are: the reference follows the company prefix as it is."""
    if company == "*" and parts[0] == "*":
        company = ""
    elif "*" in company:
        return None
    head: list[str | Wild] = [f"/{_AI[name]}/{company}", *_encoded(parts[0])]
    if name != "cpi":
        return [_look(head)]
    looks = [_look([*head, "/8011/", *_encoded(parts[1])])]
    return [*looks, _look(head)] if parts[1] == "*" else looks


def _number(name: str, company: str, reference: str) -> list[str | Wild] | None:
    """The digits of the key, each itself or any; the check digit too. None where the stars leave several readings."""
    size = SCHEMES[_KINDS[name], name].digits
    if company == "*" and reference == "*":
        body: list[str | Wild] = [ONE] * size
    elif "*" in company:
        return None
    else:
        found = _sized(reference, size - len(company))
        if found is None:
            return None
        body = [*found[:1], *company, *found[1:]] if name in _INDICATED else [*company, *found]
    lead = ["0"] if name == "grai" else []
    digits = [*lead, *body]
    whole = "".join(digit for digit in digits if isinstance(digit, str))
    return [*digits, check_digit(whole) if len(whole) == len(digits) else ONE]


def _sized(part: str, size: int) -> list[str | Wild] | None:
    """A part of a known number of digits: a star stands for those that lack. None where there are several stars."""
    before, star, after = part.partition("*")
    if "*" in after:
        return None
    lacking = size - len(before + after)
    fine = lacking >= 0 if star else lacking == 0
    if not fine or not re.fullmatch(r"[0-9]*", before + after):
        raise _no_pattern(
            f"phần '{part}' của URN phải có {size} chữ số", f"the part '{part}' of the URN must have {size} digits"
        )
    return [*before, *([ONE] * lacking if star else []), *after]


def _checked(name: str, body: str) -> list[Look]:
    """All keys of the kind that begin as the company prefix does, each compared as URN."""
    company = re.match(r"[0-9]*", body)
    start = company[0] if company else ""
    lengths = [len(start)] if body[len(start) : len(start) + 1] == "." else range(6, 13)
    kind = "class" if _KINDS[name] == "class" else "id"
    pieces = [decode(piece) for piece in f"urn:epc:{kind}:{name}:{body}".split("*")]
    check = partial(_is_named, lengths=lengths, pieces=pieces)
    lead: list[str | Wild] = ["0"] if name == "grai" else [ONE] if name in _INDICATED else []
    if lead == [ONE] and start:
        return [_look([f"/{_AI[name]}/", digit, start, ANY], check) for digit in "0123456789"]
    return [_look([f"/{_AI[name]}/", *lead, start, ANY], check)]


def _is_named(stored: str, *, lengths: Sequence[int], pieces: Sequence[str]) -> bool:
    """Whether a URN of the thing, with a company prefix of one of these lengths, fits."""
    try:
        ais = key_of(full_uri(stored))
    except Invalid:
        return False
    for length in lengths if ais is not None else ():
        try:
            urn = build_urn(ais or (), length)
        except Invalid:
            continue
        if fits(decode(urn.replace("urn:epc:idpat:", "urn:epc:id:")), pieces):
            return True
    return False
