"""Pure decisions of a recall: what may be recalled, in which words, by which events."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from lienvung.epcis.build import Event
from lienvung.errors import Invalid
from lienvung.ledger import marking
from lienvung.texts import Text

HANOI = "01"
RECALLED = "recalled"
CLOSE = "close"
LONGEST_TEXT = 2_000
LONGEST_LINE = 300
LONGEST_REF = 120
CLOCK_SKEW = timedelta(minutes=5)
CLASSES = {True: Text("bắt buộc", "compulsory"), False: Text("tự nguyện", "voluntary")}
ORIGINS = {
    "lot": Text("trang của lô", "the lot's page"),
    "laboratory": Text("kết quả kiểm nghiệm", "a laboratory result"),
    "complaint": Text("phản ánh, khiếu nại", "a complaint"),
    "other": Text("nguồn khác", "something else"),
}

# which word of ORIGINS stands for what a room registered in registry.origins
ROOM_ORIGINS = {"lab": "laboratory", "cases": "complaint"}

# Thông tư 17/2021/TT-BNNPTNT: the four ways
TREATMENTS = {
    "fix": Text("khắc phục lỗi sản phẩm, lỗi ghi nhãn", "fix the product or its label"),
    "change_use": Text("chuyển mục đích sử dụng", "change of use"),
    "re_export": Text("tái xuất", "re-export"),
    "destroy": Text("tiêu huỷ", "destroy"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """What a recall rests on. `established_at` None: it was established with the decision."""

    compulsory: bool = True
    legal_basis: str = ""
    established_at: datetime | None = None
    origin: str = ""
    origin_text: str = ""
    origin_ref: str = ""


def check_case(case: Case, *, now: datetime) -> Case:
    """The case with its texts cut to size. Raises Invalid for a time to come."""
    if case.established_at is not None and case.established_at > now + CLOCK_SKEW:
        raise Invalid(
            "quality.future",
            vi="Thời điểm xác định vụ việc ở tương lai.",
            en="The case was established in the future.",
            path="established_at",
        )
    return Case(
        compulsory=case.compulsory,
        legal_basis=case.legal_basis.strip()[:LONGEST_LINE],
        established_at=min(case.established_at or now, now),
        origin=case.origin if case.origin in ORIGINS else "",
        origin_text=case.origin_text.strip()[:LONGEST_LINE],
        origin_ref=case.origin_ref if len(case.origin_ref) <= LONGEST_REF else "",
    )


def check_treatment(word: str) -> str:
    """One of the four ways, or nothing chosen yet."""
    if word and word not in TREATMENTS:
        raise Invalid(
            "quality.treatment",
            vi="Hãy chọn một trong bốn hình thức xử lý.",
            en="Choose one of the four treatments.",
            path="treatment",
        )
    return word


def clock(decide_by: datetime, *, at: datetime, decided: bool) -> Text:
    """How the clock of the decision stands (or stood when it was decided)."""
    span = spell_span(abs(decide_by - at))
    if decided and at <= decide_by:
        return Text(f"đúng hạn, sớm {span.vi}", f"in time, {span.en} early")
    if decided:
        return Text(f"quyết định trễ {span.vi}", f"decided {span.en} late")
    if at <= decide_by:
        return Text(f"còn {span.vi} để quyết định", f"{span.en} left to decide")
    return Text(f"quá hạn {span.vi}", f"{span.en} overdue")


def spell_span(span: timedelta) -> Text:
    """Hours and minutes, days from two on."""
    minutes = int(span.total_seconds() // 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return Text(f"{hours // 24} ngày {hours % 24} giờ", f"{hours // 24} d {hours % 24} h")
    return Text(f"{hours} giờ {minutes} phút", f"{hours} h {minutes} min")


def check_lot(candidates: Iterable[str]) -> str:
    """The one canonical lot URI (/01/GTIN/10/LOT) among what a text may mean."""
    for uri in candidates:
        if "/01/" in uri and "/10/" in uri and "/21/" not in uri:
            return uri
    raise Invalid(
        "quality.not_a_lot",
        vi="Thu hồi phải nêu một lô: GTIN và số lô, hoặc đường dẫn /01/…/10/… trên nhãn.",
        en="A recall names a lot: GTIN and lot number, or the address /01/…/10/… of the label.",
        path="lot",
    )


def check_words(text: str, *, path: str) -> str:
    """A text of 10 to 2,000 characters."""
    text = text.strip()
    if not 10 <= len(text) <= LONGEST_TEXT:
        raise Invalid(
            "quality.words",
            vi="Cần từ 10 đến 2.000 ký tự.",
            en="Between 10 and 2,000 characters are needed.",
            path=path,
        )
    return text


def bilingual(text: Text | str) -> Text:
    """A text given once stands for both languages; "tiếng Việt / English" in one string is taken apart."""
    if isinstance(text, Text):
        return text if text.en.strip() else Text(text.vi, text.vi)
    parts = text.split(" / ")
    return Text(parts[0], parts[1]) if len(parts) == 2 else Text(text, text)


class Named(Protocol):
    """Who has a name in both languages (an organisation)."""

    name: str
    name_en: str


def signed(text: Text, authority: Named | None) -> Text:
    """The public words with the name of the authority that decided."""
    if authority is None:
        return text
    return Text(
        f"{text.vi} Cơ quan quyết định: {authority.name}.",
        f"{text.en} Decided by: {authority.name_en or authority.name}.",
    )


def event_id(recall: uuid.UUID, number: int, *, closing: bool = False) -> str:
    """The eventID of the n-th event of a recall (or of its closing); always the same for the same recall."""
    return marking.event_id(recall, number, kind=CLOSE if closing else marking.SET)


def recall_events(
    *, recall: uuid.UUID, time: datetime, uris: Sequence[str], classes: Sequence[str], text: Text
) -> list[Event]:
    """The events that set `recalled` on items (`uris`) and on lots (`classes`), with the words for buyers."""
    words = words_of(recall, text)
    return marking.set_events(decision=recall, time=time, word=RECALLED, uris=uris, classes=classes, extensions=words)


def words_of(recall: uuid.UUID, text: Text) -> dict[str, Any]:
    """What each event of a recall says beside its mark."""
    return {"lv:recall": recall.urn, "lv:publicText": {"lv:vi": text.vi, "lv:en": text.en}}


def closing_events(*, recall: uuid.UUID, time: datetime, told: Sequence[Event]) -> list[Event]:
    """For each event that set `recalled` one that unsets it on the same things."""
    return marking.unset_events(
        decision=recall, time=time, word=RECALLED, told=told, extensions={"lv:recall": recall.urn}, kind=CLOSE
    )
