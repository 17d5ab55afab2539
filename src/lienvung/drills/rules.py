"""Pure decisions of a drill: how it is scored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from lienvung.quality.notice_rules import Line, Share, accounted
from lienvung.quality.rules import spell_span
from lienvung.texts import Text

MARK = Text("DIỄN TẬP – KHÔNG PHẢI THU HỒI THẬT", "DRILL – NOT A REAL RECALL")


class Answer(Protocol):
    """A notice of a drill."""

    acknowledged_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Score:
    """`shares`: by unit, how much of the goods was accounted for; `in_time`: answers before the clock ran out."""

    to_scope: timedelta
    asked: int
    acknowledged: int
    answered: int
    in_time: int
    slowest: timedelta | None
    shares: list[Share]

    @property
    def percent(self) -> int:
        """The weakest unit's: what nobody could find must not hide behind what was easy."""
        return min((share.percent for share in self.shares), default=100)

    @property
    def passed(self) -> bool:
        """Everybody answered in time and everything was accounted for."""
        return self.in_time == self.asked and self.percent == 100

    @property
    def to_scope_text(self) -> Text:
        seconds = self.to_scope.total_seconds()
        return Text(f"{seconds:.1f}".replace(".", ",") + " giây", f"{seconds:.1f} s")

    @property
    def slowest_text(self) -> Text | None:
        return spell_span(self.slowest) if self.slowest is not None else None


def score(
    notices: Sequence[Answer], lines: Iterable[Line], *, started: datetime, scoped: datetime, answer_by: datetime
) -> Score:
    """How a drill stands, or how it went."""
    times = [notice.answered_at for notice in notices if notice.answered_at is not None]
    return Score(
        to_scope=scoped - started,
        asked=len(notices),
        acknowledged=sum(notice.acknowledged_at is not None for notice in notices),
        answered=len(times),
        in_time=sum(time <= answer_by for time in times),
        slowest=max(times) - started if times else None,
        shares=accounted(lines),
    )
