"""The readers' door of the checks room: officials of all provinces see every finding, others those about their goods
and places; an official of a province concerned may dismiss one, those concerned may answer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from lienvung.checks.models import Finding, Position, Setting
from lienvung.ledger.access import visible_to_account
from lienvung.ledger.events import StoredEvent, by_rids
from lienvung.ledger.reading import marks, rows
from lienvung.people.access import account_or_none, is_official, organisations_of, recording_organisations
from lienvung.people.models import Account, Membership, Organisation
from lienvung.territory.models import AdminUnit

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


def events_of(account: Any, found: Finding) -> list[StoredEvent]:
    """The events that a finding rests on and that the account sees, oldest first; of many, the first ones."""
    seen = visible_to_account(account)
    part = found.events[:SHOWN_EVENTS]
    if not part:
        return []
    mine = rows(f"SELECT e.rid FROM ledger_event e WHERE e.rid IN {marks(part)} AND {seen.sql}", (*part, *seen.values))
    return by_rids(rid for (rid,) in mine)


def province_names(found: Finding) -> list[AdminUnit]:
    """The provinces concerned, as they are today."""
    return list(AdminUnit.objects.filter(level="province", code__in=provinces_of(found), valid_to=None))


def settings() -> QuerySet[Setting]:
    return Setting.objects.all()


def open_counts(account: Any) -> list[tuple[str, int]]:
    """Kinds with how many open findings the account sees of each, most first."""
    found = findings(account).filter(state=Finding.State.OPEN).order_by()
    counted = found.values_list("kind").annotate(many=Count("pk")).order_by("-many", "kind")
    return [(kind, many) for kind, many in counted]


def position() -> Position | None:
    return Position.objects.filter(pk=1).first()
