"""Doing a task once: the row that makes it so, the ledger's capture, and what tasks share.

The row comes first: whoever brings the same task_id at the same moment waits for it (or finds it), and gets what
the first made of it. Row, lot, events and audit stand or fall together.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.catalogue import actions as catalogue
from lienvung.catalogue.access import lot_of, lots_of
from lienvung.catalogue.models import Lot, Place, Product
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.field import access, rules, telling
from lienvung.field.models import BoxNumber, Submission
from lienvung.field.rules import Doubt, Part, Task
from lienvung.gs1 import check_digit
from lienvung.ledger.capture import capture_events
from lienvung.ledger.holds import refuse_held
from lienvung.ledger.identifiers import candidates
from lienvung.ledger.stock import stock_of
from lienvung.ledger.trace import kind_of
from lienvung.people.actions import not_allowed
from lienvung.people.models import Account, Organisation


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task. `lot`: canonical URI of the lot it made or was about; `boxes`: SSCCs it made."""

    task_id: uuid.UUID
    task: Task
    events: tuple[str, ...]
    lot: str = ""
    number: str = ""
    boxes: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Who does which task, when and where. `told`: all that was said, for the comparison with what comes again."""

    task: Task
    by: Account | None
    organisation: Organisation
    task_id: uuid.UUID
    at: datetime
    place: Place
    told: dict[str, Any]
    reason: str = ""


@dataclass(slots=True)
class Told:
    """What a task makes of its order."""

    events: list[dict[str, Any]]
    lot: str = ""
    number: str = ""
    boxes: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    still: list[str] = field(default_factory=list)  # must not be held, although no event here moves them


def done_once(order: Order, act: Callable[[], Told]) -> Done:
    """Do what `act` tells, unless this task_id was done already. Raises Problem; then nothing is written."""
    _check_may(order)
    digest = _digest(order)
    found = _known(order, digest)
    if found is not None:
        return found
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = claim(order, digest)
        except IntegrityError:  # it came twice at once: the other one is done by now
            found = _known(order, digest)
            if found is None:
                raise
            return found
        rules.check_time(order.at, None if order.by is None else timezone.now())
        told = act()
        rules.settle(told.doubts, order.reason)
        _capture(order, told)
        row.events = [event["eventID"] for event in told.events]
        row.lot, row.number, row.boxes = told.lot, told.number, told.boxes
        row.doubts = [{"code": doubt.code, "vi": doubt.vi, "en": doubt.en} for doubt in told.doubts]
        row.save()
        details = {"task": order.task.value, "place": order.place.gln, "lot": told.lot, "events": len(told.events)}
        record(action=f"field.{order.task.value}", by=order.by, subject=row, details=details)
    return _done(row, again=False)


def claim(order: Order, digest: str) -> Submission:
    """The row that no second one of its number can stand beside."""
    return Submission.objects.create(
        task_id=order.task_id,
        task=order.task.value,
        owner_party=order.organisation.owner_party,
        organisation=order.organisation,
        place=order.place,
        done_by=order.by,
        happened_at=order.at,
        recorded_at=timezone.now(),
        digest=digest,
        told=order.told,
        reason=order.reason.strip()[:300],
    )


def _capture(order: Order, told: Told) -> None:
    """Capture behind the writers' lock, which stays ours until the row is written: no hold can come between."""
    for event in told.events:
        event["lv:task"] = rules.task_mark(order.task_id)
    capture_events(told.events, submitter=str(order.organisation.pk), context=telling.CONTEXT, unless_held=True)
    if told.still:
        refuse_held(told.still)


def _check_may(order: Order) -> None:
    if order.by is not None and not access.may_work(order.by, order.organisation):
        raise not_allowed()
    if order.place.owner_id != order.organisation.pk:
        raise NotAllowed(
            "field.other_place",
            vi="Nơi này không thuộc đơn vị của bạn. Hãy chọn lại nơi làm việc.",
            en="This place is not your organisation's. Choose where you work again.",
            path="place",
        )
    if order.task not in access.tasks_of(order.organisation):
        raise NotAllowed(
            "field.not_its_task",
            vi=f"Đơn vị của bạn không có việc “{rules.TASKS[order.task].vi}”. Người quản lý có thể bật việc này.",
            en=f"Your organisation does not do “{rules.TASKS[order.task].en}”. Its manager can switch the task on.",
        )
    if order.at.tzinfo is None:
        raise Invalid("field.no_zone", vi="Ngày giờ thiếu múi giờ.", en="The time has no time zone.", path="at")


def _digest(order: Order) -> str:
    told = {
        "told": order.told,
        "task": order.task.value,
        "organisation": str(order.organisation.pk),
        "place": order.place.gln,
        "at": order.at.astimezone(UTC).isoformat(timespec="milliseconds"),
    }
    return rules.digest_of(told)


