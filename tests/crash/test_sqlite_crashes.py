"""Nothing half-stored, nothing acknowledged lost: kill -9, power cut, full disk, two clients at once (SQLite).

Each safety has a twin test with the safety off that must show the loss, since a
test of safety that cannot fail proves nothing.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.crash.documents import EVENTS, THINGS

ROOT = Path(__file__).resolve().parents[2]
NAME = "lienvung.sqlite3"
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an empty, migrated database."""
    home = tmp_path_factory.mktemp("migrated")
    subprocess.run([sys.executable, "-m", "tests.database"], cwd=ROOT, env=environment(home), check=True)
    return home


@pytest.fixture
def home(migrated: Path, tmp_path: Path) -> Path:
    for path in migrated.glob(NAME + "*"):
        shutil.copy(path, tmp_path)
    return tmp_path


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PYTHONPATH"}}
    return {**kept, "LIENVUNG_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}


def worker(home: Path, *arguments: object, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*before, sys.executable, "-m", "tests.crash.worker", *map(str, arguments)],
        cwd=ROOT,
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def acknowledged(output: str) -> list[int]:
    """Numbers on whole lines; a line cut off by the kill was not acknowledged."""
    return [int(line.split()[0]) for line in output.split("\n")[:-1]]


def check_whole(home: Path, numbers: list[int]) -> int:
    """The ledger holds every acknowledged document, no document in part, and is sound. How many it holds."""
    with sqlite3.connect(home / NAME) as link:
        assert link.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        counts = dict(link.execute("SELECT doc, COUNT(*) FROM ledger_event GROUP BY doc").fetchall())
        documents = {number for (number,) in link.execute("SELECT id FROM ledger_document").fetchall()}
        assert set(counts) <= documents  # one that was sent again has its own row and no events
        assert set(counts.values()) <= {EVENTS}
        assert link.execute("SELECT COUNT(*) FROM ledger_event_key").fetchone() == (len(counts) * EVENTS,)
        orphans = "SELECT COUNT(*) FROM ledger_mention WHERE event NOT IN (SELECT rid FROM ledger_event)"
        assert link.execute(orphans).fetchone() == (0,)
        found = link.execute("SELECT uri FROM ledger_thing WHERE uri LIKE '/01/%/21/%'").fetchall()
        things: dict[int, int] = {}
        for (uri,) in found:
            number = int(uri.rsplit("/", 1)[1].split("-")[0])
            things[number] = things.get(number, 0) + 1
        assert set(things.values()) <= {THINGS}
        assert set(numbers) <= set(things)
        assert len(things) == len(counts)
    return len(counts)


def test_kill_at_any_moment_loses_nothing_acknowledged(home: Path) -> None:
    chance = random.Random(20261)
    acked: list[int] = []
    first = 0
    for _ in range(10):
        process = worker(home, first, 2_000)
        assert process.stdout is not None
        begun = process.stdout.readline()  # the first acknowledgement: it is at work now
        time.sleep(chance.uniform(0, 0.12))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        acked += acknowledged(begun + rest)
        stored = check_whole(home, acked)
        first = max(acked) + 2  # the one under way may or may not be there; leave it alone
        assert stored >= len(acked)
    assert len(acked) >= 10


def synced(home: Path, *arguments: object) -> tuple[int, int]:
    """(acknowledged captures, fdatasync and fsync calls) of a run of 40 documents."""
    report = home / "strace.txt"
    strace = ("strace", "-f", "-e", "trace=fdatasync,fsync", "-o", str(report))
    process = worker(home, 0, 40, *arguments, before=strace)
    output, errors = process.communicate(timeout=120)
    if process.returncode and "ptrace" in errors:
        pytest.skip("strace may not trace here")
    assert process.returncode == 0, errors
    calls = [line for line in report.read_text().splitlines() if re.search(r"f(data)?sync\(", line)]
    return len(acknowledged(output)), len(calls)


@needs_strace
def test_every_acknowledged_capture_was_synced(home: Path) -> None:
    captures, syncs = synced(home)
    assert captures == 40
    assert syncs >= captures


@needs_strace
def test_the_twin_without_full_synchronous_is_caught(home: Path) -> None:
    captures, syncs = synced(home, "--synchronous", "NORMAL")
    assert captures == 40
    assert syncs < captures


@pytest.mark.parametrize("limit", [("--pages", 60), ("--bytes", 900_000)], ids=["pages", "file size"])
def test_a_full_disk_refuses_whole_documents(home: Path, limit: tuple[str, int]) -> None:
    if limit[0] == "--bytes":
        size = (home / NAME).stat().st_size
        limit = ("--bytes", size + 900_000)
    process = worker(home, 0, 2_000, *limit)
    output, errors = process.communicate(timeout=120)
    assert process.returncode != 0
    assert re.search(r"disk is full|disk I/O error", errors), errors
    acked = acknowledged(output)
    assert 0 < len(acked) < 2_000
    assert check_whole(home, acked) == len(acked)
    again = worker(home, max(acked) + 1, 3)  # there is room again: the refused one goes in
    output, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
    assert check_whole(home, [*acked, *acknowledged(output)]) == len(acked) + 3


def at_once(home: Path, *arguments: object) -> list[tuple[int, str, str]]:
    """Two processes that capture the same 40 documents at the same time."""
    start = time.time() + 3
    both = [worker(home, 0, 40, "--dawdle", "--at", start, *arguments) for _ in range(2)]
    results = []
    for process in both:
        output, errors = process.communicate(timeout=120)
        results.append((process.returncode, output, errors))
    return results


def test_two_clients_with_the_same_documents_both_succeed(home: Path) -> None:
    results = at_once(home)
    assert [code for code, _, _ in results] == [0, 0], results
    assert check_whole(home, list(range(40))) == 40
    new = [int(line.split()[1]) for _, output, _ in results for line in output.splitlines()]
    assert sum(new) == 40 * EVENTS  # each event was new to exactly one of them


def test_the_twin_without_the_lock_is_caught(home: Path) -> None:
    results = at_once(home, "--deferred")
    assert any(code != 0 and "locked" in errors for code, _, errors in results)
    check_whole(home, [])  # even then nothing is half-stored


def test_check_finds_what_durability_hangs_on(home: Path) -> None:
    script = (
        "from lienvung.commands import booted; from django.db import connection; "
        "from lienvung.ledger.safety import durability_faults as f; connection.ensure_connection(); "
        "assert f() == [], f(); "
        "connection.cursor().execute('PRAGMA synchronous=NORMAL'); assert 'FULL' in f()[0]; "
        "connection.settings_dict['OPTIONS']['transaction_mode'] = 'DEFERRED'; assert len(f()) == 2"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment(home), check=True)


def test_a_backup_taken_while_captures_go_on_is_whole(home: Path) -> None:
    process = worker(home, 0, 400)
    assert process.stdout is not None
    process.stdout.readline()
    done = subprocess.run(
        [sys.executable, "-m", "lienvung.cli", "backup", str(home / "copy.sqlite3")],
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
    )
    process.kill()
    process.communicate()
    assert done.returncode == 0, done.stderr
    (home / "restored").mkdir()
    shutil.move(home / "copy.sqlite3", home / "restored" / NAME)
    assert check_whole(home / "restored", []) >= 1
