"""The CBV event hash: Lienvung against the public reference, on one document, outputs compared.

    python benchmarks/bench_hash.py [--events 1000] [--seed 1]

Claim: at least 100 times as fast as epcis-event-hash-generator from the document's
bytes to the list of hashes, with equal output; and what `read_document` (validation,
identifiers, everything that capture needs) costs on the same document. Best of several
runs each, because other work on the machine can only slow a run down.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import logging
import platform
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec

from lienvung.epcis import build, hash_document, read_document
from lienvung.epcis.document import open_document
from lienvung.epcis.lookups import LOOKUPS
from lienvung.epcis.wire import decode_event
from lienvung.gs1 import check_digit

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"cbvmda": "urn:epcglobal:cbv:mda:", "example": "https://ns.example.com/epcis/"},
]
ZONE = timezone(timedelta(hours=7))


class Chain:
    """Events of an invented rice chain: harvest, mill, packs, cases, pallets, shipping, receiving, selling."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.time = datetime(2026, 3, 1, 6, tzinfo=UTC).astimezone(ZONE)
        self.places = [f"https://id.gs1.org/414/{self._closed(f'893850{n:06}')}" for n in range(200)]
        self.parties = [f"urn:epc:id:pgln:8938505.{n:05}" for n in range(40)]
        self.products = [self._closed(f"0893850{n:06}") for n in range(60)]

    @staticmethod
    def _closed(digits: str) -> str:
        return digits + check_digit(digits)

    def _common(self, biz_step: str, disposition: str) -> dict[str, Any]:
        self.time += timedelta(seconds=self.random.randrange(5, 900))
        read_point = self.random.choice(self.places)
        return {
            "time": self.time.replace(microsecond=self.random.randrange(1000) * 1000),
            "biz_step": biz_step,
            "disposition": disposition,
            "read_point": read_point,
            "biz_location": read_point,
        }

    def serials(self, count: int) -> list[str]:
        gtin = self.random.choice(self.products)
        if self.random.random() < 0.1:  # some partners still write URNs
            item = f"urn:epc:id:sgtin:{gtin[1:8]}.{gtin[0]}{gtin[8:13]}."
            return [f"{item}{self.random.randrange(10**9)}" for _ in range(count)]
        return [f"https://id.gs1.org/01/{gtin}/21/{self.random.randrange(36**7):09d}" for _ in range(count)]

    def pallet(self) -> str:
        return "https://id.gs1.org/00/" + self._closed(f"38938505{self.random.randrange(10**9):09}")

    def lot(self) -> str:
        return f"https://id.gs1.org/01/{self.random.choice(self.products)}/10/L{self.random.randrange(10**6)}"

    def document(self, count: int) -> bytes:
        events = [self._event() for _ in range(count)]
        return json.dumps(
            {
                "@context": CONTEXT,
                "type": "EPCISDocument",
                "schemaVersion": "2.0",
                "creationDate": "2026-11-02T08:00:00.000+07:00",
                "epcisBody": {"eventList": events},
            },
            ensure_ascii=False,
        ).encode()

    def _event(self) -> dict[str, Any]:
        kinds = (self.harvest, self.mill, self.commission, self.pack, self.ship, self.receive, self.invoice, self.sense)
        return self.random.choices(kinds, weights=(8, 8, 22, 24, 14, 14, 8, 2))[0]()

    def harvest(self) -> dict[str, Any]:
        amount = self.random.randrange(200, 4000) / 2
        return build.object_event(
            action="ADD",
            quantities=[(self.lot(), amount, "KGM")],
            ilmd={"cbvmda:harvestStartDate": "2026-02-27", "example:field": f"Ruộng số {self.random.randrange(90)}"},
            **self._common("creating_class_instance", "active"),
        )

    def mill(self) -> dict[str, Any]:
        inputs = [(self.lot(), self.random.randrange(100, 900), "KGM") for _ in range(self.random.randrange(2, 8))]
        return build.transformation_event(
            input_quantities=inputs,
            outputs=self.serials(self.random.randrange(4, 13)),
            ilmd={"cbvmda:itemExpirationDate": "2027-03-01", "cbvmda:lotNumber": f"M{self.random.randrange(10**5)}"},
            **self._common("commissioning", "active"),
        )

    def commission(self) -> dict[str, Any]:
        epcs = self.serials(self.random.randrange(6, 15))
        return build.object_event(action="ADD", epcs=epcs, **self._common("commissioning", "active"))

    def pack(self) -> dict[str, Any]:
        children = self.serials(self.random.randrange(6, 15))
        return build.aggregation_event(
            action="ADD", parent=self.pallet(), children=children, **self._common("packing", "in_progress")
        )

    def ship(self) -> dict[str, Any]:
        return build.object_event(
            action="OBSERVE",
            epcs=[self.pallet() for _ in range(self.random.randrange(1, 5))],
            biz_transactions=[("po", f"urn:epcglobal:cbv:bt:8938505000013:PO{self.random.randrange(10**5)}")],
            sources=[("possessing_party", self.random.choice(self.parties))],
            destinations=[("possessing_party", self.random.choice(self.parties))],
            **self._common("shipping", "in_transit"),
        )

    def receive(self) -> dict[str, Any]:
        epcs = self.serials(self.random.randrange(4, 12))
        return build.object_event(action="OBSERVE", epcs=epcs, **self._common("receiving", "in_progress"))

    def invoice(self) -> dict[str, Any]:
        orders = [("inv", f"urn:epcglobal:cbv:bt:8938505000013:INV{self.random.randrange(10**5)}")]
        return build.transaction_event(
            action="ADD", biz_transactions=orders, epcs=self.serials(8), **self._common("shipping", "in_transit")
        )

    def sense(self) -> dict[str, Any]:
        reports = [{"type": "Temperature", "value": self.random.randrange(10, 90) / 10, "uom": "CEL"}]
        sensor = {"sensorMetadata": {"time": "2026-03-01T06:00:00.000Z"}, "sensorReport": reports}
        return build.object_event(
            action="OBSERVE", epcs=[self.pallet()], sensors=[sensor], **self._common("sensor_reporting", "in_transit")
        )


