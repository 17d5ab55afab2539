"""GET /trace/{id} and /recall-scope/{id}: exactly the events that a trace rests on, for who may see them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.epcis_answers import check_valid, encoded, listed, xml
from tests.api.test_epcis_capture import BASE, Sender, check_problem
from tests.ledger_world import FARM, GTIN, MILL, OTHER_GTIN, at, case, document, event, lot, pack, packed, seen

from lienvung.catalogue.actions import register_place, register_product
from lienvung.epcis.times import parse_time
from lienvung.exchange import trace_api
from lienvung.ledger import trace_events
from lienvung.people.actions import issue_token
from lienvung.people.models import Organisation

pytestmark = pytest.mark.django_db
GRAPH = "application/vnd.lienvung.trace+json"
PADDY, RICE_1, RICE_2, CASE, OTHER_CASE = lot("L1"), pack(7, OTHER_GTIN), pack(8, OTHER_GTIN), case(1), case(2)


def story() -> list[dict[str, Any]]:
    """Minute by minute; what is not about the paddy and its two packs is marked."""
    amount = [{"epcClass": PADDY, "quantity": 10}]
    return [
        seen(pack(1), minute=0),  # another thing
        event(minute=1, quantityList=amount, action="ADD", bizStep="commissioning", readPoint=FARM),
        event("TransformationEvent", minute=3, inputQuantityList=amount, outputEPCList=[pack(99)]),  # another use
        event("TransformationEvent", minute=5, inputQuantityList=amount, outputEPCList=[RICE_1, RICE_2]),
        packed(CASE, RICE_1, minute=6),
        seen(CASE, minute=7, bizStep="shipping", readPoint=MILL),
        packed(CASE, RICE_1, minute=8, action="DELETE"),
        seen(CASE, minute=9, bizStep="shipping"),  # the case, empty
        seen(RICE_2, minute=10, bizStep="retail_selling"),
    ]


@pytest.fixture
def farm() -> Sender:
    made = Sender("HTX Nho Quan")
    answer = made.post("/capture", document(*story()))
    assert answer.status_code == 202, answer.content
    return made


def minutes(answer: Any) -> list[int]:
    start = parse_time(at(0))[0]
    return [(parse_time(one["eventTime"])[0] - start) // 60_000 for one in listed(answer)]


def trace_path(thing: str, query: str = "") -> str:
    return f"/trace/{encoded(thing)}{query}"


@pytest.mark.parametrize(
    ("thing", "direction", "expected"),
    [
        (PADDY, "back", [1]),
        (PADDY, "forward", [1, 3, 5, 6, 7, 8, 10]),
        (PADDY, "both", [1, 3, 5, 6, 7, 8, 10]),
        (RICE_1, "back", [1, 5, 6, 7, 8]),  # not what else was made of the paddy, nor the empty case
        (RICE_1, "forward", [5, 6, 7, 8]),
        (RICE_1, "both", [1, 5, 6, 7, 8]),
        (RICE_2, "both", [1, 5, 10]),
        (pack(99), "back", [1, 3]),
        (pack(1), "both", [0]),
        (CASE, "forward", [6, 7, 8, 9]),
    ],
)
def test_exactly_the_events_that_it_rests_on(farm: Sender, thing: str, direction: str, expected: list[int]) -> None:
    answer = farm.get(trace_path(thing, f"?direction={direction}"))
    assert minutes(answer) == expected
    assert answer.json()["epcisBody"]["queryResults"]["queryName"] == f"trace:{direction}"


def test_both_is_the_default(farm: Sender) -> None:
    assert minutes(farm.get(trace_path(RICE_1))) == minutes(farm.get(trace_path(RICE_1, "?direction=both")))


@pytest.mark.parametrize(
    ("minute", "expected"),
    [(0, 404), (1, [1]), (4, [1, 3]), (5, [1, 3, 5]), (7, [1, 3, 5, 6, 7]), (99, [1, 3, 5, 6, 7, 8, 10])],
)
def test_as_of_a_time(farm: Sender, minute: int, expected: Any) -> None:
    for moment in (at(minute), encoded(at(minute))):  # with a '+' that was not escaped, and with one that was
        answer = farm.get(trace_path(PADDY, f"?at={moment}"))
        if expected == 404:
            assert listed(answer) == []
        else:
            assert minutes(answer) == expected


def test_recall_scope_is_all_that_may_be_affected(farm: Sender) -> None:
    answer = farm.get(f"/recall-scope/{encoded(PADDY)}")
    assert minutes(answer) == [1, 3, 5, 6, 7, 8, 10]
    assert answer.json()["epcisBody"]["queryResults"]["queryName"] == "recall-scope"
    assert minutes(farm.get(f"/recall-scope/{encoded(PADDY)}?since={at(4)}")) == [5, 6, 7, 8, 10]
    assert minutes(farm.get(f"/recall-scope/{encoded(PADDY)}?at={at(5)}")) == [1, 3, 5]


@pytest.mark.parametrize(
    "written",
    [
        PADDY,
        f"https://scan.example.vn/01/{GTIN}/10/L1",
        f"urn:epc:class:lgtin:8935000.{GTIN[0]}{GTIN[8:13]}.L1",
        f"(01){GTIN}(10)L1",
        f"01{GTIN}10L1",
        f"{GTIN[1:]} L1",
        f"/01/{GTIN}/10/L1",
        f"01/{GTIN}/10/L1",
    ],
)
def test_an_identifier_in_every_form(farm: Sender, written: str) -> None:
    for path in (f"/trace/{encoded(written)}", f"/recall-scope/{encoded(written)}"):
        assert minutes(farm.get(path)) == [1, 3, 5, 6, 7, 8, 10]
    assert minutes(farm.get(f"/trace/{written}")) == [1, 3, 5, 6, 7, 8, 10]  # slashes as they are


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_stay_while_the_ledger_grows(farm: Sender, size: int) -> None:
    answer = farm.get(trace_path(PADDY, f"?perPage={size}"))
    found = minutes(answer)
    farm.post("/capture", document(event(minute=2, quantityList=[{"epcClass": PADDY, "quantity": 1}])))
    while answer.has_header("Link"):
        assert answer.has_header("GS1-Next-Page-Token-Expires")
        link = answer["Link"].split(">")[0].split(BASE)[1]
        assert link.startswith("/trace/https%3A%2F%2F")
        answer = farm.get(link)
        found += minutes(answer)
    assert found == [1, 3, 5, 6, 7, 8, 10]
    assert 2 in minutes(farm.get(trace_path(PADDY)))


def test_a_walk_that_is_no_longer_kept_is_walked_again(farm: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    walks: list[str] = []
    real = trace_api.events_behind

    def counted(uri: str, **how: Any) -> Any:
        walks.append(uri)
        return real(uri, **how)

    monkeypatch.setattr(trace_api, "events_behind", counted)
    first = farm.get(trace_path(PADDY, "?perPage=3"))
    link = first["Link"].split(">")[0].split(BASE)[1]
    second = minutes(farm.get(link))
    assert len(walks) == 1  # the second page is of the same walk
    trace_api._kept.walks.clear()
    assert minutes(farm.get(link)) == second == [6, 7, 8]
    assert len(walks) == 2
    for _ in range(2 * trace_api.KEPT):
        farm.get(trace_path(PADDY, "?perPage=3"))
    assert len(trace_api._kept.walks) == trace_api.KEPT


def test_a_token_belongs_to_its_question(farm: Sender) -> None:
    link = farm.get(trace_path(PADDY, "?perPage=1"))["Link"].split(">")[0].split(BASE)[1]
    for other in (link.replace("L1", "L2"), link + "&direction=back", link.replace("/trace/", "/recall-scope/")):
        assert farm.get(other).status_code in {400, 404}
    check_problem(farm.get(link + "&direction=back"), 400, "QueryParameterException")
    check_problem(farm.get(trace_path(PADDY, "?nextPageToken=x")), 400, "QueryParameterException")


def test_answers_are_events_like_any(farm: Sender) -> None:
    root = xml(farm.get(trace_path(PADDY), Accept="application/xml"))
    assert len(root.findall(".//EventList/*")) == 7
    check_valid(root, "XSD/EPCglobal-epcis-query-2_0.xsd")
    old = farm.get(trace_path(PADDY), **{"GS1-EPCIS-Max": "1.2"})
    assert xml(old).get("schemaVersion") == "1.2"
    Organisation.objects.filter(pk=farm.organisation.pk).update(company_prefix="8935000")
    as_urn = listed(farm.get(trace_path(RICE_1), **{"GS1-EPC-Format": "Always_EPC_URN"}))
    assert as_urn[0]["quantityList"][0]["epcClass"].startswith("urn:epc:class:lgtin:8935000.")
    check_problem(farm.get(trace_path(PADDY), Accept="image/png"), 406, "NotAcceptableException")


def test_the_graph_and_the_scope_themselves(farm: Sender) -> None:
    answer = farm.get(trace_path(RICE_1), Accept=GRAPH)
    assert answer["Content-Type"].startswith(GRAPH)
    graph = answer.json()
    assert graph["id"] == RICE_1
    assert {thing["uri"] for thing in graph["things"]} == {PADDY, RICE_1, CASE}
    office = Sender("Sở Nông nghiệp", kind="authority")
    scope = office.get(f"/recall-scope/{encoded(PADDY)}", Accept=GRAPH).json()
    assert scope["count"] == 3
    assert {thing["id"] for thing in scope["things"]} == {PADDY, RICE_1, RICE_2, pack(99)}
    few = farm.get(trace_path(PADDY, "?limit=1"), Accept=GRAPH).json()
    assert len(few["things"]) == 1
    assert few["total"] > 1


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (trace_path(PADDY, "?direction=sideways"), "direction"),
        (trace_path(PADDY, "?at=yesterday"), "at"),
        (trace_path(PADDY, "?at=2026-03-01"), "at"),
        (trace_path(PADDY, "?at="), "at"),
        (trace_path(PADDY, "?limit=0"), "limit"),
        (trace_path(PADDY, "?limit=100000"), "limit"),
        (trace_path(PADDY, "?since=2026-03-01T00:00:00Z"), "since"),
        (trace_path(PADDY, "?EQ_bizStep=shipping"), "EQ_bizStep"),
        (trace_path(PADDY, "?perPage=-1"), "perPage"),
        (f"/recall-scope/{encoded(PADDY)}?direction=back", "direction"),
        ("/trace/banana", "id"),
        ("/trace/https://id.gs1.org/01/08935000000011/10/L1", "id"),
        ("/trace/%00", "id"),
        ("/recall-scope/banana", "id"),
    ],
)
def test_what_makes_no_sense_is_named(farm: Sender, path: str, name: str) -> None:
    body = check_problem(farm.get(path), 400, "QueryParameterException")
    assert body["errors"][0]["path"] == name


def test_what_nobody_has_seen_is_not_found(farm: Sender) -> None:
    for path in ("/trace/", "/recall-scope/"):
        check_problem(farm.get(path + encoded(lot("nowhere"))), 404, "NoSuchResourceException")
        assert farm.client.get(BASE + path + encoded(PADDY)).status_code == 401


def test_too_much_is_refused(farm: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lienvung.exchange.trace_api.EVENTS_MOST", 3)
    check_problem(farm.get(trace_path(PADDY)), 413, "QueryTooLargeException")


def parties() -> tuple[Sender, Sender, Sender, Sender]:
    """A farm, a mill that makes its paddy into packs, a stranger, an office; each with its own events."""
    farm, mill = Sender("HTX Nho Quan"), Sender("Nhà máy Yên Khánh", kind="processor")
    register_place(by=None, owner=mill.organisation, gln=MILL.rsplit("/", 1)[1], name="Xưởng xay", kind="mill")
    told = story()
    assert farm.post("/capture", document(*told[:2])).status_code == 202
    assert mill.post("/capture", document(*told[2:])).status_code == 202
    return farm, mill, Sender("Người lạ"), Sender("Sở Nông nghiệp", kind="authority")


def test_a_trace_shows_nobody_events_of_others() -> None:
    farm, mill, stranger, office = parties()
    assert minutes(office.get(trace_path(PADDY))) == [1, 3, 5, 6, 7, 8, 10]
    assert minutes(farm.get(trace_path(PADDY))) == [1]
    assert minutes(mill.get(trace_path(PADDY))) == [3, 5, 6, 7, 8, 10]
    assert minutes(farm.get(f"/recall-scope/{encoded(PADDY)}")) == [1]
    for path in (trace_path(PADDY), f"/recall-scope/{encoded(PADDY)}"):
        for headers in ({}, {"Accept": GRAPH}):
            hidden = stranger.get(path, **headers)
            body = check_problem(hidden, 404, "NoSuchResourceException")
            never = check_problem(stranger.get(path.replace("L1", "L9"), **headers), 404, "NoSuchResourceException")
            assert body["detail"].replace("L1", "") == never["detail"].replace("L9", "")
    check_problem(farm.get(trace_path(RICE_1)), 404, "NoSuchResourceException")  # no event of it is the farm's


def test_pages_skip_what_the_asker_may_not_see() -> None:
    _, mill, _, _ = parties()
    answer = mill.get(trace_path(PADDY, "?perPage=2"))
    found = minutes(answer)
    while answer.has_header("Link"):
        assert len(listed(answer)) == 2
        answer = mill.get(answer["Link"].split(">")[0].split(BASE)[1])
        found += minutes(answer)
    assert found == [3, 5, 6, 7, 8, 10]


def test_a_token_shows_no_more_to_another() -> None:
    farm, mill, stranger, _ = parties()
    link = mill.get(trace_path(PADDY, "?perPage=2"))["Link"].split(">")[0].split(BASE)[1]
    assert listed(farm.get(link)) == []
    check_problem(stranger.get(link), 404, "NoSuchResourceException")


def test_the_whole_scope_is_for_officials_and_the_owner() -> None:
    farm, mill, _, office = parties()
    path = f"/recall-scope/{encoded(PADDY)}"
    assert office.get(path, Accept=GRAPH).status_code == 200
    check_problem(mill.get(path, Accept=GRAPH), 403, "SecurityException")
    check_problem(farm.get(path, Accept=GRAPH), 403, "SecurityException")
    register_product(by=None, owner=farm.organisation, gtin=GTIN, name="Thóc")
    scope = farm.get(path, Accept=GRAPH).json()
    # one pack is of the farm's own product, and only the mill told what it was made of: a claim, shown apart
    assert (scope["count"], scope["claimed"]["count"]) == (2, 1)
    assert [claim["made"] for claim in scope["claimed"]["claims"]] == [[pack(99)]]
    check_problem(mill.get(path, Accept=GRAPH), 403, "SecurityException")


def test_an_event_that_was_declared_wrong_is_no_part_of_a_trace(farm: Sender) -> None:
    wrong = next(one for one in story() if one.get("epcList") == [RICE_2])
    declared = {"declarationTime": at(60), "reason": "did_not_occur"}
    assert farm.post("/capture", document({**wrong, "errorDeclaration": declared})).status_code == 202
    assert minutes(farm.get(trace_path(RICE_2))) == [1, 5]


def test_spans_are_joined_where_they_meet() -> None:
    assert list(trace_events._joined([(5, 9), (1, 2), (2, 4), (7, 8), (20, 30)])) == [(1, 4), (5, 9), (20, 30)]


def test_a_token_without_the_scope_traces_nothing(farm: Sender) -> None:
    farm.token = issue_token(by=None, organisation=farm.organisation, name="w", scopes=("capture",))
    check_problem(farm.get(trace_path(PADDY)), 403, "SecurityException")
