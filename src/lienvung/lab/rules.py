"""Pure decisions of the laboratory room: is a result over its limit, where is the chain of custody broken.

Words. *Limit*: what a dated table allows of one analyte in one group of products.
*Verdict*: what a result means against a limit. *Custody*: who had the sample, from
whom to whom; a *gap* is where the rows of both sides do not meet.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from lienvung.errors import Invalid
from lienvung.lab.units import comparable, convert
from lienvung.texts import Text

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U: nothing is misread
CODE_LENGTH: Final = 8
LONGEST: Final = 2_000
NAMESPACE: Final = "https://lienvung.vn/ns/"


class Comparison(StrEnum):
    """`max`: at most the limit. `min`: at least. `absent`: must not be found."""

    MAX = "max"
    MIN = "min"
    ABSENT = "absent"


class Verdict(StrEnum):
    WITHIN = "within"
    OVER = "over"
    DOUBTFUL = "doubtful"  # over the limit by less than the measurement's uncertainty
    UNSUITABLE = "unsuitable"  # "not found", by a method that would not see the limit itself
    NO_LIMIT = "no_limit"


HOLDING: Final = frozenset({Verdict.OVER, Verdict.DOUBTFUL})
VERDICTS: Final = {
    Verdict.WITHIN: Text("đạt", "within the limit"),
    Verdict.OVER: Text("không đạt: ngoài giới hạn", "outside the limit"),
    Verdict.DOUBTFUL: Text(
        "vượt giới hạn, trong khoảng độ không đảm bảo đo; nên thử lại",
        "over the limit by less than the uncertainty; test again",
    ),
    Verdict.UNSUITABLE: Text(
        "phương pháp không đủ nhạy cho giới hạn này", "the method does not see as little as the limit"
    ),
    Verdict.NO_LIMIT: Text("chưa có giới hạn để so", "no limit to compare with"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A result. `value` None: below the limit of detection `lod`. `uncertainty`: expanded, in the same unit."""

    value: Decimal | None
    unit: str
    lod: Decimal | None = None
    uncertainty: Decimal | None = None


class Allowed(Protocol):
    """A row of a limit table; `value` None where the comparison is `absent`."""

    @property
    def comparison(self) -> str: ...

    @property
    def value(self) -> Decimal | None: ...

    @property
    def unit(self) -> str: ...


def judge(measured: Measured, allowed: Allowed | None) -> Verdict:
    """What a result means against its limit; a limit reached exactly is kept.

    A hold does not wait for certainty: what is over the limit by less than the uncertainty holds the lot too, but
    is called doubtful.
    """
    if allowed is None or not comparable(measured.unit, allowed.unit):
        return Verdict.NO_LIMIT
    if allowed.comparison == Comparison.ABSENT or allowed.value is None:
        return Verdict.WITHIN if not measured.value else Verdict.OVER
    limit = convert(allowed.value, unit=allowed.unit, to=measured.unit)
    spread = measured.uncertainty or Decimal(0)
    if measured.value is None:
        seen_from = measured.lod if measured.lod is not None else Decimal(0)
        if allowed.comparison == Comparison.MAX:
            return Verdict.WITHIN if seen_from <= limit else Verdict.UNSUITABLE
        return Verdict.OVER if seen_from <= limit and limit > 0 else Verdict.UNSUITABLE
    over = measured.value - limit if allowed.comparison == Comparison.MAX else limit - measured.value
    if over <= 0:
        return Verdict.WITHIN
    return Verdict.OVER if over > spread else Verdict.DOUBTFUL


