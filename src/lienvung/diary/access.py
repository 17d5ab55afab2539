"""The readers' door of the diary.

Its organisation's people see all of it, officials what its events tell them anyway (`ledger.access`): what was done,
with what, when. The free words and the photos of a line are in no event. They are read by the organisation's people
and by officials of the provinces concerned, as notes of cases are: the province in which the unit lies, and those to
which goods cut from it came. Lists, which would have to trace each line, keep to the province in which the unit lies.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from lienvung.catalogue.models import Place
from lienvung.diary.models import Entry, Unit
from lienvung.epcis import EventType
from lienvung.errors import Invalid, NotFound
from lienvung.gs1 import canonical_uri
from lienvung.ledger import waiting
from lienvung.ledger.events import history
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.trace import recall_scope
from lienvung.ledger.waiting import Waiting
from lienvung.lineage.facts import ints
from lienvung.people.access import account_or_none, is_official, is_official_of, may_record, organisations_of
from lienvung.people.models import Organisation
from lienvung.registry import Growing
from lienvung.registry.matching import tokens
from lienvung.territory.models import AdminUnit

RECENT = 6  # materials that a form offers
LOOKED_AT = 200  # latest entries in which they are looked for
CHUNK = 400
READ_WITH = ("unit__place__unit", "unit__organisation__unit", "organisation", "recorded_by")
MOST_EVENTS = 200  # of a lot, in which its harvests are looked for


def units(account: Any) -> QuerySet[Unit]:
    """The plots, herds, ponds and hives that an account sees."""
    known = account_or_none(account)
    found = Unit.objects.select_related("organisation", "place")
    if known is None:
        return found.none()
    if is_official(known) or known.is_staff:
        return found
    return found.filter(organisation__in=organisations_of(known))


def unit(account: Any, id: uuid.UUID) -> Unit | None:
    return units(account).filter(pk=id).first()


def may_write(account: Any, organisation: Organisation) -> bool:
    return may_record(account, organisation)


def entries(account: Any) -> QuerySet[Entry]:
    """The lines that an account sees, latest first."""
    seen = units(account).values("pk")
    return Entry.objects.select_related(*READ_WITH).filter(unit__in=seen)


def entry(account: Any, id: uuid.UUID) -> Entry | None:
    return entries(account).filter(pk=id).first()


def may_read_notes(account: Any, entry: Entry) -> bool:
    """May `account` read the free words of a line, and see its photo?"""
    if entry.unit_id in units_with_notes(account, [entry]):
        return True
    return is_official(account) and any(is_official_of(account, land) for land in _came_to(entry.thing))


def units_with_notes(account: Any, found: Iterable[Entry]) -> set[uuid.UUID]:
    """Those units of these lines whose notes the account reads without asking where their goods went."""
    told = {each.unit_id: each.unit for each in found}
    known = account_or_none(account)
    if known is None:
        return set()
    own = set(organisations_of(known).values_list("pk", flat=True))
    lands = {pk: each.place.unit or each.organisation.unit for pk, each in told.items()}
    official = {land: is_official_of(known, land) for land in set(lands.values())}
    return {pk for pk, each in told.items() if known.is_staff or each.organisation_id in own or official[lands[pk]]}


def _came_to(thing: str) -> set[AdminUnit]:
    """Where the registered places lie at which what came of a thing is now, or was seen last."""
    try:
        scope = recall_scope(thing)
    except (NotFound, Invalid):
        return set()
    names = scope.source.uris(
        ints(sorted({*scope.places.loc.tolist(), *(each.place for each in scope.parcels)} - {-1}))
    )
    glns = {name.partition("/414/")[2].partition("/")[0] for name in names} - {""}
    reached = Place.objects.select_related("unit", "owner__unit").filter(gln__in=glns)
    return {land for each in reached if (land := each.unit or each.owner.unit) is not None}


def diary_of(account: Any, *, unit: Unit | None = None, lot: str = "", season: str | None = None) -> QuerySet[Entry]:
    """The diary of a unit (of one season), or what was done to a lot itself."""
    found = entries(account)
    if unit is not None:
        found = found.filter(unit=unit)
    if lot:
        found = found.filter(lot=lot)
    return found if season is None else found.filter(season=season)


def seasons_of(unit: Unit) -> list[str]:
    """The seasons there are entries of, and the one that is on, newest first."""
    told = unit.entries.order_by("-at").values_list("season", flat=True)
    return list(dict.fromkeys([unit.season, *told]))


def wrong(found: Iterable[Entry]) -> set[uuid.UUID]:
    """Those of these lines whose event was declared wrong, whoever did it and through whichever door."""
    by_event = {each.event_id: each.pk for each in found}
    names = list(by_event)
    return {
        by_event[name]
        for start in range(0, len(names), CHUNK)
        for (name,) in rows(
            "SELECT DISTINCT i.event_id FROM ledger_event_id i JOIN ledger_void v ON v.rid = i.rid AND "
            f"v.declared_by <> v.rid WHERE i.event_id IN {marks(names[start : start + CHUNK])}",
            names[start : start + CHUNK],
        )
    }


def recent_materials(organisation: Organisation, activity: str) -> list[str]:
    """What was used for this work lately, most recent first: offered so that nobody types it twice."""
    used = Entry.objects.filter(organisation=organisation, activity=activity, corrected_at=None).exclude(material="")
    latest = used.order_by("-recorded_at").values_list("material", flat=True)[:LOOKED_AT]
    return list(dict.fromkeys(latest))[:RECENT]


def about(unit: Unit) -> tuple[str, ...]:
    """Every identifier under which a treatment may hold what grows in a unit: the crop, the unit, the whole place."""
    return tuple(dict.fromkeys((unit.uri, unit.base_uri, unit.place.uri)))


def waiting_of(unit: Unit, *, at: datetime | None = None) -> list[Waiting]:
    """The waiting periods in force on what grows in a unit, that which ends last first; from the whole ledger."""
    found = waiting.periods(about(unit), at=at)
    told = {each.digest: each for periods in found.values() for each in periods}
    return sorted(told.values(), key=lambda each: (each.until, each.treated), reverse=True)


def waiting_units(found: Sequence[Unit], *, at: datetime | None = None) -> dict[uuid.UUID, Waiting]:
    """Of these units those that wait, with the period that ends last."""
    asked = {each.pk: about(each) for each in found}
    told = waiting.waiting_until({uri for uris in asked.values() for uri in uris}, at=at)
    held = {pk: [told[uri] for uri in uris if uri in told] for pk, uris in asked.items()}
    return {pk: max(periods, key=lambda each: each.until) for pk, periods in held.items() if periods}


def growing(organisation: Any) -> list[Growing]:
    """What an organisation (its id) can harvest from."""
    found = Unit.objects.select_related("place").filter(organisation=organisation, closed_on=None)
    return [
        Growing(each.uri, each.name, each.kind, each.place.gln, each.species, about(each))
        for each in found.order_by("name", "giai")
    ]


def whose(uri: str) -> uuid.UUID | None:
    """The organisation (its id) of the unit that a GIAI names, or of which it names a season's crop."""
    giai = uri.rpartition("/8004/")[2]
    named = {giai, giai.rpartition("-")[0]} - {""}
    return Unit.objects.filter(giai__in=named).values_list("organisation", flat=True).first()


