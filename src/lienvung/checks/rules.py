"""Pure decisions of the room: what parameters there are, which words are enough, what a finding seen again becomes."""

from __future__ import annotations

import math
from datetime import date, datetime, time

from lienvung.errors import Invalid
from lienvung.lineage.anomalies_words import DEFAULTS, LOCAL
from lienvung.texts import Text

SHORTEST, LONGEST = 10, 2_000

PARAMETER_TEXTS = {
    "yield_high": Text("Tỉ lệ ra/vào nhiều nhất của một mẻ", "Highest plausible out / in of a process"),
    "yield_low": Text("Tỉ lệ ra/vào ít nhất của một mẻ", "Lowest plausible out / in of a process"),
    "tolerance": Text("Sai số cân của một lô", "Tolerance of weighing of a lot"),
    "transit_days": Text("Số ngày từ gửi đến nhận", "Days from shipping to receiving"),
    "transit_loss": Text("Phần hao hụt trên đường", "Part of a shipment that may be lost"),
    "speed_kmh": Text("Tốc độ cao nhất, km/h", "Highest speed, km/h"),
    "travel_slack_hours": Text("Sai số giờ ghi, giờ", "Slack of the times recorded, hours"),
    "travel_min_km": Text("Khoảng cách gần hơn thì bỏ qua, km", "Distances below are passed over, km"),
    "tonnes_per_ha": Text("Tấn trên hecta mỗi năm", "Tonnes per hectare a year"),
    "area_tolerance": Text("Sai số của diện tích", "Tolerance of an area"),
}


def check_words(words: str, *, path: str) -> str:
    """A reason or an answer that says something."""
    words = words.strip()
    if not SHORTEST <= len(words) <= LONGEST:
        raise Invalid(
            "checks.words",
            vi=f"Cần từ {SHORTEST} đến {LONGEST} ký tự.",
            en=f"Between {SHORTEST} and {LONGEST} characters are wanted.",
            path=path,
        )
    return words


def check_setting(name: str, value: float) -> float:
    """A parameter that exists, and a figure for it that can be."""
    if name not in DEFAULTS:
        raise Invalid("checks.no_parameter", vi=f"Không có tham số {name}.", en=f"There is no parameter {name}.")
    if not math.isfinite(value) or value < 0:
        raise Invalid("checks.value", vi="Giá trị phải là số không âm.", en="The value must be a number of 0 or more.")
    return value


def start_of(day: date) -> int:
    """The beginning of a day in Việt Nam, UTC epoch ms."""
    return int(datetime.combine(day, time(), LOCAL).timestamp() * 1000)


def next_state(state: str, *, changed: bool) -> str:
    """The state of a finding that is found again: what was dismissed stays so until it says something else."""
    return "dismissed" if state == "dismissed" and not changed else "open"
