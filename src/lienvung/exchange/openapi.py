"""The OpenAPI document of the binding, made from what the views say of themselves (`described.py`).

OpenAPI 3.1, because only its JSON Schema (2020-12) can say what EPCIS needs: members by the pattern of their name (user
extensions, query families), and more than one type. Texts are English; summaries have the Vietnamese after a slash,
descriptions below.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lienvung import __version__
from lienvung.epcis.query_names import FAMILIES, PARAMETERS
from lienvung.exchange import (
    anonymous_api,
    capture_api,
    events_api,
    named_api,
    page_tokens,
    subscriptions_api,
    top_level,
    trace_api,
)
from lienvung.exchange.described import EVENT_MEDIA, Answer, Body, Operation, Parameter, Resource, Schema
from lienvung.exchange.headers import VERSIONS
from lienvung.exchange.openapi_names import (
    ANNOUNCED,
    ASKED,
    FORMING,
    HEADERS,
    LIMITS,
    PROBLEMS,
    VERSION_HEADERS,
    pattern_of,
)
from lienvung.exchange.openapi_schemas import modern, schemas
from lienvung.exchange.resource import resource
from lienvung.texts import Text

ALWAYS = (401, 403, 405, 406, 500, 503)
DOCUMENT = "application/json"
TAGS = {
    "capture": Text("Ghi sự kiện", "Capture"),
    "events": Text("Truy vấn sự kiện", "Events and queries"),
    "collections": Text("Những gì có trong sổ", "What occurs in the events"),
    "queries": Text("Truy vấn có tên", "Named queries"),
    "subscriptions": Text("Đăng ký nhận", "Subscriptions"),
    "trace": Text("Truy vết và phạm vi thu hồi", "Trace and recall scope"),
    "about": Text("Về API này", "About this API"),
}
ABOUT = """The EPCIS 2.0 REST binding of Lienvung, and beside it trace and recall scope.

Who asks: `Authorization: Bearer <token of an organisation>`, or a signed-in session with its CSRF token.
Answers are JSON, JSON-LD or XML (EPCIS 2.0 or 1.2) by `Accept` and the GS1 headers. Values of a query parameter are
divided by commas and mean "one of these"; different parameters must all be met. In MATCH parameters `*` is any text and
`%2A` a star. A query has at most 1000 values of a parameter and 50 patterns with `*`, fits at most 200000 identifiers
and 500000 events, and takes at most 5 seconds; else 413 QueryTooComplexException.

