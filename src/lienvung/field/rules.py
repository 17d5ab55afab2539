"""Pure decisions about tasks: who has which, numbers of lots, what amounts are plausible; no database, no clock.

A *task* is one thing done by one of the chain: harvest, buy in, make, pack, ship, receive, sell, write off.
A *doubt* is what may well be a slip (more goes out than there is): it is let go with a reason, and the reason is kept.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from lienvung.errors import Invalid, ManyInvalid
from lienvung.texts import Text

PIECES = "H87"
CLOCK_SKEW = timedelta(minutes=10)
OLDEST = timedelta(days=400)
MOST_AMOUNT = Decimal(10) ** 9
MOST_PARTS = 200
TINY = Decimal("0.000001")
LEAST_REASON = 5
MOST_NAMED = 3  # goods that a doubt names


class Task(StrEnum):
    HARVEST = "harvest"
    BUY_IN = "buy_in"
    PROCESS = "process"
    PACK = "pack"
    SHIP = "ship"
    RECEIVE = "receive"
    SELL = "sell"
    WRITE_OFF = "write_off"


TASKS: Mapping[Task, Text] = {
    Task.HARVEST: Text("Thu hoạch", "Harvest"),
    Task.BUY_IN: Text("Mua vào", "Buy in"),
    Task.PROCESS: Text("Xay xát, chế biến", "Mill, process"),
    Task.PACK: Text("Đóng gói, dán nhãn", "Pack and label"),
    Task.SHIP: Text("Gửi hàng đi", "Ship"),
    Task.RECEIVE: Text("Nhận hàng", "Receive"),
    Task.SELL: Text("Bày bán, bán", "Put on sale, sell"),
    Task.WRITE_OFF: Text("Huỷ, hỏng, mất", "Write off"),
}

_MAKERS = (Task.BUY_IN, Task.RECEIVE, Task.PROCESS, Task.PACK, Task.SHIP, Task.SELL, Task.WRITE_OFF)
_GROWERS = (Task.HARVEST, *_MAKERS)
_TRADERS = (Task.RECEIVE, Task.BUY_IN, Task.PACK, Task.SHIP, Task.SELL, Task.WRITE_OFF)
TASKS_OF_KIND: Mapping[str, tuple[Task, ...]] = {
    "cooperative": _GROWERS,
    "farm": _GROWERS,
    "processor": _MAKERS,
    "carrier": (Task.RECEIVE, Task.SHIP, Task.WRITE_OFF),
    "distributor": _TRADERS,
    "retailer": _TRADERS,
    "other": _GROWERS,
}


class Loss(StrEnum):
    """Why goods are written off."""

    DESTROYED = "destroyed"
    EXPIRED = "expired"
    DAMAGED = "damaged"
    LOST = "lost"


LOSSES: Mapping[Loss, Text] = {
    Loss.EXPIRED: Text("Hết hạn, đã huỷ", "Expired, destroyed"),
    Loss.DAMAGED: Text("Hư hỏng, đã huỷ", "Damaged, destroyed"),
    Loss.DESTROYED: Text("Đã tiêu huỷ (lý do khác)", "Destroyed (other reason)"),
    Loss.LOST: Text("Mất, thất lạc", "Lost"),
}


class Part(NamedTuple):
    """Goods that a task is about. `amount` None: one thing with a code of its own (pack, case, pallet).
    `uom`: UN/CEFACT code; '' = the unit in which the goods are in stock ('H87' = pieces)."""

    uri: str
    amount: Decimal | None = None
    uom: str = ""


def tasks_of(kind: str, chosen: Iterable[str] | None = None) -> tuple[Task, ...]:
    """The tasks of an organisation: those its managers chose, else those of its kind, in the order of the chain."""
    if chosen is None:
        return tuple(task for task in Task if task in TASKS_OF_KIND.get(kind, ()))
    wanted = set(chosen)
    return tuple(task for task in Task if task.value in wanted)


def event_id(task_id: uuid.UUID, number: int) -> str:
    """The eventID of a task's event: the same task gives the same."""
    return f"urn:uuid:{uuid.uuid5(task_id, str(number))}"


