"""The checks over the ledger: part by part as over all, declared-wrong events, silence, states, who may what."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from tests.anomaly_chains import CONTEXT, ENDED, FAULTS, GS1, OWNERS, PACK, POINTS, RICE, chain
from tests.checks_world import oversold
from tests.world import PASSWORD, World

from lienvung import registry
from lienvung.audit.models import Act
from lienvung.catalogue import actions as catalogue
from lienvung.checks import actions, known
from lienvung.checks.models import Finding, Position, Watch
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.ledger.capture import capture_events
from lienvung.lineage.anomalies_words import DEFAULTS, Kind
from lienvung.people import actions as people
from lienvung.people.models import Account, Organisation
from lienvung.territory.actions import load_units
from lienvung.territory.models import AdminUnit

pytestmark = pytest.mark.django_db
FAR = tuple(FAULTS)[::2]


@pytest.fixture
def cast() -> None:
    """The places and products of the generated chains, in the catalogue."""
    firms = {
        name: people.create_organisation(by=None, name=f"Đơn vị {name}", kind="other") for name in set(OWNERS.values())
    }
    for number, (uri, (lat, lon)) in enumerate(POINTS.items()):
        catalogue.register_place(
            by=None, owner=firms[OWNERS[uri]], gln=uri.rpartition("/")[2], name=f"Nơi {number}", kind="other", lat=lat,
            lon=lon,
        )  # fmt: skip
    for gtin, kind, unit in ((RICE, "bulk rice", "KGM"), (PACK, "rice", "KGM")):
        catalogue.register_product(
            by=None, owner=firms["mill"], gtin=gtin, name=f"Gạo {kind}", kind=kind, net_content=2, unit_of_measure=unit
        )


def told(*numbered: tuple[int, str]) -> list[dict[str, Any]]:
    events = [event for number, fault in numbered for event in chain(number, fault).events]
    return sorted(events, key=lambda event: datetime.fromisoformat(str(event["eventTime"])))


def captured(events: list[dict[str, Any]]) -> None:
    assert capture_events(events, context=CONTEXT).success


def everything(limit: int = 2_000) -> int:
    done = 0
    while step := actions.run_checks(limit, now=ENDED):
        done += step
    return done


def said() -> list[tuple[str, str, str, str]]:
    rows = Finding.objects.filter(state="open").values_list("kind", "subject", "digest", "state")
    return sorted(rows)


MANY = [(number, fault if fault != "area" else "") for number, fault in enumerate(FAULTS)]


def test_part_by_part_says_the_same_as_all_at_once(cast: None) -> None:
    events = told(*MANY, (50, ""), (51, ""))
    for start in range(0, len(events), 37):
        captured(events[start : start + 37])
        everything(limit=11)
    by_parts = said()
    kinds = {kind for kind, *_ in by_parts}
    assert kinds == set(Kind) - {Kind.CERTIFIED_AREA}
    Finding.objects.all().delete()
    Watch.objects.all().delete()
    assert actions.run_all(now=ENDED, limit=100_000) == len(events)
    assert said() == by_parts


def test_clean_chains_leave_nothing_at_any_step(cast: None) -> None:
    events = told(*((number, "") for number in range(60, 64)))
    for start in range(0, len(events), 25):
        captured(events[start : start + 25])
        last = datetime.fromisoformat(str(events[min(start + 24, len(events) - 1)]["eventTime"]))
        while actions.run_checks(now=last):
            pass
        assert not Finding.objects.exists()


def test_a_fault_declared_wrong_closes_by_itself_and_running_again_changes_nothing(cast: None) -> None:
    made = chain(1, "sold_twice")
    captured(made.events)
    assert everything() == len(made.events)
    found = Finding.objects.get()
    assert (found.kind, found.state) == (Kind.SERIAL_CONFLICT, "open")
    assert everything() == 0
    position = Position.objects.get()
    actions.run_all(now=ENDED)
    assert Finding.objects.get().pk == found.pk
    assert Position.objects.get().event == position.event
    wrong = next(e for e in made.events if e.get("bizStep") == "retail_selling" and "8936000000158" in str(e))
    captured([{**wrong, "errorDeclaration": {"declarationTime": ENDED.isoformat(), "reason": "incorrect_data"}}])
    assert everything() == 1
    found.refresh_from_db()
    assert found.state == "resolved"
    captured([{**wrong, "eventTime": (datetime.fromisoformat(wrong["eventTime"]) + timedelta(hours=1)).isoformat()}])
    everything()
    assert Finding.objects.filter(state="open").count() == 1


def test_a_process_declared_wrong_resolves_its_finding(cast: None) -> None:
    made = chain(8, "yield")
    captured(made.events)
    everything()
    found = Finding.objects.get(kind=Kind.PROCESS_YIELD, state="open")
    wrong = next(
        event for event in made.events if event.get("outputQuantityList") and RICE in str(event["outputQuantityList"])
    )
    captured([{**wrong, "errorDeclaration": {"declarationTime": ENDED.isoformat(), "reason": "incorrect_data"}}])
    everything()
    found.refresh_from_db()
    assert found.state == "resolved"


def test_silence_becomes_a_finding_without_any_event(cast: None) -> None:
    captured(chain(5).events)
    everything()
    assert not Finding.objects.exists()
    [watch] = Watch.objects.all()
    assert actions.run_checks(now=watch.due) == 0
    assert actions.run_checks(now=watch.due + timedelta(seconds=1)) == 1
    assert Finding.objects.get().kind == Kind.NOT_RECEIVED
    assert not Watch.objects.exists()


def test_a_shipment_to_somebody_outside_is_no_finding() -> None:
    captured(chain(5, "not_received_lot").events)  # none of the places is in the catalogue
    everything()
    assert not Finding.objects.filter(kind=Kind.NOT_RECEIVED).exists()


def test_a_run_that_was_overtaken_writes_nothing(cast: None, monkeypatch: pytest.MonkeyPatch) -> None:
    captured(chain(1, "sold_twice").events)
    real = actions.examine

    def slow(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(actions, "examine", real)
        actions.run_checks(now=ENDED)
        return real(*args, **kwargs)

    monkeypatch.setattr(actions, "examine", slow)
    actions.run_checks(now=ENDED)
    assert Finding.objects.count() == 1
    assert Position.objects.get().version == 1


def test_area_comes_from_the_registry_and_its_finding_closes(cast: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made = chain(4, "area")
    areas = [made.area]
    provider = registry.AreaProvider("mau", lambda: [area for area in areas if area])
    monkeypatch.setattr(registry, "certified_areas", [provider])
    catalogue.register_product(by=None, owner=Organisation.objects.first(), gtin=made.paddy, name="Thóc", kind="paddy")
    captured(made.events)
    everything()
    found = Finding.objects.get(state="open")
    assert (found.kind, found.subject) == (Kind.CERTIFIED_AREA, "certificate:VG-4")
    areas[0] = chain(4).area
    actions.run_all(now=ENDED)
    found.refresh_from_db()
    assert found.state == "resolved"


def test_parameters_are_dated_and_of_a_group(cast: None) -> None:
    made = chain(6)
    captured(made.events)
    everything()
    assert not Finding.objects.exists()
    day = datetime(2026, 1, 1, tzinfo=UTC).date()
    actions.set_parameter(by=None, name="yield_high", value=0.3, group="bulk rice", since=day, source="họp 01/2026")
    actions.run_all(now=ENDED)
    assert {each.kind for each in Finding.objects.all()} == {Kind.PROCESS_YIELD}
    actions.set_parameter(by=None, name="yield_high", value=0.8, group="bulk rice", since=made.at.date(), source="")
    actions.run_all(now=ENDED)
    assert not Finding.objects.filter(state="open").exists()
    assert {setting.name for setting in known.settings()} <= set(DEFAULTS)
    with pytest.raises(Invalid):
        actions.set_parameter(by=None, name="yeild", value=1, since=day, source="")


# --- people -------------------------------------------------------------------------------------


def official(code: str) -> Account:
    if not AdminUnit.objects.exists():
        load_units()
    unit = AdminUnit.objects.get(level="province", code=code, valid_to=None)
    office = people.create_organisation(by=None, name=f"Chi cục tỉnh {code}", kind="authority", unit=unit)
    account = people.create_account(
        by=None, email=f"kt{code}@mau.example", full_name=f"Cán bộ {code}", password=PASSWORD
    )
    people.add_member(by=None, account=account, organisation=office, role="inspector")
    return account


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_dismissing_wants_a_reason_and_the_province_and_lasts_until_it_changes(world: World) -> None:
    found = oversold(world)
    far = official("79")
    assert client_of(far).get(f"/checks/{found.pk}").status_code == 200
    with pytest.raises(NotAllowed):
        actions.dismiss(by=far, finding=found, reason="Đã kiểm tra sổ giấy.")
    near = official("37")
    with pytest.raises(Invalid):
        actions.dismiss(by=near, finding=found, reason="  ok ")
    actions.dismiss(by=near, finding=found, reason="Đã kiểm tra sổ giấy số 12.")
    assert Act.objects.filter(action="checks.dismiss", actor=near.pk).count() == 1
    with pytest.raises(Conflict):
        actions.dismiss(by=near, finding=found, reason="Đã kiểm tra sổ giấy số 12.")
    actions.run_all()
    found.refresh_from_db()
    assert found.state == "dismissed"
    again = oversold(world, kg=20)  # still more is sold: it says something else
    assert again.pk == found.pk
    assert Act.objects.filter(action="checks.reopen").count() == 1


def test_those_concerned_see_and_answer_and_others_do_not(world: World) -> None:
    found = oversold(world)
    member, other = world.accounts["member"], world.accounts["other"]
    assert client_of(other).get(f"/checks/{found.pk}").status_code == 404
    assert str(found.pk) not in client_of(other).get("/checks/").content.decode()
    with pytest.raises(NotAllowed):
        actions.answer(by=other, finding=found, organisation=world.stranger, words="Không phải của tôi.")
    with pytest.raises(NotAllowed):
        actions.dismiss(by=member, finding=found, reason="Đã kiểm tra sổ giấy.")
    client = client_of(member)
    page = client.get(f"/checks/{found.pk}").content.decode()
    assert "/answer" in page
    assert "/dismiss" not in page
    sent = {"organisation": str(world.grower.pk), "words": "Cửa hàng ghi nhầm 650 thay vì 65."}
    assert client.post(f"/checks/{found.pk}/answer", sent).status_code == 302
    found.refresh_from_db()
    assert found.state == "open"
    assert "ghi nhầm 650" in client_of(official("37")).get(f"/checks/{found.pk}").content.decode()


def test_files_panels_and_the_two_languages(world: World) -> None:
    found = oversold(world)
    client = client_of(world.accounts["official"])
    body = client.get("/checks/findings.csv?state=").content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(body))
    assert (row["kind"], row["subject"], row["state"]) == ("lot_balance", world.lot.uri, "open")
    sheet = load_workbook(io.BytesIO(client.get("/checks/findings.xlsx").content)).active
    assert [cell.value for cell in sheet[2]][3] == world.lot.uri
    assert "more left the lot" in client.get("/checks/?lang=en").content.decode().lower()
    assert found.text_vi in client.get(f"/checks/{found.pk}?lang=vi").content.decode()
    lot_page = f"/ledger/things{world.lot.path}"
    assert str(found.pk) in client.get(lot_page).content.decode()
    assert "kind=lot_balance" in client.get("/").content.decode()
    nobody = Client()
    assert "kind=lot_balance" not in nobody.get("/").content.decode()
    assert nobody.get("/checks/").status_code == 302


def test_the_worker_has_the_chore() -> None:
    assert [chore.work for chore in registry.chores if chore.name == "checks"] == [actions.run_checks]


def test_a_plot_treated_after_the_harvest_was_told_is_found_late(cast: None) -> None:
    made = chain(11, "waiting_plot")
    spray = next(event for event in made.events if not event.get("epcList") and "lv:waitingUntil" in event)
    captured([event for event in made.events if event is not spray])
    everything()
    assert not Finding.objects.exists()
    captured([spray])
    everything()
    assert {each.kind for each in Finding.objects.all()} == {Kind.WAITING_PERIOD}
    assert Finding.objects.first().subject.startswith(f"{GS1}/01/{made.paddy}/10/")
