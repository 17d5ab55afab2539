"""From what a task tells to standard EPCIS events (CBV 2.0 words); pure but for the certificates that hold.

harvest    a transformation from the plot (GIAI) to the lot, `creating_class_instance`; without a plot the lot is
           commissioned. `harvestEndDate` in its master data
buy in     `accepting`, ADD for a lot that the ledger has not heard of; `receiving` for one that it has
process    a transformation; pack: one of business step `packing`, then cases and pallets as aggregations
ship       `shipping`, in_transit (or returned), with source and destination; receive the same words back
sell       `stocking` / sellable_accessible, or `retail_selling` / retail_sold
write off  `destroying` / destroyed with the reason; lost goods `decommissioning` / inactive
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from lienvung import registry
from lienvung.catalogue.models import Lot, Place, Product
from lienvung.epcis import build
from lienvung.field.rules import PIECES, Loss, Part, event_id
from lienvung.people.models import Organisation

CONTEXT: list[Any] = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"cbvmda": "urn:epcglobal:cbv:mda:", "lv": "https://lienvung.vn/ns/"},
]
GS1 = "https://id.gs1.org"
Event = dict[str, Any]
Amount = tuple[str, Decimal | None, str | None]


def local(at: datetime) -> datetime:
    """In the zone of the installation: an event says the hour of the place."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE))


def party_uri(organisation: Organisation) -> str | None:
    return f"{GS1}/417/{organisation.gln}" if organisation.gln else None


def certificates(product: Product, on: date) -> list[str] | None:
    """`certificationInfo`: the pages of the certificates that hold for the product on that day."""
    goods = registry.Goods(gtin=product.gtin, level="product", today=on, made_on=on)
    found = [proof for provider in registry.proofs for proof in provider.proofs(goods)]
    return [settings.ORIGIN + proof.href for proof in found if proof.valid and proof.href] or None


def split(parts: Iterable[Part]) -> tuple[list[str] | None, list[Amount] | None]:
    """Things with their own code, and amounts."""
    listed = list(parts)
    epcs = [part.uri for part in listed if part.amount is None]
    return epcs or None, [_amount(part) for part in listed if part.amount is not None] or None


def _amount(part: Part) -> Amount:
    return part.uri, part.amount, None if part.uom in ("", PIECES) else part.uom


