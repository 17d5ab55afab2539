"""Capture jobs over HTTP: their headers, their states in JSON and XML, documents in every format, and sent again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import override_settings
from lxml import etree
from tests.api.test_epcis_capture import BASE, Sender, check_problem, stored
from tests.corpus import CORPUS, needs_corpus
from tests.ledger_world import document, pack, seen

from lienvung.ledger.inbox import work_inbox
from lienvung.ledger.reading import rows

pytestmark = pytest.mark.django_db
ID = "urn:uuid:11111111-1111-4111-8111-111111111111"
WRONG = "https://id.gs1.org/01/08935000000011/21/1"  # the check digit is wrong
BEHAVIOUR = "GS1-Capture-Error-Behaviour"
CAPTURE = f"{BASE}/capture"
JOB = "{urn:epcglobal:epcis:xsd:2}EPCISCaptureJob"
OWN = "{https://lienvung.vn/ns/}"


@pytest.fixture
def sender() -> Sender:
    return Sender("HTX Kim Sơn")


def xml_event(uri: str, *, minute: int = 0, action: str = "OBSERVE", event_id: str = "") -> str:
    """The same as `seen(uri, minute=minute)` in XML."""
    named = f"<eventID>{event_id}</eventID>" if event_id else ""
    return (
        f"<ObjectEvent><eventTime>2026-03-01T00:{minute:02d}:00.000+07:00</eventTime>"
        f"<eventTimeZoneOffset>+07:00</eventTimeZoneOffset>{named}<epcList><epc>{uri}</epc></epcList>"
        f"<action>{action}</action></ObjectEvent>"
    )


def xml_document(*events: str, version: str = "2.0", header: str = "") -> bytes:
    space = "urn:epcglobal:epcis:xsd:" + ("2" if version == "2.0" else "1")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><epcis:EPCISDocument xmlns:epcis="{space}" schemaVersion="{version}" '
        f'creationDate="2026-03-01T00:00:00Z">{header}<EPCISBody><EventList>{"".join(events)}</EventList></EPCISBody>'
        "</epcis:EPCISDocument>"
    ).encode()


def job_of(sender: Sender, answer: Any) -> dict[str, Any]:
    found = sender.get(answer["Location"].removeprefix(BASE))
    assert found.status_code == 200
    job: dict[str, Any] = found.json()
    return job


def state(job: dict[str, Any]) -> tuple[bool, bool, int, int]:
    return job["running"], job["success"], job["newEvents"], job["knownEvents"]


# --- what a job is asked for and told by


def test_faults_are_answered_and_kept_in_the_job(sender: Sender) -> None:
    answer = sender.post("/capture", document(seen(pack(1)), seen(WRONG)))
    body = check_problem(answer, 400, "ValidationException")
    job = job_of(sender, answer)
    assert state(job) == (False, False, 0, 0)
    assert (job["captureErrorBehaviour"], answer[BEHAVIOUR]) == ("rollback", "rollback")
    [told], [kept] = body["errors"], job["errors"]
    assert {name: kept[name] for name in told} == told
    assert (kept["title"], kept["status"]) == ("Bad request", 400)
    assert stored() == 0


def test_proceed_keeps_the_good_events(sender: Sender) -> None:
    answer = sender.post("/capture", document(seen(WRONG), seen(pack(1))), **{BEHAVIOUR: "proceed"})
    assert answer.status_code == 202
    assert answer[BEHAVIOUR] == "proceed"
    job = job_of(sender, answer)
    assert state(job) == state(answer.json()) == (False, False, 1, 0)
    assert job["captureErrorBehaviour"] == "proceed"
    assert [fault["path"] for fault in job["errors"]] == ["/epcisBody/eventList/0/epcList/0"]
    assert job["errors"][0]["type"] == "epcisException:ValidationException"
    assert stored() == 1


def test_a_taken_event_id_is_told_by_the_job(sender: Sender) -> None:
    sender.post("/capture", document(seen(pack(1), eventID=ID)))
    answer = sender.post("/capture", document(seen(pack(3)), seen(pack(2), eventID=ID)))
    assert answer.status_code == 202
    job = job_of(sender, answer)
    assert state(job) == (False, False, 0, 0)
    [fault] = job["errors"]
    assert (fault["type"], fault["path"]) == (
        "epcisException:ResourceAlreadyExistsException",
        "/epcisBody/eventList/1/eventID",
    )
    assert stored() == 1


@pytest.mark.parametrize("word", ["all", "ignore", "rollback,proceed"])
def test_no_other_behaviour_is_taken(sender: Sender, word: str) -> None:
    answer = sender.post("/capture", document(seen(pack(1))), **{BEHAVIOUR: word})
    body = check_problem(answer, 400, "ValidationException")
    assert body["errors"][0]["path"] == BEHAVIOUR
    assert "Location" not in answer
    assert stored() == 0


@pytest.mark.parametrize("name", ["GS1-EPCIS-Version", "GS1-CBV-Version"])
@pytest.mark.parametrize(
    ("version", "status"),
    [("2.0.0", 202), ("2.0", 202), ("2.0.1", 202), ("1.2", 202), ("1.2.2", 202), ("", 202),
     ("3.0", 406), ("2.1", 406), ("1.1", 406), ("newest", 400), ("2.x", 400)],
)  # fmt: skip
def test_versions_of_a_request(sender: Sender, name: str, version: str, status: int) -> None:
    answer = sender.post("/capture", document(seen(pack(1))), **{name: version})
    if status == 202:
        assert answer.status_code == 202
    else:
        check_problem(answer, status, "NotAcceptableException" if status == 406 else "ValidationException")
        assert "Location" not in answer
    assert stored() == (status == 202)


def test_what_is_announced(sender: Sender) -> None:
    shown = sender.client.options(CAPTURE)
    assert shown[BEHAVIOUR] == "all"
    assert set(shown["Allow"].split(", ")) >= {"OPTIONS", "POST", "GET"}
    for name in ("GS1-EPCIS-Capture-Limit", "GS1-EPCIS-Capture-File-Size-Limit"):
        assert int(shown[name]) > 0
    of_job = sender.client.options(f"{CAPTURE}/x")
    assert "GS1-EPCIS-Capture-Limit" not in of_job


def test_what_is_no_document_leaves_no_job(sender: Sender) -> None:
    for body, content_type in ((b"{", "application/json"), (b"<a", "application/xml"), (b"<html/>", "text/xml")):
        answer = sender.post("/capture", body, content_type=content_type)
        check_problem(answer, 400, "ValidationException")
        assert "Location" not in answer
    with override_settings(CAPTURE_EVENT_LIMIT=1):
        answer = sender.post("/capture", document(seen(pack(1)), seen(pack(2))))
        check_problem(answer, 413, "CaptureLimitExceededException")
        assert "Location" not in answer
    assert sender.get("/capture").json() == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("application/xml", document(seen(pack(1)))), ("application/json", xml_document(xml_event(pack(1))))],
)
def test_the_media_type_must_be_what_the_text_is(sender: Sender, content_type: str, body: bytes) -> None:
    check_problem(sender.post("/capture", body, content_type=content_type), 400, "ValidationException")
    assert stored() == 0


@pytest.mark.parametrize("number", ["x", "%00", "%F0%9F%8C%BE", "11111111-1111-4111-8111-111111111111", "a%2Fb"])
def test_jobs_that_are_not_there(sender: Sender, number: str) -> None:
    check_problem(sender.get(f"/capture/{number}"), 404, "NoSuchResourceException")


@pytest.mark.parametrize("content_type", ["application/xml", "application/json"])
def test_utf_16_is_refused_in_words(sender: Sender, content_type: str) -> None:
    text = xml_document(xml_event(pack(1))) if "xml" in content_type else document(seen(pack(1)))
    body = sender.post("/capture", text.decode().encode("utf-16"), content_type=content_type)
    assert "UTF-16" in check_problem(body, 400, "ValidationException")["detail"]
    assert stored() == 0


def test_a_key_has_its_length(sender: Sender) -> None:
    answer = sender.post("/capture", document(seen(pack(1))), **{"Idempotency-Key": "k" * 201})
    check_problem(answer, 400, "ValidationException")
    assert sender.post("/capture", document(seen(pack(1))), **{"Idempotency-Key": "k" * 200}).status_code == 202


# --- large documents


def test_a_large_document_is_acknowledged_at_once_and_captured_later(sender: Sender) -> None:
    data = document(seen(pack(1)), seen(pack(2)))
    with override_settings(CAPTURE_INLINE_BYTES=len(data) - 1):
        answer = sender.post("/capture", data, **{"Idempotency-Key": "k"})
        assert answer.status_code == 202
        job = job_of(sender, answer)
        assert state(job) == state(answer.json()) == (True, True, 0, 0)
        assert "finishedAt" not in job
        assert stored() == 0
        assert sender.post("/capture", data, **{"Idempotency-Key": "k"})["Location"] == answer["Location"]
        other = sender.post("/capture", document(seen(pack(1)), seen(pack(3))), **{"Idempotency-Key": "k"})
        check_problem(other, 409, "ResourceAlreadyExistsException")
        assert work_inbox() == 1
        assert state(job_of(sender, answer)) == (False, True, 2, 0)
        assert sender.post("/capture", data, **{"Idempotency-Key": "k"})["Location"] == answer["Location"]
    assert stored() == 2


@override_settings(CAPTURE_INLINE_BYTES=100)
def test_faults_of_a_large_document_are_in_its_job(sender: Sender) -> None:
    answer = sender.post("/capture", document(seen(pack(1)), seen(WRONG)))
    assert answer.status_code == 202
    work_inbox()
    job = job_of(sender, answer)
    assert state(job) == (False, False, 0, 0)
    assert job["errors"][0]["path"] == "/epcisBody/eventList/1/epcList/0"
    mixed = xml_document(xml_event(WRONG), xml_event(pack(1), minute=1), xml_event(pack(2), action="MAYBE"))
    answer = sender.post("/capture", mixed, content_type="application/xml", **{BEHAVIOUR: "proceed"})
    assert work_inbox() == 1
    job = job_of(sender, answer)
    assert state(job) == (False, False, 1, 0)
    within = "/epcis:EPCISDocument/EPCISBody/EventList/ObjectEvent"
    assert {fault["path"].removeprefix(within)[:3] for fault in job["errors"]} == {"[1]", "[3]"}


# --- jobs in XML


def job_xml(sender: Sender, where: str, accept: str = "application/xml") -> Any:
    answer = sender.get(where.removeprefix(BASE), Accept=accept)
    assert answer.status_code == 200
    assert answer["Content-Type"] == f"{accept}; charset=utf-8"
    return etree.fromstring(answer.content)


def each_kind_of_job(sender: Sender) -> list[str]:
    """Addresses of jobs: all captured, refused, partly captured, waiting."""
    awkward = seen(pack(1), bizStep="<a&b>\x07 \ud83d".encode("utf-8", "replace").decode())
    sent = [
        sender.post("/capture", document(seen(pack(1)))),
        sender.post("/capture", document(seen(WRONG), awkward)),
        sender.post("/capture", document(seen(WRONG), seen(pack(3))), **{BEHAVIOUR: "proceed"}),
    ]
    with override_settings(CAPTURE_INLINE_BYTES=10):
        sent.append(sender.post("/capture", document(seen(pack(4)))))
    return [answer["Location"] for answer in sent]


def test_a_job_says_the_same_in_xml(sender: Sender) -> None:
    for where in each_kind_of_job(sender):
        job = sender.get(where.removeprefix(BASE)).json()
        for accept in ("application/xml", "text/xml"):
            root = job_xml(sender, where, accept)
            assert root.tag == JOB
            assert dict(root.attrib) == {
                "running": str(job["running"]).lower(),
                "success": str(job["success"]).lower(),
                "captureID": job["captureID"],
            }
            for name in ("captureErrorBehaviour", "createdAt", "finishedAt"):
                assert root.findtext(name) == job.get(name)
            assert root.findtext(f"{OWN}newEvents") == str(job["newEvents"])
            faults = root.findall("errors/error")
            assert len(faults) == len(job["errors"])
            for element, fault in zip(faults, job["errors"]):
                for name in ("type", "title", "status"):
                    assert element.findtext(name) == str(fault[name])
                assert element.findtext(f"{OWN}path") == fault["path"]
                assert element.findtext("detail")


@needs_corpus
def test_jobs_in_xml_are_valid_against_the_schema(sender: Sender) -> None:
    schema = etree.XMLSchema(etree.parse(CORPUS / "gs1-epcis" / "XSD" / "EPCglobal-epcis-2_0.xsd"))
    for example in sorted((CORPUS / "gs1-epcis" / "XML" / "CaptureJob").glob("*.xml")):
        schema.assertValid(etree.parse(example))  # the schema is the one of these documents
    for where in each_kind_of_job(sender):
        schema.assertValid(job_xml(sender, where))
    broken = job_xml(sender, each_kind_of_job(sender)[1])
    broken.remove(broken.find("captureErrorBehaviour"))
    assert not schema.validate(broken)


def test_a_capture_may_be_answered_in_xml(sender: Sender) -> None:
    answer = sender.post("/capture", document(seen(pack(1))), Accept="application/xml")
    assert answer.status_code == 202
    assert etree.fromstring(answer.content).get("success") == "true"


def test_a_list_of_jobs_is_json_only(sender: Sender) -> None:
    assert sender.get("/capture", Accept="application/xml").status_code == 406
    assert sender.get("/capture", Accept="application/ld+json").status_code == 200


# --- XML, and the same in several formats


@pytest.mark.parametrize("content_type", ["application/xml", "text/xml", "application/xml; charset=utf-8"])
@pytest.mark.parametrize("version", ["2.0", "1.2"])
def test_xml_is_captured(sender: Sender, content_type: str, version: str) -> None:
    urn = "urn:epc:id:sgtin:8935000.000000.7"
    data = xml_document(xml_event(urn), xml_event(urn, minute=1), version=version)
    answer = sender.post("/capture", data, content_type=content_type, **{"GS1-EPCIS-Version": version})
    assert answer.status_code == 202, answer.content
    assert state(job_of(sender, answer)) == (False, True, 2, 0)
    found = sender.get(f"/events?MATCH_epc={urn}").json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert len(found) == 2


def test_faults_of_xml_have_xpaths(sender: Sender) -> None:
    sender.post("/capture", document(seen(pack(1), eventID=ID)))
    data = xml_document(xml_event(pack(2)), xml_event(pack(3), minute=1, action="MAYBE"))
    body = check_problem(sender.post("/capture", data, content_type="text/xml"), 400, "ValidationException")
    list_ = "/epcis:EPCISDocument/EPCISBody/EventList"
    assert [fault["path"] for fault in body["errors"]] == [f"{list_}/ObjectEvent[2]/action"]
    taken = xml_document(xml_event(pack(2)), xml_event(pack(3), minute=1, event_id=ID))
    job = job_of(sender, sender.post("/capture", taken, content_type="text/xml"))
    assert [fault["path"] for fault in job["errors"]] == [f"{list_}/ObjectEvent[2]/eventID"]
    assert stored() == 1


def test_the_same_events_in_any_format_and_order_are_the_same(sender: Sender) -> None:
    uris = [pack(1), pack(2), pack(3)]
    events = [seen(uri, minute=minute) for minute, uri in enumerate(uris)]
    as_xml = [xml_event(uri, minute=minute) for minute, uri in enumerate(uris)]
    first = sender.post("/capture", document(*events))
    assert state(first.json()) == (False, True, 3, 0)
    for data, content_type in (
        (document(*events), "application/json"),
        (document(*events[::-1]), "application/ld+json"),
        (xml_document(*as_xml), "application/xml"),
        (xml_document(*as_xml[::-1]), "text/xml"),
        (document(events[1], seen(uris[0], minute=0)), "application/json"),
    ):
        again = sender.post("/capture", data, content_type=content_type)
        assert again.status_code == 202
        assert (again.json()["success"], again.json()["newEvents"]) == (True, 0)
        assert again["Location"] != first["Location"]
    assert stored() == 3


def test_a_query_document_is_captured_too(sender: Sender) -> None:
    sender.post("/capture", document(seen(pack(1)), seen(pack(2), minute=1)))
    results = sender.get(f"/events?MATCH_epc={pack(1)}").content
    other = Sender("Xay xát Phát Diệm")
    answer = other.post("/capture", results)
    assert answer.status_code == 202, answer.content
    assert state(job_of(other, answer)) == (False, True, 0, 1)
    assert json.loads(results)["type"] == "EPCISQueryDocument"


MASTER = {
    "epcisHeader": {
        "epcisMasterData": {
            "vocabularyList": [
                {
                    "type": "urn:epcglobal:epcis:vtype:BusinessLocation",
                    "vocabularyElementList": [
                        {
                            "id": "urn:epc:id:sgln:8935000.00001.0",
                            "attributes": [{"id": "urn:epcglobal:cbv:mda#name", "attribute": "Kho Kim Sơn"}],
                        }
                    ],
                }
            ]
        }
    }
}


@pytest.mark.parametrize("events", [[], [seen(pack(1))]], ids=["no event", "an event"])
def test_master_data_in_the_header_is_stored(sender: Sender, events: list[dict[str, Any]]) -> None:
    data = json.dumps({**json.loads(document(*events)), **MASTER}).encode()
    for _ in range(2):
        answer = sender.post("/capture", data)
        assert answer.status_code == 202, answer.content
        assert answer.json()["success"]
    assert rows("SELECT COUNT(*) > 0 FROM ledger_master")[0][0]
    refused = json.loads(document(*events, seen(WRONG)))
    other = json.loads(json.dumps(MASTER).replace("00001.0", "00002.0"))
    before = rows("SELECT COUNT(*) FROM ledger_master")
    check_problem(sender.post("/capture", json.dumps({**refused, **other}).encode()), 400, "ValidationException")
    assert rows("SELECT COUNT(*) FROM ledger_master") == before
