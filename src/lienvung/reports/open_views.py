"""Pages and files for everybody: the figures that parties show, open data with its dictionary, IATI, a calendar."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from lienvung.people.gate import listed
from lienvung.registry.sheets import table_answer
from lienvung.reports import feeds, open_data, pictures, published
from lienvung.reports import iati as iati_files
from lienvung.reports.dashboard_views import language
from lienvung.reports.open_data import DATASETS, Dataset
from lienvung.reports.published import LockedFigure
from lienvung.texts import Text

JSON = "application/json; charset=utf-8"
COUNT_COLUMNS = {
    "party": Text("Bên", "Party"),
    "party_en": Text("Bên, tiếng Anh", "Party, in English"),
    "count": Text("Mã số đếm", "Name of the count"),
    "words": Text("Số đếm", "Count"),
    "words_en": Text("Số đếm, tiếng Anh", "Count, in English"),
    "value": Text("Số lượng", "How many"),
}


@listed
def index(request: HttpRequest) -> HttpResponseBase:
    return render(request, "reports/public_index.html", {"agreements": published.agreements()})


@listed
def show(request: HttpRequest, code: str) -> HttpResponseBase:
    one = published.agreement(code)
    chosen = language()
    parties = [
        (each, pictures.of_party(f"party-{number}", each, chosen))
        for number, each in enumerate(published.counts(one, timezone.localdate()))
    ]
    by: dict[Any, list[LockedFigure]] = {}
    for each in published.figures(one):
        by.setdefault(each.indicator.pk, []).append(each)
    indicators = [
        (some[0].indicator, some, pictures.of_indicator(f"indicator-{number}", some, chosen))
        for number, some in enumerate(by.values())
    ]
    context = {
        "agreement": one,
        "parties": parties,
        "indicators": indicators,
        "calendar": settings.ORIGIN + reverse("reports:public_calendar", args=[one.code]),
    }
    return render(request, "reports/public.html", context)


@listed
def figures_file(request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
    """The counts that the parties show, as the page has them."""
    one = published.agreement(code)
    rows = [
        (each.party.name, each.party.name_en, name, words.vi, words.en, many)
        for each in published.counts(one, timezone.localdate())
        for name, words, many in each.counts
    ]
    return table_answer(kind, f"{code}-counts", COUNT_COLUMNS, rows)


@listed
def calendar(request: HttpRequest, code: str) -> HttpResponseBase:
    one = published.agreement(code)
    body = feeds.write(feeds.of_public(one), language=language(), now=timezone.now(), name=one.name)
    return HttpResponse(body, content_type=feeds.ICS)


@listed
def dictionary(request: HttpRequest) -> HttpResponseBase:
    rows = [(each, iati_files.has_days(each)) for each in published.agreements()]
    return render(request, "reports/open_data.html", {"agreements": rows, "datasets": DATASETS.values()})


def _dataset(name: str) -> Dataset:
    if name not in DATASETS:
        raise Http404
    return DATASETS[name]


@listed
def as_table(request: HttpRequest, code: str, dataset: str, kind: str) -> HttpResponseBase:
    """A table as CSV, or as a workbook whose cells are numbers and days."""
    one, table = published.agreement(code), _dataset(dataset)
    rows = table.rows(one) if kind == "xlsx" else open_data.csv_rows(table, one)
    columns = {column.name: column.words for column in table.columns}
    return table_answer(kind, f"{code}-{dataset}", columns, rows, title=table.words.vi)


@listed
def as_json(request: HttpRequest, code: str, dataset: str) -> HttpResponseBase:
    one, table = published.agreement(code), _dataset(dataset)
    dictionary = settings.ORIGIN + reverse("reports:open_data")
    body = open_data.json_of(table, one, now=timezone.localtime(), dictionary=dictionary)
    return HttpResponse(body, content_type=JSON)


@listed
def iati(request: HttpRequest, code: str) -> HttpResponseBase:
    one = published.agreement(code)
    body = iati_files.document(one, now=timezone.localtime(), today=timezone.localdate())
    answer = HttpResponse(body, content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{code}-iati.xml"'
    return answer
