"""Acts on cases: opening one, looking into it, answering, closing, reopening, handing over, notes, the spam mark.

Each act names the version of the case that was looked at; of two people at once the second is told.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.cases import access, rules
from lienvung.cases.models import Case, Entry, Report
from lienvung.cases.reporting import deadlines, open_case
from lienvung.cases.rules import Act, Side, State
from lienvung.cases.words import WHAT
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.people.models import Account, Organisation


def open_by(
    *, by: Account, organisation: Organisation, code: str, what: str, text: str, bought_province: str = ""
) -> Case:
    """A complaint of a business, or a finding of an official, in the name of `organisation`."""
    if organisation not in access.openers_of(by):
        raise NotAllowed(
            "cases.not_in_its_name",
            vi="Bạn không ghi thay đơn vị này được.",
            en="You cannot write in the name of this organisation.",
        )
    if what not in WHAT:
        raise Invalid("cases.what", vi="Hãy chọn một điều.", en="Choose one.", path="what")
    text, goods = rules.check_words(text), access.goods_of(code)
    official = organisation.kind == Organisation.Kind.AUTHORITY
    here = access.province_code(organisation)
    province = access.province_code(goods.product.owner) or bought_province or here
    provinces = {province, here, bought_province, *access.chain_provinces(goods.lot_uri)}
    with transaction.atomic():
        return open_case(
            goods,
            what=what,
            by=by,
            origin=Case.Origin.FINDING if official else Case.Origin.COMPLAINT,
            text=text,
            opened_for=organisation,
            province=province,
            provinces=rules.packed(provinces),
            illustrative=goods.product.illustrative,
        )


def look(*, by: Account, case: Case, version: int, text: str = "") -> Case:
    """Somebody begins with it, or an answer is not enough (then a reason is wanted)."""
    needed = case.state == State.ANSWERED
    reason = rules.check_words(text) if needed or text.strip() else ""
    return _step(by, case, version, Act.LOOK, reason, Entry.Kind.REASON)


def answer(*, by: Account, case: Case, version: int, text: str) -> Case:
    """The reporters read this by their links, at once."""
    return _step(by, case, version, Act.ANSWER, rules.check_words(text), Entry.Kind.ANSWER)


def close(*, by: Account, case: Case, version: int, text: str) -> Case:
    """The conclusion of the authority, which the reporters read too. From now on the contacts' days are counted."""
    return _step(by, case, version, Act.CLOSE, rules.check_words(text), Entry.Kind.CONCLUSION)


def reopen(*, by: Account, case: Case, version: int, text: str) -> Case:
    return _step(by, case, version, Act.REOPEN, rules.check_words(text), Entry.Kind.REASON)


def hand_over(*, by: Account, case: Case, version: int, text: str, province: str) -> Case:
    """To the authority of another province concerned, with a reason."""
    if province not in {unit.code for unit in access.handed_to(case)}:
        raise Invalid(
            "cases.no_such_province",
            vi="Chỉ chuyển được cho tỉnh có liên quan và có cơ quan trong hệ thống.",
            en="It can only be handed to a province concerned that has an authority here.",
            path="province",
        )
    return _step(by, case, version, Act.HAND_OVER, rules.check_words(text), Entry.Kind.REASON, province=province)


def note(*, by: Account, case: Case, text: str) -> Entry:
    """An internal note: officials read those of officials, the product's people their own."""
    side = access.side_of(by, case)
    if side is None:
        raise not_yours()
    text = rules.check_words(text, least=2)
    with transaction.atomic():
        written = _write(by, case, side, Entry.Kind.NOTE, text)
        record(action="cases.note", by=by, subject=case, details={"entry": str(written.pk)})
    return written


def not_yours() -> NotAllowed:
    return NotAllowed(
        "cases.not_yours",
        vi="Việc này của cơ quan tỉnh phụ trách hoặc của chủ sản phẩm.",
        en="This is for the authority of the province in charge, or for the product's organisation.",
    )


