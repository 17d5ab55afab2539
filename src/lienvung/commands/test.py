"""Run everything that CI runs: style, architecture, types, tests.

Each step prints its own output; the summary at the end says which failed and
which tests were skipped, and why (a machine without PostgreSQL or Chromium
passes, saying so). Arguments after `--` go to pytest: `lienvung test -- -k gs1`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fast", action="store_true", help="leave out browser, crash and slow tests")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")


def steps(args: argparse.Namespace) -> list[tuple[str, list[str]]]:
    python = [sys.executable, "-m"]
    pytest = [*python, "pytest", "-q", "-p", "no:cacheprovider", *args.pytest]
    if not args.pytest:
        pytest += ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile", "--no-loadscope-reorder"]
    if args.fast:
        pytest += ["-m", "not browser and not slow"]
    only_tests = [("tests", pytest)]
    if args.pytest:
        return only_tests
    return [
        ("style", [*python, "ruff", "check", "src", "tests", "benchmarks"]),
        ("format", [*python, "ruff", "format", "--check", "-q", "src", "tests", "benchmarks"]),
        ("architecture", [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]),
        ("types", [*python, "mypy", "-p", "lienvung"]),
        ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
        *only_tests,
    ]


def run(args: argparse.Namespace) -> int:
    home = ROOT / "var" / "test"
    environment = {**os.environ, "LIENVUNG_HOME": str(home), "PYTHONHASHSEED": "0"}
    for name in ("DATABASE_URL", "LIENVUNG_ORIGIN", "LIENVUNG_DEMO"):
        environment.pop(name, None)
    failed = []
    for name, command in steps(args):
        print(f"── {name}", flush=True)
        started = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=environment)
        print(
            f"   {name}: {'ok' if done.returncode == 0 else 'FAILED'}, {time.monotonic() - started:.0f} s", flush=True
        )
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"lienvung test: failed: {', '.join(failed)}", file=sys.stderr)
        return 1
    return 0
