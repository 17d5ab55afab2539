"""The client against a Lienvung server that really runs: capture, queries, what stands beside the standard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.ledger_world import FARM, MILL, document, event, pack, seen
from tests.running import Running, running_server

from lienvung.client import CaptureFailed, Client, EpcisClient, Form, Missing, NotAuthenticated, Refused, Taken


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_server(tmp_path_factory.mktemp("installation")) as running:
        yield running


@pytest.fixture
def client(server: Running) -> Iterator[Client]:
    with Client(server.origin, server.token) as made:
        yield made


def test_capture_tells_what_became_of_it(client: Client) -> None:
    sent = document(seen(pack("c1")), seen(pack("c2")))
    job = client.capture(sent, wait=True).checked()
    assert (job.running, job.success, job.new_events, job.known_events) == (False, True, 2, 0)
    assert job.finished_at is not None
    assert job.finished_at.utcoffset() is not None
    assert client.job(job.id) == client.job(job) == client.wait(job)
    again = client.capture([seen(pack("c1")), seen(pack("c2"))], idempotency_key="c-1", wait=True)
    assert (again.new_events, again.known_events) == (0, 2)
    assert client.capture(sent, idempotency_key="c-2").checked().id != again.id
    known = {found.id for found in client.jobs(per_page=1)}
    assert {job.id, again.id} <= known


def test_a_refused_document_tells_every_fault(client: Client) -> None:
    with pytest.raises(Refused) as caught:
        client.capture([seen(pack("d1")), event(action="SHIP", epcList=[pack("d2")]), {"type": "ObjectEvent"}])
    assert (caught.value.status, caught.value.type) == (400, "ValidationException")
    paths = [fault.path for fault in caught.value.faults]
    assert paths[0] == "/epcisBody/eventList/1/action"
    assert "/epcisBody/eventList/2/eventTime" in paths
    assert "/epcisBody/eventList/1/action" in str(caught.value)
    assert list(client.events(MATCH_anyEPC=pack("d1"))) == []


def test_events_page_by_page(client: Client) -> None:
    client.capture([seen(pack(f"e{n}"), minute=n, bizStep="packing") for n in range(7)], wait=True).checked()
    wanted = [pack(f"e{n}") for n in range(7)]
    found = list(client.events(MATCH_epc=wanted, orderBy="eventTime", orderDirection="ASC", per_page=2))
    assert [one["epcList"] for one in found] == [[uri] for uri in wanted]
    assert len(list(client.events(MATCH_epc=wanted, per_page=2, limit=3))) == 3
    pages = list(client.pages({"MATCH_epc": wanted}, per_page=3))
    assert [len(page.events) for page in pages] == [3, 3, 1]
    assert pages[0].context
    since = datetime(2026, 2, 28, 17, 3, tzinfo=UTC)  # 00:03 in Vietnam: the minute of e3
    assert len(list(client.events({"MATCH_epc": wanted}, GE_eventTime=since, EQ_action="OBSERVE"))) == 4
    with pytest.raises(Refused) as caught:
        list(client.events(EQ_nothing="x"))
    assert caught.value.type == "QueryParameterException"


def test_one_event(client: Client) -> None:
    given = client.capture_event(seen(pack("f1"), eventID="urn:uuid:0e1d0bd2-7f0e-4b0e-9d6f-000000000001"))
    assert given == "urn:uuid:0e1d0bd2-7f0e-4b0e-9d6f-000000000001"
    assert client.event(given)["epcList"] == [pack("f1")]
    made = client.capture_event(seen(pack("f2")))
    assert made.startswith("ni:///sha-256;")
    assert client.event(made)["epcList"] == [pack("f2")]
    with pytest.raises(Taken):
        client.capture_event(seen(pack("f3"), eventID=given))
    with pytest.raises(Missing) as caught:
        client.event("urn:uuid:0e1d0bd2-7f0e-4b0e-9d6f-00000000ffff")
    assert caught.value.type == "NoSuchResourceException"


def test_extensions_go_with_their_namespace(client: Client) -> None:
    given = client.capture_event(
        seen(pack("g1"), **{"farm:moisture": "13.5"}), extensions={"farm": "https://farm.example/voc/"}
    )
    (page,) = client.pages(EQ_eventID=given)
    assert page.events[0]["farm:moisture"] == "13.5"
    assert {"farm": "https://farm.example/voc/"} in page.context


def test_who_asks(server: Running) -> None:
    with pytest.raises(NotAuthenticated):
        list(EpcisClient(server.binding, "lv_wrong").events())
    with pytest.raises(NotAuthenticated):
        list(EpcisClient(server.binding).jobs())
    own = Client(server.origin, server.token).capture([seen(pack("h1"))], wait=True)
    with pytest.raises(Missing):
        Client(server.origin, server.stranger).job(own)


def test_a_failed_job_can_be_raised(client: Client) -> None:
    taken = "urn:uuid:0e1d0bd2-7f0e-4b0e-9d6f-000000000002"
    client.capture_event(seen(pack("i1"), eventID=taken))
    job = client.capture([seen(pack("i2"), eventID=taken)], wait=True)
    assert not job.success
    with pytest.raises(CaptureFailed) as caught:
        job.checked()
    assert caught.value.job is job


def test_what_the_server_can_do(client: Client) -> None:
    told = client.abilities()
    assert {"GET", "POST", "OPTIONS"} <= set(told.methods)
    assert told.epcis_version.startswith("2.0")
    assert told.event_limit
    assert told.byte_limit


def test_places_of_the_client_are_open_to_readers(server: Running) -> None:
    """`EpcisClient` needs nothing but the root of a binding."""
    with EpcisClient(server.binding, server.token) as plain:
        plain.capture([seen(pack("j1"), readPoint=FARM)], wait=True).checked()
        assert [one["epcList"] for one in plain.events(EQ_readPoint=FARM)] == [[pack("j1")]]


def test_what_occurs_and_the_events_of_one_value(client: Client) -> None:
    client.capture([seen(pack("k1"), bizStep="holding", disposition="recalled", readPoint=MILL)], wait=True).checked()
    assert "ObjectEvent" in list(client.collection("eventTypes"))
    assert "holding" in list(client.collection("bizSteps", per_page=1))
    assert "recalled" in list(client.collection("dispositions"))
    assert pack("k1") in list(client.collection("epcs", per_page=2))
    assert MILL in list(client.collection("readPoints"))
    (found,) = client.events_of("epcs", pack("k1"))
    assert found["bizStep"] == "holding"
    assert [one["epcList"] for one in client.events_of("dispositions", "recalled", EQ_bizStep="holding")] == [
        [pack("k1")]
    ]


def test_named_queries(client: Client) -> None:
    client.capture([seen(pack(f"l{n}"), bizStep="storing") for n in range(3)], wait=True).checked()
    name = client.create_query("kho:lanh~2", EQ_bizStep=["storing"], GE_eventTime=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(Taken):
        client.create_query(name, EQ_bizStep=["storing"])
    assert name in [query["name"] for query in client.queries()]
    assert client.query(name)["query"]["EQ_bizStep"] == ["storing"]
    assert len(list(client.query_events(name, per_page=2))) == 3
    client.delete_query(name)
    with pytest.raises(Missing):
        client.query(name)
    with pytest.raises(Refused) as caught:
        client.create_query("sai", {"EQ_nothing": ["x"]})
    assert caught.value.status == 400


def test_a_question_that_no_address_can_hold(client: Client) -> None:
    wanted = [pack(f"o{n}") for n in range(500)]
    client.capture([seen(uri, minute=n) for n, uri in enumerate(wanted[:5])], wait=True).checked()
    found = client.search({"MATCH_epc": wanted}, per_page=2, orderBy="eventTime", orderDirection="ASC")
    assert [one["epcList"] for one in found] == [[uri] for uri in wanted[:5]]


def test_subscriptions(client: Client) -> None:
    client.create_query("moi", EQ_action=["ADD"])
    with pytest.raises(Refused) as caught:
        client.subscribe("moi", "http://127.0.0.1:9/", signature_token="k")
    assert caught.value.status == 400, "no deliveries to private addresses"
    assert list(client.subscriptions("moi")) == []
    made = client.subscribe(
        "moi", "https://93.184.216.34/events", signature_token="k", schedule={"hour": "1", "minute": "5"}
    )
    assert client.subscription("moi", made.id).dest == "https://93.184.216.34/events"
    assert [one.id for one in client.subscriptions("moi")] == [made.id]
    assert "signatureToken" not in client.subscription("moi", made.id).body
    client.unsubscribe("moi", made.id)
    with pytest.raises(Missing):
        client.subscription("moi", made.id)
    client.delete_query("moi")


def test_other_formats(client: Client) -> None:
    urn = "urn:epc:id:sgtin:8935000.000001.m1"
    client.capture([seen(urn)], wait=True).checked()
    assert [one["epcList"] for one in client.events(MATCH_epc=urn)] == [[pack("m1")]]
    kept = client.events(MATCH_epc=urn, form=Form(epcs="Never_Translates"))
    assert [one["epcList"] for one in kept] == [[urn]]
    (page,) = client.xml_pages(MATCH_epc=urn, form=Form(version="1.2"))
    assert b"urn:epcglobal:epcis-query:xsd:1" in page
    assert urn.encode() in page
    event_id = next(client.events(MATCH_epc=urn))["eventID"]
    sent_again = client.capture(client.event_xml(event_id), wait=True).checked()
    assert (sent_again.new_events, sent_again.known_events) == (0, 1), "XML of an event is the same event"


def test_faults_in_xml_have_their_xpath(client: Client) -> None:
    (page,) = client.xml_pages(limit_to(client))
    with pytest.raises(Refused) as caught:
        client.capture(page.replace(b"OBSERVE", b"SHIP"))
    assert caught.value.faults[0].path.startswith("/epcisq:EPCISQueryDocument/")
    assert caught.value.faults[0].path.endswith("/ObjectEvent[1]/action")


def limit_to(client: Client) -> dict[str, str]:
    client.capture([seen(pack("n1"), bizStep="loading")], wait=True).checked()
    return {"MATCH_epc": pack("n1")}


def test_trace_recall_scope_and_resolver(client: Client, server: Running) -> None:
    lot = server.known["lot"]
    back = list(client.trace(lot, direction="back", per_page=3))
    assert {"TransformationEvent", "ObjectEvent"} <= {event["type"] for event in back}
    both = list(client.trace(lot))
    assert len(both) > len(back)
    assert list(client.recall_scope(lot))
    graph = client.trace_graph(lot, direction="forward", limit=50)
    assert graph["things"]
    assert client.recall_scope_graph(lot)["lots"] == 1
    with pytest.raises(Refused):
        list(Client(server.origin, server.stranger).recall_scope(pack("unknown")))
    where = client.resolve(lot)
    assert where.status == 307
    assert where.target is not None
    assert where.target.startswith(f"{server.origin}/p/")
    links = client.linkset(lot)
    assert links.default is not None
    assert links.of_type("pip")
    journey = client.resolve(lot, link_type="gs1:traceability").target
    assert journey is not None
    assert journey.startswith(links.of_type("traceability")[0].target)
    with pytest.raises(Missing):
        client.resolve(lot, link_type="gs1:recipeInfo")
