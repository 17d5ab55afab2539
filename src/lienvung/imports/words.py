"""What the pages of the room say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from django.utils.translation import get_language

from lienvung.imports.layout import SHEETS, sheet_of
from lienvung.imports.models import Import
from lienvung.texts import Text
from lienvung.workbooks.rows import Told

STATES: Final[Mapping[str, Text]] = {
    Import.State.STAGED: Text("chờ nhập", "waiting"),
    Import.State.COMMITTED: Text("đã nhập", "imported"),
    Import.State.UNDONE: Text("đã hoàn tác", "undone"),
    Import.State.DROPPED: Text("đã bỏ", "dropped"),
}
ACTS: Final[Mapping[str, Text]] = {
    "imports.send": Text("Gửi tệp Excel của thỏa thuận", "Sent in a workbook of an agreement"),
    "imports.take_over": Text("Nhập tệp Excel của thỏa thuận", "Imported a workbook of an agreement"),
    "imports.undo": Text("Hoàn tác tệp Excel của thỏa thuận", "Undid a workbook of an agreement"),
    "imports.drop": Text("Bỏ tệp Excel của thỏa thuận", "Dropped a workbook of an agreement"),
}
SHOWN: Final = {
    "commitments": ("number", "what"),
    "indicators": ("code", "name", "unit"),
    "targets": ("indicator", "value"),
    "results": ("commitment", "text", "indicator", "value"),
}


class ShownTold(NamedTuple):
    where: Text
    text: Text
    error: bool


class ShownRow(NamedTuple):
    sheet: Text
    line: int
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
    values = [str(kept["values"].get(key)) for key in SHOWN[kept["sheet"]] if kept["values"].get(key)]
    return ShownRow(sheet_of(kept["sheet"]).name, kept["line"], " · ".join(values)[:200], known)
