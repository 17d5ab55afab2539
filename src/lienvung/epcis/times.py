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
# XSD and ISO 8601 call the end of a day 24:00:00. A leap second (:60) is no moment of the UTC that is counted in
# milliseconds since 1970, and refused.
_MIDNIGHT = re.compile(r"24:00:00(?:\.0+)?(?![0-9.])")
_DAY, _NONE = timedelta(days=1), timedelta()
# ':04' and '.250'; the look-up doubles as the check of the digits. Small tables stay in the processor's cache.
SIXTY = {f":{n:02}": n for n in range(60)}
MILLISECONDS = {f".{ms:03}": ms for ms in range(1000)}
HOURS: dict[str, tuple[int, str]] = {}
"""'2026-11-02T07+07:00' -> (epoch ms of that hour, '2026-11-02T00')."""
_HOURS_MAX = 20_000


def parse_time(text: str) -> tuple[int, str]:
    """UTC epoch ms and 'YYYY-MM-DDTHH:MM:SS.mmmZ', the fourth decimal rounding half up (CBV 2.0 section 8.9).

    Raises `Invalid` for text that is not RFC 3339 with a zone, or a time that does not exist.
    """
    try:
        if text[19] == ".":
            base, hour = HOURS[text[:13] + text[23:]]
            rest = text[13:23]
            ms = base + SIXTY[rest[:3]] * 60_000 + SIXTY[rest[3:6]] * 1000 + MILLISECONDS[rest[6:]]
            return ms, f"{hour}{rest}Z"
        base, hour = HOURS[text[:13] + text[19:]]
        rest = text[13:19]
        return base + SIXTY[rest[:3]] * 60_000 + SIXTY[rest[3:]] * 1000, f"{hour}{rest}.000Z"
    except LookupError:
        pass  # an hour not met yet, or a form that needs the whole grammar
    found = _parse(text)
    _remember(text, *found)
    return found


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
    late = _DAY if _MIDNIGHT.match(text, 11) else _NONE
    try:
        if late:
            hour = 0
        moment = late + datetime(year, month, day, hour, minute, second, tzinfo=UTC) - _offset(match[8])
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


def _remember(text: str, ms: int, canonical: str) -> None:
    """Keep what the hour is in UTC, where its minutes are those of UTC: all but a few zones."""
    zone = text[23:] if text[19] == "." else text[19:]
    minute, second = SIXTY.get(text[13:16]), SIXTY.get(text[16:19])
    if text[11:13] == "24":
        return  # an hour that has one moment only
    if minute is None or second is None or not (zone in ("Z", "z") or (len(zone) == 6 and zone.endswith(":00"))):
        return
    fraction = MILLISECONDS.get(text[19:23]) if text[19] == "." else 0
    if fraction is None:
        return
    if len(HOURS) >= _HOURS_MAX:
        HOURS.clear()
    HOURS[text[:13] + zone] = (ms - minute * 60_000 - second * 1000 - fraction, canonical[:13])
