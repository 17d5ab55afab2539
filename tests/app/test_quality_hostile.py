"""Events of strangers against the laboratory's alarms and the checks: none stops a chore or drowns officials."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from tests.lab_world import Lab, make_lab, received
from tests.world import BEGUN, World

from lienvung.checks import actions as checks
from lienvung.checks.models import Finding, Position
from lienvung.epcis import build
from lienvung.errors import Invalid, ManyInvalid
from lienvung.lab import alarms, holding, tables
from lienvung.lab.actions import enter_result, order_sample
from lienvung.lab.models import Alarm, Watch
from lienvung.ledger import holds, marking, status
from lienvung.ledger.capture import capture_events
from lienvung.ledger.events import latest
from lienvung.registry import sheets

pytestmark = pytest.mark.django_db
REASON = "Kết quả kiểm nghiệm không đạt."


@pytest.fixture
def lab(world: World) -> Lab:
    made = make_lab(world)
    while alarms.look_for_alarms():
        continue
    return made


def told(world: World, *events: dict[str, Any], **more: Any) -> None:
    assert capture_events(list(events), submitter=str(world.shop.pk), **more).success


def event(**more: Any) -> dict[str, Any]:
    return build.object_event(**{"time": timezone.now(), "action": "OBSERVE", "biz_step": "shipping", **more})


ODD: dict[str, dict[str, Any]] = {
    "private": {"epcs": ["https://example.com/what/ever"]},
    "urn": {"epcs": ["urn:example:%E1%BA%BF:x"]},
    "uuid": {"epcs": ["urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"]},
    "waiting": {"extensions": {"lv:waitingUntil": "9999-12-31T23:59:59Z", "lv:plot": "p" * 5000}},
    "begins": {"time": datetime(1, 1, 1, 12, tzinfo=UTC)},
    "step": {"biz_step": "https://example.com/" + "buoc-rat-dai" * 20, "disposition": "retail_sold"},
    "long": {"epcs": ["https://example.com/" + "x" * 1900]},
}


@pytest.mark.parametrize("odd", ODD)
def test_no_event_stops_the_chores(world: World, lab: Lab, odd: str) -> None:
    hold = holding.hold_lot(by=None, lot=world.lot.uri, reason=REASON)
    quantities = [(hold.lot_uri, 1, "KGM")]
    odd_one = event(quantities=quantities, read_point=world.places["store"].uri, **ODD[odd])
    told(world, odd_one, context=marking.CONTEXT)
    told(world, event(quantities=quantities, read_point=world.places["store"].uri))
    last = latest(1)[0].rid
    while alarms.look_for_alarms():
        continue
    while checks.run_checks():
        continue
    assert Watch.objects.get().event == last == Position.objects.get().event
    browser = Client()
    browser.force_login(lab.official)
    for page in ("/lab/alarms", "/checks/", "/"):
        assert browser.get(page).status_code == 200, page
    for alarm in Alarm.objects.all():
        assert browser.get(f"/lab/alarms/{alarm.pk}").status_code == 200
    for found in Finding.objects.all():
        assert browser.get(f"/checks/{found.pk}").status_code == 200


def test_20_alarms_of_one_sender_are_enough(world: World, lab: Lab) -> None:
    hold = holding.hold_lot(by=None, lot=world.lot.uri, reason=REASON)
    started = timezone.now() - timedelta(hours=1)
    many = [event(time=started + timedelta(seconds=n), quantities=[(hold.lot_uri, 1, "KGM")]) for n in range(50)]
    told(world, *many)
    while alarms.look_for_alarms():
        continue
    assert Alarm.objects.filter(hold=hold).count() == 20
    assert Alarm.objects.first().more == 30
    assert capture_events(many[:1], submitter=str(world.stranger.pk)).success
    other = event(quantities=[(hold.lot_uri, 2, "KGM")])
    assert capture_events([other], submitter=str(world.stranger.pk)).success
    while alarms.look_for_alarms():
        continue
    assert Alarm.objects.filter(hold=hold, holder=world.stranger).count() == 1  # is not hidden by the flood


def test_an_alarm_that_cannot_be_raised_keeps_no_other_back(
    world: World, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = holding.hold_lot(by=None, lot=world.lot.uri, reason=REASON)
    told(world, event(quantities=[(hold.lot_uri, 1, "KGM")]), event(quantities=[(hold.lot_uri, 2, "KGM")]))
    whole, bad = alarms._raise, latest(2)[1].rid

    def fails(moved: holds.Moved) -> Alarm:
        if moved.event.rid == bad:
            raise ValueError("nobody thought of this")
        return whole(moved)

    monkeypatch.setattr(alarms, "_raise", fails)
    while alarms.look_for_alarms():
        continue
    assert [alarm.event for alarm in Alarm.objects.filter(hold=hold)] == [latest(1)[0].rid]


def test_a_stranger_and_the_producer_take_back_nobody_elses_hold(world: World, lab: Lab) -> None:
    """Another authority's own mark stands after ours is released, whatever others told meanwhile."""

    def mark(word: str, submitter: Any) -> None:
        told = event(quantities=[(world.lot.uri, None, None)], **{f"persistent_{word}": ["non_conformant"]})
        assert capture_events([{k: v for k, v in told.items() if k != "bizStep"}], submitter=str(submitter.pk)).success

    mark("set", world.authority)
    mark("unset", world.stranger)
    mark("unset", world.grower)
    hold = holding.hold_lot(by=None, lot=world.lot.uri, reason=REASON)
    holding.release(by=lab.official, hold=hold, reason=REASON)
    assert "non_conformant" in status.standing(world.lot.uri)


