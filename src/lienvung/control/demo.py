"""The room's part of a story, played through the actions only: two provinces' establishments and their visits.

`play` is given places and officials that stand; it knows nothing of who is who in the demo's cast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone

from lienvung.catalogue.models import Place
from lienvung.control import access, actions, correcting, inspecting, reference, signing
from lienvung.control.models import Establishment, Inspection
from lienvung.people.models import Account

# what a place of this kind does, how big it is, how risky
KINDS: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "field": (("growing",), "household", "medium"),
    "pond": (("aquaculture",), "household", "medium"),
    "apiary": (("apiary",), "household", "low"),
    "farm": (("livestock",), "small", "medium"),
    "mill": (("processing", "packing"), "medium", "medium"),
    "factory": (("processing", "packing"), "medium", "high"),
    "packhouse": (("packing",), "small", "medium"),
    "slaughterhouse": (("slaughter",), "medium", "high"),
    "warehouse": (("storage",), "medium", "low"),
    "distribution_centre": (("storage", "transport"), "large", "low"),
    "store": (("sale",), "medium", "low"),
}
OLD_GRADE_ON = date(2024, 5, 20)  # under the scheme of that day


@dataclass(slots=True)
class Played:
    """What the story may point to: all establishments, the visit that found faults, those that found none."""

    establishments: list[Establishment] = field(default_factory=list)
    faulty: Inspection | None = None
    clean: list[Inspection] = field(default_factory=list)


def play(
    places: Sequence[Place],
    officials: Mapping[str, Account],
    *,
    member: Account | None = None,
    today: date | None = None,
) -> Played:
    """Put the places under control and let their provinces' officials visit them.

    `officials`: province code → who acts there; places of other provinces are passed over. The first place of a
    processor has faults: `member` (of its organisation) signs and answers one of them, otherwise it is signed on the
    spot. Every third place has an old grade, small ones a commitment; each province has an approved plan of the year.
    """
    played, day = Played(), today or timezone.localdate()
    for place in places:
        by = officials.get(access.province_code(place))
        if by is None or place.kind not in KINDS:
            continue
        activities, scale, risk = KINDS[place.kind]
        made = actions.register_establishment(by=by, place=place, activities=activities, scale=scale, risk=risk)
        played.establishments.append(made)
    for number, each in enumerate(played.establishments):
        by = officials[each.province]
        if number % 3 == 0:
            actions.record_grade(
                by=by,
                establishment=each,
                result="AB"[number % 2],
                graded_on=OLD_GRADE_ON,
                document="Biên bản (minh hoạ)",
            )
        if each.scale in ("household", "small"):
            _commit(by, each, day, number)
    for province, by in officials.items():
        if any(each.province == province for each in played.establishments):
            plan = actions.make_plan(by=by, province=province, year=day.year)
            if plan.rows.exists():
                actions.approve_plan(by=by, plan=plan, document="Quyết định (minh hoạ)")
    _visits(played, officials, member, day)
    return played


def _commit(by: Account, establishment: Establishment, day: date, number: int) -> None:
    """Signed between one and three years ago, so that some are due for renewal."""
    signed_on = day - timedelta(days=(400, 1060, 1110)[number % 3])
    actions.record_commitment(
        by=by, establishment=establishment, signed_on=signed_on, signer_name=establishment.owner.name[:150]
    )


def _visits(played: Played, officials: Mapping[str, Account], member: Account | None, day: date) -> None:
    for establishment in played.establishments:
        by = officials[establishment.province]
        if played.faulty is None and "processing" in establishment.activities:
            played.faulty = _faulty(by, establishment, member, day - timedelta(days=24))
        elif "growing" in establishment.activities or "sale" in establishment.activities:
            played.clean.append(_visit(by, establishment, day - timedelta(days=12), {}))


def _checklist_for(establishment: Establishment) -> str:
    done = set(establishment.activities)
    return next(each.code for each in reference.newest_checklists() if done & set(each.activities))


FAULTS = {
    "con-trung": "Lưới chắn cửa sổ kho thành phẩm rách hai chỗ.",
    "nhan": "Nhãn túi 2 kg chưa in số lô.",
    "nhiet-do": "Sổ ghi nhiệt độ kho thiếu ba ngày.",
}


def _faulty(by: Account, establishment: Establishment, member: Account | None, day: date) -> Inspection:
    made = _visit(by, establishment, day, FAULTS, member=member)
    if member is not None:
        label = made.findings.get(item="nhan")
        correcting.answer_finding(by=member, finding=label, text="Đã in lại nhãn có số lô, gửi kèm mẫu.")
        correcting.close_finding(by=by, finding=label, note="Mẫu nhãn mới đủ nội dung.")
    return made


def _visit(
    by: Account, establishment: Establishment, day: date, faults: Mapping[str, str], *, member: Account | None = None
) -> Inspection:
    made = inspecting.start_inspection(
        by=by, establishment=establishment, checklist=_checklist_for(establishment), visited_on=day
    )
    for item in made.listed:
        note = faults.get(item.code, "")
        inspecting.answer_item(by=by, inspection=made, item=item.code, answer="fail" if note else "pass", note=note)
    inspecting.fix_result(by=by, inspection=made, result=inspecting.proposal_for(made).result.code)
    made = signing.sign_inspection(by=by, inspection=made)
    if member is not None and access.may_answer(member, establishment):
        return signing.sign_for_establishment(by=member, inspection=made, digest=made.digest, statement="Đồng ý.")
    said = "Đã đọc biên bản và đồng ý."
    return signing.sign_on_the_spot(
        by=by, inspection=made, digest=made.digest, name=establishment.owner.name[:150], statement=said
    )
