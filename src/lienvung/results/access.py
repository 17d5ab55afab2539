"""The readers' door of results: who sees which, what waits for whom, and on which side somebody stands.

Written rule (ASVS 5.0 8.1.1): what concerns an agreement is seen by the officials of its parties and the staff. A
result that was never submitted is seen by its own party only. Who may act says `programme.rules.MAY`; on a result, the
side says it too (`results.rules.STEPS`): the other party's officer decides, never one's own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from lienvung.errors import NotAllowed, NotFound
from lienvung.papers.models import File
from lienvung.people.access import Who, account_or_none
from lienvung.people.models import Account, Membership, Organisation
from lienvung.programme.access import Standing, provinces_today, split, standing_of
from lienvung.programme.models import Agreement, Commitment, Party
from lienvung.programme.rules import Role, may
from lienvung.results import rules
from lienvung.results.models import Claim, Evidence, Indicator, Period

ROOM = "results"


def about(claim: Claim) -> str:
    """What the room of papers notes beside a file."""
    return f"claim:{claim.pk}"


def side_of(standing: Standing, claim: Claim) -> str | None:
    return rules.side_of(standing.parties, claim.party_id, claim.counterpart_id)


def roles_on(standing: Standing, claim: Claim) -> frozenset[Role]:
    return standing.roles(party=claim.party_id, **_hands(claim.commitment))


def _hands(commitment: Commitment) -> dict[str, list[uuid.UUID]]:
    lead, helping = split(commitment.agency_links.all())
    return {"lead": lead, "helping": helping}


def may_claim(standing: Standing, commitment: Commitment, party: Party) -> bool:
    """May the account record a result of `party` for this commitment?"""
    roles = standing.roles(party=party.pk, **_hands(commitment))
    return may("commitment", commitment.state, "claim", roles)


def steps_for(standing: Standing, claim: Claim) -> list[str]:
    """What the account can do with the result now: the side's table and the table of roles both say yes."""
    side, roles = side_of(standing, claim), roles_on(standing, claim)
    steps = rules.open_steps(side=side, state=claim.state, locked=claim.period.locked)
    found = [step for step in steps if may("claim", claim.state, NAMES.get(step, step), roles)]
    if not claim.period.locked and side is not None:
        if claim.state in rules.ATTACHING[side] and may("claim", claim.state, "attach", roles):
            found.append("attach")
        if claim.state in rules.ANSWERING and may("claim", claim.state, "answer", roles):
            found.append("answer")
    return found


NAMES = {"revise": "edit"}  # a step's name in the table of roles, where it differs


def may_on_period(standing: Standing, act: str, period: Period, *, party: uuid.UUID | None = None) -> bool:
    return may("period", period.state, act, standing.roles(party=party))


def may_measure(standing: Standing) -> bool:
    """Indicators, targets, the calendar and the opening of periods."""
    return standing.may("measure", standing.agreement)


def organisation_of(account: Account, party: Party) -> str:
    """The name of the authority through which an account acts for a party."""
    today = timezone.localdate()
    wanted = provinces_today(party.unit, today)
    held = Membership.objects.filter(account=account, organisation__kind=Organisation.Kind.AUTHORITY)
    for each in held.select_related("organisation__unit__parent__parent").order_by("organisation__name"):
        if not provinces_today(each.organisation.unit, today).isdisjoint(wanted):
            return each.organisation.name
    return ""


# ---- what is seen


def agreements_of(account: Who) -> QuerySet[Agreement]:
    """The agreements whose results the account sees: those of its province; all for the staff."""
    known = account_or_none(account)
    if known is None:
        return Agreement.objects.none()
    if known.is_staff:
        return Agreement.objects.all()
    found = [each.pk for each in Agreement.objects.all() if standing_of(known, each).parties]
    return Agreement.objects.filter(pk__in=found)


@dataclass(frozen=True)
class Seen:
    """An agreement as one account stands to it."""

    agreement: Agreement
    standing: Standing
    memo: dict[str, Any] = field(default_factory=dict, compare=False)

    def claims(self) -> QuerySet[Claim]:
        found = Claim.objects.filter(agreement=self.agreement).select_related(
            "commitment", "period", "party", "counterpart", "indicator"
        )
        if self.standing.staff:
            return found
        return found.filter(Q(sent_at__isnull=False) | Q(party__in=self.standing.parties))


def seen(account: Who, agreement: Agreement) -> Seen:
    """Raises NotAllowed for those who are of none of its parties."""
    standing = standing_of(account, agreement)
    if not standing.parties and not standing.staff:
        raise NotAllowed(
            "results.not_for_you",
            vi="Chỉ cán bộ của các bên tham gia thỏa thuận xem được trang này.",
            en="Only officials of the agreement's parties may see this page.",
        )
    return Seen(agreement, standing)


def agreement(account: Who, code: str) -> Seen:
    found = Agreement.objects.filter(code=code).first()
    if found is None:
        raise NotFound("results.no_agreement", vi="Không có thỏa thuận này.", en="There is no such agreement.")
    return seen(account, found)


def claim(account: Who, id: uuid.UUID) -> tuple[Claim, Seen]:
    """The result and how the account stands to it. A draft of another party is not there for it."""
    found = Claim.objects.select_related(
        "agreement", "commitment", "period", "party__unit", "counterpart__unit", "indicator"
    ).filter(pk=id).first()  # fmt: skip
    if found is None:
        raise _no_claim()
    view = seen(account, found.agreement)
    if found.sent_at is None and not view.standing.staff and found.party_id not in view.standing.parties:
        raise _no_claim()
    return found, view


