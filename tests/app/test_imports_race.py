"""Two officers press import on the same staged file at once: one of them takes it over, the other is told.

In a process of its own, with real transactions. The twin does not ask whether the file still waits and knows no row
again, as code without these guards would do: there every result is told twice, so the test is able to fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("LIENVUNG_TEST_POSTGRES", "")

RACE = """
import sys, threading, uuid
from dataclasses import replace
import django
django.setup()
from django.db import connections
from tests.database import migrate
migrate()
from lienvung.errors import Conflict
from lienvung.imports import actions
from lienvung.imports.models import Import, ImportRow
from lienvung.results.models import Claim
from lienvung.territory.actions import load_units
from tests.imports_world import file_of, ready, result, send
from tests.results_world import make_results, officer
load_units()
made = ready(make_results(None))
colleague = officer("hanoi3", made.h_officer.memberships.get().organisation, "focal_officer")
data = file_of(made, results=[result(made), result(made, "Da mo them mot diem ban.")])
files = [send(made, data, name=f"{n}.xlsx") for n in "ab"]
if sys.argv[1] == "unsafe":
    real = actions.row_of
    actions.staging.check_waiting = lambda file: None
    actions.row_of = lambda told: replace(real(told), mark=uuid.uuid4().hex)
outcomes, start = [], threading.Barrier(3)

def press(by, file):
    try:
        start.wait(30)
        actions.take_over(by=by, file=file)
        outcomes.append("done")
    except Conflict as told:
        outcomes.append(told.code)
    finally:
        connections.close_all()

pairs = [(made.h_officer, files[0]), (colleague, Import.objects.get(pk=files[0].pk)), (colleague, files[1])]
threads = [threading.Thread(target=press, args=pair) for pair in pairs]
[thread.start() for thread in threads]
[thread.join(60) for thread in threads]
told = {"workbooks.done", "workbooks.standing"}
print(outcomes.count("done"), sum(each in told for each in outcomes), Claim.objects.count(), ImportRow.objects.count())
"""


def run(tmp_path: Path, guard: str, database: str) -> str:
    environment = {**os.environ, "LIENVUNG_HOME": str(tmp_path), "DATABASE_URL": database}
    environment |= {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "lienvung.settings",
    }
    ran = subprocess.run(
        [sys.executable, "-c", RACE, guard], env=environment, capture_output=True, text=True, timeout=200
    )
    assert ran.returncode == 0, ran.stderr[-3_000:]
    return ran.stdout.strip()


# acts that went through, officers that were told, results, rows kept
ANSWERS = [("safe", "1 2 2 2"), ("unsafe", "3 0 6 6")]


@pytest.mark.parametrize(("guard", "told"), ANSWERS)
def test_a_file_is_taken_over_once_on_sqlite(tmp_path: Path, guard: str, told: str) -> None:
    assert run(tmp_path, guard, "") == told


@pytest.mark.postgresql
@pytest.mark.skipif(not SERVER, reason="set LIENVUNG_TEST_POSTGRES=postgresql://… to race on PostgreSQL too")
@pytest.mark.parametrize(("guard", "told"), ANSWERS)
def test_a_file_is_taken_over_once_on_postgresql(tmp_path: Path, guard: str, told: str) -> None:
    name = f"lienvung_imports_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    try:
        head, _, tail = SERVER.rpartition("/")
        query = tail.partition("?")[2]
        assert run(tmp_path, guard, f"{head}/{name}" + (f"?{query}" if query else "")) == told
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
