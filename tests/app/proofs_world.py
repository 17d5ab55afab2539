"""What the tests of certificates share: a certificate on the way from claim to confirmed, and pages read as text."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from PIL import Image
from tests.world import PASSWORD, World

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
        "document": PDF,
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


def examples(world: World) -> dict[str, str]:
    """For the browser: a certificate of the field that ends soon, one that was refused, a claim that waits."""
    today = timezone.localdate()
    field = confirmed(world, place=world.places["field"], valid_to=today + timedelta(days=30), document=PDF)
    confirmed(world, kind="ocop", number="OC-4-SAO", stars=4, product=world.rice, valid_to=today + timedelta(days=400))
    waiting = claim(
        world,
        kind="haccp",
        number="HACCP-2026/09",
        document=None,
        valid_to=today + timedelta(days=900),
        standard="TCVN 5603",
        register_link="https://tracuu.chungnhan.example/giay?so=HACCP-2026/09",
    )
    actions.add_scope(by=None, certificate=waiting, place=world.places["mill"], area_ha=Decimal("0.4"))
    actions.accept_issuer(by=None, organisation=world.stranger, kinds_issued=["vietgap", "haccp"])
    holder = people.create_account(by=None, email="holder@mau.example", full_name="Lê Chủ Nhiệm", password=PASSWORD)
    people.add_member(by=None, account=holder, organisation=world.grower, role="manager")
    return {
        "certificate": str(field.pk),
        "claim": str(waiting.pk),
        "holder": holder.email,
        "checker": world.accounts["official"].email,
    }
