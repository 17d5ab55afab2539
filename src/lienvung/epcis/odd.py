"""Characters that XML 1.0 cannot hold, refused in JSON too: an event must have one hash in every form it is given in.

These are the control characters but tab, line feed and carriage return, and U+FFFE and U+FFFF (XML 1.0, section 2.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lienvung.epcis.faults import pointer
from lienvung.errors import Invalid

# Escaped in JSON, by a backslash that is not itself escaped, or (U+FFFE, U+FFFF) as they are.
_WRITTEN = re.compile(
    rb"(?<!\\)(?:\\\\)*\\(?:u00(?:0[0-8bBcCeEfF]|1[0-9a-fA-F])|u[fF]{3}[eEfF]|[bf])|\xef\xbf[\xbe\xbf]"
)
_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def may_be_odd(data: bytes) -> bool:
    """Whether JSON text has such a character; cheap where it has no backslash."""
    return (b"\\" in data or b"\xef\xbf" in data) and _WRITTEN.search(data) is not None


def odd_characters(value: Any, path: str) -> list[Invalid]:
    """A fault for each text or name with such a character in decoded JSON."""
    return [
        Invalid(
            "epcis.character",
            vi=f"Văn bản có ký tự U+{ord(found):04X}, không ghi được trong XML 1.0.",
            en=f"The text has the character U+{ord(found):04X}, which XML 1.0 cannot hold.",
            path=place,
        )
        for place, found in _walk(value, path)
    ]


def _walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
    waiting = [(path, value)]
    while waiting:
        place, item = waiting.pop()
        if isinstance(item, str):
            found = _CHARACTER.search(item)
            if found is not None:
                yield place, found[0]
        elif isinstance(item, list):
            waiting.extend((f"{place}/{index}", inner) for index, inner in reversed(list(enumerate(item))))
        elif isinstance(item, dict):
            for name, inner in reversed(item.items()):
                waiting.append((pointer(place, name), inner))
                found = _CHARACTER.search(name)
                if found is not None:
                    yield pointer(place, name), found[0]
