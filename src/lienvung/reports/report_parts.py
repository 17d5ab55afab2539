"""What the reports register: rows of the URL × role table, words of acts."""

from __future__ import annotations

from lienvung.registry import OFFICIAL, SIGNED_IN, Page
from lienvung.texts import Text

PARTIES = "officials of the agreement's parties, and staff (reports.report_access)"
RULED = "by the table of rights (programme.rules.MAY), of the party itself"
SEEN = frozenset({SIGNED_IN})
WRITTEN = frozenset({OFFICIAL})
BOTH = ("GET", "POST")
PAGES = [
    Page("reports:documents", SEEN, note="lists the agreements of the reader's province"),
    Page("reports:agreement_documents", SEEN, note=PARTIES),
    Page("reports:coverage", SEEN, note=PARTIES),
    Page("reports:report", SEEN, note="a draft: the party that writes it; an issued one: all parties"),
    Page("reports:report_begin", WRITTEN, BOTH, note=RULED),
    Page("reports:report_edit", WRITTEN, BOTH, note=RULED),
    Page("reports:report_build", WRITTEN, BOTH, note=RULED),
    Page("reports:report_issue", WRITTEN, BOTH, note=RULED),
    Page("reports:matter_raise", WRITTEN, BOTH, note=RULED),
    Page("reports:matter", SEEN, note=PARTIES),
    Page("reports:matter_answer", WRITTEN, BOTH, note=RULED),
    Page("reports:matter_close", WRITTEN, BOTH, note=RULED),
]
ACTS = {
    "reports.begin": Text("Bắt đầu một báo cáo", "Began a report"),
    "reports.write": Text("Viết báo cáo", "Wrote a report"),
    "reports.build": Text("Lập tệp bản thảo", "Built a draft's files"),
    "reports.issue": Text("Ban hành báo cáo", "Issued a report"),
    "reports.raise_matter": Text("Nêu khó khăn, kiến nghị", "Raised a difficulty or recommendation"),
    "reports.answer_matter": Text("Trả lời kiến nghị", "Answered a matter"),
    "reports.close_matter": Text("Kết thúc kiến nghị", "Closed a matter"),
}
