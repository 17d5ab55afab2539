"""The inbox loses nothing and does nothing twice: killed workers, several workers, senders at once, a killed server.

Each safety has a twin test with the safety off that must show the loss. On PostgreSQL where LIENVUNG_TEST_POSTGRES
names a server.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.crash.documents import EVENTS
from tests.ledger_world import document, pack, seen
from tests.processes import free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("LIENVUNG_TEST_POSTGRES", "")


class Site:
    """An installation of its own: its environment, its processes, its rows."""

    def __init__(self, home: Path, url: str = "") -> None:
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PYTHONPATH"}}
        self.home, self.url = home, url
        self.environment = {
            **kept,
            **({"DATABASE_URL": url} if url else {}),
            "LIENVUNG_HOME": str(home),
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }

    def migrate(self) -> Site:
        subprocess.run([sys.executable, "-m", "tests.database"], cwd=ROOT, env=self.environment, check=True)
        return self

    def start(self, *words: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", *map(str, words)],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def worker(self, *words: object) -> subprocess.Popen[str]:
        return self.start("tests.crash.inbox_worker", *words)

    def done(self, *words: object) -> list[str]:
        """What a worker said that was not disturbed."""
        process = self.worker(*words)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return output.splitlines()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self.url:
            with psycopg.connect(self.url) as link:
                return link.execute(sql).fetchall()
        with sqlite3.connect(self.home / "lienvung.sqlite3", timeout=30) as link:
            return link.execute(sql).fetchall()

    def states(self) -> set[tuple[int, int]]:
        return set(self.rows("SELECT running, success FROM ledger_job"))

    def check_done_once(self, documents: int) -> None:
        """Every document was captured, whole, and by one worker."""
        assert self.states() == {(0, 1)}
        assert self.rows("SELECT COUNT(*) FROM ledger_inbox") == [(0,)]
        assert self.rows("SELECT COUNT(*) FROM ledger_inbox_body") == [(0,)]
        assert self.rows("SELECT new_events, COUNT(*) FROM ledger_job GROUP BY new_events") == [(EVENTS, documents)]
        assert self.rows("SELECT COUNT(*), COUNT(DISTINCT job) FROM ledger_document") == [(documents, documents)]
        assert self.rows("SELECT COUNT(*) FROM ledger_event") == [(documents * EVENTS,)]


ON_POSTGRESQL = [
    pytest.mark.postgresql,
    pytest.mark.skipif(not SERVER, reason="set LIENVUNG_TEST_POSTGRES=postgresql://… to run on PostgreSQL"),
]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=ON_POSTGRESQL)])
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty installation, to be copied."""
    home = tmp_path_factory.mktemp("migrated")
    if request.param == "sqlite":
        yield Site(home).migrate()
        return
    name = f"lienvung_inbox_{os.getpid()}"
    with psycopg.connect(SERVER, autocommit=True) as link:
        link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        link.execute(f"CREATE DATABASE {name}")
        yield Site(home, SERVER.rsplit("/", 1)[0] + "/" + name).migrate()
        link.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def site(migrated: Site, tmp_path: Path) -> Iterator[Site]:
    if not migrated.url:
        for path in migrated.home.glob("lienvung.sqlite3*"):
            shutil.copy(path, tmp_path)
        yield Site(tmp_path)
        return
    template = migrated.url.rsplit("/", 1)[1]
    with psycopg.connect(SERVER, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {template}_copy TEMPLATE {template}")
        yield Site(tmp_path, f"{migrated.url}_copy")
        link.execute(f"DROP DATABASE {template}_copy WITH (FORCE)")


def kill(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGKILL)
    output, _ = process.communicate()
    return output


def drained_under_fire(site: Site, *words: str) -> int:
    """Work the inbox with workers that are killed at random moments; how many were."""
    chance = random.Random(20262)
    killed = 0
    while killed < 6 and site.rows("SELECT 1 FROM ledger_inbox LIMIT 1"):
        process = site.worker("drain", "--slow", "0.02", *words)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.15))
        kill(process)
        killed += 1
        assert site.states() <= {(0, 1), (1, 1)}
    site.done("drain")
    return killed


def test_a_worker_killed_at_any_moment_loses_nothing(site: Site) -> None:
    site.done("fill", 0, 60)
    assert drained_under_fire(site) >= 3
    site.check_done_once(60)


def test_the_twin_that_takes_out_first_is_caught(site: Site) -> None:
    site.done("fill", 0, 60)
    drained_under_fire(site, "--out-first")
    lost = site.rows("SELECT COUNT(*) FROM ledger_job WHERE running = 1")[0][0]
    assert lost > 0
    with pytest.raises(AssertionError):
        site.check_done_once(60)


def test_a_document_that_kills_its_worker_is_given_up(site: Site) -> None:
    jobs = dict(line.split() for line in site.done("fill", 0, 4))
    deaths = 0
    for _ in range(12):
        process = site.worker("drain", "--die-over", 2)
        process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL
        deaths += 1
    assert deaths == 5
    found = site.rows("SELECT id, running, success, new_events, errors FROM ledger_job")
    told = {number: (running, success, new, json.loads(errors)) for number, running, success, new, errors in found}
    running, success, new, [fault] = told.pop(jobs["2"])
    assert (running, success, new) == (0, 0, 0)
    assert fault["code"] == "ledger.given_up"
    assert "5 times" in fault["en"]
    assert {state[:3] for state in told.values()} == {(0, 1, EVENTS)}
    assert site.rows("SELECT COUNT(*) FROM ledger_event") == [(3 * EVENTS,)]


