"""What tests of the laboratory room add to `tests/world.py`: a laboratory, officials of two provinces, a limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lienvung.epcis import build
from lienvung.lab import actions, alarms, holding
from lienvung.lab.models import Sample
from lienvung.lab.tables import LimitDraft
from lienvung.ledger.capture import capture_events
from lienvung.people import actions as people
from lienvung.people.models import Account, Organisation
from lienvung.territory.access import unit_at
from tests.world import PASSWORD, World

TODAY = date(2026, 6, 1)


@dataclass(slots=True)
class Lab:
    """`tester`: of the laboratory. `official`: of the producer's province, `neighbour`: of the other one."""

    laboratory: Organisation
    tester: Account
    official: Account
    neighbour: Account
    seller: Account


def account(name: str, organisation: Organisation, role: str = "member") -> Account:
    made = people.create_account(by=None, email=f"{name}@mau.example", full_name=f"Người {name}", password=PASSWORD)
    people.add_member(by=None, account=made, organisation=organisation, role=role)
    return made


def make_lab(world: World) -> Lab:
    ninh_binh, ha_noi = (unit_at(name, level="province", on=TODAY) for name in ("Ninh Bình", "Hà Nội"))
    Organisation.objects.filter(pk__in=[world.grower.pk, world.authority.pk]).update(unit=ninh_binh)
    world.grower.refresh_from_db()
    world.authority.refresh_from_db()
    laboratory = people.create_organisation(by=None, name="Phòng kiểm nghiệm Mẫu", kind="laboratory", unit=ninh_binh)
    other = people.create_organisation(by=None, name="Chi cục Mẫu Hà Nội", kind="authority", unit=ha_noi)
    actions.add_limits(
        by=None,
        drafts=[
            LimitDraft(
                product_kind="",
                analyte="cadmium",
                name_vi="Cadimi (Cd)",
                name_en="Cadmium",
                comparison="max",
                value=Decimal("0.4"),
                unit="mg/kg",
                basis="",
                source="dữ liệu minh hoạ",
                certainty="illustrative",
                valid_from=date(2020, 1, 1),
                valid_to=None,
            )
        ],
    )
    return Lab(
        laboratory,
        account("kiemnghiem", laboratory),
        world.accounts["official"],
        account("hanoi", other, "inspector"),
        account("banhang", world.shop),
    )


def received(world: World, lab: Lab, *, lot: str | None = None, by: Account | None = None) -> Sample:
    """A sample that is at the laboratory, both sides having told it."""
    by = by or lab.official
    sample = actions.order_sample(by=by, lot=lot or world.lot.uri, laboratory=lab.laboratory, analytes="cadmium")
    sample = actions.take_sample(by=by, sample=sample, taken_by="Người lấy mẫu", seal="NP-01")
    sides = {"giver": sample.orderer, "receiver": lab.laboratory}
    actions.tell_custody(by=by, sample=sample, step="handed", **sides)
    actions.tell_custody(by=lab.tester, sample=sample, step="received", **sides)
    sample.refresh_from_db()
    return sample


def failed(world: World, lab: Lab, *, lot: str | None = None, value: str = "0.9", **more: Any) -> Sample:
    """The same with a confirmed result over the limit."""
    sample = received(world, lab, lot=lot)
    told = {"analyte": "cadmium", "unit": "mg/kg", "value": Decimal(value), **more}
    actions.enter_result(by=lab.tester, sample=sample, **told)
    actions.confirm_results(by=lab.tester, sample=sample)
    return sample


def examples(world: World) -> dict[str, str]:
    """A sample at its laboratory with a result that waits, a hold and an alarm, for the URL × role table."""
    lab = make_lab(world)
    sample = received(world, lab)
    result = actions.enter_result(by=lab.tester, sample=sample, analyte="cadmium", unit="mg/kg", value=Decimal("0.1"))
    hold = holding.hold_lot(by=None, lot=f"/01/{world.rice.gtin}/10/TAM-GIU", reason="Kết quả kiểm nghiệm không đạt.")
    sold = build.object_event(
        time=timezone.now(), action="OBSERVE", biz_step="retail_selling", quantities=[(hold.lot_uri, 1, "KGM")], epcs=[]
    )
    capture_events([sold], submitter=str(world.shop.pk))
    while alarms.look_for_alarms():
        continue
    alarm = hold.alarms.get()
    return {
        "sample": sample.code,
        "result": str(result.pk),
        "hold": str(hold.pk),
        "alarm": str(alarm.pk),
        "laboratory": str(lab.laboratory.pk),
        "tester": lab.tester.email,
    }
