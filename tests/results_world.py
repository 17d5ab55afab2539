"""What tests of results add to `tests/world.py`: an agreement of Hà Nội and the old Ninh Bình, officers of both.

Ninh Bình signed as it stood in 2015; its officers today are those of the new Ninh Bình.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lienvung.people import actions as people
from lienvung.people.models import Account
from lienvung.programme import actions as programme
from lienvung.programme import working
from lienvung.programme.models import Agreement, Commitment, Party
from lienvung.results import actions
from lienvung.results.models import Claim, Indicator, Period
from lienvung.territory.access import unit_at
from tests.world import PASSWORD, World

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(slots=True)
class Results:
    """`hanoi` owes the commitment to `ninhbinh`; `h_*`, `n_*`: their focal officers and heads; `stranger`: of Huế."""

    agreement: Agreement
    hanoi: Party
    ninhbinh: Party
    commitment: Commitment
    indicator: Indicator
    period: Period
    h_officer: Account
    h_head: Account
    n_officer: Account
    n_head: Account
    stranger: Account


def officer(name: str, organisation: Any, role: str) -> Account:
    made = people.create_account(by=None, email=f"{name}@mau.example", full_name=f"Cán bộ {name}", password=PASSWORD)
    people.add_member(by=None, account=made, organisation=organisation, role=role)
    return made


def authority(name: str, unit: Any) -> Any:
    return people.create_organisation(by=None, name=name, kind="authority", unit=unit, illustrative=True)


def make_results(world: World | None, code: str = "hn-nb-mau") -> Results:
    today = timezone.localdate()
    signed = date(2015, 6, 1)
    old = unit_at("Ninh Bình", level="province", on=signed)
    hanoi = unit_at("Hà Nội", level="province", on=signed)
    agreement = programme.create_agreement(by=None, code=code, units=[hanoi, old], title="Thỏa thuận mẫu")
    agreement = programme.sign_agreement(agreement, by=None, version=None, signed_on=signed)
    first, second = agreement.parties.all()
    commitment = working.add_commitment(
        agreement, by=None, number="1", what="Đưa 15 sản phẩm có mã QR vào cửa hàng Hà Nội", obligor=first,
        beneficiary=second, state="active",
    )  # fmt: skip
    indicator = actions.add_indicator(
        by=None, agreement=agreement, code="QR", name="Sản phẩm có mã QR", unit="sản phẩm", commitment=commitment
    )
    actions.set_calendar(by=None, agreement=agreement, valid_from=date(2015, 1, 1), source="dữ liệu mẫu")
    year = today.year - 1 if (today.month, today.day) < (12, 25) else today.year
    period = actions.open_periods(by=None, agreement=agreement, kind="half", year=year)[0]
    actions.set_target(by=None, indicator=indicator, period=period, value=Decimal(15))
    ha_noi_now, ninh_binh_now = (unit_at(name, level="province", on=today) for name in ("Hà Nội", "Ninh Bình"))
    north, south = authority("Sở Mẫu Hà Nội", ha_noi_now), authority("Sở Mẫu Ninh Bình", ninh_binh_now)
    far = authority("Sở Mẫu Huế", unit_at("Huế", level="province", on=today))
    return Results(
        agreement, first, second, commitment, indicator, period,
        officer("hanoi1", north, "focal_officer"), officer("hanoi2", north, "manager"),
        officer("ninhbinh1", south, "focal_officer"), officer("ninhbinh2", south, "manager"),
        officer("hue1", far, "focal_officer"),
    )  # fmt: skip


def draft(
    made: Results, *, value: int | None = 4, text: str = "Bốn sản phẩm đã có mã QR trên kệ.", **more: Any
) -> Claim:
    figure = {"indicator": made.indicator, "value": Decimal(value)} if value is not None else {}
    told = {"happened_on": made.period.starts_on + timedelta(days=3), **figure, **more}
    return actions.record_claim(by=made.h_officer, commitment=made.commitment, period=made.period, text=text, **told)


def sent(made: Results, **more: Any) -> Claim:
    claim = draft(made, **more)
    return actions.submit_claim(by=made.h_officer, claim=claim, version=claim.version)


def examples(world: World) -> dict[str, str]:
    """A result that waits, one period open and one locked, for the URL × role table. The official is no focal one."""
    made = make_results(world, "hn-nb-bang")
    claim = sent(made)
    own = actions.record_claim(
        by=made.n_officer,
        commitment=made.commitment,
        period=made.period,
        text="Ninh Bình đã cấp mã.",
        party=made.ninhbinh,
    )
    second = Period.objects.filter(agreement=made.agreement).order_by("starts_on")[1]
    locked = actions.lock_period(by=None, period=second, version=second.version, reason="Hết hạn nộp.")
    frozen = locked.frozen.get(indicator=made.indicator)
    correction = actions.correct_figure(by=made.h_officer, figure=frozen, value=Decimal(9), reason="Đếm thiếu.")
    return {
        "results_code": made.agreement.code,
        "results_claim": str(claim.pk),
        "results_draft": str(own.pk),
        "results_commitment": str(made.commitment.pk),
        "results_period": str(made.period.pk),
        "results_locked": str(locked.pk),
        "results_indicator": str(made.indicator.pk),
        "results_figure": str(frozen.pk),
        "results_correction": str(correction.pk),
        "hanoi_officer": made.h_officer.email,
        "ninhbinh_officer": made.n_officer.email,
    }
