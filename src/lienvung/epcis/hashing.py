"""The CBV event hash (CBV 2.0 section 8.9): `ni:///sha-256;…?ver=CBV2.0` from an event's content.

Two events that say the same have the same hash, however they are written. What the
published description leaves open or the public test vectors do otherwise is listed in
`docs/reference/event-hash.md`.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec

from lienvung.epcis.context import STANDARD_CONTEXT
from lienvung.epcis.model import Context
from lienvung.epcis.reader import scan_event, scan_texts

_encode = msgspec.json.Encoder(decimal_format="number").encode  # a Decimal is a number, not a text


def hash_document(data: bytes) -> list[str]:
    """The event hashes of a document, in document order. Raises as `read_document`."""
    return [f"ni:///sha-256;{sha256(text.encode()).hexdigest()}?ver=CBV2.0" for text in scan_texts(data)]


def pre_hash_document(data: bytes) -> list[str]:
    """The canonical texts that are hashed, one an event. Raises as `read_document`."""
    return list(scan_texts(data))


def pre_hash(event: dict[str, Any], context: Context | None = None) -> str:
    """The canonical text of one event given as a dictionary. `context`: of its document, for the prefixes."""
    return scan_event(_encode(event), STANDARD_CONTEXT if context is None else context).pre_hash


def event_hash(event: dict[str, Any], context: Context | None = None) -> str:
    """The event hash of one event given as a dictionary."""
    return ni_of(pre_hash(event, context))


def ni_of(text: str) -> str:
    """The hash of a pre-hash text, as a URI."""
    return f"ni:///sha-256;{sha256(text.encode()).hexdigest()}?ver=CBV2.0"
