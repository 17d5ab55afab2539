"""The teller: acts of the trade (harvest, mill, pack, ship, sell …) become EPCIS events in memory.

Pure: no database and no clock. A `Stage` registers lots and gives serial numbers; the play uses
the catalogue's actions for that, a test a list. Times are local (+07:00) and come from the chains.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any, Protocol
from urllib.parse import quote

from lienvung.demo.data import DemoData, Site, certificate_number
from lienvung.epcis import build
from lienvung.gs1 import check_digit

LOCAL = timezone(timedelta(hours=7))
GS1 = "https://id.gs1.org"
CONTEXT: list[Any] = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"cbvmda": "urn:epcglobal:cbv:mda:", "lv": "https://lienvung.vn/ns/"},
]

DIARY_STEPS = {
    "transplanting": ("commissioning", "active"),
    "planting": ("commissioning", "active"),
    "inspection": ("inspecting", "conformant"),
}
"""Business step and disposition of a diary line; any other activity is `other`."""

Amount = tuple[str, int, str | None]
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Goods:
    """What an act is about: single things (serials, animals, cases) and amounts of lots."""

    epcs: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()


@dataclass(slots=True)
class Batch:
    """A lot while the story is told; `left` is what has not been used or sent yet."""

    item: str
    number: str
    uri: str
    uom: str | None
    made: date
    best_before: date | None
    total: int
    left: int = 0

    def take(self, amount: int) -> Goods:
        """Use up to `amount` of what is left."""
        taken = min(amount, self.left)
        self.left -= taken
        return Goods(amounts=((self.uri, taken, self.uom),))

    def all(self) -> Goods:
        return self.take(self.left)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event and the organisation that captures it."""

    time: datetime
    order: int
    firm: str
    event: Event


class Stage(Protocol):
    """Where lots are registered and serial numbers come from."""

    def lot(self, batch: Batch) -> None: ...

    def serials(self, batch: Batch, count: int) -> list[str]: ...


@dataclass
class MemoryStage:
    """A stage without a database: keeps the lots, counts up serials."""

    lots: list[Batch] = field(default_factory=list)
    issued: Counter[str] = field(default_factory=Counter)

    def lot(self, batch: Batch) -> None:
        self.lots.append(batch)

    def serials(self, batch: Batch, count: int) -> list[str]:
        first = self.issued[batch.item]
        self.issued[batch.item] += count
        return [f"S{number:06d}" for number in range(first + 1, first + count + 1)]


def together(parts: Iterable[Goods]) -> Goods:
    """Several goods as one."""
    epcs: list[str] = []
    amounts: list[Amount] = []
    for part in parts:
        epcs += part.epcs
        amounts += part.amounts
    return Goods(tuple(epcs), tuple(amounts))


def things(uris: Sequence[str]) -> Goods:
    return Goods(epcs=tuple(uris))


