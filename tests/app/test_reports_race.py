"""Two workers over one report: it is built once; a killed worker's report is built by the next.

In processes of their own, with real transactions. The twin takes a report without the condition in its UPDATE, as code
that reads first and writes later would: there both workers build, so the test is able to fail.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("LIENVUNG_TEST_POSTGRES", "")

BEGIN = """
import sys
import django
django.setup()
from tests import database
database.migrate()
from lienvung.reports import building, report_actions as actions
from lienvung.reports.models import Print, Report
"""

WORLD = """
from lienvung.territory.actions import load_units
from tests.reports_world import begun, confirmed
from tests.results_world import make_results
load_units()
made = make_results(None)
confirmed(made)
report = begun(made, by=None)
actions.ask_to_build(by=None, report=report, version=report.version)
"""

RACE = (
    BEGIN
    + WORLD
    + """
import threading
from django.db import connections
safe = sys.argv[1] == "safe"
both, once, files_of = threading.Barrier(2), threading.local(), building.files_of
builds = []

class Looked:  # holds each worker after it has looked, until the other has looked too
    def __init__(self, found):
        self.found = found
    def first(self):
        report = self.found.order_by("asked_at").first()
        if not getattr(once, "met", False):
            once.met = True
            both.wait(30)
        return report
    def order_by(self, name):
        return self

class Mine:  # the twin: an UPDATE that asks for nothing but the key
    def __init__(self, pk):
        self.pk = pk
    def update(self, **values):
        return real.filter(pk=self.pk).update(**values)

class Managed:
    def filter(self, *conditions, **named):
        if conditions:
            return Looked(real.filter(*conditions, **named))
        if not safe and "beaten_at" in named:
            return Mine(named["pk"])
        return real.filter(*conditions, **named)
    def __getattr__(self, name):
        return getattr(real, name)

def spied(report, *more):
    builds.append(report.pk)
    return files_of(report, *more)

def work():
    try:
        building.build_reports()
    finally:
        connections.close_all()

real = Report.objects
building.files_of = spied
building.Report = type("Asked", (), {"objects": Managed(), "Build": Report.Build, "State": Report.State})
threads = [threading.Thread(target=work) for _ in (1, 2)]
[thread.start() for thread in threads]
[thread.join(60) for thread in threads]
stands = Report.objects.get()
print(len(builds), stands.build, Print.objects.count())
"""
)

KILLED = (
    BEGIN
    + WORLD
    + """
import os, signal
def dies(*asked):
    progress = asked[-1]
    progress.most(10)
    progress.step()
    os.kill(os.getpid(), signal.SIGKILL)
building.files_of = dies
building.build_reports()
"""
)

NEXT = (
    BEGIN
    + """
from datetime import timedelta
from django.utils import timezone
stands = Report.objects.get()
assert (stands.build, stands.done, stands.most) == ("running", 1, 10), (stands.build, stands.done, stands.most)
assert building.build_reports() == 0  # it may still be at work
Report.objects.update(beaten_at=timezone.now() - building.DEAD_AFTER - timedelta(seconds=1))
assert building.build_reports() == 1
assert building.build_reports() == 0
stands.refresh_from_db()
print(stands.build, Print.objects.count(), stands.done == stands.most > 1)
"""
)


def run(folder: Path, database: str, script: str, *words: str, ends: int = 0) -> str:
    environment = {
        **os.environ, "LIENVUNG_HOME": str(folder), "DATABASE_URL": database,
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "DJANGO_SETTINGS_MODULE": "lienvung.settings",
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-c", script, *words], env=environment, capture_output=True, text=True, timeout=200
    )
    assert ran.returncode == ends, ran.stderr[-3_000:]
    return ran.stdout.strip()


DATABASES = [
    "sqlite",
    pytest.param(
        "postgresql",
        marks=[
            pytest.mark.postgresql,
            pytest.mark.skipif(not SERVER, reason="set LIENVUNG_TEST_POSTGRES=postgresql://… to race there too"),
        ],
    ),
]


@pytest.fixture(params=DATABASES)
def database(request):
    if request.param == "sqlite":
        yield ""
        return
    name = f"lienvung_reports_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    try:
        head, _, tail = SERVER.rpartition("/")
        query = tail.partition("?")[2]
        yield f"{head}/{name}" + (f"?{query}" if query else "")
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.mark.parametrize(("guard", "told"), [("safe", "1 done 4"), ("unsafe", "2")])
def test_of_two_workers_one_builds(tmp_path: Path, database: str, guard: str, told: str) -> None:
    assert run(tmp_path, database, RACE, guard).startswith(told)


def test_a_killed_workers_report_is_built_by_the_next_and_once(tmp_path: Path, database: str) -> None:
    run(tmp_path, database, KILLED, ends=-signal.SIGKILL)
    assert run(tmp_path, database, NEXT) == "done 4 True"
