"""Problems by RFC 7807 with the standard's names, in JSON and XML, each fault with its place; nothing leaks."""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api.epcis_answers import check_valid, encoded, fill, xml
from tests.api.test_epcis_capture import BASE, Sender, bare, check_problem
from tests.ledger_world import document, pack, seen

pytestmark = pytest.mark.django_db
EPCIS_2 = "XSD/EPCglobal-epcis-2_0.xsd"
LV = "{https://lienvung.vn/ns/}"
ID = "urn:uuid:11111111-1111-4111-8111-111111111111"


@pytest.fixture
def farm() -> Sender:
    made = Sender("HTX Nho Quan")
    fill(made)
    return made


def reader() -> Sender:
    return Sender("Chỉ đọc", scopes=("query",))


CASES: dict[str, tuple[int, str, Any]] = {
    "bad event": (400, "ValidationException", lambda s: s.post("/events", bare(seen(pack(9), bizStep="shopping")))),
    "bad parameter": (400, "QueryParameterException", lambda s: s.get("/events?EQ_bizstep=packing")),
    "too many": (413, "QueryTooLargeException", lambda s: s.get("/events?maxEventCount=1")),
    "nobody": (401, "SecurityException", lambda s: s.client.get(BASE + "/events")),
    "bad token": (401, "SecurityException", lambda s: s.client.get(BASE + "/", headers={"Authorization": "Bearer x"})),
    "may not": (403, "SecurityException", lambda s: reader().post("/events", bare(seen(pack(9))))),
    "no event": (404, "NoSuchResourceException", lambda s: s.get(f"/events/{encoded(ID)}")),
    "no address": (404, "NoSuchResourceException", lambda s: s.get("/vocabularies")),
    "no value": (404, "NoSuchResourceException", lambda s: s.get("/bizSteps/dancing")),
    "wrong method": (405, "ImplementationException", lambda s: s.post("/epcs", b"{}")),
    "not acceptable": (406, "NotAcceptableException", lambda s: s.get("/events", Accept="image/png")),
    "there already": (409, "ResourceAlreadyExistsException", lambda s: twice(s)),
    "too large": (413, "CaptureLimitExceededException", lambda s: s.post("/capture", b"[" + b" " * 17_000_000 + b"]")),
    "too long": (414, "URITooLongException", lambda s: s.get("/events?MATCH_epc=" + "x" * 20_000)),
    "wrong media": (415, "UnsupportedMediaTypeException", lambda s: s.post("/events", b"a,b", "text/csv")),
}


def twice(sender: Sender) -> Any:
    assert sender.post("/events", bare(seen(pack(9)))).status_code == 201
    return sender.post("/events", bare(seen(pack(9))))


@pytest.mark.parametrize("case", CASES)
def test_each_case_has_the_standards_name(farm: Sender, case: str) -> None:
    status, exception, ask = CASES[case]
    body = check_problem(ask(farm), status, exception)
    assert body["title"]
    for fault in body["errors"]:
        assert fault["type"] == body["type"]
        assert fault["detail"]
        assert fault["detail_vi"]


@pytest.mark.parametrize("case", [name for name in CASES if name not in {"nobody", "bad token", "may not"}])
def test_who_reads_xml_gets_the_same_as_valid_xml(farm: Sender, case: str) -> None:
    status, exception, ask = CASES[case]
    wanting = Wanting(farm, "application/xml")
    if case == "not acceptable":
        answer = farm.get("/events", Accept="application/problem+xml")
    else:
        answer = ask(wanting)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+xml; charset=utf-8"
    root = xml(answer)
    assert root.tag == "{urn:epcglobal:epcis:xsd:2}EPCISException"
    assert root.findtext("type") == f"epcisException:{exception}"
    assert root.findtext("status") == str(status)
    assert root.findtext("detail")
    assert root.findtext(f"{LV}error/{LV}type") == f"epcisException:{exception}"
    check_valid(root, EPCIS_2)


class Wanting:
    """A sender who accepts one media type, whatever he asks."""

    def __init__(self, sender: Sender, accept: str) -> None:
        self.sender, self.accept = sender, accept

    def get(self, path: str, **headers: str) -> Any:
        return self.sender.get(path, **{"Accept": self.accept, **headers})

    def post(self, path: str, body: bytes, content_type: str = "application/json", **headers: str) -> Any:
        return self.sender.post(path, body, content_type, **{"Accept": self.accept, **headers})


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/problem+json", "application/problem+json"),
        ("application/problem+xml", "application/problem+xml"),
        ("application/xml", "application/problem+xml"),
        ("text/xml;q=0.3", "application/problem+xml"),
        ("application/json, application/xml;q=0.9", "application/problem+json"),
        ("application/json;q=0.1, text/xml", "application/problem+xml"),
        ("image/png", "application/problem+json"),
        ("*/*", "application/problem+json"),
    ],
)
def test_the_format_of_a_problem(farm: Sender, accept: str, expected: str) -> None:
    answer = farm.get("/events?EQ_bizstep=packing", Accept=accept)
    assert answer["Content-Type"].split(";")[0] == expected


