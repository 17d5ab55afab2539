"""Two officers press import at the same moment, each with a copy of the same book: it is taken over once.

In a process of its own, with real transactions. In the twin each row's fingerprint has the book's number in it, as if
there were none: there everything is told twice, so the test is able to fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("LIENVUNG_TEST_POSTGRES", "")

RACE = """
import sys, threading
import django
django.setup()
from tests.database import migrate
from django.db import connections
migrate()
from lienvung.books import actions
from lienvung.books.models import Book, BookRow
from lienvung.errors import Conflict
from tests.books_world import book_of, buying, diary, manager, ready
from tests.world import make_world

world = make_world()
organisation = ready(world)
data = book_of(organisation, diary=[diary(0), diary(1)], buying=[buying("")])
books = [actions.send_book(by=manager(world), organisation=organisation, data=data, filename=f"{n}.xlsx") for n in "ab"]
if sys.argv[1] == "unsafe":
    for book in books:
        for row in book.rows:
            row["mark"] = f"{book.pk}{row['mark']}"[:64]
        book.save()
outcomes, start = [], threading.Barrier(3)

def press(book):
    try:
        start.wait(30)
        actions.take_over(by=manager(world), book=book)
        outcomes.append("done")
    except Conflict:
        outcomes.append("conflict")
    finally:
        connections.close_all()

threads = [threading.Thread(target=press, args=(book,)) for book in (*books, books[0])]
[thread.start() for thread in threads]
[thread.join(120) for thread in threads]
states = sorted(Book.objects.values_list("state", flat=True))
print(sorted(outcomes).count("done"), len(outcomes), states.count("committed"), BookRow.objects.count())
"""


def run(tmp_path: Path, guard: str, database: str) -> str:
    environment = {**os.environ, "LIENVUNG_HOME": str(tmp_path), "DATABASE_URL": database}
    environment |= {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "lienvung.settings",
    }
    ran = subprocess.run(
        [sys.executable, "-c", RACE, guard], env=environment, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr[-3_000:]
    return ran.stdout.strip()


# acts that went through, acts that ended, books taken over, rows
ANSWERS = [("safe", "1 3 1 3"), ("unsafe", "2 3 2 6")]


@pytest.mark.parametrize(("guard", "told"), ANSWERS)
def test_a_book_is_taken_over_once_on_sqlite(tmp_path: Path, guard: str, told: str) -> None:
    assert run(tmp_path, guard, "") == told


@pytest.mark.postgresql
@pytest.mark.skipif(not SERVER, reason="set LIENVUNG_TEST_POSTGRES=postgresql://… to race on PostgreSQL too")
@pytest.mark.parametrize(("guard", "told"), ANSWERS)
def test_a_book_is_taken_over_once_on_postgresql(tmp_path: Path, guard: str, told: str) -> None:
    name = f"lienvung_books_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    try:
        head, _, tail = SERVER.rpartition("/")
        query = tail.partition("?")[2]
        assert run(tmp_path, guard, f"{head}/{name}" + (f"?{query}" if query else "")) == told
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
