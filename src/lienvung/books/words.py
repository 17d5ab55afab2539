"""What the pages of the books room say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import get_language

from lienvung.books.layout import SHEETS, sheet_of
from lienvung.books.models import Book, BookRow
from lienvung.texts import Text
from lienvung.workbooks.rows import Told

STATES: Mapping[str, Text] = {
    Book.State.STAGED: Text("chờ nhập", "waiting"),
    Book.State.COMMITTED: Text("đã nhập", "imported"),
    Book.State.UNDONE: Text("đã hoàn tác", "undone"),
    Book.State.DROPPED: Text("đã bỏ", "dropped"),
}
ACTS: Mapping[str, Text] = {
    "books.send": Text("Gửi sổ Excel", "Sent in a book in Excel"),
    "books.take_over": Text("Nhập sổ Excel", "Imported a book in Excel"),
    "books.undo": Text("Hoàn tác sổ Excel", "Undid a book in Excel"),
    "books.drop": Text("Bỏ sổ Excel", "Dropped a book in Excel"),
}


class ShownTold(NamedTuple):
    where: Text
    text: Text
    error: bool


class ShownRow(NamedTuple):
    sheet: Text
    line: int
    day: str
    values: str
    known: bool


def language() -> str:
    return get_language() or "vi"


def told(kept: Mapping[str, Any]) -> ShownTold:
    each = Told(**kept)
    return ShownTold(Text(each.where_vi, each.where_en), Text(each.vi, each.en), each.error)


def counts(rows: Iterable[Mapping[str, Any]]) -> list[tuple[Text, int]]:
    """How many rows of each sheet."""
    found = Counter(row["sheet"] for row in rows)
    return [(sheet.name, found[sheet.key]) for sheet in SHEETS if found[sheet.key]]


def row(kept: Mapping[str, Any], *, known: bool) -> ShownRow:
    values = kept["values"]
    day = "/".join(reversed(values["day"][:10].split("-")))
    hidden = {"day", "place", "buyer"}
    shown = [str(value) for key, value in values.items() if key not in hidden and value not in (None, "")]
    return ShownRow(sheet_of(kept["sheet"]).name, kept["line"], day, " · ".join(shown)[:160], known)


def lots(rows: Iterable[BookRow]) -> list[tuple[str, str]]:
    """The lots that a book made: their numbers and the addresses of their pages."""
    return [(each.lot.rpartition("/")[2], f"/ledger/things{urlsplit(each.lot).path}") for each in rows]
