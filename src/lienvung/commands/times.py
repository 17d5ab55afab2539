"""Times on the command line: a day or a moment, Vietnamese time unless an offset is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from lienvung.errors import Invalid

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


def milliseconds(text: str | None) -> int | None:
    """UTC epoch ms of "2026-03-01" (the end of that day), "2026-03-01T10:00" or with an offset. Raises Invalid."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=HERE)
        if len(text) == 10:
            moment += timedelta(days=1, milliseconds=-1)
        return round(moment.astimezone(UTC).timestamp() * 1000)
    except (ValueError, OverflowError) as fault:  # not a time, or one that the calendar of Python does not reach
        raise Invalid(
            "trace.time", vi=f"không hiểu thời điểm {text!r}", en=f"not a date or time: {text!r}", path="TIME"
        ) from fault
