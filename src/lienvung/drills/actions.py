"""Starting a drill, answering in one, ending it: only this room's own tables are written, not the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.drills.models import Drill, DrillLine, DrillNotice
from lienvung.errors import Conflict, NotAllowed
from lienvung.ledger.identifiers import candidates
from lienvung.people.access import may_record
from lienvung.people.models import Account
from lienvung.quality import access as recalls
from lienvung.quality import notice_rules, rules
from lienvung.quality.notices import holders_of
from lienvung.quality.scopes import reach_of

ZERO = Decimal(0)
ANSWERED_MEANWHILE = "drills.answered_meanwhile"


@dataclass(frozen=True, slots=True)
class Found:
    """What a holder could find of one line."""

    found: Decimal
    sold: Decimal
    note: str = ""


def start_drill(*, by: Account | None, lot_uri: str, purpose: str = "") -> Drill:
    """Compute the scope of a lot as a recall would, and ask every holder. Conflict while one of this lot is running."""
    started = timezone.now()
    lot = rules.check_lot(candidates(lot_uri))
    gtin = lot.split("/01/")[1][:14]
    product = recalls.product_of(gtin)
    producer = product.owner if product else None
    if by is not None and not recalls.may_decide(by, producer):
        raise NotAllowed(
            "drills.not_your_province",
            vi="Chỉ cán bộ của tỉnh nơi sản xuất hoặc của Hà Nội được tổ chức diễn tập.",
            en="Only officials of the producer's province or of Hà Nội may hold a drill.",
        )
    summary = reach_of(lot).summary
    name = f"{product.name if product else f'GTIN {gtin}'} · {lot.rpartition('/10/')[2]}"
    drill = Drill(
        owner_party=producer.owner_party if producer else "",
        lot_uri=lot,
        lot_name=name[:240],
        producer=producer,
        authority=recalls.authority_of(by) if by else None,
        purpose=purpose.strip()[: rules.LONGEST_LINE],
        started_by=by,
        started_at=started,
        scoped_at=timezone.now(),
        answer_by=started + timedelta(hours=settings.RECALL_DECIDE_HOURS),
        scope=summary,
    )
    with transaction.atomic():
        _insert(drill)
        asked = _ask(drill)
        details = {"lot": lot, "things": summary["total"], "notices": asked}
        record(action="drills.start_drill", by=by, subject=drill, details=details)
    return drill


def _insert(drill: Drill) -> None:
    try:
        with transaction.atomic():
            drill.save(force_insert=True)
    except IntegrityError as clash:
        raise Conflict(
            "drills.running",
            vi="Đang có một cuộc diễn tập với lô này.",
            en="A drill with this lot is running.",
            path="lot",
        ) from clash


def _ask(drill: Drill) -> int:
    found = holders_of(drill.scope.get("rows", []))
    for holder, lines in found:
        notice = DrillNotice.objects.create(
            drill=drill, holder=holder, owner_party=holder.owner_party, issued_at=drill.scoped_at
        )
        DrillLine.objects.bulk_create(
            DrillLine(
                notice=notice,
                gtin=gtin,
                lot=lot,
                uom=uom,
                product=line.product,
                product_en=line.product_en,
                present=line.present,
                sold_before=line.sold,
                at_most=line.at_most,
            )
            for (gtin, lot, uom), line in lines.items()
        )
    return len(found)


@transaction.atomic
def acknowledge(*, by: Account | None, notice: DrillNotice) -> DrillNotice:
    """A member of the holder has read it. Conflict when another one was first, or the drill is over."""
    _require(by, notice)
    _standing(notice)
    if not _claim(notice, by, timezone.now()):
        raise Conflict(
            "drills.acknowledged", vi="Thông báo này đã được xác nhận.", en="This notice was acknowledged already."
        )
    record(action="drills.acknowledge", by=by, subject=notice, details={"holder": notice.holder.name})
    notice.refresh_from_db()
    return notice


def _claim(notice: DrillNotice, by: Account | None, now: datetime) -> bool:
    free = DrillNotice.objects.filter(pk=notice.pk, acknowledged_at__isnull=True)
    return bool(free.update(acknowledged_at=now, acknowledged_by=by))


@transaction.atomic
def report(
    *, by: Account | None, notice: DrillNotice, told: Mapping[int, Found], upon: str | None = None
) -> DrillNotice:
    """What the holder found of each line; may be corrected while the drill runs. Invalid (path `<line id>-note`).

    `upon`: the answer that was seen before (`DrillNotice.version`); Conflict where another one stands by now.
    """
    _require(by, notice)
    standing = _standing(notice)
    if upon is not None and upon != standing.version:
        raise Conflict(
            ANSWERED_MEANWHILE,
            vi="Người khác của cơ sở vừa trả lời. Số bạn nhập còn ở đây: hãy xem lại, rồi gửi lần nữa nếu vẫn đúng.",
            en="Somebody else of your organisation has just answered. What you entered is kept here: look again, and "
            "send it once more if it is right still.",
        )
    now = timezone.now()
    for line in notice.lines.all():
        answer = told[line.pk]
        as_told = notice_rules.Told(answer.found, ZERO, ZERO, answer.sold, answer.note)
        notice_rules.check_told(as_told, line.total, path=f"{line.pk}-")
        line.found, line.sold, line.note = answer.found, answer.sold, answer.note.strip()[:300]
        line.save()
    _claim(notice, by, now)
    DrillNotice.objects.filter(pk=notice.pk).update(answered_at=now, answered_by=by)
    record(action="drills.answer", by=by, subject=notice, details={"holder": notice.holder.name})
    notice.refresh_from_db()
    return notice


@transaction.atomic
def end_drill(*, by: Account | None, drill: Drill, lesson: str) -> Drill:
    """The drill is over, with what was learnt. Conflict when it is already."""
    if by is not None and not recalls.may_decide(by, drill.producer):
        raise NotAllowed("drills.not_your_province", vi="Không thuộc tỉnh của bạn.", en="Not of your province.")
    lesson = rules.check_words(lesson, path="lesson")
    running = Drill.objects.filter(pk=drill.pk, ended_at__isnull=True)
    if not running.update(ended_at=timezone.now(), ended_by=by, lesson=lesson):
        raise _over()
    record(action="drills.end_drill", by=by, subject=drill, details={"lot": drill.lot_uri})
    drill.refresh_from_db()
    return drill


def _standing(notice: DrillNotice) -> DrillNotice:
    """The notice as it stands. The drill's row is locked: ending and answering wait for each other."""
    if not Drill.objects.select_for_update().get(pk=notice.drill_id).running:
        raise _over()
    return DrillNotice.objects.get(pk=notice.pk)


def _over() -> Conflict:
    return Conflict("drills.over", vi="Cuộc diễn tập đã kết thúc.", en="This drill is over.")


def _require(by: Account | None, notice: DrillNotice) -> None:
    if by is not None and not may_record(by, notice.holder):
        raise NotAllowed(
            "drills.not_your_notice",
            vi="Chỉ người ghi sổ của cơ sở nhận thông báo được xác nhận và trả lời.",
            en="Only those who record for the organisation that was told acknowledge and answer.",
        )
