"""In which form an answer comes: Accept with qualities, versions, EPCs as links or URNs, words, extensions, OPTIONS."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.epcis_answers import EX, STEP, URN_PACK, check_valid, encoded, fill, listed, xml
from tests.api.test_epcis_capture import BASE, Sender, bare, check_problem
from tests.ledger_world import GTIN, keyed, pack, seen

from lienvung.exchange.models import CompanyPrefix
from lienvung.exchange.prefixes import learn
from lienvung.people.models import Organisation

pytestmark = pytest.mark.django_db
QUERY_2 = "XSD/EPCglobal-epcis-query-2_0.xsd"
JSON, LD, XML = "application/json", "application/ld+json", "application/xml"


@pytest.fixture
def farm() -> Sender:
    made = Sender("HTX Nho Quan")
    fill(made)
    return made


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*", "text/xml"),
        (JSON, JSON),
        (LD, LD),
        (XML, XML),
        ("text/xml", "text/xml"),
        ("application/xml, application/json", JSON),
        ("application/json;q=0.5, application/xml;q=0.6", XML),
        ("application/json;q=0.5, */*;q=0.4", JSON),
        ("application/json;q=0, application/ld+json;q=0.001", LD),
        ("*/*;q=0.1, application/json;q=0", LD),
        ("application/JSON;charset=utf-8;q=1.0", JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/webp", XML),
        ("nonsense, application/xml", XML),
        ("application/json;q=banana", JSON),
    ],
)
def test_the_form_that_is_wanted_most(farm: Sender, accept: str | None, expected: str) -> None:
    answer = farm.get("/events", **({"Accept": accept} if accept else {}))
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == f"{expected}; charset=utf-8"
    if "xml" in expected:
        assert len(xml(answer).findall(".//EventList/*")) == 4
    else:
        assert len(listed(answer)) == 4
    assert "Accept" in answer["Vary"]


@pytest.mark.parametrize(
    "accept", ["text/html", "image/*", "application/json;q=0", "*/*;q=0", "application/problem+json"]
)
@pytest.mark.parametrize("path", ["/events", "/", "/bizSteps", "/eventTypes/ObjectEvent"])
def test_what_nobody_can_answer_is_refused_in_words(farm: Sender, accept: str, path: str) -> None:
    body = check_problem(farm.get(path, Accept=accept), 406, "NotAcceptableException")
    assert "application/json" in body["detail"]


def test_nothing_is_stored_for_who_accepts_no_answer(farm: Sender) -> None:
    answer = farm.post("/events", b"{}", Accept="text/html")
    check_problem(answer, 406, "NotAcceptableException")


@pytest.mark.parametrize(
    ("headers", "version", "media"),
    [
        ({}, "2.0.0", JSON),
        ({"GS1-EPCIS-Min": "1.0.0", "GS1-EPCIS-Max": "2.0.0"}, "2.0.0", JSON),
        ({"GS1-EPCIS-Max": "1.2"}, "1.2.0", XML),
        ({"GS1-EPCIS-Max": "1.2.0", "Accept": "text/xml"}, "1.2.0", "text/xml"),
        ({"GS1-EPCIS-Max": "1.9"}, "1.2.0", XML),
        ({"GS1-EPCIS-Min": "2.0.1"}, "2.0.0", JSON),
        ({"GS1-EPCIS-Min": "1.2", "GS1-EPCIS-Max": "2", "Accept": XML}, "2.0.0", XML),
        ({"GS1-EPCIS-Version": "1.2.0"}, "1.2.0", XML),
        ({"GS1-EPCIS-Version": "2.0.0", "Accept": XML}, "2.0.0", XML),
        ({"GS1-CBV-Max": "1.2.0"}, "1.2.0", XML),
        ({"GS1-EPCIS-Version": "2.0.0", "GS1-EPCIS-Max": "1.2.0"}, "1.2.0", XML),
    ],
)
def test_the_version_that_is_in_the_range(farm: Sender, headers: dict[str, str], version: str, media: str) -> None:
    answer = farm.get("/events", **headers)
    assert answer.status_code == 200, answer.content
    assert (answer["GS1-EPCIS-Version"], answer["GS1-CBV-Version"]) == (version, version)
    assert answer["Content-Type"].startswith(media)
    assert (answer["GS1-EPCIS-Min"], answer["GS1-EPCIS-Max"]) == ("1.2.0", "2.0.0")
    if "xml" in media:
        assert xml(answer).get("schemaVersion") == version[:3]


@pytest.mark.parametrize(
    "headers",
    [
        {"GS1-EPCIS-Min": "2.1"},
        {"GS1-EPCIS-Max": "1.1"},
        {"GS1-EPCIS-Min": "1.3", "GS1-EPCIS-Max": "1.9"},
        {"GS1-CBV-Min": "3"},
        {"GS1-EPCIS-Max": "1.2", "GS1-CBV-Min": "2.0"},
        {"GS1-EPCIS-Max": "1.2", "Accept": JSON},
        {"GS1-EPCIS-Version": "3.0.0"},
    ],
)
def test_a_range_that_cannot_be_met_is_not_acceptable(farm: Sender, headers: dict[str, str]) -> None:
    check_problem(farm.get("/events", **headers), 406, "NotAcceptableException")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("GS1-EPCIS-Min", "two"),
        ("GS1-EPCIS-Max", "2.0.0-beta"),
        ("GS1-EPCIS-Version", "-1"),
        ("GS1-CBV-Max", "1..2"),
        ("GS1-EPC-Format", "Always_URL"),
        ("GS1-CBV-XML-Format", "Always_GS1_Digital_Link"),
        ("GS1-Extensions", "ex"),
        ("GS1-Extensions", "ex=not a uri"),
        ("GS1-Extensions", "1x=http://ns.example.com/"),
        ("GS1-Extensions", "ex=http://a.example/,ex=http://b.example/"),
    ],
)
@pytest.mark.parametrize("path", ["/events", "/", "/capture", "/epcs"])
def test_a_header_that_says_nothing_is_named(farm: Sender, header: str, value: str, path: str) -> None:
    body = check_problem(farm.get(path, **{header: value}), 400, "ValidationException")
    assert body["errors"][0]["path"] == header
    assert header in body["detail"]
    assert header in body["detail_vi"]


def test_a_range_upside_down_is_named(farm: Sender) -> None:
    answer = farm.get("/events", **{"GS1-EPCIS-Min": "2.0", "GS1-EPCIS-Max": "1.2"})
    assert check_problem(answer, 400, "ValidationException")["errors"][0]["path"] == "GS1-EPCIS-Min"


LINK = f"https://id.gs1.org/01/{GTIN}/21/77"
PREFIXED = "urn:epc:id:sgtin:8935000."


def epcs(answer: Any) -> list[str]:
    return [epc for event in listed(answer) for epc in event.get("epcList", ())]


@pytest.mark.parametrize(
    ("value", "said", "urn", "link"),
    [
        (None, "Always_GS1_Digital_Link", 0, 3),
        ("No_Preference", "Always_GS1_Digital_Link", 0, 3),
        ("Always_GS1_Digital_Link", "Always_GS1_Digital_Link", 0, 3),
        ("always_gs1_digital_link", "Always_GS1_Digital_Link", 0, 3),
        ("Always_EPC_URN", "Always_EPC_URN", 3, 0),
        ("Never_Translates", "Never_Translates", 1, 2),
    ],
)
def test_identifiers_as_the_asker_wants_them(farm: Sender, value: str | None, said: str, urn: int, link: int) -> None:
    answer = farm.get("/events", **({"GS1-EPC-Format": value} if value else {}))
    assert answer["GS1-EPC-Format"] == said
    found = epcs(answer)
    assert (sum(e.startswith(PREFIXED) for e in found), sum(e.startswith("https://") for e in found)) == (urn, link)
    assert (URN_PACK in found) is bool(urn)
    assert (LINK in found) is (not urn)


def test_places_and_lots_are_translated_too(farm: Sender) -> None:
    events = listed(farm.get("/events", **{"GS1-EPC-Format": "Always_EPC_URN"}))
    [place] = [event["readPoint"]["id"] for event in events if "readPoint" in event]
    [kind] = [event["quantityList"][0]["epcClass"] for event in events if "quantityList" in event]
    assert place.startswith("urn:epc:id:sgln:8935000.")
    assert kind == f"urn:epc:class:lgtin:8935000.{GTIN[0]}{GTIN[8:13]}.L1"


def test_a_company_prefix_nobody_has_told_leaves_links() -> None:
    other = Sender("HTX khác")
    other.post("/capture", b'{"@context":"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld","type":'
        b'"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-03-01T00:00:00Z","epcisBody":{"eventList":['
        b'{"type":"ObjectEvent","action":"OBSERVE","eventTime":"2026-03-01T00:00:00Z","eventTimeZoneOffset":"+07:00",'
        b'"epcList":["' + pack(5).encode() + b'"]}]}}')  # fmt: skip
    assert epcs(other.get("/events", **{"GS1-EPC-Format": "Always_EPC_URN"})) == [pack(5)]
    Organisation.objects.filter(pk=other.organisation.pk).update(company_prefix="8935000")
    assert epcs(other.get("/events", **{"GS1-EPC-Format": "Always_EPC_URN"}))[0].startswith(PREFIXED)


def test_prefixes_are_learned_from_the_whole_ledger_and_stay_known(farm: Sender) -> None:
    wanted = {"GS1-EPC-Format": "Always_EPC_URN"}
    assert epcs(farm.get(f"/events?MATCH_epc={encoded(pack(1))}", **wanted))[0].startswith(PREFIXED)
    assert list(CompanyPrefix.objects.values_list("prefix", flat=True)) == ["8935000"]
    assert learn() == 0  # all of it has been read
    farm.post("/events", bare(seen("urn:epc:id:sgtin:4012345.011111.1", minute=9)))
    other = f"https://id.gs1.org/01/{keyed('0401234522222')}/21/2"
    assert farm.post("/events", bare(seen(other, minute=10))).status_code == 201
    assert learn(limit=1) == 1
    assert set(CompanyPrefix.objects.values_list("prefix", flat=True)) == {"8935000", "4012345"}
    assert "urn:epc:id:sgtin:4012345.022222.2" in epcs(farm.get("/events", **wanted))


def test_a_registered_prefix_counts_more_than_one_in_a_urn(farm: Sender) -> None:
    longer = f"urn:epc:id:sgtin:{GTIN[1:9]}.{GTIN[0]}{GTIN[9:13]}.9"  # eight digits, as somebody has written it
    farm.post("/events", bare(seen(longer, minute=9)))
    Organisation.objects.filter(pk=farm.organisation.pk).update(company_prefix="8935000")
    found = epcs(farm.get(f"/events?MATCH_epc={encoded(pack(1))}", **{"GS1-EPC-Format": "Always_EPC_URN"}))
    assert found[0].startswith(PREFIXED)


def test_1_2_speaks_urns_where_nothing_else_is_wanted(farm: Sender) -> None:
    found = [epc.text for epc in xml(farm.get("/events", **{"GS1-EPCIS-Max": "1.2"})).iter("epc")]
    assert len(found) == 3
    assert all(epc.startswith(PREFIXED) for epc in found)
    wanted = {"GS1-EPCIS-Max": "1.2", "GS1-EPC-Format": "Always_GS1_Digital_Link"}
    assert all(epc.text.startswith("https://") for epc in xml(farm.get("/events", **wanted)).iter("epc"))


@pytest.mark.parametrize(
    ("value", "max_", "expected"),
    [
        (None, "2.0", {"https://ref.gs1.org/cbv/BizStep-shipping", "https://ref.gs1.org/cbv/BizStep-receiving"}),
        (None, "1.2", {"urn:epcglobal:cbv:bizstep:shipping", "urn:epcglobal:cbv:bizstep:receiving"}),
        ("Always_URN", "2.0", {"urn:epcglobal:cbv:bizstep:shipping", "urn:epcglobal:cbv:bizstep:receiving"}),
        ("Always_Web_URI", "1.2", {"https://ref.gs1.org/cbv/BizStep-shipping"}),
        ("Never_Translates", "2.0", {"urn:epcglobal:cbv:bizstep:receiving"}),
    ],
)
def test_words_of_xml(farm: Sender, value: str | None, max_: str, expected: set[str]) -> None:
    headers = {"Accept": XML, "GS1-EPCIS-Max": max_, **({"GS1-CBV-XML-Format": value} if value else {})}
    answer = farm.get("/events", **headers)
    found = {step.text for step in xml(answer).iter("bizStep")}
    assert expected <= found
    assert STEP in found
    assert answer["GS1-CBV-XML-Format"] == (value or "No_Preference")


def test_json_has_bare_words_whatever_was_sent_or_is_asked(farm: Sender) -> None:
    for value in ("Always_URN", "Always_Web_URI", "Never_Translates"):
        events = listed(farm.get("/events", **{"GS1-CBV-XML-Format": value, "GS1-EPC-Format": "Never_Translates"}))
        assert {event["bizStep"] for event in events} == {"shipping", "receiving", STEP, "packing"}


def test_xml_is_valid_and_keeps_extensions(farm: Sender) -> None:
    answer = farm.get("/events", Accept=XML)
    root = xml(answer)
    assert root.findtext(f".//{{{EX}}}note") == "wet"
    assert f"ex={EX}" in answer["GS1-Extensions"].split(",")
    check_valid(root, QUERY_2)


def test_extensions_of_the_events_are_declared(farm: Sender) -> None:
    answer = farm.get("/events")
    assert f"ex={EX}" in answer["GS1-Extensions"].split(",")
    assert {"ex": EX} in answer.json()["@context"]
    assert Sender("HTX khác").get("/events")["GS1-Extensions"] == "lv=https://lienvung.vn/ns/"


def test_a_prefix_of_the_request_is_understood(farm: Sender) -> None:
    for asked, headers in (("EQ_z:note", {"GS1-Extensions": f"z={EX}"}), (f"EQ_{EX}note", {})):
        answer = farm.client.get(
            f"{BASE}/events", {asked: "wet"}, headers={"Authorization": f"Bearer {farm.token}", **headers}
        )
        assert [event["epcList"] for event in listed(answer)] == [[pack(3)]], asked


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [("GS1-EPCIS-Version", "3.0.0", 406), ("GS1-CBV-Version", "2.1", 406), ("GS1-EPCIS-Version", "2.0.1", 201)],
)
def test_the_version_of_what_is_sent(farm: Sender, header: str, value: str, status: int) -> None:
    answer = farm.post("/events", bare(seen(pack(50))), **{header: value})
    assert answer.status_code == status, answer.content


def test_an_event_that_was_stored_comes_back_as_wanted(farm: Sender) -> None:
    sent = seen(URN_PACK.replace("77", "78"), minute=50, bizStep="urn:epcglobal:cbv:bizstep:packing")
    answer = farm.post("/events", bare(sent))
    assert answer.status_code == 201
    body = answer.json()
    assert (body["epcList"], body["bizStep"]) == ([LINK.replace("77", "78")], "packing")
    assert body["eventID"].startswith("ni:///sha-256;")
    assert body["@context"]
    assert listed(farm.get(answer["Location"].removeprefix(BASE)))[0]["eventID"] == body["eventID"]
    as_xml = farm.post("/events", bare({**sent, "eventTime": "2026-03-05T00:00:00Z"}), Accept=XML)
    assert as_xml.status_code == 201
    assert len(xml(as_xml).findall(".//EventList/ObjectEvent")) == 1


def test_an_event_is_captured_as_xml(farm: Sender) -> None:
    sent = (
        b"<?xml version='1.0'?><!-- EPCIS --><ObjectEvent><eventTime>2026-03-06T00:00:00Z</eventTime>"
        b"<eventTimeZoneOffset>+07:00</eventTimeZoneOffset><epcList><epc>" + URN_PACK.encode() + b"</epc></epcList>"
        b"<action>OBSERVE</action></ObjectEvent>"
    )
    answer = farm.post("/events", sent, "application/xml")
    assert answer.status_code == 201, answer.content
    assert answer.json()["epcList"] == [LINK]
    again = farm.post("/events", sent, "text/xml", Accept=XML)
    assert again.status_code == 409
    assert again["Content-Type"].startswith("application/problem+xml")
    assert farm.post("/events", xml_document(farm), XML).status_code == 400  # more than a bare event
    assert farm.post("/events", sent, JSON).status_code == 400  # not what its Content-Type says


def xml_document(farm: Sender) -> bytes:
    """A document with one event, as the server itself writes it."""
    return bytes(farm.get("/events?MATCH_anyEPC=" + encoded(pack(1)), Accept=XML).content)


FULL = (
    "GS1-EPCIS-Version", "GS1-EPCIS-Min", "GS1-EPCIS-Max", "GS1-CBV-Version", "GS1-CBV-Min", "GS1-CBV-Max",
    "GS1-EPC-Format", "GS1-CBV-XML-Format", "GS1-Extensions", "GS1-Vendor-Version",
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("", "GET HEAD OPTIONS"),
        ("/", "GET HEAD OPTIONS"),
        ("/capture", "GET HEAD OPTIONS POST"),
        ("/capture/x", "GET HEAD OPTIONS"),
        ("/events", "GET HEAD OPTIONS POST"),
        ("/events/urn%3Auuid%3Ax", "GET HEAD OPTIONS"),
        *(
            (f"/{kind}{tail}", "GET HEAD OPTIONS")
            for kind in ("eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions")
            for tail in ("", "/x", "/x/events")
        ),
        ("/queries", "GET HEAD OPTIONS POST"),
        ("/queries/x", "DELETE GET HEAD OPTIONS"),
        ("/queries/x/events", "GET HEAD OPTIONS"),
        ("/queries/x/subscriptions", "GET HEAD OPTIONS POST"),
        ("/queries/x/subscriptions/y", "DELETE GET HEAD OPTIONS"),
        ("/nextPageToken/x", "DELETE OPTIONS"),
        ("/trace/x", "GET HEAD OPTIONS"),
        ("/recall-scope/x", "GET HEAD OPTIONS"),
    ],
)
def test_options_tells_all_to_everybody(path: str, allow: str) -> None:
    answer = Sender("HTX").client.options(BASE + path)
    assert answer.status_code == 204
    assert answer.content == b""
    assert sorted(answer["Allow"].split(", ")) == allow.split()
    assert [name for name in FULL if not answer.headers.get(name)] == []
    assert answer.has_header("GS1-EPCIS-Capture-Limit") is (path == "/capture")
    assert answer.has_header("GS1-EPCIS-Capture-File-Size-Limit") is (path == "/capture")