def reference(data: bytes) -> list[str]:
    """The public reference, from text to hashes, without its own logging."""
    from epcis_event_hash_generator.hash_generator import epcis_hashes_from_events
    from epcis_event_hash_generator.json_to_py import event_list_from_epcis_document_str

    logging.disable(logging.CRITICAL)
    hashes: list[str] = epcis_hashes_from_events(event_list_from_epcis_document_str(data.decode()))
    return hashes


def best(action: Callable[[], Any], runs: int) -> float:
    """Processor seconds of the fastest run."""
    times = []
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        result = action()
        times.append(time.process_time() - start)
        del result
    return min(times)


def measure(data: bytes, others: list[bytes], rounds: int) -> dict[str, float]:
    """Seconds a document of each way, the best of all rounds; the ways take turns, so that they share the noise."""
    ways: dict[str, Callable[[], float]] = {
        "reference": lambda: best(lambda: reference(data), 1),
        "hash, new documents": lambda: fresh(hash_document, others),
        "hash, same document again": lambda: best(lambda: hash_document(data), 10),
        "read, new documents": lambda: fresh(read_document, others),
        "read, same document again": lambda: best(lambda: read_document(data), 10),
        "floor (split, decode, sha256)": lambda: best(lambda: floor(data), 10),
    }
    seconds = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            seconds[name] = min(seconds[name], way())
    return seconds


def floor(data: bytes) -> None:
    """What cannot be saved: splitting, typed decoding, one SHA-256 an event."""
    for raw in open_document(data).events:
        decode_event(raw)
        hashlib.sha256(raw).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    documents = [Chain(args.seed + n).document(args.events) for n in range(12)]
    data = documents[0]
    theirs = reference(data)
    equal = hash_document(data) == theirs
    seconds = measure(data, documents[1:], args.rounds)
    rates = {name: args.events / taken for name, taken in seconds.items()}
    print(f"Python {platform.python_version()}, {platform.machine()}, msgspec {msgspec.__version__}")
    print(f"{args.events} events, {len(data)} bytes; equal output: {equal}")
    for name, rate in rates.items():
        print(f"{name:32} {rate:>10,.0f} events/s {1e6 / rate:>9.2f} us/event {rate / rates['reference']:>8.1f} x")
    return 0 if equal else 1


def fresh(action: Callable[[bytes], Any], documents: list[bytes]) -> float:
    """Seconds for a document whose identifiers were not seen before: the fastest of several different ones."""
    LOOKUPS.cache_clear()
    action(documents[0])  # the products and places are known, the serials and lots of the next ones are not
    pending = iter(documents[1:])
    return best(lambda: action(next(pending)), len(documents) - 1)


if __name__ == "__main__":
    sys.exit(main())
