"""Who signs, sits and works for a party: own side only, dates, agencies merged on 1/7/2025, two officers at once."""

from __future__ import annotations

import copy
from datetime import date

import pytest
from django.db import transaction
from django.test import Client
from django.utils.html import strip_tags
from tests.programme_world import Cooperation, make_cooperation, office, officer, province

from lienvung.audit.models import Act
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.programme import access, actions, naming
from lienvung.programme.models import Agency, AgencySuccessor, CommitteeMember
from lienvung.territory.actions import load_units

pytestmark = pytest.mark.django_db
MERGED = date(2025, 7, 1)


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    """Ninh Bình signed in 2019, as it stood then."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_units()
        yield make_cooperation(old=True)
        transaction.set_rollback(True)


@pytest.fixture
def made(db: None, stage: Cooperation) -> Cooperation:
    return copy.deepcopy(stage)


def words_of(client: Client, address: str) -> str:
    """What a reader sees, without tags."""
    return " ".join(strip_tags(client.get(address).content.decode()).split())


def browser(made: Cooperation, who: str = "") -> Client:
    client = Client()
    if who:
        client.force_login(made.people[who])
    return client


def test_nobody_names_anything_for_the_other_side(made: Cooperation) -> None:
    ninh_binh, other = made.parties[1], made.people["hn_focal"]
    refused = (
        lambda: naming.describe_party(ninh_binh, by=other, signatory="Người khác"),
        lambda: naming.add_agency(ninh_binh, by=other, name="Sở lạ"),
        lambda: naming.name_focal_agency(ninh_binh, by=other, agency=made.agencies[0]),
        lambda: naming.seat_member(made.agreement, by=other, party=ninh_binh, name="Người lạ"),
        lambda: naming.edit_seat(made.seat, by=other, version=None, until=date(2026, 7, 1)),
        lambda: naming.edit_agency(made.agencies[0], by=other, party=ninh_binh, version=None, name_en="x"),
        lambda: naming.succeed_agency(by=other, party=ninh_binh, old=made.agencies[0], new=made.agencies[0]),
    )
    for act in refused:
        with pytest.raises(NotAllowed):
            act()
    # through one's own party neither: the agency is not of it
    with pytest.raises(Invalid):
        naming.edit_agency(made.agencies[0], by=other, party=made.parties[0], version=None, name_en="x")
    page = browser(made, "hn_focal").get(f"/programme/parties/{ninh_binh.pk}").content.decode()
    assert "/do/party/" not in page
    assert "/agencies/" not in page
    for name in ("describe", "add_agency", "name_focal_agency", "seat_member"):
        assert browser(made, "hn_focal").get(f"/programme/do/party/{ninh_binh.pk}/{name}").status_code == 403


def test_two_departments_went_into_one(made: Cooperation) -> None:
    """Entered by the focal officer on pages alone: two agencies before 1/7/2025, one after, rights follow."""
    party, client = made.parties[1], browser(made, "nb_focal")
    new_body = office("Sở Nông nghiệp và Môi trường NB", province("Ninh Bình"))
    clerk = officer("nb_new_clerk", new_body, "member")
    task = made.plan.tasks.get()
    assert not access.may(clerk, "report_state", task)
    add = f"/programme/do/party/{party.pk}/add_agency"
    today = next(unit for unit in access.units_of(party) if unit.pk == province("Ninh Bình").pk)
    told = {"name": "Sở Nông nghiệp và Môi trường", "unit": today.pk, "valid_from": "01/07/2025",
            "organisation": new_body.pk, "version": party.version}  # fmt: skip
    assert client.post(add, told).status_code == 302
    assert client.post(add, told).status_code == 409, "there is one of this name"
    assert client.post(add, {**told, "name": "Sở Tài nguyên", "unit": "", "valid_from": ""}).status_code == 302
    new = Agency.objects.get(name="Sở Nông nghiệp và Môi trường")
    land = Agency.objects.get(name="Sở Tài nguyên")
    assert (new.unit, land.unit) == (today, party.unit)
    for old in (made.agencies[0], land):
        address = f"/programme/parties/{party.pk}/agencies/{old.pk}/succeed"
        early = client.post(address, {"new": new.pk, "since": "30/06/2025", "whole": "on", "version": 1})
        assert early.status_code == 422
        assert "chưa có hoặc không còn" in early.content.decode()
        told = {"new": new.pk, "since": "01/07/2025", "whole": "on", "basis": "Nghị quyết mẫu", "version": 1}
        assert client.post(address, told).status_code == 302
        assert client.post(address, told).status_code == 409, "somebody has ended it in between"
        assert Agency.objects.get(pk=old.pk).valid_to == MERGED
    assert access.may(clerk, "report_state", task), "the successor acts for what was owed"
    page = words_of(browser(made), f"/programme/parties/{party.pk}?lang=en")
    assert page.count("Nghị quyết mẫu") == 2
    assert page.index("Sở Nông nghiệp và Môi trường") < page.rindex("Sở Tài nguyên"), "what ended stands last"
    assert "Sở Tài nguyên to 01/07/2025" in page
    drop = f"/programme/parties/{party.pk}/agencies/{land.pk}/drop"
    link = AgencySuccessor.objects.get(old=land)
    assert client.post(drop, {"link": link.pk, "version": 2}).status_code == 302
    assert not AgencySuccessor.objects.filter(pk=link.pk).exists()
    assert Act.objects.filter(action="programme.drop_successor").exists()


def test_bad_agencies_are_refused(made: Cooperation) -> None:
    party, client = made.parties[1], browser(made, "nb_focal")
    far = office("Sở của Huế", province("Huế"))
    with pytest.raises(Invalid, match="not_its_body"):
        naming.add_agency(party, by=None, name="x", organisation=far)
    with pytest.raises(Invalid, match="not_its_unit"):
        naming.add_agency(party, by=None, name="x", unit=province("Huế"))
    with pytest.raises(Invalid, match="dates"):
        naming.edit_agency(made.agencies[0], by=None, party=party, version=1, valid_from=MERGED, valid_to=MERGED)
    bad = client.post(
        f"/programme/parties/{party.pk}/agencies/{made.agencies[0].pk}/edit",
        {"valid_from": "02/07/2025", "valid_to": "01/07/2025", "version": 1},
    )
    assert bad.status_code == 422
    assert "Phải sau ngày bắt đầu." in bad.content.decode()
    elsewhere = f"/programme/parties/{party.pk}/agencies/{made.agencies[1].pk}/edit"
    assert client.get(elsewhere).status_code == 404, "an agency of Hà Nội"


def test_the_later_of_two_officers_is_told(made: Cooperation) -> None:
    party = made.parties[1]
    naming.describe_party(party, by=made.people["nb_head"], version=1, signatory="Bà Một")
    late = browser(made, "nb_focal").post(
        f"/programme/do/party/{party.pk}/describe", {"signatory": "Ông Hai", "version": 1}
    )
    assert late.status_code == 409
    assert "Bà Một" in late.content.decode()
    assert 'value="Ông Hai"' in late.content.decode()
    naming.edit_agency(made.agencies[0], by=None, party=party, version=1, name_en="Agriculture")
    with pytest.raises(Conflict):
        naming.edit_agency(made.agencies[0], by=None, party=party, version=1, name_en="Farming")


def test_a_seat_ends_and_stays_known(made: Cooperation) -> None:
    client = browser(made, "nb_head")
    end = f"/programme/do/seat/{made.seat.pk}/end"
    assert client.post(end, {"until": "30/06/2026", "version": 1}).status_code == 302
    assert CommitteeMember.objects.get(pk=made.seat.pk).until == date(2026, 6, 30)
    assert client.get(end).status_code == 403, "it has ended"
    page = words_of(browser(made), f"/programme/a/{made.agreement.code}")
    assert "Bà Mẫu" in page
    assert "đến 30/06/2026" in page
    with pytest.raises(Invalid):
        naming.edit_seat(made.seat, by=None, version=2, since=date(2026, 7, 1))


def test_a_closed_agreement_keeps_its_parties(made: Cooperation) -> None:
    actions.close_agreement(made.agreement, by=None, version=None, closed_on=date(2026, 10, 1), reason="Thanh lý")
    made.parties[1].refresh_from_db()
    with pytest.raises(NotAllowed):
        naming.add_agency(made.parties[1], by=made.people["nb_focal"], name="Sở muộn")
    assert browser(made).get(f"/programme/parties/{made.parties[1].pk}").status_code == 200
