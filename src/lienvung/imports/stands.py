"""The rows of an agreement as they stand now, as a file would say them: for the workbook that is downloaded with them,
and so that a file which says what stands is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any

from lienvung.imports.access import Named
from lienvung.imports.layout import SHEETS
from lienvung.results.access import Seen
from lienvung.results.models import Target
from lienvung.workbooks.cells import clean
from lienvung.workbooks.layout import Sheet
from lienvung.workbooks.rows import mark_of

Values = dict[str, Any]


def rows_of(layout: Sheet, view: Seen) -> Iterator[Values]:
    """Values by column, as the reader of a file would have them. `view`: the agreement as somebody stands to it."""
    for row in _ROWS[layout.key](view):
        yield {key: clean(value) if isinstance(value, str) else value for key, value in row.items()}


def marks_of(view: Seen) -> set[str]:
    """The fingerprints of all rows that stand; of results, of those of the parties spoken for only."""
    return {mark_of(layout.key, row) for layout in SHEETS for row in rows_of(layout, view)}


def labelled(layout: Sheet, view: Seen, named: Named) -> Iterator[Values]:
    """The same with the names that the lists of the file have, and days as a spreadsheet has them."""
    labels = {name: {each.code: each.label for each in choices.listed} for name, choices in named.lists.items()}
    for row in rows_of(layout, view):
        for column in layout.columns:
            value = row.get(column.key)
            if value in (None, ""):
                continue
            if column.kind == "choice":
                row[column.key] = labels[column.choices].get(value, "")
            elif column.kind == "choices":
                row[column.key] = "; ".join(labels[column.choices].get(each, "") for each in value)
            elif column.kind == "day":
                row[column.key] = datetime.combine(value, time())
        yield row


def _key(row: Any) -> str:
    return str(row) if row is not None else ""


def _commitments(view: Seen) -> Iterator[Values]:
    for each in view.agreement.commitments.exclude(state="withdrawn").prefetch_related("agency_links"):
        hands: dict[str, list[str]] = {"lead": [], "coordinating": []}
        for link in each.agency_links.all():
            hands[link.part].append(str(link.agency_id))
        yield {
            "number": each.number, "what": each.what, "obligor": _key(each.obligor_id),
            "beneficiary": _key(each.beneficiary_id), "clause": _key(each.clause_id), "field": _key(each.field_id),
            "starts_on": each.starts_on, "due": each.due, "due_text": each.due_text, "measure": each.measure,
            "lead": sorted(hands["lead"]), "helping": sorted(hands["coordinating"]), "what_en": each.what_en,
            "source": each.source,
        }  # fmt: skip


def _indicators(view: Seen) -> Iterator[Values]:
    for each in view.agreement.indicators.filter(automatic="").select_related("commitment", "parent"):
        yield {
            "code": each.code, "name": each.name, "unit": each.unit, "direction": each.direction,
            "gathering": each.gathering, "baseline": each.baseline,
            "commitment": each.commitment.number if each.commitment else "",
            "parent": each.parent.code if each.parent else "", "dimension": each.dimension, "category": each.category,
            "name_en": each.name_en, "unit_en": each.unit_en, "source": each.source,
        }  # fmt: skip


def _targets(view: Seen) -> Iterator[Values]:
    found = Target.objects.filter(period__agreement=view.agreement).select_related("indicator")
    for each in found.order_by("period__starts_on", "indicator__order", "indicator__code"):
        yield {
            "indicator": each.indicator.code, "period": str(each.period_id), "value": each.value, "source": each.source,
        }  # fmt: skip


def _results(view: Seen) -> Iterator[Values]:
    for each in view.claims().filter(party__in=view.standing.parties).order_by("recorded_at", "pk"):
        yield {
            "commitment": each.commitment.number, "period": str(each.period_id), "text": each.text,
            "happened_on": each.happened_on, "indicator": each.indicator.code if each.indicator else "",
            "value": each.value, "party": str(each.party_id), "counterpart": str(each.counterpart_id),
            "text_en": each.text_en, "source": each.source,
        }  # fmt: skip


_ROWS: Mapping[str, Any] = {
    "commitments": _commitments,
    "indicators": _indicators,
    "targets": _targets,
    "results": _results,
}