def open_units(account: Any) -> QuerySet[Unit]:
    return units(account).filter(closed_on=None)


def units_named(account: Any, query: str) -> QuerySet[Unit]:
    """Units with these words in name, code, species or organisation, whatever their marks."""
    found = units(account)
    for token in tokens(query):
        found = found.filter(search_text__contains=token)
    return found


def own_units(account: Any) -> QuerySet[Unit]:
    """Those of the account's own organisations; officials have none."""
    found = Unit.objects.select_related("organisation", "place").filter(closed_on=None)
    return found.filter(organisation__in=organisations_of(account))


def behind_lot(account: Any, uri: str) -> list[Entry]:
    """What was done to a lot itself, and to what it was cut from until it was cut; of what the account sees."""
    cut = cut_from(uri)
    wanted = Q(lot=uri)
    for thing, moment in cut.items():
        wanted |= Q(thing=thing, at__lte=moment)
    return list(entries(account).filter(wanted, corrected_at=None)[:CHUNK])


def cut_from(uri: str) -> dict[str, datetime]:
    """What the ledger says a lot was harvested from (GIAI), each with the last moment of it."""
    found: dict[str, datetime] = {}
    for event in history(uri, limit=MOST_EVENTS):
        if event.type is not EventType.TRANSFORMATION or event.declared_wrong_by is not None:
            continue
        body = event.value()
        named = [each.get("epcClass") for each in body.get("outputQuantityList", [])] + body.get("outputEPCList", [])
        if uri not in map(_canonical, named):
            continue
        at = datetime.fromtimestamp(event.time_ms / 1000, UTC)
        for thing in map(_canonical, body.get("inputEPCList", [])):
            if "/8004/" in thing:
                found[thing] = max(at, found.get(thing, at))
    return found


def _canonical(uri: Any) -> str:
    try:
        return canonical_uri(str(uri))
    except Invalid:
        return ""