def task_mark(task_id: uuid.UUID) -> str:
    """What every event of a task carries (`lv:task`). The ledger takes events of one time and the same words for one
    event whatever their eventIDs: two sales alike in the same minute would be one without it."""
    return task_id.urn


def digest_of(told: Mapping[str, Any]) -> str:
    """What was told, in 64 letters; the order of its fields does not matter."""
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def said(amount: Decimal | None) -> str | None:
    """An amount as one spelling: 5, 5.0 and 5.00 are the same."""
    return None if amount is None else format(amount.normalize(), "f")


# --- numbers of lots -----------------------------------------------------------------------------


def lot_stem(*, gln: str, product: str, day: date) -> str:
    """What the numbers of one place, product and day begin with: TNHC0003-261123-."""
    letters = "".join(word[0] for word in _plain(product).split())[:4].upper() or "LO"
    return f"{letters}{gln[8:12]}-{day:%y%m%d}-"


def next_number(stem: str, taken: Collection[str], mark: str = "") -> str:
    """The first free number: the stem, a running number, and a sign of who makes it (two phones do not clash)."""
    running = 1
    while (number := f"{stem}{running:02d}{mark}") in taken:
        running += 1
    return number


def mark_of(account_id: uuid.UUID | None) -> str:
    """A letter for the person, so that two phones without network seldom name two lots the same."""
    return "" if account_id is None else "ABCDEFGHJKLMNPQRSTUVWXYZ"[account_id.int % 24]


def _plain(text: str) -> str:
    spread = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return re.sub(r"[^A-Za-z0-9 ]", "", "".join(sign for sign in spread if not unicodedata.combining(sign)))


# --- checks --------------------------------------------------------------------------------------


def check_time(at: datetime, now: datetime | None) -> None:
    """Not in the future, and not so long ago that it must be a slip. `now` None: the system plays a story."""
    if now is None:
        return
    if at > now + CLOCK_SKEW:
        raise Invalid(
            "field.future",
            vi="Ngày giờ ở tương lai. Hãy ghi lúc việc đã làm xong.",
            en="This time is in the future. Enter when the work was done.",
            path="at",
        )
    if at < now - OLDEST:
        raise Invalid(
            "field.too_old",
            vi="Ngày giờ quá xa (hơn một năm). Hãy kiểm tra lại năm.",
            en="This time is more than a year ago. Check the year.",
            path="at",
        )


def check_amount(amount: Decimal | None, *, path: str = "amount") -> Decimal:
    if amount is None:
        raise Invalid("field.amount_missing", vi="Chưa nhập số lượng.", en="The amount is missing.", path=path)
    if not amount.is_finite() or amount <= 0:
        raise Invalid("field.amount", vi="Số lượng phải lớn hơn 0.", en="The amount must be above 0.", path=path)
    if amount > MOST_AMOUNT:
        raise Invalid(
            "field.amount_large",
            vi="Số lượng quá lớn. Hãy kiểm tra số và đơn vị đo.",
            en="The amount is too large. Check the number and its unit.",
            path=path,
        )
    return amount


def check_count(count: int | None, *, path: str, most: int = 1_000_000) -> int:
    if count is None or not 1 <= count <= most:
        raise Invalid(
            "field.count", vi=f"Hãy nhập số từ 1 đến {most}.", en=f"Enter a number from 1 to {most}.", path=path
        )
    return count