def _known(order: Order, digest: str) -> Done | None:
    row = Submission.objects.filter(pk=order.task_id).first()
    if row is None:
        return None
    if row.digest != digest:
        raise Conflict(
            "field.task_id_taken",
            vi="Việc này đã được ghi với nội dung khác. Hãy mở lại biểu mẫu và ghi việc mới.",
            en="This task was recorded with other contents. Open the form again and record a new task.",
        )
    return done_again(row)


def done_again(row: Submission) -> Done:
    """What a task that was done before gave."""
    return _done(row, again=True)


def _done(row: Submission, *, again: bool) -> Done:
    return Done(row.task_id, Task(row.task), tuple(row.events), row.lot, row.number, tuple(row.boxes), again)


# --- what tasks share ----------------------------------------------------------------------------


def new_lot(
    order: Order,
    product: Product,
    *,
    number: str,
    amount: Decimal,
    uom: str,
    best_before: date | None,
    doubts: list[Doubt],
) -> Lot:
    """The lot that a task makes: registered here, or before (then by the product's owner)."""
    day = telling.local(order.at).date()
    best = best_before or (day + timedelta(days=product.shelf_life_days) if product.shelf_life_days else None)
    number = number.strip() or propose_number(order.place, product, day, order.by)
    known = lot_of(product.gtin, number)
    if known is None:
        return _registered(order, product, number, day=day, best=best, amount=amount, uom=uom)
    if stock_of([known.uri]):
        doubts.append(
            Doubt(
                "field.lot_goes_on",
                f"Lô {number} đã có trong sổ; số lượng này sẽ cộng thêm vào lô đó.",
                f"Lot {number} is in the books already; this amount would be added to it.",
            )
        )
    return known


def _registered(
    order: Order, product: Product, number: str, *, day: date, best: date | None, amount: Decimal, uom: str
) -> Lot:
    if product.owner_id != order.organisation.pk:
        raise Invalid(
            "field.lot_of_others",
            vi=f"Lô {number} chưa được đăng ký. Sản phẩm này của {product.owner.name}: chỉ họ đặt được số lô mới.",
            en=f"Lot {number} is not registered. The product is {product.owner.name}'s: only they name new lots.",
            path="number",
        )
    return catalogue.register_lot(
        by=order.by, product=product, number=number, produced_on=day, best_before=best, quantity=amount, uom=uom
    )


def propose_number(place: Place, product: Product, day: date, by: Account | None) -> str:
    """A number for a new lot: place, product, day, running number; the person's letter at its end."""
    stem = rules.lot_stem(gln=place.gln, product=product.name, day=day)
    taken = set(lots_of(product).filter(number__startswith=stem).values_list("number", flat=True))
    return rules.next_number(stem, taken, rules.mark_of(by.pk if by else None))


def read_uri(text: str, *, kinds: Sequence[str], path: str) -> str:
    """A canonical URI of one of these kinds, in whatever form it is given."""
    try:
        found = [uri for uri in candidates(text) if kind_of(uri) in kinds]
    except Invalid as fault:
        raise Invalid(fault.code, vi=fault.vi, en=fault.en, path=path) from fault
    if not found:
        raise Invalid(
            "field.wrong_code",
            vi=f"Mã “{text}” không phải loại mã cần ở đây. Hãy kiểm tra và nhập lại.",
            en=f"The code “{text}” is not of the kind needed here. Check it and enter it again.",
            path=path,
        )
    return found[0]


def new_boxes(organisation: Organisation, count: int) -> list[str]:
    """New SSCCs of an organisation (AI 00, extension digit 1), from its GS1 Company Prefix."""
    prefix = organisation.company_prefix
    if not prefix:
        raise Invalid(
            "field.no_prefix",
            vi="Đơn vị chưa có mã doanh nghiệp GS1, nên không tự đặt được mã thùng. Hãy quét hoặc gõ mã SSCC có sẵn.",
            en="The organisation has no GS1 Company Prefix to number cases from. Scan or type an SSCC that you have.",
            path="boxes",
        )
    BoxNumber.objects.get_or_create(organisation=organisation)
    counter = BoxNumber.objects.select_for_update().get(organisation=organisation)
    first, counter.last = counter.last + 1, counter.last + count
    counter.save()
    size = 16 - len(prefix)
    made = [f"1{prefix}{number:0{size}d}" for number in range(first, counter.last + 1)]
    return [f"{telling.GS1}/00/{digits}{check_digit(digits)}" for digits in made]


def parts_of(given: Sequence[Part | tuple[str, Decimal | None]]) -> list[Part]:
    return [each if isinstance(each, Part) else Part(*each) for each in given]


def as_told(parts: Sequence[Part]) -> list[list[str | None]]:
    return [[part.uri, rules.said(part.amount), part.uom] for part in parts]


def lot_named(parts: Sequence[Part]) -> tuple[str, str]:
    """The lot that a task was about, where it was about one."""
    lots = [part.uri for part in parts if kind_of(part.uri) == "lot"]
    return (lots[0], "") if len(set(lots)) == 1 else ("", "")
