"""Two clients at once, a killed client and a killed backend on PostgreSQL; needs LIENVUNG_TEST_POSTGRES."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.crash.documents import EVENTS

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("LIENVUNG_TEST_POSTGRES", "")
pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(not SERVER, reason="set LIENVUNG_TEST_POSTGRES=postgresql://… to run these on PostgreSQL"),
]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a process that works on a new, migrated database."""
    name = f"lienvung_crash_{os.getpid()}"
    with psycopg.connect(SERVER, autocommit=True) as link:
        link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        link.execute(f"CREATE DATABASE {name}")
        environment = {
            **os.environ,
            "DATABASE_URL": SERVER.rsplit("/", 1)[0] + "/" + name,
            "LIENVUNG_HOME": str(tmp_path),
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        subprocess.run([sys.executable, "-m", "tests.database"], cwd=ROOT, env=environment, check=True)
        yield environment
        link.execute(f"DROP DATABASE {name} WITH (FORCE)")


def worker(database: dict[str, str], *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash.worker", *map(str, arguments)],
        cwd=ROOT,
        env=database,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def acknowledged(output: str) -> list[int]:
    return [int(line.split()[0]) for line in output.split("\n")[:-1]]


def check_whole(database: dict[str, str], numbers: list[int]) -> int:
    with psycopg.connect(database["DATABASE_URL"]) as link:
        counts = dict(link.execute("SELECT doc, COUNT(*) FROM ledger_event GROUP BY doc").fetchall())
        assert set(counts.values()) <= {EVENTS}
        assert link.execute("SELECT COUNT(*) FROM ledger_event_key").fetchone() == (len(counts) * EVENTS,)
        found = link.execute(
            "SELECT DISTINCT substr(uri, 23, 6) FROM ledger_thing WHERE uri LIKE '/01/%/21/%'"
        ).fetchall()
        assert len(found) == len(counts)
        assert set(numbers) <= {int(number) for (number,) in found}
        order = link.execute("SELECT recorded_at FROM ledger_event ORDER BY rid").fetchall()
        assert order == sorted(order)  # the order of numbers is the order of record times
    return len(counts)


def test_two_clients_with_the_same_documents_both_succeed(database: dict[str, str]) -> None:
    start = time.time() + 3
    both = [worker(database, 0, 30, "--at", start) for _ in range(2)]
    results = [(*process.communicate(timeout=120), process.returncode) for process in both]
    assert [code for _, _, code in results] == [0, 0], results
    assert check_whole(database, list(range(30))) == 30
    assert sum(int(line.split()[1]) for output, _, _ in results for line in output.splitlines()) == 30 * EVENTS


@pytest.mark.parametrize("victim", ["client", "backend"])
def test_kill_loses_nothing_acknowledged(database: dict[str, str], victim: str) -> None:
    acked: list[int] = []
    for turn in range(3):
        process = worker(database, turn * 10_000, 5_000)
        assert process.stdout is not None
        begun = process.stdout.readline()
        time.sleep(0.05 * (turn + 1))
        if victim == "client":
            process.send_signal(signal.SIGKILL)
        else:
            with psycopg.connect(SERVER, autocommit=True) as link:
                link.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    (database["DATABASE_URL"].rsplit("/", 1)[1],),
                )
        rest, _ = process.communicate(timeout=60)
        assert process.returncode != 0
        acked += acknowledged(begun + rest)
        check_whole(database, acked)
    assert len(acked) >= 3
