"""Acts of the programme: who may, what follows, what is refused; parties and agencies through their successors."""

from __future__ import annotations

import copy
from datetime import date

import pytest
from django.db import transaction
from tests.programme_world import OLD_DAY, Cooperation, make_cooperation, make_draft, office, officer, province

from lienvung.audit.models import Act
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.papers.access import may_open
from lienvung.programme import access, actions, amending, naming, rules, words, working, writing
from lienvung.programme.doing import ACTS, LISTED
from lienvung.programme.models import Agreement, Clause, ClauseCopy, Commitment, Task
from lienvung.programme.rules import MAY, RULES, STATES, Role
from lienvung.territory.access import convert, unit_at
from lienvung.territory.actions import load_units


@pytest.fixture(scope="module", autouse=True)
def stage(django_db_setup, django_db_blocker):
    """The units and one cooperation, once for all tests here; gone afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_units()
        yield make_cooperation()
        transaction.set_rollback(True)


@pytest.fixture
def made(db: None, stage: Cooperation) -> Cooperation:
    return copy.deepcopy(stage)


def test_the_table_of_rights_is_whole() -> None:
    for rule in RULES:
        assert set(rule.states) <= set(STATES[rule.kind])
        assert rule.states
        assert rule.roles
        assert rule.kind in words.KINDS
        assert rule.act in words.RIGHTS
        assert rule.roles <= set(words.ROLES)
    assert set(STATES) == set(words.KINDS)
    assert all(state in words.STATES for states in STATES.values() for state in states)
    assert len({(rule.kind, rule.act) for rule in RULES}) == len(RULES), "two rules of one act would hide each other"
    for act in LISTED:
        assert len([each for each in LISTED if (each.kind, each.name) == (act.kind, act.name)]) == 1
    assert not [key for key, roles in MAY.items() if Role.PUBLIC in roles], "the public only sees"


def test_what_the_table_does_not_say_is_nobodys() -> None:
    assert not rules.may("agreement", "in_force", "sell", list(Role))
    assert not rules.may("claim", "confirmed", "edit", list(Role))
    assert rules.may("claim", "submitted", "confirm", [Role.OTHER])
    assert not rules.may("claim", "submitted", "confirm", [Role.FOCAL, Role.APPROVER, Role.LEAD])


WHO = {
    "nb_focal": {Role.FOCAL},
    "nb_head": {Role.APPROVER},
    "nb_viewer": set(),
    "nb_lead": set(),
    "hn_focal": {Role.FOCAL},
}


@pytest.mark.django_db
def test_every_role_may_what_the_table_says_and_no_more(made: Cooperation) -> None:
    """Walks every act on an agreement and a commitment for every officer, through the same door as the pages."""
    for name, roles in WHO.items():
        roles = roles | {Role.VIEWER, Role.PUBLIC}
        standing = access.standing_of(made.people[name], made.agreement)
        for kind, row, own in (
            ("agreement", made.agreement, roles),
            ("party", made.parties[1], {Role.OTHER, Role.VIEWER, Role.PUBLIC} if name == "hn_focal" else roles),
            ("commitment", made.commitment, roles | ({Role.LEAD} if name == "nb_lead" else set())),
        ):
            for rule in (rule for rule in RULES if rule.kind == kind):
                expected = getattr(row, "state", made.agreement.state) in rule.states and bool(rule.roles & own)
                assert standing.may(rule.act, row) is expected, (name, kind, rule.act)
    assert not access.may(None, "edit", made.commitment)
    assert access.may(None, "see", made.commitment)


@pytest.mark.django_db
def test_a_plan_of_one_side_is_not_the_other_sides(made: Cooperation) -> None:
    assert access.may(made.people["nb_focal"], "add_task", made.plan)
    assert not access.may(made.people["hn_focal"], "add_task", made.plan)
    assert access.may(made.people["hn_focal"], "see", made.plan)
    assert access.may(made.people["nb_lead"], "report_state", made.plan.tasks.get())
    with pytest.raises(NotAllowed):
        working.approve_plan(made.plan, by=made.people["hn_head"], version=1)
    assert working.approve_plan(made.plan, by=made.people["nb_head"], version=1).state == "approved"


@pytest.mark.django_db
def test_a_party_of_2019_is_spoken_for_by_its_successor() -> None:
    """Ninh Bình, Hà Nam and Nam Định signed; one province speaks for all three today; the paper keeps three."""
    names = ("Hà Nội", "Ninh Bình", "Hà Nam", "Nam Định")
    units = [unit_at(name, level="province", on=OLD_DAY) for name in names]
    made = actions.create_agreement(by=None, code="bon-tinh", units=units, title="Bốn tỉnh")
    head = officer("nb_now", office("Sở NB", province("Ninh Bình")), "focal_officer")
    outside = officer("hp", office("Sở HP", province("Hải Phòng")), "focal_officer")
    mine = access.standing_of(head, made).parties
    assert {party.name for party in made.parties.all() if party.pk in mine} == {
        "Tỉnh Ninh Bình",
        "Tỉnh Hà Nam",
        "Tỉnh Nam Định",
    }
    assert access.party_of(head, made).name == "Tỉnh Ninh Bình"  # type: ignore[union-attr]
    assert access.party_of(outside, made) is None
    assert not access.visible_to(outside).filter(pk=made.pk).exists()
    assert access.visible_to(head).filter(pk=made.pk).exists()
    now = dict(
        (party.name, [unit.name for unit in today]) for party, today in access.parties_shown(made, access.today())
    )
    assert now["Tỉnh Nam Định"] == ["Tỉnh Ninh Bình"]
    assert now["Thành phố Hà Nội"] in ([], ["Thành phố Hà Nội"])


@pytest.mark.django_db
def test_an_old_address_is_one_unit_or_the_list_of_candidates() -> None:
    province_then = unit_at("Nam Định", level="province", on=OLD_DAY)
    assert convert(province_then).unit == unit_at("Ninh Bình", level="province")
    district = unit_at("Huyện Kim Sơn", level="district", on=OLD_DAY, within=unit_at("Ninh Bình", on=OLD_DAY))
    many = convert(district)
    assert many.unit is None
    assert len(many.candidates) > 1


@pytest.mark.django_db
def test_an_agencys_successor_acts_for_it(made: Cooperation) -> None:
    finance = office("Sở Tài chính NB", province("Ninh Bình"))
    clerk = officer("nb_finance", finance, "member")
    row = made.plan.tasks.get()
    assert not access.may(clerk, "report_state", row)
    party = made.parties[1]
    new = naming.add_agency(party, by=None, name="Sở Tài chính", organisation=finance)
    naming.succeed_agency(by=None, party=party, old=made.agencies[0], new=new, since=date(2025, 7, 1))
    assert access.may(clerk, "report_state", row)
    with pytest.raises(Invalid):
        naming.succeed_agency(by=None, party=party, old=new, new=made.agencies[0])
    with pytest.raises(NotAllowed):
        naming.add_agency(party, by=made.people["hn_focal"], name="Không phải của mình")


@pytest.mark.django_db
def test_a_focal_agency_narrows_who_approves(made: Cooperation) -> None:
    party = made.parties[1]
    stranger = officer("nb_other_head", office("Chi cục khác", province("Ninh Bình")), "manager")
    assert access.may(stranger, "extend", made.agreement)
    body = made.people["nb_head"].memberships.get().organisation
    agency = naming.add_agency(party, by=None, name="Văn phòng", organisation=body)
    naming.name_focal_agency(party, by=made.people["nb_focal"], agency=agency)
    assert not access.may(stranger, "extend", made.agreement)
    assert access.may(made.people["nb_head"], "extend", made.agreement)


@pytest.mark.django_db
def test_the_life_of_an_agreement() -> None:
    made = make_draft("doi", starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30))
    with pytest.raises(Invalid):
        actions.edit_agreement(made, by=None, version=1, ends_on=date(2025, 1, 1))
    made = actions.edit_agreement(made, by=None, version=1, principles="Bình đẳng.")
    made = actions.sign_agreement(made, by=None, version=None, signed_on=date(2025, 12, 1))
    assert rules.state_of_agreement(made.state, made.ends_on, date(2026, 6, 30)) == "in_force"
    assert rules.state_of_agreement(made.state, made.ends_on, date(2026, 7, 1)) == "expired"
    assert rules.state_of_agreement(made.state, None, date(2099, 1, 1)) == "in_force"
    with pytest.raises(Invalid):
        actions.extend_agreement(made, by=None, version=None, until=date(2026, 6, 30), reason="x")
    longer = actions.extend_agreement(made, by=None, version=None, until=date(2027, 6, 30), reason="Còn việc.")
    made.refresh_from_db()
    assert (longer.former_end, made.ends_on) == (date(2026, 6, 30), date(2027, 6, 30))
    parent = actions.add_field(make_draft("khac"), by=None, code="I", name="Khác")
    with pytest.raises(Invalid):
        actions.add_field(made, by=None, code="I", name="Sai", parent=parent)
    top = actions.add_field(made, by=None, code="I", name="Kinh tế")
    low = actions.add_field(made, by=None, code="I.1", name="Nông nghiệp", parent=top)
    with pytest.raises(Invalid):
        actions.edit_field(top, by=None, version=None, parent=low)
    with pytest.raises(Conflict):
        actions.remove_field(top, by=None, version=None)
    with pytest.raises(Conflict):
        actions.add_field(made, by=None, code="I", name="Trùng mã")
    made = actions.close_agreement(made, by=None, version=None, closed_on=date(2026, 9, 1), reason="Kế tiếp.")
    after = actions.succeed_agreement(made, by=None, code="ke-tiep", title="Thỏa thuận kế tiếp")
    assert after.follows == made
    assert {f.code for f in after.fields.all()} == {"I", "I.1"}
    assert after.fields.get(code="I.1").parent == after.fields.get(code="I")
    assert {party.unit_id for party in after.parties.all()} == {party.unit_id for party in made.parties.all()}


@pytest.mark.django_db
def test_a_successor_agreement_has_the_parties_of_today() -> None:
    units = [unit_at(name, level="province", on=OLD_DAY) for name in ("Hà Nội", "Ninh Bình", "Nam Định")]
    old = actions.create_agreement(by=None, code="cu", units=units, title="Cũ")
    old = actions.sign_agreement(old, by=None, version=None)
    new = actions.succeed_agreement(old, by=None, code="moi", title="Mới")
    today = {province("Hà Nội").pk, province("Ninh Bình").pk}
    assert {party.unit_id for party in new.parties.all()} == today
    assert {party.unit_id for party in old.parties.all()} == {unit.pk for unit in units}


@pytest.mark.django_db
def test_only_a_focal_officer_of_a_party_draws_up(made: Cooperation) -> None:
    units = [province("Hà Nội"), province("Ninh Bình")]
    assert actions.create_agreement(by=made.people["nb_focal"], code="n", units=units, title="Mới").state == "draft"
    for chosen, who, error in (
        (units, "nb_head", NotAllowed),
        ([province("Hà Nội"), province("Hải Phòng")], "nb_focal", NotAllowed),
        ([province("Ninh Bình")], "nb_focal", Invalid),
    ):
        with pytest.raises(error):
            actions.create_agreement(by=made.people[who], code="m", units=chosen, title="Mới")


@pytest.mark.django_db
def test_clauses_of_an_agreement_in_force_change_by_amendments_only(made: Cooperation) -> None:
    focal, head = made.people["hn_focal"], made.people["nb_head"]
    with pytest.raises(NotAllowed):
        actions.edit_clause(made.clause, by=focal, version=1, text="Lén sửa.")
    copy = made.amendment.copies.get()
    amending.edit_copy(copy, by=focal, version=1, text="Hà Nội hỗ trợ mã QR cho 15 nông sản.")
    amending.add_copy(made.amendment, by=focal, number="2.2", text="Mở cửa hàng nông sản.", field=made.field)
    with pytest.raises(NotAllowed):
        amending.merge_amendment(made.amendment, by=focal, version=1)
    before = made.clause.text
    amending.merge_amendment(made.amendment, by=head, version=1)
    made.clause.refresh_from_db()
    assert made.clause.text.endswith("15 nông sản.")
    assert made.clause.former.get().text == before
    assert made.agreement.clauses.get(number="2.2").field == made.field
    with pytest.raises(NotAllowed):
        amending.edit_copy(copy, by=focal, version=None, text="Sau khi nhập.")


@pytest.mark.django_db
def test_two_amendments_of_one_clause_are_not_merged_over_each_other(made: Cooperation) -> None:
    other = amending.start_amendment(made.agreement, by=None, title="Sửa đổi lần 2")
    first, second = made.amendment.copies.get(), other.copies.get()
    amending.edit_copy(first, by=None, version=None, text="Bản một.")
    amending.edit_copy(second, by=None, version=None, text="Bản hai.")
    amending.merge_amendment(made.amendment, by=None, version=None)
    with pytest.raises(Conflict) as told:
        amending.merge_amendment(other, by=None, version=None)
    assert told.value.code == "programme.clause_changed"
    second = amending.take_anew(ClauseCopy.objects.get(pk=second.pk), by=None, version=None)
    assert (second.base_text, second.text) == ("Bản một.", "Bản hai.")
    amending.merge_amendment(other, by=None, version=None)
    assert Clause.objects.get(pk=made.clause.pk).text == "Bản hai."
    assert [old.text for old in made.clause.former.all()] == ["Bản một.", "Hà Nội hỗ trợ mã QR cho nông sản."]


@pytest.mark.django_db
def test_clauses_swap_numbers_and_are_repealed() -> None:
    made = make_draft("doi-so")
    one, two, three = (
        actions.add_clause(made, by=None, number=number, text=f"Lời {number}") for number in ("1", "2", "3")
    )
    made = actions.sign_agreement(made, by=None, version=None)
    amendment = amending.start_amendment(made, by=None, title="Đổi số")
    copies = {copy.base_number: copy for copy in amendment.copies.all()}
    amending.edit_copy(copies["1"], by=None, version=None, number="9")
    amending.edit_copy(copies["2"], by=None, version=None, number="1")
    amending.edit_copy(ClauseCopy.objects.get(pk=copies["1"].pk), by=None, version=None, number="2")
    amending.edit_copy(copies["3"], by=None, version=None, repeals=True)
    amending.merge_amendment(amendment, by=None, version=None)
    assert [Clause.objects.get(pk=each.pk).number for each in (one, two, three)] == ["2", "1", "3"]
    assert Clause.objects.get(pk=three.pk).repealed_by == amendment
    empty = amending.start_amendment(made, by=None, title="Không đổi gì")
    with pytest.raises(Conflict):
        amending.merge_amendment(empty, by=None, version=None)


def test_words_are_compared_one_by_one() -> None:
    told = rules.compare_words("cấp mã cho 10 sản phẩm", "cấp mã cho 15 sản phẩm")
    assert told == [("same", "cấp mã cho "), ("removed", "10 "), ("added", "15 "), ("same", "sản phẩm")]


@pytest.mark.django_db
def test_a_commitment_and_its_two_sides(made: Cooperation) -> None:
    focal, party = made.people["nb_focal"], made.parties[0]
    with pytest.raises(Invalid):
        working.add_commitment(made.agreement, by=focal, number="X", what="x", obligor=party, beneficiary=party)
    with pytest.raises(Conflict):
        working.add_commitment(made.agreement, by=focal, number="CK1", what="trùng số")
    bare = working.add_commitment(made.agreement, by=focal, number="CK2", what="Cùng nạo vét sông Đáy.", state="active")
    assert bare.state == "draft", "a person's commitment begins as a draft"
    assert (bare.due, bare.obligor, bare.measure_words, bare.due_words) == (None, None, None, None)
    with pytest.raises(NotAllowed):
        working.set_commitment_state(bare, by=made.people["nb_lead"], version=1, act="activate")
    bare = working.set_commitment_state(bare, by=made.people["hn_head"], version=1, act="activate")
    with pytest.raises(Invalid):
        working.set_commitment_state(bare, by=focal, version=bare.version, act="withdraw")
    other = make_draft("khac")
    with pytest.raises(Invalid):
        working.edit_commitment(bare, by=focal, version=bare.version, obligor=other.parties.first())


@pytest.mark.django_db
def test_the_plan_of_a_year_comes_from_the_commitments(made: Cooperation) -> None:
    task = made.plan.tasks.get()
    assert (task.commitment, task.due) == (made.commitment, date(2026, 12, 1))
    assert [(link.agency.name, link.part) for link in task.agency_links.all()] == [("Sở Nông nghiệp NB", "lead")]
    working.add_commitment(
        made.agreement, by=None, number="CK3", what="Của Hà Nội", obligor=made.parties[0], state="active"
    )
    working.add_commitment(made.agreement, by=None, number="CK4", what="Chung", state="active")
    working.add_commitment(
        made.agreement, by=None, number="CK5", what="Năm sau", starts_on=date(2027, 1, 1), state="active"
    )
    added = working.derive_tasks(made.plan, by=made.people["nb_focal"])
    assert [each.number for each in added] == ["CK4"]
    assert working.derive_tasks(made.plan, by=None) == []
    with pytest.raises(Conflict):
        working.make_plan(made.agreement, by=None, year=2026, title="Lần hai", party=made.parties[1])
    assert working.make_plan(made.agreement, by=None, year=2027, title="Chung").tasks.count() == 3


@pytest.mark.django_db
def test_a_conclusion_becomes_a_commitment(made: Cooperation) -> None:
    focal = made.people["hn_focal"]
    owed = working.adopt_conclusion(
        made.conclusion, by=focal, version=1, number="KL1", obligor=made.parties[0], beneficiary=made.parties[1]
    )
    made.conclusion.refresh_from_db()
    assert (owed.what, owed.conclusion, made.conclusion.state) == ("Mở thêm một cửa hàng.", made.conclusion, "adopted")
    with pytest.raises(Conflict):
        working.hold_meeting(made.meeting, by=focal, version=None)


@pytest.mark.django_db
def test_who_is_overtaken_is_told_and_the_other_words_stand(made: Cooperation) -> None:
    first, second = made.people["nb_focal"], made.people["hn_focal"]
    seen = made.commitment.version
    working.edit_commitment(made.commitment, by=first, version=seen, measure="Số mã dùng được.")
    with pytest.raises(Conflict) as told:
        working.edit_commitment(made.commitment, by=second, version=seen, measure="Số lần quét.")
    assert told.value.code == "programme.changed_meanwhile"
    assert Commitment.objects.get(pk=made.commitment.pk).measure == "Số mã dùng được."


@pytest.mark.django_db
def test_the_twin_without_the_safety_loses_words(made: Cooperation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same race with the check of versions off: the first officer's words are gone, and nobody is told."""
    monkeypatch.setattr(rules, "check_version", lambda stored, seen: None)
    seen = made.commitment.version
    working.edit_commitment(made.commitment, by=made.people["nb_focal"], version=seen, measure="Số mã dùng được.")
    working.edit_commitment(made.commitment, by=made.people["hn_focal"], version=seen, measure="Số lần quét.")
    assert Commitment.objects.get(pk=made.commitment.pk).measure == "Số lần quét."


