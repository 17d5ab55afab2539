"""Subscriptions over a websocket, with the client library `websockets` against a real server (`serve --asgi`)."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.api.test_epcis_capture import check_problem
from tests.installation import Installation, until
from tests.ledger_world import document, pack, seen
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from lienvung.exchange import rules, sockets
from lienvung.exchange.controls import Controls


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation.make(tmp_path_factory.mktemp("installation"))
    with made.serving("--asgi", "--no-work") as server:
        made.post("/queries", {"name": "q", "query": {}})
        made.post("/queries", {"name": "packing", "query": {"EQ_bizStep": ["packing"]}})
        made.server = server.pid  # type: ignore[attr-defined]
        yield made


def listen(house: Installation, address: str, *, token: str | None = None, **more: Any) -> ClientConnection:
    headers = {"Authorization": f"Bearer {token or house.tokens[0]}", **more.pop("headers", {})}
    return connect(
        f"ws://127.0.0.1:{house.port}/epcis/v2/queries/{address}", additional_headers=headers, proxy=None, **more
    )


def capture(house: Installation, *numbers: int, **fields: Any) -> None:
    house.post("/capture", document(*(seen(pack(n), minute=n % 1000, **fields) for n in numbers)))


def packs(message: str | bytes) -> list[str]:
    results = json.loads(message)["epcisBody"]["queryResults"]
    return [event["epcList"][0].rsplit("/", 1)[1] for event in results["resultsBody"]["eventList"]]


def heard(client: ClientConnection, count: int) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        found += packs(client.recv(timeout=30))
    return found


def test_a_stream_gets_what_is_captured(house: Installation) -> None:
    with listen(house, "q/events?stream=true") as client:
        capture(house, 1, 3, 2)
        message = client.recv(timeout=30)
        assert packs(message) == ["1", "3", "2"]
        assert json.loads(message)["type"] == "EPCISQueryDocument"
        assert json.loads(message)["epcisBody"]["queryResults"]["queryName"] == "q"
        capture(house, 4)
        assert heard(client, 1) == ["4"]


def test_only_what_matches(house: Installation) -> None:
    with listen(house, "packing/events?stream=true") as client:
        capture(house, 11, bizStep="storing")
        capture(house, 12, bizStep="packing")
        assert heard(client, 1) == ["12"]


def test_who_comes_back_asks_from_a_record_time(house: Installation) -> None:
    capture(house, 21)
    _, _, said = house.ask("GET", "/events?perPage=1")
    [last] = json.loads(said)["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    capture(house, 22, 23)
    with listen(house, f"q/events?stream=true&initialRecordTime={last['recordTime']}") as client:
        assert heard(client, 3) == ["21", "22", "23"]


def test_a_schedule_speaks_at_its_moments(house: Installation) -> None:
    with listen(house, "q/events?second=*&reportIfEmpty=true") as client:
        assert packs(client.recv(timeout=30)) == []
        capture(house, 31)
        found: list[str] = []
        while not found:
            found = packs(client.recv(timeout=30))
        assert found == ["31"]


def test_messages_in_xml(house: Installation) -> None:
    with listen(house, "q/events?stream=true", headers={"Accept": "application/xml"}) as client:
        capture(house, 41)
        assert "EPCISQueryDocument" in str(client.recv(timeout=30))


@pytest.mark.parametrize(
    ("address", "token", "status", "exception"),
    [
        ("q/events?stream=true", "lv_wrong", 401, "SecurityException"),
        ("nothing/events?stream=true", None, 404, "NoSuchNameException"),
        ("q?stream=true", None, 404, "NoSuchResourceException"),
        ("q/events", None, 400, "SubscriptionControlsException"),
        ("q/events?stream=false", None, 400, "SubscriptionControlsException"),
        ("q/events?stream=true&second=1", None, 400, "SubscriptionControlsException"),
        ("q/events?second=60", None, 400, "SubscriptionControlsException"),
        ("q/events?stream=true&EQ_action=ADD", None, 400, "QueryParameterException"),
    ],
)
def test_what_cannot_be_is_a_problem(
    house: Installation, address: str, token: str | None, status: int, exception: str
) -> None:
    with pytest.raises(InvalidStatus) as refused, listen(house, address, token=token):
        pass
    answer = refused.value.response
    assert answer.status_code == status
    assert json.loads(answer.body)["type"] == f"epcisException:{exception}"


def test_another_organisations_query_is_not_there(house: Installation) -> None:
    with pytest.raises(InvalidStatus) as refused, listen(house, "q/events?stream=true", token=house.tokens[1]):
        pass
    assert refused.value.response.status_code == 404


def test_an_organisation_hears_only_what_it_may_see(house: Installation) -> None:
    house.post("/queries", {"name": "mine", "query": {}}, token=1)
    with listen(house, "mine/events?stream=true", token=house.tokens[1]) as client:
        capture(house, 51)
        house.post("/capture", document(seen(pack(52))), token=1)
        assert heard(client, 1) == ["52"]


def test_removing_the_query_closes_the_socket(house: Installation) -> None:
    house.post("/queries", {"name": "short", "query": {}})
    with listen(house, "short/events?stream=true") as client:
        assert house.ask("DELETE", "/queries/short")[0] == 204
        capture(house, 61)
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=30)


def test_revoking_the_token_closes_the_socket(house: Installation) -> None:
    with listen(house, "mine/events?stream=true", token=house.tokens[1]) as client:
        with sqlite3.connect(house.home / "lienvung.sqlite3", timeout=30) as database:
            database.execute("UPDATE people_apitoken SET revoked = '2026-01-01' WHERE id = "
                             "(SELECT t.id FROM people_apitoken t JOIN exchange_namedquery q USING (organisation_id) "
                             "WHERE q.name = 'mine')")  # fmt: skip
        capture(house, 71)
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=30)


def threads(house: Installation) -> int:
    """The threads of the process that serves (the youngest child of the server)."""
    own = [
        entry
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and _parent(entry) == house.server  # type: ignore[attr-defined]
    ]
    return sum(len(list((entry / "task").iterdir())) for entry in own)


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def test_sockets_come_and_go_without_leaving_threads(house: Installation) -> None:
    def rounds(count: int) -> None:
        for _ in range(count):
            with ExitStack() as open_ones:
                clients = [open_ones.enter_context(listen(house, "q/events?stream=true")) for _ in range(10)]
                capture(house, 10_000 + time.monotonic_ns() % 10**9)
                assert len({tuple(heard(client, 1)) for client in clients}) == 1

    rounds(2)
    before = threads(house)
    rounds(8)
    assert threads(house) <= before + 4


def test_so_many_sockets_and_no_more(house: Installation) -> None:
    with ExitStack() as open_ones:
        for _ in range(rules.SOCKETS_MOST):
            open_ones.enter_context(listen(house, "q/events?stream=true"))
        with pytest.raises(InvalidStatus) as refused, listen(house, "q/events?stream=true"):
            pass
        assert refused.value.response.status_code == 503
    until(lambda: _opens(house))


def _opens(house: Installation) -> bool:
    try:
        with listen(house, "q/events?stream=true"):
            return True
    except InvalidStatus:
        return False


def test_one_that_takes_nothing_holds_up_nobody(house: Installation) -> None:
    """A client that does not read: its socket fills, and the others hear on."""
    with listen(house, "q/events?stream=true", max_queue=1) as slow, listen(house, "q/events?stream=true") as quick:
        wanted = 0
        for block in range(6):
            numbers = range(100_000 + 1000 * block, 100_000 + 1000 * block + 400)
            capture(house, *numbers)
            wanted += len(numbers)
        assert len(heard(quick, wanted)) == wanted
        capture(house, 199_999)
        assert heard(quick, 1) == ["199999"]
        slow.socket.close()


def test_a_client_that_vanishes_leaves_its_place(house: Installation) -> None:
    for _ in range(rules.SOCKETS_MOST * 2):
        client = listen(house, "q/events?stream=true")
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.socket.shutdown(socket.SHUT_RDWR)
        client.socket.close()
        until(lambda: _opens(house))
    assert threading.active_count() < 100


def test_pages_and_the_api_answer_as_under_wsgi(house: Installation) -> None:
    status, _, said = house.ask("GET", "/queries/q")
    assert (status, json.loads(said)["name"]) == (200, "q")
    status, _, said = house.ask("GET", "/queries/q/events?stream=true")
    assert status == 400
    too_much = b" " * (17 * 1024 * 1024)
    with socket.create_connection(("127.0.0.1", house.port)) as raw:
        raw.sendall(
            b"POST /epcis/v2/capture HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer " + house.tokens[0].encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(too_much)
        )
        assert b" 413 " in raw.recv(4096).split(b"\r\n")[0]


def test_chunked_bodies_are_read_and_counted(house: Installation) -> None:
    def post(*parts: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", house.port), timeout=60) as raw:
            raw.sendall(
                b"POST /epcis/v2/capture HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Authorization: Bearer " + house.tokens[0].encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            try:
                for part in (*parts, b""):
                    raw.sendall(b"%x\r\n%s\r\n" % (len(part), part))
            except OSError:  # it does not want to hear more
                pass
            return raw.recv(4096).split(b"\r\n")[0]

    whole = document(seen(pack(777_777)))
    assert b" 202 " in post(whole[:100], whole[100:])
    assert b" 413 " in post(*[b" " * 1_000_000] * 20)


class Peer:
    """The server's side of a socket whose client does nothing, or takes nothing."""

    def __init__(self, *, takes: bool) -> None:
        self.takes = takes
        self.closed: list[int] = []

    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(3600)
        return {}

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.close":
            self.closed.append(message["code"])
        elif not self.takes:
            await asyncio.sleep(3600)


