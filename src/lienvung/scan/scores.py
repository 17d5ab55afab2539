"""Completeness of lots, from what the catalogue and the journeys tell; no query is made for an item of its own.

A lot's journey ends where its packs get codes of their own, so that of the first serial issued for it is joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lienvung.catalogue.models import Lot, Place
from lienvung.ledger import trace
from lienvung.lineage.completeness import Deed, Item, KnownOfLot, Score, State, score
from lienvung.people.models import Organisation
from lienvung.scan import access, details, minimum, rules
from lienvung.scan.details import Facts
from lienvung.texts import Text

PER_PAGE = 100  # a journey is walked for each
COLUMNS = ("product", "gtin", "lot", "owner", "score", "present", "applicable", "stages", "missing", "missing_vi")


@dataclass(frozen=True, slots=True)
class LotScore:
    """A lot, its score, and the organisations of its chain."""

    lot: Lot
    score: Score
    chain: frozenset[str]  # uuids
    uri: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Items that the same party can supply."""

    who: Text
    known: tuple[str, ...]
    items: tuple[Item, ...]


def scores_of(lots: Sequence[Lot]) -> list[LotScore]:
    """The scores of lots in their order; places and organisations are read once for all of them."""
    items = access.first_serials(lots)
    journeys = [_steps(lot, items.get(lot.pk, "")) for lot in lots]
    every = [step for steps in journeys for step in steps]
    places = access.places_of(frozenset(step.place for step in every if step.place))
    senders = access.organisations_by_id({step.submitter for step in every if step.submitter})
    return [_score(lot, steps, places, senders) for lot, steps in zip(lots, journeys, strict=True)]


def worst_first(found: Iterable[LotScore]) -> list[LotScore]:
    return sorted(found, key=lambda one: (one.score.percent, one.lot.product.name, one.lot.number))


def asked_of(result: Score) -> list[Asked]:
    """What is missing, by who can supply it."""
    groups: dict[tuple[Text, tuple[str, ...]], list[Item]] = {}
    for item in result.missing:
        groups.setdefault((item.supplier, item.known), []).append(item)
    return [Asked(who, known, tuple(items)) for (who, known), items in groups.items()]


def as_json(found: LotScore) -> dict[str, Any]:
    result = found.score
    return {
        "lot": found.uri,
        "score": result.percent,
        "present": result.present,
        "applicable": result.of,
        "stages": {"recorded": result.stages_recorded, "of": len(result.stages)},
        "items": [
            {
                "key": item.key,
                "name": {"vi": item.name.vi, "en": item.name.en},
                "state": str(item.state),
                "certainty": item.certainty,
                **({"number": item.number} if item.number else {}),
                **(
                    {"supplier": {"vi": item.supplier.vi, "en": item.supplier.en, "known": list(item.known)}}
                    if item.state is State.MISSING
                    else {}
                ),
            }
            for item in result.items
        ],
    }


def rows_of(found: Iterable[LotScore]) -> list[tuple[Any, ...]]:
    """The lines of the list as a file, by COLUMNS."""
    return [
        (
            one.lot.product.name, one.lot.product.gtin, one.lot.number, one.lot.product.owner.name, one.score.percent,
            one.score.present, one.score.of, f"{one.score.stages_recorded}/{len(one.score.stages)}",
            " ".join(item.key for item in one.score.missing), "; ".join(item.name.vi for item in one.score.missing),
        )
        for one in found
    ]  # fmt: skip


def _steps(lot: Lot, serial: str) -> list[trace.Step]:
    own = trace.journey(lot.uri)
    if not serial:
        return own
    seen = {step.event_id for step in own}
    return [*own, *(step for step in trace.journey(serial) if step.event_id not in seen)]


def _score(
    lot: Lot, steps: Sequence[trace.Step], places: Mapping[str, Place], senders: Mapping[str, Organisation]
) -> LotScore:
    product, facts = lot.product, details.gather(steps)
    deeds = _deeds(steps, facts, places, senders)
    made = facts.harvested or lot.produced_on or facts.produced or facts.packed
    expires = lot.best_before or facts.best_before
    known = KnownOfLot(
        name=product.name,
        image=product.picture or (product.image.name if product.image else "") or "",
        unit=product.owner.name,
        address=product.owner.address or ("unit" if product.owner.unit_id else ""),
        time=f"{made}" if made else next((deed.when for deed in deeds), ""),
        code=lot.uri,
        brand=product.brand,
        expiry=f"{expires or product.shelf_life_days or ''}",
        standards=product.standards or " ".join(told.name for told in facts.told),
        kind=product.kind,
        deeds=frozenset(deeds),
    )
    owners = {str(places[step.place].owner_id) for step in steps if step.place and step.place in places}
    chain = frozenset({str(product.owner_id), *owners, *(step.submitter for step in steps if step.submitter)})
    return LotScore(lot, score(known), chain, lot.uri)


def _deeds(
    steps: Sequence[trace.Step],
    facts: Facts,
    places: Mapping[str, Place],
    senders: Mapping[str, Organisation],
) -> list[Deed]:
    """The steps that belong to a stage; packing also where another event (a transformation) tells of it."""
    deeds = []
    for step in steps:
        if not (step.biz_step or step.disposition):
            continue  # a recall is no step of the journey
        stages = {rules.OF_TRACE.get(step.stage)}
        if step.biz_step in rules.PACKING_STEPS:
            stages.add(rules.Stage.PACKING)
        place, sender = places.get(step.place or ""), senders.get(step.submitter or "")
        who = place.owner.name if place else sender.name if sender else ""
        why = step.biz_step or step.disposition or ""
        when = f"{minimum.local_day(step.time_ms)}"
        deeds += [Deed(s.value, who, step.about, step.place or "", when, why) for s in stages if s is not None]
    if facts.packed is not None:
        deeds.append(Deed(rules.Stage.PACKING.value, when=f"{facts.packed}"))
    return deeds
