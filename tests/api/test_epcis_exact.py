"""Answers say what was sent: every digit, no text that becomes a CURIE, no list that JSON must not have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.api.test_epcis_capture import Sender, check_problem
from tests.core.test_epcis_xml_read import BASE
from tests.core.test_epcis_xml_read import document as xml_document
from tests.ledger_world import CONTEXT, document, pack, seen

from lienvung.epcis import hash_document
from lienvung.exchange.prefixes import learn
from lienvung.ledger.events import latest

pytestmark = pytest.mark.django_db
XML = "application/xml"
URN = "urn:epc:id:sgtin:8935001.070000.A1"
FORMATS = ["Always_GS1_Digital_Link", "Always_EPC_URN", "Never_Translates", "No_Preference"]


@pytest.fixture
def sender() -> Sender:
    return Sender("HTX Nho Quan")


def listed(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    body = msgspec.json.Decoder(float_hook=Decimal).decode(answer.content)
    return list(body["epcisBody"]["queryResults"]["resultsBody"]["eventList"])


def test_no_digit_is_lost_in_an_answer(sender: Sender) -> None:
    numbers = ["0.123456789012345678901234567891", "1E+5", "0.10", "12345678901234567890.5", "-0.0", "7"]
    fields = ",".join(f'"ex:n{index}":{number}' for index, number in enumerate(numbers))
    sent = document(seen(pack(1), **{"ex:n": 0}), context=[*CONTEXT, {"ex": "urn:ex:"}])
    sent = sent.replace(b'"ex:n": 0', fields.encode()).replace(b'"ex:n":0', fields.encode())
    assert numbers[0].encode() in sent
    expected = hash_document(sent)
    assert sender.post("/capture", sent).status_code == 202
    for headers in ({}, {"Accept": "application/ld+json"}, {"Accept": XML}, {"GS1-EPCIS-Max": "1.2"}):
        for path in ("/events", f"/events/{expected[0].replace('/', '%2F').replace('?', '%3F')}"):
            answer = sender.get(path, **headers)
            assert answer.status_code == 200, answer.content
            assert hash_document(answer.content) == expected, (headers, answer.content)
    [found] = listed(sender.get("/events"))
    assert [str(found[f"ex:n{index}"]) for index in range(len(numbers) - 2)] == numbers[:4]
    [event] = latest(1)
    assert event.as_dict()["ex:n0"] == Decimal(numbers[0])


def test_an_event_that_was_just_stored_is_answered_with_every_digit(sender: Sender) -> None:
    event = seen(pack(1), **{"ex:n": 0})
    sent = msgspec.json.encode({"@context": [*CONTEXT, {"ex": "urn:ex:"}], **event})
    sent = sent.replace(b'"ex:n":0', b'"ex:n":0.123456789012345678901234567891')
    answer = sender.post("/events", sent)
    assert answer.status_code == 201
    assert b"0.123456789012345678901234567891" in answer.content
    assert hash_document(answer.content) == hash_document(sent)


@pytest.mark.parametrize("first", [0, 1])
def test_a_text_that_begins_as_a_prefix_of_another_event_stays_a_text(sender: Sender, first: int) -> None:
    """`note: fragile` is no CURIE because another sender calls a namespace `note`."""
    documents = [
        document(seen(pack(1), **{"note:a": "x:1"}), context=[*CONTEXT, {"note": "urn:note:", "x": "urn:x:"}]),
        document(seen(pack(2), minute=1, **{"ex:b": "note:fragile"}), context=[*CONTEXT, {"ex": "urn:ex:"}]),
        document(seen(pack(3), minute=2, **{"ex:b": "x"}), context=[*CONTEXT, {"ex": "urn:other:"}]),
        document(seen(pack(4), minute=3), context=[*CONTEXT, "https://ns.example.com/more.jsonld"]),
    ]
    expected = sorted(hash_document(each)[0] for each in documents)
    for each in documents[first:] + documents[:first]:
        assert sender.post("/capture", each).status_code == 202
    for headers in ({}, {"Accept": XML}):
        answer = sender.get("/events", **headers)
        assert sorted(hash_document(answer.content)) == expected, answer.content
    found = listed(sender.get("/events"))
    own = [event.get("@context") for event in found]
    assert [*CONTEXT, "https://ns.example.com/more.jsonld"] in own  # not said of all the others
    assert own.count(None) == 1  # one meaning of `ex` is the document's


@pytest.mark.parametrize("epcs", FORMATS)
def test_a_thing_named_several_times_in_xml_is_valid_json(sender: Sender, epcs: str) -> None:
    """The JSON schema of EPCIS wants the entries of these lists to be different (`uniqueItems`)."""
    things = "".join(f"<epc>{URN}</epc>" for _ in range(5)) + "<epc>https://id.gs1.org/01/08935001700005/21/A1</epc>"
    sent = xml_document(f"<ObjectEvent>{BASE}<epcList>{things}</epcList><action>OBSERVE</action></ObjectEvent>")
    answer = sender.post("/capture", sent, content_type=XML)
    assert answer.status_code == 202, answer.content
    learn()
    answer = sender.get("/events", **{"GS1-EPC-Format": epcs})
    [found] = listed(answer)
    assert len(found["epcList"]) == len(set(found["epcList"])) == 6
    assert hash_document(answer.content) == hash_document(sent)
    again = sender.get("/events", **{"GS1-EPC-Format": epcs, "Accept": XML})
    assert hash_document(again.content) == hash_document(sent)
    if epcs == "Never_Translates":
        assert again.content.count(URN.encode()) == 5


def test_what_has_one_spelling_stands_once_in_json(sender: Sender) -> None:
    things = "<epc>urn:uuid:00000000-0000-4000-8000-0000000000ff</epc>" * 2
    sent = xml_document(f"<ObjectEvent>{BASE}<epcList>{things}</epcList><action>OBSERVE</action></ObjectEvent>")
    assert sender.post("/capture", sent, content_type=XML).status_code == 202
    [found] = listed(sender.get("/events"))
    assert len(found["epcList"]) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("path", ["/capture", "/events"])
def test_xml_of_another_width_is_refused_in_words_of_xml(sender: Sender, encoding: str, path: str) -> None:
    sent = xml_document().decode().encode(encoding)
    body = check_problem(sender.post(path, sent, content_type=XML), 400, "ValidationException")
    assert "UTF-16" in body["detail"]
    assert "XML" in body["detail"]
    assert "JSON" not in body["detail"]


def test_one_event_of_xml_may_begin_with_a_byte_order_mark(sender: Sender) -> None:
    event = f"<ObjectEvent>{BASE}<epcList><epc>{URN}</epc></epcList><action>OBSERVE</action></ObjectEvent>"
    answer = sender.post("/events", b"\xef\xbb\xbf" + event.encode(), content_type=XML)
    assert answer.status_code == 201, answer.content
