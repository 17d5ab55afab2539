"""The diary: units with a GIAI, entries told once, waiting periods at their last moment, corrections."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from tests.diary_world import PREFIX, SPRAYED, noted, plot_of, with_prefix
from tests.world import LOCAL, World

from lienvung import registry
from lienvung.catalogue import actions as catalogue
from lienvung.catalogue.models import Lot
from lienvung.checks.actions import run_checks
from lienvung.checks.models import Finding
from lienvung.diary import access, actions, rules
from lienvung.diary.models import Entry, Unit
from lienvung.diary.words import ACTIVITIES
from lienvung.epcis import build
from lienvung.errors import Conflict, Invalid, NotAllowed, NotFound
from lienvung.ledger.capture import capture_events
from lienvung.ledger.events import get_event, history
from lienvung.ledger.marking import CONTEXT
from lienvung.ledger.trace import journey
from lienvung.ledger.waiting import periods, waiting_until
from lienvung.scan.scores import scores_of
from lienvung.web.vocabulary import ACTIVITIES as SAID

pytestmark = pytest.mark.django_db
END = datetime(2026, 6, 7, 23, 59, 59, 999000, tzinfo=LOCAL)  # two weeks after SPRAYED, until the end of that day
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def farm(world: World) -> World:
    return with_prefix(world)


@pytest.fixture
def plot(farm: World) -> Unit:
    return plot_of(farm)


def told(event: dict[str, Any], by: Any) -> None:
    assert capture_events([event], submitter=str(by.pk), context=CONTEXT).success


def harvest(world: World, plot: Unit, at: datetime, number: str = "T-1") -> Lot:
    lot = catalogue.register_lot(by=None, product=world.paddy, number=number)
    field = world.places["field"].uri
    cut = build.transformation_event(
        time=at, inputs=[plot.uri], output_quantities=[(lot.uri, 900, "KGM")], biz_step="creating_class_instance",
        read_point=field, biz_location=field, ilmd={"cbvmda:harvestEndDate": at.date().isoformat()},
    )  # fmt: skip
    context = [CONTEXT[0], {"cbvmda": "urn:epcglobal:cbv:mda:"}]
    assert capture_events([cut], submitter=str(world.grower.pk), context=context).success
    return lot


def findings() -> list[str]:
    while run_checks():
        pass
    return list(Finding.objects.filter(kind="waiting_period", state="open").values_list("subject", flat=True))


# --- units ---------------------------------------------------------------------------------------


def test_a_unit_has_a_giai_of_its_organisation_and_its_season_another(farm: World, plot: Unit) -> None:
    assert plot.base_uri == f"https://id.gs1.org/8004/{PREFIX}T001"
    assert plot.uri == f"https://id.gs1.org/8004/{PREFIX}T001-X26"
    assert plot_of(farm, name="Ruộng hai").code == "T002"
    with pytest.raises(Conflict):
        plot_of(farm, code="t001")


def test_no_giai_is_too_long_and_no_two_units_share_one(farm: World) -> None:
    longest = plot_of(farm, code="A" * 9, season="B" * 7)
    assert len(longest.uri.rpartition("/")[2]) <= 30 - (12 - len(PREFIX))
    for code in ("AB-1", "Ruộng", "A" * 10, "a b", "../x"):
        with pytest.raises(Invalid):
            plot_of(farm, code=code)


def test_a_unit_stands_at_a_place_of_its_own_organisation(farm: World) -> None:
    with pytest.raises(Invalid) as fault:
        plot_of(farm, place=farm.places["store"])
    assert fault.value.path == "place"
    with pytest.raises(NotAllowed):
        actions.register_unit(
            by=farm.accounts["other"], organisation=farm.grower, kind="plot", name="x", place=farm.places["field"],
            area_m2=Decimal(1),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"area_m2": None}, "area_m2"),
        ({"area_m2": Decimal(0)}, "area_m2"),
        ({"kind": "herd", "heads": None}, "heads"),
        ({"kind": "herd", "heads": 0}, "heads"),
        ({"kind": "cloud"}, "kind"),
        ({"name": "  "}, "name"),
    ],
)
def test_a_unit_says_how_large_it_is(farm: World, values: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as fault:
        plot_of(farm, **values)
    assert fault.value.path == path


def test_a_new_season_is_another_crop(farm: World, plot: Unit) -> None:
    entry = noted(farm, plot)
    later = actions.start_season(by=None, unit=plot, season="m26")
    assert later.uri.endswith("T001-M26")
    assert entry.thing.endswith("T001-X26")
    assert not waiting_until([later.uri], at=END)
    with pytest.raises(Conflict):
        actions.start_season(by=None, unit=later, season="X26")


def test_other_rooms_learn_from_the_registry_what_can_be_harvested(farm: World, plot: Unit) -> None:
    closed = plot_of(farm, name="Ruộng cũ")
    actions.close_unit(by=None, unit=closed)
    [provider] = registry.growing
    [growing] = provider.growing(farm.grower.pk)
    assert (growing.uri, growing.kind, growing.place_gln) == (plot.uri, "plot", plot.place.gln)
    noted(farm, plot)
    assert waiting_until(growing.about, at=END)
    with pytest.raises(Conflict):
        noted(farm, closed)


# --- entries -------------------------------------------------------------------------------------


def test_an_entry_is_an_event_about_what_grows(farm: World, plot: Unit) -> None:
    entry = noted(farm, plot)
    event = get_event(entry.event_id)
    value = event.value()
    assert value["epcList"] == [plot.uri]
    assert value["readPoint"]["id"] == farm.places["field"].uri
    assert value["lv:entry"] == entry.event_id
    assert {key: value[key] for key in value if key.startswith("lv:") and key != "lv:entry"} == {
        "lv:activity": "spraying", "lv:material": "tricyclazole 75WP", "lv:amount": 60, "lv:uom": "GRM",
        "lv:waitingUntil": "2026-06-07",
    }  # fmt: skip
    assert (value["eventTime"][:16], value["eventTimeZoneOffset"]) == ("2026-05-24T06:00", "+07:00")
    assert event.submitter == str(farm.grower.pk)


def test_what_begins_grows_from_there_once(farm: World, plot: Unit) -> None:
    sown = noted(farm, plot, "sowing", at=SPRAYED - timedelta(days=60))
    planted = noted(farm, plot, "transplanting", at=SPRAYED - timedelta(days=40))
    first, second = (get_event(each.event_id) for each in (sown, planted))
    assert (first.action.name, first.biz_step) == ("ADD", "commissioning")
    assert (second.action.name, second.biz_step) == ("OBSERVE", "other")


def test_figures_of_a_pond(farm: World) -> None:
    pond = plot_of(farm, kind="pond", name="Ao số 2", season="")
    figures = {"ph": Decimal("7.4"), "oxygen": Decimal("5.1")}
    entry = noted(farm, pond, "water_check", measures=figures)
    assert get_event(entry.event_id).value()["lv:ph"] == Decimal("7.4")
    for wrong, path in (({}, "ph"), ({"ph": Decimal(74)}, "ph"), ({"oxygen": Decimal(-1)}, "oxygen")):
        with pytest.raises(Invalid) as fault:
            noted(farm, pond, "water_check", measures=wrong)
        assert fault.value.path == path


def test_notes_do_not_go_into_the_ledger(farm: World, plot: Unit) -> None:
    entry = noted(farm, plot, note="bà Lúa đau lưng")
    assert "đau lưng" not in str(get_event(entry.event_id).value())


def test_the_same_task_is_told_once(farm: World, plot: Unit) -> None:
    values: dict[str, Any] = {
        "by": farm.accounts["member"], "organisation": farm.grower, "task_id": uuid.uuid4(), "unit": plot,
        "activity": "fertilising", "at": SPRAYED, "material": "NPK", "amount": Decimal("20.0"), "uom": "KGM",
    }  # fmt: skip
    first = actions.record_entry(**values)
    again = actions.record_entry(**{**values, "amount": Decimal(20), "at": SPRAYED.astimezone(UTC)})
    assert (first.again, again.again, again.entry.pk) == (False, True, first.entry.pk)
    assert len(history(plot.uri)) == 1
    for other in ({"amount": Decimal(21)}, {"material": "NPK 2"}, {"activity": "weeding"}):
        with pytest.raises(Conflict):
            actions.record_entry(**{**values, **other})
    actions.record_entry(**{**values, "task_id": uuid.uuid4()})  # the same work once more is another task
    assert len(history(plot.uri)) == 2


def test_a_task_of_another_organisation_is_not_given_out(farm: World, plot: Unit) -> None:
    entry = noted(farm, plot)
    with pytest.raises(Conflict):
        actions.record_entry(
            by=farm.accounts["other"], organisation=farm.stranger, task_id=entry.pk, unit=plot, activity="weeding",
            at=SPRAYED,
        )  # fmt: skip


def test_a_refused_capture_leaves_no_row(farm: World, plot: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Conflict("test.no", vi="không", en="no")

    monkeypatch.setattr(actions, "capture_events", refuse)
    with pytest.raises(Conflict):
        noted(farm, plot)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("activity", "values", "path"),
    [
        ("spraying", {"at": datetime(2999, 1, 1, tzinfo=LOCAL)}, "day"),
        ("spraying", {"at": datetime(1990, 1, 1, tzinfo=LOCAL)}, "day"),
        ("spraying", {"material": "  "}, "material"),
        ("spraying", {"waiting_days": None}, "waiting_days"),
        ("spraying", {"waiting_days": -1}, "waiting_days"),
        ("spraying", {"waiting_days": 10**12}, "waiting_days"),
        ("spraying", {"waiting_days": None, "waiting_until": date(2026, 5, 23)}, "waiting_until"),
        ("spraying", {"waiting_days": None, "waiting_until": date(9999, 12, 31)}, "waiting_until"),
        ("spraying", {"amount": Decimal(0)}, "amount"),
        ("spraying", {"amount": Decimal("NaN")}, "amount"),
        ("spraying", {"uom": "XYZ"}, "uom"),
        ("spraying", {"note": "x" * 501}, "note"),
        ("spraying", {"material": "a\x00b"}, "material"),
        ("feeding", {}, "activity"),
        ("dancing", {}, "activity"),
    ],
)
def test_wrong_values_name_their_field(
    farm: World, plot: Unit, activity: str, values: dict[str, Any], path: str
) -> None:
    with pytest.raises(Invalid) as fault:
        noted(farm, plot, activity, **values)
    assert fault.value.path == path
    assert not history(plot.uri)


def test_nobody_writes_in_the_diary_of_another(farm: World, plot: Unit) -> None:
    values: dict[str, Any] = {"task_id": uuid.uuid4(), "unit": plot, "activity": "weeding", "at": SPRAYED}
    for who in ("other", "official", "staff"):
        with pytest.raises(NotAllowed):
            actions.record_entry(by=farm.accounts[who], organisation=farm.grower, **values)
    with pytest.raises(NotFound):  # in the name of one's own organisation, but on somebody else's plot
        actions.record_entry(by=farm.accounts["other"], organisation=farm.stranger, **values)


def test_an_entry_may_be_about_a_lot_of_ones_own(farm: World, plot: Unit) -> None:
    entry = noted(farm, plot, lot=farm.lot.uri)
    assert get_event(entry.event_id).value()["quantityList"] == [{"epcClass": farm.lot.uri}]
    assert waiting_until([farm.lot.uri], at=END)[farm.lot.uri].event == entry.event_id
    theirs = catalogue.register_product(
        by=None, owner=farm.stranger, gtin="08930000099990", name="Của người khác", name_en="Another's"
    )
    foreign = catalogue.register_lot(by=None, product=theirs, number="X1")
    for lot in (foreign.uri, "https://id.gs1.org/01/09999999999994/10/NO", "vớ vẩn", farm.rice.uri):
        with pytest.raises(Invalid):
            noted(farm, plot, lot=lot)


# --- waiting -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "waits"),
    [
        (SPRAYED - MOMENT, False),
        (SPRAYED, True),
        (END, True),
        (END.astimezone(UTC), True),  # the same moment: 16:59:59 of that day in Greenwich
        (END + MOMENT, False),
        (datetime(2026, 6, 7, 23, 30, tzinfo=timezone(timedelta(hours=-5))), False),  # the 7th there, the 8th here
        (datetime(2026, 6, 8, 0, 30, tzinfo=timezone(timedelta(hours=9))), True),  # the 8th there, the 7th here
    ],
)
def test_waiting_lasts_until_the_end_of_its_last_day_where_it_was_told(
    farm: World, plot: Unit, at: datetime, waits: bool
) -> None:
    entry = noted(farm, plot)
    found = waiting_until([plot.uri, farm.places["field"].uri], at=at)
    assert set(found) == ({plot.uri} if waits else set())
    if waits:
        until, event, *_ = found[plot.uri]
        assert (until, event) == (END, entry.event_id)


@pytest.mark.parametrize(("late", "found"), [(timedelta(), True), (MOMENT, False)])
def test_the_checks_and_the_waiting_period_agree_at_the_last_moment(
    farm: World, plot: Unit, late: timedelta, found: bool
) -> None:
    noted(farm, plot)
    lot = harvest(farm, plot, END + late)
    assert findings() == ([lot.uri] if found else [])


def test_a_day_counts_where_people_live(farm: World, plot: Unit) -> None:
    """23:30 in Greenwich is the next morning here: the days are counted from that one."""
    entry = noted(farm, plot, at=datetime(2026, 5, 23, 23, 30, tzinfo=UTC))
    assert entry.waiting_until == date(2026, 6, 7)
    assert noted(farm, plot, waiting_days=0).waiting_until is None
    assert rules.last_day(ACTIVITIES["spraying"], SPRAYED, days=3, until=date(2026, 6, 1)) == date(2026, 6, 1)


def test_the_longest_of_several_holds(farm: World, plot: Unit) -> None:
    short = noted(farm, plot, at=SPRAYED + timedelta(days=2), waiting_days=3)
    long = noted(farm, plot)
    assert waiting_until([plot.uri], at=SPRAYED + timedelta(days=3))[plot.uri].event == long.event_id
    both = periods([plot.uri], at=SPRAYED + timedelta(days=3))[plot.uri]
    assert [each.event for each in both] == [long.event_id, short.event_id]


@pytest.mark.parametrize("form", ["place", "plot", "typed", "other_prefix", "time"])
def test_a_treatment_of_the_whole_plot_told_in_other_words(farm: World, form: str) -> None:
    """As software of others may write it: no thing named, the place in either way, a typed value, another prefix."""
    field = farm.places["field"].uri
    until: Any = "2026-06-07T08:00:00+07:00" if form == "time" else "2026-06-07"
    prefix = "x" if form == "other_prefix" else "lv"
    own = {f"{prefix}:waitingUntil": {"@type": "xsd:date", "@value": until} if form == "typed" else until}
    if form == "plot":
        own["lv:plot"] = field
    event = build.object_event(
        time=SPRAYED, action="OBSERVE", epcs=[], read_point=farm.places["mill"].uri if form == "plot" else field,
        extensions=own,
    )  # fmt: skip
    context = [CONTEXT[0], {"lv": "https://lienvung.vn/ns/", "x": "https://lienvung.vn/ns/"}]
    assert capture_events([event], submitter=str(farm.grower.pk), context=context).success
    end = datetime(2026, 6, 7, 8, tzinfo=LOCAL) if form == "time" else END
    assert waiting_until([field], at=end)[field].until == end
    assert not waiting_until([field], at=end + MOMENT)
    assert not waiting_until([farm.places["mill"].uri], at=end)


def test_a_treatment_of_one_crop_is_not_one_of_its_plot(farm: World, plot: Unit) -> None:
    noted(farm, plot)
    assert not waiting_until([farm.places["field"].uri, plot_of(farm, name="Ruộng hai").uri], at=END)


def test_what_is_no_date_holds_nothing(farm: World, plot: Unit) -> None:
    event = build.object_event(
        time=SPRAYED, action="OBSERVE", epcs=[plot.uri], extensions={"lv:waitingUntil": "mai kia"}
    )
    told(event, farm.grower)
    assert not waiting_until([plot.uri], at=SPRAYED)


# --- corrections ---------------------------------------------------------------------------------


def test_a_withdrawn_entry_holds_nothing_and_its_finding_closes(farm: World, plot: Unit) -> None:
    entry = noted(farm, plot)
    lot = harvest(farm, plot, END)
    assert findings() == [lot.uri]
    gone = actions.withdraw_entry(by=farm.accounts["member"], entry=entry, reason="Ghi nhầm thửa")
    assert actions.withdraw_entry(by=farm.accounts["member"], entry=entry, reason="Ghi nhầm thửa") == gone
    assert not waiting_until([plot.uri], at=END)
    assert findings() == []
    assert access.wrong([entry]) == {entry.pk}
    [declaration] = [each for each in history(plot.uri) if "errorDeclaration" in each.value()]
    assert declaration.value()["errorDeclaration"]["reason"] == "did_not_occur"


def test_what_was_withdrawn_can_be_said_again(farm: World, plot: Unit) -> None:
    """The ledger knows events by their contents: the same words again must be another event, not the withdrawn one."""
    entry = noted(farm, plot)
    actions.withdraw_entry(by=None, entry=entry, reason="Ghi nhầm thửa")
    again = noted(farm, plot)
    assert waiting_until([plot.uri], at=END)[plot.uri].event == again.event_id


def test_a_corrected_entry_points_to_the_right_one(farm: World, plot: Unit) -> None:
    entry = noted(farm, plot)
    values: dict[str, Any] = {
        "by": farm.accounts["member"], "organisation": farm.grower, "task_id": uuid.uuid4(), "entry": entry,
        "reason": "Nhãn ghi 7 ngày", "activity": "spraying", "at": SPRAYED, "material": "tricyclazole 75WP",
        "waiting_days": 7,
    }  # fmt: skip
    done = actions.correct_entry(**values)
    again = actions.correct_entry(**values)
    assert (done.again, again.again, again.entry.pk) == (False, True, done.entry.pk)
    found = waiting_until([plot.uri], at=SPRAYED)[plot.uri]
    assert (found.event, found.until.date()) == (done.entry.event_id, date(2026, 5, 31))
    [declaration] = [each.value() for each in history(plot.uri) if "errorDeclaration" in each.value()]
    assert declaration["eventID"] == entry.event_id
    assert declaration["errorDeclaration"]["correctiveEventIDs"] == [done.entry.event_id]
    with pytest.raises(Conflict):  # corrected once; a second correction is of the new line
        actions.correct_entry(**{**values, "task_id": uuid.uuid4()})
    with pytest.raises(Invalid):
        actions.correct_entry(**{**values, "task_id": uuid.uuid4(), "entry": done.entry, "reason": " "})
    assert len(history(plot.uri)) == 3, "a correction without a reason leaves nothing"
    with pytest.raises(NotAllowed):
        actions.withdraw_entry(by=farm.accounts["other"], entry=done.entry, reason="x")


def test_a_stranger_cannot_take_a_waiting_period_away(farm: World, plot: Unit) -> None:
    entry = noted(farm, plot)
    error = {"declarationTime": END.isoformat(), "reason": "did_not_occur"}
    told({**get_event(entry.event_id).value(), "errorDeclaration": error}, farm.stranger)
    assert waiting_until([plot.uri], at=END)
    assert not access.wrong([entry])
    told({**get_event(entry.event_id).value(), "errorDeclaration": {**error, "reason": "x:y"}}, farm.authority)
    assert not waiting_until([plot.uri], at=END)
    assert access.wrong([entry]) == {entry.pk}, "told through another door, shown here too"


# --- what others make of it ----------------------------------------------------------------------


def test_a_lot_cut_from_a_plot_has_its_diary(farm: World, plot: Unit) -> None:
    entry = noted(farm, plot)
    after = noted(farm, plot, "weeding", at=END + timedelta(days=9))
    lot = harvest(farm, plot, END + timedelta(days=1))
    steps = journey(lot.uri)
    assert [step.stage for step in steps] == ["growing", "growing"]
    assert steps[0].event_id == entry.event_id
    [score] = scores_of([lot])
    [production] = [stage for stage in score.score.stages if stage.key == "production"]
    assert production.recorded
    assert not [item.key for item in production.items if item.state.value != "present"]
    assert access.behind_lot(farm.accounts["member"], lot.uri) == [entry]
    assert after not in access.behind_lot(farm.accounts["member"], lot.uri)
    assert not access.behind_lot(farm.accounts["other"], lot.uri)


def test_every_activity_has_words_on_the_pages_of_events() -> None:
    assert not set(ACTIVITIES) - set(SAID)
