"""Pure decisions of the scan page: which stages a chain shows, the one-sentence verdict, steps made short.

Words. *Stage*: one of the five that a complete chain from field to shelf shows
(Thông tư 02/2024/TT-BKHCN asks for "stages of production and trade"). *Verdict*:
one sentence on what the ledger says of a code; it never says that goods are genuine,
because a printed code is copied in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from lienvung.texts import Text


class Stage(Enum):
    """The five stages, in the order of the chain."""

    PRODUCTION = "production"
    PROCESSING = "processing"
    PACKING = "packing"
    TRANSPORT = "transport"
    SALE = "sale"


STAGE_NAMES = {
    Stage.PRODUCTION: Text("Sản xuất", "Production"),
    Stage.PROCESSING: Text("Chế biến", "Processing"),
    Stage.PACKING: Text("Đóng gói", "Packing"),
    Stage.TRANSPORT: Text("Vận chuyển", "Transport"),
    Stage.SALE: Text("Bán lẻ", "Sale"),
}

# Stages as the ledger's traces name them -> stages of the page.
OF_TRACE = {
    "growing": Stage.PRODUCTION,
    "processing": Stage.PROCESSING,
    "packing": Stage.PACKING,
    "shipping": Stage.TRANSPORT,
    "receiving": Stage.TRANSPORT,
    "retail": Stage.SALE,
}

# CBV 2.0 business steps in words; a step that is not here is shown by its stage.
STEP_NAMES = {
    "commissioning": Text("Tạo mã, đưa vào sổ", "Entered under its code"),
    "creating_class_instance": Text("Lập lô", "Lot formed"),
    "collecting": Text("Thu gom", "Collected"),
    "disassembling": Text("Giết mổ, pha lóc", "Slaughtered, cut up"),
    "inspecting": Text("Kiểm tra", "Inspected"),
    "sampling": Text("Lấy mẫu", "Sampled"),
    "accepting": Text("Nghiệm thu", "Accepted"),
    "packing": Text("Đóng gói", "Packed"),
    "repackaging": Text("Đóng gói lại", "Repacked"),
    "unpacking": Text("Dỡ kiện", "Unpacked"),
    "loading": Text("Xếp hàng", "Loaded"),
    "unloading": Text("Dỡ hàng", "Unloaded"),
    "departing": Text("Rời nơi gửi", "Departed"),
    "arriving": Text("Đến nơi", "Arrived"),
    "shipping": Text("Gửi đi", "Shipped"),
    "transporting": Text("Vận chuyển", "Transported"),
    "receiving": Text("Nhận hàng", "Received"),
    "storing": Text("Bảo quản", "Stored"),
    "stocking": Text("Lên kệ", "Put on the shelf"),
    "retail_selling": Text("Bán lẻ", "Sold"),
    "dispensing": Text("Phân phát", "Dispensed"),
    "holding": Text("Tạm giữ", "Held"),
    "destroying": Text("Tiêu huỷ", "Destroyed"),
    "decommissioning": Text("Thôi dùng mã", "Code retired"),
    "sensor_reporting": Text("Đo nhiệt độ", "Sensor reading"),
    "assembling": Text("Chế biến", "Processed"),
    "other": Text("Việc khác", "Other"),
}

PACKING_STEPS = frozenset({"packing", "repackaging"})

# Steps whose CBV name tells a buyer less than the stage does: a harvest is captured as `commissioning`.
SAYING_LITTLE = frozenset({"commissioning", "creating_class_instance", "other", "assembling", None})


@dataclass(frozen=True, slots=True)
class StageRow:
    stage: Stage
    recorded: bool

    @property
    def name(self) -> Text:
        return STAGE_NAMES[self.stage]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of the five stages have at least one event. 0 or 1 = information only, no chain."""

    rows: tuple[StageRow, ...]

    @property
    def count(self) -> int:
        return sum(row.recorded for row in self.rows)

    @property
    def of(self) -> int:
        return len(self.rows)

    @property
    def information_only(self) -> bool:
        return self.count <= 1

    @property
    def line(self) -> Text:
        """How complete the chain is, in one line for a shopper."""
        if self.information_only:
            return Text("Chỉ có thông tin sản phẩm", "Product information only")
        if self.count == self.of:
            return Text(
                f"Chuỗi truy xuất đủ {self.count}/{self.of} khâu", f"Chain complete: {self.count}/{self.of} stages"
            )
        return Text(f"Chuỗi truy xuất có {self.count}/{self.of} khâu", f"Chain: {self.count}/{self.of} stages")


