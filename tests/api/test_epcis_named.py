"""/queries: kept by an organisation under a name, listed to it alone, answered as if asked anew."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.api.test_epcis_capture import BASE, Sender, check_problem
from tests.api.test_epcis_events import listed
from tests.ledger_world import document, pack, seen

from lienvung.exchange import rules
from lienvung.people.actions import add_member, create_account

pytestmark = pytest.mark.django_db
PACKING = {"eventType": ["ObjectEvent"], "EQ_bizStep": ["packing"]}


@pytest.fixture
def farm() -> Sender:
    return Sender("HTX Nho Quan")


def keep(sender: Sender, name: str, query: Any = PACKING, **headers: str) -> Any:
    return sender.post("/queries", json.dumps({"name": name, "query": query}).encode(), **headers)


def delete(sender: Sender, path: str) -> Any:
    return sender.client.delete(BASE + path, headers={"Authorization": f"Bearer {sender.token}"})


def test_a_query_is_kept_read_and_removed(farm: Sender) -> None:
    made = keep(farm, "đóng-gói")
    assert made.status_code == 201, made.content
    path = made["Location"].removeprefix(BASE)
    assert farm.get(path).json() == {"name": "đóng-gói", "query": PACKING}
    assert farm.get("/queries").json() == [{"name": "đóng-gói", "query": PACKING}]
    check_problem(keep(farm, "đóng-gói", {}), 409, "ResourceAlreadyExistsException")
    gone = delete(farm, path)
    assert (gone.status_code, gone.content) == (204, b"")
    check_problem(farm.get(path), 404, "NoSuchNameException")
    check_problem(delete(farm, path), 404, "NoSuchNameException")
    assert farm.get("/queries").json() == []


def test_its_events_come_in_pages_under_its_name(farm: Sender) -> None:
    steps = ["packing", "storing"]
    farm.post("/capture", document(*(seen(pack(n), minute=n, bizStep=steps[n % 2]) for n in range(10))))
    keep(farm, "packing")
    answer = farm.get("/queries/packing/events?perPage=2")
    assert answer.json()["epcisBody"]["queryResults"]["queryName"] == "packing"
    found = listed(answer)
    while answer.has_header("Link"):
        assert "GS1-EPCIS-Version" in answer
        answer = farm.get(answer["Link"].split("<")[1].split(">")[0].split(BASE)[1])
        found += listed(answer)
    assert [event["bizStep"] for event in found] == ["packing"] * 5
    assert len({event["eventID"] for event in found}) == 5


def test_names_belong_to_an_organisation(farm: Sender) -> None:
    other = Sender("Người lạ")
    farm.post("/capture", document(seen(pack(1), bizStep="packing")))
    keep(farm, "q")
    assert other.get("/queries").json() == []
    for path in ("/queries/q", "/queries/q/events", "/queries/q/subscriptions"):
        check_problem(other.get(path), 404, "NoSuchNameException")
    check_problem(delete(other, "/queries/q"), 404, "NoSuchNameException")
    assert keep(other, "q", {}).status_code == 201
    assert listed(other.get("/queries/q/events")) == []
    assert len(listed(farm.get("/queries/q/events"))) == 1
    assert delete(other, "/queries/q").status_code == 204
    assert farm.get("/queries/q").json()["query"] == PACKING


def test_the_list_is_paged(farm: Sender) -> None:
    for n in range(5):
        keep(farm, f"q{n}")
    answer, names = farm.get("/queries?perPage=2"), []
    while True:
        names += [query["name"] for query in answer.json()]
        if not answer.has_header("Link"):
            break
        answer = farm.get(answer["Link"].split("<")[1].split(">")[0].split(BASE)[1])
    assert names == [f"q{n}" for n in range(5)]
    check_problem(farm.get("/queries?nextPageToken=x"), 400, "QueryParameterException")


@pytest.mark.parametrize(
    ("body", "exception", "path"),
    [
        ({"name": "q", "query": {"EQ_bizstep": ["packing"]}}, "QueryValidationException", "/query/EQ_bizstep"),
        ({"name": "q", "query": {"EQ_action": "ADD"}}, "QueryValidationException", "/query/EQ_action"),
        ({"name": "q", "query": []}, None, "/query"),
        ({"name": "q"}, None, "/query"),
        ({"query": {}}, None, "/name"),
        ({"name": 3, "query": {}}, None, "/name"),
        ({"name": "a/b", "query": {}}, None, "/name"),
        ({"name": "..", "query": {}}, None, "/name"),
        ({"name": "", "query": {}}, None, "/name"),
        ({"name": "x" * 101, "query": {}}, None, "/name"),
        ([], None, ""),
    ],
)
def test_a_query_that_cannot_be_answered_is_refused(farm: Sender, body: Any, exception: str | None, path: str) -> None:
    answer = farm.post("/queries", json.dumps(body).encode())
    problem = check_problem(answer, 400, exception or answer.json()["type"].split(":")[1])
    assert problem["errors"][0]["path"] == path
    assert farm.get("/queries").json() == []


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[" * 100_000, b'"x"'])
def test_what_is_no_query_at_all_is_a_problem(farm: Sender, data: bytes) -> None:
    assert farm.post("/queries", data).status_code == 400


def test_the_standards_own_name_is_taken(farm: Sender) -> None:
    check_problem(keep(farm, "SimpleEventQuery"), 409, "ResourceAlreadyExistsException")
    check_problem(farm.get("/queries/SimpleEventQuery"), 404, "NoSuchNameException")


def test_an_organisation_has_so_many_and_no_more(farm: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "QUERIES_MOST", 2)
    assert [keep(farm, f"q{n}").status_code for n in range(3)] == [201, 201, 403]
    assert keep(Sender("Khác"), "q").status_code == 201


def test_further_parameters_and_sockets_are_refused_in_words(farm: Sender) -> None:
    keep(farm, "q")
    check_problem(farm.get("/queries/q/events?EQ_action=ADD"), 400, "QueryParameterException")
    check_problem(farm.get("/queries/q/events?stream=true"), 400, "SubscriptionControlsException")
    body = check_problem(
        farm.get("/queries/q/events?stream=true", Upgrade="websocket", Connection="Upgrade"),
        501,
        "ImplementationException",
    )
    assert "--asgi" in body["detail"]


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/queries", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/queries/q", {"GET", "HEAD", "OPTIONS", "DELETE"}),
        ("/queries/q/events", {"GET", "HEAD", "OPTIONS"}),
        ("/queries/q/subscriptions", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/queries/q/subscriptions/x", {"GET", "HEAD", "OPTIONS", "DELETE"}),
    ],
)
def test_options_tell_what_can_be_done(farm: Sender, path: str, allow: set[str]) -> None:
    answer = farm.client.options(BASE + path)
    assert answer.status_code == 204
    assert {word.strip() for word in answer["Allow"].split(",")} == allow
    assert answer["GS1-EPCIS-Version"].startswith("2.0")


def test_prefixes_of_an_extension_are_kept_with_the_query(farm: Sender) -> None:
    made = seen(pack(1), **{"ex:grade": "A"})
    other = seen(pack(2), minute=1, **{"ex:grade": "B"})
    contexts = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://ex.example/ns/"}]
    farm.post("/capture", document(made, other, context=contexts))
    keep(farm, "grade", {"EQ_my:grade": ["A"]}, **{"GS1-Extensions": "my=https://ex.example/ns/"})
    [found] = listed(farm.get("/queries/grade/events"))
    assert found["epcList"] == [pack(1)]


def test_a_person_of_two_organisations_uses_a_token(farm: Sender) -> None:
    account = create_account(by=None, email="a@b.vn", full_name="A", password=None)
    add_member(by=None, account=account, organisation=farm.organisation, role="manager")
    client = farm.client
    client.force_login(account)
    assert client.get(BASE + "/queries").json() == []
    add_member(by=None, account=account, organisation=Sender("Hai").organisation, role="manager")
    answer = client.post(BASE + "/queries", json.dumps({"name": "q", "query": {}}), content_type="application/json")
    assert answer.status_code == 403
