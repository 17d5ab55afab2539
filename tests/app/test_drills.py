"""A mock recall: the same scope and holders as a recall, a score, and nothing marked or public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from tests.app.test_quality_recall import REASON, TEXT, grown_in_ninh_binh, official  # noqa: F401
from tests.world import PASSWORD, World

from lienvung.drills import access, actions
from lienvung.drills.models import Drill, DrillNotice
from lienvung.drills.rules import score
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.ledger import marking
from lienvung.ledger.status import persistent_dispositions
from lienvung.people import actions as people
from lienvung.people.models import Account
from lienvung.quality.actions import declare_recall

pytestmark = pytest.mark.django_db
D = Decimal
LESSON = "Cửa hàng trả lời nhanh, kho thì chậm."


@pytest.fixture
def drill(world: World) -> Drill:
    return actions.start_drill(by=None, lot_uri=world.lot.uri, purpose="Diễn tập hằng năm")


@pytest.fixture
def seller(world: World) -> Account:
    account = people.create_account(by=None, email="ban@mau.example", full_name="Người bán", password=PASSWORD)
    people.add_member(by=None, account=account, organisation=world.shop)
    return account


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def public_face(world: World) -> dict[str, Any]:
    """What a shopper, the ledger and the doors of others see of the lot."""
    client = Client()
    pages = [
        f"/p{world.lot.path}",
        f"/p{world.pack_path}",
        "/quality/",
        "/quality/recalls.csv",
        "/quality/recalls.json",
        "/",
    ]
    told = {page: client.get(page, follow=True).content.decode() for page in pages}
    told["links"] = client.get(world.lot.path + "?linkType=linkset", headers={"Accept": "application/json"}).content
    told["events"] = marking.last_event()
    told["marks"] = [sorted(persistent_dispositions(uri)) for uri in (world.lot.uri, *world.packs)]
    return told


def start_and_end(world: World) -> None:
    made = actions.start_drill(by=None, lot_uri=world.lot.uri)
    actions.end_drill(by=None, drill=made, lesson=LESSON)


def recall_it(world: World) -> None:
    declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)


@pytest.mark.parametrize(("act", "seen"), [(start_and_end, False), (recall_it, True)])
def test_a_drill_leaves_no_trace_outside(world: World, act: Callable[[World], None], seen: bool) -> None:
    """The twin is a real recall: every one of these faces shows it, so each of them could have shown a drill."""
    before = public_face(world)
    act(world)
    after = public_face(world)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == (set(before) if seen else set())


def test_it_asks_the_holders_that_a_recall_would(world: World, drill: Drill) -> None:
    recall = declare_recall(by=None, lot_uri=world.lot.uri, reason=REASON, public_text=TEXT)
    asked = {
        (n.holder, line.lot, line.present, line.sold_before) for n in drill.notices.all() for line in n.lines.all()
    }
    told = {
        (n.holder, line.lot, line.present, line.sold_before) for n in recall.notices.all() for line in n.lines.all()
    }
    assert asked == told
    assert asked
    assert drill.answer_by - drill.started_at == timedelta(hours=24)


def test_from_the_start_to_the_report(world: World, seller: Account) -> None:
    officer = signed_in(official(world, "37"))
    done = officer.post("/drills/start", {"lot": world.lot.uri, "purpose": "Diễn tập hằng năm"})
    drill = Drill.objects.get()
    assert done["Location"] == f"/drills/{drill.pk}"
    notice = drill.notices.get(holder=world.shop)
    client, line = signed_in(seller), notice.lines.get()
    assert f"/drills/notices/{notice.pk}" in client.get("/").content.decode()
    page = client.get(f"/drills/notices/{notice.pk}").content.decode()
    assert "DIỄN TẬP – KHÔNG PHẢI THU HỒI THẬT" in page
    assert client.post(f"/drills/notices/{notice.pk}/acknowledge").status_code == 302
    assert client.post(f"/drills/notices/{notice.pk}/acknowledge").status_code == 409
    told = {f"{line.pk}-found": "20", f"{line.pk}-sold": "2", f"{line.pk}-note": ""}
    assert client.post(f"/drills/notices/{notice.pk}/answer", told).status_code == 422
    told[f"{line.pk}-found"] = "5,5"
    assert client.post(f"/drills/notices/{notice.pk}/answer", told).status_code == 302
    assert access.score_of(drill).percent == 1, "7.5 of 500 kg: the mill has not told of its 492"
    assert officer.post(f"/drills/{drill.pk}/end", {"lesson": LESSON}).status_code == 302
    assert client.post(f"/drills/notices/{notice.pk}/answer", told).status_code == 409
    assert LESSON in officer.get(f"/drills/{drill.pk}").content.decode()
    pages = [p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(
        officer.get(f"/drills/{drill.pk}/report.pdf?in=vi").content)]  # fmt: skip
    assert all("DIỄN TẬP – KHÔNG PHẢI THU HỒI THẬT" in page for page in pages)
    assert "7,5 / 500 kg" in " ".join(pages)


def test_one_drill_of_a_lot_at_a_time(world: World, drill: Drill) -> None:
    with pytest.raises(Conflict):
        actions.start_drill(by=None, lot_uri=world.lot.uri)
    actions.end_drill(by=None, drill=drill, lesson=LESSON)
    with pytest.raises(Conflict):
        actions.end_drill(by=None, drill=drill, lesson=LESSON)
    actions.start_drill(by=None, lot_uri=world.lot.uri)
    with pytest.raises(Invalid):
        actions.start_drill(by=None, lot_uri="gạo")


def test_nobody_else_answers_or_starts(world: World, drill: Drill) -> None:
    notice = drill.notices.get(holder=world.shop)
    for name in ("member", "other", "official"):
        account = world.accounts[name]
        assert signed_in(account).post(f"/drills/notices/{notice.pk}/acknowledge").status_code == 403, name
        with pytest.raises(NotAllowed):
            actions.acknowledge(by=account, notice=notice)
    with pytest.raises(NotAllowed):
        actions.end_drill(by=official(world, "79"), drill=drill, lesson=LESSON)
    assert signed_in(world.accounts["other"]).get(f"/drills/{drill.pk}").status_code == 403
    assert signed_in(world.accounts["member"]).get(f"/drills/{drill.pk}").status_code == 200
    assert not DrillNotice.objects.filter(acknowledged_at__isnull=False).exists()


def test_an_inspector_does_not_answer_and_nobody_overwrites_unseen(world: World, drill: Drill, seller: Account) -> None:
    notice = drill.notices.get(holder=world.shop)
    line, address = notice.lines.get(), f"/drills/notices/{notice.pk}/answer"
    people.add_member(by=None, account=world.accounts["official"], organisation=world.shop, role="inspector")
    told = {f"{line.pk}-found": "5", f"{line.pk}-sold": "1", f"{line.pk}-note": "", "upon": ""}
    assert signed_in(world.accounts["official"]).post(address, told).status_code == 403
    assert signed_in(seller).post(address, told).status_code == 302
    late = signed_in(seller).post(address, told | {f"{line.pk}-found": "4"})
    notice.refresh_from_db()
    assert late.status_code == 422
    assert f'name="upon" value="{notice.version}"' in late.content.decode()
    assert notice.lines.get().found == D(5)


def test_the_score_counts_late_answers_apart(drill: Drill) -> None:
    late = DrillNotice(answered_at=drill.answer_by + timedelta(minutes=1), acknowledged_at=drill.answer_by)
    good = DrillNotice(answered_at=drill.answer_by, acknowledged_at=drill.answer_by)
    silent = DrillNotice()
    told = score([late, good, silent], [], started=drill.started_at, scoped=drill.scoped_at, answer_by=drill.answer_by)
    assert (told.asked, told.acknowledged, told.answered, told.in_time, told.passed) == (3, 2, 2, 1, False)
    assert told.slowest == timedelta(hours=24, minutes=1)
