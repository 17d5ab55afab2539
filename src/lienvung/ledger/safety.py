"""Is what we acknowledge on disk? The settings of the database that durability hangs on, and copies that are whole."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from django.db import connection

from lienvung.ledger.reading import rows

COUNTED = ("event", "document", "thing", "mention", "link", "error")


def durability_faults() -> list[str]:
    """What stands in the way of "durable before acknowledged"; empty when nothing does."""
    if connection.vendor == "sqlite":
        return _sqlite_faults()
    faults = []
    for setting in ("synchronous_commit", "fsync", "full_page_writes"):
        [(value,)] = rows(f"SHOW {setting}")
        if value == "off" or (setting == "synchronous_commit" and value == "local"):
            faults.append(f"PostgreSQL {setting} is {value}: a commit may be lost in a power cut")
    return faults


def _sqlite_faults() -> list[str]:
    faults = []
    [(journal,)] = rows("PRAGMA journal_mode")
    if journal != "wal":
        faults.append(f"SQLite journal_mode is {journal}, not wal: readers and the writer would stop each other")
    [(synchronous,)] = rows("PRAGMA synchronous")
    if synchronous < 2:
        faults.append("SQLite synchronous is not FULL: a commit may be lost in a power cut")
    mode = connection.settings_dict["OPTIONS"].get("transaction_mode")
    if mode not in {"IMMEDIATE", "EXCLUSIVE"}:
        faults.append(f"SQLite transaction_mode is {mode}, not IMMEDIATE: two captures at once could fail half-way")
    return faults


def ledger_counts() -> dict[str, int]:
    """Rows of the ledger's tables."""
    return {table: int(rows(f"SELECT COUNT(*) FROM ledger_{table}")[0][0]) for table in COUNTED}


def copy_sqlite(target: Path) -> dict[str, int]:
    """A consistent copy of the running SQLite database, checked; the counts in the copy.

    Written beside its name first and moved when it is whole, so that a broken copy
    never carries the name. Raises OSError or sqlite3.Error.
    """
    connection.ensure_connection()
    half = target.with_name(target.name + ".part")
    half.unlink(missing_ok=True)
    try:
        copy = sqlite3.connect(half)
        try:
            connection.connection.backup(copy, pages=4096)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
            [(verdict,)] = copy.execute("PRAGMA integrity_check(1)").fetchall()
            if verdict != "ok":
                raise sqlite3.DatabaseError(f"the copy is damaged: {verdict}")
            counts = {table: copy.execute(f"SELECT COUNT(*) FROM ledger_{table}").fetchone()[0] for table in COUNTED}
        finally:
            copy.close()
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    return counts
