"""Two officials at the same moment, on PostgreSQL (SQLite has one writer): one acts, the other gets a Conflict.

Each race has a twin with its safety off, which must go wrong; else the race would prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection, transaction

from lienvung.errors import Problem
from lienvung.people import actions as people
from lienvung.proofs import actions, rules
from lienvung.proofs.models import Certificate

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer; this race is PostgreSQL's"),
]
AT_ONCE = 4


@pytest.fixture
def one() -> Certificate:
    holder = people.create_organisation(by=None, name="HTX Mẫu", kind="cooperative")
    made = actions.register_certificate(
        by=None, holder=holder, kind="vietgap", number="V-1", issuer_name="Mẫu", valid_from=date(2026, 1, 1)
    )
    actions.add_scope(by=None, certificate=made)
    made.refresh_from_db()
    return made


def together(act: Callable[[int], Any]) -> list[str]:
    """What each of several at once got: '' or the code of its problem."""
    start = Barrier(AT_ONCE)

    def run(number: int) -> str:
        try:
            start.wait(5)
            act(number)
            return ""
        except Problem as problem:
            return problem.code
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as workers:
        return list(workers.map(run, range(AT_ONCE)))


def decide(one: Certificate) -> Callable[[int], Any]:
    def act(number: int) -> None:
        mine = Certificate.objects.get(pk=one.pk)
        if number % 2:
            actions.confirm(by=None, certificate=mine, revision=one.revision)
        else:
            actions.refuse(by=None, certificate=mine, revision=one.revision, reason="Không đúng bản giấy.")

    return act


def suspend(one: Certificate) -> Callable[[int], Any]:
    def act(number: int) -> None:
        mine = Certificate.objects.get(pk=one.pk)
        actions.measure(
            by=None, certificate=mine, act="suspended", from_day=date(2026, 5, 1), reason=f"Quyết định số {number}/2026"
        )

    return act


def test_one_word_counts_when_several_decide(one: Certificate) -> None:
    got = together(decide(one))
    assert sorted(got) == ["", *["proofs.changed"] * (AT_ONCE - 1)]
    assert Certificate.objects.get(pk=one.pk).checked == ("confirmed" if got.index("") % 2 else "refused")


def test_one_suspension_stands_when_several_suspend(one: Certificate) -> None:
    actions.confirm(by=None, certificate=one, revision=one.revision)
    assert sorted(together(suspend(one))) == ["", *["proofs.measure"] * (AT_ONCE - 1)]
    assert one.measures.count() == 1


def test_twin_without_the_lock_suspends_more_than_once(one: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    actions.confirm(by=None, certificate=one, revision=one.revision)
    meeting = Barrier(AT_ONCE)
    monkeypatch.setattr(actions, "_locked", lambda given: Certificate.objects.select_related("holder").get(pk=given.pk))
    check = rules.check_measure

    def slowly(*told: Any) -> None:
        check(*told)
        try:
            meeting.wait(3)
        except BrokenBarrierError:
            pass

    monkeypatch.setattr(rules, "check_measure", slowly)
    together(suspend(one))
    assert one.measures.count() > 1


def test_twin_that_looks_first_and_writes_then_takes_two_words(one: Certificate) -> None:
    meeting = Barrier(AT_ONCE)

    def careless(number: int) -> None:
        with transaction.atomic():
            mine = Certificate.objects.get(pk=one.pk)
            if mine.checked != "claimed":
                raise actions.changed_meanwhile()
            meeting.wait(3)
            mine.checked = "confirmed" if number % 2 else "refused"
            mine.save()

    assert together(careless).count("") > 1
