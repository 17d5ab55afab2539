"""The background work of an installation: one process at a time, as long as it holds the lease in the database.

    run(stop)        until `stop` is set: wait for the lease, work, let it go
    run_once()       everything that is due now, then return

Each chore has a thread of its own, so that a large capture does not hold up deliveries. The lease is renewed while
the process lives; whoever finds it run out, or held by a process of this machine that is no more, takes it over. Two
holders at once (a process that was asleep) do no harm: captures are claimed one by one, and a position moves only
from where it was.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from django.db import close_old_connections, connection, connections

from lienvung import registry
from lienvung.exchange import access, subscriptions
from lienvung.exchange.models import Lease
from lienvung.ledger.inbox import work_inbox
from lienvung.ledger.query import newest_rid
from lienvung.ledger.reading import rows

log = logging.getLogger(__name__)
LEASE = "worker"
LEASE_MS = 30_000
RENEW_S = 5.0
SENDERS = 8  # deliveries at once
SENDERS_OF_ONE = 2  # of one organisation, so that its dead receivers do not take all threads
SENDERS_FAILING = 4  # of all whose last delivery failed: those whose receivers answer keep the others
TROUBLE_S = 5.0  # after a fault of the database or our own


@dataclass
class Deliveries:
    """The subscriptions on their way; at most one delivery each."""

    clock: Callable[[], int] = subscriptions.now_ms
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(SENDERS, thread_name_prefix="deliver"))
    under_way: dict[uuid.UUID, tuple[Future[bool], uuid.UUID, bool]] = field(default_factory=dict)

    def work(self) -> int:
        """Start what is due; how many were started."""
        self.busy()
        busy = Counter(organisation for _, organisation, _ in self.under_way.values())
        failing = sum(fails for *_, fails in self.under_way.values())
        started = 0
        for subscription in access.due(self.clock(), newest_rid()):
            organisation = subscription.query.organisation_id
            if len(self.under_way) >= SENDERS:
                break
            if subscription.pk in self.under_way or busy[organisation] >= SENDERS_OF_ONE:
                continue
            fails = subscription.failures > 0
            if fails and failing >= SENDERS_FAILING:
                continue
            failing += fails
            busy[organisation] += 1
            self.under_way[subscription.pk] = (self.pool.submit(_step, subscription.pk), organisation, fails)
            started += 1
        return started

    def busy(self) -> bool:
        """Whether anything is on its way."""
        self.under_way = {pk: entry for pk, entry in self.under_way.items() if not entry[0].done()}
        return bool(self.under_way)

    def finish(self) -> None:
        """Wait for what is on its way; a single call ends within seconds."""
        self.pool.shutdown(wait=True, cancel_futures=True)


def _step(pk: uuid.UUID) -> bool:
    try:
        return subscriptions.step(pk)
    except Exception:  # of ours or the database; the subscription is looked at again
        log.exception("delivering subscription %s failed", pk)
        time.sleep(1)
        return False
    finally:
        close_old_connections()


@dataclass(frozen=True)
class Chore:
    """A kind of work: `work` does what is there and says how much; `pause` before looking again when it was nothing."""

    name: str
    work: Callable[[], int]
    pause: float
    finish: Callable[[], None] = lambda: None


def chores() -> tuple[Chore, ...]:
    """All background work, made anew for each time of leading."""
    deliveries = Deliveries()
    return (
        Chore("inbox", work_inbox, 0.25),
        Chore("deliveries", deliveries.work, 0.25, deliveries.finish),
        *(Chore(each.name, each.work, each.pause) for each in registry.chores),
    )


def run_once() -> None:
    """Do all that is due now; what fails, or comes due meanwhile, waits for its next time."""
    while work_inbox():
        continue
    began = subscriptions.now_ms()
    deliveries = Deliveries(clock=lambda: began)
    while deliveries.work() or deliveries.busy():
        time.sleep(0.05)
    deliveries.finish()
    for chore in registry.chores:
        while chore.work():
            continue


def run(stop: threading.Event) -> None:
    """Work until told to stop; without the lease only wait for it."""
    holder = f"{_here()}:{os.getpid()}:{uuid.uuid4()}"
    while not stop.is_set():
        if _tried(holder):
            _lead(holder, stop)
        stop.wait(1.0)
    release(holder)
    connection.close()


def _tried(holder: str) -> bool:
    try:
        return acquire(holder)
    except Exception:
        log.exception("the lease could not be asked for")
        connection.close()
        return False


def _lead(holder: str, stop: threading.Event) -> None:
    """Run the chores until told to stop or the lease is lost."""
    lost = threading.Event()
    made = chores()
    threads = [threading.Thread(target=_keep_at, args=(chore, stop, lost), name=chore.name) for chore in made]
    for thread in threads:
        thread.start()
    renewed = time.monotonic()
    while not stop.wait(RENEW_S) and not lost.is_set():
        if _tried(holder):
            renewed = time.monotonic()
        elif time.monotonic() - renewed > LEASE_MS / 1000:
            lost.set()
            log.warning("another process does the background work now")
    lost.set()
    for thread in threads:
        thread.join()


def _keep_at(chore: Chore, stop: threading.Event, lost: threading.Event) -> None:
    try:
        while not (stop.is_set() or lost.is_set()):
            try:
                pause = 0.0 if chore.work() else chore.pause
            except Exception:
                log.exception("%s failed", chore.name)
                pause = TROUBLE_S
            close_old_connections()
            stop.wait(pause)
        chore.finish()
    finally:
        connections.close_all()


def _here() -> str:
    """This machine, so far as process numbers mean the same on it."""
    try:
        space = str(os.stat("/proc/self/ns/pid").st_ino)
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        space, boot = "", ""
    return f"{socket.gethostname()}/{boot}/{space}"[:120]


def _gone(holder: str) -> bool:
    """Whether the holder was a process of this machine that is no more."""
    place, _, rest = holder.partition(":")
    number = rest.partition(":")[0]
    if place != _here() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False


def _database_ms() -> int:
    """The database's own clock: that of several machines may differ."""
    if connection.vendor == "postgresql":
        return int(rows("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint")[0][0])
    return time.time_ns() // 1_000_000


def acquire(holder: str) -> bool:
    """Take the lease, or hold it for longer; False where another has it."""
    standing, _ = Lease.objects.get_or_create(name=LEASE)
    now = _database_ms()
    if standing.holder != holder and standing.until_ms > now and not _gone(standing.holder):
        return False
    same = Lease.objects.filter(name=LEASE, holder=standing.holder, until_ms=standing.until_ms)
    return bool(same.update(holder=holder, until_ms=now + LEASE_MS))


def release(holder: str) -> None:
    """Let the lease go, so that another need not wait for its end."""
    try:
        Lease.objects.filter(name=LEASE, holder=holder).update(holder="", until_ms=0)
    except Exception:
        log.exception("the lease could not be let go")
