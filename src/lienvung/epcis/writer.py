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
EventBytes = bytes | tuple[bytes, Context]


def write_document(
    events: Iterable[EventBytes],
    context: Context | None = None,
    *,
    header: Mapping[str, Any] | None = None,
    query: str | None = None,
    created: datetime | None = None,
) -> bytes:
    """An EPCISDocument, or with `query` (a query's name) an EPCISQueryDocument, as UTF-8 JSON.

    `events`: each the raw bytes of an event, or (bytes, the context of the document it came in). `context`: of the
    new document; prefixes of the events that agree with it are merged into it. `header`: further members.
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
    return msgspec.json.encode(members)


_OWN = frozenset({"@context", "type", "schemaVersion", "epcisBody", "queryResults"})


def _merge(events: Iterable[EventBytes], context: Context) -> tuple[Context, list[bytes]]:
    """The context that all can share, and the events; those that clash with it carry their own context."""
    prefixes = dict(STANDARD_NAMES.within(context).prefixes)
    declared = list(context) if isinstance(context, list) else [context]
    added: dict[str, str] = {}
    bodies: list[bytes] = []
    agreed: list[Context] = []  # few different contexts, compared by value
    clashing: list[Context] = []
    for entry in events:
        body, own = (entry, None) if isinstance(entry, bytes) else entry
        if own is None or own == context or own in agreed:
            bodies.append(body)
            continue
        names = STANDARD_NAMES.within(own).prefixes
        if own not in clashing and all(prefixes.get(prefix, space) == space for prefix, space in names.items()):
            added.update((prefix, space) for prefix, space in names.items() if prefix not in prefixes)
            prefixes.update(names)
            agreed.append(own)
            bodies.append(body)
        else:
            clashing.append(own)
            bodies.append(_with_context(body, own))
    if not added and not isinstance(context, list):
        return context, bodies
    return [*declared, *([added] if added else [])], bodies


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
