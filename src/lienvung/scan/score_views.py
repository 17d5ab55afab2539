"""Completeness of lots: a list for officials, the same as CSV, and one lot as JSON for its chain.

The list goes through all lots, those registered last first, a page at a time; within a page the worst come first.
"""

from __future__ import annotations

import uuid

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from lienvung.catalogue.models import Lot
from lienvung.errors import NotFound
from lienvung.people.gate import listed, person
from lienvung.people.views.organisations import pager
from lienvung.registry.sheets import csv_answer
from lienvung.scan import access, scores
from lienvung.scan.scores import LotScore


def _found(request: HttpRequest) -> tuple[str, Page[Lot], list[LotScore]]:
    query = request.GET.get("q", "")[:100].strip()
    page = Paginator(access.newest_lots(query), scores.PER_PAGE).get_page(request.GET.get("page"))
    return query, page, scores.worst_first(scores.scores_of(list(page)))


@listed
def index(request: HttpRequest) -> HttpResponse:
    query, page, found = _found(request)
    context = {"found": found, "query": query, "page": page, "pager": pager(request, page)}
    return render(request, "scan/scores.html", context)


@listed
def as_csv(request: HttpRequest) -> HttpResponse:
    return csv_answer("completeness", scores.COLUMNS, scores.rows_of(_found(request)[2]))


@listed
def lot(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    known = access.lot_by_id(id)
    found = scores.scores_of([known])[0] if known else None
    if found is None or not access.in_chain(person(request), found.chain):
        raise NotFound("scan.no_score", vi="Không có lô này.", en="There is no such lot.")
    return JsonResponse(scores.as_json(found), json_dumps_params={"ensure_ascii": False})
