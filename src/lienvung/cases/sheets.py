"""Cases, and reports, as rows of a file. A contact is given only to whom may see it; of spam nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lienvung.cases.models import Case, Report
from lienvung.cases.words import ORIGINS, STATES, WHAT

CASES = (
    "number", "state", "state_vi", "origin", "origin_vi", "what", "what_vi", "urgent", "product", "gtin", "lot",
    "owner", "province", "provinces", "reports", "opened_at", "state_at", "due_at", "overdue", "closed_at",
)  # fmt: skip
REPORTS = (
    "number", "case", "received_at", "what", "what_vi", "text", "code", "never_issued", "bought_where",
    "bought_province", "bought_on", "photo", "contact",
)  # fmt: skip


def case_rows(cases: Iterable[Any]) -> list[tuple[Any, ...]]:
    """`cases` counted by `access.cases` (`many`)."""
    return [_case_row(case, case.many) for case in cases]


def _case_row(case: Case, many: int) -> tuple[Any, ...]:
    return (
        case.number,
        case.state,
        STATES[case.state].vi,
        case.origin,
        ORIGINS[case.origin].vi,
        case.what,
        WHAT[case.what].vi,
        case.urgent,
        case.product.name,
        case.product.gtin,
        case.lot_number,
        case.owner.name,
        case.province,
        case.provinces.strip(","),
        many,
        case.opened_at,
        case.state_at,
        case.due_at,
        case.overdue,
        case.closed_at,
    )


def report_rows(reports: Iterable[tuple[Report, bool]]) -> list[tuple[Any, ...]]:
    """Reports, each with whether the reader may have its contact."""
    return [
        (
            report.number,
            report.case.number,
            report.received_at,
            report.what,
            WHAT[report.what].vi,
            report.text,
            report.code,
            report.doubtful,
            report.bought_where,
            report.bought_province,
            report.bought_on,
            bool(report.photo),
            report.contact if contact else "",
        )
        for report, contact in reports
        if not report.spam
    ]
