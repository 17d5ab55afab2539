"""What the tests of the control room share: establishments of the small world, officials of two provinces, visits."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from PIL import Image

from lienvung.control import actions, inspecting, signing
from lienvung.control.models import Establishment, Inspection
from lienvung.people import actions as people
from lienvung.people.models import Account
from lienvung.territory.access import units_on
from tests.world import PASSWORD, World

MILL = {"activities": ["processing", "packing"], "scale": "small", "risk": "medium", "product_groups": ["rice"]}
STORE = {"activities": ["sale"], "scale": "medium", "risk": "low"}
FAILED = {"nuoc-sach": "Không có kết quả kiểm nghiệm nước.", "nhan": "Nhãn thiếu số lô."}


def photo(colour: str = "green", size: tuple[int, int] = (640, 480), **saved: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", **saved)
    return out.getvalue()


def official(code: str, *, name: str = "") -> Account:
    """An official of the province with this code."""
    unit = units_on(level="province").get(code=code)
    office = people.create_organisation(by=None, name=f"Chi cục tỉnh {code}{name}", kind="authority", unit=unit)
    account = people.create_account(
        by=None, email=f"kt{code}{name}@mau.example", full_name=f"Kiểm tra viên {code}{name}", password=PASSWORD
    )
    people.add_member(by=None, account=account, organisation=office, role="inspector")
    return account


@dataclass(slots=True)
class Controlled:
    """The mill (Ninh Bình) and the store (Hà Nội) of the small world, under control."""

    mill: Establishment
    store: Establishment
    inspector: Account
    member: Account


def put_under_control(world: World) -> Controlled:
    return Controlled(
        mill=actions.register_establishment(by=None, place=world.places["mill"], **MILL),
        store=actions.register_establishment(by=None, place=world.places["store"], **STORE),
        inspector=world.accounts["official"],
        member=world.accounts["member"],
    )


def visit(
    by: Account | None,
    establishment: Establishment,
    *,
    failed: dict[str, str] | None = None,
    due_on: date | None = None,
    visited_on: date | None = None,
    again_of: Inspection | None = None,
    checklist: str = "processing",
) -> Inspection:
    """An inspection with every item answered, not concluded yet."""
    made = inspecting.start_inspection(
        by=by, establishment=establishment, checklist=checklist, visited_on=visited_on, again_of=again_of
    )
    for item in made.listed:
        note = (failed or {}).get(item.code, "")
        told = {"answer": "fail", "note": note, "due_on": due_on} if note else {"answer": "pass"}
        inspecting.answer_item(by=by, inspection=made, item=item.code, **told)  # type: ignore[arg-type]
    return made


def signed(by: Account, inspection: Inspection, result: str = "", *, refused: bool = False) -> Inspection:
    """Concluded as proposed (or otherwise), signed by the inspector, then on the spot or refused."""
    chosen = result or inspecting.proposal_for(inspection).result.code
    inspecting.fix_result(by=by, inspection=inspection, result=chosen, note="Theo hồ sơ và hiện trường.")
    made = signing.sign_inspection(by=by, inspection=inspection)
    write = signing.record_refusal if refused else signing.sign_on_the_spot
    return write(by=by, inspection=made, digest=made.digest, name="Trần Văn Xay", statement="Đã đọc, sẽ khắc phục.")


def days(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


def examples(world: World) -> dict[str, str]:
    """What the URL × role table needs: the mill with a signed and an open visit, the field with one that waits."""
    known = put_under_control(world)
    by, mill = known.inspector, known.mill
    commitment = actions.record_commitment(
        by=by, establishment=mill, signed_on=timezone.localdate(), signer_name="Trần Văn Xay"
    )
    plan = actions.make_plan(by=by, province="37", year=timezone.localdate().year)
    done = signed(by, visit(by, mill, failed=FAILED))
    field = actions.register_establishment(by=by, place=world.places["field"], **{**MILL, "activities": ["growing"]})
    waiting = visit(by, field, checklist="growing")
    inspecting.fix_result(by=by, inspection=waiting, result="pass")
    waiting = signing.sign_inspection(by=by, inspection=waiting)
    open_ = inspecting.start_inspection(by=by, establishment=mill, checklist="processing")
    light = done.findings.get(severity="minor")
    return {
        "establishment": str(mill.pk),
        "commitment": str(commitment.pk),
        "plan": str(plan.pk),
        "plan_row": str(plan.rows.get().pk),
        "open_inspection": str(open_.pk),
        "waiting_inspection": str(waiting.pk),
        "signed_inspection": str(done.pk),
        "finding": str(light.pk),
    }
