"""The readers' door of the laboratory room, and who may order, test, hold, release and answer."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count, Q, QuerySet

from lienvung.catalogue.models import Product
from lienvung.lab.models import Alarm, Hold, Limit, PlanLine, Release, Result, Sample
from lienvung.people.access import account_or_none, is_official, organisations_of, recording_organisations, role_in
from lienvung.people.models import Account, Membership, Organisation
from lienvung.territory.access import province_of

QUALITY_ROLES = ("manager", "inspector")  # of a producer: its quality officer
LABORATORY = Organisation.Kind.LABORATORY
AUTHORITY = Organisation.Kind.AUTHORITY
_GOODS = ("producer", "producer__unit", "producer__unit__parent", "producer__unit__parent__parent")


def product_of(gtin: str) -> Product | None:
    units = ("owner__unit", "owner__unit__parent", "owner__unit__parent__parent")
    return Product.objects.select_related("owner", *units).filter(gtin=gtin).first()


def gtin_of(lot: str) -> str:
    return lot.partition("/01/")[2].partition("/")[0]


def province_code(organisation: Organisation | None) -> str:
    province = province_of(organisation.unit) if organisation else None
    return province.code if province else ""


def provinces_of(account: Any) -> set[str]:
    """The codes of the provinces in whose authorities the account is."""
    known = account_or_none(account)
    if known is None:
        return set()
    found = Membership.objects.filter(account=known, organisation__kind=AUTHORITY)
    return {code for code in found.values_list("organisation__unit__code", flat=True) if code}


def authority_of(account: Any, producer: Organisation | None) -> Organisation | None:
    """The authority in whose name an official acts on goods of this producer: that of the producer's province.

    Where the producer is not ours, any authority of the account's.
    """
    known = account_or_none(account)
    found = Organisation.objects.filter(memberships__account=known, kind=AUTHORITY) if known else None
    if found is None:
        return None
    if producer is not None:
        found = found.filter(unit__level="province", unit__code=province_code(producer) or "-")
    return found.order_by("name").first()


def may_decide(account: Any, producer: Organisation | None) -> bool:
    """An official of the producer's province; where the producer is not ours, any official."""
    return authority_of(account, producer) is not None


def orderer_of(account: Any, producer: Organisation | None) -> Organisation | None:
    """In whose name the account may order a test of this producer's goods: its authority, or the producer itself."""
    authority = authority_of(account, producer)
    if authority is not None:
        return authority
    return producer if producer is not None and role_in(account, producer) in QUALITY_ROLES else None


def planners_of(account: Any) -> QuerySet[Organisation]:
    """The organisations whose sampling plan the account may write: its authorities, producers it is an officer of."""
    known = account_or_none(account)
    if known is None:
        return Organisation.objects.none()
    officer = Q(kind=AUTHORITY) | Q(memberships__account=known, memberships__role__in=QUALITY_ROLES)
    return Organisation.objects.filter(officer, memberships__account=known).exclude(kind=LABORATORY).distinct()


def may_order_something(account: Any) -> bool:
    return planners_of(account).exists()


def laboratories() -> QuerySet[Organisation]:
    return Organisation.objects.filter(kind=LABORATORY)


def may_test(account: Any, sample: Sample) -> bool:
    """A member of the laboratory that got the sample."""
    return recording_organisations(account).filter(pk=sample.laboratory_id, kind=LABORATORY).exists()


def may_handle(account: Any, sample: Sample) -> bool:
    """May tell of the sample's custody: who ordered it, whose goods they are, who tests it."""
    return may_test(account, sample) or may_take(account, sample)


def may_take(account: Any, sample: Sample) -> bool:
    """May take the sample: the orderer's people, or an official of the goods' province."""
    orderer = role_in(account, sample.orderer) is not None
    return orderer or may_decide(account, sample.producer)


def _seen(account: Any) -> Q:
    """Officials see all of it (a chain crosses provinces); the others what concerns their organisations."""
    own = organisations_of(account).values("pk")
    return Q(producer__in=own) | Q(orderer__in=own) | Q(laboratory__in=own)


def samples(account: Any) -> QuerySet[Sample]:
    found = Sample.objects.select_related(*_GOODS, "orderer", "laboratory", "place", "twin_of")
    if account_or_none(account) is None:
        return found.none()
    return found if is_official(account) else found.filter(_seen(account))


