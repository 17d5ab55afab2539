"""Do the background work: capture large documents that wait, deliver subscriptions.

`./lienvung serve` starts this by itself. One process works at a time, however many are started: the others wait
until it ends. Ctrl+C or SIGTERM stops it after the calls that are under way.
"""

from __future__ import annotations

import argparse
import signal
import threading

from lienvung.commands import booted
from lienvung.exchange import worker
from lienvung.web.parent import follow

__all__ = ["add_arguments", "booted", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="do what is due now and end")
    parser.add_argument("--parent", type=int, default=0, help="end when this process is no more (used by serve)")


def run(args: argparse.Namespace) -> int:
    if args.once:
        worker.run_once()
        return 0
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if args.parent:
        follow(args.parent, stop.set)
    worker.run(stop)
    return 0