def test_each_fault_has_its_place_in_both_forms(farm: Sender) -> None:
    sent = document(seen(pack(8)), seen(pack(9), bizStep="shopping", eventTimeZoneOffset="7"))
    as_json = json.loads(farm.post("/capture", sent).content)
    places = {fault["path"] for fault in as_json["errors"]}
    assert places == {"/epcisBody/eventList/1/bizStep", "/epcisBody/eventList/1/eventTimeZoneOffset"}
    root = xml(farm.post("/capture", sent, Accept="application/xml"))
    assert {fault.findtext(f"{LV}path") for fault in root.findall(f"{LV}error")} == places


def test_text_that_no_xml_can_hold_does_not_break_the_answer(farm: Sender) -> None:
    answer = farm.get("/events?EQ_action=%01%3C%26%EF%BF%BE", Accept="application/xml")
    assert answer.status_code == 400
    assert "<&" in xml(answer).findtext("detail")


def test_limits_are_repeated_where_something_is_too_large(farm: Sender) -> None:
    answer = CASES["too large"][2](farm)
    assert int(answer["GS1-EPCIS-Capture-Limit"]) > 0
    assert int(answer["GS1-EPCIS-Capture-File-Size-Limit"]) > 0


@pytest.mark.parametrize("accept", ["application/json", "application/xml"])
@pytest.mark.parametrize(
    ("fault", "status"),
    [(RuntimeError("the secret is 12345"), 500), (OperationalError("disk I/O error at /srv/secret"), 500)],
)
def test_a_fault_of_ours_is_logged_and_tells_nothing(
    farm: Sender, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, accept: str, fault: Exception,
    status: int,
) -> None:  # fmt: skip
    def fail(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr("lienvung.exchange.events_api.run_query", fail)
    with caplog.at_level(logging.ERROR, logger="lienvung.exchange.resource"):
        answer = farm.get("/events", Accept=accept)
    assert answer.status_code == status
    assert b"ImplementationException" in answer.content
    assert b"secret" not in answer.content
    assert b"Traceback" not in answer.content
    assert "secret" in caplog.text
    expected = "application/problem+xml" if "xml" in accept else "application/problem+json"
    assert answer["Content-Type"].startswith(expected)


def test_a_long_but_allowed_address_is_read(farm: Sender) -> None:
    names = ",".join(pack(n) for n in range(300))
    assert 10_000 < len(names) < 16_000
    assert farm.get(f"/events?MATCH_epc={names}").status_code == 200


HEADERS = (
    "Accept",
    "GS1-EPCIS-Version",
    "GS1-EPCIS-Min",
    "GS1-EPCIS-Max",
    "GS1-CBV-Min",
    "GS1-CBV-Max",
    "GS1-EPC-Format",
    "GS1-CBV-XML-Format",
    "GS1-Extensions",
)
PIECES = (
    "*/*", "application/json", "application/xml", "text/xml", ";q=0.5", ";q=", ",", "=", "2.0", "1.2", ".", "9" * 30,
    "Always_EPC_URN", "ex=http://a.example/", "\t", "%", "é", "*", "/", "application/*",
)  # fmt: skip
PATHS = (
    "/events", "/eventTypes/{}", "/epcs/{}/events", "/bizSteps/{}", "/readPoints/{}/events", "/dispositions/{}",
    "/events/{}", "/trace/{}", "/recall-scope/{}", "/nextPageToken/{}", "/queries/{}", "/{}",
)  # fmt: skip
WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [pack(1), "urn:epc:id:sgtin:8935000.000001.77", "*", "urn:epc:id:sgtin:*", "(01)", "ni:///sha-256;x"]
    ),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    headers=st.dictionaries(
        st.sampled_from(HEADERS), st.lists(st.sampled_from(PIECES), max_size=5).map("".join), max_size=4
    ),
    path=st.sampled_from(PATHS),
    word=WORDS,
    query=st.dictionaries(
        st.sampled_from(["perPage", "nextPageToken", "at", "direction", "limit", "MATCH_epc", "orderBy", "é"]),
        WORDS,
        max_size=3,
    ),
)
def test_no_nonsense_is_a_fault_of_ours(
    farm: Sender, headers: dict[str, str], path: str, word: str, query: dict[str, str]
) -> None:
    address = path.format(encoded(word.encode("utf-8", "replace").decode()))
    answer = farm.get(f"{address}?{urlencode(query)}", **{name: value.strip() for name, value in headers.items()})
    assert answer.status_code in {200, 400, 404, 405, 406, 413, 414}, (answer.status_code, answer.content)
    if answer.status_code != 200:
        assert answer["Content-Type"].startswith("application/problem+")
    elif "xml" in answer["Content-Type"]:
        xml(answer)
    else:
        answer.json()
