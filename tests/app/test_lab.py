"""From an order to a hold and its release: who may, what is held, what doors and the ledger then do."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.lab_world import Lab, failed, make_lab, received
from tests.world import CASE, World

from lienvung.audit.models import Act
from lienvung.epcis import build
from lienvung.errors import Conflict, Invalid, ManyInvalid, NotAllowed
from lienvung.lab import access, actions, alarms, holding, tables
from lienvung.lab.models import Alarm, Hold, Limit, Result, Sample
from lienvung.lab.rules import gaps
from lienvung.ledger import holds, status
from lienvung.ledger.capture import capture_events
from lienvung.ledger.claims import Heard
from lienvung.ledger.events import history, latest

pytestmark = pytest.mark.django_db
REASON = "Mẫu thứ hai đạt, biên bản số 7."
KG = "KGM"


@pytest.fixture
def lab(world: World) -> Lab:
    made = make_lab(world)
    alarms.look_for_alarms()
    return made


def paddy(world: World, number: int) -> str:
    return f"https://id.gs1.org/01/{world.paddy.gtin}/10/THOC-{number}"


def marked(uri: str) -> bool:
    return "non_conformant" in status.standing(uri)


def shipping(*uris: str, step: str = "shipping", **more: Any) -> dict[str, Any]:
    lots = [uri for uri in uris if "/10/" in uri]
    told = {"disposition": "in_transit"} if step == "shipping" else {}
    return build.object_event(
        time=timezone.now(),
        action="OBSERVE",
        biz_step=step,
        epcs=[uri for uri in uris if uri not in lots],
        quantities=[(uri, 10, KG) for uri in lots],
        **{**told, **more},
    )


# samples


def test_who_may_order(world: World, lab: Lab) -> None:
    for who in (world.accounts["member"], world.accounts["other"], lab.neighbour, lab.tester, lab.seller):
        with pytest.raises(NotAllowed):
            actions.order_sample(by=who, lot=world.lot.uri, laboratory=lab.laboratory)
    assert (
        actions.order_sample(by=lab.official, lot=world.lot.uri, laboratory=lab.laboratory).orderer == world.authority
    )
    officer = world.accounts["manager"]
    own = actions.order_sample(by=officer, lot=f"(01){world.rice.gtin}(10)NHC-0504", laboratory=lab.laboratory)
    assert (own.orderer, own.lot_uri, own.product_kind) == (world.grower, world.lot.uri, "rice")
    with pytest.raises(Invalid):
        actions.order_sample(by=lab.official, lot=world.lot.uri, laboratory=world.shop)
    with pytest.raises(Invalid):
        actions.order_sample(by=lab.official, lot=world.packs[0], laboratory=lab.laboratory)


def test_taking_a_sample_is_an_event_and_happens_once(world: World, lab: Lab) -> None:
    sample = received(world, lab)
    [event] = [each for each in history(world.lot.uri) if each.biz_step == "sampling"]
    assert event.as_dict()["lv:sample"] == sample.code
    assert gaps(list(sample.custody.all())) == []
    with pytest.raises(Conflict):
        actions.take_sample(by=lab.official, sample=sample, taken_by="Ai đó", seal="2")


def test_each_side_tells_its_own_part_only(world: World, lab: Lab) -> None:
    sample = actions.order_sample(by=lab.official, lot=world.lot.uri, laboratory=lab.laboratory)
    sample = actions.take_sample(by=lab.official, sample=sample, taken_by="Người lấy", seal="1")
    sides = {"giver": world.authority, "receiver": lab.laboratory}
    for by, step in ((lab.tester, "handed"), (lab.official, "received"), (world.accounts["other"], "received")):
        with pytest.raises(NotAllowed):
            actions.tell_custody(by=by, sample=sample, step=step, **sides)
    actions.tell_custody(by=lab.tester, sample=sample, step="received", **sides)
    assert any("bên giao không ghi" in gap.vi for gap in gaps(list(sample.custody.all())))


def test_results_only_by_the_laboratory_after_it_received_the_sample(world: World, lab: Lab) -> None:
    told = {"analyte": "cadmium", "unit": "mg/kg", "value": Decimal("0.1")}
    waiting = actions.order_sample(by=lab.official, lot=world.lot.uri, laboratory=lab.laboratory)
    with pytest.raises(Conflict):
        actions.enter_result(by=lab.tester, sample=waiting, **told)
    sample = received(world, lab)
    for who in (lab.official, world.accounts["manager"], lab.seller):
        with pytest.raises(NotAllowed):
            actions.enter_result(by=who, sample=sample, **told)
    with pytest.raises(Invalid):
        actions.enter_result(by=lab.tester, sample=sample, analyte="cadmium", unit="mg/kg")
    result = actions.enter_result(by=lab.tester, sample=sample, **told)
    for who in (lab.official, world.accounts["manager"]):
        with pytest.raises(NotAllowed):
            actions.confirm_results(by=who, sample=sample)
    assert actions.confirm_results(by=lab.tester, sample=sample) == []
    result.refresh_from_db()
    assert (result.verdict, result.name_en) == ("within", "Cadmium")
    assert not Hold.objects.exists()


def test_a_confirmed_result_stays_and_a_correction_is_a_row(world: World, lab: Lab) -> None:
    sample = failed(world, lab)
    [old] = Result.objects.all()
    with pytest.raises(Conflict):
        actions.drop_result(by=lab.tester, result=old)
    with pytest.raises(Conflict):
        actions.confirm_results(by=lab.tester, sample=sample)
    told = {"analyte": "cadmium", "unit": "mg/kg", "value": Decimal("0.09"), "replaces": old}
    with pytest.raises(Invalid):
        actions.enter_result(by=lab.tester, sample=sample, **told, why="ngắn")
    new = actions.enter_result(by=lab.tester, sample=sample, **told, why="Nhập nhầm dấu thập phân")
    with pytest.raises(Conflict):
        actions.enter_result(by=lab.tester, sample=sample, **told, why="Nhập nhầm dấu thập phân")
    assert access.standing_results(sample) == [old], "an unconfirmed correction changes nothing"
    actions.confirm_results(by=lab.tester, sample=sample)
    before = (old.value, old.confirmed_at, old.verdict)
    old.refresh_from_db()
    assert (old.value, old.confirmed_at, old.verdict) == before
    assert [each.pk for each in access.standing_results(sample)] == [new.pk]
    assert marked(world.lot.uri), "an officer releases, no correction does"


def test_the_limit_is_that_of_the_day_of_sampling_and_is_kept_in_words(world: World, lab: Lab) -> None:
    later = timezone.localdate() + timedelta(days=1)
    Limit.objects.filter(analyte="cadmium").update(valid_to=timezone.localdate())
    sample = failed(world, lab, value="0.5")
    Limit.objects.filter(analyte="cadmium").update(valid_to=later, value=Decimal(5))
    assert "0,4 mg/kg" in Result.objects.get(sample=sample).limit_words


# hold


def test_a_failed_result_holds_the_lot_and_all_that_came_of_it_in_its_own_transaction(world: World, lab: Lab) -> None:
    affected = [paddy(world, 1), world.lot.uri, *world.packs]
    assert not any(marked(uri) for uri in affected)
    sample = failed(world, lab, lot=paddy(world, 1))
    assert all(marked(uri) for uri in affected)
    assert not any(marked(paddy(world, number)) for number in range(2, 7))
    [hold] = Hold.objects.all()
    assert hold.authority == world.authority
    assert hold.result is not None
    assert hold.result.sample == sample
    assert "0,9 mg/kg" in hold.reason
    assert Act.objects.filter(action="lab.hold").count() == 1
    failed(world, lab, lot=paddy(world, 1))
    assert Hold.objects.count() == 1, "a second failed sample finds the hold that stands"


def test_no_hold_without_its_result(world: World, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = received(world, lab)
    actions.enter_result(by=lab.tester, sample=sample, analyte="cadmium", unit="mg/kg", value=Decimal(1))

    def breaks(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(holding.marking, "capture_all", lambda *_, **__: breaks())
    with pytest.raises(RuntimeError):
        actions.confirm_results(by=lab.tester, sample=sample)
    assert Result.objects.get().confirmed_at is None
    assert not Hold.objects.exists()


def test_a_producers_own_test_holds_too_and_the_official_releases(world: World, lab: Lab) -> None:
    officer = world.accounts["manager"]
    sample = received(world, lab, by=officer)
    actions.enter_result(by=lab.tester, sample=sample, analyte="cadmium", unit="mg/kg", value=Decimal(1))
    [hold] = actions.confirm_results(by=lab.tester, sample=sample)
    assert marked(world.packs[0])
    for who in (officer, lab.tester, lab.neighbour, lab.seller):
        with pytest.raises(NotAllowed):
            holding.release(by=who, hold=hold, reason=REASON)
    made = holding.release(by=lab.official, hold=hold, reason=REASON)
    assert made.officer == str(lab.official)
    assert not any(marked(uri) for uri in (world.lot.uri, *world.packs))
    with pytest.raises(Conflict):
        holding.release(by=lab.official, hold=hold, reason=REASON)


def test_an_official_of_the_other_province_cannot_hold(world: World, lab: Lab) -> None:
    with pytest.raises(NotAllowed):
        holding.hold_lot(by=lab.neighbour, lot=world.lot.uri, reason=REASON)
    hold = holding.hold_lot(by=lab.official, lot=world.lot.uri, reason=REASON)
    with pytest.raises(Conflict):
        holding.hold_lot(by=lab.official, lot=world.lot.uri, reason=REASON)
    assert access.holds(lab.neighbour).get() == hold, "the other province sees it"
    assert not access.may_decide(lab.neighbour, hold.producer)


def test_what_two_holds_hold_is_let_go_with_the_second(world: World, lab: Lab) -> None:
    one, two = (holding.hold_lot(by=None, lot=paddy(world, number), reason=REASON) for number in (1, 2))
    holding.release(by=lab.official, hold=one, reason=REASON)
    assert not marked(paddy(world, 1))
    assert all(marked(uri) for uri in (paddy(world, 2), world.lot.uri, *world.packs))
    holding.release(by=lab.official, hold=two, reason=REASON)
    assert not any(marked(uri) for uri in (paddy(world, 2), world.lot.uri, *world.packs))


def test_partial_release(world: World, lab: Lab) -> None:
    hold = holding.hold_lot(by=None, lot=paddy(world, 1), reason=REASON)
    with pytest.raises(Invalid):
        holding.release(by=lab.official, hold=hold, lot=paddy(world, 3), reason=REASON)
    holding.release(by=lab.official, hold=hold, lot=world.lot.uri, reason=REASON)
    hold.refresh_from_db()
    assert hold.state == Hold.State.IN_FORCE
    assert marked(paddy(world, 1))
    assert not any(marked(uri) for uri in (world.lot.uri, *world.packs))
    assert holding.left_lots(hold) == [paddy(world, 1)]
    holding.release(by=lab.official, hold=hold, reason=REASON)
    hold.refresh_from_db()
    assert hold.state == Hold.State.RELEASED
    assert not marked(paddy(world, 1))


def test_a_partial_release_of_what_another_hold_holds_is_remembered(world: World, lab: Lab) -> None:
    one, two = (holding.hold_lot(by=None, lot=paddy(world, number), reason=REASON) for number in (1, 2))
    holding.release(by=lab.official, hold=one, lot=world.lot.uri, reason=REASON)
    assert marked(world.lot.uri)
    holding.release(by=lab.official, hold=two, reason=REASON)
    assert not marked(world.lot.uri), "the first hold had let it go already"
    assert marked(paddy(world, 1))


def test_a_recall_is_untouched_by_a_release(world: World, lab: Lab) -> None:
    mark = build.object_event(
        time=timezone.now(), action="OBSERVE", epcs=[], quantities=[(world.lot.uri, None, None)],
        persistent_set=["recalled"],
    )  # fmt: skip
    capture_events([mark])
    hold = holding.hold_lot(by=None, lot=world.lot.uri, reason=REASON)
    holding.release(by=lab.official, hold=hold, reason=REASON)
    assert set(status.standing(world.lot.uri)) == {"recalled"}
    assert set(holds.held([world.lot.uri])[world.lot.uri]) == {"recalled"}


def test_what_another_authority_marked_by_itself_stays_marked(world: World, lab: Lab) -> None:
    def mark(word: str, uri: str, submitter: Any) -> None:
        event = build.object_event(
            time=timezone.now(), action="OBSERVE", epcs=[], quantities=[(uri, None, None)],
            **{f"persistent_{word}": ["non_conformant"]},
        )  # fmt: skip
        capture_events([event], submitter=str(submitter.pk))

    mark("set", world.lot.uri, world.authority)
    mark("set", paddy(world, 1), world.stranger)  # nobody need listen
    hold = holding.hold_lot(by=None, lot=paddy(world, 1), reason=REASON)
    holding.release(by=lab.official, hold=hold, reason=REASON)
    assert marked(world.lot.uri)
    assert not marked(paddy(world, 1))
    mark("unset", world.lot.uri, world.authority)
    again = holding.hold_lot(by=None, lot=paddy(world, 1), reason=REASON)
    holding.release(by=lab.official, hold=again, reason=REASON)
    assert not marked(world.lot.uri)


# the one question at the doors


def test_held_knows_lot_item_and_what_is_inside(world: World, lab: Lab) -> None:
    everything = [world.lot.uri, *world.packs, CASE, paddy(world, 1)]
    assert holds.held(everything) == {}
    capture_events([build.aggregation_event(time=timezone.now(), action="ADD", parent=CASE, children=world.packs[:2])])
    mark = build.object_event(
        time=timezone.now(), action="OBSERVE", epcs=[], quantities=[(world.lot.uri, None, None)],
        persistent_set=["non_conformant"],
    )  # fmt: skip
    capture_events([mark])
    held = holds.held(everything)
    assert set(held) == {world.lot.uri, *world.packs, CASE}, "packs by their lot, the case by what is in it"
    [rid] = {rid for words in held.values() for rid in words.values()}
    assert rid == latest(1)[0].rid
    before = history(world.lot.uri)[0].time_ms
    assert holds.held(everything, at=before) == {}


def test_somebody_elses_word_holds_nothing(world: World, lab: Lab) -> None:
    mark = shipping(world.lot.uri, step="inspecting", persistent_set=["non_conformant"])
    capture_events([mark], submitter=str(world.stranger.pk))
    assert holds.held([world.lot.uri]) == {}
    capture_events([{**mark, "eventTime": "2026-06-01T00:00:00.000Z"}], submitter=str(world.grower.pk))
    assert holds.held([world.lot.uri]), "the owner of the product is heard"


def test_the_refusal_names_lot_since_when_by_whom_and_what_to_do(world: World, lab: Lab) -> None:
    holds.refuse_held([world.lot.uri])
    failed(world, lab)
    with pytest.raises(Conflict) as refused:
        holds.refuse_held([world.packs[0]])
    words = refused.value.vi
    for part in (world.rice.name, "tạm giữ", f"{timezone.localtime():%d/%m/%Y}", world.authority.name, "để riêng"):
        assert part in words
    assert world.authority.name_en in refused.value.en


@pytest.mark.parametrize(
    ("step", "disposition", "refused"),
    [
        ("shipping", "in_transit", True),
        ("shipping", "returned", False),
        ("retail_selling", "retail_sold", True),
        ("packing", "in_progress", True),
        ("unpacking", "sellable_accessible", True),
        ("inspecting", None, False),
        ("destroying", "destroyed", False),
        ("receiving", "in_progress", False),
        ("holding", None, False),
    ],
)
def test_which_events_the_doors_refuse_and_raise_alarms(
    world: World, lab: Lab, step: str, disposition: str | None, refused: bool
) -> None:
    failed(world, lab)
    event = shipping(world.packs[0], step=step, disposition=disposition)
    before = latest(1)[0].rid
    if refused:
        with pytest.raises(Conflict):
            capture_events([event], submitter=str(world.shop.pk), unless_held=True)
        assert latest(1)[0].rid == before
    else:
        capture_events([event], submitter=str(world.shop.pk), unless_held=True)
    capture_events([event], submitter=str(world.shop.pk))  # the ledger itself refuses nobody
    assert latest(1)[0].rid > before
    alarms.look_for_alarms()
    assert Alarm.objects.exists() == refused


def test_a_transformation_of_held_goods_and_items_made_of_a_held_lot_are_refused(world: World, lab: Lab) -> None:
    failed(world, lab)
    made = build.transformation_event(
        time=timezone.now(), input_quantities=[(world.lot.uri, 5, KG)],
        output_quantities=[(paddy(world, 9), 4, KG)],
    )  # fmt: skip
    packed = build.object_event(
        time=timezone.now(), action="ADD", biz_step="commissioning",
        epcs=[f"https://id.gs1.org/01/{world.rice.gtin}/21/MOI1"],
        ilmd={"cbvmda:lotNumber": world.lot.number},
    )  # fmt: skip
    context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"cbvmda": "urn:epcglobal:cbv:mda:"}]
    for event in (made, packed):
        with pytest.raises(Conflict):
            capture_events([event], unless_held=True, context=context)


def test_what_stands_already_may_come_again_after_the_hold(world: World, lab: Lab) -> None:
    event = shipping(world.packs[0])
    capture_events([event], submitter=str(world.shop.pk), unless_held=True)
    failed(world, lab)
    assert capture_events([event], submitter=str(world.shop.pk), unless_held=True).known_events == 1


# alarms


def test_an_alarm_is_raised_once_for_both_provinces_and_the_holder(world: World, lab: Lab) -> None:
    failed(world, lab)
    store = world.places["store"].uri
    capture_events([shipping(*world.packs[:2], read_point=store)], submitter=str(world.shop.pk))
    capture_events([shipping(paddy(world, 2))], submitter=str(world.grower.pk))
    assert alarms.behind() > 0
    while alarms.look_for_alarms():
        pass
    alarms.Watch.objects.update(event=0)
    while alarms.look_for_alarms():
        pass
    [alarm] = Alarm.objects.all()
    assert (alarm.count, alarm.word, alarm.what, alarm.late) == (2, "non_conformant", "shipping", False)
    assert (alarm.holder, alarm.producer, alarm.hold) == (world.shop, world.grower, Hold.objects.get())
    seen = {who.pk: access.alarms(who).exists() for who in (lab.official, lab.neighbour, lab.seller)}
    assert all(seen.values())
    assert not access.alarms(world.accounts["other"]).exists()
    assert alarms.behind() == 0


def test_an_event_told_late_says_so_and_a_hold_that_ended_since_does_not_matter(world: World, lab: Lab) -> None:
    early = timezone.now() - timedelta(hours=3)
    hold = holding.hold_lot(by=None, lot=world.lot.uri, reason=REASON)
    capture_events([{**shipping(world.packs[0]), "eventTime": early.isoformat(timespec="milliseconds")}])
    capture_events([shipping(world.packs[1])])
    holding.release(by=lab.official, hold=hold, reason=REASON)
    capture_events([shipping(world.packs[2])])
    alarms.look_for_alarms()
    assert sorted((alarm.late, alarm.things) for alarm in Alarm.objects.all()) == [
        (False, [world.packs[1]]),
        (True, [world.packs[0]]),
    ]


def milled(world: World, output: str, *, amount: int = 5) -> dict[str, Any]:
    return build.transformation_event(
        time=timezone.now(), input_quantities=[(world.lot.uri, amount, KG)], output_quantities=[(output, 4, KG)]
    )


def test_what_was_made_of_held_goods_anyway_is_held_too(world: World, lab: Lab) -> None:
    failed(world, lab)
    flour = f"https://id.gs1.org/01/{world.paddy.gtin}/10/BOT-1"
    capture_events([milled(world, flour)], submitter=str(world.grower.pk))
    assert not marked(flour)
    alarms.look_for_alarms()
    assert marked(flour)
    holding.release(by=lab.official, hold=Hold.objects.get(), reason=REASON)
    assert not marked(flour)


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize("first", ["hold", "claim"])
def test_a_strangers_word_holds_nobodys_goods_but_is_seen(
    world: World, lab: Lab, first: str, checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not checked:
        monkeypatch.setattr(Heard, "all_official", True)
    flour = f"https://id.gs1.org/01/{world.paddy.gtin}/10/BOT-1"
    told = [milled(world, flour)]
    if first == "claim":
        capture_events(told, submitter=str(world.stranger.pk))
    failed(world, lab)
    if first == "hold":
        capture_events(told, submitter=str(world.stranger.pk))
        alarms.look_for_alarms()
        assert Alarm.objects.filter(holder=world.stranger).exists()
    assert marked(flour) is not checked
    hold = Hold.objects.get()
    assert [(claim.senders, claim.made) for claim in holding.claims(hold)] == (
        [((str(world.stranger.pk),), (flour,))] if checked else []
    )


def test_an_official_believes_a_claim(world: World, lab: Lab) -> None:
    failed(world, lab)
    flour, bread = (f"https://id.gs1.org/01/{world.paddy.gtin}/10/{name}" for name in ("BOT-1", "BANH-1"))
    capture_events([milled(world, flour)], submitter=str(world.stranger.pk))
    baked = build.transformation_event(
        time=timezone.now(), input_quantities=[(flour, 5, KG)], output_quantities=[(bread, 4, KG)]
    )
    capture_events([baked], submitter=str(world.grower.pk))
    alarms.look_for_alarms()
    hold = Hold.objects.get()
    [claim] = holding.claims(hold)
    page, official = f"/lab/holds/{hold.pk}", Client()
    official.force_login(lab.official)
    shown = official.get(page).content.decode()
    assert page + "/claims" in shown
    asked = official.get(page + "/claims").content.decode()
    assert world.stranger.name in asked
    assert "BOT-1" in asked
    for who in (world.accounts["manager"], world.accounts["other"], lab.neighbour):
        with pytest.raises(NotAllowed):
            holding.believe_claims(by=who, hold=hold, events=[claim.event_id], reason=REASON)
    for events in ([], ["urn:uuid:55555555-5555-4555-8555-555555555555"]):
        with pytest.raises(Invalid):
            holding.believe_claims(by=lab.official, hold=hold, events=events, reason=REASON)
    answer = official.post(page + "/claims", {"events": [claim.event_id], "reason": REASON})
    assert answer.status_code == 302
    assert marked(flour)
    assert marked(bread)
    hold.refresh_from_db()
    assert (hold.claimed, holding.claims(hold)) == (0, [])
    assert Act.objects.filter(action="lab.believe_claims").count() == 1
    holding.release(by=lab.official, hold=hold, reason=REASON)
    assert not marked(flour)
    with pytest.raises(Conflict):
        holding.believe_claims(by=lab.official, hold=hold, events=[claim.event_id], reason=REASON)


def test_answering(world: World, lab: Lab) -> None:
    failed(world, lab)
    capture_events([shipping(world.packs[0], read_point=world.places["store"].uri)], submitter=str(world.shop.pk))
    alarms.look_for_alarms()
    [alarm] = Alarm.objects.all()
    for who in (world.accounts["member"], world.accounts["other"], lab.tester):
        with pytest.raises(NotAllowed):
            alarms.answer_alarm(by=who, alarm=alarm, answer="Đã gọi cửa hàng.")
    with pytest.raises(Invalid):
        alarms.answer_alarm(by=lab.seller, alarm=alarm, answer="ok")
    alarms.answer_alarm(by=lab.neighbour, alarm=alarm, answer="Đã gọi cửa hàng, hàng để riêng.")
    with pytest.raises(Conflict):
        alarms.answer_alarm(by=lab.seller, alarm=alarm, answer="Hàng đã được để riêng.")


# limits


def sheet(*rows: str) -> bytes:
    return ("\ufeff" + ",".join(tables.COLUMNS) + "\n" + "\n".join(rows)).encode()


GOOD = 'rice,lead,Chì (Pb),Lead,max,"0,2",mg/kg,QC mẫu,,configured,01/01/2026,'


def test_limits_come_in_whole_or_not_at_all(world: World, lab: Lab) -> None:
    with pytest.raises(NotAllowed):
        actions.import_limits(by=world.accounts["manager"], data=sheet(GOOD), filename="a.csv")
    with pytest.raises(ManyInvalid) as refused:
        actions.import_limits(
            by=lab.official, data=sheet(GOOD, "gạo,x,Tên,,max,abc,thìa,,,sure,2026-13-01,"), filename="a.csv"
        )
    told = " ".join(fault.vi for fault in refused.value.faults)
    assert all(f"Ô {cell}:" in told for cell in ("A3", "F3", "G3", "J3", "K3"))
    assert not Limit.objects.filter(analyte="lead").exists()
    assert actions.import_limits(by=lab.official, data=sheet(GOOD), filename="a.csv") == (1, 0)
    assert actions.import_limits(by=lab.official, data=sheet(GOOD), filename="a.csv") == (0, 1)
    with pytest.raises(ManyInvalid):
        actions.import_limits(by=lab.official, data=sheet(GOOD.replace("0,2", "0,3")), filename="a.csv")
    limit = Limit.objects.get(analyte="lead")
    assert (limit.value, limit.valid_from, limit.certainty) == (Decimal("0.2"), date(2026, 1, 1), "configured")


def test_the_table_that_goes_out_comes_in_again(world: World, lab: Lab) -> None:
    rows = [["rice", "x", "Tên", "", "max", "1", "mg/kg", "=1+1", "", "configured", "2026-01-01", ""]]
    for kind in ("csv", "xlsx"):
        answer = tables.answer(kind, "limits", tables.COLUMNS, rows)
        [draft] = tables.read_limits(answer.content, f"limits.{kind}")
        assert (draft.basis, draft.value) == ("=1+1", Decimal(1))


@pytest.mark.parametrize("data", [b"PK\x03\x04nonsense", b"\xff\xfe\x00", b"", b"a,b\n1,2"])
def test_what_is_no_table_is_a_fault(data: bytes) -> None:
    with pytest.raises(Invalid):
        tables.read_limits(data, "x.csv")


def test_the_plan_counts(world: World, lab: Lab) -> None:
    with pytest.raises(NotAllowed):
        actions.plan(by=lab.neighbour, planner=world.authority, year=2026, month=6, product_kind="rice", wanted=3)
    line = actions.plan(by=lab.official, planner=world.authority, year=2026, month=6, product_kind="rice", wanted=3)
    sample = received(world, lab)
    Sample.objects.filter(pk=sample.pk).update(plan=line)
    [counted] = access.plan(year=2026)
    assert (counted.ordered, counted.taken, counted.done) == (1, 1, 0)
