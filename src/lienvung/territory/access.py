"""Asking the registry of units: what stood where on a day, and what became of it. Everything here is public."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from lienvung.errors import Conflict, NotFound
from lienvung.registry.matching import plain, tokens
from lienvung.territory import rules
from lienvung.territory.models import AdminUnit, Successor
from lienvung.texts import Text

OUTLINES = Path(__file__).parent / "data" / "outlines.json"


@dataclass(frozen=True, slots=True)
class Conversion:
    """What an old unit is on a day: the one unit it went into, or several of which it is one."""

    candidates: tuple[AdminUnit, ...]

    @property
    def unit(self) -> AdminUnit | None:
        return self.candidates[0] if len(self.candidates) == 1 else None


def units_on(on: date | None = None, *, level: str = "") -> QuerySet[AdminUnit]:
    """The units that stood on the day (today by default)."""
    day = on or timezone.localdate()
    found = AdminUnit.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)
    return found.filter(level=level) if level else found


def unit_at(
    name_or_code: str, *, on: date | None = None, level: str = "", within: AdminUnit | None = None
) -> AdminUnit:
    """The unit of this code or name on the day; marks and tone placing do not matter.

    NotFound when none stood; Conflict when several did (narrow it with `level` or `within`).
    """
    found = list(_matching(units_on(on, level=level), name_or_code, within))
    if len(found) > 1:
        exact = [unit for unit in found if _spelt(unit, name_or_code)]
        found = exact or found
    if len(found) > 1 and not level:
        highest = min(AdminUnit.Level.values.index(unit.level) for unit in found)
        found = [unit for unit in found if AdminUnit.Level.values.index(unit.level) == highest]
    if not found:
        raise NotFound(
            "territory.no_unit",
            vi=f"Không có đơn vị hành chính “{name_or_code}” vào ngày đó.",
            en=f"No administrative unit “{name_or_code}” on that day.",
        )
    if len(found) > 1:
        names = "; ".join(lineage(unit).vi for unit in found[:5])
        raise Conflict(
            "territory.several_units",
            vi=f"Có {len(found)} đơn vị tên “{name_or_code}”: {names}.",
            en=f"There are {len(found)} units named “{name_or_code}”: {names}.",
        )
    return found[0]


def _spelt(unit: AdminUnit, text: str) -> bool:
    return rules.spelling(text) in (rules.spelling(unit.name), rules.spelling(unit.short_name))


def _matching(units: QuerySet[AdminUnit], text: str, within: AdminUnit | None) -> Iterable[AdminUnit]:
    if within is not None:
        units = units.filter(Q(parent=within) | Q(parent__parent=within))
    units = units.select_related("parent", "parent__parent")
    if text.isascii() and text.isdigit() and (by_code := list(units.filter(code=text))):
        return by_code
    wanted = plain(text)
    near = units.filter(search_text__contains=wanted) if wanted else units.none()
    return [unit for unit in near if wanted in (plain(unit.name), plain(unit.short_name))]


def convert(old: AdminUnit, *, on: date | None = None) -> Conversion:
    """What `old` is on the day. A split unit has several candidates: only a point in it can tell.

    A district, whose level ended on 1/7/2025, is every commune that took in a part of it.
    """
    day = on or timezone.localdate()
    reached: dict[Any, AdminUnit] = {}
    todo, seen = [old], {old.pk}
    while todo:
        unit = todo.pop()
        if unit.valid_from <= day and (unit.valid_to is None or unit.valid_to > day):
            reached[unit.pk] = unit
            continue
        further = [
            s.new for s in Successor.objects.filter(old=unit).select_related("new__parent", "new__parent__parent")
        ]
        if not further:
            further = list(AdminUnit.objects.filter(parent=unit).select_related("parent", "parent__parent"))
        todo += [following for following in further if following.pk not in seen]
        seen |= {following.pk for following in further}
    return Conversion(tuple(sorted(reached.values(), key=lambda unit: (unit.level, unit.code))))


def lineage(unit: AdminUnit) -> Text:
    """Name with the names above it, as it stood: "Xã Cồn Thoi, Huyện Kim Sơn, Tỉnh Ninh Bình"."""
    names, names_en = [], []
    above: AdminUnit | None = unit
    while above is not None:
        names.append(above.name)
        names_en.append(above.name_en)
        above = above.parent
    return Text(", ".join(names), ", ".join(names_en))


def describe(unit: AdminUnit, *, on: date | None = None) -> Text:
    """The unit in words for the day: as it stood, and what it is now when it has ended."""
    day = on or timezone.localdate()
    own = lineage(unit)
    if unit.valid_to is None or unit.valid_to > day:
        return own
    now = convert(unit, on=day)
    if now.unit is not None:
        here = lineage(now.unit)
        if here.vi == own.vi:  # taken over under the same name
            return own
        return Text(f"{own.vi} (cũ; nay là {here.vi})", f"{own.en} (former; now {here.en})")
    if not now.candidates:
        return Text(f"{own.vi} (cũ)", f"{own.en} (former)")
    if unit.level == AdminUnit.Level.DISTRICT:
        count = len(now.candidates)
        return Text(f"{own.vi} (cũ; nay thuộc {count} xã, phường)", f"{own.en} (former; now in {count} communes)")
    names = "; ".join(lineage(candidate).vi for candidate in now.candidates)
    names_en = "; ".join(lineage(candidate).en for candidate in now.candidates)
    return Text(f"{own.vi} (cũ; nay là một trong: {names})", f"{own.en} (former; now one of: {names_en})")


def province_of(unit: AdminUnit | None) -> AdminUnit | None:
    """The province a unit lies in, as of the unit's own time."""
    while unit is not None and unit.parent is not None:
        unit = unit.parent
    return unit


def search_units(query: str, *, on: date | None = None, limit: int = 20) -> list[AdminUnit]:
    """Units whose words hold every token of the query, for pickers."""
    found = units_on(on).select_related("parent", "parent__parent")
    for token in tokens(query):
        found = found.filter(search_text__contains=token)
    return list(found.order_by("level", "name")[:limit])


@lru_cache(maxsize=1)
def outlines() -> dict[str, Any]:
    """Outlines for overview maps; rings of [lon, lat] in degrees. Keys:

    `source`; `provinces`: old province slug → {code, rings}; `country`: rings; `islands`: the points of Hoàng Sa
    and Trường Sa, to be drawn on every map of the whole country. The new Ninh Bình (1/7/2025) is `NINH_BINH_NOW`.
    """
    read: dict[str, Any] = json.loads(OUTLINES.read_text(encoding="utf-8"))
    return read


NINH_BINH_NOW = ("ninh-binh", "ha-nam", "nam-dinh")


def unit_by_id(id: uuid.UUID | str) -> AdminUnit | None:
    return AdminUnit.objects.select_related("parent", "parent__parent").filter(pk=id).first()
