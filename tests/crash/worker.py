"""A process that captures numbered documents and says on its output which were acknowledged; tests kill it.

python -m tests.crash.worker FIRST COUNT [--synchronous NORMAL] [--deferred] [--dawdle] [--pages N] [--bytes N]
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import time

from django.conf import settings
from django.db import connection
from tests.crash.documents import EVENTS, numbered

from lienvung.commands import booted  # noqa: F401
from lienvung.ledger.capture import capture
from lienvung.ledger.store import SqliteStore


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("first", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--synchronous", help="the twin that must fail: NORMAL")
    parser.add_argument("--deferred", action="store_true", help="the twin that must fail: no lock before reading")
    parser.add_argument("--dawdle", action="store_true", help="sleep inside the transaction, so that others get in")
    parser.add_argument("--pages", type=int, help="how many pages the database may grow by")
    parser.add_argument("--bytes", type=int, help="how large any file may become (RLIMIT_FSIZE)")
    parser.add_argument("--at", type=float, default=0, help="wait for this moment")
    args = parser.parse_args()
    if args.deferred:
        settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"
        connection.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"
    connection.ensure_connection()
    with connection.cursor() as cursor:
        if args.synchronous:
            cursor.execute(f"PRAGMA synchronous={args.synchronous}")
        if args.pages:
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count={cursor.fetchone()[0] + args.pages}")
    if args.dawdle:
        SqliteStore.lock = dawdle  # type: ignore[method-assign]
    if args.bytes:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (args.bytes, args.bytes))
    time.sleep(max(0.0, args.at - time.time()))
    for number in range(args.first, args.first + args.count):
        job = capture(numbered(number))
        assert job.new_events + job.known_events == EVENTS
        os.write(1, f"{number} {job.new_events}\n".encode())


def dawdle(store: SqliteStore) -> None:
    store.rows("SELECT value FROM ledger_counter")
    time.sleep(0.005)


if __name__ == "__main__":
    main()