class Dated(Protocol):
    @property
    def product_kind(self) -> str: ...

    @property
    def analyte(self) -> str: ...

    @property
    def valid_from(self) -> date: ...

    @property
    def valid_to(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


def limit_on(limits: Iterable[D], *, kind: str, analyte: str, on: date) -> D | None:
    """The limit in force on a day: that of the product's own group before that of all groups, the newest of them."""
    fitting = [
        limit
        for limit in limits
        if limit.analyte == analyte
        and limit.product_kind in ("", kind)
        and limit.valid_from <= on
        and (limit.valid_to is None or on <= limit.valid_to)
    ]
    return max(fitting, key=lambda limit: (limit.product_kind != "", limit.valid_from), default=None)


class Step(StrEnum):
    TAKEN = "taken"
    HANDED = "handed"  # told by who gives
    RECEIVED = "received"  # told by who gets
    RETURNED = "returned"
    DESTROYED = "destroyed"


class Held(Protocol):
    """A row of the chain of custody; `giver`, `receiver`: organisations' names as written then."""

    @property
    def step(self) -> str: ...

    @property
    def at(self) -> datetime: ...

    @property
    def giver(self) -> str: ...

    @property
    def receiver(self) -> str: ...

    @property
    def seal_intact(self) -> bool: ...


def gaps(rows: Sequence[Held]) -> list[Text]:
    """Where the chain of custody is broken, in words; empty when the rows of both sides meet all the way."""
    found: list[Text] = []
    holder, under_way, before = "", None, None
    for row in sorted(rows, key=lambda row: row.at):
        if not row.seal_intact:
            found.append(
                Text(f"Niêm phong không nguyên vẹn ({row.at:%d/%m/%Y}).", f"The seal was broken ({row.at:%d/%m/%Y}).")
            )
        if row.step == Step.TAKEN:
            holder = row.receiver
        elif row.step == Step.HANDED:
            if under_way is not None:
                found.append(_never_received(under_way))
            if holder and row.giver != holder:
                found.append(_not_theirs(row, holder))
            under_way = row
        elif row.step == Step.RECEIVED:
            if under_way is None or (under_way.giver, under_way.receiver) != (row.giver, row.receiver):
                found.append(
                    Text(
                        f"{row.receiver} ghi đã nhận từ {row.giver}, nhưng bên giao không ghi.",
                        f"{row.receiver} received it from {row.giver}, who did not say so.",
                    )
                )
            holder, under_way = row.receiver, None
        elif holder and row.giver != holder:
            found.append(_not_theirs(row, holder))
        before = row
    if before is None or not any(row.step == Step.TAKEN for row in rows):
        found.insert(0, Text("Chưa ghi việc lấy mẫu.", "The taking of the sample is not recorded."))
    if under_way is not None:
        found.append(_never_received(under_way))
    return found


def _never_received(row: Held) -> Text:
    return Text(
        f"{row.giver} ghi đã giao cho {row.receiver} ({row.at:%d/%m/%Y}), nhưng bên nhận chưa ghi.",
        f"{row.giver} handed it to {row.receiver} ({row.at:%d/%m/%Y}), who has not confirmed it.",
    )


def _not_theirs(row: Held, holder: str) -> Text:
    return Text(
        f"{row.giver} ghi đã giao, nhưng mẫu khi đó ở {holder}.",
        f"{row.giver} handed it on while {holder} had it.",
    )


def check_words(text: str, *, path: str, least: int = 10) -> str:
    """A text of 10 to 2,000 characters."""
    text = text.strip()
    if not least <= len(text) <= LONGEST:
        raise Invalid(
            "lab.words",
            vi=f"Cần từ {least} đến 2.000 ký tự.",
            en=f"Between {least} and 2,000 characters are needed.",
            path=path,
        )
    return text


def check_lot(candidates: Iterable[str]) -> str:
    """The one canonical lot URI among what a text may mean."""
    for uri in candidates:
        if "/01/" in uri and "/10/" in uri and "/21/" not in uri:
            return uri
    raise Invalid(
        "lab.not_a_lot",
        vi="Hãy nêu một lô: GTIN và số lô, hoặc đường dẫn /01/…/10/… trên nhãn.",
        en="Name a lot: GTIN and lot number, or the address /01/…/10/… of the label.",
        path="lot",
    )


def check_measured(measured: Measured) -> Measured:
    """A value or a limit of detection, none of them negative."""
    if measured.value is None and measured.lod is None:
        raise Invalid(
            "lab.no_value",
            vi="Hãy nhập giá trị, hoặc giới hạn phát hiện khi không phát hiện.",
            en="Enter a value, or the limit of detection where nothing was found.",
            path="value",
        )
    for name in ("value", "lod", "uncertainty"):
        amount = getattr(measured, name)
        if amount is not None and amount < 0:
            raise Invalid("lab.negative", vi="Số không được âm.", en="The number may not be negative.", path=name)
    return measured


def new_code(year: int) -> str:
    """A sample's code: the year and eight letters drawn at random, so that a code tells nothing of the sample."""
    return f"M{year % 100:02d}-" + "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def code_of(text: str) -> str:
    """A code as typed or scanned (an address that ends in it), in the form in which it is kept."""
    return text.strip().rstrip("/").rpartition("/")[2].upper()
