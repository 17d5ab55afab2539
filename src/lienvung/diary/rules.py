"""Pure decisions of the diary: codes, times, waiting periods, figures; no database, no clock of its own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from lienvung.diary.words import ACTIVITIES, BY_HEADS, KINDS, MEASURES, UOMS, Activity
from lienvung.errors import Invalid

LOCAL = timezone(timedelta(hours=7))
LONGEST_WAIT = 730  # days; longer is a slip of the finger
OLDEST = timedelta(days=366 * 3)
AHEAD = timedelta(minutes=10)  # a phone's clock may be a little fast
MOST = Decimal(10) ** 8
_CODE = re.compile(r"[A-Za-z0-9]{1,9}")
_SEASON = re.compile(r"[A-Za-z0-9]{1,7}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def check_kind(kind: str) -> str:
    if kind not in KINDS:
        raise Invalid("diary.kind", vi="Hãy chọn loại.", en="Choose the kind.", path="kind")
    return kind


def check_code(code: str) -> str:
    """A code that people write on a post by the field: letters and digits."""
    if not _CODE.fullmatch(code.strip()):
        raise Invalid(
            "diary.code",
            vi="Mã chỉ gồm chữ không dấu và số, nhiều nhất 9 ký tự.",
            en="A code has letters without marks and digits only, 9 at most.",
            path="code",
        )
    return code.strip().upper()


def check_season(season: str) -> str:
    if not _SEASON.fullmatch(season.strip()):
        raise Invalid(
            "diary.season",
            vi="Tên vụ chỉ gồm chữ không dấu và số, nhiều nhất 7 ký tự, ví dụ X26 hoặc 2026.",
            en="A season has letters without marks and digits only, 7 at most, like X26 or 2026.",
            path="season",
        )
    return season.strip().upper()


def check_size(kind: str, area_m2: Decimal | None, heads: int | None) -> None:
    """Plots and ponds have an area, herds and hives a number of heads."""
    if kind in BY_HEADS:
        if heads is None or not 0 < heads < 10_000_000:
            raise Invalid("diary.heads", vi="Hãy nhập số con (đàn).", en="Enter how many there are.", path="heads")
    elif area_m2 is None or not 0 < area_m2 < MOST:
        raise Invalid("diary.area", vi="Hãy nhập diện tích (m²).", en="Enter the area (m²).", path="area_m2")


def check_activity(kind: str, activity: str) -> Activity:
    found = ACTIVITIES.get(activity)
    if found is None or kind not in found.kinds:
        raise Invalid("diary.activity", vi="Hãy chọn việc đã làm.", en="Choose what was done.", path="activity")
    return found


def check_time(at: datetime, *, now: datetime) -> datetime:
    """When it was done: with a zone, not in the future, not before anybody's memory; local time."""
    if at.tzinfo is None:
        raise ValueError("a time needs a zone")
    if at > now + AHEAD:
        raise Invalid("diary.future", vi="Việc chưa đến giờ làm.", en="This time has not come yet.", path="day")
    if at < now - OLDEST:
        raise Invalid(
            "diary.too_old", vi="Ngày quá xa, hãy kiểm tra năm.", en="Too long ago; look at the year.", path="day"
        )
    return at.astimezone(LOCAL)


def check_text(text: str, *, most: int, path: str) -> str:
    cleaned = " ".join(text.split())
    if len(cleaned) > most or _CONTROL.search(cleaned):
        raise Invalid("diary.text", vi=f"Nhiều nhất {most} ký tự.", en=f"At most {most} characters.", path=path)
    return cleaned


def check_amount(amount: Decimal | None, uom: str) -> tuple[Decimal | None, str]:
    if amount is None:
        return None, ""
    if not amount.is_finite() or not 0 < amount < MOST:
        raise Invalid("diary.amount", vi="Lượng phải lớn hơn 0.", en="The amount must be over 0.", path="amount")
    if uom not in UOMS:
        raise Invalid("diary.uom", vi="Hãy chọn đơn vị.", en="Choose the unit.", path="uom")
    return amount.quantize(Decimal("0.001")), uom


def check_measures(activity: Activity, measures: Mapping[str, Decimal | float | None]) -> dict[str, float]:
    """The figures of a water check that were taken; at least one, each possible."""
    told = {name: float(value) for name, value in measures.items() if value is not None}
    if not activity.measures:
        return {}
    if not told:
        raise Invalid("diary.measures", vi="Hãy nhập ít nhất một số đo.", en="Enter one figure at least.", path="ph")
    for name, value in told.items():
        if name not in MEASURES:
            raise Invalid("diary.measure", vi="Số đo lạ.", en="An unknown figure.", path=name)
        _, low, high = MEASURES[name]
        if not low <= value <= high:
            raise Invalid(
                "diary.measure",
                vi=f"Phải từ {low:g} đến {high:g}.",
                en=f"It must be between {low:g} and {high:g}.",
                path=name,
            )
    return told


def last_day(activity: Activity, at: datetime, *, days: int | None, until: date | None) -> date | None:
    """The last day on which nothing may be harvested, sold or slaughtered: `days` after the local day of the
    treatment, or a day that is told; None where nothing waits. What the label says is not guessed."""
    if activity.waits is None:
        return None
    on = at.astimezone(LOCAL).date()
    if days is None and until is None:
        if activity.key in MUST_SAY:
            raise Invalid(
                "diary.no_waiting",
                vi="Hãy nhập số ngày trên nhãn thuốc; không có thì nhập 0.",
                en="Enter the days on the label; 0 if there are none.",
                path="waiting_days",
            )
        return None
    if days is not None and not 0 <= days <= LONGEST_WAIT:
        raise Invalid(
            "diary.waiting_days",
            vi=f"Số ngày từ 0 đến {LONGEST_WAIT}.",
            en=f"From 0 to {LONGEST_WAIT} days.",
            path="waiting_days",
        )
    if until is not None and not on <= until <= on + timedelta(days=LONGEST_WAIT):
        raise Invalid(
            "diary.waiting_until",
            vi="Ngày hết cách ly phải sau ngày xử lý.",
            en="The waiting period must end after the treatment.",
            path="waiting_until",
        )
    if days == 0 and until is None:
        return None
    counted = on + timedelta(days=days) if days else on
    return max(counted, until) if until is not None else counted


MUST_SAY = frozenset({"spraying", "treatment"})


def digest_of(contents: Mapping[str, Any]) -> str:
    """The same contents give the same digest, so that a task that comes again is known from another one."""
    return hashlib.sha256(json.dumps(contents, sort_keys=True, default=str).encode()).hexdigest()
