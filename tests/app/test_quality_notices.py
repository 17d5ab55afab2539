"""Notices to holders: who gets one, who may answer, what is plausible, how much is accounted for, two at once."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

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


RACE = """
import sys, threading
import django
django.setup()
from tests.database import migrate
from django.db import connections
migrate()
from lienvung.errors import Conflict
from lienvung.quality import notices
from lienvung.quality.actions import declare_recall
from lienvung.quality.models import Notice
from tests.world import make_world

world = make_world()
recall = declare_recall(by=None, lot_uri=world.lot.uri, reason="Ket qua kiem nghiem", public_text="Mang tra noi ban.")
pk = recall.notices.get(holder=world.shop).pk
def naive(notice, by, now):
    if notice.acknowledged_at is not None:
        return False
    notice.acknowledged_at, notice.acknowledged_by = now, by
    notice.save()
    return True
if sys.argv[1] == "unguarded":
    notices._claim = naive
outcomes, start = [], threading.Barrier(2)
def read():
    try:
        notice = Notice.objects.select_related("recall", "holder").get(pk=pk)
        start.wait(20)
        notices.acknowledge(by=None, notice=notice)
        outcomes.append("first")
    except Conflict as conflict:
        outcomes.append(conflict.code)
    finally:
        connections.close_all()
threads = [threading.Thread(target=read) for _ in range(2)]
[thread.start() for thread in threads]
[thread.join(60) for thread in threads]
print(sorted(outcomes))
"""


@pytest.mark.parametrize(
    ("guard", "told"), [("guarded", "['first', 'quality.acknowledged']"), ("unguarded", "['first', 'first']")]
)
def test_two_acknowledge_at_once(tmp_path: Path, guard: str, told: str) -> None:
    """One of two is told of the other. The twin that asks before it writes shows what the condition is for."""
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "LIENVUNG_HOME": str(tmp_path), "DATABASE_URL": ""}
    environment |= {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}", "DJANGO_SETTINGS_MODULE": "lienvung.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", RACE, guard], env=environment, capture_output=True, text=True, timeout=120
    )
    assert ran.stdout.strip() == told, ran.stderr
