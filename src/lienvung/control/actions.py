"""Writing establishments, grades, commitments and plans. Inspections are written by `inspecting`.

Every act: who may → rules → write → audit, in one transaction; `by` None = the system itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.catalogue.models import Place
from lienvung.catalogue.words import PRODUCT_KINDS
from lienvung.control import access, reference, rules, words
from lienvung.control.models import Breach, Commitment, Establishment, Grade, Inspection, Plan, PlanRow
from lienvung.control.rules import Scheme
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.people.access import is_official
from lienvung.people.models import Account
from lienvung.texts import Text


def not_your_province() -> NotAllowed:
    return NotAllowed(
        "control.not_your_province",
        vi="Chỉ cán bộ của tỉnh, thành phố nơi có cơ sở được làm việc này.",
        en="Only officials of the establishment's own province may do this.",
    )


def require(by: Account | None, establishment: Establishment) -> None:
    if by is not None and not access.may_act(by, establishment):
        raise not_your_province()


def changed_meanwhile() -> Conflict:
    return Conflict(
        "control.changed_meanwhile",
        vi="Người khác vừa sửa mục này. Hãy xem lại rồi ghi lần nữa.",
        en="Somebody else has just changed this. Look at it and write again.",
    )


@transaction.atomic
def register_establishment(
    *,
    by: Account | None,
    place: Place,
    activities: Sequence[str],
    scale: str,
    risk: str,
    product_groups: Sequence[str] = (),
    risk_reason: str = "",
) -> Establishment:
    """Put a place under control. Conflict when it is already."""
    province = access.province_code(place)
    if not province:
        raise Invalid(
            "control.no_province",
            vi="Chưa biết nơi này thuộc tỉnh nào: hãy ghi xã, phường của nơi hoặc của đơn vị.",
            en="The province of this place is not known: record its commune or its organisation's.",
            path="gln",
        )
    establishment = Establishment(
        owner_party=place.owner_party, place=place, province=province, registered_by=by,
        **_facts(activities, scale, risk, product_groups, risk_reason),
    )  # fmt: skip
    require(by, establishment)
    taken = Conflict(
        "control.already",
        vi="Nơi này đã thuộc diện kiểm tra.",
        en="This place is under control already.",
        path="gln",
    )
    try:
        with transaction.atomic():
            establishment.save(force_insert=True)
    except IntegrityError as clash:  # two at once
        raise taken from clash
    record(
        action="control.register_establishment", by=by, subject=establishment, details={"gln": place.gln, "risk": risk}
    )
    return establishment


def _facts(
    activities: Sequence[str], scale: str, risk: str, product_groups: Sequence[str], risk_reason: str
) -> dict[str, object]:
    groups = list(product_groups)
    return {
        "activities": rules.check_chosen(list(activities), words.ACTIVITIES, path="activities"),
        "product_groups": rules.check_chosen(groups, PRODUCT_KINDS, path="product_groups") if groups else [],
        "scale": rules.check_chosen([scale], words.SCALES, path="scale")[0],
        "risk": rules.check_chosen([risk], words.RISKS, path="risk")[0],
        "risk_reason": risk_reason.strip()[:400],
    }


@transaction.atomic
def update_establishment(
    *,
    by: Account | None,
    establishment: Establishment,
    seen: int,
    activities: Sequence[str],
    scale: str,
    risk: str,
    product_groups: Sequence[str] = (),
    risk_reason: str = "",
    in_operation: bool = True,
) -> Establishment:
    """Change the record. `seen`: the version that was looked at; Conflict when somebody changed it since."""
    require(by, establishment)
    facts = _facts(activities, scale, risk, product_groups, risk_reason) | {"in_operation": in_operation}
    changed = sorted(name for name, value in facts.items() if getattr(establishment, name) != value)
    done = Establishment.objects.filter(pk=establishment.pk, version=seen).update(**facts, version=seen + 1)
    if not done:
        raise changed_meanwhile()
    record(action="control.update_establishment", by=by, subject=establishment, details={"changed": changed})
    establishment.refresh_from_db()
    return establishment


@transaction.atomic
def record_grade(
    *, by: Account | None, establishment: Establishment, result: str, graded_on: date, document: str
) -> Grade:
    """A result that stands on paper, given on a day, under the scheme of that day."""
    require(by, establishment)
    rules.check_not_after(graded_on, timezone.localdate(), path="graded_on")
    scheme = rules.scheme_on(reference.schemes(), graded_on)
    scheme.result(result)
    document = rules.check_words(document, path="document", most=120)
    grade = give_grade(
        by=by, establishment=establishment, scheme=scheme, result=result, graded_on=graded_on, document=document
    )
    details = {"scheme": scheme.code, "result": result, "graded_on": graded_on.isoformat(), "document": document}
    record(action="control.record_grade", by=by, subject=establishment, details=details)
    return grade


def give_grade(
    *,
    by: Account | None,
    establishment: Establishment,
    scheme: Scheme,
    result: str,
    graded_on: date,
    document: str = "",
    inspection: Inspection | None = None,
) -> Grade:
    """The row itself, with the scheme's words as they are today; the caller has checked and keeps the audit."""
    given = scheme.result(result)
    return Grade.objects.create(
        establishment=establishment,
        scheme=scheme.code,
        scheme_vi=scheme.name.vi,
        scheme_en=scheme.name.en,
        result=given.code,
        result_vi=given.words.vi,
        result_en=given.words.en,
        tone=given.tone,
        failing=given.failing,
        months_to_next=given.months_to_next,
        graded_on=graded_on,
        next_visit_by=rules.next_visit(given, graded_on),
        inspection=inspection,
        authority=inspection.authority if inspection else access.authority_of(by, establishment.province),
        document=document,
        recorded_by=by,
        # of two visits of one day the later one counts, whichever the other side signs last
        recorded_at=inspection.begun_at if inspection else timezone.now(),
    )