API EPCIS 2.0 của Lienvung, thêm truy vết và phạm vi thu hồi. Xác thực bằng khoá API của tổ chức."""


def both(text: Text) -> str:
    return f"{text.en} / {text.vi}"


def lines(text: Text) -> str:
    return f"{text.en}\n\n{text.vi}"


def schema_of(schema: Schema) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else dict(schema)


def ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def parameter_object(parameter: Parameter) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.where,
        "description": lines(parameter.about),
        "required": parameter.required or parameter.where == "path",
        "schema": schema_of(parameter.schema),
    }
    if parameter.listed:
        made |= {"style": "form", "explode": False}
    if parameter.example is not None:
        made["example"] = parameter.example
    return made


def content_of(media: Iterable[str], schema: Schema | None, example: Any = None) -> dict[str, Any]:
    """JSON by its schema; XML in words, since JSON Schema does not describe it."""
    xml = {"type": "string", "description": "XML by the EPCIS schemas (XSD)"}
    made: dict[str, Any] = {}
    for kind in media:
        is_xml = kind.endswith("xml")
        made[kind] = {"schema": xml if is_xml else schema_of(schema or {})}
        if example is not None and not is_xml:
            made[kind]["example"] = example
    return made


def answer_object(answer: Answer, *, paged: bool) -> dict[str, Any]:
    names = [*answer.headers, *(("Link", "GS1-Next-Page-Token-Expires") if paged and answer.status == 200 else ())]
    made: dict[str, Any] = {"description": lines(answer.about)}
    shown = dict.fromkeys([*names, *VERSION_HEADERS])
    made["headers"] = {name: ref("headers", name) for name in shown}
    if answer.schema is not None:
        made["content"] = content_of(answer.media, answer.schema, answer.example)
    return made


def answer_objects(operation: Operation) -> dict[str, Any]:
    """By status; answers of one status differ by media type."""
    made: dict[str, Any] = {}
    for answer in operation.answers:
        one = answer_object(answer, paged=operation.paged)
        if str(answer.status) in made:
            made[str(answer.status)].setdefault("content", {}).update(one.get("content", {}))
        else:
            made[str(answer.status)] = one
    return made


def answers_object(operation: Operation) -> dict[str, Any]:
    """By status; of two answers with one status the later adds its media types."""
    made: dict[str, Any] = {}
    for answer in operation.answers:
        told = answer_object(answer, paged=operation.paged)
        if str(answer.status) in made:
            made[str(answer.status)]["content"] |= told["content"]
        else:
            made[str(answer.status)] = told
    return made


def body_object(body: Body) -> dict[str, Any]:
    return {
        "description": lines(body.about),
        "required": True,
        "content": content_of(body.media, body.schema, body.example),
    }


def operation_object(operation: Operation, resource: Resource) -> dict[str, Any]:
    parameters = [parameter_object(parameter) for parameter in operation.parameters]
    named = {parameter.name for parameter in (*operation.parameters, *resource.parameters)}
    if operation.paged:
        parameters += [ref("parameters", name) for name in ("perPage", "nextPageToken") if name not in named]
    if operation.filters:
        parameters += [ref("parameters", name) for name in (*PARAMETERS, "families") if name not in named]
    if operation.formed:
        parameters += [ref("parameters", name) for name in (*ASKED, *FORMING) if name not in named]
    problems = sorted({*ALWAYS, *operation.problems, *((400,) if operation.filters or operation.paged else ())})
    if operation.scope is None:
        problems = [status for status in problems if status not in (401, 403)]
    made: dict[str, Any] = {
        "operationId": operation.id,
        "summary": both(operation.summary),
        "tags": [resource.tag],
        "security": [] if operation.scope is None else [{"token": [operation.scope]}, {"session": []}],
        "responses": {
            **answer_objects(operation),
            **{str(status): ref("responses", f"Problem{status}") for status in problems},
        },
    }
    if operation.about is not None:
        made["description"] = lines(operation.about)
    if parameters:
        made["parameters"] = parameters
    if operation.body is not None:
        made["requestBody"] = body_object(operation.body)
    return made


def options_object(resource: Resource) -> dict[str, Any]:
    takes = any(operation.method == "POST" and operation.scope == "capture" for operation in resource.operations)
    names = (*ANNOUNCED, *VERSION_HEADERS, *(LIMITS if takes else ()))
    return {
        "operationId": f"options_{resource.name}",
        "summary": both(Text("Xem địa chỉ này làm được gì", "What this address can do")),
        "tags": [resource.tag],
        "security": [],
        "responses": {
            "204": {
                "description": lines(Text("Phiên bản, dạng, giới hạn", "Versions, forms, limits")),
                "headers": {name: ref("headers", name) for name in dict.fromkeys(names)},
            }
        },
    }


def path_object(described: Resource) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if described.parameters:
        made["parameters"] = [parameter_object(parameter) for parameter in described.parameters]
    made["options"] = options_object(described)
    for operation in described.operations:
        made[operation.method.lower()] = operation_object(operation, described)
    return made


def query_parameters() -> dict[str, Any]:
    """The fixed names of the standard, the families as one object whose members are parameters, and the pages."""
    made: dict[str, Any] = {}
    for name, parameter in PARAMETERS.items():
        schema = modern(parameter.schema)
        made[name] = {"name": name, "in": "query", "description": lines(parameter.description), "schema": schema}
        if schema.get("type") == "array":
            made[name] |= {"style": "form", "explode": False}
        if parameter.kind == "exists":
            made[name]["schema"] = {"type": "boolean"}
    patterns = {
        pattern_of(family.template): {"type": "string", "minLength": 1, "description": family.description.en}
        for family in FAMILIES
    }
    made["families"] = {
        "name": "families",
        "in": "query",
        "description": "Names with a field, a type or a unit in them, each a parameter of its own: "
        + ", ".join(f"`{family.template}`" for family in FAMILIES)
        + ".\n\nTham số có tên trường, loại hoặc đơn vị đo.",
        "style": "form",
        "explode": True,
        "schema": {"type": "object", "patternProperties": patterns, "additionalProperties": False},
        "example": {"EQ_ILMD_example:variety": "ST25"},
    }
    made["perPage"] = {
        "name": "perPage",
        "in": "query",
        "description": "How many at most on a page; the server may give fewer.\n\nSố mục tối đa một trang.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1, "default": 30},
    }
    made["nextPageToken"] = {
        "name": "nextPageToken",
        "in": "query",
        "description": "From the Link header of the page before; opaque.\n\nLấy từ Link của trang trước.",
        "schema": {"type": "string", "minLength": 1},
    }
    return made


def header_parameters() -> dict[str, Any]:
    return {
        name: {"name": name, "in": "header", "description": lines(HEADERS[name][0]), "schema": HEADERS[name][1]}
        for name in (*ASKED, *FORMING)
    }


def problem_responses() -> dict[str, Any]:
    made: dict[str, Any] = {}
    extra = {401: ("WWW-Authenticate",), 405: ("Allow",), 413: LIMITS, 503: ("Retry-After",)}
    for status, (about, types) in PROBLEMS.items():
        named = ", ".join(f"`epcisException:{name}`" for name in types)
        made[f"Problem{status}"] = {
            "description": f"{lines(about)}\n\n{named}",
            "content": content_of(("application/problem+json", "application/problem+xml"), "Problem"),
        }
        if status in extra:
            made[f"Problem{status}"]["headers"] = {name: ref("headers", name) for name in extra[status]}
    return made


def components() -> dict[str, Any]:
    return {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": "token of an organisation / khoá API"},
            "session": {
                "type": "apiKey",
                "in": "cookie",
                "name": settings.SESSION_COOKIE_NAME if not settings.SECURE else "__Host-session",
                "description": "a signed-in session; changes also need the CSRF token",
            },
        },
        "headers": {
            name: {"description": lines(about), "schema": schema}
            for name, (about, schema) in HEADERS.items()
            if name != "GS1-Signature"
        },
        "parameters": {**query_parameters(), **header_parameters()},
        "responses": problem_responses(),
        "schemas": schemas(),
    }


def delivery() -> dict[str, Any]:
    """What a subscription's destination gets."""
    about, schema = HEADERS["GS1-Signature"]
    return {
        "operationId": "deliver",
        "summary": both(Text("Sự kiện gửi tới địa chỉ đã đăng ký", "Events for the destination of a subscription")),
        "tags": ["subscriptions"],
        "parameters": [{"name": "GS1-Signature", "in": "header", "description": lines(about), "schema": schema}],
        "requestBody": {"content": content_of(EVENT_MEDIA, "EPCISQueryDocument")},
        "responses": {
            "2XX": {"description": lines(Text("Đã nhận", "Taken"))},
            "default": {"description": lines(Text("Sẽ gửi lại", "Sent again later"))},
        },
    }


