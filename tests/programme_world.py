"""What the tests of the programme share: two provinces, their officers, an agreement with everything in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lienvung.people import actions as people
from lienvung.people.models import Account, Organisation
from lienvung.programme import actions, amending, naming, working
from lienvung.programme.models import (
    Agency,
    Agreement,
    Amendment,
    Clause,
    Commitment,
    CommitteeMember,
    Conclusion,
    Field,
    Meeting,
    Party,
    Plan,
)
from lienvung.territory.access import unit_at
from lienvung.territory.models import AdminUnit

PASSWORD = "ruong lua buoi som"
OLD_DAY, DAY = date(2019, 6, 1), date(2026, 6, 1)
ROLES = ("focal_officer", "manager", "member")


@dataclass
class Cooperation:
    agreement: Agreement
    parties: list[Party]
    field: Field
    clause: Clause
    commitment: Commitment
    plan: Plan
    meeting: Meeting
    conclusion: Conclusion
    amendment: Amendment
    seat: CommitteeMember
    agencies: list[Agency] = field(default_factory=list)
    people: dict[str, Account] = field(default_factory=dict)


def province(name: str, *, on: date = DAY) -> AdminUnit:
    return unit_at(name, level="province", on=on)


def office(name: str, unit: AdminUnit) -> Organisation:
    return people.create_organisation(by=None, name=name, kind="authority", unit=unit)


def officer(name: str, organisation: Organisation, role: str) -> Account:
    account = people.create_account(by=None, email=f"{name}@ht.example", full_name=f"Cán bộ {name}", password=PASSWORD)
    people.add_member(by=None, account=account, organisation=organisation, role=role)
    return account


def officers_of(code: str, unit: AdminUnit) -> tuple[Organisation, dict[str, Account]]:
    """`nb_focal`, `nb_head`, `nb_member` of the focal office of a province."""
    made = office(f"Văn phòng đầu mối {code}", unit)
    names = (("focal", "focal_officer"), ("head", "manager"), ("viewer", "member"))
    return made, {f"{code}_{name}": officer(f"{code}_{name}", made, role) for name, role in names}


def make_draft(code: str = "ht-2026", *, old: bool = False, **facts: Any) -> Agreement:
    day = OLD_DAY if old else DAY
    units = [province("Hà Nội", on=day), province("Ninh Bình", on=day)]
    facts = {"title": "Thỏa thuận hợp tác mẫu", "title_en": "Sample agreement", **facts}
    return actions.create_agreement(by=None, code=code, units=units, **facts)


def make_cooperation(*, old: bool = False, public: bool = True) -> Cooperation:
    """An agreement in force with a field, a clause, a commitment, a plan, a meeting held, and an amendment begun."""
    made = make_draft(old=old, starts_on=date(2026, 1, 1))
    ha_noi, ninh_binh = parties = list(made.parties.all())
    bodies, known = {}, {}
    for code, name in (("hn", "Hà Nội"), ("nb", "Ninh Bình")):
        bodies[code], staff = officers_of(code, province(name))
        known |= staff
    farm = office("Sở Nông nghiệp NB", province("Ninh Bình"))
    known["nb_lead"] = officer("nb_lead", farm, "member")
    lead = naming.add_agency(ninh_binh, by=None, name="Sở Nông nghiệp NB", organisation=farm)
    trade = naming.add_agency(ha_noi, by=None, name="Sở Công Thương HN", name_en="Trade department")
    branch = actions.add_field(made, by=None, code="II", name="Nông nghiệp", name_en="Agriculture")
    clause = actions.add_clause(
        made, by=None, number="2.1", text="Hà Nội hỗ trợ mã QR cho nông sản.", text_en="QR codes.", field=branch
    )
    commitment = working.add_commitment(
        made,
        by=None,
        number="CK1",
        what="Cấp mã QR cho 10 sản phẩm.",
        what_en="QR codes for 10 products.",
        clause=clause,
        obligor=ninh_binh,
        beneficiary=ha_noi,
        due=date(2026, 12, 1),
        state="active",
        hands=[(ninh_binh, lead, "lead"), (ha_noi, trade, "coordinating")],
    )
    made = actions.sign_agreement(made, by=None, version=None, signed_on=date(2026, 1, 1))
    if public:
        made = actions.publish_agreement(made, by=None, version=None)
    plan = working.make_plan(made, by=None, year=2026, title="Kế hoạch năm 2026", party=ninh_binh)
    meeting = working.plan_meeting(made, by=None, kind="conference", title="Hội nghị sơ kết", held_on=date(2026, 6, 1))
    meeting = working.hold_meeting(meeting, by=None, version=None, minutes="Hai bên thống nhất.")
    working.send_delegation(meeting, by=None, party=ha_noi, head="Bà A", members="Ông B\nÔng C")
    conclusion = working.conclude(meeting, by=None, number="1", text="Mở thêm một cửa hàng.")
    amendment = amending.start_amendment(made, by=None, title="Sửa đổi lần 1")
    seat = naming.seat_member(made, by=None, party=ninh_binh, name="Bà Mẫu", duty="head")
    for row in (clause, commitment):
        row.refresh_from_db()  # their agreement is in force by now
    return Cooperation(
        made, parties, branch, clause, commitment, plan, meeting, conclusion, amendment, seat, [lead, trade], known
    )


def examples(world: Any) -> dict[str, str]:
    """What the rows of the table of addresses need; the small world's official is no focal officer."""
    made = make_cooperation()
    return {
        "programme_agreement": made.agreement.code,
        "programme_agreement_id": str(made.agreement.pk),
        "programme_party": str(made.parties[1].pk),
        "programme_agency": str(made.agencies[0].pk),
        "programme_seat": str(made.seat.pk),
        "programme_commitment": str(made.commitment.pk),
        "programme_plan": str(made.plan.pk),
        "programme_meeting": str(made.meeting.pk),
        "programme_amendment": str(made.amendment.pk),
    }
