"""MATCH_ parameters: identifiers with `*`, in any form, to the events that name them (EPCIS 2.0 section 8.2.7.1).

Only `*` is a wildcard; `_` and `%` are themselves, and a `*` in a serial is written `%2A`. What a pattern means is in
`ledger.pattern_forms`; the database filters, so nothing is left out, and a pattern that fits too much is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from lienvung.errors import Invalid
from lienvung.ledger import query_budget
from lienvung.ledger.blocks import unpack
from lienvung.ledger.identifiers import candidates
from lienvung.ledger.pattern_forms import ANY, Look, Tokens, fits, looks_of
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.tables import BLOCK_BITS, GS1_PREFIX, OFFSET_MASK, stored_uri

MOST_THINGS = 200_000
MOST_EVENTS = 500_000
AT_ONCE = 500
_LAST_CHARACTER = "\U0010ffff"


class TooMany(Invalid):
    """The pattern is so wide that the answer would take the server away from others."""

    def __init__(self, most: int, vi: str, en: str) -> None:
        super().__init__(
            "ledger.query_too_complex",
            vi=f"Mẫu khớp hơn {most} {vi}; hãy thu hẹp mẫu",
            en=f"the pattern fits more than {most} {en}; narrow it",
        )


def events_naming(
    values: Sequence[str], *, roles: Sequence[int], classes: bool | None, exact: bool = False
) -> set[int]:
    """Numbers of the events that name, in one of `roles`, what one of the patterns means.

    `classes`: True for quantity elements only, False for instances only. `exact`: a `*` is itself.
    """
    spelled: list[str] = []
    looks: list[Look] = []
    for value in (value.strip() for value in values):
        if "*" in value and not exact:
            looks += looks_of(value)
        else:
            spelled += [stored_uri(uri) for uri in candidates(value)]
    things = _spelled(list(dict.fromkeys(spelled)))
    for wanted in _by_scan(looks):
        _add_fitting(things, wanted)
    return events_of_things(things, roles=roles, classes=classes)


def _spelled(uris: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(uris), AT_ONCE):
        part = uris[start : start + AT_ONCE]
        found.update(number for (number,) in rows(f"SELECT id FROM ledger_thing WHERE uri IN {marks(part)}", part))
    return found


def _by_scan(looks: Iterable[Look]) -> list[list[Look]]:
    """Looks with one beginning together: what begins so is gone through once, however many there are."""
    found: dict[tuple[str, bool], list[Look]] = {}
    for look in dict.fromkeys(looks):
        found.setdefault((look.head, look.check is not None), []).append(look)
    return list(found.values())


def _add_fitting(things: set[int], looks: Sequence[Look]) -> None:
    """Add what one of the looks, all of one beginning, fits. Raises TooMany, never leaves anything out."""
    fitting = [_fitting(look) for look in looks]
    where, values = _beginning(looks[0].head)
    where.append("(" + " OR ".join(sql for sql, _ in fitting) + ")")
    values += [value for _, value in fitting]
    checks = [look.check for look in looks if look.check is not None]
    room = MOST_THINGS + (0 if checks else len(things))  # some of them may be found a second time
    found = rows(f"SELECT id, uri FROM ledger_thing WHERE {' AND '.join(where)} LIMIT %s", (*values, room + 1))
    if len(found) > room:
        raise TooMany(MOST_THINGS, "định danh", "identifiers")
    for start in range(0, len(found), AT_ONCE):
        query_budget.check()  # comparing URNs takes longer than finding them
        part = found[start : start + AT_ONCE]
        things.update(number for number, uri in part if not checks or any(check(uri) for check in checks))
    if len(things) > MOST_THINGS:
        raise TooMany(MOST_THINGS, "định danh", "identifiers")


def _beginning(head: str) -> tuple[list[str], list[str | int]]:
    """Conditions for the index: from `head` to the first text that no longer begins so."""
    if not head:
        return [], []
    where, values = ["uri >= %s"], [head]
    cut = head.rstrip(_LAST_CHARACTER)
    if cut:
        after = ord(cut[-1]) + 1
        values.append(cut[:-1] + chr(0xE000 if 0xD800 <= after < 0xE000 else after))
        where.append("uri < %s")
    return where, list(values)


def _fitting(look: Look) -> tuple[str, str]:
    """(condition, its value): GLOB and LIKE tell capitals from small letters, on SQLite and PostgreSQL."""
    column = f"('{GS1_PREFIX}' || uri)" if look.full else "uri"
    if connection.vendor == "sqlite":
        return f"{column} GLOB %s", _written(look.tokens, {"*": "[*]", "?": "[?]", "[": "[[]"}, "?", "*")
    return f"{column} LIKE %s ESCAPE '!'", _written(look.tokens, {"!": "!!", "%": "!%", "_": "!_"}, "_", "%")


def _written(tokens: Tokens, escapes: dict[str, str], one: str, any_: str) -> str:
    table = str.maketrans(escapes)
    return "".join(
        token.translate(table) if isinstance(token, str) else any_ if token is ANY else one for token in tokens
    )


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
            raise TooMany(MOST_EVENTS, "sự kiện", "events")
    return found


__all__ = ["MOST_EVENTS", "MOST_THINGS", "TooMany", "events_naming", "events_of_things", "fits"]
