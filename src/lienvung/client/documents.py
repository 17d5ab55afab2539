"""What is sent to capture, from what a program has: bytes as they are, a document, an event, or many events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from lienvung.epcis.context import STANDARD_CONTEXT
from lienvung.errors import Invalid

Sendable = bytes | str | Mapping[str, Any] | Iterable[Mapping[str, Any]]
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_TYPE_OF_TEXT = {"<": "application/xml", "{": "application/json", "[": "application/json"}


def encoded(value: Any) -> bytes:
    """JSON in UTF-8; a Decimal is written with all its digits, a time with its zone."""
    return _ENCODER.encode(value)


def document_of(events: Iterable[Mapping[str, Any]], *, extensions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """An EPCIS 2.0 document around events; `extensions` are the namespaces of the prefixes that they use."""
    context: list[Any] = [STANDARD_CONTEXT, *({prefix: uri} for prefix, uri in (extensions or {}).items())]
    return {
        "@context": context,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "epcisBody": {"eventList": list(events)},
    }


def body_and_type(sent: Sendable, *, extensions: Mapping[str, str] | None = None) -> tuple[bytes, str]:
    """The bytes of a request and their media type. Bytes and texts go as they are, JSON or XML by their first sign."""
    if isinstance(sent, bytes | str):
        data = sent.encode() if isinstance(sent, str) else sent
        return data, media_type_of(data)
    if isinstance(sent, Mapping):
        known = str(sent.get("type", "")).startswith("EPCIS")
        return encoded(sent if known else document_of([sent], extensions=extensions)), "application/json"
    return encoded(document_of(sent, extensions=extensions)), "application/json"


def event_and_type(event: bytes | str | Mapping[str, Any], extensions: Mapping[str, str] | None) -> tuple[bytes, str]:
    """One bare event, with the context that it needs by itself."""
    if isinstance(event, bytes | str):
        return body_and_type(event)
    context: list[Any] = [STANDARD_CONTEXT, *({prefix: uri} for prefix, uri in (extensions or {}).items())]
    return encoded({"@context": context, **event}), "application/json"


def media_type_of(data: bytes) -> str:
    first = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()[:1].decode("latin-1")
    if first not in _TYPE_OF_TEXT:
        raise Invalid(
            "client.neither_json_nor_xml",
            vi="Nội dung không phải JSON cũng không phải XML",
            en="what is sent is neither JSON nor XML",
        )
    return _TYPE_OF_TEXT[first]
