"""Members written twice in one JSON object: RFC 8259 leaves open which one counts, so they are refused.

Decoders keep the last one silently. Looking for them costs more than decoding, so it is
done only where the text has more quotation marks than what was decoded from it would
have if written again (which also shows members that are null).
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from lienvung.epcis.extension import too_deep
from lienvung.errors import Invalid

# Not part of what an event says, nor of its hash; GS1's own AssociationEvent example has it twice. The last counts.
_HARMLESS = frozenset({"eventID"})
_encode = msgspec.json.Encoder(decimal_format="number").encode


def quotes(decoded: Any) -> int:
    """How many quotation marks `decoded` has when written as JSON."""
    return _encode(decoded).count(b'"')


def repeated_members(text: bytes | msgspec.Raw, path: str) -> list[Invalid]:
    """A fault for each name that one object in `text` has twice. `path`: where `text` stands."""
    names: dict[str, None] = {}

    def note(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen and name not in _HARMLESS:
                names[name] = None
            seen.add(name)

    try:
        json.loads(bytes(text), object_pairs_hook=note, parse_int=_nothing, parse_float=_nothing)
    except RecursionError:
        raise too_deep() from None
    return [
        Invalid(
            "epcis.json.repeated",
            vi=f"Trường «{name[:100]}» được viết hai lần trong cùng một đối tượng JSON.",
            en=f"The member '{name[:100]}' is written twice in one JSON object.",
            path=path,
        )
        for name in names
    ]


def _nothing(_: str) -> None:
    return None
