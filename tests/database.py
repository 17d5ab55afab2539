"""A database with all tables, quickly: what the migrations make is made once and copied after that.

Making the tables takes 14 s, as Django renders every model again at each step. The copy is kept in `var/test/tables`
under a digest of everything that makes tables; on PostgreSQL it is a template database of that name.

In a script with Django set up: `from tests.database import migrate; migrate()`. Before a process:
`python -m tests.database` with that process's environment.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "test" / "tables"
SOURCES = ("*/migrations/*.py", "*/models.py", "ledger/*.py", "ledger/**/*.sql", "*/apps.py", "settings/*.py")
"""What decides which tables there are, under src/lienvung: migrations, and what they and their signals call."""


def digest() -> str:
    told = hashlib.sha256(django.__version__.encode())
    for pattern in SOURCES:
        for path in sorted((ROOT / "src" / "lienvung").glob(pattern)):
            told.update(path.read_bytes())
    return told.hexdigest()[:16]


def migrate() -> None:
    """Put the tables into the database of the settings; one that has tables already is left as it is."""
    if connection.introspection.table_names():
        return
    connection.close()
    stored = settings.DATABASES["default"]
    (_copy_file if connection.vendor == "sqlite" else _copy_database)(str(stored["NAME"]))


def _copy_file(name: str) -> None:
    made = KEPT / f"{digest()}.sqlite3"
    with _one_at_a_time():
        if not made.exists():
            shutil.rmtree(KEPT / "new", ignore_errors=True)
            _make({"LIENVUNG_HOME": str(KEPT / "new"), "DATABASE_URL": ""})
            for old in KEPT.glob("*.sqlite3"):
                old.unlink()
            (KEPT / "new" / "lienvung.sqlite3").rename(made)
        shutil.copyfile(made, name)


def _copy_database(name: str) -> None:
    server, made = os.environ["DATABASE_URL"].rsplit("/", 1)[0], f"lienvung_tables_{digest()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as link, _one_at_a_time():
        if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [made]).fetchone():
            link.execute(f"DROP DATABASE IF EXISTS {made}_new")
            link.execute(f"CREATE DATABASE {made}_new")
            _make({"DATABASE_URL": f"{server}/{made}_new"})
            link.execute(f"ALTER DATABASE {made}_new RENAME TO {made}")
        link.execute(f"DROP DATABASE {name} WITH (FORCE)")
        link.execute(f"CREATE DATABASE {name} TEMPLATE {made}")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(environment: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True, timeout=200)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
    django.setup()
    migrate()