def check_parts(parts: Sequence[Part], *, path: str = "things") -> None:
    if not parts:
        raise Invalid(
            "field.no_goods", vi="Chưa chọn hàng nào. Hãy quét mã hoặc chọn lô.", en="No goods are chosen.", path=path
        )
    if len(parts) > MOST_PARTS:
        raise Invalid(
            "field.many_goods",
            vi=f"Mỗi lần tối đa {MOST_PARTS} dòng hàng. Hãy chia làm nhiều lần.",
            en=f"At most {MOST_PARTS} lines of goods at a time. Split it.",
            path=path,
        )
    seen: set[tuple[str, str]] = set()
    for part in parts:
        key = (part.uri, part.uom)
        if key in seen:
            raise Invalid(
                "field.twice",
                vi=f"Hàng này ghi hai lần: {part.uri}. Hãy gộp lại một dòng.",
                en=f"These goods are listed twice: {part.uri}. Join the lines.",
                path=path,
            )
        seen.add(key)


class Doubt(NamedTuple):
    """A warning: which one, and in words."""

    code: str
    vi: str
    en: str


def too_much(name: Text, *, wanted: Decimal, left: Decimal, unit: Text) -> Doubt | None:
    """More of a lot goes out than the books say is left."""
    if wanted <= left + TINY:
        return None
    return Doubt(
        "field.too_much",
        f"{name.vi}: sổ chỉ còn {_n(left)} {unit.vi}, bạn ghi {_n(wanted)} {unit.vi}.",
        f"{name.en}: the books have {_n(left)} {unit.en} left, you entered {_n(wanted)} {unit.en}.",
    )


def gains_weight(inputs: Mapping[str, Decimal], *, output: Decimal, uom: str) -> Doubt | None:
    """More comes out than went in, where both are weighed in the same unit."""
    if set(inputs) != {uom} or output <= inputs[uom] + TINY:
        return None
    return Doubt(
        "field.gains_weight",
        f"Làm ra {_n(output)} nhiều hơn nguyên liệu {_n(inputs[uom])}.",
        f"{_n(output)} came out of {_n(inputs[uom])}: more than went in.",
    )


def packs_weigh(
    inputs: Mapping[str, Decimal], *, packs: int, content: Decimal | None, content_uom: str
) -> Doubt | None:
    """The packs hold more than was taken to fill them."""
    if content is None or set(inputs) != {content_uom}:
        return None
    full = content * packs
    if full <= inputs[content_uom] + TINY:
        return None
    return Doubt(
        "field.packs_weigh",
        f"{packs} gói chứa {_n(full)}, nhiều hơn lượng lấy ra {_n(inputs[content_uom])}.",
        f"{packs} packs hold {_n(full)}, more than the {_n(inputs[content_uom])} taken.",
    )


def not_sent(names: Sequence[Text]) -> Doubt | None:
    """Goods come in of which nobody told that they were sent here."""
    if not names:
        return None
    vi, en = (", ".join(dict.fromkeys(words)) for words in zip(*names[:MOST_NAMED]))
    more = len(names) - MOST_NAMED
    if more > 0:
        vi, en = f"{vi} và {more} món khác", f"{en} and {more} more"
    return Doubt(
        "field.not_sent",
        f"Chưa ai ghi đã gửi {vi} đến đơn vị bạn.",
        f"Nobody has recorded sending {en} to your organisation.",
    )


def plot_of_others() -> Doubt:
    """A harvest cuts what somebody else grows."""
    return Doubt(
        "field.plot_of_others",
        "Mã ruộng, đàn hoặc ao này đứng tên đơn vị khác.",
        "This plot, herd or pond is another organisation's.",
    )


def settle(doubts: Sequence[Doubt], reason: str) -> None:
    """Raise the doubts that nobody gave a reason for; they are put at the field `reason`."""
    if doubts and len(reason.strip()) < LEAST_REASON:
        raise ManyInvalid(
            [
                Invalid(
                    doubt.code,
                    vi=f"{doubt.vi} Hãy sửa lại, hoặc ghi lý do nếu đúng như vậy.",
                    en=f"{doubt.en} Correct it, or say why if it is so.",
                    path="reason",
                )
                for doubt in doubts
            ]
        )


def _n(number: Decimal) -> str:
    return format(number.normalize(), "f")
