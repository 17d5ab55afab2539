"""The certificates of the demo story, through the actions alone; every one is marked as illustrative."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from lienvung.catalogue.models import Place, Product
from lienvung.people.models import Account, Organisation
from lienvung.proofs import access, actions
from lienvung.proofs.models import Certificate

ISSUER = "Tổ chức chứng nhận Minh Hoạ"
AUTHORITY = "Uỷ ban nhân dân tỉnh (minh hoạ)"


def play(
    *,
    holder: Organisation,
    products: Sequence[Product],
    places: Sequence[Place],
    today: date,
    manager: Account | None = None,
    official: Account | None = None,
) -> list[Certificate]:
    """VietGAP of the plots (in force), OCOP of the first product (expiring), HACCP claimed and not checked yet.

    `manager`, `official`: who registers and who confirms; None = the system. Played again it adds nothing.
    """
    if access.certificates().filter(holder=holder, illustrative=True).exists():
        return []
    mark = (holder.gln or str(holder.pk))[-6:].upper()
    vietgap = actions.register_certificate(
        by=manager,
        holder=holder,
        kind="vietgap",
        number=f"MH-VG-{mark}",
        issuer_name=ISSUER,
        standard="TCVN 11892-1:2017",
        valid_from=today - timedelta(days=400),
        valid_to=today + timedelta(days=400),
        illustrative=True,
    )
    for place in places:
        actions.add_scope(by=manager, certificate=vietgap, place=place)
    made = [vietgap]
    if products:
        ocop = actions.register_certificate(
            by=manager,
            holder=holder,
            kind="ocop",
            number=f"MH-OCOP-{mark}",
            issuer_name=AUTHORITY,
            stars=4,
            valid_from=today - timedelta(days=700),
            valid_to=today + timedelta(days=40),
            illustrative=True,
        )
        actions.add_scope(by=manager, certificate=ocop, product=products[0])
        made.append(ocop)
    for one in made:
        one.refresh_from_db()
        if one.scope.exists():
            actions.confirm(by=official, certificate=one, revision=one.revision, note="Bản giấy minh hoạ")
    claimed = actions.register_certificate(
        by=manager,
        holder=holder,
        kind="haccp",
        number=f"MH-HACCP-{mark}",
        issuer_name=ISSUER,
        valid_from=today - timedelta(days=30),
        valid_to=today + timedelta(days=700),
        illustrative=True,
    )
    return [*made, claimed]
