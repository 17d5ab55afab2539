"""From the producer to the shelf in Hà Nội: cases and pallets, the depot, the stores, sale, leftovers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from lienvung.demo.story import Batch, Goods, Story, things, together

DEPOT = "tong_kho"
CHILL = "kho_mat"
STORES = (
    "sen_cau_giay",
    "sen_ha_dong",
    "sen_long_bien",
    "ha_dong_da",
    "ha_tu_liem",
    "ha_hai_ba_trung",
    "nb_thanh_xuan",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A closed case (SSCC) and what is in it."""

    uri: str
    inside: Goods


def share(goods: Goods, parts: int) -> list[Goods]:
    """Split goods into `parts` of nearly the same size; empty parts are left out."""
    pieces: list[Goods] = []
    for part in range(parts):
        epcs = goods.epcs[part::parts]
        amounts = []
        for uri, amount, uom in goods.amounts:
            mine = amount * (part + 1) // parts - amount * part // parts
            if mine:
                amounts.append((uri, mine, uom))
        if epcs or amounts:
            pieces.append(Goods(tuple(epcs), tuple(amounts)))
    return pieces


def cases(story: Story, when: datetime, site: str, goods: Sequence[Goods]) -> list[Case]:
    """Pack each of `goods` into a case of its own, one every two minutes."""
    made = []
    for number, inside in enumerate(goods):
        made.append(Case(story.pack(when + timedelta(minutes=2 * number), site, inside), inside))
    return made


def lot_cases(story: Story, when: datetime, site: str, batch: Batch, *, size: int, count: int) -> list[Case]:
    """Up to `count` cases with `size` packs of a lot each."""
    count = min(count, batch.left // size)
    return cases(story, when, site, [batch.take(size) for _ in range(count)])


def by_pallet(story: Story, when: datetime, site: str, made: Sequence[Case], size: int) -> dict[str, list[Case]]:
    """Stack cases on pallets of `size`; gives the cases of each pallet."""
    pallets: dict[str, list[Case]] = {}
    for start in range(0, len(made), size):
        stack = list(made[start : start + size])
        stacked = when + timedelta(minutes=10 * len(pallets))
        pallets[story.pack(stacked, site, things([case.uri for case in stack]))] = stack
    return pallets


def case_uris(made: Sequence[Case]) -> Goods:
    return things([case.uri for case in made])


def shelve(
    story: Story, when: datetime, store: str, goods: Goods, *, sales: int, every: timedelta, keep: int = 0
) -> Goods:
    """Put goods on the shelf and sell them in `sales` steps; gives what stays on the shelf.

    `keep`: of `sales + keep` equal parts, so many are not sold.
    """
    story.note(when, store, goods, "stocking", disposition="sellable_accessible")
    parts = share(goods, sales + keep)
    sold = parts[:sales]
    for number, part in enumerate(sold):
        moment = when + every * (number + 1)
        story.note(moment, store, part, "retail_selling", disposition="retail_sold")
    return together(parts[sales:])


def deliver_cases(
    story: Story,
    when: datetime,
    source: str,
    store: str,
    made: Sequence[Case],
    *,
    sales: int = 2,
    every: timedelta = timedelta(days=3),
    keep: int = 0,
    order: bool = False,
) -> Goods:
    """Cases go to a store, are opened there and sold; gives what stays on the shelf."""
    if order:
        story.order(when - timedelta(hours=16), store, source, case_uris(made))
    arrived = story.send(when, source, store, case_uris(made), hours=1.5)
    for number, case in enumerate(made):
        story.unpack(arrived + timedelta(minutes=20 + 3 * number), store, case.uri, case.inside)
    inside = together([case.inside for case in made])
    return shelve(story, arrived + timedelta(hours=2), store, inside, sales=sales, every=every, keep=keep)


def deliver_loose(
    story: Story,
    when: datetime,
    source: str,
    store: str,
    goods: Goods,
    *,
    hours: float = 3.0,
    sales: int = 1,
    every: timedelta = timedelta(hours=8),
    waste: float = 0.0,
    order: bool = False,
    random: Random | None = None,
) -> None:
    """Loose packs or kilograms go straight to a store's shelf; some of it may have to be thrown away."""
    if order:
        story.order(when - timedelta(hours=14), store, source, goods)
    arrived = story.send(when, source, store, goods, hours=hours)
    wasteful = random is not None and random.random() < waste
    left = shelve(story, arrived + timedelta(minutes=30), store, goods, sales=sales, every=every, keep=int(wasteful))
    if left.epcs or left.amounts:
        story.note(
            arrived + every * (sales + 1),
            store,
            left,
            "destroying",
            disposition="destroyed",
            extensions={"lv:reason": "expired"},
        )


def send_back(story: Story, when: datetime, store: str, target: str, goods: Goods, *, destroy: bool) -> None:
    """A store sends damaged or unsold goods back; the receiver destroys them or puts them in store again."""
    story.note(when, store, goods, "holding", disposition="damaged" if destroy else "sellable_not_accessible")
    arrived = story.send(when + timedelta(hours=4), store, target, goods, hours=2, returned=True)
    if destroy:
        story.note(arrived + timedelta(hours=20), target, goods, "destroying", disposition="destroyed")
    else:
        story.note(arrived + timedelta(hours=2), target, goods, "storing", disposition="sellable_not_accessible")
