"""Administrative units in the words of the scan page, remembered: a unit never changes once it is loaded.

A page names a handful of units, with their parents and successors; asking for them each time
would be half of the page's queries. Words are remembered for a day, because "former" depends on the day.
"""

from __future__ import annotations

import uuid
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.utils import timezone

from lienvung.territory.access import describe, province_of
from lienvung.territory.models import AdminUnit
from lienvung.texts import Text


class UnitWords(NamedTuple):
    """`words`: the unit with the names above it and what it is now; `province`: the one it lies in."""

    words: Text
    province: Text
    province_code: str


def unit_words(unit_id: uuid.UUID | None) -> UnitWords | None:
    return _words(unit_id, timezone.localdate()) if unit_id is not None else None


@lru_cache(maxsize=4096)
def _words(unit_id: uuid.UUID, day: date) -> UnitWords:
    unit = AdminUnit.objects.select_related("parent", "parent__parent").get(pk=unit_id)
    province = province_of(unit) or unit
    return UnitWords(describe(unit, on=day), Text(province.name, province.name_en), province.code)
