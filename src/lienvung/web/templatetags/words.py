"""Words of the templates: two languages side by side, times, quantities.

A builtin library: no `{% load %}` is needed. Vietnamese comes first everywhere.

    {% bi "Lô hàng" "Lot" %}                 the phrase in the reader's language
    {% bi some_text %}                       the same for a `lienvung.texts.Text`
    {% bi product.name product.name_en %}    falls back to Vietnamese where English is empty
    {% name place.name place.name_en %}      as `bi`, marked lang="vi" where an English page shows Vietnamese
    {{ text|said }}                          a `Text` as a filter
    {{ value|viet }}                         marks a Vietnamese text on an English page (WCAG 3.1.2)
    {{ event.time_ms|moment }}               UTC epoch milliseconds -> 05/06/2026 14:30 (Asia/Ho_Chi_Minh)
    {{ lot.produced_on|day }}                date, datetime or milliseconds -> 05/06/2026
    {% panel part %}                         what a room registered for this page
    {{ 12500.5|amount }}                     12.500,5 in Vietnamese, 12,500.5 in English
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from lienvung.texts import Text

register = template.Library()


def language() -> str:
    """The reader's language: "vi" or "en"."""
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def choose(vi: object, en: object = "") -> str:
    """The phrase in the reader's language; Vietnamese where there is no English."""
    if isinstance(vi, Text):
        vi, en = vi
    return str(en) if language() == "en" and en else str(vi if vi is not None else "")


@register.simple_tag
def bi(vi: object, en: object = "") -> str:
    return choose(vi, en)


@register.simple_tag
def name(vi: object, en: object = "") -> str | SafeString:
    """A proper name; a Vietnamese one on an English page says that it is Vietnamese."""
    return viet(vi) if language() == "en" and not en else choose(vi, en)


@register.simple_tag(takes_context=True)
def panel(context: template.Context, part: Mapping[str, Any]) -> SafeString:
    """A room's part of another room's page: its template sees its values by name, and all of them as `values`."""
    values = dict(part["values"])
    known = {**context.flatten(), **values, "values": values}
    return mark_safe(render_to_string(part["template"], known, request=context.get("request")))


@register.filter
def said(text: Text | str | None) -> str:
    return choose(text) if text is not None else ""


@register.filter
def viet(value: object) -> str | SafeString:
    if isinstance(value, Text):  # a name in both languages, the Vietnamese one standing in for a missing English one
        if language() == "en" and value.en and value.en != value.vi:
            return value.en
        value = value.vi
    if language() == "vi" or value in (None, ""):
        return "" if value is None else str(value)
    return format_html('<span lang="vi">{}</span>', value)


def local_time(value: object) -> datetime | None:
    """`value` (milliseconds since 1970 UTC, or a datetime) in the installation's time zone."""
    if value in (None, ""):
        return None
    if isinstance(value, (int, float)):
        value = datetime.fromtimestamp(value / 1000, UTC)
    return value.astimezone(ZoneInfo(settings.TIME_ZONE)) if isinstance(value, datetime) else None


@register.filter
def moment(value: object) -> str:
    time = local_time(value)
    return time.strftime("%d/%m/%Y %H:%M") if time else ""


@register.filter
def day(value: object) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.strftime("%d/%m/%Y")
    time = local_time(value)
    return time.strftime("%d/%m/%Y") if time else ""


@register.filter
def iso(value: object) -> str:
    """The same moment for machines (`<time datetime>`)."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    time = local_time(value)
    return time.isoformat(timespec="seconds") if time else ""


@register.filter
def amount(value: object) -> str:
    """A number with the separators of the reader's language; at most three decimals."""
    if value in (None, ""):
        return ""
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    text = f"{number:,.3f}".rstrip("0").rstrip(".")
    return text if language() == "en" else text.translate(str.maketrans(",.", ".,"))


@register.filter
def get(mapping: Mapping[object, object] | None, key: object) -> object:
    """`mapping[key]`, or nothing."""
    return mapping.get(key, "") if mapping else ""
