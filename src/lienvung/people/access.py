"""Who somebody is and what they may do: the questions that pages and actions ask."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils import timezone

from lienvung.audit.access import acts_on
from lienvung.people import rules
from lienvung.people.models import Account, ApiToken, Membership, Organisation
from lienvung.registry.matching import tokens
from lienvung.territory.access import province_of
from lienvung.territory.models import AdminUnit

Who = Account | AnonymousUser | None


def account_or_none(who: Any) -> Account | None:
    """The signed-in, active account of a request's user; None for anybody else."""
    return who if isinstance(who, Account) and who.is_active else None


def organisations_of(account: Who) -> QuerySet[Organisation]:
    """The organisations in which `account` has a role."""
    known = account_or_none(account)
    if known is None:
        return Organisation.objects.none()
    return Organisation.objects.filter(memberships__account=known).distinct()


def role_in(account: Who, organisation: Organisation | None) -> str | None:
    """The role of `account` in `organisation`; None when it has none."""
    known = account_or_none(account)
    if known is None or organisation is None:
        return None
    return Membership.objects.filter(account=known, organisation=organisation).values_list("role", flat=True).first()


def is_official(account: Who, *, province: str = "") -> bool:
    """Does `account` belong to an authority (of the province with this code, when given)?"""
    known = account_or_none(account)
    if known is None:
        return False
    found = Membership.objects.filter(account=known, organisation__kind=Organisation.Kind.AUTHORITY)
    if province:
        found = found.filter(organisation__unit__code=province, organisation__unit__level="province")
    return found.exists()


def may_manage(account: Who, organisation: Organisation) -> bool:
    """May `account` change the organisation itself: its people, its tokens, its record?"""
    return rules.may_manage(role_in(account, organisation))


def is_official_of(account: Who, unit: AdminUnit | None) -> bool:
    """Does `account` belong to an authority of the province in which `unit` lies?"""
    province = province_of(unit)
    return province is not None and is_official(account, province=province.code)


def may_appoint(account: Who, organisation: Organisation) -> bool:
    """May `account` give roles in the organisation: its managers, and officials while it has no manager.

    Those officials are the ones of its province, and the one who registered it; when there is a manager, the
    organisation's people are its own business again.
    """
    if may_manage(account, organisation):
        return True
    known = account_or_none(account)
    if known is None or organisation.memberships.filter(role__in=rules.MANAGING).exists():
        return False
    if is_official_of(known, organisation.unit):
        return True
    registered = acts_on(organisation).filter(action="people.create_organisation", actor=known.pk)
    return is_official(known) and registered.exists()


def may_record(account: Who, organisation: Organisation) -> bool:
    """May `account` write the organisation's products, lots, places and labels?"""
    return rules.may_record(role_in(account, organisation))


def roles_of(account: Who) -> frozenset[str]:
    """The roles of the URL × role table that `account` has (see `lienvung.registry.parts`)."""
    known = account_or_none(account)
    if known is None:
        return rules.page_roles(signed_in=False, memberships=())
    pairs = Membership.objects.filter(account=known).values_list("organisation__kind", "role")
    return rules.page_roles(signed_in=True, memberships=tuple(pairs))


def organisations(query: str = "", *, kind: str = "") -> QuerySet[Organisation]:
    """Public list of organisations, filtered by words (marks do not matter) and kind."""
    found = Organisation.objects.select_related("unit", "unit__parent")
    for token in tokens(query):
        found = found.filter(search_text__contains=token)
    if kind:
        found = found.filter(kind=kind)
    return found


def organisation(id: uuid.UUID) -> Organisation | None:
    return Organisation.objects.select_related("unit", "unit__parent").filter(pk=id).first()


def prefix_taken(prefixes: Iterable[str], *, but: Organisation | None = None) -> bool:
    """Is one of these GS1 Company Prefixes that of an organisation (other than `but`)?"""
    holders = Organisation.objects.filter(company_prefix__in=[prefix for prefix in prefixes if prefix])
    return holders.exclude(pk=but.pk).exists() if but is not None else holders.exists()


def prefix_overlaps(prefix: str) -> bool:
    """Does `prefix` equal, begin with, or begin the GS1 Company Prefix of an organisation?"""
    shorter = [prefix[:length] for length in range(4, len(prefix) + 1)]
    return prefix_taken(shorter) or Organisation.objects.filter(company_prefix__startswith=prefix).exists()


def members_of(organisation: Organisation) -> QuerySet[Membership]:
    return organisation.memberships.select_related("account").order_by("account__full_name")


def organisation_of_token(plain: str, *, scope: str = "capture") -> Organisation | None:
    """The organisation whose live token this is, with `scope` in its scopes; None otherwise.

    The day of the last use is kept (not the moment), so a busy token costs one write a day.
    """
    token = (
        ApiToken.objects.select_related("organisation")
        .filter(digest=rules.token_digest(plain), revoked__isnull=True)
        .first()
    )
    if token is None or scope not in token.scopes.split():
        return None
    today: date = timezone.localdate()
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token.organisation


def recording_organisations(account: Who) -> QuerySet[Organisation]:
    """The organisations whose records `account` may write."""
    known = account_or_none(account)
    if known is None:
        return Organisation.objects.none()
    return Organisation.objects.filter(memberships__account=known, memberships__role__in=rules.RECORDING).distinct()


def account_of_email(email: str) -> Account | None:
    return Account.objects.filter(email__iexact=email.strip()).first()


def tokens_of(organisation: Organisation) -> QuerySet[ApiToken]:
    return organisation.tokens.select_related("created_by")


def memberships_of(account: Account) -> QuerySet[Membership]:
    return account.memberships.select_related("organisation").order_by("organisation__name")


def account_by_id(id: uuid.UUID | str) -> Account | None:
    return Account.objects.filter(pk=id).first()