@transaction.atomic
def record_commitment(
    *, by: Account | None, establishment: Establishment, signed_on: date, signer_name: str, document: str = ""
) -> Commitment:
    """A food-safety commitment, or its renewal; its term is the practice of today."""
    require(by, establishment)
    if establishment.scale not in words.SMALL:
        raise Invalid(
            "control.not_small",
            vi="Cam kết dành cho hộ gia đình và cơ sở nhỏ lẻ; cơ sở này được xếp loại.",
            en="Commitments are for households and small establishments; this one is graded.",
        )
    rules.check_not_after(signed_on, timezone.localdate(), path="signed_on")
    latest = establishment.commitments.first()
    if latest and signed_on <= latest.signed_on:
        raise Conflict(
            "control.commitment_older",
            vi=f"Đã có bản cam kết ký ngày {latest.signed_on:%d/%m/%Y}.",
            en=f"A commitment signed on {latest.signed_on:%d/%m/%Y} is recorded.",
            path="signed_on",
        )
    commitment = Commitment.objects.create(
        establishment=establishment,
        signed_on=signed_on,
        ends_on=rules.commitment_ends(signed_on, reference.practice().commitment.years),
        signer_name=rules.check_words(signer_name, path="signer_name", most=150),
        document=document.strip()[:120],
        authority=access.authority_of(by, establishment.province),
        recorded_by=by,
    )
    details = {"signed_on": signed_on.isoformat(), "ends_on": commitment.ends_on.isoformat(), "renewal": bool(latest)}
    record(action="control.record_commitment", by=by, subject=establishment, details=details)
    return commitment


@transaction.atomic
def record_breach(*, by: Account | None, commitment: Commitment, what: str, found_on: date) -> Breach:
    """The next breach of a commitment; what follows is by its number."""
    require(by, commitment.establishment)
    rules.check_not_after(found_on, timezone.localdate(), path="found_on")
    if found_on < commitment.signed_on:
        raise Invalid(
            "control.before_commitment",
            vi="Ngày này trước ngày ký cam kết.",
            en="This day is before the commitment was signed.",
            path="found_on",
        )
    Commitment.objects.select_for_update().get(pk=commitment.pk)  # breaches of one commitment are counted one by one
    number = commitment.breaches.count() + 1
    code, said = rules.consequence(number, reference.practice().commitment.consequences)
    breach = Breach.objects.create(
        commitment=commitment,
        number=number,
        found_on=found_on,
        what=rules.check_words(what, path="what", least=10),
        consequence=code,
        consequence_vi=said.vi,
        consequence_en=said.en,
        recorded_by=by,
    )
    details = {"number": number, "consequence": code}
    record(action="control.record_breach", by=by, subject=commitment.establishment, details=details)
    return breach


def _require_plan(by: Account | None, plan: Plan) -> None:
    """Its province's officials, while it is a draft. The plan is locked: an approval does not pass an edit by."""
    if by is not None and not is_official(by, province=plan.province):
        raise not_your_province()
    if Plan.objects.select_for_update().get(pk=plan.pk).state != Plan.State.DRAFT:
        raise Conflict(
            "control.plan_approved",
            vi="Kế hoạch đã được phê duyệt, không sửa được nữa.",
            en="The plan is approved and can no longer be changed.",
        )