@pytest.mark.django_db
def test_a_row_read_before_another_wrote_is_not_written(made: Cooperation) -> None:
    """On a database that locks no rows two acts may read the same version: the second write changes nothing."""
    one, two = (Task.objects.get(plan=made.plan) for _ in range(2))
    writing.write(one, note="Một")
    with pytest.raises(Conflict):
        writing.write(two, note="Hai")
    assert Task.objects.get(plan=made.plan).note == "Một"


@pytest.mark.django_db
def test_a_documents_file_is_the_parties_until_it_is_public(made: Cooperation, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    pdf = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    shut, open_ = (
        actions.add_document(
            made.agreement, by=made.people["nb_focal"], kind="agreement", title="Văn bản", file_name="a.pdf",
            data=pdf, public=public,
        )
        for public in (False, True)
    )  # fmt: skip
    for document, who, expected in (
        (shut, None, False),
        (shut, made.people["hn_viewer"], True),
        (open_, None, True),
    ):
        assert may_open(who, document.file) is expected
    stranger = officer("hp2", office("Sở HP2", province("Hải Phòng")), "focal_officer")
    assert not may_open(stranger, shut.file)


@pytest.mark.django_db
def test_every_act_is_audited_in_words(made: Cooperation) -> None:
    done = {
        name.removeprefix("programme.") for name in Act.objects.values_list("action", flat=True) if "programme." in name
    }
    assert done
    assert done <= set(words.AUDITED)
    assert ("agreement", "publish") in ACTS
    assert Agreement.objects.count() == 1
