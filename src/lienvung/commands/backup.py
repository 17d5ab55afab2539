"""Copy the database safely while the site runs.

DEST is a file that does not exist yet, or a folder (the copy is named after the
moment). SQLite: the online backup, then an integrity check of the copy.
PostgreSQL: pg_dump in its custom format, to be put back with pg_restore. Prints
what the copy holds. The file `secret_key` of LIENVUNG_HOME and the folder `media`
are copied beside it by whoever keeps the backups: keys do not belong with data.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from lienvung.commands import booted  # noqa: F401  (sets Django up before the ledger is imported)
from lienvung.ledger.safety import copy_sqlite, ledger_counts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("destination", metavar="DEST", type=Path, help="new file, or folder for it")


def run(args: argparse.Namespace) -> int:
    target: Path = args.destination
    ending = "sqlite3" if connection.vendor == "sqlite" else "dump"
    if target.is_dir():
        target = target / f"lienvung-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.{ending}"
    if target.exists():
        print(f"lienvung backup: {target} đã có / exists already", file=sys.stderr)
        return 1
    if not target.parent.is_dir():
        print(f"lienvung backup: không có thư mục / no such folder: {target.parent}", file=sys.stderr)
        return 1
    try:
        if connection.vendor == "sqlite":
            counts = copy_sqlite(target)
        else:
            counts = ledger_counts()
            dump_postgresql(target)
    except (OSError, sqlite3.Error, subprocess.CalledProcessError) as fault:
        print(f"lienvung backup: không sao lưu được / the copy failed: {fault}", file=sys.stderr)
        return 1
    print(f"{target}: {target.stat().st_size:,} byte")
    for name, count in counts.items():
        print(f"{name:10} {count:>12,}")
    return 0


def dump_postgresql(target: Path) -> None:
    """pg_dump; the password goes by the environment, never by the command line."""
    program = shutil.which("pg_dump")
    if program is None:
        raise OSError("pg_dump is not installed (Debian: postgresql-client)")
    place = connection.get_connection_params()
    options = {"--host": place.get("host"), "--port": place.get("port"), "--username": place.get("user")}
    given = [word for name, value in options.items() if value for word in (name, str(value))]
    half = target.with_name(target.name + ".part")
    try:
        subprocess.run(
            [program, "--format=custom", "--no-password", f"--file={half}", *given, str(place["dbname"])],
            env={**os.environ, "PGPASSWORD": str(place.get("password") or "")},
            check=True,
        )
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
