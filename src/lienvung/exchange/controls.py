"""When a subscriber wants to hear: `stream` or a schedule, `reportIfEmpty`, `initialRecordTime`. Pure.

The same words come in the body of a webhook's subscription and in the address of a websocket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lienvung.epcis.times import parse_time
from lienvung.errors import Invalid
from lienvung.exchange.schedule import LEGAL, Schedule

WORDS = frozenset({"stream", "reportIfEmpty", "initialRecordTime", *LEGAL})
"""The parameters of a websocket's address that say when; the rest are of the query."""


class SubscriptionControls(Invalid):
    """What is asked says not when to report, or says it twice."""

    exception = "SubscriptionControlsException"


def fault(path: str, vi: str, en: str) -> SubscriptionControls:
    name = path.strip("/")
    return SubscriptionControls("exchange.controls", vi=f"{name}: {vi}", en=f"{name}: {en}", path=path)


@dataclass(frozen=True)
class Controls:
    """When to report."""

    stream: bool
    schedule: Mapping[str, str] | None
    report_if_empty: bool
    initial_ms: int | None

    def parsed(self) -> Schedule | None:
        return None if self.schedule is None else Schedule.parse(self.schedule)


def controls_of(body: Mapping[str, Any]) -> Controls:
    """Raises SubscriptionControls with a JSON Pointer."""
    stream = body.get("stream", False)
    if not isinstance(stream, bool):
        raise fault("/stream", "cần true hoặc false", "true or false is needed")
    schedule = body.get("schedule")
    if stream == (schedule is not None):
        raise fault(
            "/stream",
            "cần hoặc stream: true, hoặc schedule, không cả hai",
            "either stream: true or a schedule is needed, not both",
        )
    if schedule is not None:
        Schedule.parse(schedule)
    empty = body.get("reportIfEmpty", False)
    if not isinstance(empty, bool):
        raise fault("/reportIfEmpty", "cần true hoặc false", "true or false is needed")
    return Controls(stream, schedule, empty, _initial(body.get("initialRecordTime")))


def _initial(value: object) -> int | None:
    if value is None:
        return None
    try:
        return parse_time(value)[0] if isinstance(value, str) else parse_time("")[0]
    except Invalid as wrong:
        raise fault("/initialRecordTime", wrong.vi, wrong.en) from None


def controls_of_address(parameters: Mapping[str, Sequence[str]]) -> Controls:
    """The same from the words of an address, where a list has been divided at its commas."""
    body: dict[str, Any] = {}
    for name in ("stream", "reportIfEmpty"):
        if name in parameters:
            text = list(parameters[name])
            if text not in (["true"], ["false"]):
                raise fault(f"/{name}", "cần true hoặc false", "true or false is needed")
            body[name] = text == ["true"]
    if "initialRecordTime" in parameters:
        body["initialRecordTime"] = ",".join(parameters["initialRecordTime"]).replace(" ", "+")
    schedule = {name: ",".join(parameters[name]) for name in LEGAL if name in parameters}
    if schedule:
        body["schedule"] = schedule
    return controls_of(body)