LISTENER: Any = SimpleNamespace(controls=Controls(True, None, False, None), position=0)


def test_a_client_that_takes_nothing_is_let_go_and_costs_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def endless(listener: Any, position: int, *_: Any) -> sockets.Batch:
        made.append(position)
        return sockets.Batch("x", position + 1, True)

    monkeypatch.setattr(sockets, "next_batch", endless)
    monkeypatch.setattr(sockets, "SEND_S", 0.1)
    peer = Peer(takes=False)
    asyncio.run(sockets._until_an_end(LISTENER, peer.receive, peer.send))
    assert peer.closed == [sockets.TRY_LATER]
    assert made == [0]


def test_no_socket_stays_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "next_batch", lambda *_: sockets.Batch(None, 0, False))
    monkeypatch.setattr(sockets, "LIFE_S", 0.1)
    peer = Peer(takes=True)
    asyncio.run(sockets._until_an_end(LISTENER, peer.receive, peer.send))
    assert peer.closed == [sockets.GOING_AWAY]


def test_a_fault_of_ours_closes_the_socket_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> sockets.Batch:
        raise RuntimeError("broken")

    monkeypatch.setattr(sockets, "next_batch", broken)
    peer = Peer(takes=True)
    asyncio.run(sockets._until_an_end(LISTENER, peer.receive, peer.send))
    assert peer.closed == [sockets.FAILED]


@pytest.mark.django_db
def test_under_wsgi_the_upgrade_is_refused_in_words(client: Any) -> None:
    answer = client.get("/epcis/v2/queries/q/events?stream=true", headers={"Upgrade": "websocket"})
    check_problem(answer, 401, "SecurityException")
