"""Taking back what a file made, from its last row to its first, unless later work rests on it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from lienvung.errors import Conflict, NotFound, Problem
from lienvung.imports.models import ImportRow
from lienvung.people.models import Account
from lienvung.programme import working
from lienvung.programme.models import Commitment
from lienvung.results import actions as results
from lienvung.results.models import Claim, Indicator, Period, Target
from lienvung.texts import Text

MOST_NAMED: Final = 5
CHANGED: Final = Text("Mục này đã được sửa hoặc gửi đi sau khi nhập.", "This was changed or sent on since.")


def take_back(taken: Sequence[ImportRow], *, by: Account | None) -> None:
    """Inside a transaction of the caller's. Raises Conflict that names the cells and why, and nothing is taken back."""
    refused: list[tuple[ImportRow, Problem]] = []
    for row in sorted(taken, key=lambda each: each.order, reverse=True):
        try:
            with transaction.atomic():
                _UNDOERS[row.sheet](row, by)
        except Problem as problem:
            refused.append((row, problem))
            if len(refused) >= MOST_NAMED:
                break
    if refused:
        told = [(row, CHANGED if problem.code.endswith("changed_meanwhile") else problem) for row, problem in refused]
        vi = "; ".join(f"{row.title}, ô {row.cell}: {words.vi}" for row, words in told)
        en = "; ".join(f"{row.title}, cell {row.cell}: {words.en}" for row, words in told)
        raise Conflict(
            "imports.rested_on",
            vi=f"Không hoàn tác được vì đã có việc làm tiếp sau khi nhập. {vi}",
            en=f"It cannot be undone, for work was done on it since. {en}",
        )


def _stands(model: Any, row: ImportRow, *along: str) -> Any:
    found = model.objects.select_related(*along).filter(pk=row.key).first()
    if found is None:
        raise NotFound("imports.taken_away", vi="Mục này không còn.", en="This is gone already.")
    return found


def _commitment(row: ImportRow, by: Account | None) -> None:
    working.remove_commitment(_stands(Commitment, row, "agreement"), by=by, version=row.version)


def _indicator(row: ImportRow, by: Account | None) -> None:
    results.remove_indicator(by=by, indicator=_stands(Indicator, row, "agreement"), version=row.version)


def _result(row: ImportRow, by: Account | None) -> None:
    claim = _stands(Claim, row, "agreement", "period")
    results.discard_claim(by=by, claim=claim, version=row.version)


def _target(row: ImportRow, by: Account | None) -> None:
    """What stood before comes back, if what stands is what the file said."""
    indicator = _stands(Indicator, row, "agreement")
    told, before = row.before or {}, (row.before or {}).get("before") or {}
    period = Period.objects.filter(pk=str(told.get("period"))).first()
    target = Target.objects.filter(indicator=indicator, period=period).first()
    if period is None or target is None or (target.value, target.source) != (Decimal(told["value"]), told["source"]):
        raise Conflict(
            "imports.target_changed",
            vi="Mục tiêu này đã được đặt lại sau khi nhập.",
            en="This target was set anew since.",
        )
    value = Decimal(before["value"]) if "value" in before else None
    results.set_target(by=by, indicator=indicator, period=period, value=value, source=before.get("source", ""))


_UNDOERS = {"commitments": _commitment, "indicators": _indicator, "targets": _target, "results": _result}
