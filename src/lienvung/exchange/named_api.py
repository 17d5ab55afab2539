"""Named queries: kept under a name by an organisation, answered as if asked anew (EPCIS 2.0 section 12.7).

SimpleEventQuery, the name in the answers of GET /events, is reserved and not listed: it is what the standard calls a
query that nobody has kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lienvung.epcis.query_names import parse_query
from lienvung.errors import Invalid, ManyInvalid
from lienvung.exchange import access, actions
from lienvung.exchange.answers import events_answer, form_of, json_answer
from lienvung.exchange.controls import WORDS, fault
from lienvung.exchange.described import Answer, Body, Operation, Resource, path_parameter
from lienvung.exchange.headers import extensions_of
from lienvung.exchange.models import NamedQuery
from lienvung.exchange.negotiation import EVENT_MEDIA, JSON
from lienvung.exchange.page_tokens import QUERIES_SALT, page_token_of
from lienvung.exchange.problems import ApiProblem
from lienvung.exchange.resource import asker_of, body_of, parameters_of, per_page_of, resource, with_next
from lienvung.exchange.subscriptions import now_ms
from lienvung.ledger.access import NOTHING
from lienvung.ledger.query import PER_PAGE_MOST, TOKEN_AGE_S, refuse, run_query
from lienvung.texts import Text, check_texts

BODY_LONGEST = 256 * 1024


class QueryFaults(ManyInvalid):
    """All that is wrong with a query."""

    exception = "QueryValidationException"


def json_object(request: HttpRequest) -> dict[str, Any]:
    """The body as a JSON object. Raises Invalid, ApiProblem."""
    data = body_of(request, JSON)
    if len(data) > BODY_LONGEST:
        raise ApiProblem(
            413,
            "QueryTooComplexException",
            vi=f"Truy vấn dài hơn {BODY_LONGEST} byte",
            en=f"the query is longer than {BODY_LONGEST} bytes",
        )
    try:
        value = json.loads(data)
        check_texts(value)
    except (ValueError, RecursionError):
        raise Invalid("exchange.json", vi="Không phải JSON", en="this is not JSON") from None
    if not isinstance(value, dict):
        raise Invalid("exchange.object", vi="Cần một đối tượng JSON", en="a JSON object is needed")
    return value


def checked_parameters(value: dict[str, Any]) -> dict[str, list[Any]]:
    """The parameters of a query in JSON. Raises QueryFaults with the place of each fault."""
    try:
        return parse_query(value)
    except ManyInvalid as many:
        raise QueryFaults(many.faults) from None


def checked_query(value: object, *, prefixes: Mapping[str, str]) -> dict[str, Any]:
    """A query that can be answered, as it was sent. Raises Invalid with the place of each fault."""
    if not isinstance(value, dict):
        raise Invalid("exchange.query", vi="Cần một đối tượng", en="an object is needed", path="/query")
    run_query(checked_parameters({"query": value}), seen_by=NOTHING, per_page=1, prefixes=prefixes)
    return value


def post_query(request: HttpRequest) -> HttpResponse:
    asker = asker_of(request, "query")
    body = json_object(request)
    name = body.get("name")
    if not isinstance(name, str):
        raise Invalid("exchange.query_name", vi="Cần tên truy vấn", en="a name is needed", path="/name")
    extensions = extensions_of(request)
    made = actions.create_query(
        organisation_id=asker.submitter,
        name=name,
        query=checked_query(body.get("query"), prefixes=extensions),
        extensions=extensions,
        by=access.credential_of(request),
        now_ms=now_ms(),
    )
    answer = json_answer(query_body(made), status=201)
    answer["Location"] = reverse("epcis:query", kwargs={"name": made.name})
    return answer


def query_body(query: NamedQuery) -> dict[str, Any]:
    return {"name": query.name, "query": query.query}


def page_after(request: HttpRequest, salt: str) -> list[str] | None:
    """What a page token says; None on the first page. Raises QueryProblem."""
    token = page_token_of(request)
    if not token:
        return None
    try:
        return [str(part) for part in signing.loads(token, salt=salt, max_age=TOKEN_AGE_S)]
    except (signing.BadSignature, ValueError, TypeError):
        raise refuse("nextPageToken", "mã trang sai hoặc đã hết hạn", "the token is wrong or has expired") from None


def get_queries(request: HttpRequest) -> HttpResponse:
    asker = asker_of(request, "query")
    wanted = min(per_page_of(request), PER_PAGE_MOST)
    after = page_after(request, QUERIES_SALT)
    found = access.queries_of(asker.organisations)
    if after is not None:
        found = found.filter(name__gt=after[0]) | found.filter(name=after[0], id__gt=after[1])
    listed = list(found[: wanted + 1])
    following = None
    if len(listed) > wanted:
        following = signing.dumps([listed[wanted - 1].name, str(listed[wanted - 1].pk)], salt=QUERIES_SALT)
    return with_next(request, json_answer([query_body(query) for query in listed[:wanted]]), following)


def get_query(request: HttpRequest, name: str) -> HttpResponse:
    asker = asker_of(request, "query")
    return json_answer(query_body(access.named_query(name, asker.organisations)))


def delete_query(request: HttpRequest, name: str) -> HttpResponse:
    asker = asker_of(request, "query")
    actions.delete_query(access.named_query(name, asker.organisations), by=access.credential_of(request))
    return HttpResponse(status=204)


def get_query_events(request: HttpRequest, name: str) -> HttpResponse:
    asker = asker_of(request, "query")
    query = access.named_query(name, asker.organisations)
    if "websocket" in request.headers.get("Upgrade", "").lower():
        raise ApiProblem(
            501,
            "ImplementationException",
            vi="Máy chủ này chạy không có websocket; hãy dùng ./lienvung serve --asgi hoặc đăng ký webhook",
            en="this server runs without websockets; it needs ./lienvung serve --asgi, or subscribe a webhook",
        )
    for word in parameters_of(request):
        if word in WORDS:
            raise fault(word, "chỉ dùng khi mở websocket", "is for a websocket only (Upgrade: websocket)")
        raise refuse(word, "truy vấn có tên không nhận thêm tham số", "a named query takes no further parameters")
    form = form_of(request)
    page = run_query(
        parse_query({"query": query.query}),
        seen_by=asker.visible(),
        per_page=per_page_of(request),
        token=page_token_of(request),
        prefixes={**query.extensions, **form.extensions},
    )
    answer = events_answer(request, page.events, query_name=query.name, form=form)
    return with_next(request, answer, page.next_token)


queries = resource(get=get_queries, post=post_query, offers=JSON)
query = resource(get=get_query, delete=delete_query, offers=JSON)
query_events = resource(get=get_query_events)


NAME = path_parameter("queryName", Text("Tên truy vấn", "The query's name"), example="hang-ve")
DEFINITION = Text("Truy vấn có tên", "The named query")
RESOURCES = [
    Resource(
        "/queries",
        "queries",
        tag="queries",
        operations=(
            Operation(
                "GET",
                "listQueries",
                Text("Các truy vấn có tên của tổ chức", "The organisation's named queries"),
                paged=True,
                answers=(
                    Answer(
                        200,
                        Text("Danh sách truy vấn", "The queries"),
                        schema={"type": "array", "items": {"$ref": "#/components/schemas/QueryDefinition"}},
                        headers=("Link",),
                    ),
                ),
                problems=(400,),
            ),
            Operation(
                "POST",
                "createQuery",
                Text("Đặt tên cho một truy vấn", "Keep a query under a name"),
                body=Body(about=DEFINITION, schema="QueryDefinition"),
                answers=(Answer(201, DEFINITION, schema="QueryDefinition", headers=("Location",)),),
                problems=(400, 409, 413, 415),
            ),
        ),
    ),
    Resource(
        "/queries/{queryName}",
        "query",
        tag="queries",
        parameters=(NAME,),
        operations=(
            Operation(
                "GET",
                "getQuery",
                Text("Xem một truy vấn có tên", "Read a named query"),
                answers=(Answer(200, DEFINITION, schema="QueryDefinition"),),
                problems=(404,),
            ),
            Operation(
                "DELETE",
                "deleteQuery",
                Text("Xoá truy vấn và mọi đăng ký nhận tin của nó", "Remove a query and all subscriptions to it"),
                answers=(Answer(204, Text("Đã xoá", "Removed")),),
                problems=(404,),
            ),
        ),
    ),
    Resource(
        "/queries/{queryName}/events",
        "query_events",
        tag="queries",
        parameters=(NAME,),
        operations=(
            Operation(
                "GET",
                "getQueryEvents",
                Text("Kết quả của truy vấn có tên", "The events of a named query"),
                about=Text(
                    "Với Upgrade: websocket (máy chủ ASGI): nhận sự kiện mới, theo stream=true hoặc lịch second … "
                    "dayOfWeek.",
                    "With Upgrade: websocket (ASGI server): new events are sent as they come, by stream=true or by "
                    "second … dayOfWeek.",
                ),
                paged=True,
                formed=True,
                answers=(
                    Answer(
                        200,
                        Text("Tài liệu truy vấn EPCIS", "An EPCIS query document"),
                        schema="EPCISQueryDocument",
                        media=EVENT_MEDIA,
                        headers=("Link",),
                    ),
                ),
                problems=(400, 404, 413, 501),
            ),
        ),
    ),
]
