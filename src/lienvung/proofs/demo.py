"""The certificates of the demo story, through the actions alone; every one is marked as illustrative."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from lienvung.catalogue.models import Place, Product
from lienvung.people.models import Account, Organisation
from lienvung.proofs import access, actions
from lienvung.proofs.kinds import kind_of_words
from lienvung.proofs.models import Certificate

ISSUER = "Tổ chức chứng nhận Minh Hoạ"
PAPER = "Bản giấy minh hoạ"
AUTHORITY = "Uỷ ban nhân dân tỉnh (minh hoạ)"


def play(
    *,
    holder: Organisation,
    products: Sequence[Product],
    places: Sequence[Place],
    today: date,
    manager: Account | None = None,
    official: Account | None = None,
    vietgap: tuple[str, date, date] | None = None,
) -> list[Certificate]:
    """VietGAP of the plots (in force), OCOP of the first product (expiring), HACCP claimed and not checked yet.

    `vietgap`: its number, first and last day where events name it already.

    `manager`, `official`: who registers and who confirms; None = the system. Played again it adds nothing.
    """
    if access.certificates().filter(holder=holder, illustrative=True).exists():
        return []
    mark = (holder.gln or str(holder.pk))[-6:].upper()
    number, first, last = vietgap or (f"MH-VG-{mark}", today - timedelta(days=400), today + timedelta(days=400))
    of_plots = actions.register_certificate(
        by=manager,
        holder=holder,
        kind="vietgap",
        number=number,
        issuer_name=ISSUER,
        standard="TCVN 11892-1:2017",
        valid_from=first,
        valid_to=last,
        illustrative=True,
    )
    for place in places:
        actions.add_scope(by=manager, certificate=of_plots, place=place)
    made = [of_plots]
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
            actions.confirm(by=official, certificate=one, revision=one.revision, note=PAPER)
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


def register_told(
    *,
    holder: Organisation,
    product: Product,
    words: str,
    number: str,
    valid_from: date,
    valid_to: date,
    confirmed: bool,
    suspended_from: date | None = None,
    reason: str = "",
) -> Certificate:
    """A certificate of a product that the story's events name by `words` and `number`, in the state it is to have."""
    kind = kind_of_words(words)
    assert kind is not None, words
    told = actions.register_certificate(
        by=None,
        holder=holder,
        kind=kind.key,
        number=number,
        issuer_name=ISSUER,
        standard=kind.standard,
        valid_from=valid_from,
        valid_to=valid_to,
        illustrative=True,
    )
    actions.add_scope(by=None, certificate=told, product=product)
    told.refresh_from_db()
    if confirmed:
        actions.confirm(by=None, certificate=told, revision=told.revision, note=PAPER)
    if suspended_from is not None:
        actions.measure(by=None, certificate=told, act="suspended", from_day=suspended_from, reason=reason)
    return told
