"""Element strings: AIs and values in a row, with FNC1, in brackets, or as text for people to read.

FNC1 is written `^` or as the character that scanners send for it, GS (U+001D). Reading checks every value, and which
AIs may and must stand together (General Specifications, sections 4.13, 7.8 and 7.11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lienvung.gs1.ais import AI, AIS, check_value, find_ai, title_of
from lienvung.gs1.trouble import refuse

AIs = tuple[tuple[str, str], ...]

GROUP_SEPARATOR = "\x1d"
FNC1 = "^"
#: symbology identifiers of carriers of element strings: GS1-128, GS1 DataBar, Data Matrix, QR Code, DotCode
SYMBOLOGIES = ("]C1", "]e0", "]d2", "]Q3", "]J1")
MOST_AIS = 64


# --- reading ---


def parse_element_string(text: str) -> AIs:
    """The AIs and values of an element string such as `^0109506000134352` + `10ABC`.

    FNC1 comes first, as `^`, as GS or as a symbology identifier (then GS separates); text without it is read as if it
    stood there. `|` divides the two parts of a composite symbol. Raises `gs1.element_string`, `gs1.unknown_ai`, or
    the code of what is wrong with a value or with a combination of AIs.
    """
    linear, bar, composite = text.partition("|") if text.startswith(FNC1) or "|" + FNC1 in text else (text, "", "")
    ais: list[tuple[str, str]] = []
    if not bar or linear.startswith(FNC1):
        ais += _elements(*_separator(linear), source=text)
    if bar:
        if not composite.startswith(FNC1):
            refuse("gs1.element_string", "sau dấu | phải là FNC1 (^)", "FNC1 (^) must follow the |", source=text)
        ais += _elements(composite[1:], FNC1, source=text)
    _check_count(len(ais) + len(bar), text)
    check_together(ais, source=text)
    return tuple(ais)


def _separator(text: str) -> tuple[str, str]:
    """The elements without the leading FNC1, and the character that separates them."""
    if text.startswith(FNC1):
        return text[1:], FNC1
    if text[:3] in SYMBOLOGIES:
        return text[3:], GROUP_SEPARATOR
    return text.removeprefix(GROUP_SEPARATOR), GROUP_SEPARATOR


def _elements(data: str, separator: str, *, source: str) -> list[tuple[str, str]]:
    if not data:
        refuse("gs1.element_string", "không có dữ liệu", "there is no data", source=source)
    ais: list[tuple[str, str]] = []
    at = 0
    while at < len(data):
        entry = find_ai(data, at)
        if entry is None:
            refuse(
                "gs1.unknown_ai",
                f"ở vị trí {at + 1} không có mã ứng dụng (AI) nào đã biết",
                f"no known AI begins at position {at + 1}",
                source=source,
            )
        at += len(entry.ai)
        end = data.find(separator, at)
        end = len(data) if end < 0 else end
        if entry.fixed:
            end = min(end, at + entry.longest)
        value = data[at:end]
        check_value(entry.ai, value, source=source)
        ais.append((entry.ai, value))
        _check_count(len(ais), source)
        at = end + (data[end : end + 1] == separator)
    return ais


def _check_count(count: int, source: str) -> None:
    if count > MOST_AIS:
        refuse("gs1.too_many", f"quá {MOST_AIS} mã ứng dụng", f"more than {MOST_AIS} AIs", source=source)


def parse_bracketed(text: str) -> AIs:
    r"""The AIs and values of `(01)09506000134352(10)ABC`; a bracket inside a value is written `\(`.

    Raises as `parse_element_string`.
    """
    ais: list[tuple[str, str]] = []
    parts = text.split("|", 1)
    for part in parts:
        ais += _bracketed(part, source=text)
    _check_count(len(ais) + len(parts) - 1, text)
    check_together(ais, source=text)
    return tuple(ais)


_ELEMENT = re.compile(r"\(([^)]*)\)((?:[^(\\]|\\\(|\\(?!\())*)", re.DOTALL)


def _bracketed(text: str, *, source: str) -> list[tuple[str, str]]:
    ais: list[tuple[str, str]] = []
    at = 0
    while at < len(text) or not ais:
        match = _ELEMENT.match(text, at)
        if match is None:
            refuse(
                "gs1.element_string",
                f"ở vị trí {at + 1} phải là mã ứng dụng trong ngoặc, ví dụ (01)",
                f"an AI in brackets, such as (01), must stand at position {at + 1}",
                source=source,
            )
        ai, value = match[1], match[2].replace("\\(", "(")
        check_value(ai, value, source=source)
        ais.append((ai, value))
        at = match.end()
    return ais


# --- which AIs may and must stand together ---

#: keys that a digital signature (8030) signs only with their serial part, and how long they are without it
_SERIAL_BEGINS = {"253": 13, "255": 13, "8003": 14}


def check_together(ais: Sequence[tuple[str, str]], *, source: str = "") -> None:
    """Raise unless the AIs may stand together on one thing: `gs1.repeated`, `gs1.excluded`, `gs1.missing`."""
    values: dict[str, str] = {}
    for ai, value in ais:
        if values.setdefault(ai, value) != value:
            refuse(
                "gs1.repeated",
                f"AI ({ai}) lặp lại với hai giá trị khác nhau; bỏ bớt một",
                f"AI ({ai}) is repeated with another value; leave one out",
                source=source,
                path=f"({ai})",
            )
    for ai in sorted(values):
        _check_exclusions(AIS[ai], values, source)
    for ai in sorted(values):
        _check_needs(AIS[ai], values, source)
    for ai, bare in _SERIAL_BEGINS.items() if "8030" in values else ():
        if len(values.get(ai, "")) == bare:
            refuse(
                "gs1.missing",
                f"chữ ký số (8030) cần AI ({ai}) có số sê-ri",
                f"a digital signature (8030) needs AI ({ai}) with its serial part",
                source=source,
                path="(8030)",
            )


def _check_exclusions(entry: AI, values: Iterable[str], source: str) -> None:
    for template in entry.excludes:
        for other in values:
            if other != entry.ai and _fits(other, template):
                refuse(
                    "gs1.excluded",
                    f"AI ({entry.ai}) và ({other}) không được đi cùng nhau",
                    f"AIs ({entry.ai}) and ({other}) must not stand together",
                    source=source,
                    path=f"({entry.ai})",
                )


def _check_needs(entry: AI, values: Iterable[str], source: str) -> None:
    others = [ai for ai in values if ai != entry.ai]
    for condition in entry.needs:
        if not any(all(any(_fits(o, t) for o in others) for t in group) for group in condition):
            wanted = [" + ".join(f"({template})" for template in group) for group in condition]
            refuse(
                "gs1.missing",
                f"AI ({entry.ai}) phải đi kèm {' hoặc '.join(wanted)}",
                f"AI ({entry.ai}) must stand together with {' or '.join(wanted)}",
                source=source,
                path=f"({entry.ai})",
            )


def _fits(ai: str, template: str) -> bool:
    digits = template.rstrip("n")
    return len(ai) == len(template) and ai.startswith(digits)


# --- writing ---


def element_string(ais: Iterable[tuple[str, str]], *, fnc1: str = FNC1) -> str:
    """The elements in the given order with FNC1 in front and behind each value of variable length but the last."""
    out = []
    needed = True
    for ai, value in ais:
        out.append(f"{fnc1 if needed else ''}{ai}{value}")
        needed = not AIS[ai].fixed
    return "".join(out)


def bracketed(ais: Iterable[tuple[str, str]]) -> str:
    r"""The form in brackets; a bracket in a value becomes `\(`."""
    return "".join("({}){}".format(ai, value.replace("(", "\\(")) for ai, value in ais)


def hri(ais: Iterable[tuple[str, str]], *, titles: bool = False) -> str:
    """Human readable interpretation, one element behind the other: `(01) 09506000134352 (10) ABC`."""
    return " ".join(f"{title_of(ai) + ' ' if titles and title_of(ai) else ''}({ai}) {value}" for ai, value in ais)
