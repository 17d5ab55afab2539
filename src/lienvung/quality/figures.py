"""How much of recalled goods is where: sold, on the shelf, in the store room, under way, still stoppable; kg and packs.

A figure counts packs (things with their own code, and lots that are counted in pieces) and, beside them, their mass or
volume where the ledger or the catalogue knows it. Goods that are no longer there as such (used up, destroyed, lost)
are told apart: what was made of them is in the scope itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lienvung.catalogue import words
from lienvung.texts import Text

TO_BASE = {"GRM": ("KGM", Decimal("0.001")), "TNE": ("KGM", Decimal(1000)), "MLT": ("LTR", Decimal("0.001"))}
ZERO = Decimal(0)

GROUPS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "on_shelf": (Text("Trên kệ", "On the shelf"), ("on_shelf",)),
    "in_store": (Text("Trong kho", "In the store room"), ("in_store",)),
    "in_transit": (Text("Đang vận chuyển", "Under way"), ("in_transit",)),
    "at_maker": (Text("Nơi sản xuất, chế biến", "At producers and processors"), ("at_producer", "in_process")),
    "set_apart": (Text("Đã trả lại, ngừng lưu thông", "Returned or set apart"), ("returned", "blocked")),
    "unknown": (Text("Chưa rõ ở đâu", "State not known"), ("unknown",)),
    "sold": (Text("Đã bán", "Sold"), ("sold",)),
    "gone": (Text("Không còn (đã dùng, tiêu huỷ, mất)", "No longer there (used, destroyed, lost)"),
             ("destroyed", "consumed", "removed")),
}  # fmt: skip
STOPPABLE = ("on_shelf", "in_store", "in_transit", "at_maker", "set_apart", "unknown")
_GROUP_OF = {state: key for key, (_, states) in GROUPS.items() for state in states}


@dataclass(slots=True)
class Figure:
    """One line: `packs`, `amounts` by unit (mass and volume in kg and litres); `unknown`: parts without an amount."""

    key: str
    text: Text
    packs: Decimal = ZERO
    amounts: dict[str, Decimal] = field(default_factory=dict)
    containers: int = 0  # cases, pallets: their contents are counted themselves
    unknown: int = 0
    at_most: bool = False  # a part of the amounts may be counted by packs already

    def add(self, row: Mapping[str, Any]) -> None:
        things, quantity, uom = row["things"], row["quantity"], row["uom"]
        if things and not row["gtin"]:
            self.containers += things
            return
        amount = None if quantity == "" else Decimal(str(quantity))
        self.at_most |= row.get("at_most", False)
        if things:
            self.packs += things
        elif amount is None:
            self.unknown += 1
        elif uom in words.PIECES:
            self.packs += amount
            if row.get("content"):
                self._put(row["content_uom"], amount * Decimal(str(row["content"])))
            return
        if amount is not None and uom not in words.PIECES:
            self._put(uom, amount)

    def _put(self, uom: str, amount: Decimal) -> None:
        unit, factor = TO_BASE.get(uom, (uom, Decimal(1)))
        self.amounts[unit] = self.amounts.get(unit, ZERO) + amount * factor

    def take(self, other: Figure) -> None:
        self.packs += other.packs
        self.containers += other.containers
        self.unknown += other.unknown
        self.at_most |= other.at_most
        for unit, amount in other.amounts.items():
            self.amounts[unit] = self.amounts.get(unit, ZERO) + amount

    @property
    def empty(self) -> bool:
        return not (self.packs or self.amounts or self.unknown or self.containers)

    @property
    def measures(self) -> list[tuple[Decimal, Text]]:
        """(amount, unit in words), kg first."""
        return [(self.amounts[unit], words.unit(unit)) for unit in sorted(self.amounts)]


@dataclass(frozen=True, slots=True)
class Figures:
    """`lines`: groups that have goods; `stoppable`: all that is neither sold nor gone; `whole`: that and the sold."""

    lines: list[Figure]
    stoppable: Figure
    whole: Figure


def figures_of(rows: Iterable[Mapping[str, Any]]) -> Figures:
    """The rows of a scope (`scopes.reach_of`) put together by what can be done about the goods."""
    by_key = {key: Figure(key, text) for key, (text, _) in GROUPS.items()}
    for row in rows:
        by_key[_GROUP_OF.get(row["state"], "unknown")].add(row)
    stoppable = Figure("stoppable", Text("Còn chặn được", "Still stoppable"))
    for key in STOPPABLE:
        stoppable.take(by_key[key])
    whole = Figure("whole", Text("Cộng", "Total"))
    whole.take(stoppable)
    whole.take(by_key["sold"])
    return Figures([figure for figure in by_key.values() if not figure.empty], stoppable, whole)
