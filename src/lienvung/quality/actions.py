"""Declaring a recall and closing it; the only writers of the recall table."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.epcis.build import Event
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.ledger import marking
from lienvung.ledger.identifiers import candidates
from lienvung.people.models import Account, Organisation
from lienvung.quality import access, notices, rules
from lienvung.quality.models import Notice, Recall
from lienvung.quality.scopes import Reach, check_claims, reach_of
from lienvung.texts import Text

SHORTEST_REASON = 10
_GTIN = re.compile(r"/01/(\d{14})/")


def declare_recall(
    *,
    by: Account | None,
    lot_uri: str,
    reason: str,
    public_text: Text | str,
    case: rules.Case | None = None,
    believe: Collection[str] = (),
) -> Recall:
    """Recall a lot and all that came of it: `recalled` is set on every thing reached, in one transaction.

    `by` None = the system itself. `lot_uri` in any form. `believe`: eventIDs of claims whose goods are recalled too.
    Raises Invalid (no lot, no words, no such claim), NotAllowed, Conflict when a recall of the lot is in force, also
    when two officials act at once.
    """
    lot = rules.check_lot(candidates(lot_uri))
    product, producer = _goods(lot)
    require(by, producer)
    reason = rules.check_words(reason, path="reason")
    text = rules.bilingual(public_text)
    text = Text(*(rules.check_words(words, path="public_text") for words in text))
    case = rules.check_case(case or rules.Case(), now=timezone.now())
    number = lot.rpartition("/10/")[2]
    # The walk may be long: it is made before the writers' lock is taken, and again if something came between.
    check_claims(lot, believe)
    before, reach = marking.last_event(), reach_of(lot, believe=believe)
    recall = Recall(
        owner_party=producer.owner_party if producer else "",
        lot_uri=lot,
        lot_name=f"{product or 'GTIN ' + _gtin(lot)} · {number}"[:240],
        product_gtin=_gtin(lot),
        producer=producer,
        reason=reason,
        public_text_vi=text.vi,
        public_text_en=text.en,
        decided_by=by,
        authority=access.authority_of(by) if by else None,
        decided_at=timezone.now(),
        compulsory=case.compulsory,
        legal_basis=case.legal_basis,
        established_at=case.established_at,
        decide_by=decide_by(case.established_at),
        origin=case.origin,
        origin_text=case.origin_text,
        origin_ref=case.origin_ref,
    )
    with transaction.atomic():
        _in_force_locked()
        now = recall.decided_at = timezone.now()
        _insert(recall)
        marking.lock_writers()  # nothing is made of the lot between the walk and the marks
        if marking.last_event() != before:
            reach = reach_of(lot, believe=believe)
        recall.scope = {**reach.summary, **({"claimed": sorted(believe)} if believe else {})}
        recall.events = _capture(recall, now, reach, text)
        recall.save(update_fields=["scope", "events"])
        issued = notices.issue(recall, at=now)
        record(
            action="quality.declare_recall",
            by=by,
            subject=recall,
            details={
                "lot": lot,
                "things": len(reach.items) + len(reach.lots),
                "events": recall.events,
                "notices": issued,
                "claimed": sorted(believe),
            },
        )
    return recall


def choose_treatment(*, by: Account | None, recall: Recall, treatment: str, notice: Notice | None = None) -> None:
    """What is done with the goods of the whole recall, or with those of one notice. Conflict after closing."""
    require(by, recall.producer)
    treatment = rules.check_treatment(treatment)
    with transaction.atomic():
        if recall.pk not in {each.pk for each in _in_force_locked()}:
            raise closed_already()
        if notice is None:
            Recall.objects.filter(pk=recall.pk).update(treatment=treatment)
        else:
            Notice.objects.filter(pk=notice.pk, recall=recall).update(treatment=treatment)
        details = {"treatment": treatment, "holder": notice.holder.name if notice else ""}
        record(action="quality.choose_treatment", by=by, subject=recall, details=details)
    recall.refresh_from_db()


def close_recall(*, by: Account | None, recall: Recall, note: str, unanswered_reason: str = "") -> Recall:
    """End a recall: `recalled` is unset on everything on which no other recall stands. Conflict when closed already.

    Somebody's closing (not the system's own) wants every notice answered, or `unanswered_reason`; else Invalid.
    """
    require(by, recall.producer)
    note = rules.check_words(note, path="note")
    with transaction.atomic():
        others = [other for other in _in_force_locked() if other.pk != recall.pk]
        unanswered_reason = unanswered_reason.strip()
        waiting = Notice.objects.filter(recall=recall, answered_at__isnull=True).count()
        if waiting and by is not None and len(unanswered_reason) < SHORTEST_REASON:
            raise Invalid(
                "quality.unanswered",
                vi=f"Còn {waiting} thông báo chưa trả lời: hãy nêu lý do kết thúc (từ 10 ký tự).",
                en=f"{waiting} notices have no answer: say why it is closed all the same (10 characters or more).",
                path="unanswered_reason",
            )
        now = timezone.now()
        closed = Recall.objects.filter(pk=recall.pk, state=Recall.State.IN_FORCE).update(
            state=Recall.State.CLOSED,
            closed_by=by,
            closed_at=now,
            closing_note=note,
            unanswered_reason=unanswered_reason if waiting else "",
        )
        if not closed:
            raise closed_already()
        told = marking.without(_told(recall), [event for other in others for event in _told(other)])
        marking.capture_all(rules.closing_events(recall=recall.pk, time=now, told=told), submitter=_submitter(recall))
        record(action="quality.close_recall", by=by, subject=recall, details={"lot": recall.lot_uri})
    recall.refresh_from_db()
    return recall


def decide_by(established: datetime | None) -> datetime | None:
    """Until when a case established then is to be decided (`settings.RECALL_DECIDE_HOURS`)."""
    return established + timedelta(hours=settings.RECALL_DECIDE_HOURS) if established else None


def _in_force_locked() -> list[Recall]:
    """The recalls in force, locked: deciding and closing wait for each other, or one would undo the other's marks."""
    return list(Recall.objects.select_for_update().filter(state=Recall.State.IN_FORCE).order_by("pk"))


