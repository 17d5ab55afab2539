"""Is the database there and up to date, and what to do when it is not; for all commands, called by `lienvung.cli`.

A command that enters things makes the tables of an empty database itself; one that only reads refuses, and so
does every command on a database that an upgrade has left behind: what changes its tables is asked for (`--migrate`).
"""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import Error as DjangoDatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lienvung.errors import Conflict, Problem

ENTERS = frozenset({"capture", "account"})
READS = frozenset({"work", "trace", "recall-scope", "backup"})
DATABASE_ERRORS = (DjangoDatabaseError, sqlite3.Error, psycopg.Error)
MIGRATE = "./lienvung serve --migrate"


def prepare(command: str) -> None:
    """Before `command` runs: raises Conflict where the tables that it needs are not there."""
    if command not in ENTERS | READS:
        return
    if command in READS and _absent():
        raise _empty()
    if not connection.introspection.table_names():
        if command in READS:
            raise _empty()
        call_command("migrate", interactive=False, verbosity=0)
    refuse_unmigrated()


def _absent() -> bool:
    """An SQLite file that is not there; looking into it would make it."""
    where = _file()
    return connection.vendor == "sqlite" and "memory" not in str(where) and not where.exists()


def _file() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _empty() -> Conflict:
    return Conflict(
        "database.empty",
        vi=f"cơ sở dữ liệu chưa có gì ({settings.HOME}). Chạy `{MIGRATE}` một lần, hoặc ghi tài liệu đầu tiên bằng "
        "`./lienvung capture FILE`; hoặc đặt LIENVUNG_HOME, DATABASE_URL tới nơi có dữ liệu.",
        en=f"the database is empty ({settings.HOME}). Run `{MIGRATE}` once, or capture a first document with "
        "`./lienvung capture FILE`; or point LIENVUNG_HOME or DATABASE_URL to where the data are.",
    )


def refuse_unmigrated() -> None:
    """Conflict when the database lacks tables or columns that this version needs."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        first = waiting[0][0]
        raise Conflict(
            "serve.unmigrated",
            vi=f"cơ sở dữ liệu còn {len(waiting)} bước nâng cấp chưa chạy (đầu tiên: {first}). "
            f"Sao lưu các tệp dữ liệu rồi chạy `{MIGRATE}`.",
            en=f"the database waits for {len(waiting)} migrations (first: {first}). "
            f"Copy its files away, then run `{MIGRATE}`.",
        )


def explain(fault: BaseException) -> Problem | None:
    """What is wrong with the database or the disk, and the remedy; None for what is neither (a bug of ours)."""
    if isinstance(fault, DATABASE_ERRORS):
        return _of_database(fault)
    if isinstance(fault, OSError):
        return _of_file(fault)
    return None


def _of_file(fault: OSError) -> Problem:
    where = fault.filename or settings.HOME
    if fault.errno == errno.ENOSPC:
        return Problem("file.full", vi=f"hết chỗ trên đĩa: {where}.", en=f"the disk is full: {where}.")
    return Problem(
        "file.unusable",
        vi=f"không đọc hoặc ghi được {where}; hãy kiểm tra đường dẫn và quyền truy cập.",
        en=f"{where} cannot be read or written ({fault.strerror or fault}); check the path and its permissions.",
    )


def _of_database(fault: Exception) -> Problem:
    text = " ".join(str(fault).split())
    low = text.lower()
    where = str(_file()) if connection.vendor == "sqlite" else "DATABASE_URL"
    if "no such table" in low or "no such column" in low or 'relation "' in low:
        return Conflict(
            "database.tables",
            vi=f"cơ sở dữ liệu thiếu bảng của phiên bản này; hãy chạy `{MIGRATE}`.",
            en=f"the database lacks tables of this version; run `{MIGRATE}`.",
        )
    if "not a database" in low or "malformed" in low or "disk image" in low:
        return Conflict(
            "database.damaged",
            vi=f"{where} không phải cơ sở dữ liệu SQLite hoặc đã hỏng; hãy cất tệp này đi và chép bản sao lưu vào.",
            en=f"{where} is no SQLite database, or damaged; put it aside and copy a backup to its place.",
        )
    if "unable to open" in low or "readonly" in low:
        return Conflict(
            "database.unwritable",
            vi=f"không mở hoặc ghi được {where}; hãy kiểm tra thư mục (LIENVUNG_HOME) và quyền truy cập.",
            en=f"{where} cannot be opened or written; check the folder (LIENVUNG_HOME) and its permissions.",
        )
    if "locked" in low:
        return Conflict(
            "database.busy",
            vi=f"{where} đang bị một tiến trình khác giữ; hãy thử lại.",
            en=f"{where} is held by another process; try again.",
        )
    if connection.vendor == "postgresql" and connection.connection is None:
        return Conflict(
            "database.unreachable",
            vi="không kết nối được PostgreSQL; hãy kiểm tra máy chủ đang chạy và DATABASE_URL đúng.",
            en=f"PostgreSQL cannot be reached; check that it runs and that DATABASE_URL is right ({text[:200]}).",
        )
    return Problem(
        "database.failed",
        vi=f"cơ sở dữ liệu báo lỗi ({where}); hãy chạy `./lienvung check`. Lời báo: {text[:200]}",
        en=f"the database reported an error ({where}); run `./lienvung check`. It said: {text[:200]}",
    )