@dataclass
class Teller:
    """Makes the events of one task; their eventIDs follow from its number."""

    task_id: uuid.UUID
    at: datetime
    place: Place
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.at = local(self.at)

    def _own(self) -> dict[str, Any]:
        return {"time": self.at, "event_id": event_id(self.task_id, len(self.events))}

    def _here(self) -> dict[str, Any]:
        return {"read_point": self.place.uri, "biz_location": self.place.uri}

    def harvest(self, lot: Lot, part: Part, plot: str | None, *, grower: str = "") -> None:
        ilmd = facts(lot) | {"cbvmda:harvestEndDate": self.at.date().isoformat()}
        more: dict[str, Any] = {"certification": certificates(lot.product, self.at.date()), "ilmd": ilmd}
        more["extensions"] = {"lv:grower": grower} if grower else None
        if plot:
            self.events.append(
                build.transformation_event(
                    **self._own(), inputs=[plot], output_quantities=[_amount(part)],
                    biz_step="creating_class_instance", disposition="active", **self._here(), **more,
                )
            )  # fmt: skip
        else:
            self._object([part], "commissioning", "active", action="ADD", **more)

    def bought(self, part: Part, *, lot: Lot | None, seller: Organisation | None, seller_name: str) -> None:
        """`lot`: one that this task makes; None: one that the ledger knows."""
        named = {"lv:boughtFrom": seller_name} if seller_name else None
        step, action = ("accepting", "ADD") if lot is not None else ("receiving", "OBSERVE")
        sources, destinations = self._parties(seller, self.place.owner)
        self._object(
            [part], step, "in_progress", action=action, sources=sources, destinations=destinations,
            ilmd=facts(lot) if lot is not None else None, extensions=named,
        )  # fmt: skip

    def make(self, inputs: Sequence[Part], lot: Lot, part: Part, *, step: str, produced: bool) -> None:
        epcs, amounts = split(inputs)
        day = "cbvmda:productionDate" if produced else "cbvmda:packagingDate"
        self.events.append(
            build.transformation_event(
                **self._own(), inputs=epcs, input_quantities=amounts, output_quantities=[_amount(part)],
                biz_step=step, disposition="active", certification=certificates(lot.product, self.at.date()),
                ilmd=facts(lot) | {day: self.at.date().isoformat()}, **self._here(),
            )
        )  # fmt: skip

    def label(self, part: Part, packs: Sequence[str]) -> None:
        """Every pack gets a code of its own: from here on they are followed one by one."""
        self.events.append(
            build.transformation_event(
                **self._own(), input_quantities=[_amount(part)], outputs=packs, biz_step="commissioning",
                disposition="active", **self._here(),
            )
        )  # fmt: skip

    def box(self, parent: str, inside: Sequence[Part]) -> None:
        epcs, amounts = split(inside)
        self.events.append(
            build.aggregation_event(
                **self._own(), action="ADD", parent=parent, children=epcs, child_quantities=amounts,
                biz_step="packing", disposition="in_progress", **self._here(),
            )
        )  # fmt: skip

    def unbox(self, parent: str) -> None:
        """Take all out of a case or pallet."""
        self.events.append(
            build.aggregation_event(
                **self._own(), action="DELETE", parent=parent, biz_step="unpacking", disposition="in_progress",
                **self._here(),
            )
        )  # fmt: skip

    def ship(
        self, parts: Sequence[Part], *, to: Organisation, to_place: Place | None, paper: str, returned: bool
    ) -> None:
        sources, destinations = self._parties(self.place.owner, to)
        sources = [*(sources or []), ("location", self.place.uri)]
        destinations = [*(destinations or []), *([("location", to_place.uri)] if to_place else [])]
        self._object(
            parts, "shipping", "returned" if returned else "in_transit", biz_location=None,
            biz_transactions=self._paper(paper), sources=sources, destinations=destinations,
        )  # fmt: skip

    def receive(
        self,
        parts: Sequence[Part],
        *,
        shipment: Event | None,
        shipment_id: str,
        told: Event | None,
        returned: bool = False,
    ) -> None:
        """`shipment`: the sender's event, whose papers and parties are repeated; `told`: what else is said (lv:…)."""
        known = shipment or {}
        more = {
            name: [(each.get("type"), each[word]) for each in known.get(listed) or () if each.get(word)]
            for name, listed, word in (
                ("biz_transactions", "bizTransactionList", "bizTransaction"),
                ("sources", "sourceList", "source"),
                ("destinations", "destinationList", "destination"),
            )
        }
        extensions = {**({"lv:shipment": shipment_id} if shipment_id else {}), **(told or {})}
        disposition = "returned" if returned else "in_progress"
        self._object(parts, "receiving", disposition, extensions=extensions or None, **more)

    def offer(self, parts: Sequence[Part], *, sold: bool) -> None:
        words = ("retail_selling", "retail_sold") if sold else ("stocking", "sellable_accessible")
        self._object(parts, *words)

    def write_off(self, parts: Sequence[Part], *, why: Loss, note: str) -> None:
        words = ("decommissioning", "inactive") if why is Loss.LOST else ("destroying", "destroyed")
        told = {"lv:reason": why.value, **({"lv:note": note} if note else {})}
        self._object(parts, *words, action="DELETE" if why is Loss.LOST else "OBSERVE", extensions=told)

    def _object(self, parts: Sequence[Part], step: str, disposition: str, **fields: Any) -> None:
        epcs, amounts = split(parts)
        fields = {**self._here(), "action": "OBSERVE", **fields}
        self.events.append(
            build.object_event(
                **self._own(), epcs=epcs, quantities=amounts, biz_step=step, disposition=disposition, **fields
            )
        )

    def _paper(self, paper: str) -> list[tuple[str, str]] | None:
        gln = self.place.owner.gln or self.place.gln
        return [("desadv", f"urn:epcglobal:cbv:bt:{gln}:{paper}")] if paper else None

    def _parties(self, giver: Organisation | None, taker: Organisation | None) -> tuple[Any, Any]:
        sides = [party_uri(side) if side is not None else None for side in (giver, taker)]
        listed = [[("possessing_party", uri)] if uri else None for uri in sides]
        return listed[0], listed[1]


def facts(lot: Lot) -> Event:
    """Master data of a lot as it is made (ilmd; CBV 2.0)."""
    ilmd: Event = {"cbvmda:lotNumber": lot.number}
    if lot.best_before:
        ilmd["cbvmda:bestBeforeDate"] = lot.best_before.isoformat()
    return ilmd
