"""The readers' door of the checks room: officials of all provinces see every finding, others those about their goods
and places; an official of a province concerned may dismiss one, those concerned may answer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from lienvung.checks.models import Finding, Position, Setting
from lienvung.ledger.events import StoredEvent, by_rids
from lienvung.people.access import account_or_none, is_official, organisations_of, recording_organisations
from lienvung.people.models import Account, Membership, Organisation

SHOWN_EVENTS = 30


def findings(account: Any) -> QuerySet[Finding]:
    """The findings that an account sees, newest first."""
    known = account_or_none(account)
    if known is None:
        return Finding.objects.none()
    found = Finding.objects.select_related("dismissed_for", "answered_for")
    if is_official(known) or known.is_staff:
        return found
    return found.filter(pk__in=Finding.objects.filter(parties__in=organisations_of(known)).values("pk"))


def finding(account: Any, id: uuid.UUID) -> Finding | None:
    return findings(account).filter(pk=id).first()


def sought(account: Any, *, state: str = "", kind: str = "", province: str = "", about: str = "") -> QuerySet[Finding]:
    """`findings` narrowed down; an empty word narrows nothing."""
    found = findings(account)
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    if province:
        found = found.filter(provinces__contains=f",{province},")
    if about:
        found = found.filter(subject=about)
    return found


def of_lot(account: Any, uri: str) -> QuerySet[Finding]:
    """Open findings of a lot and of its serials in the lot's own words."""
    return findings(account).filter(Q(subject=uri) | Q(subject__startswith=uri + "/21/"), state=Finding.State.OPEN)


def provinces_of(found: Finding) -> list[str]:
    return [code for code in found.provinces.split(",") if code]


def may_dismiss(account: Any, found: Finding) -> bool:
    """An official of a province concerned; where none is known, any official."""
    known = account_or_none(account)
    if known is None:
        return False
    codes = provinces_of(found)
    return any(is_official(known, province=code) for code in codes) if codes else is_official(known)


def may_answer_for(account: Any, found: Finding) -> Sequence[Organisation]:
    """The organisations concerned for which the account may write."""
    known = account_or_none(account)
    if known is None:
        return []
    return list(recording_organisations(known).filter(pk__in=found.parties.values("pk")).order_by("name"))


def may_set(account: Any) -> bool:
    known = account_or_none(account)
    return known is not None and is_official(known)


def authority_of(account: Account, found: Finding) -> Organisation | None:
    """The authority in whose name an official dismisses, that of a province concerned first."""
    held = [
        membership.organisation
        for membership in Membership.objects.select_related("organisation__unit")
        .filter(account=account, organisation__kind=Organisation.Kind.AUTHORITY)
        .order_by("organisation__name")
    ]
    codes = provinces_of(found)
    own = [each for each in held if each.unit is not None and each.unit.code in codes]
    return next(iter((*own, *held)), None)


def events_of(found: Finding) -> list[StoredEvent]:
    """The events that a finding rests on, oldest first; of many, the first ones."""
    return by_rids(found.events[:SHOWN_EVENTS])


def settings() -> QuerySet[Setting]:
    return Setting.objects.all()


def position() -> Position | None:
    return Position.objects.filter(pk=1).first()
