"""When a remembered page is still true: nothing was captured and nobody acted since it was made.

Every change of what a page shows is an event of the ledger or an act in the audit log,
so the last of each is a version of everything. One query; cheaper than any finer question,
and a recall shows in the very next answer.
"""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection

_NOW = (
    "SELECT (SELECT hash FROM ledger_event WHERE rid = (SELECT MAX(rid) FROM ledger_event)),"
    " (SELECT uid FROM audit_act WHERE id = (SELECT MAX(id) FROM audit_act))"
)
_LAST_ACT = "SELECT uid FROM audit_act WHERE id = (SELECT MAX(id) FROM audit_act)"
MOST_BYTES = 32 * 1024 * 1024
MOST_RECORDS = 8_192
P = ParamSpec("P")
R = TypeVar("R")


def version() -> tuple[bytes, str]:
    """The last event's hash and the last act's random number: never the same for two states."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW)
        last_event, last_act = cursor.fetchone()
    return bytes(last_event or b""), str(last_act or "")


_records: dict[Any, tuple[str, Any]] = {}


def until_an_act(read: Callable[P, R]) -> Callable[P, R]:
    """Remember what `read` gave until somebody acts: records of rooms change by acts only, never by a capture.

    What is remembered is shared between requests and must not be changed.
    """

    @wraps(read)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> R:
        with connection.cursor() as cursor:
            cursor.execute(_LAST_ACT)
            row = cursor.fetchone()
        act = str(row[0]) if row else ""
        key = (read.__name__, args, tuple(kwargs.items()))
        found = _records.get(key)
        if found is not None and found[0] == act:
            return found[1]  # type: ignore[no-any-return]
        made = read(*args, **kwargs)
        if len(_records) >= MOST_RECORDS:
            _records.clear()
        _records[key] = (act, made)
        return made

    return remembered


def forget() -> None:
    """Forget all answers and records; for tests, which take back what acts did."""
    shelf.clear()
    _records.clear()


@dataclass(slots=True)
class Answer:
    """A finished answer. `thing`, `known`: what a scan of it counts as."""

    body: bytes
    status: int
    content_type: str
    etag: str
    thing: str = ""
    known: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    packed: bytes = b""

    def gzipped(self) -> bytes:
        """The body compressed, made once."""
        if not self.packed:
            self.packed = gzip.compress(self.body, 6, mtime=0)
        return self.packed


class Shelf:
    """Answers by key, each with the version it was made at; the least recently used fall off."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self.lock = threading.Lock()
        self.kept: OrderedDict[Any, tuple[Any, Answer]] = OrderedDict()

    def get(self, key: Any, at: Any) -> Answer | None:
        with self.lock:
            found = self.kept.get(key)
            if found is None or found[0] != at:
                return None
            self.kept.move_to_end(key)
            return found[1]

    def put(self, key: Any, at: Any, answer: Answer) -> None:
        with self.lock:
            old = self.kept.pop(key, None)
            self.bytes += len(answer.body) - (len(old[1].body) if old else 0)
            self.kept[key] = (at, answer)
            while self.bytes > self.most_bytes and len(self.kept) > 1:
                _, (_, dropped) = self.kept.popitem(last=False)
                self.bytes -= len(dropped.body)

    def clear(self) -> None:
        with self.lock:
            self.kept.clear()
            self.bytes = 0


shelf = Shelf()
