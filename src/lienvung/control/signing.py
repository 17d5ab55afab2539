"""Writing signatures: the inspector's, the other side's; then an inspection is locked and has its effects.

What both sides sign is the digest of the content. When both are in, failed items become findings, findings of
earlier visits are closed or repeated, and the grade is given. A locked inspection is only added to.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.control import access, rules
from lienvung.control.actions import changed_meanwhile, give_grade, require
from lienvung.control.inspecting import locked, scheme_of
from lienvung.control.models import Amendment, Finding, Inspection
from lienvung.control.rules import FAIL
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.people.models import Account


def content_of(inspection: Inspection) -> dict[str, Any]:
    """All that is signed, as plain values."""
    answers = inspection.answers.order_by("item").values_list("item", "answer", "note", "due_on")
    return {
        "establishment": [str(inspection.establishment_id), inspection.establishment.place.gln],
        "visited_on": inspection.visited_on.isoformat(),
        "checklist": [inspection.checklist, inspection.checklist_version],
        "items": inspection.items,
        "answers": [[item, said, note, due.isoformat() if due else None] for item, said, note, due in answers],
        "photos": sorted(inspection.photos.filter(correction=None).values_list("item", "digest")),
        "scheme": inspection.scheme,
        "result": [inspection.proposed, inspection.result, inspection.result_note],
        "inspector": inspection.inspector_name,
    }


def digest_of(inspection: Inspection) -> str:
    written = json.dumps(content_of(inspection), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def is_as_signed(inspection: Inspection) -> bool:
    """Whether what is stored is still what was signed."""
    return bool(inspection.digest) and digest_of(inspection) == inspection.digest


@transaction.atomic
def sign_inspection(*, by: Account, inspection: Inspection, seen: str | None = None) -> Inspection:
    """The inspector signs in his own account; the content is frozen from here on. `seen`: digest of what he read."""
    require(by, inspection.establishment)
    inspection = locked(inspection, Inspection.State.OPEN)
    if seen is not None and seen != digest_of(inspection):
        raise changed_meanwhile()
    if not inspection.result:
        raise Invalid("control.no_result", vi="Chưa có kết luận.", en="There is no conclusion yet.")
    inspection.state, inspection.inspector = Inspection.State.WAITING, by
    inspection.inspector_name, inspection.inspector_signed_at = by.full_name, timezone.now()
    inspection.digest = digest_of(inspection)
    inspection.save()
    record(action="control.sign_inspection", by=by, subject=inspection, details={"digest": inspection.digest})
    return inspection


@transaction.atomic
def reopen_inspection(*, by: Account | None, inspection: Inspection, reason: str) -> Inspection:
    """Take the inspector's signature back to correct something; only while the other side has not signed."""
    require(by, inspection.establishment)
    inspection = locked(inspection, Inspection.State.WAITING)
    reason = rules.check_words(reason, path="reason")
    inspection.state, inspection.digest = Inspection.State.OPEN, ""
    inspection.inspector, inspection.inspector_name, inspection.inspector_signed_at = None, "", None
    try:
        with transaction.atomic():
            inspection.save()
    except IntegrityError as clash:
        raise Conflict(
            "control.being_inspected",
            vi="Một cuộc kiểm tra khác của cơ sở này đang mở.",
            en="Another inspection of this establishment is open.",
        ) from clash
    record(action="control.reopen_inspection", by=by, subject=inspection, details={"reason": reason})
    return inspection


@transaction.atomic
def sign_for_establishment(*, by: Account, inspection: Inspection, digest: str, statement: str = "") -> Inspection:
    """Somebody of the establishment signs in his own account. `digest`: of what he read."""
    if not access.may_answer(by, inspection.establishment):
        raise NotAllowed(
            "control.not_yours",
            vi="Chỉ người của cơ sở được ký thay cơ sở.",
            en="Only people of the establishment may sign for it.",
        )
    side = {
        "side": "account",
        "side_account": by,
        "side_name": by.full_name,
        "side_statement": statement.strip()[:2000],
    }
    return _lock(by, inspection, digest, side, "control.sign_for_establishment")


