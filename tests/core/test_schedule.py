"""Schedules of scheduled queries: the standard's grammar, and the next moment against a count second by second."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lienvung.exchange.schedule import LEGAL, Schedule, ScheduleFault

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
PARIS = ZoneInfo("Europe/Paris")
naive = datetime.fromisoformat


def at(text: str, zone: tzinfo = HERE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def following(schedule: dict[str, str], start: datetime, zone: tzinfo = HERE) -> Iterator[str]:
    parsed, moment = Schedule.parse(schedule), start
    while True:
        moment = parsed.next_after(moment, zone)
        yield moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def first(schedule: dict[str, str], start: str, count: int = 1, zone: tzinfo = HERE) -> list[str]:
    moments = following(schedule, at(start, zone), zone)
    return [next(moments) for _ in range(count)]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"hour": "1", "minute": "5"}, ["2026-11-24 01:05:00", "2026-11-25 01:05:00"]),  # the standard's example
        ({"hour": "1"}, ["2026-11-24 01:00:00", "2026-11-25 01:00:00"]),
        ({"minute": "5"}, ["2026-11-23 12:05:00", "2026-11-23 13:05:00"]),
        ({"second": "30"}, ["2026-11-23 12:00:30", "2026-11-23 12:01:30"]),
        ({"second": "0/30"}, ["2026-11-23 12:00:30", "2026-11-23 12:01:00"]),
        ({"second": "*"}, ["2026-11-23 12:00:01", "2026-11-23 12:00:02"]),
        ({"minute": "0,[58-59]"}, ["2026-11-23 12:58:00", "2026-11-23 12:59:00", "2026-11-23 13:00:00"]),
        ({"dayOfWeek": "1"}, ["2026-11-30 00:00:00", "2026-12-07 00:00:00"]),  # 1 is Monday
        ({"dayOfWeek": "7", "hour": "6"}, ["2026-11-29 06:00:00"]),  # 7 is Sunday
        ({"dayOfMonth": "31"}, ["2026-12-31 00:00:00", "2027-01-31 00:00:00", "2027-03-31 00:00:00"]),
        ({"month": "3"}, ["2027-03-01 00:00:00", "2028-03-01 00:00:00"]),
        ({"month": "3", "dayOfWeek": "1"}, ["2027-03-01 00:00:00", "2027-03-08 00:00:00"]),
        ({"month": "2", "dayOfMonth": "29"}, ["2028-02-29 00:00:00", "2032-02-29 00:00:00"]),
        ({"month": "2", "dayOfMonth": "29", "dayOfWeek": "1"}, ["2044-02-29 00:00:00"]),
        ({"month": "12", "hour": "1", "minute": "*"}, ["2026-12-01 01:00:00", "2026-12-01 01:01:00"]),
    ],
)
def test_moments_of_a_schedule(schedule: dict[str, str], expected: list[str]) -> None:
    assert first(schedule, "2026-11-23 12:00:00", len(expected)) == expected


@pytest.mark.parametrize(
    ("schedule", "path"),
    [
        ({}, "/schedule"),
        (None, "/schedule"),
        ([], "/schedule"),
        ("0 5 * * *", "/schedule"),
        ({"day": "1"}, "/schedule"),
        ({"second": 5}, "/schedule/second"),
        ({"second": ""}, "/schedule/second"),
        ({"second": "60"}, "/schedule/second"),
        ({"minute": "60"}, "/schedule/minute"),
        ({"hour": "24"}, "/schedule/hour"),
        ({"dayOfMonth": "0"}, "/schedule/dayOfMonth"),
        ({"dayOfMonth": "32"}, "/schedule/dayOfMonth"),
        ({"month": "13"}, "/schedule/month"),
        ({"dayOfWeek": "0"}, "/schedule/dayOfWeek"),
        ({"dayOfWeek": "8"}, "/schedule/dayOfWeek"),
        ({"second": "[5-1]"}, "/schedule/second"),
        ({"second": "[1-60]"}, "/schedule/second"),
        ({"second": "1-5"}, "/schedule/second"),
        ({"second": "[1-5"}, "/schedule/second"),
        ({"second": "1,,2"}, "/schedule/second"),
        ({"second": "1, 2"}, "/schedule/second"),
        ({"second": "-1"}, "/schedule/second"),
        ({"second": "٣"}, "/schedule/second"),
        ({"second": "0/0"}, "/schedule/second"),
        ({"second": "1," * 1000 + "1"}, "/schedule/second"),
        ({"dayOfMonth": "31", "month": "2,4"}, "/schedule"),
    ],
)
def test_what_says_no_moment_is_refused_with_its_place(schedule: object, path: str) -> None:
    with pytest.raises(ScheduleFault) as refused:
        Schedule.parse(schedule)
    assert refused.value.path == path
    assert refused.value.exception == "SubscriptionControlsException"


def field(name: str) -> st.SearchStrategy[str]:
    least, most = LEGAL[name]
    number = st.integers(least, most)
    ranges = st.tuples(number, number).map(lambda pair: f"[{min(pair)}-{max(pair)}]")
    element = st.one_of(number.map(str), ranges)
    return st.one_of(st.just("*"), st.lists(element, min_size=1, max_size=3).map(",".join))


def members(name: str, text: str) -> set[int]:
    """What a field matches, told apart from the code under test."""
    least, most = LEGAL[name]
    found: set[int] = set()
    for element in ("," + text).replace("*", f"[{least}-{most}]").split(",")[1:]:
        low, _, high = element.strip("[]").partition("-")
        found |= set(range(int(low), int(high or low) + 1))
    return found


@settings(max_examples=60, deadline=None)
@given(
    schedule=st.fixed_dictionaries({name: field(name) for name in ("second", "minute", "hour")}),
    weekday=st.one_of(st.none(), st.integers(1, 7)),
    zone=st.sampled_from([HERE, PARIS, UTC]),
    start=st.one_of(
        st.datetimes(naive("2026-01-01T00:00"), naive("2027-01-01T00:00")),
        st.datetimes(naive("2026-03-28T22:00"), naive("2026-03-29T04:00")),  # Paris puts its clocks forward
        st.datetimes(naive("2026-10-24T22:00"), naive("2026-10-25T04:00")),  # and back
    ),
)
@example({"second": "0", "minute": "30", "hour": "2"}, None, PARIS, naive("2026-03-28T23:00"))
@example({"second": "0", "minute": "30", "hour": "2"}, None, PARIS, naive("2026-10-25T00:30"))
def test_the_next_moment_is_the_first_that_matches(
    schedule: dict[str, str], weekday: int | None, zone: tzinfo, start: datetime
) -> None:
    wanted = {name: members(name, text) for name, text in schedule.items()}
    days = {weekday} if weekday else set(range(1, 8))
    if weekday:
        schedule = {**schedule, "dayOfWeek": str(weekday)}
    moment = start.replace(microsecond=0, tzinfo=UTC)
    found = Schedule.parse(schedule).next_after(start.replace(tzinfo=UTC), zone)
    for _ in range(200_000):  # a bit more than two days, second by second
        moment += timedelta(seconds=1)
        shown = moment.astimezone(zone)
        parts = {"second": shown.second, "minute": shown.minute, "hour": shown.hour}
        if all(parts[name] in wanted[name] for name in parts) and shown.isoweekday() in days and not shown.fold:
            assert found == moment
            return
    assert found > moment


def test_a_moment_is_never_its_own_next() -> None:
    schedule = {"second": "0/15"}
    moments = following(schedule, at("2026-11-23 23:59:45"))
    assert next(moments) == "2026-11-24 00:00:00"
    assert next(moments) == "2026-11-24 00:00:15"
