"""The charts of the pages: which numbers of a dashboard are drawn, in which colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lienvung.reports.charts import AMBER, GREEN, INDIGO, RED, STONE, Bar, Series, draw
from lienvung.reports.dashboards import AGREED, PROMISED, TOLD, Tally
from lienvung.reports.published import LockedFigure, PartyFigures
from lienvung.results.rules import CONFIRMED, DISPUTED, RETURNED, SUBMITTED
from lienvung.texts import Text

OF_COMMITMENTS = (
    Series(Text("hai bên đã xác nhận", "confirmed by both sides"), GREEN),
    Series(Text("đã báo, chưa xác nhận", "told, not confirmed"), AMBER),
    Series(Text("chưa báo kết quả", "nothing told yet"), STONE),
)
OF_RESULTS = (
    Series(Text("đã xác nhận", "confirmed"), GREEN),
    Series(Text("chờ xác nhận", "awaiting confirmation"), AMBER),
    Series(Text("không thống nhất", "disputed"), RED),
    Series(Text("trả lại để sửa", "returned"), STONE),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart and its legend; `svg` is "" where there is nothing to draw."""

    svg: str
    legend: Sequence[Series]


def of_commitments(id: str, title: Text, rows: Sequence[Tally], language: str) -> Picture:
    bars = []
    for row in rows:
        told = max(row.counts[TOLD], row.counts[AGREED])
        agreed = row.counts[AGREED]
        bars.append(Bar(row.name, (agreed, told - agreed, row.counts[PROMISED] - told)))
    return Picture(draw(id, title, OF_COMMITMENTS, bars, language), OF_COMMITMENTS)


def of_results(id: str, title: Text, rows: Sequence[Tally], language: str) -> Picture:
    order = (CONFIRMED, SUBMITTED, DISPUTED, RETURNED)
    bars = [Bar(row.name, tuple(row.counts[state] for state in order)) for row in rows]
    return Picture(draw(id, title, OF_RESULTS, bars, language), OF_RESULTS)


def of_party(id: str, figures: PartyFigures, language: str) -> Picture:
    """What a party shows, one bar a count."""
    series = (Series(Text("cam kết", "commitments"), GREEN),)
    title = Text(f"Số liệu {figures.party.name_text.vi}", f"Figures of {figures.party.name_text.en}")
    bars = [Bar(words, (many,)) for _, words, many in figures.counts]
    return Picture(draw(id, title, series, bars, language), series)


def of_indicator(id: str, figures: Sequence[LockedFigure], language: str) -> Picture:
    """An indicator by locked period; a negative figure cannot be a length, then there is only the table."""
    one = figures[0].indicator
    series = (Series(one.unit_words, INDIGO),)
    known = [each for each in figures if each.value is not None]
    if any(each.value < 0 for each in known if each.value is not None):
        return Picture("", series)
    bars = [Bar(each.period.name, (each.value,)) for each in known if each.value is not None]
    return Picture(draw(id, one.words, series, bars, language), series)
