"""How much is in one item of a lot, as the catalogue knows it: `contents(source, lots)` for `lineage.labels`."""

from __future__ import annotations

from collections.abc import Sequence

from lienvung.catalogue.access import contents_of_gtins
from lienvung.ledger.trace_source import LedgerSource
from lienvung.lineage.facts import ints
from lienvung.lineage.labels import PIECES, Content

# units that can be told in each other: (what they measure, how much of it)
MEASURES = {
    "KGM": ("mass", 1.0), "GRM": ("mass", 0.001), "TNE": ("mass", 1000.0), "DTN": ("mass", 100.0),
    "LTR": ("volume", 1.0), "MLT": ("volume", 0.001),
}  # fmt: skip


def contents(source: LedgerSource, lots: Sequence[int]) -> Content:
    """A piece is one; of other units the product's net content, where both can be told in each other."""
    numbers = sorted(lots)
    gtins = {lot: uri.partition("/01/")[2][:14] for lot, uri in zip(numbers, source.uris(ints(numbers)))}
    known = contents_of_gtins(set(gtins.values()) - {""}) if lots else {}

    def content(lot: int, unit: str) -> float | None:
        if unit in PIECES:
            return 1.0
        amount, of = known.get(gtins.get(lot, ""), (0.0, ""))
        if not amount or of == unit:
            return amount or None
        kind, size = MEASURES.get(of, ("", 0.0))
        wanted, part = MEASURES.get(unit, (None, 0.0))
        return amount * size / part if kind == wanted else None

    return content
