"""Two at once over one notice, one drill, one recall: one is done, the other is told, and nothing is overwritten.

All races of the room in one process with real transactions. In the twin each safety is off: an answer trusts the notice
as it was loaded, an acknowledgement asks before it writes, an extension keeps the walk that it made before the lock.
There both of the two are done, so the test is able to fail.
"""

from __future__ import annotations

import json
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
import json, sys, threading
import django
django.setup()
from tests.database import migrate
migrate()
from datetime import timedelta
from decimal import Decimal
from django.db import connections
from lienvung.audit.models import Act
from lienvung.catalogue import actions as catalogue
from lienvung.drills import actions as drills
from lienvung.drills.models import DrillNotice
from lienvung.epcis import build
from lienvung.errors import Conflict
from lienvung.ledger import marking
from lienvung.ledger.capture import capture_events
from lienvung.quality import growth, notices
from lienvung.quality.actions import declare_recall
from lienvung.quality.models import Notice, Recall
from lienvung.quality.notice_rules import Told
from tests.world import BEGUN, make_world

safe = sys.argv[1] == "safe"
world = make_world()
recall = declare_recall(by=None, lot_uri=world.lot.uri, reason="Ket qua kiem nghiem", public_text="Mang tra noi ban.")
drill = drills.start_drill(by=None, lot_uri=world.lot.uri)
sent = {Notice: recall.notices.get(holder=world.shop).pk, DrillNotice: drill.notices.get(holder=world.shop).pk}
walk = growth.grown

def naive(notice, by, now):
    if notice.acknowledged_at is not None:
        return False
    type(notice).objects.filter(pk=notice.pk).update(acknowledged_at=now, acknowledged_by=by)
    return True

if not safe:
    notices._claim = drills._claim = naive
    notices._standing = drills._standing = lambda notice: notice
    growth.marking.last_event = lambda: 0

def race(work):
    outcomes, start = [], threading.Barrier(2)
    def run(number):
        try:
            outcomes.append(work(number, start))
        except Conflict as conflict:
            outcomes.append(conflict.code)
        except Exception as fault:
            outcomes.append(repr(fault))
        finally:
            connections.close_all()
    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in (1, 2)]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]
    return sorted(map(str, outcomes))

def loaded(kind):
    return kind.objects.select_related("holder").get(pk=sent[kind])

def acknowledging(kind, room):
    def work(number, start):
        notice = loaded(kind)
        start.wait(30)
        room.acknowledge(by=None, notice=notice)
        return "done"
    return work

def answering(kind, room, amounts):
    def work(number, start):
        notice = loaded(kind)
        told = {line.pk: amounts(number) for line in notice.lines.all()}
        start.wait(30)
        room.report(by=None, notice=notice, told=told, upon=notice.version)
        return f"done {number}"
    return work

def extending(number, start):
    def grown(*args, **kwargs):
        found = walk(*args, **kwargs)
        if threading.current_thread() in waits:
            waits.discard(threading.current_thread())
            start.wait(30)  # both have walked before either writes
        return found
    waits.add(threading.current_thread())
    growth.grown = grown
    growth.extend_recall(by=None, recall=recall)
    return "done"

def amount(number):
    return Told(Decimal(number), Decimal(0), Decimal(0), Decimal(0), "Dem lai hai lan.")

def stands(kind):
    return sorted({str(line.found.normalize()) for line in loaded(kind).lines.all()})

waits, told = set(), {}
told["acknowledge"] = race(acknowledging(Notice, notices))
told["acknowledge in a drill"] = race(acknowledging(DrillNotice, drills))
told["answer"] = race(answering(Notice, notices, amount))
told["stands"] = stands(Notice)
told["answer in a drill"] = race(answering(DrillNotice, drills, lambda n: drills.Found(Decimal(n), Decimal(0))))
told["stands in the drill"] = stands(DrillNotice)
lot, mill = catalogue.register_lot(by=None, product=world.rice, number="NHC-0601"), world.places["mill"].uri
made = build.transformation_event(
    time=BEGUN + timedelta(days=30), biz_step="commissioning", disposition="active", read_point=mill,
    biz_location=mill, input_quantities=[(world.lot.uri, 40, "KGM")], output_quantities=[(lot.uri, 40, "KGM")],
)
assert capture_events([made], submitter=str(world.grower.pk)).success
told["extend"] = race(extending)
stored = Recall.objects.get(pk=recall.pk)
told["extensions"] = [each["events"] for each in stored.growth]
told["acts"] = sorted(Act.objects.filter(action__in=["quality.answer_notice", "drills.answer", "quality.extend_recall",
    "quality.acknowledge_notice", "drills.acknowledge"]).values_list("action", flat=True))
print(json.dumps(told))
"""

ONCE = ["drills.acknowledge", "drills.answer", "quality.acknowledge_notice", "quality.answer_notice"]
ONCE += ["quality.extend_recall"]


def run(tmp_path: Path, guard: str, database: str) -> dict[str, list[str]]:
    environment = {**os.environ, "LIENVUNG_HOME": str(tmp_path), "DATABASE_URL": database}
    environment |= {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "DJANGO_SETTINGS_MODULE": "lienvung.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", RACE, guard], env=environment, capture_output=True, text=True, timeout=200
    )
    assert ran.returncode == 0, ran.stderr[-3_000:]
    told: dict[str, list[str]] = json.loads(ran.stdout)
    return told


def check(told: dict[str, list[str]], guard: str) -> None:
    if guard == "safe":
        assert told["acknowledge"] == ["done", "quality.acknowledged"]
        assert told["acknowledge in a drill"] == ["done", "drills.acknowledged"]
        for what, kept, room in (
            ("answer", "stands", "quality"),
            ("answer in a drill", "stands in the drill", "drills"),
        ):
            [done, refused] = told[what]
            assert refused == f"{room}.answered_meanwhile"
            assert told[kept] == [done.removeprefix("done ")], "what stands is what the one who was done said"
        assert told["extend"] == ["done", "quality.nothing_new"]
        assert told["extensions"] == [1]
        assert told["acts"] == ONCE
    else:
        for what in ("acknowledge", "acknowledge in a drill", "extend"):
            assert told[what] == ["done", "done"]
        for what in ("answer", "answer in a drill"):
            assert told[what] == ["done 1", "done 2"]
        assert told["extensions"] == [1, 1], "the same goods marked twice"
        assert told["acts"] == sorted(ONCE * 2)


@pytest.mark.parametrize("guard", ["safe", "unsafe"])
def test_two_at_once_on_sqlite(tmp_path: Path, guard: str) -> None:
    check(run(tmp_path, guard, ""), guard)


@pytest.mark.postgresql
@pytest.mark.skipif(not SERVER, reason="set LIENVUNG_TEST_POSTGRES=postgresql://… to race on PostgreSQL too")
@pytest.mark.parametrize("guard", ["safe", "unsafe"])
def test_two_at_once_on_postgresql(tmp_path: Path, guard: str) -> None:
    name = f"lienvung_race_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    try:
        head, _, tail = SERVER.rpartition("/")
        query = tail.partition("?")[2]
        check(run(tmp_path, guard, f"{head}/{name}" + (f"?{query}" if query else "")), guard)
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