class Story:
    """Collects the events of all chains; one random source a chain, so that chains do not disturb each other."""

    def __init__(self, data: DemoData, stage: Stage) -> None:
        self.data = data
        self.stage = stage
        self.entries: list[Entry] = []
        self.marks: dict[str, str] = {}  # things that the addresses printed at the end, and the tests, point to
        self._boxes: Counter[str] = Counter()
        self._papers: Counter[str] = Counter()

    # --- names -------------------------------------------------------------------------------

    def chance(self, chain: str) -> random.Random:
        return random.Random(f"{self.data.story['seed']}:{chain}")

    def at(self, month: int, day: int, hour: int = 7, minute: int = 0) -> datetime:
        """A local time of the story's year."""
        return datetime(self.data.story["year"], month, day, hour, minute, tzinfo=LOCAL)

    def days(self, start: datetime, end: datetime, step: int = 1) -> list[datetime]:
        """Every `step`th day from `start` up to and including `end`."""
        return [start + timedelta(days=n) for n in range(0, (end - start).days + 1, step)]

    def start(self) -> datetime:
        first: date = self.data.story["first_day"]
        return datetime(first.year, first.month, first.day, tzinfo=LOCAL)

    def end(self) -> datetime:
        last: date = self.data.story["last_day"]
        return datetime(last.year, last.month, last.day, 23, 59, tzinfo=LOCAL)

    def site(self, key: str) -> Site:
        return self.data.sites[key]

    def batch(self, item: str, number: str, *, made: datetime, amount: int) -> Batch:
        """Name a lot and register it on the stage."""
        known = self.data.items[item]
        best = made.date() + timedelta(days=known.shelf_life_days) if known.shelf_life_days else None
        uri = f"{GS1}/01/{known.gtin}/10/{quote(number, safe='')}"
        batch = Batch(item, number, uri, known.uom, made.date(), best, amount, amount)
        self.stage.lot(batch)
        return batch

    def label(self, when: datetime, site: str, batch: Batch) -> list[str]:
        """Every pack of a lot gets a serial; from here on packs are followed one by one, no longer as an amount.

        Gives the packs as Digital Links with lot and serial.
        """
        packs = [f"{batch.uri}/21/{serial}" for serial in self.stage.serials(batch, batch.left)]
        self.turn(when, site, batch.all(), things(packs))
        return packs

    def box(self, firm: str) -> str:
        """A new case or pallet: an SSCC of the organisation (AI 00, extension digit 1)."""
        self._boxes[firm] += 1
        digits = f"1{self.data.firms[firm].company_prefix}{self._boxes[firm]:07d}"
        return f"{GS1}/00/{digits}{check_digit(digits)}"

    def asset(self, firm: str, reference: str) -> str:
        """A single asset or animal: a GIAI of the organisation (AI 8004)."""
        return f"{GS1}/8004/{self.data.firms[firm].company_prefix}{reference}"

    def process(self, firm: str, number: str) -> str:
        """A transformationID: the making record as a GDTI of the organisation (AI 253, document type 001)."""
        digits = f"{self.data.firms[firm].company_prefix}001"
        return f"{GS1}/253/{digits}{check_digit(digits)}{number}"

    def paper(self, firm: str, kind: str) -> tuple[str, str]:
        """The next order (po) or despatch advice (desadv) of an organisation, as a CBV transaction identifier."""
        self._papers[firm + kind] += 1
        gln = self.data.firms[firm].gln
        return kind, f"urn:epcglobal:cbv:bt:{gln}:{kind.upper()}{self._papers[firm + kind]:05d}"

    # --- acts --------------------------------------------------------------------------------

    def tell(self, firm: str, when: datetime, event: Event) -> Event:
        """Keep an event. What lies outside the six months is not told."""
        if self.start() <= when <= self.end():
            self.entries.append(Entry(when, len(self.entries), firm, event))
        return event

    def facts(self, batch: Batch, **more: Any) -> Event:
        """Master data of a lot as it is made (ilmd; CBV 2.0 section 9); packed products with their certificate."""
        item = self.data.items[batch.item]
        ilmd: Event = {"cbvmda:lotNumber": batch.number, **more}
        if batch.best_before:
            ilmd["cbvmda:bestBeforeDate"] = batch.best_before.isoformat()
        if item.row:
            ilmd["lv:packDate"] = batch.made.isoformat()
        if item.standards:
            ilmd["cbvmda:certificationList"] = [
                {
                    "cbvmda:certification": {
                        "cbvmda:certificationStandard": item.standards,
                        "cbvmda:certificationAgency": "Tổ chức chứng nhận Minh Hoạ",
                        "cbvmda:certificationIdentification": certificate_number(item),
                        "cbvmda:certificationEndDate": self.data.story["certificates"]["valid_to"].isoformat(),
                    }
                }
            ]
        return ilmd

    def harvest(self, when: datetime, site: str, crop: str, batch: Batch, **fields: Any) -> Event:
        """A lot is cut or netted from a crop that has a diary (a GIAI): the lot's way back leads to the plot."""
        more = {"cbvmda:harvestEndDate": when.date().isoformat(), **fields.pop("facts", {})}
        return self.turn(
            when,
            site,
            things([crop]),
            Goods(amounts=((batch.uri, batch.total, batch.uom),)),
            biz_step="creating_class_instance",
            ilmd=self.facts(batch, **more),
            **fields,
        )

    def make(self, when: datetime, site: str, batch: Batch, *, harvested: bool = False, **fields: Any) -> Event:
        """A lot comes into being here (catch, delivery from before the story)."""
        place = self.site(site)
        more = {"cbvmda:harvestEndDate" if harvested else "lv:producedOn": when.date().isoformat()}
        ilmd = self.facts(batch, **more, **fields.pop("facts", {}))
        return self.tell(
            place.owner,
            when,
            build.object_event(
                time=when,
                action="ADD",
                quantities=[(batch.uri, batch.total, batch.uom)],
                biz_step="commissioning",
                disposition="active",
                read_point=place.uri,
                biz_location=place.uri,
                ilmd=ilmd,
                **fields,
            ),
        )

    def note(self, when: datetime, site: str, goods: Goods, step: str, **fields: Any) -> Event:
        """Something is seen or done here to goods that stay what they are."""
        place = self.site(site)
        fields.setdefault("disposition", "in_progress")
        return self.tell(
            fields.pop("firm", place.owner),
            when,
            build.object_event(
                time=when,
                action=fields.pop("action", "OBSERVE"),
                epcs=goods.epcs or None,
                quantities=goods.amounts or None,
                biz_step=step,
                read_point=place.uri,
                biz_location=fields.pop("biz_location", place.uri),
                **fields,
            ),
        )

    def diary(self, when: datetime, site: str, crop: str, activity: str, **details: Any) -> Event:
        """A line of the growing diary about a crop or an animal (GIAI): what was done, with what, how much."""
        more = {f"lv:{name}": value for name, value in details.items()}
        step, seen = DIARY_STEPS.get(activity, ("other", "active"))
        action = "ADD" if step == "commissioning" else "OBSERVE"
        extensions = {"lv:activity": activity, **more}
        return self.note(when, site, things([crop]), step, disposition=seen, action=action, extensions=extensions)

    def turn(self, when: datetime, site: str, inputs: Goods, outputs: Goods, **fields: Any) -> Event:
        """Inputs become outputs (milling, cooking, packing, slaughter)."""
        place = self.site(site)
        return self.tell(
            place.owner,
            when,
            build.transformation_event(
                time=when,
                inputs=inputs.epcs or None,
                input_quantities=inputs.amounts or None,
                outputs=outputs.epcs or None,
                output_quantities=outputs.amounts or None,
                biz_step=fields.pop("biz_step", "commissioning"),
                disposition="active",
                read_point=place.uri,
                biz_location=place.uri,
                **fields,
            ),
        )

    def associate(self, when: datetime, site: str, parent: str, children: Sequence[str], *, action: str = "ADD") -> str:
        """Fix sensors to a truck or a hive (AssociationEvent), or take them off; gives the first child."""
        place = self.site(site)
        self.tell(
            place.owner,
            when,
            build.association_event(
                time=when,
                action=action,
                parent=parent,
                children=children,
                biz_step="installing" if action == "ADD" else "removing",
                read_point=place.uri,
                biz_location=place.uri,
            ),
        )
        return children[0]

    def pack(self, when: datetime, site: str, goods: Goods, *, firm: str = "") -> str:
        """Put goods into a new case or pallet and give its SSCC."""
        place = self.site(site)
        parent = self.box(firm or place.owner)
        self._packing(when, place, parent, goods, "ADD")
        return parent

    def unpack(self, when: datetime, site: str, parent: str, goods: Goods) -> None:
        self._packing(when, self.site(site), parent, goods, "DELETE")

    def _packing(self, when: datetime, place: Site, parent: str, goods: Goods, action: str) -> None:
        self.tell(
            place.owner,
            when,
            build.aggregation_event(
                time=when,
                action=action,
                parent=parent,
                children=goods.epcs or None,
                child_quantities=goods.amounts or None,
                biz_step="packing" if action == "ADD" else "unpacking",
                disposition="in_progress",
                read_point=place.uri,
                biz_location=place.uri,
            ),
        )

    def send(
        self,
        when: datetime,
        source: str,
        target: str,
        goods: Goods,
        *,
        hours: float = 3.0,
        returned: bool = False,
        via: str = "",
    ) -> datetime:
        """Ship goods, have them seen on the way at the carrier's yard `via`, receive them after `hours`.

        Gives the time of receipt.
        """
        here, there = self.site(source), self.site(target)
        arrival = when + timedelta(hours=hours)
        seller, buyer = self.data.firms[here.owner], self.data.firms[there.owner]
        fields: dict[str, Any] = {
            "epcs": goods.epcs or None,
            "quantities": goods.amounts or None,
        }
        if seller.gln != buyer.gln:
            fields |= {
                "biz_transactions": [self.paper(here.owner, "desadv")],
                "sources": [("possessing_party", f"{GS1}/417/{seller.gln}"), ("location", here.uri)],
                "destinations": [("possessing_party", f"{GS1}/417/{buyer.gln}"), ("location", there.uri)],
            }
        shipping = build.object_event(
            time=when,
            action="OBSERVE",
            biz_step="shipping",
            disposition="returned" if returned else "in_transit",
            read_point=here.uri,
            **fields,
        )
        self.tell(here.owner, when, shipping)
        if via:
            on_the_way = when + timedelta(hours=hours / 4)
            self.note(on_the_way, via, goods, "transporting", disposition="in_transit", biz_location=None)
        receiving = build.object_event(
            time=arrival,
            action="OBSERVE",
            biz_step="receiving",
            disposition="returned" if returned else "in_progress",
            read_point=there.uri,
            biz_location=there.uri,
            **fields,
        )
        self.tell(there.owner, arrival, receiving)
        return arrival

    def order(self, when: datetime, buyer_site: str, seller_site: str, goods: Goods) -> None:
        """The buyer's order is bound to the lots that fill it (TransactionEvent)."""
        buyer, seller = self.site(buyer_site), self.site(seller_site)
        self.tell(
            seller.owner,
            when,
            build.transaction_event(
                time=when,
                action="ADD",
                biz_transactions=[self.paper(buyer.owner, "po")],
                epcs=goods.epcs or None,
                quantities=goods.amounts or None,
                biz_step="staging_outbound",
                disposition="in_progress",
                read_point=seller.uri,
                biz_location=seller.uri,
            ),
        )

    def measure(self, when: datetime, site: str, goods: Goods, celsius: float, *, device: str, firm: str = "") -> None:
        """A logger's reading of the temperature of goods, in degrees Celsius (UN/CEFACT CEL)."""
        place = self.site(site)
        sensor = {
            "sensorMetadata": {"time": when.isoformat(timespec="milliseconds"), "deviceID": device},
            "sensorReport": [{"type": "Temperature", "value": celsius, "uom": "CEL"}],
        }
        self.tell(
            firm or place.owner,
            when,
            build.object_event(
                time=when,
                action="OBSERVE",
                epcs=goods.epcs or None,
                quantities=goods.amounts or None,
                biz_step="sensor_reporting",
                read_point=place.uri,
                sensors=[sensor],
            ),
        )
