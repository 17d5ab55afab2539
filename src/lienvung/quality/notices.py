"""Notices to those who hold recalled goods: issuing, acknowledging, answering; the only writers of these tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.catalogue.models import Place
from lienvung.errors import Conflict, NotAllowed
from lienvung.people.access import may_record
from lienvung.people.models import Account, Organisation
from lienvung.quality import notice_rules
from lienvung.quality.models import Notice, NoticeLine, Recall
from lienvung.quality.notice_rules import Listed, Told
from lienvung.quality.scopes import gln_of

ANSWERED_MEANWHILE = "quality.answered_meanwhile"

Lines = dict[tuple[str, str, str], Listed]  # (GTIN, lot, unit) ->


def holders_of(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Organisation, Lines]]:
    """The organisations at whose places goods of the rows are, by name, each with what is listed for it."""
    glns = {gln_of(row["place"]) for row in rows} - {""}
    owners = {o.gln: o for o in Organisation.objects.filter(gln__in=glns)}
    owners |= {p.gln: p.owner for p in Place.objects.select_related("owner").filter(gln__in=glns)}
    by_holder: dict[Organisation, list[Mapping[str, Any]]] = {}
    for row in rows:
        if holder := owners.get(gln_of(row["place"])):
            by_holder.setdefault(holder, []).append(row)
    listed = [(holder, notice_rules.lines_of(own)) for holder, own in by_holder.items()]
    return sorted(((holder, lines) for holder, lines in listed if lines), key=lambda pair: pair[0].name)


def issue(recall: Recall, *, at: datetime) -> int:
    """One notice for each organisation at whose places affected goods are; inside the transaction of the decision."""
    found = holders_of(recall.scope.get("rows", []))
    for holder, lines in found:
        notice = Notice.objects.create(recall=recall, holder=holder, owner_party=holder.owner_party, issued_at=at)
        _list(notice, lines)
    return len(found)


def issue_more(recall: Recall, rows: Sequence[Mapping[str, Any]], *, at: datetime) -> int:
    """Notices of goods that were added to the scope: new ones, more lines, or higher amounts of lines, which want an
    answer again. How many notices were made or changed."""
    changed = 0
    for holder, lines in holders_of(rows):
        values = {"owner_party": holder.owner_party, "issued_at": at}
        notice, new = Notice.objects.get_or_create(recall=recall, holder=holder, defaults=values)
        more, raised = _behind(notice, lines)
        _list(notice, more)
        for line in raised:
            line.save(update_fields=["present", "sold_before", "at_most"])
        if (more or raised) and not new:
            Notice.objects.filter(pk=notice.pk).update(answered_at=None, answered_by=None)
        changed += bool(more or raised or new)
    return changed


def behind(recall: Recall, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether some holder has goods, or more of them, that no notice lists."""
    sent = {notice.holder_id: notice for notice in recall.notices.prefetch_related("lines")}
    return any(holder.pk not in sent or any(_behind(sent[holder.pk], lines)) for holder, lines in holders_of(rows))


def _behind(notice: Notice, lines: Lines) -> tuple[Lines, list[NoticeLine]]:
    """What the notice does not list, and its lines with the amounts of now where these are more than they tell.

    Less than before is no news: what was returned or destroyed since is to be told in the answer.
    """
    known = {(line.gtin, line.lot, line.uom): line for line in notice.lines.all()}
    raised = []
    for key in lines.keys() & known.keys():
        line, now = known[key], lines[key]
        whole = None if now.present is None or now.sold is None else now.present + now.sold
        if line.total is not None and (whole is None or whole > line.total):
            line.present, line.sold_before, line.at_most = now.present, now.sold, now.at_most
            raised.append(line)
    return {key: line for key, line in lines.items() if key not in known}, raised


def _list(notice: Notice, lines: Lines) -> None:
    NoticeLine.objects.bulk_create(
        NoticeLine(
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


@transaction.atomic
def acknowledge(*, by: Account | None, notice: Notice) -> Notice:
    """A member of the holder has read it. Conflict when another one was first."""
    _require(by, notice)
    _standing(notice)
    if not _claim(notice, by, timezone.now()):
        raise Conflict(
            "quality.acknowledged",
            vi="Thông báo này đã được xác nhận.",
            en="This notice was acknowledged already.",
        )
    record(action="quality.acknowledge_notice", by=by, subject=notice, details={"holder": notice.holder.name})
    notice.refresh_from_db()
    return notice


def _claim(notice: Notice, by: Account | None, now: datetime) -> bool:
    """Whether this is the first acknowledgement; the condition stands in the UPDATE, so that only one can be it."""
    free = Notice.objects.filter(pk=notice.pk, acknowledged_at__isnull=True)
    return bool(free.update(acknowledged_at=now, acknowledged_by=by))


@transaction.atomic
def report(*, by: Account | None, notice: Notice, told: Mapping[int, Told], upon: str | None = None) -> Notice:
    """What the holder found of each line (by its id), and what became of it; may be corrected while the recall stands.

    `upon`: the answer that was seen before (`Notice.version`), so that nobody's is overwritten unseen; None: whichever.
    Raises Invalid (path `<line id>-note`) for what is not plausible and has no note; Conflict after closing, when
    somebody else has answered meanwhile, and when goods were added to the notice meanwhile.
    """
    _require(by, notice)
    standing = _standing(notice)
    lines = list(standing.lines.all())
    if (upon is not None and upon != standing.version) or {line.pk for line in lines} - told.keys():
        raise answered_meanwhile()
    now = timezone.now()
    for line in lines:
        answer = notice_rules.check_told(told[line.pk], line.total, path=f"{line.pk}-")
        line.found, line.returned, line.destroyed = answer.found, answer.returned, answer.destroyed
        line.sold, line.note = answer.sold, answer.note.strip()[:300]
        line.save()
    _claim(notice, by, now)  # who answers has read it
    Notice.objects.filter(pk=notice.pk).update(answered_at=now, answered_by=by)
    details = {
        "holder": notice.holder.name,
        "lines": [[line.lot, line.uom, *map(str, (line.found, line.returned, line.destroyed, line.sold))]
                  for line in lines],
    }  # fmt: skip
    record(action="quality.answer_notice", by=by, subject=notice, details=details)
    notice.refresh_from_db()
    return notice


def _standing(notice: Notice) -> Notice:
    """The notice as it stands. The recall's row is locked: closing, extending and answering wait for each other."""
    recall = Recall.objects.select_for_update().get(pk=notice.recall_id)
    if recall.state != Recall.State.IN_FORCE:
        raise Conflict("quality.closed", vi="Lệnh thu hồi này đã kết thúc.", en="This recall is closed already.")
    return Notice.objects.get(pk=notice.pk)


def answered_meanwhile() -> Conflict:
    return Conflict(
        ANSWERED_MEANWHILE,
        vi="Người khác của cơ sở vừa trả lời, hoặc thông báo vừa thêm hàng. Số bạn nhập còn ở đây: hãy xem lại thông "
        "báo, rồi gửi lần nữa nếu số của bạn vẫn đúng.",
        en="Somebody else of your organisation has just answered, or goods were added to the notice. What you entered "
        "is kept here: look at the notice again, and send it once more if it is right still.",
    )


def _require(by: Account | None, notice: Notice) -> None:
    """Whoever records for the holder answers for it; an inspector who has a role there does not."""
    if by is not None and not may_record(by, notice.holder):
        raise NotAllowed(
            "quality.not_your_notice",
            vi="Chỉ người ghi sổ của cơ sở nhận thông báo được xác nhận và trả lời.",
            en="Only those who record for the organisation that was told acknowledge and answer.",
        )
