"""The background worker as a real process: one at a time, with its server, and without loss whoever dies when."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from tests.installation import Installation, alive, children, end, until
from tests.ledger_world import document, pack, seen
from tests.processes import free_port
from tests.webhooks import Call, Handler, Receiver, running

from lienvung.exchange import worker
from lienvung.exchange.models import Lease


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation.make(tmp_path_factory.mktemp("installation"))


@pytest.fixture(scope="module")
def house(installed: Installation) -> Iterator[Installation]:
    """The installation, serving without a worker; each test has a query and a receiver of its own."""
    with installed.serving("--no-work"):
        yield installed


def subscribed(house: Installation, receiver: Receiver, name: str, **body: Any) -> str:
    house.post("/queries", {"name": name, "query": {}})
    _, made = house.post(f"/queries/{name}/subscriptions", {"dest": receiver.url, **(body or {"stream": True})})
    return str(made["subscriptionID"])


def capture(house: Installation, *numbers: int) -> None:
    house.post("/capture", document(*(seen(pack(n), minute=n % 1000) for n in numbers)))


def test_what_a_receiver_that_fails_dies_and_comes_back_gets(house: Installation) -> None:
    first, second = Receiver(), None
    port = first.server_port
    subscribed(house, first, "down")
    worker_process = house.start("work")
    try:
        with running(first):
            capture(house, 100, 101)
            until(lambda: first.taken() == ["100", "101"])
            first.answers = [500, 503]
            capture(house, 102)
            until(lambda: "102" in first.taken())
            assert [call.status for call in first.calls] == [200, 500, 503, 200]
        for n in range(103, 110):  # nobody listens
            capture(house, n)
        second = Receiver(port)
        with running(second):
            capture(house, 110)
            until(lambda: "110" in (second.taken() if second else []))
            time.sleep(0.3)
    finally:
        end(worker_process)
    assert first.taken() + second.taken() == [str(n) for n in range(100, 111)]


class Killer(Receiver):
    """Kills the worker when it has the whole body, before any answer: the worker cannot know whether it arrived."""

    victim = 0
    struck = False


class Striking(Handler):
    server: Killer

    def do_POST(self) -> None:
        if self.server.victim and not self.server.struck:
            self.server.struck = True
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.calls.append(Call(self.path, dict(self.headers), body, 0))
            os.kill(self.server.victim, signal.SIGKILL)
            return
        super().do_POST()


def test_a_worker_killed_after_the_post_sends_it_again(house: Installation) -> None:
    killer = Killer()
    killer.RequestHandlerClass = Striking
    subscribed(house, killer, "killed")
    process = house.start("work")
    with running(killer):
        capture(house, 200)
        until(lambda: killer.taken() == ["200"])
        killer.victim = process.pid
        capture(house, 201, 202)
        until(lambda: process.poll() is not None)
        capture(house, 203)
        again = house.start("work")  # takes the lease of the dead one over, without waiting for its end
        try:
            until(lambda: "203" in killer.taken(), seconds=20)
        finally:
            end(again)
    lost = next(call for call in killer.calls if call.status == 0)
    assert lost.packs() == ["201", "202"]
    assert killer.taken() == ["200", "201", "202", "203"]


def test_one_of_two_workers_works_and_the_other_follows(house: Installation) -> None:
    receiver = Receiver()
    subscribed(house, receiver, "two")
    both = [house.start("work"), house.start("work")]
    with running(receiver):
        capture(house, *range(300, 310))
        until(lambda: len(receiver.taken()) >= 10)
        end(both[0])
        capture(house, *range(310, 320))
        until(lambda: len(receiver.taken()) >= 20)
        end(both[1])
    assert receiver.taken() == [str(n) for n in range(300, 320)]


def test_once_delivers_what_is_due_and_ends(house: Installation) -> None:
    receiver = Receiver()
    subscribed(house, receiver, "once")
    capture(house, 400, 401)
    with running(receiver):
        process = house.start("work", "--once")
        assert process.wait(timeout=60) == 0
    assert receiver.taken() == ["400", "401"]


def test_a_schedule_fires_each_second_once(house: Installation) -> None:
    receiver = Receiver()
    subscribed(house, receiver, "tick", schedule={"second": "*"}, reportIfEmpty=True)
    process = house.start("work")
    with running(receiver):
        until(lambda: len(receiver.calls) >= 4)
        capture(house, 500)
        until(lambda: receiver.taken() == ["500"])
    end(process)
    moments = [call.headers for call in receiver.calls]
    assert len(moments) >= 4


@pytest.fixture
def elsewhere(house: Installation) -> Installation:
    """The same data, to be served at another port."""
    return replace(house, port=free_port())


def test_the_server_starts_a_worker_and_ends_it_with_itself(elsewhere: Installation) -> None:
    receiver = Receiver()
    with running(receiver):
        with elsewhere.serving() as server:
            subscribed(elsewhere, receiver, "served")
            capture(elsewhere, 600)
            until(lambda: receiver.taken() == ["600"])
            [child] = children(server.pid, "work")
            os.kill(child, signal.SIGKILL)  # it falls, and is started again
            capture(elsewhere, 601)
            until(lambda: "601" in receiver.taken())
            assert list(dict.fromkeys(receiver.taken())) == ["600", "601"]  # at least once
            [child] = children(server.pid, "work")
        until(lambda: not alive(child))


def test_a_worker_does_not_outlive_a_server_that_is_killed(elsewhere: Installation) -> None:
    with elsewhere.serving() as server:
        [child] = until(lambda: children(server.pid, "work"))
        until(lambda: _leads(elsewhere, child))
        own = [pid for pid in children(server.pid, "serve") if alive(pid)]
        end(server, signal.SIGKILL)
        until(lambda: not alive(child))
        for pid in own:  # the server's own processes see it too
            until(lambda pid=pid: not alive(pid))


def _leads(house: Installation, pid: int) -> bool:
    """Whether the lease is this process's."""
    with sqlite3.connect(house.home / "lienvung.sqlite3") as database:
        found = database.execute("SELECT holder FROM exchange_lease").fetchone()
    return bool(found) and f":{pid}:" in found[0]


