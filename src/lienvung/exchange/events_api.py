"""Events one by one and by query (EPCIS 2.0 section 12). Queries too long for an address: `anonymous_api`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lienvung.epcis import read_document
from lienvung.epcis.document import is_xml
from lienvung.errors import Conflict, Invalid, ManyInvalid, NotFound
from lienvung.exchange.answers import AnswerForm, events_answer, form_of, left_out, one_event_answer, problem_answer
from lienvung.exchange.capture_api import check_kind, check_versions
from lienvung.exchange.described import EVENT_MEDIA, Answer, Body, Operation, Resource, path_parameter
from lienvung.exchange.negotiation import not_acceptable
from lienvung.exchange.page_tokens import page_token_of
from lienvung.exchange.resource import Asker, asker_of, body_of, parameters_of, per_page_of, resource, with_next
from lienvung.ledger.capture import capture
from lienvung.ledger.events import get_event
from lienvung.ledger.query import Page, run_query
from lienvung.ledger.reading import rows
from lienvung.ledger.rows import given_id
from lienvung.texts import Text

_NO_ROOT = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ROOT = re.compile(rb"<(?:[^\s<>:/]+:)?([^\s<>:/]+)")


def post_event(request: HttpRequest) -> HttpResponse:
    asker = asker_of(request, "capture")
    check_versions(request)
    form = form_of(request)
    data = body_of(request)
    check_kind(request, data)
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
        answer = one_event_answer(request, get_event(event_id), form)
    answer["Location"] = reverse("epcis:events") + "/" + quote(event_id, safe="")
    return answer


def _is_document(data: bytes) -> bool:
    """Whether it is more than one bare event; it has been read, so it is one or the other."""
    if is_xml(data):
        root = _ROOT.search(_NO_ROOT.sub(b"", data))
        return root is None or root[1].startswith(b"EPCIS")
    value = json.loads(data)
    return not isinstance(value, dict) or str(value.get("type", "")).startswith("EPCIS")


def answer_query(
    request: HttpRequest, asker: Asker, form: AnswerForm, parameters: Mapping[str, Sequence[str]]
) -> HttpResponse:
    """One page of what the parameters ask for, as far as the asker may see it."""
    page = page_of(request, asker, form, parameters)
    return with_next(request, events_answer(request, page.events, form=form), page.next_token)


def page_of(
    request: HttpRequest,
    asker: Asker,
    form: AnswerForm,
    parameters: Mapping[str, Sequence[str]],
    *,
    naming: str | None = None,
) -> Page:
    return run_query(
        parameters,
        seen_by=asker.visible(),
        per_page=per_page_of(request),
        token=page_token_of(request),
        naming=naming,
        prefixes=form.extensions,
    )


def get_events(request: HttpRequest) -> HttpResponse:
    asker = asker_of(request, "query")
    return answer_query(request, asker, form_of(request), parameters_of(request))


def get_one_event(request: HttpRequest, event_id: str) -> HttpResponse:
    asker = asker_of(request, "query")
    form = form_of(request)
    event = get_event(event_id)
    visible = asker.visible()
    if not rows(f"SELECT 1 FROM ledger_event e WHERE e.rid = %s AND {visible.sql}", (event.rid, *visible.values)):
        raise NotFound("ledger.no_such_event", vi=f"Không có sự kiện {event_id}", en=f"no event {event_id}")
    if left_out([event], form):
        raise not_acceptable(
            f"EPCIS {form.epcis_version} dạng XML không ghi được sự kiện này; hãy xin JSON hoặc bản khác",
            f"EPCIS {form.epcis_version} XML cannot say this event; ask for JSON or another version",
        )
    return events_answer(request, [event], form=form)


events = resource(get=get_events, post=post_event)
event = resource(get=get_one_event)

QUERY_DOCUMENT = Answer(
    200, Text("Sự kiện, dạng EPCISQueryDocument", "Events in an EPCISQueryDocument"), "EPCISQueryDocument", EVENT_MEDIA
)
EVENT_ID = Text(
    "Mã sự kiện, hay mã băm ni:///… của sự kiện; mã hoá phần trăm",
    "The eventID or the event's hash (ni:///…), percent-encoded",
)
RESOURCES = [
    Resource(
        "/events",
        "events",
        operations=(
            Operation(
                "GET",
                "getEvents",
                Text("Hỏi sự kiện", "Query events"),
                answers=(QUERY_DOCUMENT,),
                problems=(400, 413, 414),
                filters=True,
                paged=True,
                formed=True,
            ),
            Operation(
                "POST",
                "postEvent",
                Text("Ghi một sự kiện", "Capture one event"),
                answers=(
                    Answer(
                        201,
                        Text("Sự kiện đã ghi", "The event that was stored"),
                        "EPCISEvent",
                        EVENT_MEDIA,
                        ("Location",),
                    ),
                ),
                body=Body(
                    about=Text("Một sự kiện, không bọc tài liệu", "One bare event"),
                    schema="EPCISEvent",
                    media=EVENT_MEDIA,
                ),
                problems=(400, 409, 411, 413, 415),
                scope="capture",
            ),
        ),
    ),
    Resource(
        "/events/{eventID}",
        "event",
        parameters=(path_parameter("eventID", EVENT_ID),),
        operations=(
            Operation(
                "GET",
                "getEvent",
                Text("Xem một sự kiện", "Read one event"),
                answers=(QUERY_DOCUMENT,),
                problems=(400, 404),
                formed=True,
            ),
        ),
    ),
]
