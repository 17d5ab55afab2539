"""The readers' door of tasks: for whom and where a person works, which tasks that gives, what was done lately."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from lienvung import registry
from lienvung.catalogue.access import places
from lienvung.catalogue.models import Lot, Place, Product
from lienvung.field import rules
from lienvung.field.models import Desk, Submission, TaskChoice
from lienvung.field.rules import Task
from lienvung.ledger.stock import stock_at
from lienvung.people.access import (
    account_or_none,
    is_official,
    may_manage,
    may_record,
    organisations_of,
    recording_organisations,
)
from lienvung.people.models import Organisation

MOST_PRODUCTS = 200


def tasks_of(organisation: Organisation) -> tuple[Task, ...]:
    """The tasks of an organisation, as its managers chose them or as its kind has them."""
    chosen = TaskChoice.objects.filter(organisation=organisation).first()
    return rules.tasks_of(organisation.kind, chosen.tasks if chosen else None)


def working_organisations(account: Any) -> QuerySet[Organisation]:
    """Those for which `account` may do tasks: it records for them, and they are no authority."""
    return recording_organisations(account).exclude(kind=Organisation.Kind.AUTHORITY).order_by("name")


def may_work(account: Any, organisation: Organisation) -> bool:
    return may_record(account, organisation) and organisation.kind != Organisation.Kind.AUTHORITY


def may_choose_tasks(account: Any, organisation: Organisation) -> bool:
    return may_manage(account, organisation)


def places_of(organisation: Organisation) -> QuerySet[Place]:
    return places(owner=organisation).order_by("name")


def desk_of(account: Any) -> Desk | None:
    """Where the person works: as last chosen, else the only choice there is; None: he has to choose."""
    known = account_or_none(account)
    if known is None:
        return None
    found = Desk.objects.select_related("organisation", "place", "place__owner").filter(account=known).first()
    if found is not None and may_work(known, found.organisation) and found.place.owner_id == found.organisation_id:
        return found
    organisations = list(working_organisations(known)[:2])
    if len(organisations) == 1:
        choices = list(places_of(organisations[0])[:2])
        if len(choices) == 1:
            return Desk(account=known, organisation=organisations[0], place=choices[0])
    return None


def products_of(organisation: Organisation) -> list[Product]:
    return list(Product.objects.filter(owner=organisation).order_by("name")[:MOST_PRODUCTS])


def submission(account: Any, task_id: uuid.UUID) -> Submission | None:
    """A task done, for the people of its organisation and officials."""
    found = Submission.objects.select_related("organisation", "place", "done_by").filter(pk=task_id)
    if not is_official(account):
        found = found.filter(organisation__in=organisations_of(account))
    return found.first()


def recent(organisation: Organisation, limit: int = 8) -> list[Submission]:
    return list(
        Submission.objects.filter(organisation=organisation)
        .select_related("place", "done_by")
        .order_by("-recorded_at")[:limit]
    )


def product_of(organisation: Organisation, gtin: str) -> Product | None:
    return Product.objects.filter(owner=organisation, gtin=gtin).first() if gtin else None


def proposed_number(desk: Desk, name: str) -> str:
    """A number that no lot of the organisation has yet, for a form whose product is not chosen."""
    stem = rules.lot_stem(gln=desk.place.gln, product=name, day=timezone.localdate())
    taken = Lot.objects.filter(product__owner=desk.organisation, number__startswith=stem)
    return rules.next_number(stem, set(taken.values_list("number", flat=True)), rules.mark_of(desk.account_id))


def plots_of(organisation: Organisation) -> list[tuple[str, str]]:
    """What grows at the organisation's places: the GIAI, and its name with what grows there.

    A plot that no diary names goes by its number and its place.
    """
    names = {place.uri: place.name for place in places_of(organisation)}
    kept = {each.uri: each for provider in registry.growing for each in provider.growing(organisation.pk)}
    found = stock_at(list(names))
    return [
        (each.uri, _plot_words(each.uri, kept.get(each.uri), names[each.place]))
        for each in found
        if each.kind == "asset" and each.place in names
    ][:MOST_PRODUCTS]


def _plot_words(uri: str, kept: registry.Growing | None, place: str) -> str:
    if kept is None:
        return f"{uri.rsplit('/', 1)[-1]} ({place})"
    return f"{kept.name} ({kept.species})" if kept.species else kept.name
