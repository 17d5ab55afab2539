"""The readers' door of the control room: who sees what of establishments, inspections and findings.

Written rule (ASVS 5.0 8.1.1):
- Everybody: that a place is under control, its grades with their dates.
- The establishment's own people: its whole record, inspections once the inspector has signed, findings; those who
  may record for the organisation sign for it and answer findings.
- Officials of every province: the records of all establishments, read only.
- Officials of the establishment's own province: they act on it, unless they are people of the establishment too.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from lienvung.catalogue.models import Place
from lienvung.control import words
from lienvung.control.models import (
    Breach,
    Commitment,
    Establishment,
    Finding,
    Grade,
    Inspection,
    Photo,
    Plan,
    PlanRow,
)
from lienvung.errors import NotFound
from lienvung.people.access import Who, account_or_none, is_official, may_record, organisations_of, role_in
from lienvung.people.models import Account, Organisation
from lienvung.registry.matching import tokens
from lienvung.territory.access import convert, province_of

PLACE = ("place", "place__unit", "place__unit__parent", "place__owner", "place__owner__unit")
OF = ("establishment", *(f"establishment__{each}" for each in PLACE))


def province_code(place: Place) -> str:
    """The province a place lies in today: by its own unit, otherwise its owner's; '' when neither is known."""
    province = province_of(place.unit or place.owner.unit)
    if province is None:
        return ""
    now = convert(province).unit
    return (now or province).code


def provinces_of(account: Who) -> list[str]:
    """The provinces for whose authorities `account` acts."""
    known = account_or_none(account)
    if known is None:
        return []
    own = organisations_of(known).filter(kind=Organisation.Kind.AUTHORITY, unit__level="province")
    return sorted({code for code in own.values_list("unit__code", flat=True) if code})


def authority_of(account: Account | None, province: str) -> Organisation | None:
    """The authority of the province in whose name `account` acts."""
    if account is None:
        return None
    own = organisations_of(account).filter(kind=Organisation.Kind.AUTHORITY, unit__level="province")
    return own.filter(unit__code=province).order_by("name").first()


def may_act(account: Who, establishment: Establishment) -> bool:
    """Officials of its province, unless they belong to the establishment themselves."""
    if not establishment.province or not is_official(account, province=establishment.province):
        return False
    return role_in(account, establishment.owner) is None


def may_see(account: Who, establishment: Establishment) -> bool:
    """The whole record: officials of every province, and the establishment's own people."""
    return is_official(account) or role_in(account, establishment.owner) is not None


def may_answer(account: Who, establishment: Establishment) -> bool:
    """May `account` sign for the establishment and report corrections?"""
    return may_record(account, establishment.owner)


def may_see_inspection(account: Who, inspection: Inspection) -> bool:
    """Officials always; the establishment's people once the inspector has signed."""
    if is_official(account):
        return True
    return inspection.state != Inspection.State.OPEN and role_in(account, inspection.establishment.owner) is not None


def establishments(query: str = "", *, province: str = "", risk: str = "") -> QuerySet[Any]:
    """Establishments by words, each with its latest result: `last_vi`, `last_en`, `last_tone`, `last_on`, `next_by`."""
    last = Grade.objects.filter(establishment=OuterRef("pk")).order_by("-graded_on", "-recorded_at")
    found = Establishment.objects.select_related(*PLACE).annotate(
        last_vi=Subquery(last.values("result_vi")[:1]),
        last_en=Subquery(last.values("result_en")[:1]),
        last_tone=Subquery(last.values("tone")[:1]),
        last_on=Subquery(last.values("graded_on")[:1]),
        next_by=Subquery(last.values("next_visit_by")[:1]),
    )
    for token in tokens(query):
        found = found.filter(place__search_text__contains=token)
    if province:
        found = found.filter(province=province)
    return found.filter(risk=risk) if risk else found


def establishment(id: uuid.UUID) -> Establishment:
    found = Establishment.objects.select_related(*PLACE).filter(pk=id).first()
    if found is None:
        raise NotFound("control.no_establishment", vi="Không có cơ sở này.", en="There is no such establishment.")
    return found


