"""GET /events, /events/{id}, /epcs/{epc}/events: parameters from the address, pages, and who sees what."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from tests.api.test_epcis_capture import BASE, Sender, bare, check_problem
from tests.ledger_world import CONTEXT, FARM, GTIN, MILL, document, event, lot, pack, seen

from lienvung.catalogue.actions import register_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Sender:
    return Sender("Sở Nông nghiệp", kind="authority")


@pytest.fixture
def farm() -> Sender:
    return Sender("HTX Nho Quan")


def listed(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["type"] == "EPCISQueryDocument"
    assert body["schemaVersion"] == "2.0"
    return list(body["epcisBody"]["queryResults"]["resultsBody"]["eventList"])


def test_pages_are_linked_to_the_end(farm: Sender) -> None:
    farm.post("/capture", document(*(seen(pack(n), minute=n, bizStep="storing") for n in range(10))))
    answer = farm.get("/events?EQ_bizStep=storing&orderBy=eventTime&orderDirection=ASC&perPage=4")
    times = [e["eventTime"] for e in listed(answer)]
    farm.post("/capture", document(*(seen(pack(n), minute=n) for n in range(50, 60))))
    while answer.has_header("Link"):
        address, rel = answer["Link"].split(";")
        assert rel.strip() == 'rel="next"'
        answer = farm.get(address.strip("<>").split(BASE)[1])
        times += [e["eventTime"] for e in listed(answer)]
    assert len(times) == 10
    assert times == sorted(times)


def test_thirty_a_page_unless_asked(farm: Sender) -> None:
    farm.post("/capture", document(*(seen(pack(n), minute=n) for n in range(40))))
    assert len(listed(farm.get("/events"))) == 30
    check_problem(farm.get("/events?perPage=0"), 400, "QueryParameterException")
    check_problem(farm.get("/events?perPage=many"), 400, "QueryParameterException")


def test_a_list_is_divided_by_commas_a_uri_is_not(farm: Sender) -> None:
    with_comma = pack("A%2CB")
    farm.post("/capture", document(seen(with_comma, bizStep="storing"), seen(pack(2), bizStep="shipping", minute=1)))
    assert len(listed(farm.get("/events?EQ_bizStep=storing,shipping"))) == 2
    assert len(listed(farm.get("/events?EQ_bizStep=storing%2Cshipping"))) == 2
    assert len(listed(farm.get("/events?MATCH_epc=" + quote(with_comma, safe="")))) == 1
    both = ",".join(quote(uri, safe="") for uri in (with_comma, pack(2)))
    assert len(listed(farm.get("/events?MATCH_epc=" + both))) == 2


def test_faults_of_a_query_are_named(farm: Sender) -> None:
    body = check_problem(farm.get("/events?EQ_bizstep=storing"), 400, "QueryParameterException")
    assert body["errors"][0]["path"] == "EQ_bizstep"
    check_problem(farm.get("/events?nextPageToken=bad"), 400, "QueryParameterException")
    check_problem(farm.get("/events?MATCH_epc=a%00b"), 400, "QueryParameterException")
    farm.post("/capture", document(seen(pack(1)), seen(pack(2))))
    check_problem(farm.get("/events?maxEventCount=1"), 413, "QueryTooLargeException")


@pytest.mark.parametrize(
    "asked",
    [
        lot("L1"),
        f"urn:epc:class:lgtin:8935000.{GTIN[0]}{GTIN[8:13]}.L1",
        f"https://scan.example.vn/01/{GTIN}/10/L1",
        f"(01){GTIN}(10)L1",
    ],
)
def test_events_of_a_thing_by_any_form(farm: Sender, asked: str) -> None:
    farm.post("/capture", document(event(quantityList=[{"epcClass": lot("L1"), "quantity": 1}]), seen(pack(1))))
    assert len(listed(farm.get(f"/epcs/{quote(asked, safe='')}/events"))) == 1
    assert listed(farm.get(f"/epcs/{quote(asked, safe='')}/events?EQ_action=ADD")) == []


def test_an_unknown_event_is_not_found(farm: Sender) -> None:
    check_problem(farm.get("/events/" + quote("urn:uuid:no", safe="")), 404, "NoSuchResourceException")


def test_events_carry_id_and_record_time(farm: Sender) -> None:
    farm.post("/capture", document(seen(pack(1))))
    [found] = listed(farm.get("/events"))
    assert found["eventID"].startswith("ni:///sha-256;")
    assert found["recordTime"].endswith("Z")
    [same] = listed(farm.get("/events/" + quote(found["eventID"], safe="")))
    assert same == found
    assert listed(farm.get("/events?EQ_eventID=" + quote(found["eventID"], safe=""))) == [found]


def test_who_sees_what(farm: Sender, office: Sender) -> None:
    mill = Sender("Nhà máy Yên Khánh", kind="processor")
    register_place(by=None, owner=mill.organisation, gln=MILL.rsplit("/", 1)[1], name="Xưởng xay", kind="mill")
    farm.post("/capture", document(seen(pack(1), bizLocation=FARM), seen(pack(2), bizLocation=MILL, minute=1)))
    mill.post("/capture", document(seen(pack(3), readPoint=FARM, minute=2)))
    stranger = Sender("Người lạ")

    def sees(who: Sender) -> list[str]:
        return sorted(e["epcList"][0][-1] for e in listed(who.get("/events")))

    assert sees(office) == ["1", "2", "3"]
    assert sees(farm) == ["1", "2"]
    assert sees(mill) == ["2", "3"]
    assert sees(stranger) == []
    [hidden] = [e for e in listed(office.get("/events")) if e["epcList"][0].endswith("1")]
    path = "/events/" + quote(hidden["eventID"], safe="")
    assert farm.get(path).status_code == 200
    check_problem(mill.get(path), 404, "NoSuchResourceException")
    for path in (f"/epcs/{quote(pack(1), safe='')}/events", f"/epcs/{quote(pack(1), safe='')}"):
        check_problem(stranger.get(path), 404, "NoSuchResourceException")  # as if it had never been
        assert farm.get(path).status_code == 200


def test_a_token_of_a_page_shows_no_more_to_another(farm: Sender) -> None:
    farm.post("/capture", document(*(seen(pack(n), minute=n) for n in range(5))))
    link = farm.get("/events?perPage=2")["Link"]
    stranger = Sender("Người lạ")
    assert listed(stranger.get(link.split("<")[1].split(">")[0].split(BASE)[1])) == []


def paged(client: Sender, query: str) -> list[str]:
    """The packs of all pages, following the links as they are and, once, with every comma escaped."""
    answer = client.get(f"/events?{query}&perPage=2")
    found = [e["epcList"][0].rsplit("/", 1)[1] for e in listed(answer)]
    while answer.has_header("Link"):
        address = answer["Link"].split(">")[0].strip("<").split(BASE)[1]
        assert listed(client.get(address.replace(",", "%2C"))) == listed(client.get(address))
        answer = client.get(address)
        found += [e["epcList"][0].rsplit("/", 1)[1] for e in listed(answer)]
    assert len(found) == len(set(found))
    return sorted(found)


URN = "urn:epc:id:sgln:8935000.0000{}.0".format
COMMON = "https://ex.example/steps/drying"


@pytest.mark.parametrize(
    "query",
    [
        "EQ_bizStep=packing,shipping",
        "EQ_bizStep=packing%2Cshipping",
        "EQ_bizStep=packing&EQ_bizStep=shipping",
        "EQ_bizStep=shipping,packing,packing",
        "EQ_bizStep=packing,shipping&eventType=ObjectEvent",
        f"EQ_readPoint={FARM},{MILL}",
        f"EQ_readPoint={quote(FARM, safe='')},{quote(MILL, safe='')}",
        f"EQ_readPoint={quote(FARM + ',' + MILL, safe='')}",
        f"EQ_readPoint={FARM}&EQ_readPoint={MILL}",
        f"EQ_readPoint={URN(1)}%2C{URN(2)}",
        f"EQ_readPoint={URN(1)},{URN(2)}",
        "MATCH_epc=" + ",".join(pack(n) for n in range(6)),
        "MATCH_epc=" + "%2C".join(quote(pack(n), safe="") for n in range(6)),
        "&".join("MATCH_epc=" + quote(pack(n), safe="") for n in range(6)),
    ],
)
def test_lists_keep_their_meaning_over_pages(farm: Sender, query: str) -> None:
    steps, places = ["packing", "shipping", COMMON], [FARM, MILL, f"{FARM}/254/9"]
    farm.post(
        "/capture",
        document(*(seen(pack(n), minute=n, bizStep=steps[n // 3], readPoint=places[n // 3]) for n in range(9))),
    )
    assert paged(farm, query) == [str(n) for n in range(6)]
    assert paged(farm, f"EQ_bizStep={COMMON}%2Cpacking") == ["0", "1", "2", "6", "7", "8"]


def test_a_comma_in_a_serial_is_no_end_of_a_value(farm: Sender) -> None:
    serial = f"urn:epc:id:sgtin:8935000.{GTIN[0]}{GTIN[8:13]}.A,B"
    farm.post("/capture", document(seen(serial), seen(pack("A"), minute=1)))
    assert len(listed(farm.get("/events?MATCH_epc=" + quote(serial, safe="")))) == 1
    assert len(listed(farm.get("/events?MATCH_epc=" + quote(f"{serial},{pack('A')}", safe="")))) == 2


def test_who_sends_an_event_again_sees_it(farm: Sender) -> None:
    other, stranger = Sender("Nhà máy"), Sender("Người lạ")
    first, second = ("urn:uuid:11111111-1111-4111-8111-11111111111" + digit for digit in "12")
    made = seen(pack(1))
    farm.post("/events", bare({**made, "eventID": first}))
    answer = other.post("/events", bare({**made, "eventID": second}))
    body = check_problem(answer, 409, "ResourceAlreadyExistsException")
    assert "ni:///sha-256;" in body["detail"]
    [found] = listed(other.get(answer["Location"].removeprefix(BASE)))
    assert found["eventID"] == first
    assert len(listed(other.get("/events"))) == 1
    assert listed(stranger.get("/events")) == []
    assert stranger.get(answer["Location"].removeprefix(BASE)).status_code == 404


def test_a_second_event_id_of_the_same_sender_finds_the_event(farm: Sender) -> None:
    ids = ["urn:uuid:11111111-1111-4111-8111-11111111111" + digit for digit in "123"]
    farm.post("/capture", document(seen(pack(1), eventID=ids[0]), seen(pack(2), minute=1, eventID=ids[2])))
    for own_id in ids[1:]:  # the last one stands for another event and stays so
        assert farm.post("/capture", document(seen(pack(1), eventID=own_id))).status_code == 202
    found = [listed(farm.get("/events/" + quote(own_id, safe="")))[0]["epcList"] for own_id in ids]
    assert found == [[pack(1)], [pack(1)], [pack(2)]]
    assert len(listed(farm.get("/events?EQ_eventID=" + quote(ids[1], safe="")))) == 1


@pytest.mark.parametrize("path", ["", "/", "/capture", "/events", "/events?perPage=1", "/bizSteps/packing/events"])
def test_head_is_get_without_a_body(farm: Sender, path: str) -> None:
    farm.post("/capture", document(seen(pack(1)), seen(pack(2), minute=1)))
    answer, told = farm.get(path), farm.client.head(BASE + path, headers={"Authorization": f"Bearer {farm.token}"})
    assert (told.status_code, told.content) == (answer.status_code, b"") == (200, b"")
    assert set(told.headers) == set(answer.headers)
    assert farm.client.head(BASE + path).status_code == 401


@pytest.mark.parametrize("path", ["/query", "/events/", "/vocabularies/x", "/epcs/"])
def test_an_address_that_is_not_there_is_a_problem(farm: Sender, path: str) -> None:
    for answer in (farm.get(path), farm.post(path, b"{}")):
        body = check_problem(answer, 404, "NoSuchResourceException")
        assert path in body["detail"]


def test_only_existing_declarations_of_error_can_be_asked_for(farm: Sender) -> None:
    farm.post("/capture", document(seen(pack(1))))
    assert listed(farm.get("/events?EXISTS_errorDeclaration=true")) == []
    assert listed(farm.get("/events?EXISTS_errorDeclaration")) == []
    for value in ("x", "2"):
        body = check_problem(farm.get(f"/events?EXISTS_errorDeclaration={value}"), 400, "QueryParameterException")
        assert body["errors"][0]["path"] == "EXISTS_errorDeclaration"


ANONYMOUS = "/queries/SimpleEventQuery/events"


def test_a_posted_query_pages_like_any(farm: Sender) -> None:
    farm.post("/capture", document(*(seen(pack(n), minute=n, bizStep="storing") for n in range(9))))
    query = json.dumps({"EQ_bizStep": ["storing"], "orderBy": "eventTime", "orderDirection": "ASC"}).encode()
    answer = farm.post(f"{ANONYMOUS}?perPage=4", query)
    found = listed(answer)
    farm.post("/capture", document(*(seen(pack(n), minute=n, bizStep="storing") for n in range(20, 25))))
    while answer.has_header("Link"):
        link = answer["Link"].split(">")[0].split(BASE)[1]
        assert link.startswith(ANONYMOUS)
        check_problem(farm.post(link, b'{"EQ_bizStep": ["packing"]}'), 400, "QueryParameterException")
        answer = farm.post(link, query)
        found += listed(answer)
    assert [one["epcList"][0] for one in found] == [pack(n) for n in range(9)]
    wrapped = b'{"query": ' + query + b"}"
    assert len(listed(farm.post(ANONYMOUS, wrapped))) == 14
    assert len(listed(farm.get(f"{ANONYMOUS}?EQ_bizStep=storing"))) == 14


def test_a_posted_query_may_be_longer_than_any_address(farm: Sender) -> None:
    farm.post("/capture", document(seen(pack(1)), seen(pack(2), minute=1)))
    names = [pack(n) for n in range(2, 1_000)]
    assert sum(map(len, names)) > 2 * 16_384
    [found] = listed(farm.post(ANONYMOUS, json.dumps({"MATCH_epc": names}).encode()))
    assert found["epcList"] == [pack(2)]
    assert listed(Sender("Người lạ").post(ANONYMOUS, b"{}")) == []


@pytest.mark.parametrize(
    ("body", "exception", "place"),
    [
        (b'{"EQ_bizstep": ["storing"]}', "QueryValidationException", "/EQ_bizstep"),
        (b'{"query": {"GE_eventTime": 7}}', "QueryValidationException", "/query/GE_eventTime"),
        (b"[]", "ValidationException", ""),
        (b"{", "ValidationException", ""),
        (b'{"eventCountLimit": 3}', "QueryParameterException", "eventCountLimit"),
    ],
)
def test_faults_of_a_posted_query_are_named(farm: Sender, body: bytes, exception: str, place: str) -> None:
    assert check_problem(farm.post(ANONYMOUS, body), 400, exception)["errors"][0]["path"] == place
    check_problem(farm.post(f"{ANONYMOUS}?EQ_bizStep=storing", b"{}"), 400, "QueryParameterException")
    check_problem(farm.post(ANONYMOUS, b"<a/>", "application/xml"), 415, "UnsupportedMediaTypeException")


def test_an_escaped_comma_belongs_to_a_text(farm: Sender) -> None:
    context = [*CONTEXT, {"ex": "https://ns.example.vn/comma#"}]
    noted = [("a, b", 1), ("a", 2), (" b", 3)]
    farm.post(
        "/capture",
        document(*(seen(pack(n), minute=n, **{"ex:note": text}) for text, n in noted), context=context),
    )
    name = "EQ_" + quote("https://ns.example.vn/comma#note", safe="")
    assert [e["ex:note"] for e in listed(farm.get(f"/events?{name}=a%2C%20b"))] == ["a, b"]
    assert len(listed(farm.get(f"/events?{name}=a,%20b"))) == 2


def test_the_limits_of_a_query_are_told(farm: Sender) -> None:
    farm.post("/capture", document(seen(pack("A%2AB")), seen(pack("AxB"), minute=1)))
    asked = {"query": {"MATCH_anyEPC": [f"https://id.gs1.org/0*{n}*" for n in range(51)]}}
    body = check_problem(
        farm.post("/queries/SimpleEventQuery/events", json.dumps(asked).encode()), 413, "QueryTooComplexException"
    )
    assert "50" in body["detail"]
    check_problem(farm.get("/events?MATCH_epc=urn:epc:id:*"), 400, "QueryParameterException")
    assert len(listed(farm.get("/events?MATCH_epc=" + quote(pack("A*B"), safe="")))) == 2
    assert len(listed(farm.get(f"/epcs/{quote(pack('A*B'), safe='')}/events"))) == 1
    for name in ("eventCountLimit", "maxEventCount"):
        check_problem(farm.get(f"/events?orderBy=eventTime&{name}=0"), 400, "QueryParameterException")
