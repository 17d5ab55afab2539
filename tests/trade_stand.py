"""How things stand in the small trade of tests/trade.py: places, goods, packs, heaps of lots."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

EPOCH = 1_772_000_000_000
STEP = 60_000
DOMAIN = "https://id.gs1.org"
FARMS, MILL, PACKER, SHOPS = ("farm1", "farm2"), "mill", "packer", ("shop1", "shop2")
PLACES = (*FARMS, MILL, PACKER, *SHOPS)
PADDY, RICE, PACKS = "paddy", "rice", "packs"
OWNER = {PADDY: "farm", RICE: "mill", PACKS: "packer"}
GONE = {"sold", "destroyed", "consumed", "removed"}
WAY = {"in_transit", "returned"}


def keyed(body: str) -> str:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


GTINS = {kind: keyed(f"0893000007{number:03d}") for number, kind in enumerate((PADDY, RICE, PACKS))}
GLNS = {place: keyed(f"89300007{number:04d}") for number, place in enumerate(PLACES)}


def place_uri(name: str) -> str:
    return f"{DOMAIN}/414/{GLNS[name]}"


@dataclass
class Single:
    """A pack, a case or a pallet."""

    place: str
    state: str
    holder: str | None = None


Heap = tuple[str, str, str, str | None]  # lot, place, state, container


@dataclass
class Stand:
    """How things are at one time."""

    single: dict[str, Single] = field(default_factory=dict)
    heaps: dict[Heap, int] = field(default_factory=dict)

    def add(self, heap: Heap, amount: int) -> None:
        left = self.heaps.get(heap, 0) + amount
        assert left >= 0
        if left:
            self.heaps[heap] = left
        else:
            self.heaps.pop(heap, None)

    def inside(self, holder: str) -> tuple[list[str], list[Heap]]:
        return (
            [uri for uri, one in self.single.items() if one.holder == holder],
            [heap for heap in self.heaps if heap[3] == holder],
        )


def kg(lot: str, amount: int) -> dict[str, Any]:
    return {"epcClass": lot, "quantity": amount, "uom": "KGM"}


def moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
