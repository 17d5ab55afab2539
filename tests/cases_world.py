"""A report with a photo and a contact, and its case, in the small world of `tests/world.py`."""

from __future__ import annotations

import io
import uuid

from PIL import Image

from lienvung.cases.models import Report
from lienvung.cases.reporting import Told, report
from lienvung.people import actions as people
from lienvung.people.models import Account
from lienvung.territory.access import unit_at
from tests.world import BEGUN, PASSWORD, World

TEXT = "Gạo có mùi mốc, đóng cục ở góc túi."
CONTACT = "0912 345 678"


def told(**changes: object) -> Told:
    values: dict[str, object] = {
        "what": "spoiled",
        "text": TEXT,
        "bought_where": "Quầy nông sản Cầu Giấy",
        "bought_province": "01",
        "contact": CONTACT,
        "agreed": True,
    }
    return Told(**{**values, **changes})  # type: ignore[arg-type]


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (170, 150, 90)).save(out, kind, **options)
    return out.getvalue()


def reported(
    world: World,
    *,
    code: str = "",
    address: str = "203.0.113.7",
    form: uuid.UUID | None = None,
    image: bytes | None = None,
    **changes: object,
) -> tuple[Report, str]:
    """A report about the rice lot, or about another code."""
    return report(
        code=code or world.lot.path, told=told(**changes), address=address, form=form or uuid.uuid4(), image=image
    )


def hanoi_official(world: World) -> Account:
    """An official of Hà Nội, where the shop is."""
    unit = unit_at("Hà Nội", level="province", on=BEGUN.date())
    body = people.create_organisation(by=None, name="Chi cục Mẫu Hà Nội", kind="authority", unit=unit)
    account = people.create_account(by=None, email="hanoi@mau.example", full_name="Vũ Hà Nội", password=PASSWORD)
    people.add_member(by=None, account=account, organisation=body, role="inspector")
    return account


def examples(world: World) -> dict[str, str]:
    """What the table of addresses asks for."""
    made, secret = reported(world, image=picture())
    return {"case": str(made.case_id), "case_report": str(made.pk), "case_secret": secret}
