"""The room's writers by name; what they do is in `claiming` (results), `closing` (periods), `measuring` (indicators).

record_claim → submit_claim → confirm_claim | return_claim | dispute_claim      withdraw_claim, reopen_claim
revise_claim, discard_claim, attach_evidence, answer_claim                      the rest of a result's life
set_calendar, open_periods, lock_period, unlock_period                          periods
correct_figure, agree_correction                                                after a lock
add_indicator, edit_indicator, remove_indicator, set_target                     what is measured
"""

from __future__ import annotations

from datetime import datetime

from lienvung.people.models import Account
from lienvung.results.claiming import answer_claim, attach_evidence, discard_claim, record_claim, revise_claim, step
from lienvung.results.closing import (
    agree_correction,
    correct_figure,
    lock_period,
    open_periods,
    set_calendar,
    unlock_period,
)
from lienvung.results.measuring import add_indicator, edit_indicator, remove_indicator, set_target
from lienvung.results.models import Claim

__all__ = [
    "add_indicator",
    "agree_correction",
    "answer_claim",
    "attach_evidence",
    "confirm_claim",
    "correct_figure",
    "discard_claim",
    "dispute_claim",
    "edit_indicator",
    "lock_period",
    "open_periods",
    "record_claim",
    "remove_indicator",
    "reopen_claim",
    "return_claim",
    "revise_claim",
    "set_calendar",
    "set_target",
    "submit_claim",
    "unlock_period",
    "withdraw_claim",
]


def submit_claim(
    *, by: Account | None, claim: Claim, version: int, words: str = "", at: datetime | None = None
) -> Claim:
    """To the other party; its silence counts from now."""
    return step("submit", by=by, claim=claim, version=version, words=words, at=at)


def withdraw_claim(*, by: Account | None, claim: Claim, version: int, words: str, at: datetime | None = None) -> Claim:
    """Back to a draft, so that it can be changed; the other party sees that it was."""
    return step("withdraw", by=by, claim=claim, version=version, words=words, at=at)


def confirm_claim(
    *, by: Account | None, claim: Claim, version: int, words: str = "", at: datetime | None = None
) -> Claim:
    """The other party confirms; from now on its value counts."""
    return step("confirm", by=by, claim=claim, version=version, words=words, at=at)


def return_claim(*, by: Account | None, claim: Claim, version: int, words: str, at: datetime | None = None) -> Claim:
    """The other party gives it back to be mended, and says what."""
    return step("return", by=by, claim=claim, version=version, words=words, at=at)


def dispute_claim(*, by: Account | None, claim: Claim, version: int, words: str, at: datetime | None = None) -> Claim:
    """The other party does not agree, and says why; it may still confirm."""
    return step("dispute", by=by, claim=claim, version=version, words=words, at=at)


def reopen_claim(*, by: Account | None, claim: Claim, version: int, words: str, at: datetime | None = None) -> Claim:
    """The party that confirmed takes its word back; the result waits again."""
    return step("reopen", by=by, claim=claim, version=version, words=words, at=at)
