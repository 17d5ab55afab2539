"""Percent-encoding of identifier values in URIs.

Two encodings are written, both decode to the same value:

- *canonical* (`canonical_uri`, so also the event hash): everything is escaped but A-Z a-z 0-9 - . _ ' ; =
  That is the set that the public CBV event hash vectors use, and all that GS1 Digital Link asks for.
- *strict* (`DigitalLink`): everything but the unreserved characters of RFC 3986, section 2.3.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_CANONICAL = re.compile(r"[^A-Za-z0-9\-._';=]")
_STRICT = re.compile(r"[^A-Za-z0-9\-._~]")


def decode(text: str) -> str:
    """Undo percent-encoding, one character a byte (values are ASCII; other bytes come out as U+0080-U+00FF).

    A `%` that no two hexadecimal digits follow stays as it is.
    """
    if "%" not in text:
        return text
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text)


def encode_canonical(value: str) -> str:
    return _CANONICAL.sub(_escape, value)


def encode_strict(value: str) -> str:
    return _STRICT.sub(_escape, value)


def _escape(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))