def _told(recall: Recall) -> list[Event]:
    """The events by which a recall was set."""
    return marking.told(recall.pk, recall.events)


def _insert(recall: Recall) -> None:
    try:
        with transaction.atomic():
            recall.save(force_insert=True)
    except IntegrityError as clash:
        raise recalled_already() from clash


def closed_already() -> Conflict:
    return Conflict("quality.closed", vi="Lệnh thu hồi này đã kết thúc.", en="This recall is closed already.")


def recalled_already() -> Conflict:
    return Conflict(
        "quality.recalled_already",
        vi="Lô này đang bị thu hồi theo một quyết định khác.",
        en="A recall of this lot is already in force.",
        path="lot",
    )


def _capture(recall: Recall, time: datetime, reach: Reach, text: Text) -> int:
    text = rules.signed(text, recall.authority)
    told = rules.recall_events(recall=recall.pk, time=time, uris=reach.items, classes=reach.lots, text=text)
    marking.capture_all(told, submitter=_submitter(recall))
    return len(told)


def _submitter(recall: Recall) -> str | None:
    return str(recall.authority_id) if recall.authority_id else None


def _gtin(lot: str) -> str:
    found = _GTIN.search(lot)
    if found is None:
        raise Invalid("quality.not_a_lot", vi="Không phải một lô.", en="This is no lot.", path="lot")
    return found[1]


def _goods(lot: str) -> tuple[str, Organisation | None]:
    product = access.product_of(_gtin(lot))
    return (product.name, product.owner) if product else ("", None)


def require(by: Account | None, producer: Organisation | None) -> None:
    if by is not None and not access.may_decide(by, producer):
        raise NotAllowed(
            "quality.not_your_province",
            vi="Chỉ cán bộ của tỉnh nơi sản xuất hoặc của Hà Nội được quyết định thu hồi.",
            en="Only officials of the producer's province or of Hà Nội may decide on this recall.",
        )
