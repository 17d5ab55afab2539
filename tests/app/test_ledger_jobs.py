"""Jobs: what stays of a document that was refused in whole or in part, and documents that wait in the inbox."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import override_settings
from tests.ledger_world import case, document, event, lot, pack, packed, seen

from lienvung.errors import Conflict, ManyInvalid, TooLarge
from lienvung.ledger import inbox
from lienvung.ledger.capture import attempt, capture, now_ms
from lienvung.ledger.events import get_event, history
from lienvung.ledger.inbox import MOST_TRIES, enqueue, waiting_documents, work_inbox
from lienvung.ledger.jobs import ERRORS_KEPT, Job, get_job, jobs
from lienvung.ledger.reading import rows

pytestmark = pytest.mark.django_db
ID = "urn:uuid:11111111-1111-4111-8111-111111111111"
WRONG = "https://id.gs1.org/01/08935000000011/21/1"  # the check digit is wrong


def count(table: str) -> int:
    return int(rows(f"SELECT COUNT(*) FROM ledger_{table}")[0][0])


def state(job: Job) -> tuple[bool, bool, int, int]:
    return job.running, job.success, job.new_events, job.known_events


def again(job: Job) -> Job:
    return get_job(job.id, ["a"])


# --- rollback: nothing is stored, the job tells why


def test_a_refused_document_leaves_a_job_with_every_fault() -> None:
    done = attempt(document(seen(pack(1)), seen(WRONG), seen(pack(2), bizStep="shopping")), submitter="a")
    assert isinstance(done.problem, ManyInvalid)
    assert state(done.job) == (False, False, 0, 0)
    kept = again(done.job)
    assert kept == done.job
    paths = [fault["path"] for fault in kept.errors]
    assert "/epcisBody/eventList/1/epcList/0" in paths
    assert "/epcisBody/eventList/2/bizStep" in paths
    assert all(fault["vi"] and fault["en"] and fault["code"] and fault["status"] == 400 for fault in kept.errors)
    assert count("event") == count("document") == count("thing") == 0


def test_a_taken_event_id_leaves_a_job_and_nothing_else() -> None:
    capture(document(seen(pack(1), eventID=ID)))
    other = ID[:-1] + "2"
    data = document(
        seen(pack(3)), seen(pack(4), eventID=ID), seen(pack(5), eventID=other), seen(pack(6), eventID=other)
    )
    done = attempt(data, submitter="a")
    assert isinstance(done.problem, Conflict)
    assert state(again(done.job)) == (False, False, 0, 0)
    assert [(fault["status"], fault["path"]) for fault in done.job.errors] == [
        (409, "/epcisBody/eventList/1/eventID"),
        (409, "/epcisBody/eventList/3/eventID"),
    ]
    assert count("event") == count("event_key") == 1
    assert history(pack(3)) == []


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"{}}", b"not json"])
def test_what_is_no_document_leaves_no_job(data: bytes) -> None:
    with pytest.raises(ManyInvalid):
        attempt(data, submitter="a")
    assert count("job") == 0


def test_a_document_over_a_limit_leaves_no_job() -> None:
    data = document(*(seen(pack(n)) for n in range(3)))
    with override_settings(CAPTURE_EVENT_LIMIT=2):
        for way in (attempt, enqueue):
            with pytest.raises(TooLarge):
                way(data, submitter="a")
    with override_settings(CAPTURE_FILE_SIZE_LIMIT=100):
        for way in (attempt, enqueue):
            with pytest.raises(TooLarge):
                way(data, submitter="a")
    assert count("job") == count("inbox") == 0


def test_errors_are_kept_within_a_bound() -> None:
    many = ERRORS_KEPT + 50
    done = attempt(document(*(seen(pack(n), bizStep="x" * 5_000) for n in range(many))), submitter="a")
    kept = again(done.job).errors
    assert len(kept) == ERRORS_KEPT + 1
    assert kept[-1]["code"] == "ledger.more_faults"
    assert " 50 " in kept[-1]["en"]
    assert len(json.dumps(kept)) < 500_000


def test_a_job_that_stored_nothing_gives_its_key_back() -> None:
    assert not attempt(document(seen(WRONG)), submitter="a", idempotency_key="k").job.success
    mended = attempt(document(seen(pack(1))), submitter="a", idempotency_key="k")
    assert mended.job.new_events == 1
    with pytest.raises(Conflict):
        attempt(document(seen(pack(2))), submitter="a", idempotency_key="k")


def test_refused_jobs_are_listed_to_their_sender_only() -> None:
    mine = attempt(document(seen(WRONG)), submitter="a").job
    attempt(document(seen(WRONG)), submitter="b")
    assert [job.id for job in jobs(["a"], per_page=10)[0]] == [mine.id]


# --- proceed: what is right is stored


def proceed(*events: dict[str, Any], **fields: Any) -> Job:
    done = attempt(document(*events), submitter="a", behaviour="proceed", **fields)
    assert done.problem is None
    assert again(done.job) == done.job
    return done.job


def test_proceed_keeps_what_is_right_and_tells_the_rest() -> None:
    future = seen(pack(4), eventTime="2999-01-01T00:00:00Z")
    job = proceed(
        seen(WRONG), seen(pack(1)), packed(case(1), pack(2), minute=1), future, event(epcList=[], bizStep="shopping"),
        seen(pack(3), minute=2),
    )  # fmt: skip
    assert state(job) == (False, False, 3, 0)
    assert [len(history(pack(n))) for n in (1, 2, 3, 4)] == [1, 1, 1, 0]
    paths = [fault["path"] for fault in job.errors]
    assert [path for path in paths if path.startswith("/epcisBody/eventList/0/")]
    assert "/epcisBody/eventList/3/eventTime" in paths
    assert [path for path in paths if path.startswith("/epcisBody/eventList/4")]
    assert not [path for path in paths if path[21:22] in "125"]
    assert rows("SELECT ord FROM ledger_event ORDER BY rid") == [(1,), (2,), (5,)]


def test_proceed_without_faults_is_a_success() -> None:
    assert state(proceed(seen(pack(1)), seen(pack(2)))) == (False, True, 2, 0)


def test_proceed_refuses_taken_event_ids_only() -> None:
    capture(document(seen(pack(1), eventID=ID)))
    other = ID[:-1] + "2"
    job = proceed(
        seen(WRONG), seen(pack(2), eventID=ID), seen(pack(3), eventID=other), seen(pack(4), eventID=other),
        seen(pack(5)), seen(pack(1), eventID=ID),
    )  # fmt: skip
    assert state(job) == (False, False, 2, 1)
    taken = [fault["path"] for fault in job.errors if fault["status"] == 409]
    assert taken == ["/epcisBody/eventList/1/eventID", "/epcisBody/eventList/3/eventID"]
    assert [len(history(pack(n))) for n in (1, 2, 3, 4, 5)] == [1, 0, 1, 0, 1]
    assert get_event(other).as_dict()["epcList"] == [pack(3)]
    assert count("event_key") == count("event") == 3  # what was refused is not taken for known
    assert capture(document(seen(pack(2)))).new_events == 1


def test_proceed_with_nothing_right_stores_nothing() -> None:
    job = proceed(seen(WRONG), idempotency_key="k")
    assert state(job) == (False, False, 0, 0)
    assert count("event") == 0
    assert proceed(seen(pack(1)), idempotency_key="k").new_events == 1


def test_a_partly_captured_document_sent_again_is_told_its_faults_again() -> None:
    first = proceed(seen(WRONG), seen(pack(1)), idempotency_key="k")
    assert proceed(seen(WRONG), seen(pack(1)), idempotency_key="k") == first
    second = proceed(seen(WRONG), seen(pack(1)))
    assert state(second) == (False, False, 0, 1)
    assert second.errors == first.errors
    whole = attempt(document(seen(WRONG), seen(pack(1))), submitter="a")
    assert whole.problem is not None
    assert count("event") == 1


@pytest.mark.parametrize("behaviour", ["all", "", "ROLLBACK"])
def test_no_other_behaviour_is_known(behaviour: str) -> None:
    with pytest.raises(ValueError, match=f"^{behaviour}$"):
        attempt(document(seen(pack(1))), behaviour=behaviour)


# --- the inbox


def test_a_waiting_document_is_captured_later() -> None:
    job = enqueue(document(seen(pack(1)), seen(pack(2))), submitter="a")
    assert state(job) == (True, True, 0, 0)
    assert job.finished_ms is None
    assert again(job) == job
    assert history(pack(1)) == []
    assert work_inbox() == 1
    done = again(job)
    assert state(done) == (False, True, 2, 0)
    assert done.finished_ms is not None
    assert done.finished_ms >= done.created_ms == job.created_ms
    assert [stored.submitter for stored in history(pack(1))] == ["a"]
    assert rows("SELECT job FROM ledger_document") == [(job.id,)]
    assert count("inbox") == count("inbox_body") == work_inbox() == 0


def test_waiting_documents_are_captured_in_their_order() -> None:
    for number in range(7):
        enqueue(document(seen(pack(number))), submitter="a")
    assert waiting_documents() == 7
    assert work_inbox() == 7
    found = rows("SELECT t.uri FROM ledger_event e JOIN ledger_mention m ON m.event = e.rid "
                 "JOIN ledger_thing t ON t.id = m.blk * 1024 + m.lo ORDER BY e.rid")  # fmt: skip
    assert [uri.rpartition("/")[2] for (uri,) in found] == list("0123456")


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_faults_of_a_waiting_document_are_in_its_job(behaviour: str) -> None:
    capture(document(seen(pack(7), eventID=ID)))
    data = document(seen(pack(1)), seen(WRONG), seen(pack(2), eventID=ID))
    job = enqueue(data, submitter="a", behaviour=behaviour)
    assert work_inbox() == 1
    kept = again(job)
    assert state(kept) == (False, False, 1 if behaviour == "proceed" else 0, 0)
    assert any(fault["path"].startswith("/epcisBody/eventList/1/") for fault in kept.errors)
    if behaviour == "proceed":
        assert any(fault["path"] == "/epcisBody/eventList/2/eventID" for fault in kept.errors)
    assert len(history(pack(1))) == kept.new_events
    assert count("inbox") == 0


def test_a_key_finds_the_job_that_still_waits() -> None:
    data = document(seen(pack(1)))
    job = enqueue(data, submitter="a", idempotency_key="k")
    assert enqueue(data, submitter="a", idempotency_key="k") == job
    assert attempt(data, submitter="a", idempotency_key="k").job == job
    assert enqueue(data, submitter="b", idempotency_key="k").id != job.id
    for way in (enqueue, attempt):
        with pytest.raises(Conflict):
            way(document(seen(pack(2))), submitter="a", idempotency_key="k")
    assert work_inbox() == 2
    assert state(enqueue(data, submitter="a", idempotency_key="k")) == (False, True, 1, 0)
    assert count("event") == 1


def test_a_waiting_document_with_faults_gives_its_key_back() -> None:
    enqueue(document(seen(WRONG)), submitter="a", idempotency_key="k")
    work_inbox()
    assert enqueue(document(seen(pack(1))), submitter="a", idempotency_key="k").running


def test_the_same_document_may_wait_twice() -> None:
    data = document(seen(pack(1)), seen(pack(2)))
    first, second = enqueue(data, submitter="a"), enqueue(data, submitter="a")
    assert work_inbox() == 2
    assert [state(again(job)) for job in (first, second)] == [(False, True, 2, 0), (False, True, 0, 2)]


@pytest.mark.parametrize("data", [b"{", b"\xff\xff", b""])
def test_what_is_no_json_does_not_wait(data: bytes) -> None:
    with pytest.raises(ManyInvalid):
        enqueue(data, submitter="a")
    assert count("job") == 0


def test_a_fault_of_ours_is_tried_again_later_and_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = now_ms()
    monkeypatch.setattr(inbox, "now_ms", lambda: clock)
    bad = enqueue(document(seen(lot("BAD"))), submitter="a", idempotency_key="k")
    good = enqueue(document(seen(pack(1))), submitter="a")
    whole = inbox.run

    def failing(data: bytes, order: Any) -> Any:
        if b"BAD" in data:
            raise KeyError("a fault of the product's")
        return whole(data, order)

    monkeypatch.setattr(inbox, "run", failing)
    assert work_inbox() == 1  # the good one is not kept waiting
    assert again(good).success
    assert state(again(bad)) == (True, True, 0, 0)
    for _ in range(MOST_TRIES):
        clock += 3_600_000
        assert work_inbox() == 0
    kept = again(bad)
    assert state(kept) == (False, False, 0, 0)
    [fault] = kept.errors
    assert (fault["code"], fault["status"]) == ("ledger.given_up", 500)
    assert f"{MOST_TRIES} times" in fault["en"]
    assert f"{MOST_TRIES} lần" in fault["vi"]
    assert count("inbox") == count("inbox_body") == 0
    assert enqueue(document(seen(pack(2))), submitter="a", idempotency_key="k").running


def test_a_full_disk_costs_no_try(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = now_ms()
    monkeypatch.setattr(inbox, "now_ms", lambda: clock)
    job = enqueue(document(seen(pack(1))), submitter="a")
    whole = inbox.run

    def full(data: bytes, order: Any) -> Any:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(inbox, "run", full)
    for _ in range(MOST_TRIES + 2):
        assert work_inbox() == 0
        clock += 60_000
    monkeypatch.setattr(inbox, "run", whole)
    assert work_inbox() == 1
    assert state(again(job)) == (False, True, 1, 0)


def test_a_job_that_another_worker_has_ended_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    job = enqueue(document(seen(pack(1))), submitter="a")
    taken = inbox._take_up()
    assert taken is not None
    assert work_inbox() == 1
    done = again(job)
    assert inbox.run(taken.body, taken.order).job == done
    assert again(job) == done
    assert count("document") == 1


def test_one_call_leaves_time_for_other_chores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "ROUND", 2)
    for number in range(3):
        enqueue(document(seen(pack(number))), submitter="a")
    assert [work_inbox(), work_inbox(), work_inbox()] == [2, 1, 0]