def two(site: Site, *words: object) -> list[tuple[int, str, str]]:
    """Two processes at the same time."""
    both = [site.worker(*words, "--ready") for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline().split() == ["ready"]
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    results = []
    for process in both:
        output, errors = process.communicate(timeout=120)
        results.append((process.returncode, output, errors))
    return results


def test_two_workers_do_nothing_twice(site: Site) -> None:
    site.done("fill", 0, 40)
    results = two(site, "drain", "--slow", "0.005")
    assert [code for code, _, _ in results] == [0, 0], results
    site.check_done_once(40)
    lines = [line for _, output, _ in results for line in output.splitlines() if line.startswith("done")]
    assert len(lines) == len(set(lines)) == 40


def test_the_twin_without_the_lock_does_work_twice(site: Site) -> None:
    site.done("fill", 0, 40)
    results = two(site, "drain", "--slow", "0.03", "--no-lock")  # long enough for the second of two on a busy machine
    lines = [line for _, output, _ in results for line in output.splitlines() if line.startswith("done")]
    assert len(lines) > 40
    with pytest.raises(AssertionError):
        site.check_done_once(40)


@pytest.mark.parametrize("way", [[], ["--inline"]], ids=["inbox", "inline"])
def test_two_senders_with_the_same_keys_get_the_same_jobs(site: Site, way: list[str]) -> None:
    results = two(site, "fill", 0, 40, "--key", "--dawdle", *way)
    assert [code for code, _, _ in results] == [0, 0], results
    first, second = (output.splitlines() for _, output, _ in results)
    assert first == second
    assert len(first) == 40
    site.done("drain")
    site.check_done_once(40)


def test_the_twin_without_the_lock_of_writers_is_caught(tmp_path: Path) -> None:
    results = two(Site(tmp_path).migrate(), "fill", 0, 40, "--key", "--dawdle", "--deferred")
    assert any(code != 0 and "locked" in errors for code, _, errors in results)


def test_a_job_is_seen_as_what_it_is_at_every_moment(site: Site) -> None:
    """EPCIS 2.0 section 12.6.2: running and success, for another reader, while the worker is at it."""
    jobs = [line for line in site.done("faulty") if line]
    process = site.worker("drain", "--stop")
    assert process.stdin is not None
    assert process.stdout is not None
    told: dict[str, list[tuple[str, int, int]]] = {job: [] for job in jobs}
    for line in process.stdout:
        where, *rest = line.split()
        if where in {"entering", "refusing", "done"}:
            told[rest[0]].append(
                (where, *site.rows(f"SELECT running, success FROM ledger_job WHERE id = '{rest[0]}'")[0])
            )
        if where in {"entering", "refusing"}:
            process.stdin.write("\n")
            process.stdin.flush()
    assert process.wait(30) == 0
    capturing, refusing = ("entering", 1, 1), ("refusing", 1, 0)
    assert [told[job] for job in jobs] == [
        [capturing, ("done", 0, 1)],  # rollback: all right
        [refusing, ("done", 0, 0)],  # a faulty event
        [capturing, refusing, ("done", 0, 0)],  # an eventID that is taken
        [capturing, ("done", 0, 1)],  # proceed
        [("entering", 1, 0), ("done", 0, 0)],
        [capturing, ("entering", 1, 0), ("done", 0, 0)],
    ]
    counts = site.rows("SELECT j.id, j.new_events + j.known_events FROM ledger_job j")
    assert [dict(counts)[job] for job in jobs] == [1, 0, 0, 1, 1, 1]


def serve(site: Site, port: int, *words: str) -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, "-m", "lienvung.cli", "serve", "--port", str(port), "--workers", "1", *words],
        cwd=ROOT,
        env=site.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # so that it can be killed with all its processes
    )
    wait_for(f"http://127.0.0.1:{port}", server)
    return server


def wait_for_silence(port: int) -> None:
    """Until no process of a killed server listens any more: some end only when they notice that it is gone."""
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"something still listens at {port}")


def ask(port: int, token: str, method: str, path: str, body: bytes | None = None) -> tuple[int, str, Any]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.request(method, path, body, {"Content-Type": "application/json", "Authorization": f"Bearer {token}"})
    answer = link.getresponse()
    return answer.status, answer.headers.get("Location", ""), json.loads(answer.read())


def test_a_killed_server_goes_on_with_what_it_acknowledged(site: Site) -> None:
    [token] = site.done("token")
    things = [pack(f"{number:08d}") for number in range(24_000)]
    large = document(*(seen(*things[at : at + 1_000], minute=at // 1_000) for at in range(0, 24_000, 1_000)))
    assert len(large) > 1 << 20
    port = free_port()
    server = serve(site, port, "--no-work")
    try:
        status, where, job = ask(port, token, "POST", "/epcis/v2/capture", large)
        assert (status, job["running"], job["success"]) == (202, True, True)
        assert "finishedAt" not in job
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        wait_for_silence(port)
    server = serve(site, port)
    try:
        for _ in range(300):
            status, _, job = ask(port, token, "GET", where)
            assert (status, job["success"]) == (200, True)
            if not job["running"]:
                break
            time.sleep(0.2)
        assert (job["running"], job["newEvents"], job["errors"]) == (False, 24, [])
    finally:
        server.terminate()
        try:
            server.wait(30)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
