"""When a scheduled query is due (EPCIS 2.0, query schedules). Pure: no clock and no database.

    Schedule.parse({"hour": "1", "minute": "5"})    # every day at 01:05:00
    schedule.next_after(moment, zone)               # the first matching second after a moment

A field is a list of numbers and ranges: `5`, `1,15`, `[1-5]`, `0,[20-30]`; `*` says any; `0/30` (as in an example of
the published OpenAPI document) says from 0 in steps of 30. dayOfWeek counts from 1, Monday, to 7, Sunday. All given
fields must match. Of the fields that are not given, those finer than the finest given one are at their least, so
that hour 1 and minute 5 mean once a day and not sixty times; the coarser ones may be anything.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from lienvung.errors import Invalid

LEGAL = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dayOfWeek": (1, 7),
}
"""The fields, finest first, and what a number in each may be."""

_ELEMENT = re.compile(r"(?P<number>\d{1,2})(?:/(?P<step>\d{1,2}))?|\[(?P<low>\d{1,2})-(?P<high>\d{1,2})\]", re.ASCII)
_LONGEST = 400
_CLOCK = ("second", "minute", "hour")
_DAYS = 366 * 41  # a 29 February on a given weekday comes back within 40 years


class ScheduleFault(Invalid):
    """A schedule that says nothing, or no moment that ever comes."""

    exception = "SubscriptionControlsException"


def _fault(name: str, vi: str, en: str) -> ScheduleFault:
    path = f"/schedule/{name}" if name else "/schedule"
    name = name or "schedule"
    return ScheduleFault("exchange.schedule", vi=f"{name}: {vi}", en=f"{name}: {en}", path=path)


def _numbers(name: str, text: object) -> frozenset[int]:
    """The numbers that a field matches. Raises ScheduleFault."""
    least, most = LEGAL[name]
    if not isinstance(text, str) or not text or len(text) > _LONGEST:
        raise _fault(name, "cần một chuỗi như 5 hoặc 1,[10-20]", "a string such as 5 or 1,[10-20] is needed")
    if text == "*":
        return _any(name)
    found: set[int] = set()
    for element in text.split(","):
        match = _ELEMENT.fullmatch(element)
        if match is None:
            raise _fault(name, f"không hiểu «{element}»", f"«{element}» is neither a number nor a range like [1-5]")
        low = int(match["low"] or match["number"])
        high = int(match["high"]) if match["high"] else low if match["step"] is None else most
        step = int(match["step"] or 1)
        if not least <= low <= high <= most or step == 0:
            raise _fault(name, f"«{element}» ngoài {least}–{most}", f"«{element}» is not within {least} to {most}")
        found.update(range(low, high + 1, step))
    return frozenset(found)


def _any(name: str) -> frozenset[int]:
    least, most = LEGAL[name]
    return frozenset(range(least, most + 1))


@dataclass(frozen=True)
class Schedule:
    """The numbers that each field matches."""

    second: frozenset[int]
    minute: frozenset[int]
    hour: frozenset[int]
    dayOfMonth: frozenset[int]
    month: frozenset[int]
    dayOfWeek: frozenset[int]

    @classmethod
    def parse(cls, value: object) -> Schedule:
        """Read a schedule as sent. Raises ScheduleFault with the place of the fault."""
        if not isinstance(value, Mapping) or not value:
            raise _fault("", "cần ít nhất một trường", "at least one field is needed")
        unknown = [name for name in value if name not in LEGAL]
        if unknown:
            raise _fault("", f"không có trường {unknown[0]}", f"there is no field {unknown[0]}")
        given = {name: _numbers(name, value[name]) for name in LEGAL if name in value}
        clock_given = [name for name in _CLOCK if name in given]
        fields = dict(given)
        for place, name in enumerate(_CLOCK):
            finer = not clock_given or place < _CLOCK.index(clock_given[0])
            fields.setdefault(name, frozenset({0}) if finer else _any(name))
        fields.setdefault("dayOfMonth", frozenset({1}) if set(given) == {"month"} else _any("dayOfMonth"))
        made = cls(**{name: fields.get(name) or _any(name) for name in LEGAL})
        if not made._has_a_day():
            raise _fault("", "không có ngày nào như vậy", "there is no such day")
        return made

    def _has_a_day(self) -> bool:
        longest = {month: 29 if month == 2 else calendar.monthrange(2024, month)[1] for month in self.month}
        return any(min(self.dayOfMonth) <= days for days in longest.values())

    def matches(self, day: date) -> bool:
        return day.month in self.month and day.day in self.dayOfMonth and day.isoweekday() in self.dayOfWeek

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime:
        """The first matching second after `moment`, by the clocks of `zone`, in UTC.

        A time that the clocks of the zone skip does not match; one that they show twice matches the first time.
        """
        start = moment.astimezone(zone)
        clock = [sorted(getattr(self, name)) for name in _CLOCK]
        for ahead in range(_DAYS):
            day = start.date() + timedelta(days=ahead)
            if not self.matches(day):
                continue
            for hour in clock[2]:
                if ahead == 0 and hour < start.hour:
                    continue
                for minute in clock[1]:
                    if ahead == 0 and (hour, minute) < (start.hour, start.minute):
                        continue
                    for second in clock[0]:
                        found = datetime.combine(day, time(hour, minute, second), zone).astimezone(UTC)
                        back = found.astimezone(zone)
                        if found > moment and (back.hour, back.minute) == (hour, minute):
                            return found
        raise _fault("", "không có thời điểm nào như vậy", "no such moment comes")
