"""Check settings, database and ledger; exit code 1 when something is wrong.

Looks at Django's own checks (with --deploy also those for a public site), whether
the database can be reached and all migrations are applied, whether a commit is on
disk when it returns (SQLite: WAL, synchronous FULL, BEGIN IMMEDIATE; PostgreSQL:
synchronous_commit, fsync), and counts what the ledger holds.
"""

from __future__ import annotations

import argparse
import sys

from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lienvung.commands import booted  # noqa: F401  (sets Django up before the ledger is imported)
from lienvung.commands.database import DATABASE_ERRORS, MIGRATE, explain
from lienvung.ledger.safety import durability_faults, ledger_counts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--deploy", action="store_true", help="also what a public site needs (https origin, cookies, …)"
    )


def run(args: argparse.Namespace) -> int:
    faults: list[str] = []
    try:
        call_command("check", deploy=args.deploy, fail_level="WARNING")
    except CommandError as fault:
        faults.append(str(fault))
    try:
        plan = MigrationExecutor(connection)
        missing = plan.migration_plan(plan.loader.graph.leaf_nodes())
        if missing:
            faults.append(
                f"còn {len(missing)} bước nâng cấp cơ sở dữ liệu chưa chạy / {len(missing)} migrations are not "
                f"applied: {MIGRATE}"
            )
        else:
            faults += durability_faults()
            for name, count in ledger_counts().items():
                print(f"{name:10} {count:>12,}")
    except DATABASE_ERRORS as fault:
        known = explain(fault)
        faults.append(f"{known.vi} / {known.en}" if known else str(fault))
    for found in faults:
        print(f"lienvung check: {found}", file=sys.stderr)
    if not faults:
        print("Mọi thứ ổn / all is well")
    return 1 if faults else 0
