"""Events one by one and by query, and the top of the binding (EPCIS 2.0 section 12)."""

from __future__ import annotations

import json
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lienvung.epcis import read_document
from lienvung.errors import Conflict, Invalid, ManyInvalid, NotFound
from lienvung.exchange.answers import events_answer, form_of, json_answer, problem_answer
from lienvung.exchange.resource import asker_of, body_of, parameters_of, per_page_of, resource, with_next
from lienvung.ledger.capture import capture
from lienvung.ledger.events import get_event
from lienvung.ledger.query import run_query
from lienvung.ledger.reading import rows
from lienvung.ledger.rows import given_id


def post_event(request: HttpRequest) -> HttpResponse:
    asker = asker_of(request, "capture")
    data = body_of(request)
    readings = read_document(data, max_bytes=settings.CAPTURE_FILE_SIZE_LIMIT).events
    if len(readings) != 1 or _is_document(data):
        raise ManyInvalid(
            [
                Invalid(
                    "ledger.one_event",
                    vi="Cần đúng một sự kiện, không bọc tài liệu",
                    en="one bare event is needed",
                    path="",
                )
            ]
        )
    event_id = given_id(readings[0]) or readings[0].ni
    job = capture(data, submitter=asker.submitter)
    if not job.new_events:
        event_id = readings[0].ni  # an event that another sent first has another eventID; its hash finds it for all
        answer = problem_answer(
            Conflict(
                "ledger.event_exists",
                vi=f"Sự kiện {event_id} đã có trong sổ",
                en=f"the event {event_id} exists already",
            )
        )
    else:
        answer = json_answer({"eventID": event_id}, status=201)
    answer["Location"] = reverse("epcis:events") + "/" + quote(event_id, safe="")
    return answer


def _is_document(data: bytes) -> bool:
    value = json.loads(data)
    return not isinstance(value, dict) or str(value.get("type", "")).startswith("EPCIS")


def get_events(request: HttpRequest, epc: str | None = None) -> HttpResponse:
    asker = asker_of(request, "query")
    form = form_of(request)
    parameters = parameters_of(request)
    page = run_query(
        parameters,
        seen_by=asker.visible(),
        per_page=per_page_of(request),
        token=request.GET.get("nextPageToken"),
        naming=epc,
        prefixes=form.extensions,
    )
    return with_next(request, events_answer(request, page.events, form=form), page.next_token)


def get_one_event(request: HttpRequest, event_id: str) -> HttpResponse:
    asker = asker_of(request, "query")
    form = form_of(request)
    event = get_event(event_id)
    visible = asker.visible()
    if not rows(f"SELECT 1 FROM ledger_event e WHERE e.rid = %s AND {visible.sql}", (event.rid, *visible.values)):
        raise NotFound("ledger.no_such_event", vi=f"Không có sự kiện {event_id}", en=f"no event {event_id}")
    return events_answer(request, [event], form=form)


def get_top(request: HttpRequest) -> HttpResponse:
    asker_of(request, "query")
    return json_answer({"@set": ["capture", "events", "epcs"]})


events = resource(get=get_events, post=post_event)
event = resource(get=get_one_event)
events_of_epc = resource(get=get_events)
top = resource(get=get_top)
