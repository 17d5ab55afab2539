"""Bar charts as SVG, drawn on the server without script or style attribute; pure.

A bar is a row of parts, one after the other, as long as their numbers; the numbers stand above its right end in the
order of the legend, and the table below the chart has them all. The drawing is one picture to a screen reader, named
by its title and told by its description.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape

from lienvung.texts import Text

WIDTH = 400
ROW = 44
BAR = 16
TEXT = 15
MOST_BARS = 25
LONGEST_NAME = 34
INK, EDGE = "#1d1c19", "#55524a"


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of part, the same in every bar."""

    name: Text
    fill: str


@dataclass(frozen=True, slots=True)
class Bar:
    """`parts` in the order of the series; `told`: what stands over it when it is not the parts."""

    name: Text
    parts: tuple[int | Decimal, ...]
    told: str = ""


GREEN, AMBER, RED, STONE, INDIGO = "#1c6430", "#c98a1b", "#a01519", "#eae8e1", "#3a5a8c"


def number(value: int | Decimal, language: str) -> str:
    text = f"{Decimal(value):,.3f}".rstrip("0").rstrip(".")
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"


def draw(id: str, title: Text, series: Sequence[Series], bars: Sequence[Bar], language: str) -> str:
    """The picture; "" where there is nothing to draw. `id` is unique on the page."""
    shown = bars[:MOST_BARS]
    most = max((Decimal(sum(bar.parts)) for bar in shown), default=Decimal(0))
    if not most:
        return ""
    height = len(shown) * ROW + 4
    names = ", ".join(each.name.in_language(language) for each in series)
    told = Text(
        f"Mỗi thanh gồm: {names}. {_spoken(shown, language)}", f"Each bar holds: {names}. {_spoken(shown, language)}"
    ).in_language(language)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="{id}-title {id}-desc">',
        f'<title id="{id}-title">{escape(title.in_language(language))}</title>',
        f'<desc id="{id}-desc">{escape(told)}</desc>',
    ]
    for row, bar in enumerate(shown):
        out += _bar(row * ROW, bar, series, most, language)
    return "".join([*out, "</svg>"])


def _spoken(bars: Sequence[Bar], language: str) -> str:
    return "; ".join(f"{bar.name.in_language(language)}: {_numbers(bar, language)}" for bar in bars) + "."


def _numbers(bar: Bar, language: str) -> str:
    return bar.told or " · ".join(number(part, language) for part in bar.parts)


def _bar(y: int, bar: Bar, series: Sequence[Series], most: Decimal, language: str) -> list[str]:
    base = y + TEXT + 2
    words = f'font-size="{TEXT}" fill="{INK}"'
    out = [
        f'<text x="0" y="{base}" {words}>{escape(shortened(bar.name.in_language(language)))}</text>',
        f'<text x="{WIDTH}" y="{base}" text-anchor="end" font-weight="600" {words}>'
        f"{escape(_numbers(bar, language))}</text>",
    ]
    x = Decimal(1)
    for part, kind in zip(bar.parts, series):
        length = (Decimal(part) / most * (WIDTH - 2)).quantize(Decimal("0.1"))
        if length > 0:
            out.append(
                f'<rect x="{x}" y="{base + 6}" width="{length}" height="{BAR}" fill="{kind.fill}" stroke="{EDGE}"/>'
            )
        x += length
    return out
