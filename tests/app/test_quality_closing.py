"""The end of a recall: treatments, notices without an answer, the report, closing against answering."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from tests.app.test_quality_recall import REASON, TEXT, grown_in_ninh_binh, official  # noqa: F401
from tests.world import World

from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.quality import actions, notices
from lienvung.quality.models import Notice, Recall
from lienvung.quality.notice_rules import Told

pytestmark = pytest.mark.django_db
NOTE = "Đã xử lý xong toàn bộ lô hàng."


@pytest.fixture
def recall(world: World) -> Recall:
    return actions.declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)


def answer_all(recall: Recall) -> None:
    for notice in recall.notices.all():
        told = {line.pk: Told(line.present or Decimal(0), Decimal(0), Decimal(0), line.sold_before or Decimal(0))
                for line in notice.lines.all()}  # fmt: skip
        notices.report(by=None, notice=notice, told=told)


def test_closing_wants_every_answer_or_a_reason(world: World, recall: Recall) -> None:
    officer = official(world, "37")
    with pytest.raises(Invalid) as refused:
        actions.close_recall(by=officer, recall=recall, note=NOTE)
    assert refused.value.code == "quality.unanswered"
    assert Recall.objects.get().state == Recall.State.IN_FORCE
    answer_all(recall)
    assert actions.close_recall(by=officer, recall=recall, note=NOTE).unanswered_reason == ""


def test_the_reason_stands_in_the_report(world: World, recall: Recall) -> None:
    client = Client()
    client.force_login(official(world, "37"))
    told = {"note": NOTE, "unanswered_reason": "Cửa hàng đã đóng cửa."}
    done = client.post(f"/quality/recalls/{recall.pk}/close", told)
    assert done["Location"] == f"/quality/recalls/{recall.pk}/report"
    page = client.get(done["Location"]).content.decode()
    assert "Cửa hàng đã đóng cửa." in page
    assert "chưa trả lời" in page


def test_a_treatment_of_all_and_of_one_holder(world: World, recall: Recall) -> None:
    client, notice = Client(), recall.notices.get(holder=world.shop)
    client.force_login(official(world, "37"))
    address = f"/quality/recalls/{recall.pk}/treatment"
    assert client.post(address, {"treatment": "destroy"}).status_code == 302
    assert notice_text(notice) == "tiêu huỷ"
    assert client.post(address, {"treatment": "change_use", "notice": str(notice.pk)}).status_code == 302
    assert notice_text(notice) == "chuyển mục đích sử dụng"
    assert Recall.objects.get().treatment == "destroy"
    assert client.post(address, {"treatment": "eat"}).status_code == 422
    page = client.get(f"/quality/recalls/{recall.pk}/report").content.decode()
    assert "tiêu huỷ" in page
    assert "chuyển mục đích sử dụng" in page


def notice_text(notice: Notice) -> str:
    return Notice.objects.get(pk=notice.pk).treatment_text.vi


@pytest.mark.parametrize("who", ["member", "other", "79"])
def test_others_choose_no_treatment(world: World, recall: Recall, who: str) -> None:
    account = official(world, "79") if who == "79" else world.accounts[who]
    with pytest.raises(NotAllowed):
        actions.choose_treatment(by=account, recall=recall, treatment="destroy")
    assert Recall.objects.get().treatment == ""


def test_nothing_is_chosen_after_the_end(recall: Recall) -> None:
    actions.close_recall(by=None, recall=recall, note=NOTE)
    with pytest.raises(Conflict):
        actions.choose_treatment(by=None, recall=recall, treatment="destroy")


RACE = """
import threading
from decimal import Decimal
import django
django.setup()
from tests.database import migrate
from django.db import connections
migrate()
from lienvung.errors import Conflict
from lienvung.quality import actions, notices
from lienvung.quality.models import Notice, NoticeLine, Recall
from lienvung.quality.notice_rules import Told
from tests.world import make_world

world = make_world()
words = {"reason": "Ket qua kiem nghiem", "public_text": "Mang tra noi ban."}
made = actions.declare_recall(by=None, lot_uri=world.lot.uri, **words)
pk = made.notices.get(holder=world.shop).pk
outcomes, start = [], threading.Barrier(2)
def run(act):
    try:
        notice = Notice.objects.select_related("recall", "holder").get(pk=pk)
        told = {line.pk: Told(Decimal(1), Decimal(0), Decimal(0), Decimal(0)) for line in notice.lines.all()}
        start.wait(20)
        act(notice, told)
        outcomes.append(act.__name__)
    except Conflict as conflict:
        outcomes.append(conflict.code)
    finally:
        connections.close_all()
def answered(notice, told):
    notices.report(by=None, notice=notice, told=told)
def closed(notice, told):
    why = "Khong cho nua."
    actions.close_recall(by=None, recall=notice.recall, note="Da xu ly xong.", unanswered_reason=why)
threads = [threading.Thread(target=run, args=(act,)) for act in (answered, closed)]
[thread.start() for thread in threads]
[thread.join(60) for thread in threads]
recall, notice = Recall.objects.get(), Notice.objects.get(pk=pk)
assert recall.state == "closed" and "closed" in outcomes, outcomes
if "answered" in outcomes:
    assert notice.answered_at <= recall.closed_at
else:
    assert sorted(outcomes) == ["closed", "quality.closed"], outcomes
    assert notice.answered_at is None and not NoticeLine.objects.filter(found__isnull=False).exists()
print("held")
"""


def test_closing_against_answering(tmp_path: Path) -> None:
    """Whichever is first: no answer comes into a recall that was closed before it."""
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "LIENVUNG_HOME": str(tmp_path), "DATABASE_URL": ""}
    environment |= {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}", "DJANGO_SETTINGS_MODULE": "lienvung.settings"}
    ran = subprocess.run([sys.executable, "-c", RACE], env=environment, capture_output=True, text=True, timeout=120)
    assert ran.stdout.strip() == "held", ran.stderr