def sample(account: Any, code: str) -> Sample | None:
    return samples(account).filter(code=code).first()


def sample_at_its_laboratory(account: Any, code: str) -> Sample | None:
    return samples(account).filter(code=code, laboratory__in=recording_organisations(account)).first()


def results_of(sample: Sample) -> QuerySet[Result]:
    return sample.results.select_related("limit", "confirmed_by", "replaces", "replaced_by")


def result(sample: Sample, id: uuid.UUID) -> Result | None:
    return results_of(sample).filter(pk=id).first()


def samples_of_lot(account: Any, lot_uri: str) -> list[Sample]:
    """Samples of a lot with their confirmed results that stand, for those who may see them."""
    found = samples(account).filter(lot_uri=lot_uri)[:20]
    return list(found)


def standing_results(sample: Sample) -> list[Result]:
    """Confirmed results that no correction replaces."""
    told = results_of(sample).filter(confirmed_at__isnull=False)
    return list(told.exclude(replaced_by__confirmed_at__isnull=False))


def plan(*, year: int) -> QuerySet[Any]:  # of PlanLine, with `ordered`, `taken`, `done` counted
    found = PlanLine.objects.select_related("planner", "place", "unit").filter(year=year)
    return found.annotate(
        ordered=Count("samples"),
        taken=Count("samples", filter=~Q(samples__state=Sample.State.ORDERED)),
        done=Count("samples", filter=Q(samples__state=Sample.State.DONE)),
    )


def plan_line(id: uuid.UUID) -> PlanLine | None:
    return PlanLine.objects.select_related("planner").filter(pk=id).first()


def plan_lines_of(account: Any) -> QuerySet[PlanLine]:
    return PlanLine.objects.filter(planner__in=planners_of(account))


def limits() -> QuerySet[Limit]:
    """The whole table, past and future rows too: it is public."""
    return Limit.objects.all()


def may_see_hold(account: Any, hold: Hold) -> bool:
    known = account_or_none(account)
    return known is not None and holds(known).filter(pk=hold.pk).exists()


def holds(account: Any, *, in_force: bool = False) -> QuerySet[Hold]:
    """Officials see all holds; the others those of their own goods or of samples they ordered or tested."""
    found = Hold.objects.select_related(*_GOODS, "authority", "result", "result__sample")
    if in_force:
        found = found.filter(state=Hold.State.IN_FORCE)
    if account_or_none(account) is None:
        return found.none()
    if is_official(account):
        return found
    own = organisations_of(account).values("pk")
    concerned = Q(producer__in=own) | Q(result__sample__orderer__in=own) | Q(result__sample__laboratory__in=own)
    return found.filter(concerned | Q(alarms__holder__in=own)).distinct()


def hold(account: Any, id: uuid.UUID) -> Hold | None:
    return holds(account).filter(pk=id).first()


def releases_of(hold: Hold) -> QuerySet[Release]:
    return hold.releases.select_related("authority")


def alarms(account: Any, *, unanswered: bool = False) -> QuerySet[Alarm]:
    """Officials of the provinces concerned see an alarm, and the people of whoever has the goods or made them."""
    found = Alarm.objects.select_related("hold", "holder", "producer").prefetch_related("provinces")
    if unanswered:
        found = found.filter(answered_at__isnull=True)
    if account_or_none(account) is None:
        return found.none()
    own = organisations_of(account).values("pk")
    concerned = Q(holder__in=own) | Q(producer__in=own)
    if is_official(account):
        concerned |= Q(provinces__code__in=provinces_of(account)) | Q(provinces__isnull=True)
    return found.filter(concerned).distinct()


def alarm(account: Any, id: uuid.UUID) -> Alarm | None:
    return alarms(account).filter(pk=id).first()


def may_answer(account: Any, alarm: Alarm) -> bool:
    """Officials of a province concerned, and whoever has the goods: not the producer, who did not move them."""
    if role_in(account, alarm.holder) is not None:
        return True
    codes = {each.code for each in alarm.provinces.all()}
    return bool(provinces_of(account) & codes) if codes else is_official(account)


def is_laboratory(account: Account) -> bool:
    return organisations_of(account).filter(kind=LABORATORY).exists()
