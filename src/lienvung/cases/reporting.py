"""What a shopper does without an account: report, read the answer by a secret link, take the contact back.

The only writer of reports, beside the spam mark (`actions`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.cases import access, rules
from lienvung.cases.access import Goods
from lienvung.cases.limits import note_report
from lienvung.cases.models import Case, Report
from lienvung.cases.rules import Act, Deadlines, Side, State
from lienvung.cases.words import URGENT, WHAT
from lienvung.catalogue import pictures
from lienvung.errors import Conflict, Invalid

PHOTO_BYTES = 10 * 1024 * 1024
TRIES = 3
ERASED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What the form says. `trap` was filled in by a program: nobody sees that field."""

    what: str
    text: str
    bought_where: str = ""
    bought_province: str = ""
    bought_on: date | None = None
    contact: str = ""
    agreed: bool = False
    contact_owner: bool = False
    trap: bool = False
    language: str = "vi"


def deadlines() -> Deadlines:
    urgent, look, answer = (timedelta(hours=hours) for hours in settings.CASE_HOURS)
    return Deadlines(look=look, urgent=urgent, answer=answer)


def secret_of(form: uuid.UUID) -> str:
    """The secret of the reporter's link: 256 bits that nobody without the installation's key can make.

    It follows from the form's own random number, so that a form sent twice leads to the same page.
    """
    made = hmac.new(settings.SECRET_KEY.encode(), b"cases.secret\0" + form.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def report(
    *,
    code: str,
    told: Told,
    address: str,
    form: uuid.UUID,
    image: bytes | None = None,
    illustrative: bool = False,
) -> tuple[Report, str]:
    """Take a report; it joins the open case of its lot or opens one. Gives it with the secret of its link.

    Raises Invalid (what is wrong with which field) and TooManyReports.
    """
    secret = secret_of(form)
    goods, clean = access.goods_of(code), _checked(told)
    if (before := access.report_of_token(secret)) is not None:
        return _again(before, goods, clean), secret
    note_report(address=address, code=goods.code, gtin=goods.product.gtin)
    kept = pictures.read_picture(image, most_bytes=PHOTO_BYTES) if image else None
    provinces = {
        access.province_code(goods.product.owner),
        clean.bought_province,
        *access.chain_provinces(goods.lot_uri or ("" if goods.doubtful else goods.code)),
    }
    made = Report(
        number=rules.new_number("PA"),
        digest=rules.digest_of(secret),
        code=goods.code,
        doubtful=goods.doubtful,
        what=clean.what,
        text=clean.text,
        bought_where=clean.bought_where,
        bought_province=clean.bought_province,
        bought_on=clean.bought_on,
        contact=clean.contact,
        contact_owner=bool(clean.contact and clean.contact_owner),
        agreed_at=timezone.now() if clean.contact else None,
        language=clean.language,
        spam=clean.trap,
        spam_reason="honeypot" if clean.trap else "",
        spam_at=timezone.now() if clean.trap else None,
    )
    if kept is not None:
        made.photo.save(f"{uuid.uuid4().hex}.webp", ContentFile(kept.large), save=False)
        made.photo.storage.save(pictures.small_name(made.photo.name or ""), ContentFile(kept.small))
    try:
        return _stored(made, goods, provinces, secret, illustrative=illustrative), secret
    except BaseException:
        _drop_photo(made)
        raise


def _stored(made: Report, goods: Goods, provinces: set[str], secret: str, *, illustrative: bool) -> Report:
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                case = _joined(goods, made) or _opened(goods, made, illustrative=illustrative)
                case.provinces = rules.packed({*rules.unpacked(case.provinces), *provinces})
                case.save(update_fields=["provinces"])
                made.case = case
                made.save(force_insert=True)
                record(action="cases.report", by=None, subject=made, details={"case": case.number, "what": made.what})
            return made
        except IntegrityError:  # another report of this lot opened a case, or this very form came twice, at once
            before = access.report_of_token(secret)
            if before is not None:
                _drop_photo(made)
                return before
            if not left:
                raise
    raise AssertionError("unreachable")


def _checked(told: Told) -> Told:
    if told.what not in WHAT:
        raise Invalid("cases.what", vi="Hãy chọn một điều.", en="Choose one.", path="what")
    known = {unit.code for unit in access.provinces()}
    return replace(
        told,
        text=rules.check_words(told.text),
        bought_where=rules.check_line(told.bought_where, most=200, path="bought_where"),
        bought_province=told.bought_province if told.bought_province in known else "",
        bought_on=rules.check_bought_on(told.bought_on, today=timezone.localdate()),
        contact=rules.check_contact(told.contact, agreed=told.agreed),
        language="en" if told.language == "en" else "vi",
    )


def _again(before: Report, goods: Goods, told: Told) -> Report:
    """The same form sent twice is one report; the same form with something else in it is refused."""
    if (before.code, before.what, before.text) != (goods.code, told.what, told.text):
        raise Conflict(
            "cases.form_used",
            vi="Mẫu này đã gửi rồi. Hãy mở lại trang của mã để gửi phản ánh khác.",
            en="This form was sent before. Open the code's page again to send another report.",
        )
    return before


def _joined(goods: Goods, made: Report) -> Case | None:
    """The open case of the lot, told that another report came."""
    if made.spam or not goods.lot_uri:
        return None
    case = Case.objects.select_for_update().filter(lot_uri=goods.lot_uri, gathers=True).first()
    if case is None:
        return None
    state, now = rules.next_state(case.state, Act.JOIN, Side.SYSTEM), timezone.now()
    case.version, case.urgent = case.version + 1, case.urgent or made.what in URGENT
    if state != case.state:
        case.state, case.state_at = state, now
        case.due_at = rules.due(state, now, urgent=case.urgent, deadlines=deadlines())
    elif state in rules.WAITING:  # it may have become urgent
        case.due_at = rules.due(state, case.state_at, urgent=case.urgent, deadlines=deadlines())
    case.save(update_fields=["state", "state_at", "due_at", "urgent", "version"])
    record(action="cases.join", by=None, subject=case, details={"report": made.number, "state": str(state)})
    return case


def _opened(goods: Goods, made: Report, *, illustrative: bool) -> Case:
    return open_case(
        goods,
        origin=Case.Origin.REPORT,
        what=made.what,
        province=access.province_code(goods.product.owner) or made.bought_province,
        hidden=made.spam,
        gathers=bool(goods.lot_uri) and not made.spam,
        illustrative=illustrative or goods.product.illustrative,
    )


def open_case(goods: Goods, *, what: str, by: Any = None, **values: Any) -> Case:
    """A new case about goods, with its number and its first deadline; call it inside a transaction."""
    now, urgent = timezone.now(), what in URGENT
    case = Case.objects.create(
        number=rules.new_number("VV"),
        product=goods.product,
        owner=goods.product.owner,
        owner_party=goods.product.owner_party,
        lot_uri=goods.lot_uri,
        lot_number=goods.lot_number,
        what=what,
        urgent=urgent,
        opened_at=now,
        opened_by=by,
        state_at=now,
        due_at=rules.due(State.NEW, now, urgent=urgent, deadlines=deadlines()),
        **values,
    )
    record(action="cases.open", by=by, subject=case, details={"what": what, "lot": goods.lot_uri})
    return case


def _drop_photo(made: Report) -> None:
    if made.photo:
        for name in (made.photo.name or "", pictures.small_name(made.photo.name or "")):
            made.photo.storage.delete(name)


def withdraw_contact(secret: str) -> Report | None:
    """The reporter takes the contact back, by the secret link; no reason is asked."""
    found = access.report_of_token(secret)
    if found is not None and found.contact:
        with transaction.atomic():
            _erase([found], timezone.now())
            record(action="cases.withdraw_contact", by=None, subject=found)
    return found


def erase_contacts(*, now: datetime | None = None) -> int:
    """Erase contacts whose time of keeping is over; how many those were (a chore of the worker)."""
    now = now or timezone.now()
    with transaction.atomic():
        over = list(access.contacts_to_erase(now)[:ERASED_AT_ONCE])
        if over:
            _erase(over, now)
            record(action="cases.erase_contacts", by=None, details={"reports": len(over)})
    return len(over)


def _erase(reports: list[Report], now: datetime) -> None:
    Report.objects.filter(pk__in=[each.pk for each in reports]).update(
        contact="", contact_owner=False, agreed_at=None, contact_erased_at=now
    )
    for each in reports:
        each.contact, each.contact_owner, each.contact_erased_at = "", False, now
