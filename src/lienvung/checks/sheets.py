"""Findings as rows of a CSV file or a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lienvung.checks.models import Finding
from lienvung.lineage.anomalies_words import KIND_TEXTS

COLUMNS = (
    "kind", "kind_vi", "severity", "subject", "gtin", "provinces", "text_vi", "text_en", "happened_at", "first_seen",
    "last_seen", "state", "state_at", "reason", "answer", "events",
)  # fmt: skip


def rows_of(findings: Iterable[Finding]) -> list[tuple[Any, ...]]:
    return [
        (
            found.kind,
            KIND_TEXTS[found.kind].vi,
            found.severity,
            found.subject,
            found.product_gtin,
            found.provinces.strip(","),
            found.text_vi,
            found.text_en,
            found.happened_at.isoformat(timespec="seconds"),
            found.first_seen.isoformat(timespec="seconds"),
            found.last_seen.isoformat(timespec="seconds"),
            found.state,
            found.state_at.isoformat(timespec="seconds"),
            found.reason,
            found.answer,
            " ".join(map(str, found.events)),
        )
        for found in findings
    ]
