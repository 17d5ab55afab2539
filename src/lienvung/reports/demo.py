"""The room's part of a story: what each side shows to everybody, a half-year report, a difficulty with its answer.

`told` is the file that `programme.demo` and `results.demo` played before; only an invented one names these things.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lienvung.people.models import Account
from lienvung.programme.demo import Played as Programme
from lienvung.reports import report_actions as actions
from lienvung.reports.choosing import choose_figures
from lienvung.results.demo import Played as Results
from lienvung.texts import Text


def play(
    told: Mapping[str, Any], programme: Programme, results: Results, *, officers: Mapping[str, Account]
) -> dict[str, Any]:
    """The reports and matters by their keys ("report r.half"). A report is left to the worker to build."""
    rows: dict[str, Any] = {}
    for row in told.get("shown", ()):
        chosen = [f"count:{name}" for name in row["counts"]]
        chosen += [f"indicator:{results.rows[f'indicator {key}'].pk}" for key in row["indicators"]]
        choose_figures(by=officers.get(row["by"]), party=programme.parties[row["by"]], chosen=chosen)
    for row in told.get("matter", ()):
        rows[f"matter {row['key']}"] = _matter(row, programme, officers)
    for row in told.get("report", ()):
        by = officers.get(row["by"])
        report = actions.begin_report(
            by=by, agreement=programme.agreement, party=programme.parties[row["by"]], kind="periodic",
            period=results.periods[row["period"]],
        )  # fmt: skip
        blocks = {name: Text(vi, en) for name, (vi, en) in row["blocks"].items()}
        report = actions.write_report(by=by, report=report, version=report.version, form=row["form"], blocks=blocks)
        rows[f"report {row['key']}"] = actions.ask_to_build(by=by, report=report, version=report.version)
    return rows


def _matter(row: Mapping[str, Any], programme: Programme, officers: Mapping[str, Account]) -> Any:
    matter = actions.raise_matter(
        by=officers.get(row["by"]), agreement=programme.agreement, party=programme.parties[row["by"]],
        kind=row["kind"], text=row["text"], text_en=row["text_en"], raised_on=row["on"],
        answer_due=row["due"], addressee_party=programme.parties[row["to"]],
        clause=programme.row("clause", row.get("clause", "")),
    )  # fmt: skip
    if "answer" not in row:
        return matter
    return actions.answer_matter(
        by=officers.get(row["to"]), matter=matter, version=matter.version, answer=row["answer"],
        answer_en=row["answer_en"], answered_on=row["answered_on"],
    )  # fmt: skip
