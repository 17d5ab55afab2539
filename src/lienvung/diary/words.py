"""What grows, what is done to it, in which units amounts are told: keys with their words in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lienvung.texts import Text

PLOT, HERD, POND, HIVE = "plot", "herd", "pond", "hive"
KINDS: Mapping[str, Text] = {
    PLOT: Text("Thửa ruộng, vườn", "Plot"),
    HERD: Text("Đàn vật nuôi", "Herd"),
    POND: Text("Ao nuôi", "Pond"),
    HIVE: Text("Đàn ong", "Bees"),
}
LETTERS: Mapping[str, str] = {PLOT: "T", HERD: "D", POND: "A", HIVE: "O"}  # of the codes given out
BY_HEADS = frozenset({HERD, HIVE})


@dataclass(frozen=True, slots=True)
class Activity:
    """`key` is what `lv:activity` says. `material`: it is done with something; `waits`: a waiting period may follow;
    `measures`: figures of the water are asked; `step`, `disposition`, `action`: of the event."""

    key: str
    name: Text
    kinds: tuple[str, ...]
    material: Text | None = None
    waits: Text | None = None
    measures: bool = False
    step: str = "other"
    disposition: str = "active"
    begins: bool = False


FERTILISER = Text("Loại phân", "Fertiliser")
PESTICIDE = Text("Tên thuốc", "Product")
FEED = Text("Loại thức ăn", "Feed")
MEDICINE = Text("Tên thuốc, vắc xin", "Medicine or vaccine")
SEED = Text("Giống", "Variety")
SUPPLY = Text("Vật tư", "Material")
SPRAY_WAIT = Text("Thời gian cách ly", "Waiting period before harvest")
CURE_WAIT = Text("Thời gian ngừng thuốc", "Withdrawal period")

_ALL = (PLOT, HERD, POND, HIVE)
ACTIVITIES: Mapping[str, Activity] = {
    each.key: each
    for each in (
        Activity("sowing", Text("Gieo hạt", "Sowing"), (PLOT,), SEED, step="commissioning", begins=True),
        Activity("transplanting", Text("Cấy, trồng cây con", "Transplanting"), (PLOT,), SEED, step="commissioning",
                 begins=True),
        Activity("stocking", Text("Thả giống, nhập đàn", "Stocking"), (HERD, POND, HIVE), SEED, step="commissioning",
                 begins=True),
        Activity("fertilising", Text("Bón phân", "Fertilising"), (PLOT,), FERTILISER),
        Activity("spraying", Text("Phun thuốc", "Spraying"), (PLOT,), PESTICIDE, SPRAY_WAIT),
        Activity("irrigating", Text("Tưới nước", "Irrigating"), (PLOT,)),
        Activity("weeding", Text("Làm cỏ", "Weeding"), (PLOT,)),
        Activity("feeding", Text("Cho ăn", "Feeding"), (HERD, POND, HIVE), FEED),
        Activity("treatment", Text("Chữa bệnh, dùng thuốc", "Treatment"), (HERD, POND, HIVE), MEDICINE, CURE_WAIT),
        Activity("vaccination", Text("Tiêm phòng", "Vaccination"), (HERD, POND), MEDICINE, CURE_WAIT),
        Activity("water_check", Text("Kiểm tra nước", "Water check"), (POND,), measures=True, step="inspecting"),
        Activity("water_change", Text("Thay nước, xử lý nước", "Water change"), (POND,), SUPPLY, CURE_WAIT),
        Activity("inspection", Text("Kiểm tra", "Inspection"), _ALL, step="inspecting"),
        Activity("other", Text("Việc khác", "Other work"), _ALL, SUPPLY),
    )
}  # fmt: skip

UOMS: Mapping[str, Text] = {
    "KGM": Text("kg", "kg"),
    "GRM": Text("g", "g"),
    "LTR": Text("lít", "litres"),
    "MLT": Text("ml", "ml"),
    "TNE": Text("tấn", "tonnes"),
    "MTQ": Text("m³", "m³"),
    "": Text("(con, cây, gói)", "(pieces)"),
}
"""UN/CEFACT Recommendation 20 codes; '' counts pieces."""

MEASURES: Mapping[str, tuple[Text, float, float]] = {
    "temperature": (Text("Nhiệt độ (°C)", "Temperature (°C)"), -5, 60),
    "ph": (Text("Độ pH", "pH"), 0, 14),
    "oxygen": (Text("Oxy hoà tan (mg/l)", "Dissolved oxygen (mg/l)"), 0, 40),
    "salinity": (Text("Độ mặn (‰)", "Salinity (‰)"), 0, 60),
}
"""Figures of a water check, with what is possible at all."""


def activities_of(kind: str) -> list[Activity]:
    """What is done to things of this kind."""
    return [each for each in ACTIVITIES.values() if kind in each.kinds]