def all_resources() -> list[Resource]:
    modules = (
        top_level,
        capture_api,
        events_api,
        named_api,
        anonymous_api,
        subscriptions_api,
        page_tokens,
        trace_api,
    )
    return [described for module in modules for described in module.RESOURCES] + RESOURCES


def document(resources: Sequence[Resource] | None = None) -> dict[str, Any]:
    """The whole document."""
    chosen = all_resources() if resources is None else resources
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lienvung EPCIS 2.0",
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/epcis/v2"}],
        "tags": [{"name": name, "description": both(text)} for name, text in TAGS.items()],
        "paths": {described.path: path_object(described) for described in chosen if described.mounted},
        "webhooks": {"events": {"post": delivery()}},
        "components": components(),
    }


@functools.cache
def text() -> str:
    """The document as it is committed and served."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def get_document(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(text(), content_type=DOCUMENT)
    for name in VERSION_HEADERS:
        answer.headers[name] = VERSIONS[name]
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


RESOURCES = [
    Resource(
        "/openapi.json",
        "openapi",
        (
            Operation(
                "GET",
                "getOpenAPI",
                Text("Tài liệu OpenAPI này", "This OpenAPI document"),
                answers=(Answer(200, Text("Tài liệu", "The document"), schema={"type": "object"}),),
                scope=None,
            ),
        ),
        tag="about",
    ),
]
openapi = resource(get=get_document)
