"""The floors that capture is measured against, in the same run on the same machine.

F1: the event table and its unique key only. F2: the database stages alone: the
very calls that capture makes of its store, recorded in one pass and played back on
an empty database in another, so that nothing but the database is at work.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction

from lienvung.ledger import capture as capturing
from lienvung.ledger import store as stores

Call = tuple[str, tuple[Any, ...]]
RECORDED = {"rows", "select_in", "take", "insert", "insert_job", "claim", "lock"}


class Recording:
    """A store that hands every call on and keeps it."""

    def __init__(self) -> None:
        self.store = stores.open_store()
        self.calls: list[Call] = []

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)
        if name not in RECORDED:
            return method

        def call(*args: Any) -> Any:
            self.calls.append((name, args))
            return method(*args)

        return call


def record(documents: Iterator[bytes], into: Path) -> None:
    """Capture the documents and write down every call that was made of the store, document by document."""
    made: list[Recording] = []

    def open_recording() -> Recording:
        made.append(Recording())
        return made[-1]

    real = capturing.open_store
    capturing.open_store = open_recording  # type: ignore[assignment]
    try:
        with into.open("wb") as out:
            for document in documents:
                job = capturing.capture(document)
                pickle.dump((job.new_events, [call for recording in made for call in recording.calls]), out, protocol=5)
                made.clear()
    finally:
        capturing.open_store = real


def recorded(file: IO[bytes]) -> Iterator[tuple[int, list[Call]]]:
    while True:
        try:
            yield pickle.load(file)
        except EOFError:
            return


def play(path: Path, *, floor: str) -> tuple[int, list[float]]:
    """Play recorded calls on an empty database; events, and seconds per document. `floor` is "f1" or "f2"."""
    events, seconds = 0, []
    if floor == "f1":
        with connection.cursor() as cursor:
            for name in ("t", "bizstep", "disp", "bl", "rp"):
                cursor.execute(f"DROP INDEX ledger_event_{name}")
    with path.open("rb") as file:
        for count, calls in recorded(file):
            if floor == "f1":
                calls = [c for c in calls if c[0] == "claim" or (c[0] == "insert" and c[1][0] == "event")]
            started = time.perf_counter()
            with transaction.atomic():
                store = stores.open_store()
                for name, args in calls:
                    getattr(store, name)(*args)
            seconds.append(time.perf_counter() - started)
            events += count
    return events, seconds