@transaction.atomic
def sign_on_the_spot(
    *, by: Account | None, inspection: Inspection, digest: str, name: str, statement: str
) -> Inspection:
    """The establishment's person signs before the inspector, who records the name and what was said."""
    require(by, inspection.establishment)
    side = {
        "side": "on_the_spot",
        "side_account": None,
        "side_name": rules.check_words(name, path="name", most=150),
        "side_statement": rules.check_words(statement, path="statement"),
    }
    return _lock(by, inspection, digest, side, "control.sign_on_the_spot")


@transaction.atomic
def record_refusal(*, by: Account | None, inspection: Inspection, digest: str, name: str, statement: str) -> Inspection:
    """The establishment does not sign; why is recorded. The inspection stands all the same."""
    require(by, inspection.establishment)
    side = {
        "side": "refused",
        "side_account": None,
        "side_name": rules.check_words(name, path="name", most=150),
        "side_statement": rules.check_words(statement, path="statement", least=10),
    }
    return _lock(by, inspection, digest, side, "control.record_refusal")


def _lock(by: Account | None, inspection: Inspection, digest: str, side: dict[str, Any], act: str) -> Inspection:
    """Both sides are in: findings stand, those of earlier visits are settled, the grade is given."""
    inspection = locked(inspection, Inspection.State.WAITING)
    if not is_as_signed(inspection) or inspection.digest != digest:
        raise changed_meanwhile()
    for name, value in side.items():
        setattr(inspection, name, value)
    inspection.state, inspection.side_at = Inspection.State.SIGNED, timezone.now()
    inspection.save()
    _settle(by, inspection)
    give_grade(
        by=by,
        establishment=inspection.establishment,
        scheme=scheme_of(inspection),
        result=inspection.result,
        graded_on=inspection.visited_on,
        inspection=inspection,
    )
    details = {"digest": digest, "result": inspection.result, "findings": inspection.findings.count()}
    record(action=act, by=by, subject=inspection, details=details)
    return inspection


def _settle(by: Account | None, inspection: Inspection) -> None:
    """Failed items become findings; standing findings of the same items are closed, or repeated.

    Only those of visits begun before: one that is signed late says nothing of what a later one found.
    """
    of_item: dict[str, list[Finding]] = {}
    standing = Finding.objects.filter(establishment=inspection.establishment, state__in=Finding.STANDING)
    standing = standing.filter(
        inspection__checklist=inspection.checklist, inspection__begun_at__lte=inspection.begun_at
    )
    for finding in standing.order_by("due_on"):
        of_item.setdefault(finding.item, []).append(finding)
    items = {item.code: item for item in inspection.listed}
    for answer in inspection.answers.all():
        before, item = of_item.get(answer.item, []), items[answer.item]
        failed = answer.answer == FAIL
        for earlier in before:
            earlier.state = Finding.State.REPEATED if failed else Finding.State.CLOSED
            earlier.closed_in, earlier.closed_by, earlier.closed_at = inspection, by, timezone.now()
            earlier.closing_note = answer.note
            earlier.save()
        if failed and answer.due_on:
            Finding.objects.create(
                establishment=inspection.establishment, inspection=inspection, item=item.code, severity=item.severity,
                item_vi=item.text.vi, item_en=item.text.en, note=answer.note, due_on=answer.due_on,
                repeats=before[-1] if before else None,
            )  # fmt: skip


@transaction.atomic
def amend_inspection(*, by: Account | None, inspection: Inspection, text: str) -> Amendment:
    """Add to a locked inspection; nothing of it is changed."""
    require(by, inspection.establishment)
    inspection = locked(inspection, Inspection.State.SIGNED)
    added = Amendment.objects.create(
        inspection=inspection,
        text=rules.check_words(text, path="text", least=10),
        by=by,
        by_name=by.full_name if by else "",
    )
    record(action="control.amend_inspection", by=by, subject=inspection, details={"amendment": str(added.pk)})
    return added