def _no_claim() -> NotFound:
    return NotFound("results.no_claim", vi="Không có kết quả này.", en="There is no such result.")


def period(account: Who, id: uuid.UUID) -> tuple[Period, Seen]:
    found = Period.objects.select_related("agreement").filter(pk=id).first()
    if found is None:
        raise NotFound("results.no_period", vi="Không có kỳ này.", en="There is no such period.")
    return found, seen(account, found.agreement)


def indicator(account: Who, id: uuid.UUID) -> tuple[Indicator, Seen]:
    found = Indicator.objects.select_related("agreement", "commitment", "parent").filter(pk=id).first()
    if found is None:
        raise NotFound("results.no_indicator", vi="Không có chỉ tiêu này.", en="There is no such indicator.")
    return found, seen(account, found.agreement)


def commitment(account: Who, id: uuid.UUID) -> tuple[Commitment, Seen]:
    found = Commitment.objects.select_related("agreement", "obligor", "beneficiary").filter(pk=id).first()
    if found is None:
        raise NotFound("results.no_commitment", vi="Không có cam kết này.", en="There is no such commitment.")
    return found, seen(account, found.agreement)


def may_open(account: Any, file: File) -> bool:
    """The files of results, for `papers.access.providers`: whoever sees the result sees its evidence."""
    evidence = Evidence.objects.select_related("claim").filter(file=file).first()
    if evidence is None:
        return False
    try:
        claim(account, evidence.claim_id)
    except (NotAllowed, NotFound):
        return False
    return True


# ---- what waits


def waiting_for(parties: Iterable[uuid.UUID]) -> QuerySet[Claim]:
    """Results that these parties owe an answer, the longest silence first. Not those they told themselves."""
    parties = list(parties)
    found = Claim.objects.filter(counterpart__in=parties, state=rules.SUBMITTED)
    return _named(found.exclude(party__in=parties)).order_by("waiting_since")


def to_mend(parties: Iterable[uuid.UUID]) -> QuerySet[Claim]:
    """Results of these parties that were returned or disputed."""
    return _named(Claim.objects.filter(party__in=list(parties), state__in=(rules.RETURNED, rules.DISPUTED)))


def drafts_of(parties: Iterable[uuid.UUID]) -> QuerySet[Claim]:
    """What these parties have begun to tell."""
    return _named(Claim.objects.filter(party__in=list(parties), state=rules.DRAFT))


def unanswered(parties: Iterable[uuid.UUID]) -> QuerySet[Claim]:
    """What these parties told and the other side has not answered, the longest silence first."""
    found = Claim.objects.filter(party__in=list(parties), state=rules.SUBMITTED)
    return _named(found).order_by("waiting_since")


def _named(found: QuerySet[Claim]) -> QuerySet[Claim]:
    return found.select_related("commitment", "period", "party", "counterpart", "agreement")


def parties_of(account: Who) -> frozenset[uuid.UUID]:
    """All parties, of all agreements, that the account speaks for."""
    known = account_or_none(account)
    if known is None or not known.memberships.filter(organisation__kind=Organisation.Kind.AUTHORITY).exists():
        return frozenset()
    return frozenset[uuid.UUID]().union(*(standing_of(known, each).parties for each in Agreement.objects.all()))


@dataclass(frozen=True, slots=True)
class Late:
    """A party that told no result for a commitment it owes, in a period that is due."""

    period: Period
    party: Party
    commitments: list[Commitment]
    days: int


def late_list(agreement: Agreement, today: date) -> list[Late]:
    """Parties without a submitted result for an active commitment in an open period whose due day is over."""
    due = list(agreement.periods.filter(due_on__lt=today, state=Period.State.OPEN).order_by("due_on"))
    owed = list(
        agreement.commitments.filter(state="active", obligor__isnull=False).select_related("obligor").order_by("number")
    )
    told = set(
        Claim.objects.filter(agreement=agreement, sent_at__isnull=False, period__in=due).values_list(
            "period_id", "commitment_id", "party_id"
        )
    )
    found: dict[tuple[Any, Any], Late] = {}
    for each in due:
        for row in owed:
            party = row.obligor
            begun = row.starts_on is None or row.starts_on <= each.ends_on
            if party is not None and begun and (each.pk, row.pk, party.pk) not in told:
                days = (today - each.due_on).days
                found.setdefault((each.pk, party.pk), Late(each, party, [], days)).commitments.append(row)
    return list(found.values())


def periods_of(agreement: Agreement) -> QuerySet[Period]:
    return agreement.periods.order_by("-starts_on", F("ends_on").desc())


def period_covering(agreement: Agreement, day: date) -> Period | None:
    """The shortest open period that the day lies in."""
    return (
        agreement.periods.filter(starts_on__lte=day, ends_on__gte=day, state=Period.State.OPEN)
        .order_by("-starts_on", "ends_on")
        .first()
    )


__all__ = [
    "Late",
    "Seen",
    "about",
    "agreement",
    "agreements_of",
    "claim",
    "commitment",
    "drafts_of",
    "indicator",
    "late_list",
    "may_claim",
    "may_measure",
    "may_on_period",
    "may_open",
    "organisation_of",
    "parties_of",
    "period",
    "seen",
    "side_of",
    "steps_for",
    "to_mend",
    "unanswered",
    "waiting_for",
]
