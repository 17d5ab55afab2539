"""How a view says what it takes and answers: the words from which the OpenAPI document is built (`openapi.py`).

Each `*_api.py` keeps a list `RESOURCES` beside its views; a test walks it against `urls.py`, so that no address is
undescribed and no description is without an address. Texts are pairs (vi, en) like everywhere.

What every address shares is added by `openapi.py` and not said again: OPTIONS and HEAD, bearer security, the version
headers, and the problems 401, 403, 405, 406, 500 and 503.

    RESOURCES = [
        Resource(
            "/capture/{captureID}",
            "job",
            parameters=(path_parameter("captureID", Text("Mã lần ghi", "The job's id")),),
            operations=(
                Operation(
                    "GET",
                    "getCaptureJob",
                    Text("Xem một lần ghi", "Read one capture job"),
                    answers=(Answer(200, Text("Lần ghi", "The job"), schema="CaptureJob"),),
                    problems=(404,),
                ),
            ),
        ),
    ]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lienvung.texts import Text

Schema = str | Mapping[str, Any]
"""The name of a schema in `openapi_schemas.py` ("CaptureJob"), or a JSON schema itself."""

JSON_MEDIA = ("application/json", "application/ld+json")
EVENT_MEDIA = (*JSON_MEDIA, "application/xml")
"""What events are read and answered as; `text/xml` means the same as `application/xml`."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One word of the address, the query or the headers."""

    name: str
    where: Literal["path", "query", "header"]
    about: Text
    schema: Schema
    required: bool = False
    example: Any = None
    listed: bool = False  # a list of values, divided by commas


@dataclass(frozen=True, kw_only=True)
class Body:
    """What is sent."""

    about: Text
    schema: Schema
    media: tuple[str, ...] = ("application/json",)
    example: Any = None


@dataclass(frozen=True)
class Answer:
    """One answer that is no problem. Of `media`, the JSON ones have `schema`; XML is described in words."""

    status: int
    about: Text
    schema: Schema | None = None
    media: tuple[str, ...] = ("application/json",)
    headers: tuple[str, ...] = ()  # names in openapi_headers.HEADERS, beyond the version headers: "Location", "Link"
    example: Any = None


@dataclass(frozen=True)
class Operation:
    """A method of an address. `scope` is what a token must allow; None needs no token."""

    method: Literal["GET", "POST", "DELETE", "PUT", "PATCH"]
    id: str  # operationId, in camelCase
    summary: Text
    answers: tuple[Answer, ...]
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    problems: tuple[int, ...] = ()  # statuses beyond 401, 403, 405, 406, 500, 503
    scope: Literal["query", "capture"] | None = "query"
    about: Text | None = None
    filters: bool = False  # takes all parameters of the standard's simple event query, fixed ones and families
    paged: bool = False  # takes perPage and nextPageToken, answers a Link
    formed: bool = False  # takes the headers that choose a form of events: GS1-EPC-Format and the like


@dataclass(frozen=True)
class Resource:
    """An address: its path below /epcis/v2 as in the document ("/events/{eventID}") and its name in `urls.py`.
    An address outside that mount says its whole path and `mounted=False`."""

    path: str
    name: str
    operations: tuple[Operation, ...]
    parameters: tuple[Parameter, ...] = ()  # of all operations: those of the path
    tag: str = "events"  # capture, events, collections, queries, subscriptions, trace, resolver
    mounted: bool = True


def path_parameter(name: str, about: Text, *, schema: Schema | None = None, example: Any = None) -> Parameter:
    """A word of the path; percent-encoded as one segment, so that a URI goes in whole."""
    wanted = {"type": "string", "minLength": 1} if schema is None else schema
    return Parameter(name=name, where="path", about=about, schema=wanted, required=True, example=example)
