"""The long lists of the page (steps, minimum data) as HTML, built from strings.

A template loop over them costs more than the rest of the page together, and each fresh page of a
busy ledger pays for it. Everything that comes from outside goes through `escape`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from lienvung.scan.page import Item, PlaceView, StepView
from lienvung.scan.rules import Completeness
from lienvung.texts import Text

NOT_STATED = Text("chưa có", "not stated")
NONE = Text("chưa có", "none")
NO_PLACE = Text("chưa ghi nơi", "no place stated")
PLACE = Text("địa điểm", "place")
ZONE = ZoneInfo(settings.TIME_ZONE)


def chain_html(chain: Completeness | None, language: str) -> SafeString:
    """`<li>` of each stage: a tick and its name, or a dash, its name and "none"."""
    rows = []
    for row in chain.rows if chain else ():
        name = row.name.in_language(language)
        none = f" <i>{NONE.in_language(language)}</i>"
        rows.append(f'<li class="yes">✓ {name}</li>' if row.recorded else f'<li class="no">– {name}{none}</li>')
    return mark_safe("".join(rows))


def steps_html(steps: Iterable[StepView], language: str) -> SafeString:
    """`<li>` of each step: what, temperature, day or days, where, whose."""
    return mark_safe("\n".join(_step(step, language) for step in steps))


def minimum_html(items: Iterable[Item], language: str) -> SafeString:
    """The rows of the minimum data, numbered as in the circular; what is not stated is said to be so."""
    rows = []
    for number, item in enumerate(items, 1):
        name = escape(item.name.in_language(language))
        value = _vietnamese(item.value, language) if item.value else f"<i>{NOT_STATED.in_language(language)}</i>"
        rows.append(f"<div><dt>{number}. {name}</dt><dd>{value}</dd></div>")
    return mark_safe("\n".join(rows))


def _step(step: StepView, language: str) -> str:
    first, last = _day(step.stop.first_ms), _day(step.stop.last_ms)
    days = first if first == last else f"{first} – {last}"
    measured = step.stop.temperatures
    heat = ""
    if measured:
        low, high = (_number(value, language) for value in measured)
        heat = f' <span class="t">{low if low == high else f"{low} … {high}"} °C</span>'
    what = escape(step.what.in_language(language))
    where = _place(step.place, language)
    return f'<li value="{step.number}"><b>{what}</b>{heat}<br>\n<time>{days}</time>, {where}</li>'


def _place(place: PlaceView | None, language: str) -> str:
    if place is None:
        return f"<i>{NO_PLACE.in_language(language)}</i>"
    if not place.name:
        return f"{PLACE.in_language(language)} {escape(place.code)}"
    own = escape(place.name_en) if language == "en" and place.name_en else _vietnamese(place.name, language)
    owner = f", {_vietnamese(place.owner, language)}" if place.owner and place.owner != place.name else ""
    unit = f", {escape(place.unit.in_language(language))}" if place.unit else ""
    return own + owner + unit


def _vietnamese(words: str, language: str) -> str:
    """Vietnamese words; on an English page marked as such (WCAG 3.1.2)."""
    return escape(words) if language == "vi" else f'<span lang="vi">{escape(words)}</span>'


def _day(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZONE):%d/%m/%Y}"


def _number(value: float, language: str) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return text if language == "en" else text.replace(".", ",")
