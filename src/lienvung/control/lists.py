"""The room's lists as files: CSV with column codes for machines, a spreadsheet with words for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from lienvung.control import access, reference, rules, words
from lienvung.control.models import Commitment, Establishment, Finding, Inspection, PlanRow
from lienvung.registry import sheets
from lienvung.texts import Text

Said = Callable[[Text], str]


@dataclass(frozen=True, slots=True)
class Listing:
    """`columns`: code and words; `row`: the cells of a record, texts said in the reader's language."""

    title: Text
    columns: Sequence[tuple[str, Text]]
    records: Callable[[list[str]], Iterable[Any]]
    row: Callable[[Any, Said], list[Any]]


PLACE = [
    ("gln", Text("GLN", "GLN")),
    ("establishment", Text("Cơ sở", "Establishment")),
    ("organisation", Text("Đơn vị", "Organisation")),
]


def _place(establishment: Establishment) -> list[Any]:
    return [establishment.place.gln, establishment.place.name, establishment.owner.name]


def _establishment(each: Any, said: Said) -> list[Any]:
    return [
        *_place(each),
        each.province,
        ", ".join(said(words.ACTIVITIES[code]) for code in each.activities),
        said(words.SCALES[each.scale]),
        said(words.RISKS[each.risk]),
        said(Text(each.last_vi or "", each.last_en or "")),
        each.last_on,
        each.next_by,
    ]


def _commitment(each: Commitment, said: Said) -> list[Any]:
    days = reference.practice().commitment.due_soon_days
    standing = rules.commitment_standing(each.ends_on, timezone.localdate(), due_soon_days=days)
    signed = [each.signed_on, each.ends_on, said(words.STANDINGS[standing])]
    return [*_place(each.establishment), *signed, len(each.breaches.all())]


def _finding(each: Finding, said: Said) -> list[Any]:
    told = [each.inspection.visited_on, said(each.text), said(words.SEVERITIES[each.severity]), each.note]
    late = max((timezone.localdate() - each.due_on).days, 0) if each.stands else 0
    return [*_place(each.establishment), *told, each.due_on, said(words.FINDING_STATES[each.state]), late]


def _inspection(each: Inspection, said: Said) -> list[Any]:
    return [
        *_place(each.establishment),
        each.visited_on,
        said(words.KINDS[each.kind]),
        said(each.checklist_words),
        said(words.INSPECTION_STATES[each.state]),
        said(each.words),
        each.inspector_name,
        said(words.SIDES[each.side]) if each.side else "",
    ]


def _planned(each: PlanRow, said: Said) -> list[Any]:
    why = "; ".join(said(reason) for reason in each.why)
    return [*_place(each.establishment), each.plan.year, each.month, each.score, why, getattr(each, "done_on", None)]


DUE = ("due_on", Text("Hạn khắc phục", "To be corrected by"))
STATE = ("state", Text("Tình trạng", "State"))
VISITED = ("visited_on", Text("Ngày kiểm tra", "Visited on"))
LISTS = {
    "establishments": Listing(
        Text("Cơ sở", "Establishments"),
        [
            *PLACE,
            ("province", Text("Tỉnh", "Province")),
            ("activities", Text("Hoạt động", "Activities")),
            ("scale", Text("Quy mô", "Scale")),
            ("risk", Text("Nguy cơ", "Risk")),
            ("result", Text("Kết quả mới nhất", "Latest result")),
            ("graded_on", Text("Ngày", "Day")),
            ("next_visit_by", Text("Lần tới trước ngày", "Next visit by")),
        ],
        lambda provinces: access.establishments().filter(province__in=provinces),
        _establishment,
    ),
    "commitments": Listing(
        Text("Cam kết", "Commitments"),
        [
            *PLACE,
            ("signed_on", Text("Ngày ký", "Signed on")),
            ("ends_on", Text("Hết hạn", "Ends on")),
            STATE,
            ("breaches", Text("Số vi phạm", "Breaches")),
        ],
        lambda provinces: access.commitments(provinces=provinces),
        _commitment,
    ),
    "findings": Listing(
        Text("Lỗi", "Findings"),
        [
            *PLACE,
            VISITED,
            ("item", Text("Mục", "Item")),
            ("severity", Text("Mức", "Severity")),
            ("note", Text("Ghi chú", "Note")),
            DUE,
            STATE,
            ("days_late", Text("Số ngày quá hạn", "Days late")),
        ],
        lambda provinces: access.findings(provinces=provinces),
        _finding,
    ),
    "inspections": Listing(
        Text("Kiểm tra", "Inspections"),
        [
            *PLACE,
            VISITED,
            ("kind", Text("Loại", "Kind")),
            ("checklist", Text("Bảng kiểm", "Checklist")),
            STATE,
            ("result", Text("Kết quả", "Result")),
            ("inspector", Text("Kiểm tra viên", "Inspector")),
            ("other_side", Text("Bên cơ sở", "The establishment")),
        ],
        lambda provinces: access.inspections(provinces=provinces),
        _inspection,
    ),
    "plan": Listing(
        Text("Kế hoạch", "Plan"),
        [
            *PLACE,
            ("year", Text("Năm", "Year")),
            ("month", Text("Tháng", "Month")),
            ("score", Text("Điểm ưu tiên", "Priority")),
            ("reasons", Text("Vì sao", "Why")),
            ("done_on", Text("Đã kiểm tra ngày", "Visited on")),
        ],
        lambda provinces: access.planned_visits(provinces),
        _planned,
    ),
}


def as_csv(name: str, provinces: list[str], said: Said) -> HttpResponse:
    listing = LISTS[name]
    return sheets.csv_answer(name, [code for code, _ in listing.columns], _rows(listing, provinces, said))


def as_xlsx(name: str, provinces: list[str], said: Said) -> HttpResponse:
    listing = LISTS[name]
    columns = [said(label) for _, label in listing.columns]
    return sheets.xlsx_answer(name, columns, _rows(listing, provinces, said), title=said(listing.title))


def _rows(listing: Listing, provinces: list[str], said: Said) -> list[list[Any]]:
    return [listing.row(record, said) for record in listing.records(provinces)]