def of_owner(organisation: Organisation) -> QuerySet[Any]:
    return establishments().filter(place__owner=organisation)


def own_establishments(account: Who) -> QuerySet[Any]:
    return establishments().filter(place__owner__in=organisations_of(account))


def visits_due(province: Iterable[str], by: date) -> QuerySet[Any]:
    """Establishments whose next visit by their last result is due by the day, and those never graded."""
    found = establishments().filter(province__in=list(province), in_operation=True)
    due = Q(next_by__lte=by) | Q(last_on__isnull=True)  # what `establishments` adds to each
    return found.filter(due).order_by("next_by", "place__name")


def grades_of(establishment: Establishment) -> QuerySet[Grade]:
    return establishment.grades.select_related("authority", "inspection")


def commitments(*, provinces: Iterable[str] | None = None) -> QuerySet[Commitment]:
    """The latest commitment of each establishment, those that end first in front."""
    newest = Commitment.objects.filter(establishment=OuterRef("establishment")).order_by("-signed_on").values("pk")[:1]
    found = Commitment.objects.select_related(*OF).prefetch_related("breaches")
    found = found.filter(pk=Subquery(newest)).order_by("ends_on")
    return found if provinces is None else found.filter(establishment__province__in=list(provinces))


def uncommitted(provinces: Iterable[str]) -> QuerySet[Any]:
    """Small establishments in operation that never signed a commitment."""
    found = establishments().filter(province__in=list(provinces), in_operation=True, scale__in=words.SMALL)
    return found.filter(commitments=None)


def commitments_of(establishment: Establishment) -> QuerySet[Commitment]:
    return establishment.commitments.prefetch_related("breaches")


def commitment(id: uuid.UUID) -> Commitment:
    found = Commitment.objects.select_related(*OF).filter(pk=id).first()
    if found is None:
        raise NotFound("control.no_commitment", vi="Không có bản cam kết này.", en="There is no such commitment.")
    return found


def breaches_of(commitment: Commitment) -> QuerySet[Breach]:
    return commitment.breaches.all()


def provinces() -> list[str]:
    """Those that have establishments."""
    return list(Establishment.objects.order_by("province").values_list("province", flat=True).distinct())


def plans() -> QuerySet[Any]:
    """Each with `planned`, its visits, and `done`, those whose inspection is signed."""
    signed = Q(rows__inspections__state=Inspection.State.SIGNED)
    planned = Count("rows", distinct=True)
    counted = Plan.objects.annotate(planned=planned, done=Count("rows", filter=signed, distinct=True))
    return counted.select_related("authority").order_by("-year", "province")


def plan(id: uuid.UUID) -> Any:
    found = plans().filter(pk=id).first()
    if found is None:
        raise NotFound("control.no_plan", vi="Không có kế hoạch này.", en="There is no such plan.")
    return found


def planned_visits(provinces: Iterable[str]) -> QuerySet[Any]:
    """Planned visits of the provinces, newest plan first; `done_on`: the day of the signed inspection made for it."""
    done = Inspection.objects.filter(plan_row=OuterRef("pk"), state=Inspection.State.SIGNED)
    rows = PlanRow.objects.select_related("plan", *OF).filter(plan__province__in=list(provinces))
    rows = rows.annotate(done_on=Subquery(done.order_by("visited_on").values("visited_on")[:1]))
    return rows.order_by("-plan__year", "month", "-score", "establishment__place__name")


def rows_of(plan: Plan) -> QuerySet[Any]:
    """The visits of a plan by month, as `planned_visits` gives them."""
    return planned_visits([plan.province]).filter(plan=plan)


def plan_row(id: uuid.UUID) -> PlanRow:
    found = PlanRow.objects.select_related("plan", *OF).filter(pk=id).first()
    if found is None:
        raise NotFound("control.no_row", vi="Kế hoạch không có dòng này.", en="The plan has no such row.")
    return found


def planned_visit(establishment: Establishment, year: int) -> PlanRow | None:
    """The first visit of the approved plan of the year that no inspection has been made for."""
    made = Inspection.objects.filter(plan_row=OuterRef("pk"))
    rows = establishment.plan_rows.filter(plan__year=year, plan__state=Plan.State.APPROVED)
    return rows.filter(~Exists(made)).order_by("month").first()


