"""Event times: RFC 3339 with a zone, to UTC with milliseconds, fast.

Events of one document share hours and offsets; what an hour in a zone is in UTC is
therefore looked up, and only minutes and seconds are read anew.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from lienvung.errors import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FULL = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(Z|z|[+-][0-9]{2}:[0-9]{2})"
)
_MILLISECOND = timedelta(milliseconds=1)
# ':04:03' -> ms in the hour; doubles as the check of both numbers.
MINUTE_SECOND = {f":{m:02}:{s:02}": (m * 60 + s) * 1000 for m in range(60) for s in range(60)}


def parse_time(text: str) -> tuple[int, str]:
    """UTC epoch ms and 'YYYY-MM-DDTHH:MM:SS.mmmZ', the fourth decimal rounding half up (CBV 2.0 section 8.9).

    Raises `Invalid` for text that is not RFC 3339 with a zone, or a time that does not exist.
    """
    known = HOURS.get((text[:13], text[19:]))
    if known is not None:
        within = MINUTE_SECOND.get(text[13:19])
        if within is not None:
            base, head, tail = known
            return base + within, head + text[13:19] + tail
    ms, canonical = _parse(text)
    _remember(text, ms, canonical)
    return ms, canonical


@lru_cache(maxsize=4096)
def _parse(text: str) -> tuple[int, str]:
    match = _FULL.fullmatch(text)
    if match is None:
        raise Invalid(
            "epcis.time",
            vi="Thời điểm phải theo RFC 3339 và có múi giờ, ví dụ 2026-11-02T07:30:00.000+07:00.",
            en="A time must follow RFC 3339 with a time zone, such as 2026-11-02T07:30:00.000+07:00.",
        )
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    decimals = (match[7] or "").ljust(4, "0")
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC) - _offset(match[8])
        moment += _MILLISECOND * (int(decimals[:3]) + (decimals[3] >= "5"))
    except (ValueError, OverflowError):
        raise Invalid(
            "epcis.time.impossible",
            vi="Thời điểm này không có thật.",
            en="No such time exists.",
        ) from None
    return (moment - _EPOCH) // _MILLISECOND, moment.strftime("%Y-%m-%dT%H:%M:%S.").rjust(20, "0") + (
        f"{moment.microsecond // 1000:03}Z"
    )


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 23 or minutes > 59:
        raise ValueError("no such offset")
    span = timedelta(hours=hours, minutes=minutes)
    return -span if zone[0] == "-" else span


HOURS: dict[tuple[str, str], tuple[int, str, str]] = {}
"""('2026-11-02T07', '.000+07:00') -> (epoch ms of that hour, '2026-11-02T00', '.000Z').

The text after the seconds is at most 16 characters there, so that no sender can fill memory."""
_HOURS_MAX = 20_000


def _remember(text: str, ms: int, canonical: str) -> None:
    tail = text[19:]
    whole_hours = tail in ("Z", "z") or tail[-3:] == ":00" or tail[-1:] in "Zz"
    within = MINUTE_SECOND.get(text[13:19])
    # A rounding that carries into the next second is no property of the hour.
    if not whole_hours or within is None or len(tail) > 16 or canonical[13:19] != text[13:19]:
        return
    if len(HOURS) >= _HOURS_MAX:
        HOURS.clear()
    HOURS[(text[:13], tail)] = (ms - within, canonical[:13], canonical[19:])
