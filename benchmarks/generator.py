"""Realistic chains in any size, as EPCIS documents: farms -> mill -> packs -> cases -> pallet -> stores -> sale.

    documents(100_000, order="contiguous")   -> iterator of JSON documents of 1,000 events

One run of a mill: four farm lots are harvested, shipped, received and milled into
240 packs of 1 kg; ten cases of 24; one pallet; to a distribution centre; each case
to a store, unpacked there and sold a few packs at a time: 117 events that name
about 1,040 things. Runs overlap in time and documents hold what happened anywhere,
in order of time. One farm lot (`HOT_LOT`) goes into many runs until it has reached
100,000 packs. The same size, order and seed give the same bytes.

`order="shuffled"`: serial numbers are random, packs are packed in an order that has
nothing to do with their serials, and lists are in no order.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lienvung.gs1 import check_digit

FARMS, MILLS, STORES, PRODUCTS = 2_000, 20, 250, 15
PACKS_PER_CASE, CASES = 24, 10
PACKS = PACKS_PER_CASE * CASES
EVENTS_PER_RUN = 117
HOT_THINGS = 100_000
RUN_EVERY_S = 1_200
START = datetime(2025, 7, 1, tzinfo=UTC)
HEAD = (
    '{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],"type":"EPCISDocument",'
    '"schemaVersion":"2.0","creationDate":"2025-07-01T00:00:00.000Z","epcisBody":{"eventList":[\n'
)
TAIL = "\n]}}\n"
EXTENSION = "https://ns.example.vn/epcis/"
RICH_HEAD = HEAD.replace('.jsonld"]', f'.jsonld",{{"ex":"{EXTENSION}"}}]')
DOMAIN = "https://id.gs1.org"


def digits(body: str) -> str:
    return body + check_digit(body)


def place(number: int) -> str:
    return f"{DOMAIN}/414/{digits(f'89350{number:07d}')}"


def product(number: int) -> str:
    return f"{DOMAIN}/01/{digits(f'0893500{number:06d}')}"


FARM_PLACES = [place(n) for n in range(FARMS)]
MILL_PLACES = [place(10_000 + n) for n in range(MILLS)]
CENTRES = [place(20_000 + n) for n in range(4)]
STORE_PLACES = [place(30_000 + n) for n in range(STORES)]
PADDY = product(1)
PRODUCT_URIS = [product(100 + n) for n in range(PRODUCTS)]
HOT_LOT = f"{PADDY}/10/HOT-2025"


class Chains:
    """One world of runs; `events()` gives (time, JSON text) in order of time."""

    def __init__(self, size: int, order: str, seed: int) -> None:
        self.size = size
        self.shuffled = order == "shuffled"
        self.random = random.Random(f"{seed}-{order}")
        self.runs = max(1, -(-size // EVENTS_PER_RUN))
        self.hot_runs = -(-HOT_THINGS // PACKS)
        self.hot_every = max(1, self.runs // self.hot_runs)
        self.serials = [1_000_000] * PRODUCTS
        self.sscc = 0

    def serial(self, number: int) -> str:
        if self.shuffled:
            return f"{self.random.getrandbits(60):015x}".upper()
        self.serials[number] += 1
        return f"{self.serials[number]:09d}"

    def container(self) -> str:
        self.sscc += 1
        if self.shuffled:
            return f"{DOMAIN}/00/{digits(f'08935{self.random.randrange(10**9):09d}{self.sscc % 1000:03d}')}"
        return f"{DOMAIN}/00/{digits(f'08935{self.sscc:012d}')}"

    def events(self) -> Iterator[str]:
        waiting: list[tuple[float, int, str, Iterator[tuple[float, str]]]] = []
        started = 0
        for _ in range(self.size):
            while started < self.runs and (not waiting or waiting[0][0] >= started * RUN_EVERY_S):
                run = self.run(started)
                at, text = next(run)
                heapq.heappush(waiting, (at, started, text, run))
                started += 1
            at, number, text, run = waiting[0]
            yield text
            following = next(run, None)
            if following is None:
                heapq.heappop(waiting)
            else:
                heapq.heapreplace(waiting, (following[0], number, following[1], run))

    def run(self, number: int) -> Iterator[tuple[float, str]]:
        """The 117 events of one run, seconds after START."""
        chance = self.random
        at = float(number * RUN_EVERY_S)
        kind = number % PRODUCTS
        mill, centre = MILL_PLACES[number % MILLS], CENTRES[number % 4]
        hot = number % self.hot_every == 0 and number // self.hot_every < self.hot_runs
        lots = [f"{PADDY}/10/F{number:07d}{letter}" for letter in "ABCD"]
        if number == 0:
            lots[0] = HOT_LOT
        for lot in lots:
            farm = chance.choice(FARM_PLACES)
            step = chance.uniform(1, 60)
            yield (
                (at := at + step),
                listing(at, "ADD", "commissioning", "active", farm, "quantityList", weigh([lot], 60)),
            )
            yield (
                (at := at + step),
                listing(at, "OBSERVE", "shipping", "in_transit", farm, "quantityList", weigh([lot], 60)),
            )
            yield (
                (at := at + step),
                listing(at, "OBSERVE", "receiving", "in_progress", mill, "quantityList", weigh([lot], 60)),
            )
        if hot:
            lots[0] = HOT_LOT
        packs = [f"{PRODUCT_URIS[kind]}/21/{self.serial(kind)}" for _ in range(PACKS)]
        yield (at := at + 3_600), milling(at, mill, lots, packs, f"{PRODUCT_URIS[kind]}/10/M{number:07d}")
        if self.shuffled:
            chance.shuffle(packs)
        yield from self.travel(at, mill, centre, packs)

    def travel(self, at: float, mill: str, centre: str, packs: list[str]) -> Iterator[tuple[float, str]]:
        chance = self.random
        cases = {self.container(): packs[n : n + PACKS_PER_CASE] for n in range(0, PACKS, PACKS_PER_CASE)}
        for case, inside in cases.items():
            yield (at := at + 30), containing(at, "ADD", "packing", "in_progress", mill, case, inside)
        pallet = self.container()
        yield (at := at + 600), containing(at, "ADD", "packing", "in_progress", mill, pallet, list(cases))
        yield (at := at + 600), listing(at, "OBSERVE", "shipping", "in_transit", mill, "epcList", quoted([pallet]))
        yield (
            (at := at + 20_000),
            listing(at, "OBSERVE", "receiving", "in_progress", centre, "epcList", quoted([pallet])),
        )
        yield (at := at + 900), containing(at, "DELETE", "unpacking", "in_progress", centre, pallet, list(cases))
        stores = chance.sample(STORE_PLACES, CASES)
        for case in cases:
            yield (at := at + 60), listing(at, "OBSERVE", "shipping", "in_transit", centre, "epcList", quoted([case]))
        on_shelf: list[tuple[str, str]] = []
        for (case, inside), store in zip(cases.items(), stores):
            at += chance.uniform(600, 9_000)
            yield at, listing(at, "OBSERVE", "receiving", "in_progress", store, "epcList", quoted([case]))
            yield (at := at + 300), containing(at, "DELETE", "unpacking", "sellable_accessible", store, case, inside)
            on_shelf += [(store, pack) for pack in inside]
        by_store: dict[str, list[str]] = {}
        for store, pack in on_shelf:
            by_store.setdefault(store, []).append(pack)
        for basket_number in range(60):  # six baskets a store, four packs a basket
            at += chance.uniform(60, 14_000)
            store = stores[basket_number % CASES]
            basket = [by_store[store].pop() for _ in range(4)]
            yield at, listing(at, "DELETE", "retail_selling", "retail_sold", store, "epcList", quoted(basket))


def quoted(uris: list[str]) -> str:
    return '"' + '","'.join(uris) + '"'


def weigh(uris: list[str], kilograms: float) -> str:
    return ",".join(f'{{"epcClass":"{uri}","quantity":{kilograms},"uom":"KGM"}}' for uri in uris)


def moment(seconds: float) -> str:
    at = (START + timedelta(milliseconds=round(seconds * 1000))).isoformat(timespec="milliseconds")
    return f'"eventTime":"{at}","eventTimeZoneOffset":"+07:00"'


def listing(at: float, action: str, step: str, disposition: str, where: str, name: str, things: str) -> str:
    return (
        f'{{"type":"ObjectEvent",{moment(at)},"{name}":[{things}],"action":"{action}","bizStep":"{step}",'
        f'"disposition":"{disposition}","readPoint":{{"id":"{where}"}},"bizLocation":{{"id":"{where}"}}}}'
    )


def containing(
    at: float, action: str, step: str, disposition: str, where: str, parent: str, children: list[str]
) -> str:
    return (
        f'{{"type":"AggregationEvent",{moment(at)},"parentID":"{parent}","childEPCs":[{quoted(children)}],'
        f'"action":"{action}","bizStep":"{step}","disposition":"{disposition}","readPoint":{{"id":"{where}"}},'
        f'"bizLocation":{{"id":"{where}"}}}}'
    )


def milling(at: float, where: str, lots: list[str], packs: list[str], batch: str) -> str:
    return (
        f'{{"type":"TransformationEvent",{moment(at)},"inputQuantityList":[{weigh(lots, 60)}],'
        f'"outputEPCList":[{quoted(packs)}],"outputQuantityList":[{weigh([batch], PACKS)}],'
        f'"bizStep":"commissioning","disposition":"active","readPoint":{{"id":"{where}"}},"bizLocation":{{"id":"{where}"}},'
        f'"ilmd":{{"cbvmda:lotNumber":"{batch.rsplit("/", 1)[1]}",'
        f'"cbvmda:itemExpirationDate":"{(START + timedelta(seconds=at, days=365)).date()}"}}}}'
    )


def enriched(event: str, number: int) -> str:
    """The event with what queries ask for beyond its columns: in one of five an extension, in one of ten a sensor.

    Rare values: every 5,000th event has a number of its own.
    """
    more = ""
    if number % 5 == 0:
        grade = "rare" if number % 5_000 == 0 else "ABC"[number // 5 % 3]
        more += f',"ex:grade":"{grade}","ex:weight":{number % 997},"ex:box":{{"ex:depth":{number % 7}}}'
    if number % 10 == 0:
        celsius = 60 if number % 5_000 == 0 else number // 10 % 30
        more += (
            f',"sensorElementList":[{{"sensorMetadata":{{"deviceID":"https://id.gs1.org/8004/89350{number % 50:04d}"}},'
            f'"sensorReport":[{{"type":"Temperature","value":{celsius},"uom":"CEL"}}]}}]'
        )
    if '"action":"ADD"' in event and event.startswith('{"type":"ObjectEvent"'):
        more += f',"ilmd":{{"cbvmda:lotNumber":"L{number % 1_000}","ex:moisture":{number % 40}}}'
    if number % 4 == 0:
        order = number if number % 5_000 == 0 else number % 20
        more += (
            f',"bizTransactionList":[{{"type":"po","bizTransaction":"urn:epcglobal:cbv:bt:8935000000013:PO-{order}"}}]'
        )
    return f"{event[:-1]}{more}}}"


def documents(
    size: int, *, order: str = "contiguous", seed: int = 1, per_document: int = 1_000, rich: bool = False
) -> Iterator[bytes]:
    """EPCIS documents with `size` events in all; memory stays flat whatever the size. `rich`: see `enriched`."""
    batch: list[str] = []
    head = RICH_HEAD if rich else HEAD
    for number, event in enumerate(Chains(size, order, seed).events()):
        batch.append(enriched(event, number) if rich else event)
        if len(batch) == per_document:
            yield (head + ",\n".join(batch) + TAIL).encode()
            batch.clear()
    if batch:
        yield (head + ",\n".join(batch) + TAIL).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100_000, help="how many events")
    parser.add_argument("--order", choices=["contiguous", "shuffled"], default="contiguous")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path, help="folder for the documents (default: only count them)")
    args = parser.parse_args()
    total = count = 0
    for number, document in enumerate(documents(args.size, order=args.order, seed=args.seed)):
        if args.into:
            args.into.mkdir(parents=True, exist_ok=True)
            (args.into / f"{number:06d}.json").write_bytes(document)
        total += len(document)
        count += 1
    json.dump({"documents": count, "bytes": total}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
