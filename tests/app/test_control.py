"""Establishments, grades of old and new schemes, commitments, plans: who may, what is kept, what clashes."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.utils import timezone
from tests.control_world import MILL, STORE, Controlled, days, official, put_under_control, signed, visit
from tests.world import World

from lienvung.audit.models import Act
from lienvung.control import access, actions, reference, rules
from lienvung.control.models import Breach, Establishment, Grade, Plan, PlanRow
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.people import actions as people
from lienvung.texts import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def controlled(world: World) -> Controlled:
    return put_under_control(world)


def test_an_establishment_is_of_the_province_of_its_place(world: World, controlled: Controlled) -> None:
    assert (controlled.mill.province, controlled.store.province) == ("37", "01")
    assert controlled.mill.activities == ["processing", "packing"]
    with pytest.raises(Conflict):
        actions.register_establishment(by=None, place=world.places["mill"], **MILL)
    for wrong in ({"activities": []}, {"risk": "huge"}, {"scale": ""}, {"activities": ["flying"]}):
        with pytest.raises(Invalid):
            actions.register_establishment(by=None, place=world.places["field"], **{**MILL, **wrong})


def test_who_may_put_a_place_under_control(world: World) -> None:
    for who in (world.accounts["member"], world.accounts["manager"], world.accounts["staff"], official("01")):
        with pytest.raises(NotAllowed):
            actions.register_establishment(by=who, place=world.places["mill"], **MILL)
    assert not Establishment.objects.exists()
    actions.register_establishment(by=world.accounts["official"], place=world.places["mill"], **MILL)
    assert Act.objects.filter(action="control.register_establishment", actor=world.accounts["official"].pk).exists()


def test_nobody_inspects_the_own_organisation(world: World, controlled: Controlled) -> None:
    people.add_member(by=None, account=controlled.inspector, organisation=world.grower)
    assert not access.may_act(controlled.inspector, controlled.mill)


def test_the_second_of_two_who_change_a_record_is_told(controlled: Controlled) -> None:
    seen = controlled.mill.version
    facts = {**MILL, "risk": "high"}
    actions.update_establishment(by=None, establishment=controlled.mill, seen=seen, **facts)
    with pytest.raises(Conflict):
        actions.update_establishment(by=None, establishment=controlled.mill, seen=seen, **{**facts, "risk": "low"})
    assert Establishment.objects.get(pk=controlled.mill.pk).risk == "high"


def test_a_grade_is_of_the_scheme_of_its_day_and_stays_so(controlled: Controlled, settings, tmp_path) -> None:
    by, mill = controlled.inspector, controlled.mill
    old = actions.record_grade(by=by, establishment=mill, result="B", graded_on=date(2024, 6, 3), document="12/BB")
    new = actions.record_grade(by=by, establishment=mill, result="pass", graded_on=date(2025, 6, 3), document="34/BB")
    assert (old.result_vi, new.result_vi) == ("Loại B (đạt)", "Đạt")
    assert (old.next_visit_by, new.next_visit_by) == (date(2025, 6, 3), date(2026, 6, 3))
    with pytest.raises(Invalid):  # there was no B any more
        actions.record_grade(by=by, establishment=mill, result="B", graded_on=date(2025, 6, 3), document="35/BB")
    with pytest.raises(Invalid):
        actions.record_grade(by=by, establishment=mill, result="pass", graded_on=days(1), document="36/BB")
    settings.HOME = tmp_path
    folder = tmp_path / "reference" / "control"
    folder.mkdir(parents=True)
    changed = json.loads((reference.SHIPPED / "schemes.json").read_text())
    changed["schemes"][0]["results"][1]["words"] = ["Khác", "Other"]
    (folder / "schemes.json").write_text(json.dumps(changed))
    reference.schemes.cache_clear()
    try:
        assert reference.schemes()[0].results[1].words.vi == "Khác", "an installation's own file counts"
        assert Grade.objects.get(pk=old.pk).result_vi == "Loại B (đạt)"
    finally:
        reference.schemes.cache_clear()


def test_every_shipped_set_says_its_source_and_how_sure_it_is() -> None:
    assert all(scheme.certainty and scheme.source for scheme in reference.schemes())
    assert reference.practice().commitment.certainty
    assert reference.schemes()[0].ends == reference.schemes()[1].begins
    for checklist in reference.checklists():
        assert len({item.code for item in checklist.items}) == len(checklist.items)
        assert all(item.text.vi and item.text.en for item in checklist.items)
    known = {activity for checklist in reference.checklists() for activity in checklist.activities}
    assert known == set(actions.words.ACTIVITIES), "every activity has a checklist"


def test_a_commitment_runs_three_years_and_is_renewed(controlled: Controlled) -> None:
    by, mill, name = controlled.inspector, controlled.mill, "Trần Văn Xay"
    assert list(access.uncommitted(["37", "01"])) == [mill], "the store is not small"
    first = actions.record_commitment(by=by, establishment=mill, signed_on=date(2023, 7, 1), signer_name=name)
    assert first.ends_on == date(2026, 7, 1)
    assert list(access.renewals(date(2026, 5, 10), 60)) == [first]
    assert not access.renewals(date(2026, 4, 1), 60)
    assert not access.uncommitted(["37", "01"])
    for wrong in (date(2023, 7, 1), date(2023, 6, 30)):
        with pytest.raises(Conflict):
            actions.record_commitment(by=by, establishment=mill, signed_on=wrong, signer_name=name)
    renewed = actions.record_commitment(by=by, establishment=mill, signed_on=date(2026, 6, 1), signer_name=name)
    assert list(access.commitments()) == [renewed], "the latest one counts"
    assert not access.renewals(date(2026, 8, 1), 60)
    with pytest.raises(Invalid):  # not small
        actions.record_commitment(
            by=None, establishment=controlled.store, signed_on=date(2026, 6, 1), signer_name="Ai đó"
        )


def test_breaches_are_counted_and_each_has_its_consequence(controlled: Controlled) -> None:
    by = controlled.inspector
    commitment = actions.record_commitment(
        by=by, establishment=controlled.mill, signed_on=date(2025, 7, 1), signer_name="Trần Văn Xay"
    )
    what = "Dùng nước giếng chưa kiểm nghiệm."
    made = [
        actions.record_breach(by=by, commitment=commitment, what=what, found_on=date(2025, 8, n)) for n in range(1, 5)
    ]
    assert [breach.consequence for breach in made] == ["remind", "publish", "sanction", "sanction"]
    with pytest.raises(Invalid):
        actions.record_breach(by=by, commitment=commitment, what=what, found_on=date(2025, 6, 30))
    with pytest.raises(NotAllowed):
        actions.record_breach(by=official("01"), commitment=commitment, what=what, found_on=date(2025, 9, 1))
    assert Breach.objects.count() == 4


def test_a_plan_is_proposed_edited_approved_and_measured(world: World, controlled: Controlled) -> None:
    by, year = controlled.inspector, timezone.localdate().year
    mill = controlled.mill
    plan = actions.make_plan(by=by, province="37", year=year)
    [row] = access.rows_of(plan)
    assert row.establishment == mill, "the store is of another province"
    assert "Chưa kiểm tra lần nào" in [why.vi for why in row.why]
    with pytest.raises(Conflict):
        actions.make_plan(by=by, province="37", year=year)
    with pytest.raises(NotAllowed):
        actions.make_plan(by=by, province="01", year=year)
    actions.move_plan_row(by=by, row=row, month=11)
    with pytest.raises(NotAllowed):
        actions.add_plan_row(by=by, plan=plan, establishment=controlled.store, month=3, reason="Có phản ánh.")
    with pytest.raises(Conflict):
        actions.add_plan_row(by=by, plan=plan, establishment=mill, month=11, reason="Có phản ánh.")
    extra = actions.add_plan_row(by=by, plan=plan, establishment=mill, month=12, reason="Có phản ánh.")
    for who in (official("01"), world.accounts["manager"]):
        with pytest.raises(NotAllowed):
            actions.approve_plan(by=who, plan=plan)
    actions.approve_plan(by=by, plan=plan, document="45/QĐ-CC")
    for late in (
        lambda: actions.move_plan_row(by=by, row=extra, month=6),
        lambda: actions.remove_plan_row(by=by, row=extra),
        lambda: actions.add_plan_row(by=by, plan=plan, establishment=mill, month=1, reason="Nữa."),
        lambda: actions.approve_plan(by=by, plan=plan),
    ):
        with pytest.raises(Conflict):
            late()
    made = visit(by, mill)
    assert (made.kind, made.plan_row.month) == ("planned", 11)
    assert access.rows_of(plan).exclude(done_on=None).count() == 0, "not before it is signed"
    signed(by, made)
    assert [row.done_on for row in access.rows_of(plan)] == [timezone.localdate(), None]
    assert visit(by, mill).plan_row.month == 12
    assert PlanRow.objects.count() == 2
    assert Plan.objects.get().state == "approved"


def test_a_plan_without_rows_is_not_approved(controlled: Controlled) -> None:
    controlled.mill.in_operation = False
    controlled.mill.save()
    plan = actions.make_plan(by=controlled.inspector, province="37", year=timezone.localdate().year)
    with pytest.raises(Invalid):
        actions.approve_plan(by=controlled.inspector, plan=plan)


def test_visits_due_are_of_the_own_province(controlled: Controlled) -> None:
    assert set(access.visits_due(["37"], days(31))) == {controlled.mill}
    actions.record_grade(
        by=None, establishment=controlled.mill, result="pass", graded_on=timezone.localdate(), document="Biên bản 1"
    )
    assert not access.visits_due(["37"], days(31))
    assert set(access.visits_due(["37", "01"], days(400))) == {controlled.mill, controlled.store}
    assert STORE["scale"] == "medium"


def test_a_plan_knows_the_last_result_the_findings_and_the_commitment_in_few_queries(
    controlled: Controlled, django_assert_max_num_queries
) -> None:
    by, mill = controlled.inspector, controlled.mill
    signed(by, visit(by, mill, failed={"nuoc-sach": "Không có kết quả.", "nhan": "Mờ."}, due_on=days(6)))
    actions.record_commitment(by=by, establishment=mill, signed_on=days(-10), signer_name="Trần Văn Xay")
    [known] = [actions._candidate(each) for each in access.for_planning("37")]
    assert known == rules.Candidate(
        key=str(mill.pk),
        risk="medium",
        last_visit=days(0),
        last_result=Text("Không đạt", "Not passed"),
        failing=True,
        months_by_result=2,
        committed=True,
        open_findings=2,
        latest_due=days(6),
    )
    with django_assert_max_num_queries(20):
        plan = actions.make_plan(by=by, province="37", year=days(0).year + 1)
    assert plan.rows.first().month <= 3
    assert "2 lỗi chưa đóng" in [why.vi for why in plan.rows.first().why]
