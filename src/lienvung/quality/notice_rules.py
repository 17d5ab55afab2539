"""Pure decisions about notices to holders: what one lists, which answer is plausible, how much is accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from lienvung.catalogue.words import PACK, PIECES
from lienvung.errors import Invalid

SOLD = "sold"
NO_LONGER = frozenset({"destroyed", "consumed", "removed"})
ZERO = Decimal(0)
SHORTEST_NOTE = 10


@dataclass(slots=True)
class Listed:
    """Goods of one lot at a holder's places at the decision; None: the ledger does not know how much."""

    product: str
    product_en: str
    present: Decimal | None = ZERO
    sold: Decimal | None = ZERO
    at_most: bool = False  # serials of the lot may be a part of it


def lines_of(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], Listed]:
    """(GTIN, lot, unit) -> what is there and what was sold. Cases and pallets are left out: their contents are in."""
    lines: dict[tuple[str, str, str], Listed] = {}
    for row in rows:
        if row["state"] in NO_LONGER or not row["gtin"]:
            continue
        amount, unit = _amount(row)
        line = lines.setdefault((row["gtin"], row["lot"], unit), Listed(row["product"], row["product_en"]))
        name = "sold" if row["state"] == SOLD else "present"
        before = getattr(line, name)
        line.at_most |= bool(row.get("at_most")) and amount is not None
        setattr(line, name, None if amount is None or before is None else before + amount)
    return lines


def _amount(row: Mapping[str, Any]) -> tuple[Decimal | None, str]:
    if row["quantity"] != "":
        packs = bool(row.get("content")) and row["uom"] in PIECES
        return Decimal(str(row["quantity"])), PACK if packs else row["uom"]
    return (Decimal(row["things"]), "") if row["things"] else (None, row["uom"])


@dataclass(frozen=True, slots=True)
class Told:
    """A holder's answer for one line."""

    found: Decimal
    returned: Decimal
    destroyed: Decimal
    sold: Decimal
    note: str = ""


def check_told(told: Told, total: Decimal | None, *, path: str = "") -> Told:
    """The answer, when it is plausible or explains itself in a note."""
    amounts = (told.found, told.returned, told.destroyed, told.sold)
    if min(amounts) < 0:
        raise Invalid(
            "quality.negative", vi="Số lượng không được âm.", en="An amount is not below zero.", path=f"{path}found"
        )
    if len(told.note.strip()) >= SHORTEST_NOTE:
        return told
    if total is not None and told.found + told.sold > total:
        raise Invalid(
            "quality.more_than_there_was",
            vi="Tìm thấy và đã bán nhiều hơn số đã ghi: hãy giải thích ở ghi chú (từ 10 ký tự).",
            en="Found and sold are more than was recorded: explain it in the note (10 characters or more).",
            path=f"{path}note",
        )
    if told.returned + told.destroyed > told.found:
        raise Invalid(
            "quality.more_than_found",
            vi="Trả lại và tiêu huỷ nhiều hơn số tìm thấy: hãy giải thích ở ghi chú (từ 10 ký tự).",
            en="Returned and destroyed are more than was found: explain it in the note (10 characters or more).",
            path=f"{path}note",
        )
    return told


class Line(Protocol):
    """A stored line of a notice."""

    uom: str
    found: Decimal | None
    sold: Decimal | None

    @property
    def total(self) -> Decimal | None: ...


@dataclass(slots=True)
class Share:
    """How much of a unit was accounted for."""

    uom: str
    told: Decimal = ZERO
    total: Decimal = ZERO

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means all."""
        return int(self.told * 100 / self.total) if self.total else 100


def accounted(lines: Iterable[Line]) -> list[Share]:
    """By unit: found or sold (at most what was there) of what was there; lines of unknown amount are left out."""
    shares: dict[str, Share] = {}
    for line in lines:
        if line.total is None:
            continue
        share = shares.setdefault(line.uom, Share(line.uom))
        share.total += line.total
        share.told += min((line.found or ZERO) + (line.sold or ZERO), line.total)
    return [shares[uom] for uom in sorted(shares)]
