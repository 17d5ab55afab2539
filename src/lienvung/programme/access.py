"""The readers' door: which agreements an account sees, and what it may do with a row (`rules.MAY`).

standing_of(account, agreement)  everything about an account in one agreement, in a few queries; ask it row by row
may(account, act, row)           the same for one row
party_of(account, agreement)     the party it speaks for, through its organisation's province and successors
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from lienvung.people.access import account_or_none, is_official
from lienvung.people.models import Membership, Organisation
from lienvung.programme import rules
from lienvung.programme.models import (
    Agency,
    AgencySuccessor,
    Agreement,
    Amendment,
    Clause,
    Commitment,
    Field,
    FocalAgency,
    Meeting,
    Party,
    Plan,
    Task,
)
from lienvung.programme.rules import Role
from lienvung.territory.access import convert, province_of, units_on
from lienvung.territory.models import AdminUnit

KINDS: dict[type, str] = {
    Agreement: "agreement",
    Party: "party",
    Amendment: "amendment",
    Commitment: "commitment",
    Plan: "plan",
    Task: "task",
    Meeting: "meeting",
}


@dataclass(frozen=True)
class Standing:
    """What an account is in one agreement; asks the database no more.

    `parties`: ids of the parties it speaks for (one as a rule; more where two signed and are one province today);
    `roles`: of its memberships in authorities of those parties; `agencies`: the agencies it acts for.
    """

    agreement: Agreement
    today: date
    parties: frozenset[uuid.UUID] = frozenset()
    focal: bool = False
    approver: bool = False
    agencies: frozenset[uuid.UUID] = frozenset()
    staff: bool = False

    @property
    def sees(self) -> bool:
        return bool(self.parties) or self.staff or self.agreement.published_at is not None

    def roles(
        self, *, party: uuid.UUID | None = None, lead: Iterable[uuid.UUID] = (), helping: Iterable[uuid.UUID] = ()
    ) -> frozenset[Role]:
        """The roles to a row of `party` (None: of all parties) with these lead and coordinating agencies."""
        found = {Role.PUBLIC} if self.agreement.published_at is not None else set()
        if self.staff or self.parties:
            found.add(Role.VIEWER)
        if not self.parties:
            return frozenset(found)
        own = party is None or party in self.parties
        if own:
            found |= {Role.FOCAL} if self.focal else set()
            found |= {Role.APPROVER} if self.approver else set()
            found |= {Role.LEAD} if not self.agencies.isdisjoint(lead) else set()
            found |= {Role.CONTRIBUTOR} if not self.agencies.isdisjoint(helping) else set()
        elif self.focal or self.approver:
            found.add(Role.OTHER)
        return frozenset(found)

    def may(self, act: str, row: Any) -> bool:
        """May the account do `act` with a row of this room?"""
        kind = KINDS[type(row)]
        if kind in ("agreement", "party"):
            one = row.agreement
            state = rules.state_of_agreement(one.state, one.ends_on, self.today)
            roles = self.roles(party=row.pk if kind == "party" else None)
        else:
            state = row.state
            party, lead, helping = _hands(row)
            roles = self.roles(party=party, lead=lead, helping=helping)
        if act == "see" and Role.PUBLIC in roles and (kind, state) not in HIDDEN:
            return True
        return rules.may(kind, state, act, roles)


HIDDEN = frozenset((kind, "draft") for kind in ("agreement", "party", "commitment", "plan", "amendment"))


def _hands(row: Any) -> tuple[uuid.UUID | None, list[uuid.UUID], list[uuid.UUID]]:
    """Whose row it is, and the agencies that lead and help."""
    if isinstance(row, Commitment):
        # a draft or a change of a commitment is the business of every party: the two sides agree on the words
        return None, *split(row.agency_links.all())
    if isinstance(row, Task):
        return row.plan.party_id, *split(row.agency_links.all())
    if isinstance(row, Plan):
        return row.party_id, [], []
    return None, [], []


def split(links: Iterable[Any]) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """Lead and coordinating agencies of agency links."""
    lead: list[uuid.UUID] = []
    helping: list[uuid.UUID] = []
    for link in links:
        (lead if link.part == "lead" else helping).append(link.agency_id)
    return lead, helping


def provinces_today(unit: AdminUnit | None, today: date) -> frozenset[uuid.UUID]:
    """The province of a unit of any time as it stands today (several where it was split)."""
    province = province_of(unit)
    if province is None:
        return frozenset()
    if province.valid_to is None or province.valid_to > today:
        return frozenset({province.pk})
    return frozenset(found.pk for found in convert(province, on=today).candidates)


def standing_of(account: Any, agreement: Agreement) -> Standing:
    today = timezone.localdate()
    known = account_or_none(account)
    if known is None:
        return Standing(agreement, today)
    held = list(
        Membership.objects.filter(account=known, organisation__kind=Organisation.Kind.AUTHORITY).select_related(
            "organisation__unit__parent__parent"
        )
    )
    if not held:
        return Standing(agreement, today, staff=known.is_staff)
    of_units = {m.organisation_id: provinces_today(m.organisation.unit, today) for m in held}
    mine = frozenset[uuid.UUID]().union(*of_units.values())
    parties = [
        party
        for party in agreement.parties.select_related("unit__parent__parent")
        if not provinces_today(party.unit, today).isdisjoint(mine)
    ]
    if not parties:
        return Standing(agreement, today, staff=known.is_staff)
    theirs = frozenset[uuid.UUID]().union(*(provinces_today(party.unit, today) for party in parties))
    held = [m for m in held if not of_units[m.organisation_id].isdisjoint(theirs)]
    agencies = agencies_of({m.organisation_id for m in held})
    focal_bodies = _focal_bodies(parties, today)
    return Standing(
        agreement,
        today,
        parties=frozenset(party.pk for party in parties),
        focal=any(m.role == Membership.Role.FOCAL_OFFICER for m in held),
        approver=any(
            m.role == Membership.Role.MANAGER and (not focal_bodies or m.organisation_id in focal_bodies) for m in held
        ),
        agencies=agencies,
        staff=known.is_staff,
    )


def agencies_of(organisations: set[Any]) -> frozenset[uuid.UUID]:
    """The agencies of these organisations and all that went into them: the successor acts for what was."""
    own = set(Agency.objects.filter(organisation__in=organisations).values_list("pk", flat=True))
    return frozenset(line_of(own, onward=False))


def line_of(agencies: set[uuid.UUID], *, onward: bool) -> set[uuid.UUID]:
    """These agencies with all that they went into (`onward`), or with all that went into them."""
    known, sought = ("old", "new") if onward else ("new", "old")
    found, new = agencies, agencies
    while new:
        new = set(AgencySuccessor.objects.filter(**{f"{known}__in": new}).values_list(sought, flat=True)) - found
        found = found | new
    return found


def _focal_bodies(parties: list[Party], today: date) -> set[Any]:
    """Organisations of the focal agencies in office, with those that they went into."""
    links = FocalAgency.objects.filter(party__in=parties).exclude(until__lte=today).exclude(since__gt=today)
    agencies = line_of(set(links.values_list("agency", flat=True)), onward=True)
    bodies = Agency.objects.filter(pk__in=agencies, organisation__isnull=False)
    return set(bodies.values_list("organisation", flat=True))


def visible_to(account: Any) -> QuerySet[Agreement]:
    """Published agreements for everybody; all of their province's for officials; all for the staff."""
    known = account_or_none(account)
    found = Agreement.objects.all()
    if known is None:
        return found.filter(published_at__isnull=False)
    if known.is_staff:
        return found
    mine = [each.pk for each in own_agreements(known)]
    return found.filter(published_at__isnull=False) | found.filter(pk__in=mine)


