"""What stands on goods: the words of a recall in force, and recalled goods inside a unit not recalled itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from lienvung.audit.access import acts
from lienvung.ledger import events, status, voices
from lienvung.ledger.trace import LedgerSource
from lienvung.ledger.trace_names import lookup
from lienvung.lineage.batches import Memo
from lienvung.lineage.facts import ALWAYS, distinct, ints
from lienvung.lineage.walk import inside_of
from lienvung.scan import details
from lienvung.scan.page import Band
from lienvung.texts import Text

RECALLED = "recalled"
HELD = "non_conformant"
CLOSING = "quality.close_recall"
BEING_CHECKED = Text(
    "Cơ quan quản lý đang kiểm tra lại lô này; tạm ngừng bán cho đến khi có kết luận. Đây chưa phải là thu hồi.",
    "The authority is checking this lot again; it is not to be sold until that ends. This is no recall.",
)
NOT_CONFORMING = Text("Lô này bị ghi là không đạt yêu cầu.", "This lot is marked as not conforming.")
MOST_INSIDE = 50  # things in a unit that are looked at
NESTING = 3  # a pallet of cases of packs
MOST_RECALLS = 6
NO_WORDS = Text(
    "Cơ quan quản lý đã ra quyết định thu hồi. Không dùng, không bán; giữ lại và liên hệ nơi bán.",
    "The authority has decided on a recall. Do not use or sell it; keep it and ask the shop.",
)
NOT_ALL = Text(
    "Bên trong có nhiều món, trang này chỉ xem được một phần; hãy quét mã từng món.",
    "It holds many things, of which this page looked at a part only; scan each code.",
)


@dataclass(frozen=True, slots=True)
class Inside:
    """Recalled things in a unit now. `whole` = everything in it was looked at."""

    recalled: int
    whole: bool


def band(rid: int, *uris: str) -> Band:
    """The recall of the things `uris`, in the words of the latest decision that was not ended.

    `rid`: the event that set the mark. Ending one of two recalls of the same thing leaves its marks alone,
    because the other still needs them: that it has ended is told by the act alone.
    """
    [newest] = [event] = events.by_rids([rid])
    for _ in range(MOST_RECALLS):
        told = event.as_dict()
        recall = details.recall_of(told)
        if event.rid == newest.rid and recall is None:
            return Band(text=details.public_text(told) or NO_WORDS, since_ms=event.time_ms)
        if recall is None:
            break  # an earlier mark of somebody else: whether it was taken back in between cannot be told here
        if not _ended(recall):
            return Band(text=details.public_text(told) or NO_WORDS, since_ms=event.time_ms)
        before = status.standing(*uris, at=event.time_ms - 1).get(RECALLED)
        if before is None:
            break
        [event] = events.by_rids([before])
    return Band(text=NO_WORDS)


def held(rid: int) -> Text:
    """What is said of goods marked as not conforming: an authority's hold is no verdict, the owner's word is one."""
    [event] = events.by_rids([rid])
    return BEING_CHECKED if voices.is_official(event.submitter) else NOT_CONFORMING


def _ended(recall: uuid.UUID) -> bool:
    return acts(action=CLOSING).filter(subject_id=str(recall)).exists()


def inside(uri: str) -> Inside:
    """The recalled things that are in a unit now, through what is in it; at most `MOST_INSIDE` things are looked at."""
    source = LedgerSource()
    memo = Memo(source, ALWAYS)
    level = lookup(uri)
    seen = set(level.tolist())
    recalled = looked_at = 0
    for _ in range(NESTING):
        stays = inside_of(memo, level) if len(level) else None
        if stays is None or not len(stays):
            return Inside(recalled, True)
        level = distinct(stays.thing[stays.end == ALWAYS])
        new = [thing for thing in level.tolist() if thing not in seen]
        seen.update(new)
        part = ints(new[: MOST_INSIDE - looked_at])
        stands = status.standing_each({name: (name,) for name in source.uris(part)})
        recalled += sum(RECALLED in words for words in stands.values())
        looked_at += len(part)
        if len(part) < len(new):
            return Inside(recalled, False)
        level = part
    return Inside(recalled, True)


def band_of_contents(found: Inside) -> Band:
    """What is said on a unit that holds recalled goods."""
    least_vi, least_en = ("", "") if found.whole else ("ít nhất ", "at least ")
    things = "thing" if found.recalled == 1 else "things"
    return Band(
        text=Text(
            f"Bên trong có {least_vi}{found.recalled} món đang bị thu hồi. Không dùng, không bán; "
            "quét mã từng món để xem quyết định.",
            f"It holds {least_en}{found.recalled} recalled {things}. Do not use or sell them; "
            "scan each code to see the decision.",
        )
    )
