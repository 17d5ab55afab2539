"""What all tests share.

Every test with a database starts with a ledger that remembers nothing. The
ledger's tables are no models, and they refuse to be emptied; a test that really
commits (`transactional_db`, `live_server`) therefore has them emptied here.

PostgreSQL: set LIENVUNG_TEST_POSTGRES to a DATABASE_URL whose user may create
databases; the ledger's tests then run a second time, on it
(tests/app/test_ledger_on_postgresql.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]

# The files that take longest are begun first: whoever of two workers begins a long one last lets the other wait.
LONGEST = [
    "tests/app/test_ledger_on_postgresql.py",
    "tests/browser/test_every_page.py",
    "tests/browser/test_programme_pages.py",
    "tests/crash/test_inbox_crashes.py",
    "tests/app/test_demo_command.py",
    "tests/browser/test_lab.py",
    "tests/crash/test_sqlite_crashes.py",
    "tests/app/test_quality_recall.py",
    "tests/app/test_control_inspections.py",
    "tests/app/test_command_errors.py",
    "tests/app/test_lab_race.py",
]
COMMITTING = {"transactional_db", "live_server", "django_db_serialized_rollback"}
KEPT = {"ledger_counter"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, then those with most tests; the order within a file stays."""
    count = Counter(item.path for item in items)
    rank = {ROOT / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (rank.get(item.path, len(rank)), -count[item.path], str(item.path)))


@pytest.fixture(autouse=True)
def _fresh_ledger(request: pytest.FixtureRequest) -> Iterator[None]:
    # imported late: tests of the pure floors run without Django being set up
    from lienvung.ledger import dictionary

    dictionary.forget()
    marker = request.node.get_closest_marker("django_db")
    committing = bool(COMMITTING & set(request.fixturenames)) or bool(marker and marker.kwargs.get("transaction"))
    if committing:
        request.getfixturevalue("transactional_db")
    yield
    if committing:
        empty_ledger()
        dictionary.forget()


def empty_ledger() -> None:
    """Put the ledger back to how its migration left it."""
    tables = [name for name in connection.introspection.table_names() if name.startswith("ledger_")]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger~_%' ESCAPE '~'"
            )
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            for table in set(tables) - KEPT:
                cursor.execute(f"DELETE FROM {table}")
            for _, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(f"TRUNCATE {', '.join(sorted(set(tables) - KEPT))}")
            cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("UPDATE ledger_counter SET value = CASE name WHEN 'thing' THEN 1023 ELSE 0 END")
