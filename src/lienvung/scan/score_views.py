"""Completeness of lots: the list for officials, worst first, the same as CSV, and one lot as JSON for its chain."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from lienvung.errors import NotFound
from lienvung.people.gate import listed, person
from lienvung.registry.sheets import csv_answer
from lienvung.scan import access, scores
from lienvung.scan.scores import LotScore


def _found(request: HttpRequest) -> tuple[str, list[LotScore]]:
    query = request.GET.get("q", "")[:100].strip()
    return query, scores.worst_first(scores.scores_of(access.newest_lots(query, most=scores.MOST_LOTS)))


@listed
def index(request: HttpRequest) -> HttpResponse:
    query, found = _found(request)
    return render(request, "scan/scores.html", {"found": found, "query": query, "most": scores.MOST_LOTS})


@listed
def as_csv(request: HttpRequest) -> HttpResponse:
    return csv_answer("completeness", scores.COLUMNS, scores.rows_of(_found(request)[1]))


@listed
def lot(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    known = access.lot_by_id(id)
    found = scores.scores_of([known])[0] if known else None
    if found is None or not access.in_chain(person(request), found.chain):
        raise NotFound("scan.no_score", vi="Không có lô này.", en="There is no such lot.")
    return JsonResponse(scores.as_json(found), json_dumps_params={"ensure_ascii": False})