def own_agreements(account: Any) -> list[Agreement]:
    """The agreements to which an official's province is a party, open ones first."""
    known = account_or_none(account)
    if known is None or not is_official(known):
        return []
    # few agreements, few parties: what each is today is asked of the territory, one agreement after the other
    mine = [each for each in Agreement.objects.all() if standing_of(known, each).parties]
    return sorted(mine, key=lambda each: each.state == Agreement.State.CLOSED)


def agreement(account: Any, code: str) -> Agreement | None:
    return visible_to(account).filter(code=code).first()


def may(account: Any, act: str, row: Any) -> bool:
    return standing_of(account, row.agreement).may(act, row)


def party_of(account: Any, agreement: Agreement) -> Party | None:
    """The party that an official speaks for; None for others. Where two are one today, the first signed."""
    return agreement.parties.filter(pk__in=standing_of(account, agreement).parties).first()


def focal_provinces(account: Any) -> frozenset[uuid.UUID]:
    """The provinces of today for which the account is a focal officer."""
    known, today = account_or_none(account), timezone.localdate()
    if known is None:
        return frozenset()
    held = Membership.objects.filter(
        account=known, role=Membership.Role.FOCAL_OFFICER, organisation__kind=Organisation.Kind.AUTHORITY
    ).select_related("organisation__unit__parent__parent")
    return frozenset[uuid.UUID]().union(*(provinces_today(m.organisation.unit, today) for m in held))


