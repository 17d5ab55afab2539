"""Pages of the programme: what each sees, forms that keep what was typed, both languages."""

from __future__ import annotations

import copy

import pytest
from django.db import transaction
from django.test import Client
from tests.programme_world import Cooperation, make_cooperation

from lienvung.programme import actions, working
from lienvung.programme.doing import ACTS, LISTED, MODELS
from lienvung.programme.models import Commitment
from lienvung.territory.actions import load_units

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        load_units()
        yield make_cooperation()
        transaction.set_rollback(True)


@pytest.fixture
def made(db: None, stage: Cooperation) -> Cooperation:
    return copy.deepcopy(stage)


def browser(made: Cooperation, who: str = "") -> Client:
    client = Client()
    if who:
        client.force_login(made.people[who])
    return client


def test_the_public_reads_what_is_published_and_nothing_else(made: Cooperation) -> None:
    address = f"/programme/a/{made.agreement.code}"
    told = browser(made).get(address).content.decode()
    assert "Cấp mã QR cho 10 sản phẩm." in told
    assert "không nêu" in told, "what nobody stated is said to be not stated"
    assert "Sửa đổi lần 1" not in told, "drafts of amendments are the parties' own"
    english = browser(made).get(address + "?lang=en").content.decode()
    assert "QR codes for 10 products." in english
    meeting = browser(made).get(f"/programme/meetings/{made.meeting.pk}").content.decode()
    assert "Bà A" in meeting
    assert "Ông B" not in meeting, "members of a delegation are persons: the parties' own"
    assert "Hai bên thống nhất." not in meeting
    actions.withdraw_from_public(made.agreement, by=None, version=None)
    assert browser(made).get(address).status_code == 404
    assert browser(made).get(f"/programme/commitments/{made.commitment.pk}").status_code == 404
    assert browser(made, "hn_viewer").get(address).status_code == 200


def test_every_offered_act_opens(made: Cooperation) -> None:
    rows = {
        "agreement": made.agreement, "party": made.parties[1], "seat": made.seat, "field": made.field,
        "clause": made.clause, "amendment": made.amendment,
        "copy": made.amendment.copies.get(), "commitment": made.commitment, "plan": made.plan,
        "task": made.plan.tasks.get(), "meeting": made.meeting, "conclusion": made.conclusion,
    }  # fmt: skip
    assert set(rows) == set(MODELS)
    agency = f"/programme/parties/{made.parties[1].pk}/agencies/{made.agencies[0].pk}"
    opened = set()
    for who in ("nb_focal", "nb_head"):
        client = browser(made, who)
        for act in LISTED:
            of_row = f"/programme/do/{act.kind}/{rows[act.kind].pk}" if act.kind in rows else agency
            answer = client.get(f"{of_row}/{act.name}")
            assert answer.status_code in (200, 403), (act.kind, act.name)
            if answer.status_code == 200:
                opened.add((act.kind, act.name))
    shut = {("agreement", "edit"), ("agreement", "sign"), ("agreement", "publish"), ("agreement", "add_clause"),
            ("clause", "edit"), ("copy", "take_anew"), ("commitment", "activate"), ("commitment", "reopen"),
            ("plan", "close"), ("meeting", "hold"), ("meeting", "cancel"), ("agency", "drop")}  # fmt: skip
    assert opened == set(ACTS) - shut


def test_the_second_officer_is_told_and_keeps_what_he_typed(made: Cooperation) -> None:
    address = f"/programme/do/commitment/{made.commitment.pk}/edit"
    client = browser(made, "hn_focal")
    form = client.get(address).context["form"]
    data = {name: form.initial.get(name) or "" for name in form.fields} | {"version": made.commitment.version}
    data = {name: value for name, value in data.items() if value != ""} | {"due": "01/12/2026"}
    working.edit_commitment(
        made.commitment, by=made.people["nb_focal"], version=made.commitment.version, measure="Số mã dùng được."
    )
    answer = client.post(address, data | {"measure": "Số lần quét."})
    told = answer.content.decode()
    assert answer.status_code == 409
    assert "Người khác vừa sửa" in told
    assert "Số lần quét." in told, "nothing typed is lost"
    assert "Số mã dùng được." in told, "and what stands now is beside it"
    assert client.post(address, data | {"measure": "Số lần quét.", "version": ""}).status_code == 409
    saved = client.post(address, data | {"measure": "Cả hai.", "version": made.commitment.version + 1})
    assert saved.status_code == 302, saved.content.decode()[:3000]
    assert Commitment.objects.get(pk=made.commitment.pk).measure == "Cả hai."


def test_bad_input_is_said_beside_its_field(made: Cooperation) -> None:
    client = browser(made, "nb_focal")
    address = f"/programme/do/agreement/{made.agreement.pk}/commit"
    bad = client.post(
        address, {"version": 1, "number": "9", "what": "x", "starts_on": "02/02/2026", "due": "01/01/2026"}
    )
    assert bad.status_code == 422
    assert "trước ngày bắt đầu" in bad.content.decode()
    assert client.post(address, {"version": 1, "number": "CK1", "what": "x"}).status_code == 409
    assert client.post(address, {"version": 1, "number": "9", "what": "x", "due": "32/13/2026"}).status_code == 422
    assert client.post(address, {"version": 1, "number": "9", "what": "Làm mới."}).status_code == 302
    assert browser(made, "nb_viewer").post(address, {"number": "8", "what": "x"}).status_code == 403


def test_other_rooms_add_their_ways_to_the_pages(made: Cooperation) -> None:
    """An official finds results, dashboard and reports from the agreement; the public only what is public."""
    code, key = made.agreement.code, made.commitment.pk
    inside = browser(made, "nb_viewer").get(f"/programme/a/{code}").content.decode()
    public = browser(made).get(f"/programme/a/{code}").content.decode()
    for address in (f"/results/of/{code}", f"/reports/dashboards/{code}", f"/reports/documents/{code}"):
        assert f'href="{address}"' in inside
        assert f'href="{address}"' not in public
    assert f'href="/reports/public/{code}"' in public
    tell = f"/results/commitments/{key}/new"
    assert tell in browser(made, "nb_lead").get(f"/programme/commitments/{key}").content.decode()
    assert tell not in browser(made, "nb_viewer").get(f"/programme/commitments/{key}").content.decode()
    assert "Kết quả đã báo" not in browser(made).get(f"/programme/commitments/{key}").content.decode()
