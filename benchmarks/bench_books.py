"""How long a book in Excel of a thousand rows takes: making, reading and trying out, taking over, undoing.

    python benchmarks/bench_books.py [--rows 1000]

Works on the database of DATABASE_URL, or on a fresh SQLite of LIENVUNG_HOME; give it an empty one. Prints lines for
benchmarks/results; times are of the wall clock, with the processor's time beside them.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from tests import books_world  # noqa: E402
from tests.world import make_world  # noqa: E402

from lienvung.books import actions  # noqa: E402


@contextmanager
def timed(what: str, rows: int) -> Iterator[None]:
    wall, processor = time.perf_counter(), time.process_time()
    yield
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"{what:24} {wall:8.2f} s  {processor:8.2f} s of processor  {rows / wall:8.0f} rows/s", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000)
    rows = options.parse_args().rows
    call_command("migrate", interactive=False, verbosity=0)
    world = make_world()
    organisation, by = books_world.ready(world), books_world.manager(world)
    print(f"{connection.vendor}, {rows} rows, Python {platform.python_version()}, {os.cpu_count()} processors")
    with timed("make the file", rows):
        data = books_world.thousand(organisation, rows)
    with timed("read and try out", rows):
        book = actions.send_book(by=by, organisation=organisation, data=data, filename="so.xlsx")
    assert book.errors == 0, book.told[:3]
    with timed("take over", rows):
        actions.take_over(by=by, book=book)
    with timed("undo", rows):
        actions.undo_book(by=by, book=book, reason="benchmark")


if __name__ == "__main__":
    main()
