"""POST /capture, jobs, POST /events: what a client of the EPCIS REST binding gets, good input or bad."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.client import ClientHandler
from tests.ledger_world import CONTEXT, document, event, pack, seen

from lienvung.ledger.reading import rows
from lienvung.people.actions import add_member, create_account, create_organisation, issue_token

pytestmark = pytest.mark.django_db
BASE = "/epcis/v2"
ID = "urn:uuid:11111111-1111-4111-8111-111111111111"


class Sender:
    """An API client with a token."""

    def __init__(self, name: str, *, kind: str = "farm", scopes: tuple[str, ...] = ("capture", "query")) -> None:
        self.organisation = create_organisation(by=None, name=name, kind=kind)
        self.token = issue_token(by=None, organisation=self.organisation, name="test", scopes=scopes)
        self.client = Client()

    def post(self, path: str, body: bytes, content_type: str = "application/json", **headers: str) -> Any:
        return self.client.post(
            BASE + path, body, content_type=content_type, headers={"Authorization": f"Bearer {self.token}", **headers}
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(BASE + path, headers={"Authorization": f"Bearer {self.token}", **headers})


@pytest.fixture
def sender() -> Sender:
    return Sender("HTX Kim Sơn")


def bare(event: dict[str, Any]) -> bytes:
    return json.dumps({"@context": CONTEXT, **event}).encode()


def stored() -> int:
    return int(rows("SELECT COUNT(*) FROM ledger_event")[0][0])


def check_problem(answer: Any, status: int, exception: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")
    body = json.loads(answer.content)
    assert body["type"] == f"epcisException:{exception}"
    assert body["status"] == status
    assert body["detail"]
    assert body["detail_vi"]
    return dict(body)


def test_a_capture_is_a_finished_job(sender: Sender) -> None:
    answer = sender.post("/capture", document(seen(pack(1)), seen(pack(2))))
    assert answer.status_code == 202
    job = sender.get(answer["Location"].removeprefix(BASE)).json()
    assert job["captureID"] in answer["Location"]
    assert (job["running"], job["success"], job["captureErrorBehaviour"], job["errors"]) == (
        False,
        True,
        "rollback",
        [],
    )
    assert (job["newEvents"], job["knownEvents"]) == (2, 0)
    assert job["createdAt"] <= job["finishedAt"]
    assert [found["captureID"] for found in sender.get("/capture").json()] == [job["captureID"]]
    assert stored() == 2


def test_jobs_are_listed_page_by_page_and_only_to_their_sender(sender: Sender) -> None:
    for n in range(5):
        sender.post("/capture", document(seen(pack(n))))
    answer = sender.get("/capture?perPage=2")
    seen_jobs = [job["captureID"] for job in answer.json()]
    while answer.has_header("Link"):
        answer = sender.get(answer["Link"].split("<")[1].split(">")[0].split(BASE)[1])
        seen_jobs += [job["captureID"] for job in answer.json()]
    assert len(set(seen_jobs)) == len(seen_jobs) == 5
    stranger = Sender("Người lạ")
    assert stranger.get("/capture").json() == []
    check_problem(stranger.get(f"/capture/{seen_jobs[0]}"), 404, "NoSuchResourceException")


def test_sending_twice_is_harmless(sender: Sender) -> None:
    data = document(seen(pack(1)))
    first = sender.post("/capture", data, **{"Idempotency-Key": "a"})
    again = sender.post("/capture", data, **{"Idempotency-Key": "a"})
    assert first["Location"] == again["Location"]
    third = sender.post("/capture", data)
    assert third.status_code == 202
    assert third.json()["knownEvents"] == 1
    assert stored() == 1
    other = sender.post("/capture", document(seen(pack(2))), **{"Idempotency-Key": "a"})
    check_problem(other, 409, "ResourceAlreadyExistsException")


def test_every_fault_is_named_with_its_place(sender: Sender) -> None:
    bad_digit = seen("https://id.gs1.org/01/08935000000011/21/1")
    answer = sender.post("/capture", document(seen(pack(1)), bad_digit, seen(pack(2), bizStep="shopping")))
    body = check_problem(answer, 400, "ValidationException")
    paths = [fault["path"] for fault in body["errors"]]
    assert "/epcisBody/eventList/1/epcList/0" in paths
    assert "/epcisBody/eventList/2/bizStep" in paths
    assert all(fault["detail"] and fault["detail_vi"] for fault in body["errors"])
    assert stored() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b'"text"',
        b"\xff\xfe{}",
        document(seen(pack(1)))[:-40],
        b"[" * 50_000,
        b'{"a":' * 50_000,
        document(seen(pack(1))).replace(b'"eventTime"', b'"EventTime"'),
        document({**seen(pack(1)), "eventTime": "2026-02-30T00:00:00Z"}),
        document({**seen(pack(1)), "eventTime": "2026-02-03T00:00:00"}),
        document({**seen(pack(1)), "eventTimeZoneOffset": "+25:00"}),
        document({**seen(pack(1)), "type": "PartyEvent"}),
        document({**seen(pack(1)), "action": "MAYBE"}),
        document({**seen(pack(1)), "disposition": "lovely"}),
        b'{"type":"EPCISDocument"}',
        document(seen(pack(1))).replace(b"OBSERVE", b"OBSERVE\x00"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_stored(sender: Sender, body: bytes) -> None:
    answer = sender.post("/capture", body)
    assert 400 <= answer.status_code < 500, answer.content
    problem = json.loads(answer.content)
    assert problem["type"].startswith("epcisException:")
    assert problem["errors"]
    assert stored() == 0


def test_limits_are_announced_and_kept(sender: Sender) -> None:
    with override_settings(CAPTURE_EVENT_LIMIT=2, CAPTURE_FILE_SIZE_LIMIT=2_000):
        shown = sender.client.options(f"{BASE}/capture")
        assert shown.status_code == 204
        assert shown["GS1-EPCIS-Capture-Limit"] == "2"
        assert shown["GS1-EPCIS-Capture-File-Size-Limit"] == "2000"
        many = sender.post("/capture", document(*(seen(pack(n)) for n in range(3))))
        check_problem(many, 413, "CaptureLimitExceededException")
        assert many["GS1-EPCIS-Capture-Limit"] == "2"
        large = sender.post("/capture", document(seen(*(pack(n) for n in range(60)))))
        check_problem(large, 413, "CaptureLimitExceededException")
        assert large["GS1-EPCIS-Capture-File-Size-Limit"] == "2000"
    assert stored() == 0


@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/json", "application/json; charset=latin-1", "text/xml; charset=utf-16", ""]
)
def test_only_json_and_xml_in_utf8_are_taken(sender: Sender, content_type: str) -> None:
    answer = sender.post("/capture", document(seen(pack(1))), content_type=content_type)
    check_problem(answer, 415, "UnsupportedMediaTypeException")


@pytest.mark.parametrize("content_type", ["application/ld+json", "application/json; charset=UTF-8"])
def test_json_ld_and_charset_are_taken(sender: Sender, content_type: str) -> None:
    assert sender.post("/capture", document(seen(pack(1))), content_type=content_type).status_code == 202


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}])
@pytest.mark.parametrize("path", ["/capture", "/events", "/events/x", "/epcs/x/events", "/capture/x", "/"])
def test_nobody_unknown_gets_anything(header: dict[str, str], path: str) -> None:
    answer = Client().get(BASE + path, headers=header)
    check_problem(answer, 401, "SecurityException")
    assert "Bearer" in answer["WWW-Authenticate"]


def test_a_token_does_what_its_scopes_say() -> None:
    reader = Sender("Chỉ đọc", scopes=("query",))
    check_problem(reader.post("/capture", document(seen(pack(1)))), 403, "SecurityException")
    writer = Sender("Chỉ ghi", scopes=("capture",))
    assert writer.post("/capture", document(seen(pack(1)))).status_code == 202
    check_problem(writer.get("/events"), 403, "SecurityException")


def test_a_session_needs_its_csrf_token(sender: Sender) -> None:
    account = create_account(by=None, email="a@example.vn", full_name="A", password="ruong lua buoi som")
    add_member(by=None, account=account, organisation=sender.organisation, role="member")
    client = Client(enforce_csrf_checks=True)
    client.force_login(account)
    answer = client.post(f"{BASE}/capture", document(seen(pack(1))), content_type="application/json")
    check_problem(answer, 403, "SecurityException")
    assert stored() == 0
    trusting = Client()
    trusting.force_login(account)
    assert trusting.post(f"{BASE}/capture", document(seen(pack(1))), content_type="application/json").status_code == 202
    [(submitter,)] = rows("SELECT submitter FROM ledger_document")
    assert submitter == str(sender.organisation.pk)


def test_one_event_is_created(sender: Sender) -> None:
    answer = sender.post("/events", bare(seen(pack(1), eventID=ID)))
    assert answer.status_code == 201
    found = sender.get(answer["Location"].removeprefix(BASE)).json()
    assert found["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0]["eventID"] == ID
    again = sender.post("/events", bare(seen(pack(1), eventID=ID)))
    check_problem(again, 409, "ResourceAlreadyExistsException")
    other = sender.post("/events", bare(seen(pack(2), eventID=ID)))
    check_problem(other, 409, "ResourceAlreadyExistsException")
    assert stored() == 1


def test_an_event_without_id_gets_its_hash(sender: Sender) -> None:
    answer = sender.post("/events", bare(seen(pack(1))))
    assert answer.status_code == 201
    assert "ni%3A%2F%2F%2Fsha-256" in answer["Location"]
    assert sender.get(answer["Location"].removeprefix(BASE)).status_code == 200


def test_documents_are_no_events(sender: Sender) -> None:
    check_problem(sender.post("/events", document(seen(pack(1)))), 400, "ValidationException")
    two = b"[" + bare(seen(pack(1))) + b"," + bare(seen(pack(2))) + b"]"
    check_problem(sender.post("/events", two), 400, "ValidationException")
    assert stored() == 0


@pytest.mark.parametrize(("message", "status"), [("database or disk is full", 500), ("database is locked", 503)])
def test_a_database_that_refuses_is_said_so(
    sender: Sender, message: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **fields: Any) -> None:
        raise connection.Database.OperationalError(message)  # as the driver says it, past Django

    monkeypatch.setattr("lienvung.ledger.capture.enter", refuse)
    body = check_problem(sender.post("/capture", document(seen(pack(1)))), status, "ImplementationException")
    assert message not in json.dumps(body)
    assert sender.get("/capture").json() == []


@pytest.mark.parametrize("path", ["/", "/capture", "/capture/x", "/events", "/events/x", "/epcs/x/events"])
def test_options_tell_what_is_spoken(path: str) -> None:
    answer = Client().options(BASE + path)
    assert answer.status_code == 204
    assert "GET" in answer["Allow"]
    for name in ("GS1-EPCIS-Version", "GS1-EPCIS-Min", "GS1-EPCIS-Max", "GS1-CBV-Version", "GS1-EPC-Format"):
        assert answer[name]


def test_other_methods_are_refused(sender: Sender) -> None:
    answer = sender.client.delete(f"{BASE}/events", headers={"Authorization": f"Bearer {sender.token}"})
    assert answer.status_code == 405
    assert "POST" in answer["Allow"]


def test_certain_words_are_kept_from_the_events(sender: Sender) -> None:
    mine = event(epcList=[pack(1)], **{"example:note": "Lúa chín"})
    data = document(
        mine,
        context=["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"example": "https://example.org/"}],
    )
    assert sender.post("/capture", data).status_code == 202
    found = sender.get("/events").json()
    assert {"example": "https://example.org/"} in found["@context"]
    assert found["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0]["example:note"] == "Lúa chín"


class Chunks(io.BytesIO):
    """A stream that gives little at a time, as one that comes over the network."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 7, 7))


def chunked(sender: Sender, body: bytes, *, ended: bool = True) -> Any:
    return ClientHandler()(
        {
            "REQUEST_METHOD": "POST",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "PATH_INFO": f"{BASE}/capture",
            "CONTENT_TYPE": "application/json",
            "HTTP_AUTHORIZATION": f"Bearer {sender.token}",
            "HTTP_TRANSFER_ENCODING": "chunked",
            "wsgi.input": Chunks(body),
            "wsgi.url_scheme": "http",
            "wsgi.errors": io.StringIO(),
            **({"wsgi.input_terminated": True} if ended else {}),
        }
    )


def test_a_body_in_chunks_is_read_to_its_end_or_limit(sender: Sender) -> None:
    data = document(seen(pack(1)))
    answer = chunked(sender, data)
    assert answer.status_code == 202, answer.content
    assert stored() == 1
    with override_settings(CAPTURE_FILE_SIZE_LIMIT=len(data) - 1):
        check_problem(chunked(sender, data), 413, "CaptureLimitExceededException")
    check_problem(chunked(sender, data, ended=False), 411, "ImplementationException")