def completeness(trace_stages: Iterable[str]) -> Completeness:
    """Which of the five stages the given trace stages ('growing', 'shipping', …) cover.

    A stage counts when at least one event of it is in the ledger for this very thing, its lot, its
    containers, or what it was made from. Inspections and sensor readings alone count for no stage.
    """
    seen = {OF_TRACE[name] for name in trace_stages if name in OF_TRACE}
    return Completeness(tuple(StageRow(stage, stage in seen) for stage in Stage))


@dataclass(frozen=True, slots=True)
class Kind:
    """What a key that is no trade item names: as the word before its number, and in the middle of a sentence."""

    name: Text
    of_it: Text


LOT = Text("lô này", "this lot")
THIS = Kind(Text("Mã", "Code"), Text("mã này", "it"))
_UNIT = Text("kiện này", "this unit")
_ASSET = Text("Cây trồng, vật nuôi hoặc tài sản", "Crop, animal or asset")
# AI of the key (GS1 General Specifications, section 3) -> what it names.
KINDS = {
    "00": Kind(Text("Kiện hàng", "Logistic unit"), _UNIT),
    "401": Kind(Text("Lô hàng gửi", "Consignment"), Text("lô hàng này", "this consignment")),
    "402": Kind(Text("Chuyến hàng", "Shipment"), Text("chuyến hàng này", "this shipment")),
    "8003": Kind(Text("Vật chứa dùng nhiều lần", "Returnable asset"), THIS.of_it),
    "8004": Kind(_ASSET, THIS.of_it),
}


class Known(Enum):
    """What this installation knows of a code."""

    EVENTS = "events"  # the ledger has events of it
    ISSUED = "issued"  # issued by its owner, no event yet
    REGISTERED = "registered"  # the class (product, place) is in the catalogue
    NEVER_ISSUED = "never_issued"  # a product of ours, but no such lot or serial
    UNKNOWN = "unknown"  # nothing of ours


ABSENT = frozenset({Known.NEVER_ISSUED, Known.UNKNOWN})


