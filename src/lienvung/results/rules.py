"""Who may do what with a result, and what becomes of it: pure decisions, no database, no clock.

A result is told by one party (the claimant) and decided by the other (the counterpart). Nobody decides for a party
that is also, by merger, the claimant: then both sides are one, and only a word of a third could confirm it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.texts import Text

DRAFT, SUBMITTED, CONFIRMED, RETURNED, DISPUTED = "draft", "submitted", "confirmed", "returned", "disputed"
STATES: Final[dict[str, Text]] = {
    DRAFT: Text("bản nháp", "draft"),
    SUBMITTED: Text("chờ xác nhận", "awaiting confirmation"),
    CONFIRMED: Text("hai bên đã xác nhận", "confirmed by both sides"),
    RETURNED: Text("trả lại để sửa", "returned to be mended"),
    DISPUTED: Text("bên kia không đồng ý", "disputed by the other side"),
}
TONES: Final = {CONFIRMED: "green", SUBMITTED: "amber", DISPUTED: "red", RETURNED: "amber", DRAFT: ""}

CLAIMANT, COUNTERPART = "claimant", "counterpart"
SIDES: Final[dict[str, Text]] = {
    CLAIMANT: Text("bên báo kết quả", "the party that tells it"),
    COUNTERPART: Text("bên kia", "the other party"),
}


class Step(NamedTuple):
    """One act: who does it, from which states, into which (None: it stays), and whether words must be given."""

    side: str
    states: frozenset[str]
    into: str | None
    needs_words: bool = False


STEPS: Final[dict[str, Step]] = {
    "revise": Step(CLAIMANT, frozenset({DRAFT, RETURNED}), None),
    "submit": Step(CLAIMANT, frozenset({DRAFT, RETURNED}), SUBMITTED),
    "withdraw": Step(CLAIMANT, frozenset({SUBMITTED, DISPUTED}), DRAFT, True),
    "confirm": Step(COUNTERPART, frozenset({SUBMITTED, DISPUTED}), CONFIRMED),
    "return": Step(COUNTERPART, frozenset({SUBMITTED, DISPUTED}), RETURNED, True),
    "dispute": Step(COUNTERPART, frozenset({SUBMITTED}), DISPUTED, True),
    "reopen": Step(COUNTERPART, frozenset({CONFIRMED}), SUBMITTED, True),
}
STEP_WORDS: Final[dict[str, Text]] = {
    "record": Text("ghi bản nháp", "wrote a draft"),
    "revise": Text("sửa nội dung", "changed it"),
    "submit": Text("gửi bên kia xác nhận", "submitted it to the other party"),
    "withdraw": Text("rút về để sửa", "withdrew it to change it"),
    "confirm": Text("xác nhận", "confirmed it"),
    "return": Text("trả lại để sửa", "returned it to be mended"),
    "dispute": Text("không đồng ý", "disputed it"),
    "reopen": Text("mở lại kết quả đã xác nhận", "reopened what was confirmed"),
    "attach": Text("đính kèm tệp", "attached a file"),
    "answer": Text("trao đổi thêm", "added a word"),
}
# who may add a file: the claimant while it is theirs to change or in dispute, the counterpart while it decides
ATTACHING: Final[dict[str, frozenset[str]]] = {
    CLAIMANT: frozenset({DRAFT, RETURNED, DISPUTED}),
    COUNTERPART: frozenset({SUBMITTED, DISPUTED}),
}
ANSWERING: Final = frozenset({SUBMITTED, RETURNED, DISPUTED})
LONGEST: Final = 4000


def side_of(parties: Collection[object], claimant: object, counterpart: object) -> str | None:
    """On which side of a result somebody stands who acts for `parties`; who is on both is its claimant only."""
    if claimant in parties:
        return CLAIMANT
    return COUNTERPART if counterpart in parties else None


def may_step(step: str, *, side: str | None, state: str) -> bool:
    rule = STEPS[step]
    return side == rule.side and state in rule.states


def open_steps(*, side: str | None, state: str, locked: bool) -> list[str]:
    """What somebody on `side` can do now, in the order of the table."""
    return [] if locked else [step for step in STEPS if may_step(step, side=side, state=state)]


def check_step(step: str, *, side: str | None, state: str) -> None:
    """NotAllowed for the wrong party, Conflict where the result is in another state."""
    rule = STEPS[step]
    if side != rule.side:
        raise wrong_party(step, side)
    if state not in rule.states:
        vi, en = STATES[state]
        raise Conflict(
            "results.wrong_state",
            vi=f"Kết quả này đang ở tình trạng “{vi}” nên không thể {STEP_WORDS[step].vi}: hãy xem lại lịch sử của nó.",
            en=f"This result is “{en}”, so this cannot be done ({STEP_WORDS[step].en}): look at its history.",
        )


def wrong_party(step: str, side: str | None) -> NotAllowed:
    if side is None:
        return NotAllowed(
            "results.not_your_agreement",
            vi="Chỉ cán bộ của hai bên của kết quả này được làm việc đó: hãy nhờ cán bộ đầu mối của bên mình.",
            en="Only officers of the two parties of this result may do that: ask the focal officer of your party.",
        )
    if side == CLAIMANT:
        return NotAllowed(
            "results.own_claim",
            vi="Không bên nào tự quyết định kết quả của chính mình: việc này là của cán bộ bên kia.",
            en="No party decides on its own result: this is for an officer of the other party.",
        )
    return NotAllowed(
        "results.not_your_claim",
        vi="Chỉ bên báo kết quả được sửa hoặc gửi nó: nếu chưa đúng, hãy trả lại hoặc nêu ý kiến không đồng ý.",
        en="Only the party that tells a result changes or submits it: if it is wrong, return or dispute it.",
    )


def changed_meanwhile() -> Conflict:
    return Conflict(
        "results.changed_meanwhile",
        vi="Người khác vừa thay đổi mục này. Lời bạn viết còn giữ ở đây: hãy xem lại, rồi gửi lại nếu vẫn đúng.",
        en="Somebody else has just changed this. What you wrote is kept: look again, and send it if it still holds.",
    )


def check_version(stands: int, seen: int) -> None:
    if stands != seen:
        raise changed_meanwhile()


def period_locked(name: Text) -> Conflict:
    return Conflict(
        "results.period_locked",
        vi=f"Kỳ “{name.vi}” đã khoá sổ: hãy đề nghị cán bộ đầu mối mở khoá có lý do, hoặc ghi điều chỉnh số liệu ở "
        "trang của kỳ.",
        en=f"The period “{name.en}” is locked: ask a focal officer to unlock it with a reason, or record a correction "
        "on the period's page.",
        path="period",
    )


def check_words(words: str, *, path: str, least: int = 1, most: int = LONGEST) -> str:
    """The words without spaces around them; Invalid when they are too short or too long."""
    kept = words.strip()
    if len(kept) < least:
        raise Invalid(
            "results.words_missing",
            vi="Hãy viết rõ nội dung (lý do, ý kiến)." if least > 1 else "Chưa nhập nội dung.",
            en="Write it out (why, what)." if least > 1 else "The text is missing.",
            path=path,
        )
    if len(kept) > most:
        raise Invalid(
            "results.words_long",
            vi=f"Dài {len(kept)} ký tự, tối đa {most}: hãy rút gọn hoặc đính kèm tệp.",
            en=f"{len(kept)} characters, {most} at most: shorten it or attach a file.",
            path=path,
        )
    return kept


def check_happened(day: date | None, *, starts_on: date, ends_on: date, today: date) -> None:
    """The day of a result lies in its period and not in the future."""
    if day is None:
        return
    if day > today:
        raise Invalid(
            "results.future",
            vi=f"Ngày {day:%d/%m/%Y} chưa tới: hãy sửa ngày đạt kết quả.",
            en=f"{day:%d/%m/%Y} has not come yet: mend the day of the result.",
            path="happened_on",
        )
    if not starts_on <= day <= ends_on:
        raise Invalid(
            "results.outside_period",
            vi=f"Ngày {day:%d/%m/%Y} nằm ngoài kỳ ({starts_on:%d/%m/%Y} đến {ends_on:%d/%m/%Y}): hãy sửa ngày hoặc "
            "chọn kỳ khác.",
            en=f"{day:%d/%m/%Y} lies outside the period ({starts_on:%d/%m/%Y} to {ends_on:%d/%m/%Y}): mend the day or "
            "choose another period.",
            path="happened_on",
        )


# ---- figures

UP, DOWN, WITHIN = "up", "down", "none"
DIRECTIONS: Final[dict[str, Text]] = {
    UP: Text("càng cao càng tốt", "the higher the better"),
    DOWN: Text("càng thấp càng tốt", "the lower the better"),
    WITHIN: Text("chỉ theo dõi", "only watched"),
}
SUM, LAST = "sum", "last"
GATHERING: Final[dict[str, Text]] = {
    SUM: Text("cộng các kết quả", "results are added"),
    LAST: Text("lấy kết quả mới nhất", "the newest result counts"),
}


def gathered(how: str, values: Iterable[tuple[date, Decimal]]) -> Decimal | None:
    """One figure from the results of a period; None when there is none (which is not nought)."""
    told = sorted(values, key=lambda pair: pair[0])
    if not told:
        return None
    return told[-1][1] if how == LAST else sum((value for _, value in told), Decimal(0))


def reached(value: Decimal | None, target: Decimal | None, direction: str) -> bool | None:
    """Whether a figure meets its target; None where there is no target, no figure, or nothing to reach."""
    if value is None or target is None or direction == WITHIN:
        return None
    return value >= target if direction == UP else value <= target


def share_of(value: Decimal | None, target: Decimal | None, baseline: Decimal | None, direction: str) -> Decimal | None:
    """Per cent of the way from the baseline (from nought, upwards, where there is none) to the target, or None."""
    if value is None or target is None or direction == WITHIN:
        return None
    start = baseline if baseline is not None else (Decimal(0) if direction == UP else None)
    if start is None or start == target:
        return None
    return ((value - start) / (target - start) * 100).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class SumFault:
    """The parts of an indicator along one dimension do not add up to it."""

    dimension: str
    whole: Decimal
    parts: Decimal


def total_of(
    own: Decimal | None, parts: Mapping[str, Iterable[Decimal | None]]
) -> tuple[Decimal | None, list[SumFault]]:
    """An indicator's figure from its own and its parts', by dimension. Its own stands; where it has none, the parts
    make it. Parts that do not add up are told, never hidden. A part without a figure says nothing, it is not nought."""
    sums = {
        dimension: sum(known, Decimal(0))
        for dimension, values in parts.items()
        if (known := [value for value in values if value is not None])
    }
    whole = own if own is not None else next((sums[dimension] for dimension in sorted(sums)), None)
    if whole is None:
        return None, []
    return whole, [SumFault(each, whole, told) for each, told in sorted(sums.items()) if told != whole]


def check_parent(code: str, parent: str | None, parents: Mapping[str, str | None]) -> None:
    """An indicator is no part of itself, not by way of others either."""
    above = parent
    seen = {code}
    while above is not None:
        if above in seen:
            raise Invalid(
                "results.circle",
                vi="Chỉ tiêu không thể là phần của chính nó: hãy chọn chỉ tiêu cha khác.",
                en="An indicator cannot be a part of itself: choose another parent.",
                path="parent",
            )
        seen.add(above)
        above = parents.get(above)


# ---- silence and lateness


@dataclass(frozen=True, slots=True)
class Silence:
    """How long an answer has been awaited, in days, and how loudly to say so."""

    days: int
    tone: str


def silence(since: date | None, today: date, *, patience: int = 15) -> Silence | None:
    """None when nobody waits. Amber at once, red after `patience` days."""
    if since is None:
        return None
    days = max((today - since).days, 0)
    return Silence(days, "red" if days > patience else "amber")
