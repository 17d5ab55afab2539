"""Traces, recall scope, journey, balance and their commands on one small rice story."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from lienvung.cli import main
from lienvung.epcis import build
from lienvung.errors import Invalid, NotFound
from lienvung.gs1 import check_digit
from lienvung.ledger.capture import capture_events
from lienvung.ledger.dictionary import forget
from lienvung.ledger.trace import journey, kind_of, mass_balance, recall_scope, trace

pytestmark = pytest.mark.django_db
BEGUN = datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=7)))
GS1 = "https://id.gs1.org"
CBVMDA = {"cbvmda": "urn:epcglobal:cbv:mda:"}


def digits(body: str) -> str:
    return body + check_digit(body)


PADDY, RICE = digits("0893500100201"), digits("0893500100202")
FIELD, MILL, SHOP = (f"{GS1}/414/{digits(f'89350010020{n}')}" for n in range(3))
CASE = f"{GS1}/00/{digits('18935001000000007')}"
FIRST, SECOND = f"{GS1}/01/{PADDY}/10/P1", f"{GS1}/01/{PADDY}/10/P2"
BATCH = f"{GS1}/01/{RICE}/10/R1"
PACKS = [f"{GS1}/01/{RICE}/21/K{n}" for n in range(4)]


def day(number: float) -> datetime:
    return BEGUN + timedelta(days=number)


def ms(number: float) -> int:
    return round(day(number).timestamp() * 1000)


def harvest(number: float, lot: str, kilograms: float) -> dict:
    return build.object_event(
        time=day(number), action="ADD", quantities=[(lot, kilograms, "KGM")], biz_step="commissioning",
        disposition="active", biz_location=FIELD,
    )  # fmt: skip


def happened(number: float, action: str, thing: str, step: str, **more: object) -> dict:
    return build.object_event(time=day(number), action=action, epcs=[thing], biz_step=step, **more)


@pytest.fixture(autouse=True)
def story():
    forget()
    milled = build.transformation_event(
        time=day(2), input_quantities=[(FIRST, 600, "KGM"), (SECOND, 400, "KGM")],
        output_quantities=[(BATCH, 650, "KGM")], outputs=PACKS, biz_step="commissioning", disposition="active",
        biz_location=MILL, ilmd={"cbvmda:lotNumber": "R1"},
    )  # fmt: skip
    late_use = build.transformation_event(
        time=day(9), input_quantities=[(FIRST, 50, "KGM")], output_quantities=[(f"{GS1}/01/{RICE}/10/R9", 30, "KGM")],
        biz_step="commissioning", biz_location=MILL,
    )  # fmt: skip
    cold = [{"sensorReport": [{"type": "Temperature", "minValue": 36.5, "maxValue": 41, "uom": "FAH"}]}]
    events = [
        harvest(0, FIRST, 700),
        harvest(1, SECOND, 400),
        milled,
        build.aggregation_event(
            time=day(3), action="ADD", parent=CASE, children=PACKS, biz_step="packing", biz_location=MILL
        ),
        happened(4, "OBSERVE", CASE, "shipping", disposition="in_transit", read_point=MILL, sensors=cold),
        build.object_event(time=day(5), action="OBSERVE", epcs=[CASE], biz_step="receiving", biz_location=SHOP),
        build.aggregation_event(
            time=day(6), action="DELETE", parent=CASE, children=PACKS[:2], biz_step="unpacking",
            disposition="sellable_accessible", biz_location=SHOP,
        ),
        happened(7, "DELETE", PACKS[0], "retail_selling", disposition="retail_sold", biz_location=SHOP),
        happened(8, "OBSERVE", PACKS[0], "receiving", disposition="returned", biz_location=SHOP),
        late_use,
    ]  # fmt: skip
    context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", CBVMDA]
    assert capture_events(events[5:], submitter="shop", context=context).success  # the shop is online first
    assert capture_events(events[:5], submitter="mill", context=context).success
    yield
    forget()


def states(scope) -> dict[str, tuple[str, str | None, str | None]]:
    return {item.uri: (item.state, item.place, item.container) for item in scope.items() if item.kind == "serial"}


def test_scope_now_and_as_of_any_day():
    assert states(recall_scope(FIRST)) == {
        PACKS[0]: ("returned", SHOP, None),
        PACKS[1]: ("on_shelf", SHOP, None),
        PACKS[2]: ("in_store", SHOP, CASE),
        PACKS[3]: ("in_store", SHOP, CASE),
    }
    assert set(states(recall_scope(FIRST, at=ms(4))).values()) == {("in_transit", MILL, CASE)}
    assert states(recall_scope(FIRST, at=ms(7)))[PACKS[0]] == ("sold", SHOP, None)
    assert states(recall_scope(FIRST, at=ms(1))) == {}


def test_what_left_before_the_contamination_is_not_affected():
    scope = recall_scope(FIRST, since=ms(3))
    assert set(scope.uris()) == {FIRST, f"{GS1}/01/{RICE}/10/R9"}


def test_totals_by_state_and_place_with_lots():
    scope = recall_scope(FIRST)
    assert scope.by_state == {"in_store": 2, "on_shelf": 1, "returned": 1}
    assert scope.count == 4
    assert scope.quantities["consumed"] == {"KGM": 650.0}
    assert scope.quantities["at_producer"] == {"KGM": 50.0 + 30.0 + 650.0}  # paddy left, R9, and R1 with its packs
    shop = scope.by_place()[0]
    assert (shop.place, shop.things) == (SHOP, {"in_store": 2, "on_shelf": 1, "returned": 1})
    batch = next(item for item in scope.items() if item.uri == BATCH)
    assert (batch.itemised, batch.at_most) == (False, True)  # nobody knows how much of R1 is in its four packs
    assert json.loads(json.dumps(scope.as_json()))["count"] == 4


def test_a_part_of_a_lot_in_a_container_now_has_a_time_that_can_be_told(capsys):
    packed = build.aggregation_event(
        time=day(1.5), action="ADD", parent=CASE, child_quantities=[(FIRST, 40, "KGM")], biz_step="packing",
        biz_location=FIELD,
    )  # fmt: skip
    assert capture_events([packed]).success
    assert main(["recall-scope", "--json", FIRST]) == 0
    things = json.loads(capsys.readouterr().out)["things"]
    [inside] = [thing for thing in things if thing["kind"] == "lot" and thing["container"] == CASE]
    assert (inside["quantity"], inside["place"]) == (40.0, SHOP)
    assert all(thing["seen"] is None or thing["seen"].startswith("2026-03-") for thing in things)


@pytest.mark.parametrize("time", ["0001-01-01T00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])
@pytest.mark.parametrize("command", ["trace", "recall-scope"])
def test_times_at_the_ends_of_the_calendar_are_refused(command, time, capsys):
    assert main([command, "--json", "--at", time, FIRST]) == 1
    assert "trace.time" in capsys.readouterr().err


def test_a_container_that_is_recalled_takes_its_content_along():
    assert set(states(recall_scope(CASE))) >= set(PACKS)
    assert PACKS[0] not in states(recall_scope(CASE, since=ms(6.5)))


def test_trace_back_and_forward():
    found = trace(PACKS[0], direction="back")
    assert {node.uri: node.depth for node in found.nodes} == {PACKS[0]: 0, FIRST: -1, SECOND: -1, BATCH: -1}
    kinds = {(edge.source, edge.target): edge.kind for edge in found.edges}
    assert kinds[FIRST, PACKS[0]] == "transform"
    assert kinds[BATCH, PACKS[0]] == "lot"
    assert all(edge.event_id.startswith("ni:///sha-256;") for edge in found.edges)
    ahead = trace(FIRST, direction="forward")
    assert {edge.kind for edge in ahead.edges} == {"transform", "lot", "contain"}
    assert CASE in {node.uri for node in ahead.nodes}
    first = next(node for node in ahead.nodes if node.uri == FIRST)
    assert (first.kind, first.first_ms, first.last_ms) == ("lot", ms(0), ms(9))


def test_a_limit_says_what_it_left_off():
    found = trace(FIRST, direction="forward", limit=3)
    assert len(found.nodes) == 3
    assert (found.total, sum(found.left_off.values())) == (7, 4)
    assert sum(node.more for node in found.nodes) >= 4


@pytest.mark.parametrize(
    "form", [FIRST, f"(01){PADDY}(10)P1", f"{PADDY} P1", f"https://example.vn/01/{PADDY}/10/P1?x=1"]
)
def test_any_form_of_the_identifier(form):
    assert trace(form).root == FIRST


def test_urn_finds_the_same():
    company, item = PADDY[1:9], PADDY[0] + PADDY[9:13]
    assert trace(f"urn:epc:class:lgtin:{company}.{item}.P1").root == FIRST


def test_unknown_and_malformed():
    with pytest.raises(NotFound):
        trace(f"{GS1}/01/{PADDY}/10/NEVER")
    with pytest.raises(Invalid):
        recall_scope(f"{GS1}/01/{PADDY[:-1]}{(int(PADDY[-1]) + 1) % 10}/10/P1")
    with pytest.raises(Invalid):
        trace(FIRST, direction="sideways")
    assert journey(f"{GS1}/01/{PADDY}/10/NEVER") == []


def test_journey_tells_the_stages_in_order():
    steps = journey(PACKS[1])
    assert [step.time_ms for step in steps] == sorted(step.time_ms for step in steps)
    assert [(step.stage, step.relation) for step in steps] == [
        ("growing", "made_from"), ("growing", "made_from"), ("processing", "self"), ("packing", "self"),
        ("shipping", "container"), ("receiving", "container"), ("receiving", "self"),
    ]  # fmt: skip
    shipping = steps[4]
    assert (shipping.about, shipping.place, shipping.submitter, shipping.offset) == (CASE, MILL, "mill", "+07:00")
    assert (shipping.temperature_min, shipping.temperature_max) == (2.5, 5.0)
    assert len(journey(PACKS[1], limit=3)) == 3
    assert [step.stage for step in journey(PACKS[1], at=ms(1))] == []


def test_journey_of_a_serial_nobody_captured_is_that_of_its_lot():
    steps = journey(f"{GS1}/01/{RICE}/10/R1/21/NEVER")
    assert {step.stage for step in steps} >= {"growing", "processing"}


def test_balance_of_the_mill():
    weights = {f"{GS1}/01/{RICE}": 0.0}  # the packs hold what the batch weighs already
    (milled,) = [found for found in mass_balance(BATCH, low=0.6, high=0.7, piece_kg=weights) if found.role == "made"]
    assert (milled.balance.verdict, milled.balance.ratio) == ("plausible", 0.65)
    (milled,) = mass_balance(BATCH, low=0.5, high=0.6, piece_kg=weights)
    assert milled.balance.anomaly
    assert len(milled.event_ids) == 1
    assert [found.role for found in mass_balance(FIRST)] == ["used", "used"]


def test_commands(capsys):
    assert main(["trace", f"{PADDY} P1", "--direction", "forward"]) == 0
    out = capsys.readouterr().out
    assert "ĐƯỢC HỎI / ASKED" in out
    assert BATCH in out
    assert main(["recall-scope", f"{PADDY} P1", "--since", "2026-03-04"]) == 0
    assert "2 lots" in capsys.readouterr().out
    assert main(["recall-scope", f"{PADDY} P1", "--at", "2026-03-05", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["states"] == {"in_transit": 4}
    assert main(["trace", f"{PADDY} P1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == FIRST
    assert main(["trace", f"{PADDY} NEVER"]) == 1
    assert "ledger.no_such_thing" in capsys.readouterr().err
    assert main(["trace", f"{PADDY} P1", "--at", "yesterday"]) == 1


def test_kinds():
    assert [kind_of(uri) for uri in (FIRST, PACKS[0], CASE, MILL, f"{GS1}/01/{RICE}", f"{GS1}/8004/8935X")] == [
        "lot", "serial", "logistic", "place", "class", "asset",
    ]  # fmt: skip
