"""Figures of the home page: how much is in the catalogue and the ledger, and one item's way as the example."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from lienvung.catalogue.models import Lot, Place, Product
from lienvung.ledger.events import latest
from lienvung.ledger.query import run_query
from lienvung.ledger.trace import Step, journey
from lienvung.ledger.trace_journey import DIARY
from lienvung.people.models import Organisation
from lienvung.texts import Text
from lienvung.web.event_page import things_of
from lienvung.web.naming import GS1, Named, Names, kind_of, split
from lienvung.web.parts import Moment
from lienvung.web.thing_parts import distinct
from lienvung.web.vocabulary import step_word

KEEP = 60  # seconds; the figures may be this old
LOOKED_AT = 8  # latest sales among which an example is sought
FEWEST_STOPS, MOST_STOPS = 3, 6


@dataclass(frozen=True, slots=True)
class Figure:
    number: int
    label: Text


@dataclass(frozen=True, slots=True)
class Example:
    """A thing and its stops."""

    named: Named
    path: str  # of its scan page
    illustrative: bool
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
    """An item sold lately, with enough stops to be worth showing; nothing in an empty installation."""
    found: Example | None = cache.get("web.figures.example")
    if found is None:
        found = next(filter(None, map(as_example, candidates())), None)
        cache.set("web.figures.example", found, KEEP)
    return found


def candidates() -> Iterator[str]:
    """URIs to try: what was sold last."""
    sold = run_query({"EQ_bizStep": ["retail_selling"]}, per_page=LOOKED_AT).events
    for event in sold:
        yield from things_of(event)[:1]


def as_example(uri: str) -> Example | None:
    # a lot has many branches: the way shown is that of one item, with what befell what it was made from
    steps = distinct(one_branch(journey(uri)))
    if len(steps) < FEWEST_STOPS or kind_of(uri) != "serial":
        return None
    names = Names([uri, *(step.place for step in steps if step.place)])
    named = names.thing(uri)
    if not named.known:
        return None
    stops = [
        Moment(
            step.time_ms,
            step_word(step.biz_step, step.stage, step.body.get(DIARY)),
            where=names.place_name(step.place),
        )
        for step in spread(steps)
    ]
    product = names.products[split(uri)[1]]
    return Example(named, uri.removeprefix(GS1[:-1]), product.illustrative, stops)


def one_branch(steps: list[Step]) -> list[Step]:
    """The item's own events, and of what it was made from only what came before them.

    Its lot's events elsewhere, after it was made, tell of other items.
    """
    own = [step for step in steps if step.relation in {"self", "container"}]
    begun = own[0].time_ms if own else 0
    return [step for step in steps if step in own or (step.relation in {"made_from", "lot"} and step.time_ms <= begun)]


def spread(steps: list[Step]) -> list[Step]:
    """At most MOST_STOPS of `steps`, with the first and the last."""
    if len(steps) <= MOST_STOPS:
        return steps
    return [steps[round(at * (len(steps) - 1) / (MOST_STOPS - 1))] for at in range(MOST_STOPS)]