def inspections(*, provinces: Iterable[str] | None = None) -> QuerySet[Inspection]:
    found = Inspection.objects.select_related("authority", "again_of", *OF)
    return found if provinces is None else found.filter(establishment__province__in=list(provinces))


def shown_to(account: Who, found: QuerySet[Inspection]) -> QuerySet[Inspection]:
    """Those of an establishment that one sees at all: its people are not told of a visit under way."""
    return found if is_official(account) else found.exclude(state=Inspection.State.OPEN)


def inspection(id: uuid.UUID) -> Inspection:
    found = inspections().filter(pk=id).first()
    if found is None:
        raise NotFound("control.no_inspection", vi="Không có cuộc kiểm tra này.", en="There is no such inspection.")
    return found


def open_inspection(establishment: Establishment) -> Inspection | None:
    return establishment.inspections.filter(state=Inspection.State.OPEN).first()


def for_planning(province: str) -> QuerySet[Any]:
    """Establishments in operation with what a plan is made of, in one query: a province has tens of thousands."""
    own = {"establishment": OuterRef("pk")}
    last = Grade.objects.filter(**own).order_by("-graded_on", "-recorded_at")
    signed = Inspection.objects.filter(**own, state=Inspection.State.SIGNED).order_by("-visited_on")
    standing = Finding.objects.filter(**own, state__in=Finding.STANDING).order_by()
    counted = standing.values("establishment").annotate(number=Count("pk"), latest=Max("due_on"))
    known: QuerySet[Any] = establishments(province=province).annotate(
        last_failing=Subquery(last.values("failing")[:1]),
        last_months=Subquery(last.values("months_to_next")[:1]),
        last_visited=Subquery(signed.values("visited_on")[:1]),
        committed=Exists(Commitment.objects.filter(**own)),
        standing=Subquery(counted.values("number")[:1]),
        latest_due=Subquery(counted.values("latest")[:1]),
    )
    return known.filter(in_operation=True)


def answers_with_earlier(inspection: Inspection) -> dict[str, str]:
    """Item → answer; a re-inspection starts from what the inspection before it found."""
    earlier = answers_with_earlier(inspection.again_of) if inspection.again_of else {}
    return earlier | dict(inspection.answers.values_list("item", "answer"))


def findings(*, provinces: Iterable[str] | None = None, standing: bool = False) -> QuerySet[Finding]:
    found = Finding.objects.select_related("inspection", *OF)
    if provinces is not None:
        found = found.filter(establishment__province__in=list(provinces))
    return found.filter(state__in=Finding.STANDING) if standing else found


def overdue(today: date, *, provinces: Iterable[str] | None = None) -> QuerySet[Finding]:
    return findings(provinces=provinces, standing=True).filter(due_on__lt=today)


def finding(id: uuid.UUID) -> Finding:
    found = findings().filter(pk=id).first()
    if found is None:
        raise NotFound("control.no_finding", vi="Không có lỗi này.", en="There is no such finding.")
    return found


def own_findings(account: Who) -> QuerySet[Finding]:
    """Findings that the account's organisations have to put right."""
    return findings(standing=True).filter(establishment__place__owner__in=organisations_of(account))


def waiting_for(account: Who) -> QuerySet[Inspection]:
    """Inspections that wait for a signature of the account's organisations."""
    own = organisations_of(account)
    return inspections().filter(state=Inspection.State.WAITING, establishment__place__owner__in=own)


def renewals(today: date, days: int, *, provinces: Iterable[str] | None = None) -> QuerySet[Commitment]:
    """Commitments overdue or ending within the days."""
    return commitments(provinces=provinces).filter(ends_on__lte=today + timedelta(days=days))


def photo(id: uuid.UUID) -> Photo:
    found = Photo.objects.select_related("inspection", *(f"inspection__{each}" for each in OF)).filter(pk=id).first()
    if found is None:
        raise NotFound("control.no_photo", vi="Không có ảnh này.", en="There is no such photo.")
    return found
