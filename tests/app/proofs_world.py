"""What the tests of certificates share: a certificate on the way from claim to confirmed, and pages read as text."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from PIL import Image
from tests.world import World

from lienvung.catalogue.models import Place
from lienvung.people import actions as people
from lienvung.people.models import Account, Organisation
from lienvung.proofs import actions
from lienvung.proofs.models import Certificate

TODAY = date(2026, 6, 1)
FROM, TO = date(2026, 1, 1), date(2026, 12, 31)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def photo(format: str = "JPEG") -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "MAY ANH BI MAT"  # the camera's maker
    Image.new("RGB", (60, 40), "white").save(out, format, exif=exif)
    return out.getvalue()


def claim(world: World, *, kind: str = "vietgap", number: str = "VG-2026-01", **more: Any) -> Certificate:
    told: dict[str, Any] = {
        "by": world.accounts["manager"],
        "holder": world.grower,
        "issuer_name": "Tổ chức chứng nhận Mẫu",
        "valid_from": FROM,
        "valid_to": TO,
    }
    return actions.register_certificate(kind=kind, number=number, **(told | more))


def confirmed(
    world: World, *, product: Any = None, place: Place | None = None, group: str = "", **more: Any
) -> Certificate:
    """A certificate with one row of scope, confirmed by the official of the holder's province."""
    one = claim(world, **more)
    actions.add_scope(by=None, certificate=one, product=product, place=place, group=group)
    one.refresh_from_db()
    return actions.confirm(by=world.accounts["official"], certificate=one, revision=one.revision)


def person(email: str, organisation: Organisation, role: str) -> Account:
    made = people.create_account(by=None, email=email, full_name=email.split("@")[0])
    people.add_member(by=None, account=made, organisation=organisation, role=role)
    return made


def days(number: int) -> timedelta:
    return timedelta(days=number)
