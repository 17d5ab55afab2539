"""Happenings (tests/core/lineage_chains.py) as EPCIS events with real identifiers, for capture into the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lienvung.epcis.build import aggregation_event, association_event, object_event, transformation_event
from lienvung.gs1 import check_digit
from lienvung.lineage.facts import ADD, CHILD, DELETE, EPC, INPUT, OBSERVE, OUTPUT, PARENT
from lienvung.lineage.memory import Happening, Quantity

BASE = 1_772_000_000_000
ACTIONS = {ADD: "ADD", OBSERVE: "OBSERVE", DELETE: "DELETE"}
GTIN = "0893500100101" + check_digit("0893500100101")
CLASS = f"https://id.gs1.org/01/{GTIN}"


def sscc(number: int) -> str:
    body = f"08935001{number:09d}"
    return f"https://id.gs1.org/00/{body}{check_digit(body)}"


def gln(number: int) -> str:
    body = f"8935001{number:05d}"
    return f"https://id.gs1.org/414/{body}{check_digit(body)}"


class World:
    """One set of identifiers; each example gets its own, since nothing can be taken out of a ledger."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.uris: dict[str, str] = {}

    def uri(self, name: str) -> str:
        if name not in self.uris:
            digits = int(name[1:]) if name[1:].isdigit() else sum(map(ord, name))
            self.uris[name] = {
                "s": f"{CLASS}/21/{self.number}S{digits}",
                "l": f"{CLASS}/10/{self.number}L{digits}",
                "c": sscc(self.number * 10 + digits),
            }.get(name[0] if name[1:].isdigit() else "", gln(digits))
        return self.uris[name]

    def settle(self, chain: list[Happening]) -> list[Happening]:
        """The chain as the ledger takes it: no empty or repeated events, real times, each serial's lot told once."""
        kept: list[Happening] = []
        seen: set[str] = set()
        told: set[tuple[str, str]] = set()
        for h in chain:
            epcs = h.things.get(EPC, ())
            lots = tuple({serial: (serial, lot) for serial, lot in h.lots if serial in epcs}.values())
            lots = tuple(pair for pair in lots if pair not in told)
            h = replace(h, t=BASE + h.t * 1000, lots=lots)
            key = repr(replace(h, void=False, lots=()))
            if _says_something(h) and key not in seen:
                seen.add(key)
                told.update(lots)
                kept.append(h)
        return kept

    def event(self, h: Happening) -> dict[str, Any]:
        lots = dict(h.lots)
        named = {
            role: [self._with_lot(name, lots.get(name)) if role == EPC else self.uri(name) for name in names]
            for role, names in h.things.items()
        }
        amounts = {role: [self._amount(q) for q in quantities] for role, quantities in h.amounts.items()}
        common: dict[str, Any] = {"time": moment(h.t), "offset": "+07:00"}
        common |= {
            "biz_step": h.step,
            "disposition": h.disposition,
            "biz_location": self.uri(h.place) if h.place else None,
        }
        common = {name: value for name, value in common.items() if value is not None}
        if INPUT in h.things:
            return transformation_event(
                inputs=named[INPUT], outputs=named[OUTPUT], input_quantities=amounts[INPUT],
                output_quantities=amounts[OUTPUT],
                transformation_id=f"urn:uuid:{self.number:08d}-0000-4000-8000-"
                f"00000000{sum(map(ord, h.transformation)):04d}"
                if h.transformation else None,
                **common,
            )  # fmt: skip
        if PARENT in h.things:
            build = association_event if h.things[PARENT] == ("c2",) else aggregation_event
            return build(
                parent=named[PARENT][0],
                children=named[CHILD],
                child_quantities=amounts[CHILD],
                action=ACTIONS[h.action],
                **common,
            )
        return object_event(epcs=named[EPC], quantities=amounts[EPC], action=ACTIONS[h.action], **common)

    def _with_lot(self, name: str, lot: str | None) -> str:
        serial = self.uri(name)
        return serial if lot is None else serial.replace("/21/", f"/10/{self.uri(lot).rsplit('/', 1)[1]}/21/")

    def _amount(self, q: Quantity) -> tuple[str, float | None, str | None]:
        return self.uri(q.thing), q.amount, q.unit or None


def _says_something(h: Happening) -> bool:
    count = {role: len(h.things.get(role, ())) + len(h.amounts.get(role, ())) for role in range(5)}
    if INPUT in h.things:
        return bool((count[INPUT] and count[OUTPUT]) or (h.transformation and count[INPUT] + count[OUTPUT]))
    if PARENT in h.things:
        return bool(count[CHILD]) or h.action == DELETE
    return bool(count[EPC])


def moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def declared_wrong(event: dict[str, Any]) -> dict[str, Any]:
    """The same event again, with the declaration that it is wrong."""
    return {**event, "errorDeclaration": {"declarationTime": moment(BASE + 10**8), "reason": "did_not_occur"}}
