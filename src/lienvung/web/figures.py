"""Figures of the home page: how much is in the catalogue and the ledger, and one lot's way as the example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from lienvung.catalogue.models import Lot, Place, Product
from lienvung.ledger.events import latest
from lienvung.ledger.trace import Step, journey
from lienvung.people.models import Organisation
from lienvung.texts import Text
from lienvung.web.naming import Names
from lienvung.web.parts import Moment
from lienvung.web.vocabulary import BIZ_STEPS, word

KEEP = 60  # seconds; the figures may be this old
LOOKED_AT = 12  # latest lots among which an example is sought
FEWEST_STOPS, MOST_STOPS = 3, 6


@dataclass(frozen=True, slots=True)
class Figure:
    number: int
    label: Text


@dataclass(frozen=True, slots=True)
class Example:
    """A lot and its stops, each (stage, place)."""

    lot: Lot
    stops: list[Moment]


def kept(name: str, make: Callable[[], Any]) -> Any:
    return cache.get_or_set(f"web.figures.{name}", make, KEEP)


def public_figures() -> list[Figure]:
    found: list[Figure] = kept("public", count)
    return found


def count() -> list[Figure]:
    newest = latest(1)
    return [
        # events are numbered without gaps in the order in which they were recorded
        Figure(newest[0].rid if newest else 0, Text("sự kiện trong sổ cái", "events in the ledger")),
        Figure(Lot.objects.count(), Text("lô hàng", "lots")),
        Figure(Product.objects.count(), Text("sản phẩm", "products")),
        Figure(Organisation.objects.count(), Text("tổ chức, cơ sở", "organisations")),
        Figure(Place.objects.count(), Text("ruộng, xưởng, kho, cửa hàng", "fields, mills, stores")),
    ]


def example() -> Example | None:
    """The latest lot with enough stops to be worth showing; nothing in an empty installation."""
    found: Example | None = cache.get("web.figures.example")
    if found is None:
        found = next(filter(None, map(as_example, Lot.objects.select_related("product")[:LOOKED_AT])), None)
        cache.set("web.figures.example", found, KEEP)
    return found


def as_example(lot: Lot) -> Example | None:
    try:
        steps = distinct(journey(lot.uri))
    except NotImplementedError:  # BUILD ONLY
        return None
    if len(steps) < FEWEST_STOPS:
        return None
    names = Names([step.place for step in steps if step.place])
    stops = [
        Moment(step.time_ms, word(BIZ_STEPS, step.biz_step), where=names.place_name(step.place).vi)
        for step in spread(steps)
    ]
    return Example(lot, stops)


def distinct(steps: list[Step]) -> list[Step]:
    """One step for each run of events at one place with one business step."""
    kept_steps: list[Step] = []
    for step in steps:
        if step.biz_step and not (
            kept_steps and (kept_steps[-1].place, kept_steps[-1].biz_step) == (step.place, step.biz_step)
        ):
            kept_steps.append(step)
    return kept_steps


def spread(steps: list[Step]) -> list[Step]:
    """At most MOST_STOPS of `steps`, with the first and the last."""
    if len(steps) <= MOST_STOPS:
        return steps
    return [steps[round(at * (len(steps) - 1) / (MOST_STOPS - 1))] for at in range(MOST_STOPS)]
