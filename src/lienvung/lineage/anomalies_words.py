"""Words of the checks: kinds of findings, what a finding holds, parameters with their dates, a certificate's area.

Pure, without numpy: the registry speaks of `CertifiedArea` too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from lienvung.texts import Text

MORE = "more"  # detail of the finding that speaks for many
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LOCAL = timezone(timedelta(hours=7))
FIRST_MS = int(datetime(1, 1, 2, tzinfo=UTC).timestamp()) * 1000
LAST_MS = int(datetime(9999, 12, 30, tzinfo=UTC).timestamp()) * 1000


class Kind(StrEnum):
    """What is wrong."""

    PROCESS_YIELD = "process_yield"
    LOT_BALANCE = "lot_balance"
    NOT_RECEIVED = "not_received"
    NOT_SHIPPED = "not_shipped"
    AFTER_END = "after_end"
    AFTER_EXPIRY = "after_expiry"
    WAITING_PERIOD = "waiting_period"
    TRAVEL_TIME = "travel_time"
    CERTIFIED_AREA = "certified_area"
    SERIAL_CONFLICT = "serial_conflict"
    UNIT_CONFLICT = "unit_conflict"


KIND_TEXTS: Mapping[str, Text] = {
    Kind.PROCESS_YIELD: Text("Sản lượng vượt mức hợp lý", "More came out than can be"),
    Kind.LOT_BALANCE: Text("Lô xuất nhiều hơn có", "More left the lot than was there"),
    Kind.NOT_RECEIVED: Text("Gửi đi, không có nơi nhận", "Shipped, never received"),
    Kind.NOT_SHIPPED: Text("Nhận hàng không rõ ai gửi", "Received, never shipped"),
    Kind.AFTER_END: Text("Có sự kiện sau khi tiêu hủy", "Events after destruction"),
    Kind.AFTER_EXPIRY: Text("Có sự kiện sau hạn dùng", "Events after expiry"),
    Kind.WAITING_PERIOD: Text("Chưa hết thời gian cách ly", "Before the waiting period ended"),
    Kind.TRAVEL_TIME: Text("Di chuyển nhanh không thể có", "Travelled faster than possible"),
    Kind.CERTIFIED_AREA: Text("Vượt sản lượng của diện tích chứng nhận", "More than the certified area yields"),
    Kind.SERIAL_CONFLICT: Text("Một mã ở hai nơi chứa, hoặc bán hai lần", "One code in two containers, or sold twice"),
    Kind.UNIT_CONFLICT: Text("Đơn vị số lượng mâu thuẫn", "Units that contradict each other"),
}


class Severity(StrEnum):
    """How much it matters, worst first."""

    HIGH = "high"
    MEDIUM = "medium"
    NOTICE = "notice"


SEVERITY_TEXTS: Mapping[str, Text] = {
    Severity.HIGH: Text("nghiêm trọng", "serious"),
    Severity.MEDIUM: Text("cần xem", "to be looked at"),
    Severity.NOTICE: Text("lưu ý", "notice"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. `detail` tells findings of one kind on one subject apart and stays the same from run to run;
    `at`: event time of what decided it; `events`: numbers of the events it rests on; `figures`: plain JSON."""

    kind: Kind
    subject: str
    detail: str
    at: int
    events: tuple[int, ...]
    severity: Severity
    text: Text
    figures: Mapping[str, Any] = field(default_factory=dict)
    places: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What makes it the same finding."""
        return hashlib.sha256("\n".join((self.kind, self.subject, self.detail)).encode()).hexdigest()

    @property
    def scope(self) -> str:
        """What was looked at to find it: a process, else the subject."""
        return self.detail if self.kind is Kind.PROCESS_YIELD and self.detail != MORE else self.subject

    @property
    def digest(self) -> str:
        """What it says: another digest under the same key is a finding that changed."""
        said = json.dumps([sorted(self.events), self.severity, self.figures], sort_keys=True, default=str)
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CertifiedArea:
    """What a certificate says of land: `area_ha` under `number` for products (`gtins`, 14 digits) of one group.

    `places`: canonical URIs of the plots and places it is about; empty: wherever the products are made.
    `uri`: as events name it in certificationInfo. Times UTC epoch ms, `until` None = without end.
    """

    number: str
    gtins: tuple[str, ...]
    area_ha: float
    since: int
    until: int | None = None
    group: str = ""
    uri: str = ""
    places: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return self.uri or f"certificate:{self.number}"


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter in force from `since` until (excluding) `until`; `group` '' = every product group without its own."""

    name: str
    value: float
    group: str = ""
    since: int = -(2**62)
    until: int = 2**62


