"""Scan counts are gathered in memory and written in batches, after an answer has been sent.

Personal data. Nothing of the asker is stored. The address and the browser's name go into
a keyed hash whose key is drawn at random by each process each day and never leaves it; the hash
only says whether this device was already counted today and is forgotten with the key.
The province is told by a proxy's header (setting SCAN_PROVINCE_HEADER, e.g. "X-Province"), else it
is not known. A process that is killed loses at most the last seconds of counts.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import logging
import secrets
import threading
import time
from datetime import date, datetime

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone

from lienvung.scan.actions import Place, Tally, store_counts

log = logging.getLogger(__name__)

FLUSH_SECONDS = 5.0
FLUSH_PLACES = 2_000
MOST_DEVICES = 200_000  # remembered a day; beyond, devices are no longer told apart


class Counter:
    """The buffer of one process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tallies: dict[Place, list[int]] = {}
        self.first: dict[str, int] = {}  # UTC epoch ms
        self.day: date | None = None
        self.key = b""
        self.seen: set[bytes] = set()
        self.flushed_at = time.monotonic()

    def count(self, *, thing: str, known: bool, province: str, device: str, now: datetime) -> None:
        """One scan. `device`: what tells devices apart, used for the hash and dropped."""
        today = timezone.localdate(now)
        with self.lock:
            if today != self.day:
                self.day, self.key, self.seen = today, secrets.token_bytes(16), set()
            mark = hashlib.blake2b(f"{thing}\0{device}".encode(), key=self.key, digest_size=8).digest()
            new = mark not in self.seen and len(self.seen) < MOST_DEVICES
            if new:
                self.seen.add(mark)
            tally = self.tallies.setdefault(Place(thing, today, province, known), [0, 0])
            tally[0] += 1
            tally[1] += new
            if known and thing not in self.first:
                self.first[thing] = int(now.timestamp() * 1000)

    def first_of(self, thing: str) -> int | None:
        return self.first.get(thing)

    @property
    def due(self) -> bool:
        return len(self.tallies) >= FLUSH_PLACES or time.monotonic() - self.flushed_at >= FLUSH_SECONDS

    def flush(self) -> None:
        """Write what is gathered; on failure it stays for the next time."""
        tallies, first = self.take()
        if not tallies:
            return
        try:
            store_counts(tallies, first)
        except DatabaseError:
            log.exception("scan counts could not be written; they are kept for the next time")
            with self.lock:
                for place, (scans, devices) in tallies.items():
                    kept = self.tallies.setdefault(place, [0, 0])
                    kept[0] += scans
                    kept[1] += devices
                self.first = {**self.first, **first}

    def take(self) -> tuple[dict[Place, Tally], dict[str, int]]:
        """What is gathered, which is then no more in the buffer."""
        with self.lock:
            tallies, self.tallies = self.tallies, {}
            first, self.first = self.first, {}
            self.flushed_at = time.monotonic()
        return {place: Tally(*tally) for place, tally in tallies.items()}, first

    def flush_if_due(self) -> None:
        if self.due:
            self.flush()


counter = Counter()


@atexit.register
def _last_flush() -> None:
    # at exit the database, and what logs are written to, may be gone in any way; counts are not worth a trace then
    tallies, first = counter.take()
    if tallies:
        with contextlib.suppress(Exception):
            store_counts(tallies, first)


def province_of(request: HttpRequest) -> str:
    """The province that the proxy names, at most 40 characters; '' where none is set up."""
    header = getattr(settings, "SCAN_PROVINCE_HEADER", "")
    return str(request.headers.get(header, ""))[:40].strip() if header else ""
