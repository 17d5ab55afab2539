"""Rows done through the actions of tasks and of the diary, inside a transaction of the caller's."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from django.db import transaction

from lienvung.books import access
from lienvung.books.access import PIECES
from lienvung.books.rules import Row, blame, task_id
from lienvung.catalogue.models import Lot
from lienvung.diary import actions as diary
from lienvung.errors import Invalid, ManyInvalid, Problem
from lienvung.field import actions as field
from lienvung.field.actions import Part
from lienvung.people.models import Account, Organisation
from lienvung.workbooks.rows import Told

MENDED = "kiểm tra thử"  # a reason for the trial run, so that the rows after a doubtful one are looked at too


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row."""

    row: Row
    events: tuple[str, ...]
    lot: str = ""
    makes_lot: bool = False


class Runner:
    """Does the rows of one book; what the organisation has is looked up once."""

    def __init__(self, *, by: Account | None, organisation: Organisation, book: uuid.UUID) -> None:
        self.by, self.organisation, self.book = by, organisation, book
        self.units = access.units_of(organisation)
        self.products = access.products_of(organisation)
        self.places = access.places_of(organisation)
        self.buyers = access.buyers_of(organisation)

    def run(self, row: Row) -> Outcome:
        """Do a row; raises Problem."""
        return _DOERS[row.sheet](self, row)

    def try_out(self, row: Row) -> list[Told]:
        """Do a row in a savepoint and say what is wrong. A doubt needs a reason in its cell; the row stays done as if
        it had one, so that those after it are judged by what the book as a whole says."""
        try:
            with transaction.atomic():
                self.run(row)
            return []
        except Problem as problem:
            faults = problem.faults if isinstance(problem, ManyInvalid) else (problem,)
        told = [blame(row, fault) for fault in faults]
        if all(fault.path == "reason" for fault in faults):
            try:
                with transaction.atomic():
                    self.run(replace(row, values={**row.values, "reason": MENDED}))
            except Problem as problem:
                told += [blame(row, problem)]
        return told

    def _common(self, row: Row) -> dict[str, Any]:
        told = {
            "by": self.by,
            "organisation": self.organisation,
            "task_id": task_id(self.book, row),
            "at": row.at,
        }
        if "place" in row.values:
            told["place"] = _found(self.places, row.values["place"], "place")
        return told

    def _trade(self, row: Row) -> dict[str, Any]:
        return {**self._common(row), "reason": row.values.get("reason") or ""}

    def diary(self, row: Row) -> Outcome:
        values = row.values
        done = diary.record_entry(
            **self._common(row),
            unit=_found(self.units, values["unit"], "unit"),
            activity=values["activity"],
            material=values.get("material") or "",
            amount=values.get("amount"),
            uom="" if values.get("uom") in (None, PIECES) else values["uom"],
            waiting_days=values.get("waiting_days"),
            lot=self._lot_named(values.get("lot") or ""),
            note=values.get("note") or "",
        )
        return Outcome(row, (done.entry.event_id,), done.entry.lot)

    def harvest(self, row: Row) -> Outcome:
        values = row.values
        unit = _found(self.units, values["unit"], "unit") if values.get("unit") else None
        done = field.harvest(
            **self._trade(row),
            product=_found(self.products, values["product"], "product"),
            amount=values["amount"],
            uom=values["uom"],
            number=values.get("lot") or "",
            plot=unit.uri if unit else None,
        )
        return Outcome(row, done.events, done.lot, makes_lot=True)

    def buying(self, row: Row) -> Outcome:
        values = row.values
        done = field.buy_in(
            **self._trade(row),
            product=_found(self.products, values["product"], "product"),
            amount=values["amount"],
            uom=values["uom"],
            number=values.get("lot") or "",
            seller_name=values["seller"],
        )
        return Outcome(row, done.events, done.lot, makes_lot=True)

    def delivery(self, row: Row) -> Outcome:
        values = row.values
        product = _found(self.products, values["product"], "product")
        uri = f"{product.uri}/10/{quote(values['lot'], safe='')}"
        done = field.ship(
            **self._trade(row),
            things=[Part(uri, values["amount"], values["uom"])],
            to=_found(self.buyers, values["buyer"], "buyer"),
        )
        return Outcome(row, done.events, uri)

    def _lot_named(self, number: str) -> str:
        """A lot of the organisation by its number alone, as the diary's column has it."""
        if not number:
            return ""
        found = list(Lot.objects.select_related("product").filter(product__owner=self.organisation, number=number)[:2])
        if len(found) == 1:
            return found[0].uri
        raise Invalid(
            "books.lot_unclear",
            vi=f"không có lô “{number}” (hoặc hai sản phẩm cùng có số này). Hãy bỏ trống hoặc ghi số lô đã có.",
            en=f"there is no lot “{number}”, or two products have it. Leave it empty, or enter a number that exists.",
            path="lot",
        )


def _found(listed: dict[str, Any], code: str, path: str) -> Any:
    """What a code stands for; it may be gone since the book was read."""
    if code in listed:
        return listed[code]
    raise Invalid(
        "books.gone",
        vi="mục này không còn trong danh sách của đơn vị. Hãy chọn lại.",
        en="this is no longer in the organisation's list. Choose again.",
        path=path,
    )


_DOERS = {
    "diary": Runner.diary,
    "harvest": Runner.harvest,
    "buying": Runner.buying,
    "delivery": Runner.delivery,
}
