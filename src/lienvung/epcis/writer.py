"""Writing documents from stored events: their own bytes, put together, with one context.

Events that came with other prefixes than the document's keep theirs as a context of
their own, so that a prefix never changes its meaning and the event hash stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from lienvung.epcis.context import STANDARD_CONTEXT, STANDARD_NAMES, spoken
from lienvung.epcis.model import Context
from lienvung.epcis.wire import decode_untyped

DEFAULT_CONTEXT: Context = [STANDARD_CONTEXT]
EventForm = bytes | dict[str, Any] | tuple[bytes | dict[str, Any], Context]
_encode = msgspec.json.Encoder(decimal_format="number").encode


def encode_json(value: Any) -> bytes:
    """`value` as JSON. A Decimal is a number with all its digits, a `msgspec.Raw` what it holds."""
    return _encode(value)


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
    merged, bodies = share_context(events, DEFAULT_CONTEXT if context is None else context)
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


def share_context(events: Iterable[EventForm], context: Context) -> tuple[Context, list[bytes]]:
    """The context that all can share, and the events; those that cannot share it carry their own context.

    Nothing that an event says changes by standing beside others: a prefix is shared only where every other event
    means the same by it, or has no name and no text that begins with it.
    """
    written = [_written(entry) for entry in events]
    base = STANDARD_NAMES.within(context).prefixes
    known: list[tuple[Context, dict[str, str]]] = []  # few different contexts, compared by value
    for _, own in written:
        if own is not None and own != context and all(own != other for other, _ in known):
            known.append((own, STANDARD_NAMES.within(own).prefixes))
    wanted = {prefix for _, names in known for prefix in names if prefix not in base}
    taken = spoken(wanted, ((_unescaped(body), _names(own, known, base)) for body, own in written)) if wanted else set()
    added: dict[str, str] = {}
    clashing: list[Context] = []
    for own, names in known:
        prefixes = {**base, **added}
        new = {prefix: space for prefix, space in names.items() if prefix not in prefixes}
        agrees = all(prefixes.get(prefix, space) == space for prefix, space in names.items())
        if agrees and taken.isdisjoint(new) and _only_prefixes(own, context):
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


def _names(
    own: Context | None, known: list[tuple[Context, dict[str, str]]], base: Mapping[str, str]
) -> Mapping[str, str]:
    """The prefixes that an event's own document declares."""
    return next((names for other, names in known if other == own), base)


def _unescaped(body: bytes) -> bytes:
    """Without the escapes that hide the beginning of a text."""
    return _encode(decode_untyped(body)) if b"\\" in body else body


def _only_prefixes(own: Context, context: Context) -> bool:
    """Whether a context declares nothing but prefixes beside what is in `context`: all else stays with its event."""
    shared = context if isinstance(context, list) else [context]
    for part in own if isinstance(own, list) else [own]:
        if part in shared or part == STANDARD_CONTEXT:
            continue
        if not isinstance(part, dict) or not all(
            isinstance(space, str) and ":" in space and _PLAIN.fullmatch(prefix) for prefix, space in part.items()
        ):
            return False
    return True


_PLAIN = re.compile(r'[^@:"\\\x00-\x1f][^:"\\\x00-\x1f]*')


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
