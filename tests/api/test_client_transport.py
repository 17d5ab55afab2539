"""The client against servers that mean no good, or that fail: where the token goes, what is read, what is resent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lienvung.client import (
    Client,
    ClientError,
    EpcisClient,
    Missing,
    Refused,
    ServerFailed,
    Unreachable,
    Unusable,
)
from lienvung.client.transport import Transport
from lienvung.errors import Invalid

TOKEN = "lv_geheim"
Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Fake:
    """A server that answers what a test tells it to, and keeps what it was asked."""

    origin: str
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[str, str], Reply] = lambda method, path: (200, {}, b"{}")


@pytest.fixture
def fakes() -> Iterator[Callable[[], Fake]]:
    servers: list[ThreadingHTTPServer] = []

    def start() -> Fake:
        fake = Fake("")

        class Handler(BaseHTTPRequestHandler):
            def do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fake.asked.append((self.command, self.path, dict(self.headers), body))
                status, headers, data = fake.answer(self.command, self.path)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = do_OPTIONS = do

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        fake.origin = f"http://127.0.0.1:{server.server_address[1]}"
        return fake

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def page(*ids: str, link: str | None = None) -> Reply:
    body = {
        "@context": [],
        "epcisBody": {"queryResults": {"resultsBody": {"eventList": [{"eventID": i} for i in ids]}}},
    }
    return 200, {"Link": f'<{link}>; rel="next"'} if link else {}, json.dumps(body).encode()


def test_the_token_stays_at_home_on_redirects(fakes: Callable[[], Fake]) -> None:
    home, thief = fakes(), fakes()
    home.answer = lambda method, path: (307, {"Location": f"{thief.origin}/epcis{path}"}, b"")
    client = EpcisClient(home.origin, TOKEN)
    with pytest.raises(Unusable) as caught:
        list(client.events())
    assert caught.value.code == "client.elsewhere"
    with pytest.raises(Unusable):
        client.capture(b"{}")
    assert thief.asked == []
    assert {asked[2]["Authorization"] for asked in home.asked} == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize("form", ["{thief}/events?nextPageToken=2", "//{host}/events?nextPageToken=2"])
def test_the_token_stays_at_home_on_next_links(fakes: Callable[[], Fake], form: str) -> None:
    home, thief = fakes(), fakes()
    link = form.format(thief=thief.origin, host=thief.origin.removeprefix("http://"))
    home.answer = lambda method, path: page("a", link=link)
    events = EpcisClient(home.origin, TOKEN).events()
    assert next(events)["eventID"] == "a"
    with pytest.raises(Unusable):
        next(events)
    assert thief.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "https://ledger.example:8443/v2/events",
        "https://ledger.example.evil.example/v2",
        "https://ledger.example@evil.example/v2",
        "https://user@ledger.example/v2",
        "http://ledger.example:443/v2",
        "ftp://ledger.example/v2",
        "https://[broken",
    ],
)
def test_what_is_not_home(url: str) -> None:
    with pytest.raises(Unusable):
        Transport("https://ledger.example/v2", TOKEN).at_home(url)


def test_what_is_home() -> None:
    transport = Transport("https://ledger.example/v2", TOKEN)
    assert transport.at_home("https://LEDGER.example:443/v2/a?b=c#d") == "https://ledger.example/v2/a?b=c"
    assert transport.at_home("http://ledger.example/v2/a") == "https://ledger.example/v2/a", "a proxy that hides TLS"


def test_next_links_are_followed_relative_or_whole_and_not_in_a_circle(fakes: Callable[[], Fake]) -> None:
    home = fakes()
    links = {"/v2/events": "?nextPageToken=1", "/v2/events?nextPageToken=1": home.origin + "/v2/events?nextPageToken=2"}
    home.answer = lambda method, path: page(path.rpartition("=")[2], link=links.get(path))
    client = EpcisClient(home.origin + "/v2", TOKEN)
    assert [event["eventID"] for event in client.events()] == ["/v2/events", "1", "2"]
    assert len(list(client.events(limit=2))) == 2
    links["/v2/events?nextPageToken=2"] = "?nextPageToken=1"
    with pytest.raises(Unusable) as caught:
        list(client.events())
    assert caught.value.code == "client.circle"


def test_an_answer_without_end_is_not_read_to_its_end(fakes: Callable[[], Fake]) -> None:
    home = fakes()
    home.answer = lambda method, path: (200, {}, b" " * 300_000)
    with pytest.raises(Unusable) as caught:
        EpcisClient(home.origin, max_answer_bytes=100_000).event("urn:x:1")
    assert caught.value.code == "client.answer_too_large"


def test_a_busy_server_is_asked_again_but_a_post_only_with_a_key(fakes: Callable[[], Fake]) -> None:
    home = fakes()

    def busy_once(method: str, path: str) -> Reply:
        first = len(home.asked) == 1
        return (
            (503, {"Retry-After": "0"}, b"")
            if first
            else (202, {"Location": "/capture/7", "Content-Type": "application/json"}, JOB)
        )

    home.answer = busy_once
    client = EpcisClient(home.origin, TOKEN)
    assert client.job("7").success
    assert len(home.asked) == 2
    home.asked.clear()
    with pytest.raises(ServerFailed) as caught:
        client.capture(b"{}")
    assert caught.value.status == 503
    assert len(home.asked) == 1
    home.asked.clear()
    assert client.capture(b"{}", idempotency_key="k").id == "7"
    assert [asked[2]["Idempotency-Key"] for asked in home.asked] == ["k", "k"]
    assert len({asked[3] for asked in home.asked}) == 1


JOB = json.dumps({"captureID": "7", "running": False, "success": True}).encode()


def test_a_job_is_read_where_the_location_leads_when_the_answer_is_empty(fakes: Callable[[], Fake]) -> None:
    home = fakes()
    home.answer = lambda method, path: (
        (202, {"Location": "https://behind.proxy.internal/epcis/capture/job%2F7"}, b"")
        if method == "POST"
        else (200, {}, b'{"running": false, "success": false, "errors": [{"title": "x", "type": "epcisException:Y"}]}')
    )
    job = EpcisClient(home.origin, TOKEN).capture(b"<a/>")
    assert (job.id, job.success, job.faults[0].type, job.faults[0].detail) == ("job/7", False, "Y", "x")
    assert [(asked[0], asked[1]) for asked in home.asked] == [("POST", "/capture"), ("GET", "/capture/job%2F7")]
    assert home.asked[0][2]["Content-Type"] == "application/xml"


def test_problems_in_any_dress(fakes: Callable[[], Fake]) -> None:
    home = fakes()
    client = EpcisClient(home.origin, TOKEN, retries=0)
    home.answer = lambda method, path: (404, {}, b'{"type":"epcisException:NoSuchResourceException","detail":"gone"}')
    with pytest.raises(Missing) as missing:
        client.event("x")
    assert (missing.value.type, missing.value.status, missing.value.detail) == ("NoSuchResourceException", 404, "gone")
    for body in (b"<html>", b"[1]", b"", b"\xff\xfe"):
        home.answer = lambda method, path, body=body: (418, {}, body)
        with pytest.raises(Refused) as refused:
            client.event("x")
        assert refused.value.status == 418
    for body in (b"", b"[]", b"3", b'{"epcisBody": {"eventList": [1]}}'):
        home.answer = lambda method, path, body=body: (200, {}, body)
        with pytest.raises(Unusable):
            list(client.events())


def test_no_server_is_no_answer() -> None:
    with pytest.raises(Unreachable):
        EpcisClient("http://127.0.0.1:9", retries=0).event("x")


@pytest.mark.parametrize(
    ("root", "token"),
    [
        ("ledger.example", None),
        ("ftp://ledger.example", None),
        ("https://user:word@ledger.example", None),
        ("https://ledger.example?x=1", None),
        ("https://[::1", None),
        ("http://ledger.example", TOKEN),
        ("https://ledger.example", "a\r\nX-Other: b"),
        ("https://ledger.example", ""),
    ],
)
def test_addresses_and_tokens_that_are_not_used(root: str, token: str | None) -> None:
    with pytest.raises(Invalid):
        EpcisClient(root, token)


def test_the_token_is_in_no_representation() -> None:
    client = EpcisClient("http://ledger.internal", TOKEN, allow_http=True)
    assert TOKEN not in repr(client) + repr(client.transport) + str(vars(client))


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_no_identifier_leads_to_another_address(value: str) -> None:
    with pytest.raises(Invalid):
        EpcisClient("https://ledger.example").event(value)


DEEP = b"[" * 200_000
ODD = [b"null", b"7", b'"x"', b"[]", b"{}", b"[null]", b"true", b'{"epcisBody": []}', b"[[]]", b"\xff", b"", DEEP]
ODD += [b'{"member": 5}', b'{"linkset": [5, {"a": [7]}]}', b'{"links": 5}', b'{"running": 1, "success": 1}']
ODD += [
    b'{"type": 5, "errors": [5, {}]}',
    b'{"subscriptionID": [], "createdAt": 5}',
    b'{"epcisBody": {"eventList": 5}}',
]
ADDRESSES = ["", "http://[", "http://a:99999/x", "//[::1", "capture/x", "/epcis/v2/capture/%FF", "http://a.example/x"]
ASKED: list[Callable[[Client], object]] = [
    lambda client: client.capture(b"{}"),
    lambda client: client.capture_event(b"{}"),
    lambda client: client.job("x"),
    lambda client: list(client.jobs()),
    lambda client: list(client.events()),
    lambda client: client.event("x"),
    lambda client: list(client.search()),
    lambda client: list(client.collection("epcs")),
    lambda client: list(client.queries()),
    lambda client: client.query("x"),
    lambda client: client.subscribe("x", "https://a.example"),
    lambda client: list(client.subscriptions("x")),
    lambda client: client.subscription("x", "y"),
    lambda client: client.trace_graph("x"),
    lambda client: client.resolve("(01)08930000000026"),
    lambda client: client.linkset("(01)08930000000026"),
]


@pytest.mark.parametrize("status", [201, 300, 400])
@pytest.mark.parametrize("body", ODD, ids=lambda body: body[:20].decode("latin-1"))
def test_odd_answers_raise_errors_of_the_client_only(fakes: Callable[[], Fake], body: bytes, status: int) -> None:
    fake = fakes()
    with Client(fake.origin, retries=0) as client:
        for place, link in [(ADDRESSES[0], ""), *((each, f'<{each}>; rel="next"') for each in ADDRESSES[1:4])]:
            headers = {"Content-Type": "application/json", "Location": place, "Link": link}
            fake.answer = lambda method, path, told=headers: (status, told, body)
            for ask in ASKED:
                try:
                    ask(client)
                except ClientError:
                    pass


@pytest.mark.parametrize("place", ADDRESSES)
def test_any_location_is_an_address_or_an_error_of_the_client(fakes: Callable[[], Fake], place: str) -> None:
    fake = fakes()
    fake.answer = lambda method, path: (201, {"Location": place}, b"")
    with Client(fake.origin, retries=0) as client:
        for ask in ASKED:
            try:
                ask(client)
            except ClientError:
                pass


def test_an_answer_that_does_not_tell_how_a_job_went_is_no_failed_job(fakes: Callable[[], Fake]) -> None:
    fake = fakes()
    fake.answer = lambda method, path: (202, {"Location": "/epcis/v2/capture/1"}, b'{"captureID": "1"}')
    with Client(fake.origin, retries=0) as client:
        for ask in (lambda: client.job("1"), lambda: client.capture(b"{}"), lambda: client.wait("1")):
            with pytest.raises(Unusable, match="odd_job"):
                ask()
