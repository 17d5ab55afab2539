"""Many at once: the limit on reports holds, and of two who act on one case one is told.

In a process of its own, with real transactions. The twin leaves the safety out (it asks before it writes down, and
moves a case whatever its version): there it goes wrong, so the test is able to fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

RACE = """
import sys, threading, time
import django
django.setup()
from tests.database import migrate
from django.db import connections
migrate()
from lienvung.cases import actions, limits, rules
from lienvung.cases.models import Attempt, Case, Entry
from lienvung.errors import Conflict
from tests.cases_world import reported
from tests.world import make_world
safe, outcomes = sys.argv[1] == "safe", []

def together(*acts):
    start = threading.Barrier(len(acts))
    def one(act):
        try:
            start.wait(30)
            outcomes.append(act())
        except (Conflict, limits.TooManyReports) as refused:
            outcomes.append(refused.code)
        finally:
            connections.close_all()
    threads = [threading.Thread(target=one, args=(act,), daemon=True) for act in acts]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]

def ask_first(*, address, code, gtin):
    keys = limits.keys_of(address=address, code=code, gtin=gtin)
    many = Attempt.objects.filter(key=keys[0]).count()
    time.sleep(0.2)  # what a busy server does between a question and an act
    if not rules.report_allowed(of_address=many, of_code=0, of_product=0):
        raise limits.TooManyReports("cases.too_many_reports", vi="-", en="-")
    [Attempt.objects.create(key=key, at=limits.timezone.now()) for key in keys]

def whatever(case, version, state, now, province):
    return bool(Case.objects.filter(pk=case.pk).update(state=state, state_at=now))

note = limits.note_report if safe else ask_first
for number in range(rules.OF_ADDRESS - 1):
    note(address="203.0.113.7", code=str(number), gtin="1")
together(*[lambda n=n: note(address="203.0.113.7", code=f"x{n}", gtin="1") for n in range(6)])
print(len(outcomes), "slipped" if outcomes.count(None) > 1 else "held")

world, joined = make_world(), []
lot = world.paddy.path + "/10/THOC-1"
together(*[lambda n=n: joined.append(reported(world, code=lot, address=f"192.0.2.{n}")[0].case_id) for n in range(5)])
print(len(joined), "in", len(set(joined)))

outcomes.clear()
if not safe:
    actions._claim = whatever
by, case = world.accounts["official"], Case.objects.get()
words = ("Tra loi thu nhat: hang dat.", "Tra loi thu hai: dang lay mau.")
together(*[lambda text=text: bool(actions.answer(by=by, case=case, version=case.version, text=text)) for text in words])
print(sorted(map(str, outcomes)), Entry.objects.count())
"""


def run(tmp_path: Path, guard: str) -> list[str]:
    environment = {
        **os.environ,
        "LIENVUNG_HOME": str(tmp_path),
        "DATABASE_URL": "",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "lienvung.settings",
    }
    ran = subprocess.run(
        [sys.executable, "-c", RACE, guard], env=environment, capture_output=True, text=True, timeout=240
    )
    assert ran.returncode == 0, ran.stderr[-3_000:]
    return ran.stdout.splitlines()


SAFE = ["6 held", "5 in 1", "['True', 'cases.overtaken'] 1"]
UNSAFE = ["6 slipped", "5 in 1", "['True', 'True'] 2"]


@pytest.mark.parametrize(("guard", "told"), [("safe", SAFE), ("unsafe", UNSAFE)])
def test_many_at_once(tmp_path: Path, guard: str, told: list[str]) -> None:
    """The limit holds; reports of one lot meet in one case; of two who answer the same version one is told."""
    assert run(tmp_path, guard) == told