def _step(
    by: Account, case: Case, version: int, act: Act, text: str, kind: str, *, province: str | None = None
) -> Case:
    with transaction.atomic():
        current = Case.objects.select_related("owner", "product").get(pk=case.pk)
        side = access.side_of(by, current)
        if side is not None and current.version != version:
            raise _overtaken()
        state, now = rules.next_state(current.state, act, side), timezone.now()
        if not _claim(current, version, state, now, province):
            raise _overtaken()
        details = {"from": current.state, "to": str(state), "version": version + 1}
        if text:
            details["entry"] = str(_write(by, current, side or Side.OWNER, kind, text).pk)
        if province is not None:
            details |= {"province_from": current.province, "province_to": province}
        record(action=f"cases.{act}", by=by, subject=current, details=details)
    current.refresh_from_db()
    return current


def _claim(case: Case, version: int, state: State, now: datetime, province: str | None) -> bool:
    """Move the case on if nobody did since `version`; the test's twin leaves that condition out."""
    closing = state == State.CLOSED
    same = state == case.state
    values: dict[str, object] = {
        "state": state,
        "state_at": case.state_at if same else now,
        "due_at": case.due_at if same else rules.due(state, now, urgent=case.urgent, deadlines=deadlines()),
        "closed_at": now if closing else None,
        "version": F("version") + 1,
    }
    if closing:
        values["gathers"] = False  # a later report opens a case of its own
    if province is not None:
        values["province"] = province
    return bool(Case.objects.filter(pk=case.pk, version=version).update(**values))


def _overtaken() -> Conflict:
    return Conflict(
        "cases.overtaken",
        vi="Vụ việc vừa thay đổi: có người khác vừa làm, hoặc có phản ánh mới. Hãy xem lại rồi làm tiếp.",
        en="The case has just changed: somebody acted, or another report came. Look at it again before you go on.",
    )


def _write(by: Account, case: Case, side: Side, kind: str, text: str) -> Entry:
    official = side == Side.AUTHORITY
    organisation = access.authority_of(by, case) if official else case.owner
    return Entry.objects.create(case=case, kind=kind, official=official, organisation=organisation, by=by, text=text)


def hide(*, by: Account, report: Report, reason: str) -> Report:
    """Put a report aside as spam; it is kept, and `show` brings it back. A case of nothing but spam is hidden too."""
    reason = rules.check_line(rules.check_words(reason, path="reason", least=3), most=300, path="reason")
    return _marked(by, report, spam=True, reason=reason)


def show(*, by: Account, report: Report) -> Report:
    """Take a report out of spam."""
    return _marked(by, report, spam=False)


def _marked(by: Account, report: Report, *, spam: bool, reason: str = "") -> Report:
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=report.case_id)
        if access.side_of(by, case) != Side.AUTHORITY:
            raise not_yours()
        at = timezone.now() if spam else None
        changed = Report.objects.filter(pk=report.pk, spam=not spam).update(spam=spam, spam_reason=reason, spam_at=at)
        if not changed:
            raise Conflict(
                "cases.marked", vi="Phản ánh này đã được đánh dấu rồi.", en="This report has been marked already."
            )
        case.hidden = case.origin == Case.Origin.REPORT and not case.reports.filter(spam=False).exists()
        case.gathers = _may_gather(case)
        case.version += 1
        case.save(update_fields=["hidden", "gathers", "version"])
        record(action="cases.hide" if spam else "cases.show", by=by, subject=report, details={"case": case.number})
    report.refresh_from_db()
    return report


def _may_gather(case: Case) -> bool:
    if case.hidden or case.state == State.CLOSED or case.origin != Case.Origin.REPORT or not case.lot_uri:
        return False
    return not Case.objects.filter(lot_uri=case.lot_uri, gathers=True).exclude(pk=case.pk).exists()
