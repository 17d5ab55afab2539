"""Pages of those who work in a programme: dashboards with charts and tables, public figures to choose, the calendar."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from lienvung.errors import NotAllowed, NotFound
from lienvung.people.gate import listed, person
from lienvung.programme.models import Agreement
from lienvung.registry.sheets import table_answer
from lienvung.reports import choosing, dashboards, feeds, pictures, published
from lienvung.reports.dashboards import CLAIM_COUNTS, COUNTS, FIELDS, KINDS, PERIODS, TABLES, Line, Tally
from lienvung.results import access as results
from lienvung.texts import Text

PER_PAGE = 50


def language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"


@listed
def index(request: HttpRequest) -> HttpResponseBase:
    rows = results.agreements_of(person(request)).order_by("-starts_on", "title")
    return render(request, "reports/dashboards.html", {"agreements": rows})


@listed
def show(request: HttpRequest, code: str) -> HttpResponseBase:
    view = results.agreement(person(request), code)
    today = timezone.localdate()
    found = dashboards.dashboard(view.agreement, today)
    context = {
        "agreement": view.agreement,
        "today": today,
        "total": [(words, meaning, found.total.counts[name]) for name, (words, meaning) in COUNTS.items()],
        "tables": [_table(name, found.table(name)) for name in TABLES],
        "may_choose": bool(published.parties_to_choose_for(view.standing)),
    }
    return render(request, "reports/dashboard.html", context)


def _table(name: str, rows: Sequence[Tally]) -> dict[str, Any]:
    """What the page needs of one table: its picture, the words over its columns, its rows with their numbers."""
    periods = name == PERIODS
    heads = list(CLAIM_COUNTS.values()) if periods else [words for words, _ in COUNTS.values()]
    # a chart of fields holds those of the top: their sub-fields are in them already
    drawn = [row for row in rows if row.depth == 0] if name == FIELDS else rows
    draw = pictures.of_results if periods else pictures.of_commitments
    kind = next((kind for kind, table in KINDS.items() if table == name), "")
    return {
        "name": name,
        "words": TABLES[name],
        "kind": kind,
        "picture": draw(f"chart-{name}", TABLES[name], drawn, language()),
        "more": max(len(drawn) - 25, 0),
        "heads": heads,
        "rows": [(row, list(zip(heads, row.counts.values()))) for row in rows],
    }


NAMED = {"name": Text("Tên", "Name"), "name_en": Text("Tên tiếng Anh", "Name in English")}
PART_COLUMNS = {
    "number": Text("Số", "Number"),
    "what": Text("Việc cam kết", "What is owed"),
    "what_en": Text("Việc cam kết, tiếng Anh", "What, in English"),
    "obligor": Text("Bên cam kết", "Owed by"),
    "beneficiary": Text("Bên thụ hưởng", "Beneficiary"),
    "field": Text("Lĩnh vực", "Field"),
    "due": Text("Thời hạn", "Due"),
    "state": Text("Tình trạng", "State"),
}


@listed
def table_file(request: HttpRequest, code: str, table: str, kind: str) -> HttpResponseBase:
    """A table of the dashboard as CSV or as a workbook."""
    view = results.agreement(person(request), code)
    if table not in TABLES:
        raise Http404
    rows = dashboards.dashboard(view.agreement, timezone.localdate()).table(table)
    counted = CLAIM_COUNTS if table == PERIODS else {name: words for name, (words, _) in COUNTS.items()}
    columns = {**NAMED, "note": Text("Ghi chú", "Note"), **counted}
    if table == "agencies":
        columns["coordinates"] = Text("phối hợp", "coordinates")
    cells = [
        [row.name.vi, row.name.en, row.note.vi if row.note else "", *row.counts.values()]
        + ([row.helps] if table == "agencies" else [])
        for row in rows
    ]
    return table_answer(kind, f"{code}-{table}", columns, cells, title=TABLES[table].vi)


def _part(request: HttpRequest, code: str, kind: str, id: uuid.UUID) -> tuple[Agreement, Text, list[uuid.UUID]]:
    """The agreement, the name of the party, field or agency, and its commitments."""
    one = results.agreement(person(request), code).agreement
    if kind not in KINDS:
        raise Http404
    rows = dashboards.dashboard(one, timezone.localdate()).table(KINDS[kind])
    name = next((row.name for row in rows if row.id == id), None)
    if name is None:
        raise NotFound("reports.no_such_part", vi="Không có mục này.", en="There is no such row.")
    return one, name, dashboards.commitments_of(one, kind, id)


@listed
def part(request: HttpRequest, code: str, kind: str, id: uuid.UUID) -> HttpResponseBase:
    one, name, ids = _part(request, code, kind, id)
    page = Paginator(ids, PER_PAGE).get_page(request.GET.get("page"))
    lines = dashboards.lines_of(one, list(page.object_list), timezone.localdate())
    context = {"agreement": one, "name": name, "kind": kind, "id": id, "page": page, "lines": lines}
    return render(request, "reports/dashboard_part.html", context)


@listed
def part_file(request: HttpRequest, code: str, kind: str, id: uuid.UUID, file: str) -> HttpResponseBase:
    """All commitments of a party, field or agency as CSV or as a workbook."""
    one, name, ids = _part(request, code, kind, id)
    rows = [_cells(line) for line in dashboards.lines_of(one, ids, timezone.localdate())]
    columns = {**PART_COLUMNS, **{count: words for count, (words, _) in COUNTS.items()}}
    return table_answer(file, f"{code}-{kind}", columns, rows, title=name.vi)


def _cells(line: Line) -> list[Any]:
    one = line.commitment
    return [
        one.number, one.what, one.what_en, one.obligor.name if one.obligor else "",
        one.beneficiary.name if one.beneficiary else "", one.field.name if one.field else "",
        one.due or one.due_text, one.state, *(int(name in line.flags) for name in COUNTS),
    ]  # fmt: skip


@listed
def choose(request: HttpRequest, code: str) -> HttpResponseBase:
    """Which figures everybody sees; where an officer speaks for several parties, of the one asked for."""
    account = person(request)
    view = results.agreement(account, code)
    parties = published.parties_to_choose_for(view.standing)
    if not parties:
        raise NotAllowed(
            "reports.not_your_choice",
            vi="Chỉ cán bộ đầu mối và người duyệt của một bên được chọn số liệu công khai của bên mình.",
            en="Only a party's focal officer and approver choose the figures that it shows.",
        )
    asked = request.POST.get("party") or request.GET.get("party") or ""
    party = next((each for each in parties if str(each.pk) == asked), parties[0])
    if request.method == "POST":
        choosing.choose_figures(by=account, party=party, chosen=request.POST.getlist("chosen"))
        return redirect("reports:dashboard", code=code)
    stands = published.choice_of(party)
    options = [(name, words, name in stands) for name, words in published.choices_for(party)]
    context = {"agreement": view.agreement, "party": party, "parties": parties, "options": options}
    return render(request, "reports/choose.html", context)


@listed
@never_cache
def calendar(request: HttpRequest) -> HttpResponseBase:
    """Make the address of one's own feed; it is shown this once."""
    address = ""
    if request.method == "POST":
        key = choosing.make_feed_key(by=person(request))
        address = settings.ORIGIN + reverse("reports:feed", args=[key])
    return render(request, "reports/calendar.html", {"address": address})


@listed
@never_cache
def feed(request: HttpRequest, key: str) -> HttpResponseBase:
    """The calendar of whoever has the address: calendars cannot sign in. A wrong key is no page at all."""
    account = choosing.account_of_key(key)
    if account is None:
        raise Http404
    body = feeds.write(feeds.of_account(account), language=language(), now=timezone.now())
    return HttpResponse(body, content_type=feeds.ICS)
