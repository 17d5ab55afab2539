"""Who signs, speaks, sits and works for a party: signatories, focal agencies, seats, agencies and their successors.

Every act here asks a right on the *party* (`rules.MAY`, kind "party"): nobody names them for the other side.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from lienvung.audit.actions import record
from lienvung.errors import Conflict, Invalid
from lienvung.people.models import Account, Organisation
from lienvung.programme import access, rules
from lienvung.programme.models import Agency, AgencySuccessor, Agreement, CommitteeMember, FocalAgency, Party
from lienvung.programme.writing import add, change, check_may, fresh, only, same_agreement, write
from lienvung.territory.models import AdminUnit

SEAT = frozenset({"name", "position", "duty", "since", "until"})
AGENCY = frozenset({"name_en", "valid_from", "valid_to", "source", "organisation"})


def describe_party(party: Party, *, by: Account | None, version: int | None = None, **facts: str) -> Party:
    """Who signed for the party, and why it leads."""
    facts = only(facts, frozenset({"signatory", "signatory_position", "lead_reason"}))
    return change(party, by=by, act="describe", version=version, action="describe_party", **facts)


@transaction.atomic
def name_focal_agency(
    party: Party, *, by: Account | None, agency: Agency, since: date | None = None, until: date | None = None
) -> FocalAgency:
    """The agency through which the party speaks; naming it again changes its dates."""
    check_may(by, "name_agencies", party)
    _of_party(party, agency, path="agency")
    rules.check_dates(since, until, path="until")
    link, _ = FocalAgency.objects.update_or_create(
        party=party, agency=agency, defaults={"since": since, "until": until}
    )
    record(action="programme.name_focal_agency", by=by, subject=link)
    return link


@transaction.atomic
def seat_member(
    agreement: Agreement, *, by: Account | None, party: Party, name: str, duty: str = "member", **facts: Any
) -> CommitteeMember:
    """A seat of the joint committee. `facts`: position, since, until."""
    same_agreement(party, agreement, path="party")
    check_may(by, "seat", party)
    facts = only(facts, SEAT)
    rules.check_dates(facts.get("since"), facts.get("until"), path="until")
    made = CommitteeMember(agreement=agreement, party=party, duty=duty, **facts)
    made.name = rules.check_words(name, path="name", most=150)
    return add(made, by=by, action="seat_member")


@transaction.atomic
def edit_seat(member: CommitteeMember, *, by: Account | None, version: int | None, **facts: Any) -> CommitteeMember:
    """Mend a seat, or end it (`until`); who sat there stays known."""
    stored = fresh(member, version)
    check_may(by, "seat", stored.party)
    facts = only(facts, SEAT)
    if "name" in facts:
        facts["name"] = rules.check_words(facts["name"], path="name", most=150)
    rules.check_dates(facts.get("since", stored.since), facts.get("until", stored.until), path="until")
    write(stored, **facts)
    record(action="programme.edit_seat", by=by, subject=stored, details={"version": stored.version})
    return stored


@transaction.atomic
def add_agency(
    party: Party,
    *,
    by: Account | None,
    name: str,
    unit: AdminUnit | None = None,
    organisation: Organisation | None = None,
    **facts: Any,
) -> Agency:
    """An agency of the party, of its unit as signed or (`unit`) as it is today. `facts`: `AGENCY`."""
    check_may(by, "name_agencies", party)
    facts = only(facts, AGENCY)
    place = unit or party.unit
    if place not in access.units_of(party):
        raise Invalid(
            "programme.not_its_unit", vi="Không thuộc địa phương này.", en="Not of this locality.", path="unit"
        )
    _check_agency(party, organisation, facts.get("valid_from"), facts.get("valid_to"))
    name = rules.check_words(name, path="name", most=200)
    if Agency.objects.filter(unit=place, name=name).exists():
        raise Conflict(
            "programme.agency_known", vi="Đã có cơ quan tên này.", en="There is an agency of this name.", path="name"
        )
    made = Agency(unit=place, name=name, organisation=organisation, **facts)
    return add(made, by=by, action="add_agency")


@transaction.atomic
def edit_agency(agency: Agency, *, by: Account | None, party: Party, version: int | None, **facts: Any) -> Agency:
    """Its days, source, English name, and the body that acts for it. A new name is a new agency and a successor."""
    stored = fresh(agency, version)
    check_may(by, "name_agencies", party)
    _of_party(party, stored, path="agency")
    facts = only(facts, AGENCY)
    days = (facts.get(name, getattr(stored, name)) for name in ("valid_from", "valid_to"))
    _check_agency(party, facts.get("organisation"), *days)
    write(stored, **facts)
    record(action="programme.edit_agency", by=by, subject=stored, details={"version": stored.version})
    return stored


@transaction.atomic
def succeed_agency(
    *,
    by: Account | None,
    party: Party,
    old: Agency,
    new: Agency,
    version: int | None = None,
    since: date | None = None,
    whole: bool = True,
    basis: str = "",
) -> AgencySuccessor:
    """`old` went into `new`: who acts for the new one acts for what the old one owes. Wholly: `old` ends that day."""
    stored = fresh(old, version)
    check_may(by, "name_agencies", party)
    _of_party(party, stored, path="old")
    _of_party(party, new, path="new")
    if stored.pk in access.line_of({new.pk}, onward=True):
        raise Invalid(
            "programme.agency_loop", vi="Hai cơ quan kế thừa vòng tròn.", en="They would succeed in a ring.", path="new"
        )
    if since is not None and (
        since < (new.valid_from or since) or (new.valid_to is not None and since >= new.valid_to)
    ):
        raise Invalid(
            "programme.not_standing_yet",
            vi=f"Ngày đó {new.name} chưa có hoặc không còn.",
            en=f"{new.name} did not stand on that day.",
            path="since",
        )
    link, _ = AgencySuccessor.objects.update_or_create(
        old=stored, new=new, defaults={"since": since, "whole": whole, "basis": basis.strip()}
    )
    if whole and since is not None and stored.valid_to is None:
        _check_agency(party, None, stored.valid_from, since, path="since")
        write(stored, valid_to=since)
    record(action="programme.succeed_agency", by=by, subject=link)
    return link


@transaction.atomic
def drop_successor(link: AgencySuccessor, *, by: Account | None, party: Party) -> None:
    """Take back a succession that was entered by mistake; the agencies keep their days."""
    check_may(by, "name_agencies", party)
    _of_party(party, link.old, path="link")
    record(action="programme.drop_successor", by=by, subject=link, details={"old": link.old.name, "new": link.new.name})
    link.delete()


def _of_party(party: Party, agency: Agency, *, path: str) -> None:
    if agency not in access.agencies_in(party):
        raise Invalid(
            "programme.not_its_agency",
            vi="Không phải cơ quan của bên này.",
            en="Not an agency of this party.",
            path=path,
        )


def _check_agency(
    party: Party,
    organisation: Organisation | None,
    first: date | None,
    last: date | None,
    *,
    path: str = "valid_to",
) -> None:
    """The first day without the agency comes after its first day; who acts for it is an authority of the province."""
    if first is not None and last is not None and last <= first:
        raise Invalid("programme.dates", vi="Phải sau ngày bắt đầu.", en="It must be after the first day.", path=path)
    if organisation is not None and organisation not in access.authorities_of(party):
        raise Invalid(
            "programme.not_its_body",
            vi="Không phải cơ quan nhà nước của tỉnh này.",
            en="Not an authority of this province.",
            path="organisation",
        )
