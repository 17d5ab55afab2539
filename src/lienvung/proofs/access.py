"""The readers' door of certificates: who sees which, who may check them, what holds for goods and places."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from lienvung.catalogue.models import Place, Product
from lienvung.people.access import account_or_none, is_official, is_official_of, may_manage, role_in
from lienvung.people.models import Account, Membership, Organisation
from lienvung.people.rules import MANAGING, RECORDING
from lienvung.proofs import rules
from lienvung.proofs.kinds import Kind
from lienvung.proofs.models import CalendarKey, Certificate, IssuingBody, Measure, ScopeRow
from lienvung.registry.matching import tokens
from lienvung.territory.access import province_of
from lienvung.territory.models import AdminUnit

CONFIRMED = Certificate.Checked.CONFIRMED
CLAIMED = Certificate.Checked.CLAIMED


def certificates() -> QuerySet[Certificate]:
    """All, with what their states and scopes are worked out from."""
    holder = ("holder__unit", "holder__unit__parent", "holder__unit__parent__parent")
    return Certificate.objects.select_related(*holder, "issuer", "replaced_by", "checked_for").prefetch_related(
        Prefetch("scope", ScopeRow.objects.select_related("product", "place")),
        Prefetch("measures", Measure.objects.select_related("body")),
    )


def visible_to(account: Any, query: str = "", *, kind: str = "") -> QuerySet[Certificate]:
    """Confirmed ones are public; what is claimed or refused is seen by the holder, officials and its issuing body."""
    found = certificates()
    known = account_or_none(account)
    if not is_official(known):
        own = Q(checked=CONFIRMED)
        if known is not None:
            own |= Q(holder__memberships__account=known)
            own |= Q(issuer__issuing_body__isnull=False, issuer__memberships__account=known)
        found = found.filter(own).distinct()
    for token in tokens(query):
        found = found.filter(search_text__contains=token)
    return found.filter(kind=kind) if kind else found


def certificate(account: Any, id: uuid.UUID) -> Certificate | None:
    return visible_to(account).filter(pk=id).first()


def is_issuer(account: Any, certificate: Certificate) -> bool:
    """Does `account` belong to the body that issued it, and did an official accept that body for this kind?"""
    if certificate.issuer_id is None or certificate.issuer_id == certificate.holder_id:
        return False
    body = IssuingBody.objects.filter(organisation=certificate.issuer_id).first()
    accepted = body is not None and certificate.kind in body.kinds.split()
    return accepted and role_in(account, certificate.issuer) in RECORDING


def may_check(account: Any, certificate: Certificate) -> bool:
    """Officials of the holder's province and the issuing body's people; nobody checks his own organisation's."""
    known = account_or_none(account)
    if known is None or role_in(known, certificate.holder) is not None:
        return False
    return is_official_of(known, certificate.holder.unit) or is_issuer(known, certificate)


def may_edit(account: Any, certificate: Certificate) -> bool:
    """The holder's managers, as long as it is not confirmed."""
    return certificate.checked != CONFIRMED and may_manage(account, certificate.holder)


def may_renew(account: Any, certificate: Certificate) -> bool:
    successor = getattr(certificate, "replaced_by", None)
    return certificate.checked == CONFIRMED and successor is None and may_manage(account, certificate.holder)


def may_see_inside(account: Any, certificate: Certificate) -> bool:
    """The document, the area and the tonnes: the holder's people, officials, the issuing body's people."""
    known = account_or_none(account)
    if known is None:
        return False
    return role_in(known, certificate.holder) is not None or is_official(known) or is_issuer(known, certificate)


def body_of(account: Account, certificate: Certificate) -> Organisation | None:
    """In whose name `account` checks: its issuing body, else its authority of the holder's province."""
    if is_issuer(account, certificate):
        return certificate.issuer
    memberships = Membership.objects.select_related("organisation__unit").filter(
        account=account, organisation__kind=Organisation.Kind.AUTHORITY
    )
    found = [m.organisation for m in memberships.order_by("organisation__name")]
    return found[0] if found else None


def managed_organisations(account: Any) -> QuerySet[Organisation]:
    """Holders for which `account` may register certificates."""
    known = account_or_none(account)
    if known is None:
        return Organisation.objects.none()
    return Organisation.objects.filter(memberships__account=known, memberships__role__in=sorted(MANAGING)).distinct()


def issuing_bodies() -> QuerySet[IssuingBody]:
    return IssuingBody.objects.select_related("organisation", "accepted_by")


def issuers_of(kind: Kind) -> list[Organisation]:
    return [body.organisation for body in issuing_bodies() if kind.key in body.kinds.split()]


def _provinces(account: Account) -> list[str]:
    units = Membership.objects.filter(
        account=account,
        organisation__kind=Organisation.Kind.AUTHORITY,
        organisation__unit__level=AdminUnit.Level.PROVINCE,
    )
    return list(units.values_list("organisation__unit__code", flat=True))


def watched_by(account: Any) -> QuerySet[Certificate]:
    """The certificates whose end concerns `account`: its organisations', and an official's province's."""
    known = account_or_none(account)
    if known is None:
        return Certificate.objects.none()
    mine = Q(holder__memberships__account=known)
    mine |= Q(issuer__issuing_body__isnull=False, issuer__memberships__account=known)
    for path in ("holder__unit", "holder__unit__parent", "holder__unit__parent__parent"):
        code, level = f"{path}__code__in", f"{path}__level"
        mine |= Q(**{code: _provinces(known), level: AdminUnit.Level.PROVINCE})
    return certificates().filter(mine).distinct()


