"""MATCH_ parameters: identifiers with `*`, in any form, to the events that name them (EPCIS 2.0 section 8.2.7.1).

Only `*` is a wildcard; `_` and `%` are themselves. A URN pattern finds what was
captured as Digital Link and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lienvung.errors import Invalid
from lienvung.ledger.blocks import unpack
from lienvung.ledger.identifiers import thing_ids
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import BLOCK_BITS, OFFSET_MASK, stored_uri

MOST_THINGS = 200_000
MOST_EVENTS = 500_000
_SGTIN = re.compile(r"urn:epc:id(?:pat)?:sgtin:(\d{6,12})\.(\*|\d{1,7})\.(\*|.+)", re.IGNORECASE)
_LGTIN = re.compile(r"urn:epc:class:lgtin:(\d{6,12})\.(\*|\d{1,7})\.(\*|.+)", re.IGNORECASE)
_URN_HEAD = re.compile(
    r"urn:epc:(?:id|idpat|class):(sscc|sgln|grai|giai|gsrn|gdti):(\d{6,12})\.\*(?:\.\*)?", re.IGNORECASE
)
_KEYS = {"sscc": "/00/", "sgln": "/414/", "grai": "/8003/", "giai": "/8004/", "gsrn": "/8018/", "gdti": "/253/"}
_INDICATED = {"sscc"}  # a digit stands before the company prefix


class TooMany(Invalid):
    """The pattern is so wide that the answer would take the server away from others."""

    def __init__(self) -> None:
        super().__init__(
            "ledger.query_too_complex",
            vi="Mẫu quá rộng; hãy thêm điều kiện hoặc thu hẹp mẫu",
            en="the pattern is too wide; narrow it",
        )


def events_naming(values: Sequence[str], *, roles: Sequence[int], classes: bool | None) -> set[int]:
    """Numbers of the events that name, in one of `roles`, what one of the patterns means.

    `classes`: True for quantity elements only, False for instances only.
    """
    things: set[int] = set()
    for value in values:
        things.update(_wild(value.strip()) if "*" in value else thing_ids(value))
        if len(things) > MOST_THINGS:
            raise TooMany
    return events_of_things(things, roles=roles, classes=classes)


def _wild(pattern: str) -> Iterable[int]:
    found: set[int] = set()
    for head, tail in _spelled(pattern):
        pieces = (head + tail).split("*")
        upper = head[:-1] + chr(ord(head[-1]) + 1)
        for number, uri in rows(
            "SELECT id, uri FROM ledger_thing WHERE uri >= %s AND uri < %s LIMIT %s", (head, upper, MOST_THINGS + 1)
        ):
            if fits(uri, pieces):
                found.add(number)
        if len(found) > MOST_THINGS:
            raise TooMany
    return found


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


def _spelled(pattern: str) -> list[tuple[str, str]]:
    """(fixed beginning, rest with `*`) of dictionary spellings that the pattern stands for."""
    if match := _SGTIN.fullmatch(pattern):
        return [(head, f"{rest}/21/{match[3]}") for head, rest in _gtins(match[1], match[2])]
    if match := _LGTIN.fullmatch(pattern):
        return [(head, f"{rest}/10/{match[3]}") for head, rest in _gtins(match[1], match[2])]
    if match := _URN_HEAD.fullmatch(pattern):
        kind, company = match[1].lower(), match[2]
        digits = "0123456789" if kind in _INDICATED else [""]
        return [(f"{_KEYS[kind]}{digit}{company}", "*") for digit in digits]
    stored = stored_uri(
        re.sub(r"^https?://[^/*]+(?=/(?:00|01|253|255|401|402|414|417|80\d\d)/)", "https://id.gs1.org", pattern)
    )
    head, star, rest = stored.partition("*")
    if len(head) < 2:
        raise Invalid(
            "ledger.pattern", vi="Mẫu phải bắt đầu bằng phần cố định", en="a pattern must begin with something fixed"
        )
    return [(head, star + rest)]


def _gtins(company: str, item: str) -> list[tuple[str, str]]:
    """Beginnings of the GTINs of an sgtin pattern: the indicator digit comes first, the check digit last."""
    if item != "*":
        return [(f"/01/{item[0]}{company}{item[1:]}", "*")]
    return [(f"/01/{digit}{company}", "*") for digit in "0123456789"]


def events_of_things(things: set[int], *, roles: Sequence[int], classes: bool | None) -> set[int]:
    """Numbers of the events that name one of these things in one of `roles`."""
    codes = {role * 4 + action for role in roles for action in range(4)}
    blocks: dict[int, set[int]] = {}
    for thing in things:
        blocks.setdefault(thing >> BLOCK_BITS, set()).add(thing & OFFSET_MASK)
    which = "" if classes is None else " AND uom > 0" if classes else " AND uom = 0"
    found: set[int] = set()
    for blk, offsets in blocks.items():
        if len(offsets) <= 50:
            listed = sorted(offsets)
            narrow = rows(
                f"SELECT event, role FROM ledger_mention WHERE blk = %s AND wide = 0 AND lo IN {marks(listed)}{which}",
                (blk, *listed),
            )
            found.update(rid for rid, role in narrow if role in codes)
            wide = rows(
                "SELECT event, role, lo, hi, members FROM ledger_mention "
                f"WHERE blk = %s AND wide = 1 AND lo <= %s AND hi >= %s{which}",
                (blk, listed[-1], listed[0]),
            )
        else:
            wide = rows(f"SELECT event, role, lo, hi, members FROM ledger_mention WHERE blk = %s{which}", (blk,))
        for rid, role, lo, hi, members in wide:
            if role in codes and rid not in found:
                named = range(lo, hi + 1) if members is None else unpack(members)
                if not offsets.isdisjoint(named):
                    found.add(rid)
        if len(found) > MOST_EVENTS:
            raise TooMany
    return found
