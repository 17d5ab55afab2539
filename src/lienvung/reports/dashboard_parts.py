"""Who opens dashboards, public figures and open data, and how the audit log says their acts."""

from __future__ import annotations

from typing import Final

from lienvung.registry import EVERYONE, SIGNED_IN, ActWords, Page
from lienvung.texts import Text

PARTIES: Final = "officials of the agreement's parties, and staff (results.access.agreement)"
PUBLISHED: Final = "published agreements only (reports.published)"
PAGES: Final = [
    *(
        Page(f"reports:{name}", frozenset({SIGNED_IN}), note=PARTIES)
        for name in (
            "dashboards", "dashboard", "dashboard_csv", "dashboard_xlsx", "dashboard_part", "dashboard_part_csv",
            "dashboard_part_xlsx",
        )
    ),
    Page("reports:choose", frozenset({SIGNED_IN}), ("GET", "POST"), note="who may choose_public for a party"),
    Page("reports:calendar", frozenset({SIGNED_IN}), ("GET", "POST"), note="one's own"),
    Page("reports:feed", frozenset({EVERYONE}), note="whoever has the key of the address"),
    Page("reports:open_data", frozenset({EVERYONE})),
    *(
        Page(f"reports:{name}", frozenset({EVERYONE}), note=PUBLISHED)
        for name in (
            "public_index", "public", "public_csv", "public_xlsx", "public_calendar", "iati", "open_csv",
            "open_xlsx", "open_json",
        )
    ),
]  # fmt: skip
ACTS: Final = [
    ActWords("reports.choose_figures", Text("Chọn số liệu công khai", "Chose the figures that everybody sees")),
    ActWords("reports.make_feed_key", Text("Tạo địa chỉ lịch chương trình", "Made an address of a programme calendar")),
]