def verdict(
    known: Known,
    *,
    level: str,
    recalled: bool,
    scanned_first: str = "",
    holds_recalled: bool = False,
    key: str = "",
    sold: str = "",
) -> Text:
    """The sentence under the product's name. `level`: 'serial', 'lot', 'product', 'place', 'party', 'other'.

    `scanned_first`: day and time of the first scan, already formatted; empty where not counted.
    `holds_recalled`: something inside the unit is recalled. `key`: the AI that the code begins with.
    `sold`: the day on which this very item was sold, already formatted.
    """
    if known is Known.UNKNOWN:
        return Text("Hệ thống này không có mã này.", "This code is not in this system.")
    if known is Known.NEVER_ISSUED:
        if level == "lot":
            return Text("Lô này chưa từng được đăng ký trong sổ.", "This lot has never been registered in the ledger.")
        return Text("Mã này chưa từng được cấp.", "This code has never been issued.")
    if recalled:
        return Text(
            "Mã này có trong sổ và đang bị thu hồi: không dùng, không bán.",
            "This code is in the ledger and is being recalled: do not use it, do not sell it.",
        )
    if holds_recalled:
        return Text(
            "Mã này có trong sổ; bên trong có hàng đang bị thu hồi: không dùng, không bán.",
            "This code is in the ledger; it holds recalled goods: do not use them, do not sell them.",
        )
    if level == "place":
        return Text("Địa điểm này có trong sổ.", "This place is in the ledger.")
    if level == "party":
        return Text("Tổ chức này có trong sổ.", "This organisation is in the ledger.")
    if known is Known.REGISTERED:
        return Text(
            "Sản phẩm này có đăng ký; mã chỉ ghi loại hàng, không ghi lô nên chưa truy được đến lô.",
            "This product is registered; the code names the kind of goods but no lot, so it cannot be traced to one.",
        )
    if known is Known.ISSUED:
        vi, en = (
            "Mã này đã được cấp nhưng sổ chưa ghi sự kiện nào",
            "This code was issued, but the ledger has no event of it yet",
        )
    else:
        what = LOT if level in ("serial", "lot") else KINDS.get(key, THIS).of_it
        vi = f"Mã này có trong sổ; {what.vi} chưa bị thu hồi"
        en = f"This code is in the ledger; {what.en} is not recalled"
    if sold:
        vi, en = f"{vi}; đã bán {sold}", f"{en}; sold on {sold}"
    if scanned_first:
        vi, en = f"{vi}; quét lần đầu {scanned_first}", f"{en}; first scanned {scanned_first}"
    return Text(f"{vi}.", f"{en}.")


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the journey, as the page needs it. Times in UTC epoch milliseconds."""

    time_ms: int
    stage: str
    biz_step: str | None
    place: str | None
    event_id: str
    about: str = ""
    relation: str = "self"
    temperature_min: float | None = None
    temperature_max: float | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Neighbouring events of one stage at one place, shown as one step of the journey."""

    happenings: tuple[Happening, ...]

    @property
    def stage(self) -> str:
        return self.happenings[0].stage

    @property
    def place(self) -> str | None:
        return self.happenings[0].place

    @property
    def first_ms(self) -> int:
        return self.happenings[0].time_ms

    @property
    def last_ms(self) -> int:
        return self.happenings[-1].time_ms

    @property
    def what(self) -> Text:
        """The names of its business steps, at most three, in order."""
        stage = OF_TRACE.get(self.stage)
        steps = list(dict.fromkeys(h.biz_step for h in self.happenings))
        names = [STEP_NAMES[s] for s in steps if s in STEP_NAMES and (s not in SAYING_LITTLE or stage is None)]
        if not names or len(steps) > 4 or any(s in SAYING_LITTLE for s in steps):
            names = [STAGE_NAMES[stage] if stage else STEP_NAMES["other"], *names]
        names = list(dict.fromkeys(names))[:3]
        return Text(_sentence(n.vi for n in names), _sentence(n.en for n in names))

    @property
    def temperatures(self) -> tuple[float, float] | None:
        """Lowest and highest degrees Celsius measured, if any."""
        low = [h.temperature_min for h in self.happenings if h.temperature_min is not None]
        high = [h.temperature_max for h in self.happenings if h.temperature_max is not None]
        return (min(low), max(high)) if low and high else None


def _sentence(words: Iterable[str]) -> str:
    first, *others = words
    return ", ".join([first, *(word[:1].lower() + word[1:] for word in others)])


def stops(happenings: Sequence[Happening]) -> list[Stop]:
    """Events joined into stops: in time order, the same place and page stage in a row are one stop."""
    groups: list[list[Happening]] = []
    for happening in sorted(happenings, key=lambda h: h.time_ms):
        last = groups[-1][-1] if groups else None
        if last and last.place == happening.place and OF_TRACE.get(last.stage) == OF_TRACE.get(happening.stage):
            groups[-1].append(happening)
        else:
            groups.append([happening])
    return [Stop(tuple(group)) for group in groups]


def shorten(all_stops: Sequence[Stop], *, most: int = 6) -> tuple[list[Stop], list[Stop]]:
    """(shown, left off): at most `most` stops, the first of each stage first of all, then the latest ones."""
    if len(all_stops) <= most:
        return list(all_stops), []
    kept: set[int] = {0, len(all_stops) - 1}
    seen: set[Stage | None] = set()
    for number, stop in enumerate(all_stops):
        stage = OF_TRACE.get(stop.stage)
        if stage is not None and stage not in seen and len(kept) < most:
            seen.add(stage)
            kept.add(number)
    for number in range(len(all_stops) - 1, -1, -1):
        if len(kept) >= most:
            break
        kept.add(number)
    shown = [stop for number, stop in enumerate(all_stops) if number in kept]
    return shown, [stop for number, stop in enumerate(all_stops) if number not in kept]
