"""Writing documents from stored events: their own bytes, put together, with one context.

Events that came with other prefixes than the document's keep theirs as a context of
their own, so that a prefix never changes its meaning and the event hash stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from lienvung.epcis.context import STANDARD_CONTEXT, STANDARD_NAMES
from lienvung.epcis.model import Context

DEFAULT_CONTEXT: Context = [STANDARD_CONTEXT]
EventForm = bytes | dict[str, Any] | tuple[bytes | dict[str, Any], Context]
_encode = msgspec.json.Encoder(decimal_format="number").encode


def write_document(
    events: Iterable[EventForm],
    context: Context | None = None,
    *,
    header: Mapping[str, Any] | None = None,
    query: str | None = None,
    created: datetime | None = None,
) -> bytes:
    """An EPCISDocument, or with `query` (a query's name) an EPCISQueryDocument, as UTF-8 JSON.

    `events`: each the raw bytes of an event or its decoded (and translated) form, or a pair of that and the context
    of the document it came in. `context`: of the new document; prefixes of the events that agree with it are merged
    into it. `header`: further members.
    """
    merged, bodies = _merge(events, DEFAULT_CONTEXT if context is None else context)
    stamp = (created or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    members: dict[str, Any] = {
        "@context": merged,
        "type": "EPCISQueryDocument" if query is not None else "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": stamp,
        **{name: value for name, value in (header or {}).items() if name not in _OWN},
    }
    event_list = msgspec.Raw(b"[" + b",".join(bodies) + b"]")
    body: dict[str, Any] = {"eventList": event_list}
    if query is not None:
        body = {"queryResults": {"queryName": query, "resultsBody": body}}
    members["epcisBody"] = body
    return _encode(members)


_OWN = frozenset({"@context", "type", "schemaVersion", "epcisBody", "queryResults"})


def _merge(events: Iterable[EventForm], context: Context) -> tuple[Context, list[bytes]]:
    """The context that all can share, and the events; those that cannot share it carry their own context."""
    written = [_written(entry) for entry in events]
    base = STANDARD_NAMES.within(context).prefixes
    known: list[tuple[Context, dict[str, str]]] = []  # few different contexts, compared by value
    for _, own in written:
        if own is not None and own != context and all(own != other for other, _ in known):
            known.append((own, STANDARD_NAMES.within(own).prefixes))
    added: dict[str, str] = {}
    clashing: list[Context] = []
    for own, names in known:
        prefixes = {**base, **added}
        new = {prefix: space for prefix, space in names.items() if prefix not in prefixes}
        agrees = all(prefixes.get(prefix, space) == space for prefix, space in names.items())
        if agrees and not any(_spoken(prefix, written, known, base) for prefix in new):
            added.update(new)
        else:
            clashing.append(own)
    bodies = [body if own is None or own not in clashing else _with_context(body, own) for body, own in written]
    declared = list(context) if isinstance(context, list) else [context]
    if not added and not isinstance(context, list):
        return context, bodies
    return [*declared, *([added] if added else [])], bodies


def _written(entry: EventForm) -> tuple[bytes, Context | None]:
    event, own = entry if isinstance(entry, tuple) else (entry, None)
    return (event if isinstance(event, bytes) else _encode(event)), own


def _spoken(
    prefix: str,
    written: list[tuple[bytes, Context | None]],
    known: list[tuple[Context, dict[str, str]]],
    base: Mapping[str, str],
) -> bool:
    """Whether an event that does not declare `prefix` has a name or text that begins with it: `"note: fragile"` must
    not become a CURIE because another event calls a namespace `note`."""
    start = f'"{prefix}:'.encode()
    for body, own in written:
        if start in body:
            names = next((names for other, names in known if other == own), base)
            if prefix not in names:
                return True
    return False


def _with_context(body: bytes, context: Context) -> bytes:
    """The event with `context` as its first member, before a context of its own."""
    members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    inner = members.pop("@context", None)
    parts = context if isinstance(context, list) else [context]
    if inner is not None:
        own = msgspec.json.decode(inner)
        parts = [*parts, *(own if isinstance(own, list) else [own])]
    unique = [part for index, part in enumerate(parts) if part not in parts[:index]]
    return msgspec.json.encode({"@context": unique, **members})