# Starting values, to be set by the two provinces. None of them is taken from a rule of law.
DEFAULTS: Mapping[str, float] = {
    "yield_high": 1.02,  # out / in of a process, by mass or in one unit
    "yield_low": 0.0,  # less is no finding unless a group says so
    "tolerance": 0.02,  # of weighing, in the balance of a lot
    "transit_days": 7.0,  # from shipping to receiving
    "transit_loss": 0.05,  # part of a shipment that may be lost on its way
    "speed_kmh": 100.0,  # along the great circle
    "travel_slack_hours": 0.5,
    "travel_min_km": 10.0,
    "tonnes_per_ha": 15.0,  # a year
    "area_tolerance": 0.10,
}

# a yield of more than one: water is taken up, or what went in is told only in part
DEFAULT_GROUPS: Mapping[tuple[str, str], float] = {
    ("tonnes_per_ha", "paddy"): 14.0,  # two crops
    ("tonnes_per_ha", "rice"): 10.0,
    ("tonnes_per_ha", "vegetable"): 120.0,
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a run, and what the catalogue knows: product groups, piece weights, places, owners, names."""

    settings: Sequence[Setting] = ()
    groups: Mapping[str, str] = field(default_factory=dict)  # product URI -> group
    piece_kg: Mapping[str, float] = field(default_factory=dict)  # product URI -> kilograms of one piece
    coordinates: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # place URI -> lat, lon
    owners: Mapping[str, str] = field(default_factory=dict)  # place URI -> whose it is
    names: Mapping[str, str] = field(default_factory=dict)  # place URI -> its name
    partners: frozenset[str] | None = None  # URIs of places and parties that take part; None: everybody does

    def of(self, name: str, at: int, group: str = "") -> float:
        """The value in force at a time: the group's own, else that for all; the setting that began last wins."""
        for wanted in dict.fromkeys((group, "")):
            valid = [s for s in self.settings if s.name == name and s.group == wanted and s.since <= at < s.until]
            if valid:
                return max(valid, key=lambda setting: setting.since).value
            if wanted and (name, wanted) in DEFAULT_GROUPS:
                return DEFAULT_GROUPS[name, wanted]
        return DEFAULTS[name]

    def group(self, uri: str) -> str:
        return self.groups.get(product_of(uri), "")

    def place(self, uri: str) -> str:
        return self.names.get(uri) or short(uri)

    def expects_receipt(self, place: str, destinations: Sequence[str]) -> bool:
        """Whether sender and receiver both take part: what leaves for others is received in no ledger of ours."""
        if self.partners is None:
            return True
        return place in self.partners and (not destinations or any(uri in self.partners for uri in destinations))

    def same_owner(self, one: str, other: str) -> bool:
        owner = self.owners.get(one)
        return one == other or (owner is not None and owner == self.owners.get(other))


def product_of(uri: str) -> str:
    """The class of an item or lot."""
    return uri.partition("/21/")[0].partition("/10/")[0]


def is_lot(uri: str) -> bool:
    return "/10/" in uri and "/21/" not in uri


def is_item(uri: str) -> bool:
    """A trade item with a serial."""
    return "/21/" in uri


def is_container(uri: str) -> bool:
    """A logistic unit (SSCC). Reusable assets are not followed: they hold something else every day."""
    return "/00/" in uri


def short(uri: str) -> str:
    """An identifier as it is read on a label: (01)…(10)…"""
    path = uri.partition("id.gs1.org/")[2]
    if not path:
        return uri
    parts = path.split("/")
    return "".join(f"({ai}){value}" for ai, value in zip(parts[::2], parts[1::2]))


def local(ms: int) -> str:
    """05/06/2026 14:30 in Việt Nam; years that no calendar has are told as its first or last."""
    return (
        datetime.fromtimestamp(min(max(ms, FIRST_MS), LAST_MS) / 1000, UTC).astimezone(LOCAL).strftime("%d/%m/%Y %H:%M")
    )


def number(value: float) -> Text:
    """A figure as each language writes it."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return Text(text.translate(str.maketrans(",.", ".,")), text)


def unit_text(unit: str) -> Text:
    return {"": Text("chiếc", "pieces"), "KGM": Text("kg", "kg")}.get(unit, Text(unit, unit))
