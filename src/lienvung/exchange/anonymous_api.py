"""POST /queries/SimpleEventQuery/events: a query that nobody has kept, sent as JSON, for what no address can hold.

The standard's OpenAPI document knows two ways to ask: parameters in an address, and a query kept under a name
(POST /queries, then GET /queries/{name}/events). Earlier drafts had a third, the anonymous query, posted to the
built-in name SimpleEventQuery; it is kept here, under that reserved name, for programs that ask long questions once.
It answers and pages like GET /events. The address of the next page is asked in the same way: the same body, posted.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from lienvung.exchange.answers import events_answer, form_of
from lienvung.exchange.described import Body, Operation, Resource
from lienvung.exchange.events_api import QUERY_DOCUMENT, get_events, page_of
from lienvung.exchange.named_api import checked_parameters, json_object
from lienvung.exchange.resource import asker_of, parameters_of, resource, with_next
from lienvung.ledger.query import refuse
from lienvung.texts import Text


def post_anonymous(request: HttpRequest) -> HttpResponse:
    asker = asker_of(request, "query")
    form = form_of(request)
    for name in parameters_of(request):
        raise refuse(name, "hãy đặt vào nội dung gửi lên", "belongs in the body")
    page = page_of(request, asker, form, checked_parameters(json_object(request)))
    return with_next(request, events_answer(request, page.events, form=form), page.next_token)


anonymous = resource(get=get_events, post=post_anonymous)
RESOURCES = [
    Resource(
        "/queries/SimpleEventQuery/events",
        "anonymous",
        operations=(
            Operation(
                "GET",
                "getSimpleEventQuery",
                Text("Hỏi sự kiện, như /events", "Query events, as /events does"),
                answers=(QUERY_DOCUMENT,),
                problems=(400, 413, 414),
                filters=True,
                paged=True,
                formed=True,
            ),
            Operation(
                "POST",
                "postSimpleEventQuery",
                Text("Hỏi sự kiện bằng truy vấn JSON không đặt tên", "Query events by a JSON query that is not kept"),
                answers=(QUERY_DOCUMENT,),
                body=Body(
                    about=Text("Truy vấn, có hoặc không bọc trong `query`", "The query, in `query` or as it is"),
                    schema={"type": "object"},
                    example={"eventType": ["ObjectEvent"], "EQ_bizStep": ["shipping", "receiving"]},
                ),
                problems=(400, 411, 413, 414, 415),
                paged=True,
                formed=True,
                about=Text(
                    "Trang sau: gửi lại cùng nội dung tới địa chỉ trong Link.",
                    "For the next page post the same body to the address in Link.",
                ),
            ),
        ),
        tag="queries",
    ),
]
