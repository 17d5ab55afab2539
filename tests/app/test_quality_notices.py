"""Notices to holders: who gets one, who may answer, what is plausible, how much is accounted for, two at once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from tests.app.test_quality_recall import REASON, TEXT, grown_in_ninh_binh, official  # noqa: F401
from tests.world import PASSWORD, World

from lienvung.audit.models import Act
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.people import actions as people
from lienvung.people.models import Account
from lienvung.quality import actions, notices
from lienvung.quality.models import Notice, NoticeLine, Recall
from lienvung.quality.notice_rules import Told, accounted, check_told

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def seller(world: World) -> Account:
    account = people.create_account(by=None, email="ban@mau.example", full_name="Người bán", password=PASSWORD)
    people.add_member(by=None, account=account, organisation=world.shop)
    return account


@pytest.fixture
def recall(world: World) -> Recall:
    return actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)


@pytest.fixture
def notice(world: World, recall: Recall) -> Notice:
    return recall.notices.get(holder=world.shop)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def told_of(line: NoticeLine, *amounts: str, note: str = "") -> dict[str, str]:
    return {
        f"{line.pk}-{name}": amount for name, amount in zip(("found", "returned", "destroyed", "sold"), amounts)
    } | {f"{line.pk}-note": note}


def test_the_shop_is_told_of_what_is_there_and_what_it_sold(notice: Notice) -> None:
    line = notice.lines.get()
    assert (line.present, line.sold_before, line.uom) == (D(6), D(2), "KGM")
    assert notice.answered_at is None


def test_every_holder_with_goods_gets_one_notice_and_nobody_else(world: World, recall: Recall) -> None:
    holders = [each.holder for each in recall.notices.all()]
    assert len(holders) == len(set(holders))
    assert world.shop in holders
    assert world.stranger not in holders


def test_a_member_sees_acknowledges_and_answers(world: World, notice: Notice, seller: Account) -> None:
    client, line = signed_in(seller), notice.lines.get()
    assert f"/quality/notices/{notice.pk}" in client.get("/").content.decode()
    assert f"/quality/notices/{notice.pk}" in client.get("/quality/notices").content.decode()
    assert client.post(f"/quality/notices/{notice.pk}/acknowledge").status_code == 302
    notice.refresh_from_db()
    assert notice.acknowledged_by == seller
    assert client.post(f"/quality/notices/{notice.pk}/acknowledge").status_code == 409
    assert client.get(f"/quality/notices/{notice.pk}/answer").status_code == 200
    sent = client.post(f"/quality/notices/{notice.pk}/answer", told_of(line, "5,5", "5", "0,5", "2"))
    assert sent.status_code == 302
    line.refresh_from_db()
    assert (line.found, line.returned, line.destroyed, line.sold) == (D("5.5"), D(5), D("0.5"), D(2))
    assert f"/quality/notices/{notice.pk}" not in client.get("/").content.decode()
    assert set(Act.objects.filter(subject_id=str(notice.pk)).values_list("action", flat=True)) == {
        "quality.acknowledge_notice",
        "quality.answer_notice",
    }
    page = signed_in(official(world, "37")).get(f"/quality/recalls/{notice.recall_id}").content.decode()
    assert "<strong>1 %</strong> (7,5 / 500 kg)" in page, "the shop's 8 kg; the mill has not told of its 492"


@pytest.mark.parametrize(
    ("amounts", "note", "status"),
    [
        (("7", "0", "0", "2"), "", 422),
        (("7", "0", "0", "2"), "Khách mang trả thêm một gói.", 302),
        (("3", "2", "2", "2"), "", 422),
        (("-1", "0", "0", "0"), "Khách mang trả thêm một gói.", 422),
        (("", "0", "0", "0"), "", 422),
        (("1.500", "0", "0", "0"), "Khách mang trả thêm một gói.", 422),
    ],
)
def test_implausible_amounts_need_a_note(
    notice: Notice, seller: Account, amounts: tuple[str, ...], note: str, status: int
) -> None:
    line = notice.lines.get()
    answer = signed_in(seller).post(f"/quality/notices/{notice.pk}/answer", told_of(line, *amounts, note=note))
    assert answer.status_code == status
    notice.refresh_from_db()
    assert (notice.answered_at is not None) == (status == 302)


def test_an_unknown_amount_takes_any_answer() -> None:
    told = Told(D(900), D(0), D(0), D(0))
    assert check_told(told, None) == told
    with pytest.raises(Invalid):
        check_told(told, D(899))


def test_accounted_never_counts_more_than_there_was() -> None:
    lines = [
        NoticeLine(uom="KGM", present=D(10), sold_before=D(0), found=D(50), sold=D(0)),
        NoticeLine(uom="KGM", present=D(10), sold_before=D(0)),
        NoticeLine(uom="", present=None, sold_before=D(0), found=D(3), sold=D(0)),
    ]
    assert [(share.uom, share.percent) for share in accounted(lines)] == [("KGM", 50)]


@pytest.mark.parametrize("who", ["member", "manager", "other", "official"])
def test_nobody_else_answers_for_the_holder(world: World, notice: Notice, who: str) -> None:
    account, line = world.accounts[who], notice.lines.get()
    client, before = signed_in(account), Act.objects.count()
    assert client.post(f"/quality/notices/{notice.pk}/acknowledge").status_code == 403
    assert client.post(f"/quality/notices/{notice.pk}/answer", told_of(line, "1", "0", "0", "1")).status_code == 403
    assert client.get(f"/quality/notices/{notice.pk}").status_code == (200 if who == "official" else 403)
    assert (f"/quality/notices/{notice.pk}" in client.get("/quality/notices").content.decode()) == (who == "official")
    with pytest.raises(NotAllowed):
        notices.acknowledge(by=account, notice=notice)
    assert Act.objects.count() == before


def test_after_closing_there_is_no_answer(notice: Notice, seller: Account) -> None:
    actions.close_recall(by=None, recall=notice.recall, note="Đã xử lý xong toàn bộ lô hàng.")
    told = {line.pk: Told(D(1), D(0), D(0), D(0)) for line in notice.lines.all()}
    with pytest.raises(Conflict):
        notices.report(by=seller, notice=notice, told=told)
    with pytest.raises(Conflict):
        notices.acknowledge(by=seller, notice=notice)
    assert not NoticeLine.objects.filter(found__isnull=False).exists()
    assert signed_in(seller).get(f"/quality/notices/{notice.pk}").status_code == 200


def test_an_inspector_with_a_role_at_the_holder_reads_and_does_not_answer(world: World, notice: Notice) -> None:
    """Whoever records for the holder answers for it: `people.access.may_record`."""
    account, line = world.accounts["official"], notice.lines.get()
    people.add_member(by=None, account=account, organisation=world.shop, role="inspector")
    client = signed_in(account)
    page = client.get(f"/quality/notices/{notice.pk}")
    assert page.status_code == 200
    assert f"/quality/notices/{notice.pk}/answer" not in page.content.decode()
    assert client.post(f"/quality/notices/{notice.pk}/acknowledge").status_code == 403
    assert client.post(f"/quality/notices/{notice.pk}/answer", told_of(line, "1", "0", "0", "1")).status_code == 403
    assert f"/quality/notices/{notice.pk}" not in client.get("/").content.decode(), "it is not for him to answer"
    with pytest.raises(NotAllowed):
        notices.report(by=account, notice=notice, told={line.pk: Told(D(1), D(0), D(0), D(1))})
    notice.refresh_from_db()
    assert (notice.acknowledged_at, notice.answered_at) == (None, None)


def test_an_answer_upon_one_that_was_not_seen_is_asked_again(notice: Notice, seller: Account) -> None:
    client, line, address = signed_in(seller), notice.lines.get(), f"/quality/notices/{notice.pk}/answer"
    assert client.post(address, told_of(line, "5", "0", "0", "1") | {"upon": ""}).status_code == 302
    late = client.post(address, told_of(line, "4", "0", "0", "2") | {"upon": ""})
    line.refresh_from_db()
    assert (late.status_code, line.found) == (422, D(5))
    page = late.content.decode()
    assert "Người khác của cơ sở vừa trả lời" in page
    assert 'value="4"' in page, "what was typed is kept"
    notice.refresh_from_db()
    assert f'name="upon" value="{notice.version}"' in page
    assert client.post(address, told_of(line, "4", "0", "0", "2") | {"upon": notice.version}).status_code == 302
    line.refresh_from_db()
    assert line.found == D(4)


def test_goods_added_after_the_form_are_not_passed_over(notice: Notice, seller: Account) -> None:
    told = {line.pk: Told(D(1), D(0), D(0), D(0)) for line in notice.lines.all()}
    NoticeLine.objects.create(notice=notice, gtin="08930000000026", lot="THEM-1", uom="KGM", present=D(3))
    with pytest.raises(Conflict):
        notices.report(by=seller, notice=notice, told=told)
    assert not NoticeLine.objects.filter(found__isnull=False).exists()