def may_create(account: Any, units: Iterable[AdminUnit]) -> bool:
    """A focal officer may draw up what his own locality is a party to."""
    own, today = focal_provinces(account), timezone.localdate()
    return any(not provinces_today(unit, today).isdisjoint(own) for unit in units)


def units_of(party: Party) -> list[AdminUnit]:
    """Where an agency of the party may stand: its unit as signed and as it is today, and their districts."""
    own = {party.unit_id, *provinces_today(party.unit, timezone.localdate())}
    found = AdminUnit.objects.filter(Q(pk__in=own) | Q(parent__in=own, level=AdminUnit.Level.DISTRICT))
    return sorted(found, key=lambda unit: (unit.pk not in own, unit.name))


def authorities_of(party: Party) -> list[Organisation]:
    """The authorities of the province that the party is today: their accounts may act for its agencies."""
    today = timezone.localdate()
    there = provinces_today(party.unit, today)
    bodies = Organisation.objects.filter(kind=Organisation.Kind.AUTHORITY).select_related("unit__parent__parent")
    return [each for each in bodies.order_by("name") if not provinces_today(each.unit, today).isdisjoint(there)]


def agencies_in(party: Party) -> list[Agency]:
    """The agencies of a party: those of its unit as signed, of what it is today, and of the units below."""
    today = timezone.localdate()
    units = {party.unit_id, *provinces_today(party.unit, today)}
    return list(_agencies(units).order_by("name"))


def _agencies(units: set[uuid.UUID]) -> QuerySet[Agency]:
    """Those of the units and of what stands below them."""
    return Agency.objects.filter(Q(unit__in=units) | Q(unit__parent__in=units) | Q(unit__parent__parent__in=units))


def agencies_shown(party: Party) -> list[Agency]:
    """The agencies of a party with where they stand and what they went into and came from, those that ended last."""
    today = timezone.localdate()
    units = {party.unit_id, *provinces_today(party.unit, today)}
    found = list(_agencies(units).select_related("unit").prefetch_related("successors__new", "predecessors__old"))
    for each in found:
        each.party = party
        each.elsewhere = each.unit_id not in units
    return sorted(found, key=lambda each: (each.valid_to is not None and each.valid_to <= today, each.name))


def today() -> date:
    return timezone.localdate()


def provinces() -> QuerySet[AdminUnit]:
    """The provinces of today, to be parties of a new agreement."""
    return units_on(level=AdminUnit.Level.PROVINCE).order_by("name")


def parties_shown(agreement: Agreement, on: date) -> list[tuple[Party, list[AdminUnit]]]:
    """Each party as signed, with the provinces that it is today where they are others than it was."""
    shown = []
    for party in agreement.parties.select_related("unit__parent__parent"):
        now = provinces_today(party.unit, on)
        shown.append((party, [] if now == {party.unit_id} else list(AdminUnit.objects.filter(pk__in=now))))
    return shown


def focal_agencies(agreement: Agreement) -> QuerySet[FocalAgency]:
    return FocalAgency.objects.filter(party__agreement=agreement).select_related("party", "agency")


@dataclass
class Branch:
    """A field with what stands in it; `depth` from 0, `field` None for what stands in no field."""

    field: Field | None
    depth: int
    clauses: list[Clause]
    commitments: list[Commitment]


def tree_of(agreement: Agreement, *, inside: bool) -> list[Branch]:
    """The tree of fields in reading order, each with its clauses and commitments; drafts only for the parties."""
    fields = list(agreement.fields.all())
    clauses = list(agreement.clauses.prefetch_related("former"))
    found = agreement.commitments.select_related("obligor", "beneficiary", "clause")
    commitments = list(found if inside else found.exclude(state=Commitment.State.DRAFT))
    branches: list[Branch] = []

    def place(parent: uuid.UUID | None, depth: int) -> None:
        for field in (each for each in fields if each.parent_id == parent):
            own = [clause for clause in clauses if clause.field_id == field.pk]
            owed = [each for each in commitments if _field_of(each) == field.pk]
            branches.append(Branch(field, depth, own, owed))
            place(field.pk, depth + 1)

    place(None, 0)
    loose = [each for each in clauses if each.field_id is None]
    owed = [each for each in commitments if _field_of(each) is None]
    return [*branches, Branch(None, 0, loose, owed)] if loose or owed else branches


def _field_of(commitment: Commitment) -> uuid.UUID | None:
    if commitment.field_id is not None or commitment.clause is None:
        return commitment.field_id
    return commitment.clause.field_id
