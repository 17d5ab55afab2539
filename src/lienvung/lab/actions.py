"""Planning, ordering and taking samples, their custody, and results; holds are in `holding`, alarms in `alarms`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.catalogue.models import Place
from lienvung.epcis.build import object_event
from lienvung.errors import Conflict, Invalid, ManyInvalid, NotAllowed
from lienvung.lab import access, holding, rules, tables
from lienvung.lab.models import Custody, Hold, Limit, PlanLine, Reason, Result, Sample
from lienvung.lab.rules import Measured, Step, Verdict
from lienvung.lab.units import comparable, spell
from lienvung.ledger import marking
from lienvung.ledger.capture import capture_events
from lienvung.ledger.identifiers import candidates
from lienvung.people.access import is_official, role_in
from lienvung.people.actions import not_allowed
from lienvung.people.models import Account, Organisation
from lienvung.territory.models import AdminUnit

MOST_PLANNED = 5_000
CLOCK_SKEW = timedelta(minutes=5)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@transaction.atomic
def plan(
    *,
    by: Account | None,
    planner: Organisation,
    year: int,
    month: int,
    product_kind: str,
    wanted: int,
    reason: str = Reason.ROUTINE,
    place: Place | None = None,
    unit: AdminUnit | None = None,
    analytes: str = "",
    note: str = "",
) -> PlanLine:
    """A line of an authority's or a producer's own sampling plan."""
    if by is not None and not access.planners_of(by).filter(pk=planner.pk).exists():
        raise not_allowed()
    if not 1 <= month <= 12:
        raise Invalid("lab.month", vi="Tháng từ 1 đến 12.", en="A month is 1 to 12.", path="month")
    if not 1 <= wanted <= MOST_PLANNED:
        raise Invalid("lab.wanted", vi="Số mẫu từ 1 đến 5.000.", en="1 to 5,000 samples.", path="wanted")
    line = PlanLine.objects.create(
        owner_party=planner.owner_party,
        planner=planner,
        year=year,
        month=month,
        product_kind=product_kind,
        wanted=wanted,
        reason=reason,
        place=place,
        unit=unit,
        analytes=analytes.strip()[:300],
        note=note.strip()[:300],
        made_by=by,
        made_at=timezone.now(),
    )
    record(action="lab.plan", by=by, subject=line, details={"planner": planner.name})
    return line


@transaction.atomic
def order_sample(
    *,
    by: Account | None,
    lot: str,
    laboratory: Organisation,
    reason: str = Reason.ROUTINE,
    place: Place | None = None,
    analytes: str = "",
    plan: PlanLine | None = None,
    twin_of: Sample | None = None,
    orderer: Organisation | None = None,
    illustrative: bool = False,
) -> Sample:
    """Order a sample of a lot: an official of the producer's province, or the producer's quality officer.

    `lot` in any form; `orderer` only where the system itself orders (`by` None).
    """
    uri = rules.check_lot(candidates(lot))
    name, gtin, producer = holding.goods(uri)
    orders = orderer if by is None else access.orderer_of(by, producer)
    if orders is None:
        raise NotAllowed(
            "lab.may_not_order",
            vi="Chỉ cán bộ của tỉnh nơi sản xuất hoặc người phụ trách chất lượng ở đó được yêu cầu lấy mẫu.",
            en="Only officials of the producer's province or the producer's quality officer may order a sample.",
        )
    if laboratory.kind != access.LABORATORY:
        raise Invalid(
            "lab.no_laboratory", vi="Đây không phải phòng kiểm nghiệm.", en="This is no laboratory.", path="laboratory"
        )
    if twin_of is not None and twin_of.lot_uri != uri:
        raise Invalid("lab.other_lot", vi="Mẫu thứ hai phải cùng lô.", en="A second sample is of the same lot.")
    product = access.product_of(gtin)
    sample = Sample.objects.create(
        code=rules.new_code(timezone.localdate().year),
        owner_party=orders.owner_party,
        plan=plan,
        twin_of=twin_of,
        lot_uri=uri,
        lot_name=name,
        product_gtin=gtin,
        product_kind=product.kind if product else "",
        producer=producer,
        place=place,
        reason=Reason.RETEST if twin_of is not None else reason,
        analytes=analytes.strip()[:300],
        orderer=orders,
        ordered_by=by,
        ordered_at=timezone.now(),
        laboratory=laboratory,
        illustrative=illustrative,
    )
    record(action="lab.order_sample", by=by, subject=sample, details={"lot": uri, "laboratory": laboratory.name})
    return sample


@transaction.atomic
def take_sample(
    *, by: Account | None, sample: Sample, taken_by: str, seal: str, amount: str = "", at: datetime | None = None
) -> Sample:
    """Tell that the sample was taken and sealed; the ledger gets a `sampling` event of the lot."""
    if by is not None and not access.may_take(by, sample):
        raise not_allowed()
    moment = _past(at)
    taken_by = rules.check_words(taken_by, path="taken_by", least=2)[:150]
    seal = rules.check_words(seal, path="seal", least=1)[:60]
    changed = Sample.objects.filter(pk=sample.pk, state=Sample.State.ORDERED).update(
        state=Sample.State.TAKEN, taken_by_name=taken_by, taken_at=moment, amount=amount.strip()[:60], seal=seal
    )
    if not changed:
        raise Conflict("lab.taken", vi="Mẫu này đã được lấy.", en="This sample was taken already.")
    sample.refresh_from_db()
    _custody(by, sample, Step.TAKEN, moment, receiver=sample.orderer.name, person=taken_by, note=f"{seal}")
    event = object_event(
        time=moment,
        action="OBSERVE",
        event_id=sample.pk.urn,
        biz_step="sampling",
        read_point=sample.place.uri if sample.place else None,
        quantities=[(sample.lot_uri, None, None)],
        extensions={"lv:sample": sample.code},
    )
    capture_events([event], submitter=str(sample.orderer_id), context=marking.CONTEXT)
    record(action="lab.take_sample", by=by, subject=sample, details={"lot": sample.lot_uri, "seal": seal})
    return sample


@transaction.atomic
def tell_custody(
    *,
    by: Account | None,
    sample: Sample,
    step: str,
    giver: Organisation | None = None,
    receiver: Organisation | None = None,
    person: str = "",
    seal_intact: bool = True,
    note: str = "",
    at: datetime | None = None,
) -> Custody:
    """One side tells that it gave or got the sample; each side tells its own part, so that gaps show."""
    own = receiver if step == Step.RECEIVED else giver
    if step == Step.TAKEN or own is None or (step in (Step.HANDED, Step.RECEIVED) and None in (giver, receiver)):
        raise Invalid(
            "lab.custody", vi="Hãy nêu bên giao và bên nhận.", en="Name who gave and who got it.", path="step"
        )
    if giver == receiver:
        raise Invalid(
            "lab.same_side", vi="Bên giao và bên nhận phải khác nhau.", en="Giver and receiver differ.", path="receiver"
        )
    if by is not None and (not access.may_handle(by, sample) or role_in(by, own) is None):
        raise not_allowed()
    if sample.taken_at is None:
        raise Conflict("lab.not_taken", vi="Chưa ghi việc lấy mẫu.", en="The sample has not been taken yet.")
    row = _custody(
        by,
        sample,
        step,
        _past(at),
        giver=giver.name if giver else "",
        receiver=receiver.name if receiver else "",
        person=person.strip()[:150] or (str(by) if by else ""),
        seal_intact=seal_intact,
        note=note.strip()[:300],
    )
    if step == Step.RECEIVED and receiver is not None and receiver.pk == sample.laboratory_id:
        Sample.objects.filter(pk=sample.pk, state=Sample.State.TAKEN).update(state=Sample.State.AT_LABORATORY)
        sample.refresh_from_db()
    record(action="lab.tell_custody", by=by, subject=sample, details={"step": step, "seal_intact": seal_intact})
    return row


def _custody(by: Account | None, sample: Sample, step: str, at: datetime, **words: object) -> Custody:
    return Custody.objects.create(sample=sample, step=str(step), at=at, told_by=by, told_at=timezone.now(), **words)


def _past(at: datetime | None) -> datetime:
    now = timezone.now()
    if at is not None and at > now + CLOCK_SKEW:
        raise Invalid("lab.future", vi="Thời điểm ở tương lai.", en="The time lies in the future.", path="at")
    if at is not None and at < EARLIEST:
        raise Invalid("lab.past", vi="Thời điểm quá xa trong quá khứ.", en="The time lies too far back.", path="at")
    return at or now


@transaction.atomic
def enter_result(
    *,
    by: Account | None,
    sample: Sample,
    analyte: str,
    unit: str,
    value: Decimal | None = None,
    lod: Decimal | None = None,
    uncertainty: Decimal | None = None,
    method: str = "",
    name_vi: str = "",
    name_en: str = "",
    replaces: Result | None = None,
    why: str = "",
) -> Result:
    """A member of the laboratory enters a result; `value` None: below the limit of detection `lod`.

    `replaces`: a confirmed result that it corrects, with the reason; the confirmed row itself never changes.
    """
    _require_laboratory(by, sample)
    if sample.state not in (Sample.State.AT_LABORATORY, Sample.State.DONE):
        raise Conflict(
            "lab.not_received",
            vi="Phòng kiểm nghiệm chưa ghi đã nhận mẫu.",
            en="The laboratory has not received the sample yet.",
        )
    measured = rules.check_measured(Measured(value, spell(unit), lod, uncertainty))
    analyte = rules.check_words(analyte, path="analyte", least=1).lower()[:60]
    if replaces is not None:
        why = rules.check_words(why, path="why")[:300]
        if replaces.sample_id != sample.pk or replaces.confirmed_at is None or replaces.analyte != analyte:
            raise Invalid(
                "lab.replaces",
                vi="Chỉ đính chính kết quả đã xác nhận, cùng chỉ tiêu, của mẫu này.",
                en="Only a confirmed result of the same analyte of this sample is corrected.",
                path="analyte",
            )
    allowed = _limit_of(sample, analyte)
    if allowed is not None and not comparable(measured.unit, allowed.unit):  # or no result would ever be over it
        raise Invalid(
            "lab.dimension",
            vi=f"Giới hạn tính bằng {allowed.unit}; không so được với {measured.unit}.",
            en=f"The limit is in {allowed.unit}, which {measured.unit} cannot be compared with.",
            path="unit",
        )
    known = Limit.objects.filter(analyte=analyte).first()
    try:
        with transaction.atomic():
            result = Result.objects.create(
                sample=sample,
                replaces=replaces,
                why_replaced=why if replaces is not None else "",
                analyte=analyte,
                name_vi=(name_vi.strip() or (known.name_vi if known else analyte))[:120],
                name_en=(name_en.strip() or (known.name_en if known else ""))[:120],
                value=measured.value,
                unit=measured.unit,
                lod=measured.lod,
                uncertainty=measured.uncertainty,
                method=method.strip()[:120],
                entered_by=by,
                entered_at=timezone.now(),
            )
    except IntegrityError as clash:
        raise Conflict(
            "lab.corrected", vi="Kết quả này đã có bản đính chính.", en="This result has a correction already."
        ) from clash
    record(action="lab.enter_result", by=by, subject=result, details={"sample": sample.code, "analyte": analyte})
    return result


@transaction.atomic
def drop_result(*, by: Account | None, result: Result) -> None:
    """Take back a result that was not confirmed yet. Conflict after confirmation."""
    _require_laboratory(by, result.sample)
    record(action="lab.drop_result", by=by, subject=result, details={"analyte": result.analyte})
    dropped, _ = Result.objects.filter(pk=result.pk, confirmed_at__isnull=True).delete()
    if not dropped:
        raise _confirmed()


def confirm_results(*, by: Account | None, sample: Sample) -> list[Hold]:
    """Confirm what was entered: each result is set against its limit, and stays as it is for ever.

    What is outside its limit holds the lot and all that was made of it, in the same transaction; the holds are
    given back. Conflict where there is nothing to confirm.
    """
    _require_laboratory(by, sample)
    # The walk may be long: it is made before the writers' lock is taken, and again if something came between.
    reached = holding.reach(sample.lot_uri) if any(_holding(each) for each in _unconfirmed(sample)) else None
    with transaction.atomic():
        if reached is not None:
            marking.lock_writers()
        waiting = list(_unconfirmed(sample).select_for_update())
        if not waiting:
            raise Conflict("lab.nothing", vi="Chưa có kết quả nào để xác nhận.", en="There is no result to confirm.")
        now, holds = timezone.now(), []
        for result in waiting:
            limit, verdict = judged(result)
            result.limit, result.verdict = limit, verdict
            result.limit_words = tables.limit_words(limit).vi if limit else ""
            result.confirmed_by, result.confirmed_at = by, now
            result.save()
            if verdict in rules.HOLDING:
                holds.append(_hold(by, sample, result, reached or holding.reach(sample.lot_uri)))
        Sample.objects.filter(pk=sample.pk).update(state=Sample.State.DONE)
        details = {"results": len(waiting), "holds": len({hold.pk for hold in holds})}
        record(action="lab.confirm_results", by=by, subject=sample, details=details)
    sample.refresh_from_db()
    return list({hold.pk: hold for hold in holds}.values())


def _unconfirmed(sample: Sample) -> QuerySet[Result]:
    return Result.objects.filter(sample=sample, confirmed_at__isnull=True)


def judged(result: Result) -> tuple[Limit | None, Verdict]:
    """The limit of the day on which the sample was taken, and what the result means against it."""
    limit = _limit_of(result.sample, result.analyte)
    return limit, rules.judge(Measured(result.value, result.unit, result.lod, result.uncertainty), limit)


def _limit_of(sample: Sample, analyte: str) -> Limit | None:
    on = timezone.localdate(sample.taken_at) if sample.taken_at else timezone.localdate()
    rows = Limit.objects.filter(analyte=analyte)
    return rules.limit_on(rows, kind=sample.product_kind, analyte=analyte, on=on)


def _holding(result: Result) -> bool:
    return judged(result)[1] in rules.HOLDING


def _hold(by: Account | None, sample: Sample, result: Result, reached: holding.Reached) -> Hold:
    authority = sample.orderer if sample.orderer.kind == access.AUTHORITY else None
    words = f"Mẫu {sample.code}: {result.name_vi} {tables.value_words(result).vi}; {result.limit_words}."
    marking.lock_writers()
    return holding.set_hold(
        by=by, lot=sample.lot_uri, reason=words, authority=authority, result=result, reached=reached
    )


def _require_laboratory(by: Account | None, sample: Sample) -> None:
    if by is not None and not access.may_test(by, sample):
        raise not_allowed()


def _confirmed() -> Conflict:
    return Conflict(
        "lab.confirmed",
        vi="Kết quả đã xác nhận thì không sửa được; hãy nhập bản đính chính.",
        en="A confirmed result cannot be changed; enter a correction.",
    )


@transaction.atomic
def import_limits(*, by: Account | None, data: bytes, filename: str) -> tuple[int, int]:
    """Take over a table of limits, whole or not at all; how many rows are new, how many stood already.

    Raises NotAllowed, ManyInvalid (each fault names its cell).
    """
    if by is not None and not is_official(by):
        raise not_allowed()
    drafts = tables.read_limits(data, filename)
    authority = access.authority_of(by, None)
    return add_limits(by=by, drafts=drafts, owner_party=authority.owner_party if authority else "")


@transaction.atomic
def add_limits(*, by: Account | None, drafts: Sequence[tables.LimitDraft], owner_party: str = "") -> tuple[int, int]:
    """Enter rows of the limit table. Where a row stands with other values it is a fault: a change has a later day."""
    standing = {(each.product_kind, each.analyte, each.valid_from): each for each in Limit.objects.all()}
    faults, new, now = list[Invalid](), list[Limit](), timezone.now()
    for draft in drafts:
        key: tuple[str, str, date] = (draft.product_kind, draft.analyte, draft.valid_from)
        before = standing.get(key)
        if before is None:
            row = Limit(**draft.values(), owner_party=owner_party, entered_by=by, entered_at=now)
            standing[key] = row
            new.append(row)
        elif any(getattr(before, name) != value for name, value in draft.values().items()):
            faults.append(
                Invalid(
                    "lab.limit_stands",
                    vi=f"Dòng {draft.line}: đã có giới hạn khác cho {draft.analyte} từ ngày này.",
                    en=f"Row {draft.line}: another limit of {draft.analyte} stands from this day.",
                    path="file",
                )
            )
    if faults:
        raise ManyInvalid(faults)
    Limit.objects.bulk_create(new)
    record(action="lab.import_limits", by=by, details={"new": len(new), "rows": len(drafts)})
    return len(new), len(drafts) - len(new)