def test_invented_shipments_are_20_findings_and_the_rest_in_one(world: World) -> None:
    store = world.places["store"].uri
    started = BEGUN + timedelta(days=40)
    lot = f"https://id.gs1.org/01/{world.rice.gtin}/10/LOT-1"
    many = [
        event(time=started + timedelta(minutes=n), quantities=[(lot, 1, "KGM")], read_point=store) for n in range(60)
    ]
    told(world, *many)
    while checks.run_checks():
        continue
    about = Finding.objects.filter(subject=lot, kind="not_received")
    assert about.count() == 21
    assert about.get(figures__more=40).text_en.count("40 more findings")
    assert checks.run_all()
    assert about.filter(state="open").count() == 21


def test_a_rule_or_a_run_that_fails_stops_no_chore(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    while checks.run_checks():
        continue
    lots = [f"https://id.gs1.org/01/{world.rice.gtin}/10/LOT-{n}" for n in range(9)]
    started = BEGUN + timedelta(days=40)
    store = world.places["store"].uri
    told(world, *(event(time=started, quantities=[(lot, 1, "KGM")], read_point=store) for lot in lots))
    whole = checks.reach_of

    def fails(reader: Any, numbers: Any, more: Any = ()) -> Any:
        reach = whole(reader, numbers, more)
        if lots[4] in reach.things:
            raise ValueError("nobody thought of this")
        return reach

    monkeypatch.setattr(checks, "reach_of", fails)
    while checks.run_checks():
        continue
    found = Finding.objects.filter(subject__in=lots).values_list("subject", flat=True)
    assert set(found) == set(lots) - {lots[4]}
    assert Position.objects.get().event == latest(1)[0].rid


def test_a_time_of_year_one_is_a_fault_of_the_form(world: World, lab: Lab) -> None:
    browser = Client()
    browser.force_login(lab.official)
    sample = order_sample(by=lab.official, lot=world.lot.uri, laboratory=lab.laboratory)
    for at in ("01/01/0001 00:00", "31/12/9999 23:59"):
        answer = browser.post(f"/lab/samples/{sample.code}/take", {"taken_by": "Người", "seal": "NP-1", "at": at})
        assert answer.status_code == 422


def test_a_laboratory_cannot_dodge_the_limit_by_its_unit(world: World, lab: Lab) -> None:
    sample = received(world, lab)
    with pytest.raises(Invalid, match="mg/kg"):
        enter_result(by=lab.tester, sample=sample, analyte="cadmium", unit="mg/L", value=Decimal(9))
    assert not sample.results.exists()


def test_control_characters_keep_no_table_from_being_loaded() -> None:
    rows = [["\x01=1+1", "a\x1fb", 5]]
    for data in (tables.xlsx_answer("x", ["a", "b", "c"], rows).content, sheets.xlsx_of("x", ["a", "b", "c"], rows)):
        assert [cell.value for cell in load_workbook(io.BytesIO(data)).worksheets[0][2]][:3] == ["'=1+1", "ab", 5]


def _zip(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in parts.items():
            made.writestr(name.replace("__", "/"), text)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        _zip(**{"[Content_Types].xml": "<Types", "xl__workbook.xml": "<a"}),
        b"PK\x03\x04" + b"\xff" * 400,
        (",".join(tables.COLUMNS) + "\n,cad\x00mium,Cadimi,,max,0.4,mg/kg,,,,2026-01-01,\n").encode(),
        (",".join(tables.COLUMNS) + "\n,cadmium,Cadimi,,max,sNaN,mg/kg,,,,2026-01-01,\n").encode(),
        (",".join(tables.COLUMNS) + "\n,cadmium,Cadimi,,max,1e999999999,mg/kg,,,,2026-01-01,\n").encode(),
        (",".join(tables.COLUMNS) + "\n,cadmium,Cadimi,,max,0.4,mg/kg,,,,10000-01-01,\n").encode(),
    ],
)
def test_broken_tables_of_limits_are_faults(data: bytes) -> None:
    with pytest.raises((Invalid, ManyInvalid)):
        tables.read_limits(data, "limits.xlsx" if data[:2] == b"PK" else "limits.csv")