@transaction.atomic
def make_plan(*, by: Account | None, province: str, year: int) -> Plan:
    """Propose the year's visits of a province. Conflict when the year has a plan."""
    if by is not None and not is_official(by, province=province):
        raise not_your_province()
    today = timezone.localdate()
    this_year = today.year
    if not this_year - 1 <= year <= this_year + 2:
        raise Invalid(
            "control.year",
            vi=f"Năm từ {this_year - 1} đến {this_year + 2}.",
            en=f"A year from {this_year - 1} to {this_year + 2}.",
            path="year",
        )
    try:
        with transaction.atomic():
            plan = Plan.objects.create(
                year=year, province=province, authority=access.authority_of(by, province), made_by=by
            )
    except IntegrityError as clash:
        raise Conflict(
            "control.plan_stands", vi="Năm này đã có kế hoạch.", en="This year has a plan.", path="year"
        ) from clash
    known = {str(each.pk): each for each in access.for_planning(province)}
    first_month = today.month if year == this_year else 1
    proposed = rules.propose_plan(
        map(_candidate, known.values()), year, reference.practice().plan, first_month=first_month
    )
    PlanRow.objects.bulk_create(
        [
            PlanRow(
                plan=plan,
                establishment=known[row.key],
                month=row.month,
                score=row.score,
                reasons=[list(reason) for reason in row.reasons],
            )
            for row in _once_a_month(proposed)
        ],
        batch_size=500,
    )
    record(action="control.make_plan", by=by, subject=plan, details={"year": year, "rows": len(proposed)})
    return plan


def _once_a_month(proposed: Sequence[rules.Planned]) -> list[rules.Planned]:
    """Levelling may move two visits of one establishment into the same month: one visit then."""
    return list({(row.key, row.month): row for row in reversed(proposed)}.values())


def _candidate(establishment: Any) -> rules.Candidate:
    """From what `access.for_planning` added."""
    visits = [day for day in (establishment.last_visited, establishment.last_on) if day]
    return rules.Candidate(
        key=str(establishment.pk),
        risk=establishment.risk,
        last_visit=max(visits, default=None),
        last_result=Text(establishment.last_vi, establishment.last_en) if establishment.last_vi else None,
        failing=bool(establishment.last_failing),
        months_by_result=establishment.last_months,
        committed=establishment.committed,
        open_findings=establishment.standing or 0,
        latest_due=establishment.latest_due,
    )


BY_HAND = Text("Cán bộ thêm", "Added by an official")


@transaction.atomic
def add_plan_row(*, by: Account | None, plan: Plan, establishment: Establishment, month: int, reason: str) -> PlanRow:
    _require_plan(by, plan)
    if establishment.province != plan.province:
        raise not_your_province()
    reason = rules.check_words(reason, path="reason", most=300)
    said = [f"{BY_HAND.vi}: {reason}", f"{BY_HAND.en}: {reason}"]
    row = PlanRow(plan=plan, establishment=establishment, month=_month(month), reasons=[said], by_hand=True)
    _save_row(row)
    record(
        action="control.add_plan_row",
        by=by,
        subject=plan,
        details={"establishment": str(establishment.pk), "month": month},
    )
    return row


@transaction.atomic
def move_plan_row(*, by: Account | None, row: PlanRow, month: int) -> PlanRow:
    _require_plan(by, row.plan)
    row = access.plan_row(row.pk)  # as it is now: what was taken off meanwhile does not come back
    before, row.month = row.month, _month(month)
    row.reasons = [*row.reasons, [f"Chuyển từ tháng {before}", f"Moved from month {before}"]]
    _save_row(row)
    record(
        action="control.move_plan_row",
        by=by,
        subject=row.plan,
        details={"establishment": str(row.establishment_id), "from": before, "to": month},
    )
    return row


def _save_row(row: PlanRow) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as clash:
        raise Conflict(
            "control.planned_already",
            vi="Cơ sở này đã có trong tháng đó.",
            en="This establishment is planned for that month already.",
            path="month",
        ) from clash


def _month(month: int) -> int:
    if not 1 <= month <= 12:
        raise Invalid("control.month", vi="Tháng từ 1 đến 12.", en="A month from 1 to 12.", path="month")
    return month


@transaction.atomic
def remove_plan_row(*, by: Account | None, row: PlanRow) -> None:
    _require_plan(by, row.plan)
    record(
        action="control.remove_plan_row",
        by=by,
        subject=row.plan,
        details={"establishment": str(row.establishment_id), "month": row.month},
    )
    row.delete()


@transaction.atomic
def approve_plan(*, by: Account | None, plan: Plan, document: str = "") -> Plan:
    """From now on the plan stays; Conflict when it is approved already."""
    _require_plan(by, plan)
    if not plan.rows.exists():
        raise Invalid("control.plan_empty", vi="Kế hoạch chưa có dòng nào.", en="The plan has no rows.")
    approved = {"state": Plan.State.APPROVED, "approved_by": by, "approved_at": timezone.now()}
    Plan.objects.filter(pk=plan.pk).update(**approved, document=document.strip()[:120])
    record(action="control.approve_plan", by=by, subject=plan, details={"year": plan.year, "rows": plan.rows.count()})
    plan.refresh_from_db()
    return plan