@pytest.mark.django_db
def test_the_lease_is_one_processs_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_000_000]
    monkeypatch.setattr(worker, "_database_ms", lambda: clock[0])
    assert worker.acquire("elsewhere:1:a")
    assert not worker.acquire("elsewhere:2:b")
    clock[0] += worker.LEASE_MS - 1
    assert worker.acquire("elsewhere:1:a")  # renewed
    clock[0] += worker.LEASE_MS - 1
    assert not worker.acquire("elsewhere:2:b")
    clock[0] += 1
    assert worker.acquire("elsewhere:2:b")
    assert not worker.acquire("elsewhere:1:a")
    worker.release("elsewhere:1:a")  # not its own any more: nothing happens
    assert Lease.objects.get().holder == "elsewhere:2:b"
    worker.release("elsewhere:2:b")
    assert worker.acquire("elsewhere:1:a")


@pytest.mark.django_db
def test_the_lease_of_a_process_that_is_no_more_is_free() -> None:
    here = worker._here()
    assert worker.acquire(f"{here}:{os.getpid()}:a")
    assert not worker.acquire(f"{here}:1:b")
    worker.release(f"{here}:{os.getpid()}:a")
    gone = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(gone, 0)
    assert worker.acquire(f"{here}:{gone}:c")
    assert worker.acquire(f"{here}:{os.getpid()}:a")


@pytest.mark.django_db
def test_the_databases_clock_is_read() -> None:
    assert abs(worker._database_ms() - time.time() * 1000) < 60_000


def test_dead_receivers_of_one_organisation_leave_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, begun = threading.Event(), []

    def stuck(pk: str) -> bool:
        begun.append(pk)
        return go_on.wait(30)

    def waiting(name: str) -> Any:
        return SimpleNamespace(pk=name, query=SimpleNamespace(organisation_id=name[0]), failures=0)

    listed = [waiting(name) for name in ("a1", "a2", "a3", "a4", "b1", "a5", "b2", "b3", "c1")]
    monkeypatch.setattr(worker, "_step", stuck)
    monkeypatch.setattr(worker, "newest_rid", lambda: 0)
    monkeypatch.setattr(worker.access, "due", lambda *_: listed)
    deliveries = worker.Deliveries()
    assert deliveries.work() == 5
    assert deliveries.work() == 0  # each at most once
    until(lambda: len(begun) == 5)
    assert sorted(begun) == ["a1", "a2", "b1", "b2", "c1"]
    go_on.set()
    until(lambda: not deliveries.busy())
    assert deliveries.work() == 5
    deliveries.finish()


def test_a_chore_that_fails_does_not_end_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, tries = threading.Event(), []

    def work() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("once")
        stop.set()
        return 0

    monkeypatch.setattr(worker, "TROUBLE_S", 0.01)
    chore = worker.Chore("test", work, 0.01)
    thread = threading.Thread(target=worker._keep_at, args=(chore, stop, threading.Event()))
    thread.start()
    thread.join(timeout=30)
    assert len(tries) == 2


def test_receivers_that_hang_leave_room_for_those_that_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five organisations with two dead receivers each; the sixth's is served all the same."""
    gone = threading.Event()
    started: list[object] = []

    def step(pk: object) -> bool:
        started.append(pk)
        gone.wait(30)
        return True

    def standing(organisation: int, failures: int) -> SimpleNamespace:
        query = SimpleNamespace(organisation_id=organisation)
        return SimpleNamespace(pk=uuid.uuid4(), query=query, failures=failures)

    dead = [standing(organisation, 3) for organisation in range(5) for _ in range(2)]
    lively = standing(6, 0)
    monkeypatch.setattr(worker, "_step", step)
    monkeypatch.setattr(worker.access, "due", lambda *_: [*dead, lively])
    monkeypatch.setattr(worker, "newest_rid", lambda: 1)
    deliveries = worker.Deliveries()
    try:
        assert deliveries.work() == worker.SENDERS_FAILING + 1
        assert lively.pk in deliveries.under_way
    finally:
        gone.set()
        deliveries.finish()
