"""The room's part of a story: what is measured, what each side told, and what the other said; through the actions.

`told` is the file that `programme.demo` played before. `officers`: who acts for a party, by its unit's code; where
nobody is named the system itself writes, as for rows that were taken from public sources.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from openpyxl import Workbook

from lienvung import registry
from lienvung.people.models import Account
from lienvung.programme.demo import Played as Programme
from lienvung.results import actions, claiming
from lienvung.results.models import Claim, FrozenFigure, Period

LOCAL = timezone(timedelta(hours=7))
FACTS = ("name_en", "unit_en", "direction", "gathering", "public", "source", "automatic", "product_group")


@dataclass(slots=True)
class Played:
    """The rows by their keys in the file ("claim c.silent"); periods as "half/2026/1"."""

    rows: dict[str, Any] = field(default_factory=dict)
    periods: dict[str, Period] = field(default_factory=dict)


def play(told: Mapping[str, Any], programme: Programme, *, officers: Mapping[str, Account] | None = None) -> Played:
    """Play the results of one agreement in the order of the file: results, locks, corrections by their days."""
    played, who = Played(), officers or {}
    _periods(told, programme, played)
    _indicators(told, programme, played)
    acts = [(row.get("told_on"), _claim, row) for row in told.get("claim", ())]
    acts += [(row["on"], _lock, row) for row in told.get("lock", ())]
    acts += [(row["on"], _correction, row) for row in told.get("correction", ())]
    for _, act, row in sorted(acts, key=lambda each: each[0] or date.min):
        act(row, programme, played, who)
    return played


def _at(day: date | None, hour: int = 9) -> datetime | None:
    return datetime.combine(day, time(hour), LOCAL) if day else None


def _periods(told: Mapping[str, Any], programme: Programme, played: Played) -> None:
    if "calendar" not in told:
        return
    row = told["calendar"]
    actions.set_calendar(
        by=None,
        agreement=programme.agreement,
        valid_from=row["valid_from"],
        start_month=row["start_month"],
        start_day=row["start_day"],
        due_days=row["due_days"],
        source=row["source"],
    )
    for year in row["years"]:
        for kind in row["kinds"]:
            for period in actions.open_periods(by=None, agreement=programme.agreement, kind=kind, year=year):
                played.periods[f"{kind}/{year}/{period.number}"] = period


def _indicators(told: Mapping[str, Any], programme: Programme, played: Played) -> None:
    """An automatic one that no room counts is left out, not faked."""
    for order, row in enumerate(told.get("indicator", ())):
        if row.get("automatic") and row["automatic"] not in registry.indicators:
            continue
        made = actions.add_indicator(
            by=None,
            agreement=programme.agreement,
            code=row["code"],
            name=row["name"],
            unit=row["unit"],
            commitment=programme.row("commitment", row.get("commitment", "")),
            field=programme.row("field", row.get("field", "")),
            baseline=Decimal(row["baseline"]) if "baseline" in row else None,
            order=order,
            **{name: row[name] for name in FACTS if name in row},
        )
        played.rows[f"indicator {row['key']}"] = made
        for period, value in row.get("targets", {}).items():
            actions.set_target(by=None, indicator=made, period=played.periods[period], value=Decimal(value))


def _claim(row: Mapping[str, Any], programme: Programme, played: Played, who: Mapping[str, Account]) -> None:
    measured: dict[str, Any] = {}
    if "indicator" in row:
        measured = {"indicator": played.rows[f"indicator {row['indicator']}"], "value": Decimal(row["value"])}
    claim = actions.record_claim(
        by=who.get(row["by"]),
        commitment=programme.row("commitment", row["commitment"]),
        period=played.periods[row["period"]],
        party=programme.parties[row["by"]],
        text=row["text"],
        text_en=row["text_en"],
        source=row.get("source", ""),
        happened_on=row.get("on"),
        at=_at(row.get("told_on"), 8),
        **measured,
    )
    if "evidence" in row:
        file = row["evidence"]
        actions.attach_evidence(
            by=who.get(row["by"]),
            claim=claim,
            version=claim.version,
            name=file["name"],
            data=_sheet(file["text"]),
            at=_at(row.get("told_on"), 8),
        )
        claim.refresh_from_db()
    for number, step in enumerate(row["steps"]):
        claim = _step(claim, step, who, at=_at(step.get("on"), 9 + number))
    played.rows[f"claim {row['key']}"] = claim


def _sheet(words: str) -> bytes:
    """A workbook with one cell, in place of a real list."""
    book, out = Workbook(), io.BytesIO()
    book.active["A1"] = words
    book.save(out)
    return out.getvalue()


def _step(claim: Claim, step: Mapping[str, Any], who: Mapping[str, Account], *, at: datetime | None) -> Claim:
    by, act, words = who.get(step["by"]), step["act"], step.get("words", "")
    if act == "revise":
        return actions.revise_claim(by=by, claim=claim, version=claim.version, value=Decimal(step["value"]), at=at)
    if act == "answer":
        return actions.answer_claim(by=by, claim=claim, version=claim.version, words=words, at=at)
    return claiming.step(act, by=by, claim=claim, version=claim.version, words=words, at=at)


def _lock(row: Mapping[str, Any], programme: Programme, played: Played, who: Mapping[str, Account]) -> None:
    period = Period.objects.get(pk=played.periods[row["period"]].pk)
    locked = actions.lock_period(
        by=who.get(row["by"]), period=period, version=period.version, reason=row["reason"], at=_at(row["on"])
    )
    played.periods[row["period"]] = played.rows[f"lock {row['key']}"] = locked


def _correction(row: Mapping[str, Any], programme: Programme, played: Played, who: Mapping[str, Account]) -> None:
    figure = FrozenFigure.objects.get(
        period=played.periods[row["period"]],
        round=played.periods[row["period"]].round,
        indicator=played.rows[f"indicator {row['indicator']}"],
    )
    wanted = actions.correct_figure(
        by=who.get(row["by"]),
        figure=figure,
        value=Decimal(row["value"]),
        reason=row["reason"],
        party=programme.parties[row["by"]],
        at=_at(row["on"]),
    )
    played.rows[f"correction {row['key']}"] = actions.agree_correction(
        by=who.get(row["agreed_by"]),
        correction=wanted,
        party=programme.parties[row["agreed_by"]],
        at=_at(row["agreed_on"]),
    )
