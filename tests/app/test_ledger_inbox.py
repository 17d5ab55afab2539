"""The inbox: every job ends, what passes by itself costs no try, and nobody's documents starve another's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.db import OperationalError
from tests.ledger_world import document, lot, pack, seen

from lienvung.ledger import inbox
from lienvung.ledger.capture import now_ms
from lienvung.ledger.inbox import MOST_TRIES, enqueue, work_inbox
from lienvung.ledger.jobs import Job, get_job

pytestmark = pytest.mark.django_db


def state(job: Job) -> tuple[bool, bool, int, int]:
    return job.running, job.success, job.new_events, job.known_events


def again(job: Job) -> Job:
    return get_job(job.id, ["a", "b", "many", "one"])


def test_only_what_passes_by_itself_costs_no_try() -> None:
    full = sqlite3.OperationalError("database or disk is full")
    wrapped = OperationalError("lost")
    wrapped.__cause__ = psycopg.errors.AdminShutdown()
    for fault in (
        full,
        wrapped,
        psycopg.errors.DiskFull(),
        psycopg.errors.LockNotAvailable(),
        psycopg.OperationalError(),
    ):
        assert inbox.passes(fault), fault
    too_long = OperationalError("index row size 5016 exceeds btree version 4 maximum 2704")
    too_long.__cause__ = psycopg.errors.ProgramLimitExceeded()
    for fault in (too_long, psycopg.errors.ProgramLimitExceeded(), psycopg.errors.QueryCanceled(), KeyError("full")):
        assert not inbox.passes(fault), fault
    with closing(sqlite3.connect(":memory:")) as link, pytest.raises(sqlite3.OperationalError) as wrong:
        link.execute("SELECT * FROM nowhere_full")
    assert not inbox.passes(wrong.value)


def test_a_poison_document_ends_and_starves_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = now_ms()
    monkeypatch.setattr(inbox, "now_ms", lambda: clock)
    poison = enqueue(document(seen(lot("BAD"))), submitter="a")
    good = enqueue(document(seen(pack(1))), submitter="b")
    whole = inbox.run

    def failing(data: bytes, order: Any) -> Any:
        if b"BAD" in data:
            raise psycopg.errors.ProgramLimitExceeded("index row size 5016 exceeds btree version 4 maximum 2704")
        return whole(data, order)

    monkeypatch.setattr(inbox, "run", failing)
    assert work_inbox() == 1
    assert again(good).success
    for _ in range(MOST_TRIES):
        clock += 3_600_000
        work_inbox()
    assert state(again(poison)) == (False, False, 0, 0)
    assert again(poison).errors[0]["code"] == "ledger.given_up"


def test_what_passes_stops_nobody_else_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = now_ms()
    monkeypatch.setattr(inbox, "now_ms", lambda: clock)
    stuck = enqueue(document(seen(lot("BAD"))), submitter="a")
    good = enqueue(document(seen(pack(1))), submitter="a")
    whole = inbox.run

    def lost(data: bytes, order: Any) -> Any:
        if b"BAD" in data:
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return whole(data, order)

    monkeypatch.setattr(inbox, "run", lost)
    assert work_inbox() == 1
    assert again(good).success
    for _ in range(3 * MOST_TRIES):
        clock += inbox.LONGEST_WAIT_MS
        assert work_inbox() == 0
    assert again(stuck).running
    clock += inbox.PATIENCE_MS
    for _ in range(MOST_TRIES + 1):
        work_inbox()
        clock += 3_600_000
    assert state(again(stuck)) == (False, False, 0, 0)


def test_a_document_that_cannot_be_put_back_is_tried_once_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    job = enqueue(document(seen(pack(1))), submitter="a")
    runs: list[str] = []

    def full(data: bytes, order: Any) -> Any:
        runs.append(order.job)
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(inbox, "run", full)
    monkeypatch.setattr(inbox, "_put_back", lambda *given, **more: None)
    assert work_inbox() == 0
    assert runs == [job.id]


def test_senders_have_their_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "_served", {})
    monkeypatch.setattr(inbox, "ROUND", 1)
    many = [enqueue(document(seen(pack(number))), submitter="many") for number in range(4)]
    one = enqueue(document(seen(pack(99))), submitter="one")
    order = []
    while work_inbox():
        order += [job.id for job in (*many, one) if not again(job).running and job.id not in order]
    assert order == [many[0].id, one.id, many[1].id, many[2].id, many[3].id]
