"""Random rice chains, clean or with one seeded fault, as EPCIS events: for the tests and the figures of the checks.

    chain(7)                      a clean chain: plots, crops, mill, loose rice, packs with serials, cases, pallet, shop
    chain(7, fault="sold_twice")  the same chain with one thing wrong
    FAULTS                        fault -> the kind that must be found

What a clean chain has on purpose: losses on the road, a process told in two events, a carrier's yard on the way,
lots in several shipments, goods sent back, a pack brought back and sold again, packs destroyed, a shipment on its way.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lienvung.epcis import build, read_event
from lienvung.gs1 import check_digit
from lienvung.lineage.anomalies_facts import Fact, fact_of
from lienvung.lineage.anomalies_words import LOCAL, CertifiedArea, Kind, Parameters

GS1 = "https://id.gs1.org"
PREFIXES = {"cbvmda": "urn:epcglobal:cbv:mda:", "lv": "https://lienvung.vn/ns/"}
CONTEXT: list[Any] = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", PREFIXES]
NAMES = {"lv": "https://lienvung.vn/ns/"}
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
BEGUN = datetime(2026, 3, 2, 7, tzinfo=LOCAL)
ENDED = BEGUN + 200 * DAY

FAULTS: Mapping[str, Kind] = {
    "yield": Kind.PROCESS_YIELD,
    "oversold_shop": Kind.LOT_BALANCE,
    "oversold_made": Kind.LOT_BALANCE,
    "overshipped": Kind.LOT_BALANCE,
    "not_received_lot": Kind.NOT_RECEIVED,
    "short_received_lot": Kind.NOT_RECEIVED,
    "not_received_pallet": Kind.NOT_RECEIVED,
    "not_shipped_case": Kind.NOT_SHIPPED,
    "not_shipped_lot": Kind.NOT_SHIPPED,
    "after_destruction": Kind.AFTER_END,
    "after_decommissioning": Kind.AFTER_END,
    "sold_expired": Kind.AFTER_EXPIRY,
    "lot_sold_expired": Kind.AFTER_EXPIRY,
    "waiting_crop": Kind.WAITING_PERIOD,
    "waiting_plot": Kind.WAITING_PERIOD,
    "waiting_lot": Kind.WAITING_PERIOD,
    "travel_item": Kind.TRAVEL_TIME,
    "travel_lot": Kind.TRAVEL_TIME,
    "area": Kind.CERTIFIED_AREA,
    "sold_twice": Kind.SERIAL_CONFLICT,
    "two_containers": Kind.SERIAL_CONFLICT,
    "made_twice": Kind.SERIAL_CONFLICT,
    "unit_volume": Kind.UNIT_CONFLICT,
    "unit_thousand": Kind.UNIT_CONFLICT,
}


def keyed(digits: str) -> str:
    return digits + check_digit(digits)


def gtin_of(body: int) -> str:
    return keyed(f"0893{body:09d}")


def gln(number: int) -> str:
    return f"{GS1}/414/{keyed(f'893600{number:06d}')}"


RICE, PACK = gtin_of(700_000_001), gtin_of(700_000_002)
PLOTS = [gln(n) for n in range(1, 4)]
MILL, YARD, DEPOT, SHOP, OTHER_SHOP = (gln(n) for n in range(11, 16))
POINTS = {
    PLOTS[0]: (20.09, 106.08), PLOTS[1]: (20.10, 106.09), PLOTS[2]: (20.08, 106.06), MILL: (20.19, 106.07),
    YARD: (20.25, 105.97), DEPOT: (20.96, 105.84), SHOP: (21.03, 105.79), OTHER_SHOP: (20.98, 105.77),
}  # fmt: skip
OWNERS = {plot: "coop" for plot in PLOTS} | {
    MILL: "mill",
    YARD: "carrier",
    DEPOT: "depot",
    SHOP: "shop",
    OTHER_SHOP: "o",
}


@dataclass
class Chain:
    """Events in the order in which they are told, and what one must know to judge them."""

    number: int
    fault: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    area: CertifiedArea | None = None

    def __post_init__(self) -> None:
        self.random = random.Random(f"{self.number}:{self.fault}")
        self.at = BEGUN + self.random.randrange(30) * DAY
        self.paddy = gtin_of(710_000_000 + self.number)

    def lot(self, gtin: str, name: str) -> str:
        return f"{GS1}/01/{gtin}/10/C{self.number}-{name}"

    def box(self, number: int) -> str:
        return f"{GS1}/00/{keyed(f'18936{self.number:07d}{number:05d}')}"

    def say(self, kind: str, when: datetime, place: str, step: str | None, **fields: Any) -> None:
        make = getattr(build, f"{kind}_event")
        if step != "shipping":
            fields.setdefault("biz_location", place)
        self.events.append(make(time=when, biz_step=step, read_point=place, **fields))

    def see(
        self, when: datetime, place: str, step: str, *, epcs: Sequence[str] = (), kg: Any = (), **more: Any
    ) -> None:
        quantities = [(uri, round(amount, 3), unit) for uri, amount, unit in kg]
        fields = {"action": "OBSERVE", "epcs": list(epcs) or None, "quantities": quantities or None, **more}
        self.say("object", when, place, step, **fields)

    def ship(self, when: datetime, here: str, there: str, **goods: Any) -> None:
        more = {"destinations": [("location", there)]} if self.random.random() < 0.7 else {}
        self.see(when, here, "shipping", disposition="in_transit", **more, **goods)

    def receive(self, when: datetime, place: str, **goods: Any) -> None:
        if self.random.random() < 0.3:
            self.see(when - 20 * MINUTE, place, "arriving", **goods)
        self.see(when, place, "receiving", disposition="in_progress", **goods)

    def sell(self, when: datetime, place: str, **goods: Any) -> None:
        self.see(when, place, "retail_selling", disposition="retail_sold", **goods)

    def is_(self, *faults: str) -> bool:
        return self.fault in faults


def chain(number: int, fault: str = "") -> Chain:
    made = Chain(number, fault)
    bulk, amount, at = _mill(made, *_grow(made))
    _loose(made, bulk, amount, at)
    _packs(made, bulk, amount, at)
    return made


def _grow(c: Chain) -> tuple[list[tuple[str, float]], datetime]:
    """Treatments, harvests, the way to the mill."""
    lots: list[tuple[str, float]] = []
    last = c.at
    tonnes = 0.0
    for n in range(c.random.randint(2, 4)):
        plot = PLOTS[n % 3]
        # a harvest of another chain on the same plot must not fall into this one's waiting period
        plot = f"{plot}/254/P{c.number}"
        cut = c.at + n * 2 * DAY
        crop, lot = f"{GS1}/8004/8936001C{c.number}-{n}", c.lot(c.paddy, f"P{n}")
        kg = c.random.randrange(300, 900, 10)
        treated = cut - c.random.randint(12, 20) * DAY
        wait = 7 if not (n == 0 and c.is_("waiting_crop")) else 30
        until = (treated + wait * DAY).date().isoformat()
        c.say(
            "object", treated, plot, "inspecting", action="OBSERVE", epcs=[crop],
            extensions={"lv:activity": "spraying", "lv:waitingUntil": until},
        )  # fmt: skip
        if n == 0:
            wait = 8 if not c.is_("waiting_plot") else 40
            sprayed = {"lv:activity": "spraying", "lv:waitingUntil": (treated + wait * DAY).isoformat()}
            c.say("object", treated + HOUR, plot, None, action="OBSERVE", epcs=[], extensions=sprayed)
        ilmd = {"cbvmda:harvestEndDate": cut.date().isoformat()}
        if c.random.random() < 0.5:
            c.say(
                "transformation",
                cut,
                plot,
                "commissioning",
                inputs=[crop],
                output_quantities=[(lot, kg, "KGM")],
                ilmd=ilmd,
            )
        else:
            c.say("object", cut, plot, "commissioning", action="ADD", quantities=[(lot, kg, "KGM")], ilmd=ilmd)
            if c.is_("waiting_crop") and n == 0:  # the crop is named by the harvest
                c.events[-1] = build.transformation_event(
                    time=cut, biz_step="commissioning", read_point=plot, biz_location=plot, inputs=[crop],
                    output_quantities=[(lot, kg, "KGM")], ilmd=ilmd,
                )  # fmt: skip
        if n == 0 and c.is_("waiting_lot"):
            late = {"lv:waitingUntil": (cut + 20 * DAY).date().isoformat()}
            c.see(cut + HOUR, plot, "inspecting", kg=[(lot, kg, "KGM")], extensions=late)
        sent = [(lot, kg, "KGM")]
        if not (n == 0 and c.is_("not_shipped_lot")):
            c.ship(cut + 2 * HOUR, plot, MILL, kg=sent)
        arrived = kg * c.random.choice([1, 1, 0.99, 0.97])
        c.receive(cut + 5 * HOUR, MILL, kg=[(lot, arrived, "KGM")])
        lots.append((lot, arrived))
        tonnes += kg / 1000
        last = cut + DAY
    yearly = 14.0
    hectares = tonnes / yearly * c.random.uniform(0.95, 2.0) / (3 if c.is_("area") else 1)
    since = int((BEGUN - 100 * DAY).timestamp() * 1000)
    c.area = CertifiedArea(f"VG-{c.number}", (c.paddy,), hectares, since, group="paddy")
    return lots, last


def _mill(c: Chain, lots: list[tuple[str, float]], at: datetime) -> tuple[str, float, datetime]:
    bulk = c.lot(RICE, "B")
    rate = c.random.uniform(1.06, 1.4) if c.is_("yield") else c.random.uniform(0.58, 0.7)
    amount = round(sum(kg for _, kg in lots) * rate)
    inputs = [(uri, round(kg, 3), "KGM") for uri, kg in lots]
    ilmd = {"cbvmda:itemExpirationDate": (at + 300 * DAY).date().isoformat()}
    if c.is_("lot_sold_expired"):
        ilmd = {"cbvmda:itemExpirationDate": (at + 2 * DAY).date().isoformat()}
    if c.random.random() < 0.4:
        process = f"{GS1}/253/{keyed('893600000001')}C{c.number}"
        c.say("transformation", at, MILL, "commissioning", input_quantities=inputs, transformation_id=process)
        done = {"output_quantities": [(bulk, amount, "KGM")], "transformation_id": process, "ilmd": ilmd}
        c.say("transformation", at + 3 * HOUR, MILL, "commissioning", **done)
    else:
        c.say(
            "transformation", at, MILL, "commissioning", input_quantities=inputs,
            output_quantities=[(bulk, amount, "KGM")], ilmd=ilmd,
        )  # fmt: skip
    if c.is_("travel_lot"):
        c.see(at + 3 * HOUR + 10 * MINUTE, DEPOT, "inspecting", kg=[(bulk, 5, "KGM")])
        c.events[-2]["eventTime"] = (at + 3 * HOUR).isoformat(timespec="milliseconds")
    return bulk, amount, at + 4 * HOUR


def _loose(c: Chain, bulk: str, amount: float, at: datetime) -> None:
    """Half of the rice goes loose to the shop in several shipments, and is sold by weight."""
    share = amount * 0.5 / 3
    if c.is_("overshipped"):
        share = amount * 1.3 / 3
    for n in range(3):
        left = at + (1 + n * 4) * DAY
        unit, told = "KGM", share
        if n == 1 and c.is_("unit_volume"):
            unit = "LTR"
        if n == 1 and c.is_("unit_thousand"):
            unit = "TNE"
        c.ship(left, MILL, SHOP, kg=[(bulk, told, unit)])
        if n == 1 and c.is_("not_received_lot"):
            continue
        arrived = share * (0.6 if n == 1 and c.is_("short_received_lot") else c.random.choice([1, 0.99]))
        c.receive(left + 6 * HOUR, SHOP, kg=[(bulk, arrived, "KGM")])
        if n == 0:
            c.see(left + 8 * HOUR, SHOP, "stocking", disposition="sellable_accessible", kg=[(bulk, arrived / 2, "KGM")])
        sold = arrived * c.random.uniform(0.6, 0.95)
        if n == 2 and c.is_("oversold_shop"):
            sold = share * 2.2
        if n == 2 and c.is_("oversold_made"):
            sold = amount * 1.5
        if c.is_("overshipped"):
            sold = share * 0.1
        c.sell(left + 2 * DAY, SHOP, kg=[(bulk, sold, "KGM")])
    back = [(bulk, 1.5, "KGM")]
    c.see(at + 12 * DAY, SHOP, "shipping", disposition="returned", kg=back)
    c.see(at + 13 * DAY, MILL, "receiving", disposition="returned", kg=back)
    c.see(at + 14 * DAY, MILL, "destroying", disposition="destroyed", kg=back)


def _packs(c: Chain, bulk: str, amount: float, at: datetime) -> None:
    """The rest is packed by 2 kg: lot of packs, serials, cases of four, a pallet, depot, shop."""
    count = min(12, int(amount * 0.3 / 2) // 4 * 4)
    packs = c.lot(PACK, "K")
    ends = at + (15 if c.is_("sold_expired") else 250) * DAY
    ilmd = {"cbvmda:itemExpirationDate": ends.date().isoformat(), "cbvmda:lotNumber": f"C{c.number}-K"}
    c.say(
        "transformation", at + DAY, MILL, "packing", input_quantities=[(bulk, count * 2, "KGM")],
        output_quantities=[(packs, count, None)], ilmd=ilmd,
    )  # fmt: skip
    serials = [f"{GS1}/01/{PACK}/21/C{c.number}S{n}" for n in range(count)]
    c.say("object", at + DAY + HOUR, MILL, "commissioning", action="ADD", epcs=serials, ilmd=ilmd)
    if c.is_("made_twice"):
        c.say("object", at + 2 * DAY, MILL, "commissioning", action="ADD", epcs=serials[:1])
    if c.is_("travel_item"):
        c.see(at + DAY + HOUR + 20 * MINUTE, SHOP, "inspecting", epcs=serials[:1])
        c.see(at + DAY + 6 * HOUR, MILL, "inspecting", epcs=serials[:1])
    cases = {c.box(n): serials[n * 4 : n * 4 + 4] for n in range(count // 4)}
    for uri, inside in cases.items():
        c.say("aggregation", at + DAY + 8 * HOUR, MILL, "packing", action="ADD", parent=uri, children=inside)
    if c.is_("two_containers"):
        other = c.box(77)
        c.say("aggregation", at + DAY + 9 * HOUR, MILL, "packing", action="ADD", parent=other, children=serials[:1])
    pallet = c.box(99)
    c.say("aggregation", at + 2 * DAY, MILL, "packing", action="ADD", parent=pallet, children=list(cases))
    left = at + 3 * DAY
    c.ship(left, MILL, DEPOT, epcs=[pallet])
    if c.is_("not_received_pallet"):
        return
    c.see(left + HOUR, YARD, "transporting", disposition="in_transit", epcs=[pallet], biz_location=None)
    c.receive(left + 5 * HOUR, DEPOT, epcs=[pallet])
    named = {"children": list(cases)} if c.random.random() < 0.6 else {}
    c.say("aggregation", left + 8 * HOUR, DEPOT, "unpacking", action="DELETE", parent=pallet, **named)
    for n, (uri, inside) in enumerate(cases.items()):
        _shelf(c, uri, inside, left + (1 + n) * DAY, first=n == 0)
    # the last shipment of the time is still on its way when the checks look
    last = c.box(98)
    c.say("aggregation", ENDED - 3 * DAY, MILL, "packing", action="ADD", parent=last, children=[c.box(97)])
    c.ship(ENDED - 2 * DAY, MILL, DEPOT, epcs=[last])


def _shelf(c: Chain, case: str, packs: list[str], at: datetime, *, first: bool) -> None:
    if not (first and c.is_("not_shipped_case")):
        c.ship(at, DEPOT, SHOP, epcs=[case])
    c.receive(at + 3 * HOUR, SHOP, epcs=[case])
    c.say("aggregation", at + 5 * HOUR, SHOP, "unpacking", action="DELETE", parent=case, children=packs)
    c.see(at + 6 * HOUR, SHOP, "stocking", disposition="sellable_accessible", epcs=packs)
    sold, again, broken, kept = packs
    c.sell(at + DAY, SHOP, epcs=[sold])
    c.sell(at + DAY + HOUR, SHOP, epcs=[again])
    c.see(at + 2 * DAY, SHOP, "receiving", disposition="returned", epcs=[again])
    c.sell(at + 3 * DAY, SHOP, epcs=[again])
    c.see(at + 3 * DAY, SHOP, "destroying", disposition="destroyed", epcs=[broken])
    c.see(at + 4 * DAY, SHOP, "inspecting", disposition="destroyed", epcs=[broken])
    if not first:
        c.say("object", at + 5 * DAY, SHOP, "decommissioning", action="DELETE", epcs=[sold], disposition="inactive")
        return
    if c.is_("sold_twice"):
        c.sell(at + 4 * DAY, OTHER_SHOP, epcs=[sold])
    if c.is_("after_destruction"):
        c.sell(at + 5 * DAY, SHOP, epcs=[broken])
    if c.is_("after_decommissioning"):
        c.say("object", at + 5 * DAY, SHOP, "decommissioning", action="DELETE", epcs=[kept], disposition="inactive")
        c.see(at + 6 * DAY, SHOP, "stocking", disposition="sellable_accessible", epcs=[kept])
    if c.is_("sold_expired"):
        c.sell(at + 20 * DAY, SHOP, epcs=[kept])


# --- as the rules read them ---------------------------------------------------------------------


def facts_of(chains: Sequence[Chain]) -> tuple[list[Fact], dict[int, Chain]]:
    """The facts of chains, and of which chain each event is."""
    facts: list[Fact] = []
    whose: dict[int, Chain] = {}
    for each in chains:
        for event in each.events:
            number = len(facts) + 1
            facts.append(fact_of(number, read_event(json.dumps(event).encode(), context=CONTEXT), NAMES))
            whose[number] = each
    return facts, whose


def parameters() -> Parameters:
    """What the catalogue would know; a part of a plot (AI 254) stands for its plot."""
    return Parameters(
        groups={f"{GS1}/01/{RICE}": "bulk rice", f"{GS1}/01/{PACK}": "rice"},
        piece_kg={f"{GS1}/01/{PACK}": 2.0},
        coordinates=POINTS,
        owners=OWNERS,
    )