def to_check(account: Any) -> list[Certificate]:
    """Claims that wait for the word of `account`, the oldest first."""
    waiting = list(watched_by(account).filter(checked=CLAIMED).order_by("registered_at"))
    known = account_or_none(account)
    if known is None or not waiting:
        return []
    # what `may_check` asks of each, asked once: there may be hundreds
    roles = dict(Membership.objects.filter(account=known).values_list("organisation_id", "role"))
    accepted = {body.organisation_id: body.kinds.split() for body in IssuingBody.objects.filter(organisation__in=roles)}
    own = frozenset(_provinces(known))
    return [one for one in waiting if one.holder_id not in roles and _checks(one, roles, accepted, own)]


def _checks(one: Certificate, roles: dict[Any, str], accepted: dict[Any, list[str]], own: frozenset[str]) -> bool:
    issued = one.kind in accepted.get(one.issuer_id, ()) and roles.get(one.issuer_id) in RECORDING
    province = province_of(one.holder.unit)
    return issued or (province is not None and province.code in own)


def may_accept(account: Any, organisation: Organisation, kinds_issued: Iterable[str]) -> bool:
    """Officials, but nobody for an organisation of his own; what another province accepted is not taken away."""
    known = account_or_none(account)
    if known is None or not is_official(known) or role_in(known, organisation) is not None:
        return False
    body = IssuingBody.objects.select_related("accepted_by").filter(organisation=organisation).first()
    return body is None or set(body.kinds.split()) <= set(kinds_issued) or _of_same_province(known, body)


def may_end(account: Any, body: IssuingBody) -> bool:
    """Officials of the province that accepted it; any official where nobody acts for that one any more."""
    known = account_or_none(account)
    return known is not None and is_official(known) and _of_same_province(known, body)


def _of_same_province(account: Account, body: IssuingBody) -> bool:
    theirs = _provinces(body.accepted_by) if body.accepted_by is not None else []
    return not theirs or bool(set(theirs) & set(_provinces(account)))


def due(account: Any, *, today: date | None = None) -> list[tuple[Certificate, rules.State]]:
    """Confirmed ones of `account`'s watch that expire soon or have expired without a successor, next to end first."""
    day = today or timezone.localdate()
    ending = watched_by(account).filter(checked=CONFIRMED, valid_to__isnull=False).order_by("valid_to", "number")
    states = [(one, state(one, today=day)) for one in ending]
    return [
        (one, now)
        for one, now in states
        if now in (rules.State.EXPIRING, rules.State.EXPIRED) and getattr(one, "replaced_by", None) is None
    ]


def state(certificate: Certificate, *, today: date | None = None) -> rules.State:
    return rules.state_on(certificate.term, today or timezone.localdate(), soon=settings.PROOFS_EXPIRING_DAYS)


def over(certificate: Certificate) -> bool:
    """Replaced by a confirmed one, or withdrawn: its end concerns nobody any more."""
    return certificate.term.replaced_from is not None or rules.withdrawn_on(certificate.term.measures, date.max)


def in_force(certificate: Certificate, *, on: date) -> bool:
    return rules.in_force(certificate.term, on)


def concerning(*, gtins: Iterable[str], glns: Iterable[str], owners: Iterable[str]) -> QuerySet[Certificate]:
    """Confirmed certificates whose scope may cover these products, places or organisations."""
    rows = Q(scope__product__gtin__in=sorted(gtins)) | Q(scope__place__gln__in=sorted(glns))
    rows |= Q(holder__in=sorted(owners), scope__product__isnull=True, scope__place__isnull=True)
    return certificates().filter(rows, checked=CONFIRMED, scope__isnull=False).distinct()


def account_of_key(plain_key: str) -> Account | None:
    """Whose calendar feed this key opens; nobody's when the account is closed."""
    digest = hashlib.sha256(plain_key.encode()).hexdigest()
    found = CalendarKey.objects.select_related("account").filter(digest=digest, account__is_active=True).first()
    return found.account if found else None


def has_calendar_key(account: Account) -> bool:
    return CalendarKey.objects.filter(account=account).exists()


def products_of(holder: Organisation) -> QuerySet[Product]:
    return Product.objects.filter(owner=holder).order_by("name")


def places_of(holder: Organisation) -> QuerySet[Place]:
    return Place.objects.filter(owner=holder).order_by("name")


def holds(paper_of: Certificate, *, product: Product | None = None, place: Place | None = None, on: date) -> bool:
    """Confirmed, in force on the day, and covering this product, or this place and all that it limits to no product."""
    if not rules.in_force(paper_of.term, on):
        return False
    paper = paper_of.paper
    if place is not None:
        owner = str(place.owner_id)
        return any(row.gln == place.gln or (row == rules.Row() and owner == paper.holder) for row in paper.rows)
    assert product is not None
    own = rules.Fact(product.gtin, product.kind, str(product.owner_id))
    return rules.shown(paper, rules.Story(own, "product"), today=on) is rules.Shown.VALID


def certification_info(thing: Product | Place, *, on: date | None = None) -> list[str]:
    """`certificationInfo` for the events of a product or at a place: URIs of the pages of the certificates that hold.

    Our own page, not the issuer's: it stays where it is, says the state of any day, and leads on to the register.
    """
    day = on or timezone.localdate()
    product, place = (thing, None) if isinstance(thing, Product) else (None, thing)
    found = concerning(
        gtins=[product.gtin] if product else [],
        glns=[place.gln] if place else [],
        owners=[str(thing.owner_id)],
    )
    return [uri_of(one) for one in found if holds(one, product=product, place=place, on=day)]


def uri_of(certificate: Certificate) -> str:
    return f"{settings.ORIGIN}/proofs/{certificate.pk}"
