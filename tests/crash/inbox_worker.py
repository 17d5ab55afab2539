"""A process that fills or works the inbox and says on its output what it has done; tests kill it.

python -m tests.crash.inbox_worker fill FIRST COUNT [--key] [--inline] [--ready] [--deferred] [--dawdle]
python -m tests.crash.inbox_worker drain [--ready] [--slow S] [--die-over N] [--stop] [--out-first] [--no-lock]
python -m tests.crash.inbox_worker token
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from tests.crash.documents import numbered
from tests.ledger_world import document, pack, seen

from lienvung.commands import booted  # noqa: F401
from lienvung.ledger import capture, inbox
from lienvung.ledger.store import SqliteStore, open_store
from lienvung.people.actions import create_organisation, issue_token

TAKEN = "urn:uuid:11111111-1111-4111-8111-111111111111"
WRONG = "https://id.gs1.org/01/08935000000011/21/1"  # the check digit is wrong


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("act", choices=["fill", "faulty", "drain", "token"])
    parser.add_argument("first", type=int, nargs="?", default=0)
    parser.add_argument("count", type=int, nargs="?", default=0)
    parser.add_argument("--key", action="store_true", help="send under an Idempotency-Key")
    parser.add_argument("--inline", action="store_true", help="capture at once, past the inbox")
    parser.add_argument("--ready", action="store_true", help="say so, and wait for a line before beginning")
    parser.add_argument("--deferred", action="store_true", help="the twin that must fail: no lock before reading")
    parser.add_argument("--dawdle", action="store_true", help="sleep inside the transaction, so that others get in")
    parser.add_argument("--slow", type=float, default=0, help="sleep before and in the transaction that captures")
    parser.add_argument("--die-over", type=int, help="die whenever this document is captured")
    parser.add_argument("--stop", action="store_true", help="say where a capture is, and wait for a line")
    parser.add_argument("--out-first", action="store_true", help="the twin that must fail: take out before capturing")
    parser.add_argument("--no-lock", action="store_true", help="the twin that must fail: several workers at once")
    args = parser.parse_args()
    if args.deferred:
        settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"
        connection.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"
    if args.dawdle:
        SqliteStore.lock = dawdle  # type: ignore[method-assign]
    if args.ready:
        connection.ensure_connection()
        stop("ready", "")
    {"fill": fill, "faulty": faulty, "drain": drain, "token": token}[args.act](args)


def fill(args: argparse.Namespace) -> None:
    for number in range(args.first, args.first + args.count):
        key = f"document {number}" if args.key else None
        data = numbered(number)
        if args.inline:
            job = capture.attempt(data, submitter="somebody", idempotency_key=key).job
        else:
            job = inbox.enqueue(data, submitter="somebody", idempotency_key=key)
        say(number, job.id)


def faulty(args: argparse.Namespace) -> None:
    """One document for each way in which a job can go."""
    capture.capture(document(seen(pack("taken"), eventID=TAKEN)))
    wrong, taken = seen(WRONG), seen(pack("other"), eventID=TAKEN)
    for behaviour in ("rollback", "proceed"):
        good = seen(pack(f"good-{behaviour}"))
        for events in ([good], [good, wrong], [good, taken]):
            say(inbox.enqueue(document(*events), submitter="somebody", behaviour=behaviour).id)


def drain(args: argparse.Namespace) -> None:
    """Until nothing waits, which is not what a real worker does."""
    whole_enter, whole_refused, whole_run = capture.enter, capture._refused, inbox.run

    def enter(*given: Any, **more: Any) -> int:
        if args.stop:
            stop("entering", more["job"])
        if args.die_over is not None and f"/21/{args.die_over:06d}-".encode() in given[1].events[0].raw:
            os.kill(os.getpid(), signal.SIGKILL)
        new = whole_enter(*given, **more)
        time.sleep(args.slow)
        return new

    def refused(order: Any, *given: Any) -> Any:
        if args.stop:
            stop("refusing", order.job)
        return whole_refused(order, *given)

    def run(body: bytes, order: Any) -> Any:
        if args.out_first:
            take_out(order.job)
        time.sleep(args.slow)
        done = whole_run(body, order)
        say("done", order.job, done.job.new_events)
        return done

    capture.enter, capture._refused, inbox.run = enter, refused, run
    if args.out_first or args.no_lock:
        capture._job_number = unchecked  # type: ignore[assignment]
    if args.no_lock:
        inbox._alone = nobody_else  # type: ignore[assignment]
    say("at work")
    while inbox.waiting_documents():
        if not inbox.work_inbox():
            time.sleep(0.02)


def stop(where: str, job: str) -> None:
    say(where, job)
    sys.stdin.readline()


def take_out(job: str) -> None:
    with transaction.atomic():
        for table in ("inbox", "inbox_body"):
            open_store().rows(f"DELETE FROM ledger_{table} WHERE job = %s RETURNING job", (job,))


def unchecked(store: Any, order: Any) -> str:
    for table in ("inbox", "inbox_body"):
        store.rows(f"DELETE FROM ledger_{table} WHERE job = %s RETURNING job", (order.job,))
    return str(order.job)


@contextmanager
def nobody_else() -> Iterator[bool]:
    yield True


def dawdle(store: SqliteStore) -> None:
    store.rows("SELECT value FROM ledger_counter")
    time.sleep(0.005)


def token(args: argparse.Namespace) -> None:
    organisation = create_organisation(by=None, name="HTX Kim Sơn", kind="farm")
    say(issue_token(by=None, organisation=organisation, name="test", scopes=("capture", "query")))


if __name__ == "__main__":
    main()
