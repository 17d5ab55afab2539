"""What a report tells, gathered from the rows of programme and results in a bounded number of queries.

facts_of(agreement, starts_on, ends_on)  everything of a time; coverage_of(facts) which clauses nothing was told of
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q

from lienvung.programme.models import Agreement, Clause, Commitment, Field, Meeting, Party, Task
from lienvung.reports.models import Matter
from lienvung.results.figures import figures_of, ordered
from lienvung.results.models import Claim, Correction, Indicator, Period
from lienvung.results.rules import gathered

TOLD = ("confirmed", "submitted", "disputed", "returned")


@dataclass(frozen=True)
class Figure:
    """An indicator in the time of the report. `value`: confirmed by both sides, or frozen when the period was locked;
    `corrections`: what was changed since, by agreement of both sides or not yet."""

    indicator: Indicator
    value: Decimal | None
    waiting: Decimal | None
    target: Decimal | None = None
    frozen: bool = False
    corrections: Sequence[Correction] = ()


@dataclass(frozen=True)
class Facts:
    """All rows of one time, each list in the order in which it is printed."""

    agreement: Agreement
    starts_on: date
    ends_on: date
    parties: list[Party]
    fields: list[Field]
    clauses: list[Clause]
    commitments: list[Commitment]
    claims: list[Claim]
    meetings: list[Meeting]
    tasks: list[Task]
    figures: list[Figure]
    matters: list[Matter]
    locked: list[Period] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Covered:
    """A clause, how many commitments it has, what was told of them, and the tasks under way or done."""

    clause: Clause
    commitments: int
    claims: int
    confirmed: int
    tasks: int

    @property
    def silent(self) -> bool:
        return not self.claims and not self.tasks


def facts_of(agreement: Agreement, starts_on: date, ends_on: date, *, period: Period | None = None) -> Facts:
    commitments = list(
        agreement.commitments.exclude(state="draft")
        .select_related("clause", "field", "obligor", "beneficiary")
        .prefetch_related("agency_links__agency", "agency_links__party")
    )
    within = Q(period__starts_on__gte=starts_on, period__ends_on__lte=ends_on)
    claims = list(
        Claim.objects.filter(within, agreement=agreement, state__in=TOLD, sent_at__isnull=False)
        .select_related("party", "counterpart", "indicator", "period")
        .order_by("period__starts_on", "recorded_at", "pk")
    )
    tasks = Task.objects.filter(plan__agreement=agreement, state__in=("doing", "done")).exclude(plan__state="draft")
    tasks = tasks.filter(Q(due__isnull=True, plan__year=ends_on.year) | Q(due__range=(starts_on, ends_on)))
    return Facts(
        agreement=agreement,
        starts_on=starts_on,
        ends_on=ends_on,
        parties=list(agreement.parties.select_related("unit")),
        fields=_in_tree(list(agreement.fields.all())),
        clauses=list(agreement.clauses.filter(repealed_by__isnull=True).select_related("field")),
        commitments=commitments,
        claims=claims,
        meetings=list(
            agreement.meetings.filter(state="held", held_on__range=(starts_on, ends_on)).order_by("held_on", "title")
        ),
        tasks=list(tasks.select_related("commitment", "plan")),
        figures=_figures(agreement, claims, period),
        matters=list(
            Matter.objects.filter(agreement=agreement, raised_on__lte=ends_on)
            .filter(Q(closed_on__isnull=True) | Q(closed_on__gte=starts_on))
            .select_related("party", "addressee_party", "clause", "commitment")
            .order_by("kind", "raised_on")
        ),
        locked=[period] if period is not None and period.locked else [],
    )


def coverage_of(facts: Facts) -> list[Covered]:
    """Each clause in force with what happened under it."""
    of_clause: dict[uuid.UUID, list[Commitment]] = defaultdict(list)
    for each in facts.commitments:
        if each.clause_id is not None:
            of_clause[each.clause_id].append(each)
    told: dict[uuid.UUID, list[Claim]] = defaultdict(list)
    for claim in facts.claims:
        told[claim.commitment_id].append(claim)
    at_work: dict[uuid.UUID, int] = defaultdict(int)
    for task in facts.tasks:
        if task.commitment_id is not None:
            at_work[task.commitment_id] += 1
    found = []
    for clause in facts.clauses:
        mine = of_clause[clause.pk]
        claims = [claim for each in mine for claim in told[each.pk]]
        confirmed = sum(claim.state == "confirmed" for claim in claims)
        found.append(Covered(clause, len(mine), len(claims), confirmed, sum(at_work[each.pk] for each in mine)))
    return found


def _in_tree(fields: Sequence[Field]) -> list[Field]:
    """Parents before their children, siblings in their order."""
    below: dict[uuid.UUID | None, list[Field]] = defaultdict(list)
    for each in fields:
        below[each.parent_id].append(each)
    found: list[Field] = []

    def walk(parent: uuid.UUID | None) -> None:
        for each in below[parent]:
            found.append(each)
            walk(each.pk)

    walk(None)
    return found


def _figures(agreement: Agreement, claims: Sequence[Claim], period: Period | None) -> list[Figure]:
    """Of a period as the room of results tells them; of a longer time from its confirmed results."""
    if period is not None:
        return [
            Figure(
                each.indicator, each.value, each.waiting, each.target, each.frozen is not None, list(each.corrections)
            )
            for each in ordered(figures_of(period))
        ]
    values: dict[tuple[uuid.UUID, bool], list[tuple[date, Decimal]]] = defaultdict(list)
    for claim in claims:
        if claim.indicator_id is not None and claim.value is not None and claim.state in ("confirmed", "submitted"):
            day = claim.happened_on or claim.period.ends_on
            values[claim.indicator_id, claim.state == "confirmed"].append((day, claim.value))
    return [
        Figure(each, gathered(each.gathering, values[each.pk, True]), gathered(each.gathering, values[each.pk, False]))
        for each in agreement.indicators.all()
    ]
