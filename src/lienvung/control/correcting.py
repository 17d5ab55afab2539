"""Writing what becomes of findings: the establishment reports a correction, an official closes what papers prove."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.control import access, reference, rules
from lienvung.control.actions import require
from lienvung.control.inspecting import keep_photo
from lienvung.control.models import Correction, Finding, Photo
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.people.models import Account

PHOTOS_OF_CORRECTION = 4


def _standing(finding: Finding) -> Finding:
    """The finding, its row locked; Conflict when it is settled."""
    found = Finding.objects.select_for_update().get(pk=finding.pk)
    if not found.stands:
        raise Conflict("control.settled", vi="Lỗi này đã được đóng.", en="This finding is settled already.")
    return found


@transaction.atomic
def answer_finding(*, by: Account | None, finding: Finding, text: str, images: Sequence[bytes] = ()) -> Correction:
    """The establishment says, and shows, how it put something right."""
    if by is not None and not access.may_answer(by, finding.establishment):
        raise NotAllowed(
            "control.not_yours",
            vi="Chỉ người của cơ sở được báo khắc phục.",
            en="Only people of the establishment may report a correction.",
        )
    finding = _standing(finding)
    text = rules.check_words(text, path="text", least=10)
    if len(images) > PHOTOS_OF_CORRECTION:
        raise Invalid(
            "control.photos",
            vi=f"Tối đa {PHOTOS_OF_CORRECTION} ảnh mỗi lần.",
            en=f"At most {PHOTOS_OF_CORRECTION} photos at a time.",
            path="images",
        )
    correction = Correction.objects.create(finding=finding, text=text, by=by, by_name=by.full_name if by else "")
    for image in images:
        photo = Photo(inspection_id=finding.inspection_id, item=finding.item, correction=correction, taken_by=by)
        keep_photo(photo, image)
    finding.state = Finding.State.ANSWERED
    finding.save(update_fields=["state"])
    record(action="control.answer_finding", by=by, subject=finding, details={"photos": len(images)})
    return correction


def may_close_on_evidence(finding: Finding) -> bool:
    """Papers and photos are enough for light findings that were answered; the others need a visit."""
    enough = reference.practice().findings.closed_on_evidence
    return finding.state == Finding.State.ANSWERED and finding.severity in enough


@transaction.atomic
def close_finding(*, by: Account | None, finding: Finding, note: str) -> Finding:
    require(by, finding.establishment)
    finding = _standing(finding)
    if not may_close_on_evidence(finding):
        raise Conflict(
            "control.visit_needed",
            vi="Lỗi này phải kiểm tra lại tại cơ sở, hoặc cơ sở chưa báo khắc phục.",
            en="This finding has to be checked on the spot, or no correction has been reported.",
        )
    finding.state, finding.closed_by, finding.closed_at = Finding.State.CLOSED, by, timezone.now()
    finding.closing_note = rules.check_words(note, path="note")
    finding.save()
    record(action="control.close_finding", by=by, subject=finding)
    return finding
