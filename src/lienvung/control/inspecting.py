"""Writing inspections: begun, answered, concluded. Signing is in `signing`, what follows in `correcting`.

Until the inspector signs, several inspectors may fill in one inspection; who changes an answer says which version
he saw.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from lienvung.audit.actions import record
from lienvung.catalogue import pictures
from lienvung.control import access, reference, rules
from lienvung.control.actions import changed_meanwhile, require
from lienvung.control.models import (
    Answer,
    Establishment,
    Finding,
    Inspection,
    Photo,
)
from lienvung.control.rules import FAIL, NA, PASS, Item, Proposal, Scheme
from lienvung.errors import Conflict, Invalid
from lienvung.people.models import Account

PHOTOS_OF_ITEM = 6
PHOTO_BYTES = 10 * 1024 * 1024  # as a phone takes them; what is kept is at most 1200 pixels wide


def scheme_of(inspection: Inspection) -> Scheme:
    """The scheme of the day of the visit."""
    return rules.scheme_on(reference.schemes(), inspection.visited_on)


def proposal_for(inspection: Inspection) -> Proposal:
    """What the answers come to; a re-inspection weighs the whole checklist of the first one."""
    first = inspection
    while first.again_of is not None:
        first = first.again_of
    own = {item.code for item in inspection.listed}
    items = [*inspection.listed, *(item for item in first.listed if item.code not in own)]
    answers = access.answers_with_earlier(inspection)
    answered = set(inspection.answers.values_list("item", flat=True))
    told = {code: said for code, said in answers.items() if code in answered or code not in own}
    return rules.propose_result(scheme_of(inspection), items, told)


def locked(inspection: Inspection, state: str) -> Inspection:
    """The inspection, its row locked and in that state; Conflict otherwise."""
    found = Inspection.objects.select_for_update().get(pk=inspection.pk)
    if found.state != state:
        raise Conflict(
            "control.inspection_state",
            vi="Biên bản đã chuyển sang bước khác; hãy mở lại trang.",
            en="The inspection has gone on to another step; open the page again.",
        )
    return found


@transaction.atomic
def start_inspection(
    *,
    by: Account | None,
    establishment: Establishment,
    checklist: str = "",
    again_of: Inspection | None = None,
    visited_on: date | None = None,
) -> Inspection:
    """Begin a visit: by the plan when it has one left for the year; again for the findings of `again_of`.

    Conflict when an inspection of the establishment is under way, also when two inspectors begin at once.
    """
    require(by, establishment)
    day = rules.check_not_after(visited_on or timezone.localdate(), timezone.localdate(), path="visited_on")
    inspection = Inspection(
        establishment=establishment,
        authority=access.authority_of(by, establishment.province),
        visited_on=day,
        begun_by=by,
        scheme=rules.scheme_on(reference.schemes(), day).code,
    )
    if again_of is not None:
        _again(inspection, again_of)
    else:
        _afresh(inspection, checklist, day)
    try:
        with transaction.atomic():
            inspection.save(force_insert=True)
    except IntegrityError as clash:
        raise Conflict(
            "control.being_inspected",
            vi="Một kiểm tra viên khác đã bắt đầu kiểm tra cơ sở này.",
            en="Another inspector has begun an inspection of this establishment.",
        ) from clash
    details = {"kind": inspection.kind, "checklist": f"{inspection.checklist} {inspection.checklist_version}"}
    record(action="control.start_inspection", by=by, subject=inspection, details=details)
    return inspection


def _afresh(inspection: Inspection, code: str, day: date) -> None:
    used = reference.checklist(code)
    inspection.plan_row = access.planned_visit(inspection.establishment, day.year)
    inspection.kind = "planned" if inspection.plan_row else "unplanned"
    inspection.checklist, inspection.checklist_version = used.code, used.version
    inspection.checklist_vi, inspection.checklist_en = used.name
    inspection.items = [_as_row(item) for item in used.items]


def _again(inspection: Inspection, earlier: Inspection) -> None:
    """The items whose findings still stand, as they read then."""
    earlier = Inspection.objects.get(pk=earlier.pk)  # as it is now, whatever the caller read
    standing = set(earlier.findings.filter(state__in=Finding.STANDING).values_list("item", flat=True))
    if (
        earlier.state != Inspection.State.SIGNED
        or earlier.establishment_id != inspection.establishment_id
        or not standing
    ):
        raise Invalid(
            "control.nothing_to_check",
            vi="Cuộc kiểm tra này không còn lỗi nào phải kiểm tra lại.",
            en="Nothing of this inspection is left to be checked again.",
        )
    inspection.kind, inspection.again_of = "reinspection", earlier
    inspection.checklist, inspection.checklist_version = earlier.checklist, earlier.checklist_version
    inspection.checklist_vi, inspection.checklist_en = earlier.checklist_vi, earlier.checklist_en
    inspection.items = [row for row in earlier.items if row["code"] in standing]


def _as_row(item: Item) -> dict[str, Any]:
    return {"code": item.code, "severity": item.severity, "text": list(item.text), "basis": item.basis}


def item_of(inspection: Inspection, code: str) -> Item:
    for item in inspection.listed:
        if item.code == code:
            return item
    raise Invalid(
        "control.no_item", vi="Bảng kiểm không có mục này.", en="The checklist has no such item.", path="item"
    )


@transaction.atomic
def answer_item(
    *,
    by: Account | None,
    inspection: Inspection,
    item: str,
    answer: str,
    note: str = "",
    due_on: date | None = None,
    seen: int = 0,
) -> Answer:
    """Write what was found for an item. `seen`: the version looked at (0 = none); Conflict when it is another now."""
    require(by, inspection.establishment)
    inspection = locked(inspection, Inspection.State.OPEN)
    asked = item_of(inspection, item)
    if answer not in (PASS, FAIL, NA):
        raise Invalid("control.answer", vi="Hãy chọn một câu trả lời.", en="Choose an answer.", path="answer")
    note = rules.check_words(note, path="note") if answer == FAIL else note.strip()[:2000]
    values: dict[str, Any] = {
        "answer": answer,
        "note": note,
        "due_on": None,
        "answered_by": by,
        "answered_at": timezone.now(),
    }
    if answer == FAIL:
        values["due_on"] = _due(inspection, asked, due_on)
    if seen:
        changed = Answer.objects.filter(inspection=inspection, item=item, version=seen).update(
            **values, version=seen + 1
        )
        if not changed:
            raise changed_meanwhile()
    else:
        try:
            with transaction.atomic():
                Answer.objects.create(inspection=inspection, item=item, **values)
        except IntegrityError as clash:
            raise changed_meanwhile() from clash
    # whatever was concluded before has to be concluded again
    Inspection.objects.filter(pk=inspection.pk).update(
        result="", result_vi="", result_en="", proposed="", result_note=""
    )
    record(action="control.answer_item", by=by, subject=inspection, details={"item": item, "answer": answer})
    return Answer.objects.filter(inspection=inspection, item=item).latest("answered_at")


def _due(inspection: Inspection, item: Item, due_on: date | None) -> date:
    scheme = scheme_of(inspection)
    if due_on is None:
        return rules.due_on(reference.practice().findings, scheme, item.severity, inspection.visited_on)
    return rules.check_due(due_on, scheme, inspection.visited_on)


@transaction.atomic
def add_photo(*, by: Account | None, inspection: Inspection, item: str, image: bytes) -> Photo:
    require(by, inspection.establishment)
    inspection = locked(inspection, Inspection.State.OPEN)
    item_of(inspection, item)
    if inspection.photos.filter(item=item, correction=None).count() >= PHOTOS_OF_ITEM:
        raise Invalid(
            "control.photos",
            vi=f"Mỗi mục tối đa {PHOTOS_OF_ITEM} ảnh.",
            en=f"At most {PHOTOS_OF_ITEM} photos an item.",
            path="image",
        )
    photo = keep_photo(Photo(inspection=inspection, item=item, taken_by=by), image)
    record(action="control.add_photo", by=by, subject=inspection, details={"item": item, "digest": photo.digest})
    return photo


def keep_photo(photo: Photo, image: bytes) -> Photo:
    """Only the pixels are kept, written anew under a name of our own (`catalogue.pictures`)."""
    kept = pictures.read_picture(image, most_bytes=PHOTO_BYTES)
    photo.digest = hashlib.sha256(kept.large).hexdigest()
    photo.file.save(f"{uuid.uuid4().hex}.webp", ContentFile(kept.large), save=False)
    photo.file.storage.save(pictures.small_name(photo.file.name or ""), ContentFile(kept.small))
    photo.save(force_insert=True)
    return photo


@transaction.atomic
def fix_result(*, by: Account | None, inspection: Inspection, result: str, note: str = "") -> Inspection:
    """The inspector's conclusion; other than the proposed one needs its grounds."""
    require(by, inspection.establishment)
    inspection = locked(inspection, Inspection.State.OPEN)
    proposal = proposal_for(inspection)
    if proposal.missing:
        count = len(proposal.missing)
        raise Invalid(
            "control.not_answered",
            vi=f"Còn {count} mục chưa trả lời.",
            en=f"{count} items are not answered.",
            path="result",
        )
    given = scheme_of(inspection).result(result)
    note = note.strip()
    if given.code != proposal.result.code:
        note = rules.check_words(note, path="note", least=10)
    inspection.proposed, inspection.result, inspection.result_note = proposal.result.code, given.code, note[:2000]
    inspection.result_vi, inspection.result_en = given.words
    inspection.save(update_fields=["proposed", "result", "result_note", "result_vi", "result_en"])
    details = {"result": given.code, "proposed": proposal.result.code}
    record(action="control.fix_result", by=by, subject=inspection, details=details)
    return inspection
