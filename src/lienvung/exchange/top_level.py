"""The top of the binding and its collections: which event types, things, steps, places and dispositions occur, and
the events of each (EPCIS 2.0 section 12.7).

    /                       what there is
    /bizSteps               the steps that occur in the events which the asker may see
    /bizSteps/{bizStep}     what there is about one: `events`
    /bizSteps/{…}/events    its events; the query parameters of /events but the one that is fixed by the address

A value may be written in every form that a query takes: bare word, CBV URI or URN, any form of an identifier, or
with a prefix that the request's GS1-Extensions explains. A word of the standard always is there, though nothing may
have been recorded of it; anything else that the asker can see nothing of is not found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest, HttpResponse

from lienvung.epcis.kinds import EVENT_TYPES
from lienvung.epcis.translate import EpcFormat, translate_identifier
from lienvung.epcis.vocabulary import BIZ_STEP, DISPOSITION, Vocabulary
from lienvung.errors import NotFound
from lienvung.exchange.answers import AnswerForm, collection_answer, events_answer, form_of
from lienvung.exchange.described import EVENT_MEDIA, Answer, Operation, Resource, path_parameter
from lienvung.exchange.events_api import QUERY_DOCUMENT, page_of
from lienvung.exchange.page_tokens import EVENT_TYPES_SALT, page_token_of
from lienvung.exchange.prefixes import known_prefixes
from lienvung.exchange.resource import (
    Asker,
    View,
    asker_of,
    parameters_of,
    per_page_of,
    resource,
    with_next,
)
from lienvung.ledger.collections import vocabulary_page
from lienvung.ledger.query import PER_PAGE_MOST, QueryProblem, QueryTooComplex, refuse, run_query
from lienvung.texts import Text

TOP = ("capture", "events", "eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions", "queries")
STANDARD_TYPES = tuple(EVENT_TYPES)
EPCIS = "https://ref.gs1.org/epcis/"


@dataclass(frozen=True)
class Collection:
    """One of the collections; `fixed` is the query parameter that its address stands for."""

    kind: str
    one: str  # the word in the path, as in the OpenAPI document
    name: str  # of a value's address in urls.py
    fixed: str
    about: Text
    words: Vocabulary | None = None

    def is_standard(self, value: str) -> bool:
        """Whether the value is one of the standard's own words."""
        if self.kind == "eventTypes":
            return value in STANDARD_TYPES
        return self.words is not None and self.words.has(self.words.bare(value))


COLLECTIONS = (
    Collection("eventTypes", "eventType", "event_type", "eventType", Text("Loại sự kiện", "Event types")),
    Collection("epcs", "epc", "epc", "MATCH_anyEPC", Text("Mã vật phẩm và lô", "Identifiers of things and lots")),
    Collection("bizSteps", "bizStep", "biz_step", "EQ_bizStep", Text("Bước nghiệp vụ", "Business steps"), BIZ_STEP),
    Collection(
        "bizLocations", "bizLocation", "biz_location", "EQ_bizLocation", Text("Nơi ở sau đó", "Business locations")
    ),
    Collection("readPoints", "readPoint", "read_point", "EQ_readPoint", Text("Nơi ghi nhận", "Read points")),
    Collection(
        "dispositions",
        "disposition",
        "disposition",
        "EQ_disposition",
        Text("Trạng thái", "Dispositions"),
        DISPOSITION,
    ),
)


def get_top(request: HttpRequest) -> HttpResponse:
    asker_of(request, "query")
    return collection_answer(request, TOP, extensions={})


def _meant(collection: Collection, value: str, form: AnswerForm) -> str:
    """A value of the address, with a prefix of the request written out."""
    if collection.kind == "eventTypes":
        value = next((name for name in STANDARD_TYPES if value in (f"epcis:{name}", EPCIS + name)), value)
    prefix, colon, rest = value.partition(":")
    if colon and prefix in form.extensions and not rest.startswith("//"):
        return form.extensions[prefix] + rest
    return value


def _list(collection: Collection) -> View:
    def view(request: HttpRequest) -> HttpResponse:
        asker = asker_of(request, "query")
        form = form_of(request)
        if collection.kind == "eventTypes":
            values, following = _event_types(request, asker)
        else:
            page = vocabulary_page(
                collection.kind,
                seen_by=asker.visible(),
                per_page=per_page_of(request),
                token=page_token_of(request),
            )
            values, following = page.values, page.next_token
        if collection.words is None and collection.kind != "eventTypes":
            values = _spelled(values, form)
        return with_next(request, collection_answer(request, values, extensions=form.extensions), following)

    view.__name__ = f"get_{collection.kind}"
    return view


def _spelled(values: Sequence[str], form: AnswerForm) -> list[str]:
    """Identifiers as the asker wants them; all that are not asked for as URN stay the Digital Links they are."""
    if form.epcs is not EpcFormat.URN:
        return list(values)
    known = known_prefixes()
    return list(dict.fromkeys(translate_identifier(value, form.epcs, known) for value in values))


def _event_types(request: HttpRequest, asker: Asker) -> tuple[list[str], str | None]:
    """The standard's types, whether or not they occur, and then those of users that do."""
    token, size = page_token_of(request), min(per_page_of(request), PER_PAGE_MOST)
    try:
        start = signing.loads(token, salt=EVENT_TYPES_SALT) if token is not None else 0
    except (signing.BadSignature, ValueError, TypeError):
        raise refuse("nextPageToken", "mã trang sai", "the token is wrong") from None
    occurring = vocabulary_page("eventTypes", seen_by=asker.visible(), per_page=PER_PAGE_MOST).values
    values = list(dict.fromkeys([*STANDARD_TYPES, *occurring]))
    more = len(values) > start + size
    return values[start : start + size], signing.dumps(start + size, salt=EVENT_TYPES_SALT) if more else None


def _occurs(collection: Collection, value: str, asker: Asker, form: AnswerForm) -> bool:
    if collection.is_standard(value):
        return True
    naming, parameters = (value, {}) if collection.kind == "epcs" else (None, {collection.fixed: [value]})
    try:
        found = run_query(parameters, seen_by=asker.visible(), per_page=1, naming=naming, prefixes=form.extensions)
    except QueryTooComplex:
        raise
    except QueryProblem:  # what is no identifier, or no event type, is of no event
        return False
    return bool(found.events)


def _not_there(collection: Collection, value: str) -> NotFound:
    return NotFound(
        "epcis.no_such_value",
        vi=f"Không có {value} trong /{collection.kind}",
        en=f"there is no {value} in /{collection.kind}",
        path=collection.one,
    )


def _one(collection: Collection) -> View:
    def view(request: HttpRequest, value: str) -> HttpResponse:
        asker = asker_of(request, "query")
        form = form_of(request)
        if not _occurs(collection, _meant(collection, value, form), asker, form):
            raise _not_there(collection, value)
        return collection_answer(request, ["events"], extensions={})

    view.__name__ = f"get_{collection.name}"
    return view


def _events(collection: Collection) -> View:
    def view(request: HttpRequest, value: str) -> HttpResponse:
        asker = asker_of(request, "query")
        form = form_of(request)
        parameters = parameters_of(request)
        if collection.fixed in parameters:
            raise refuse(collection.fixed, "đã có trong địa chỉ", "the address says it already")
        meant = _meant(collection, value, form)
        naming = meant if collection.kind == "epcs" else None
        fixed = {} if naming else {collection.fixed: [meant]}
        try:
            page = page_of(request, asker, form, {**parameters, **fixed}, naming=naming)
        except QueryProblem as problem:
            if problem.path in {collection.fixed, collection.one} and not isinstance(problem, QueryTooComplex):
                raise _not_there(collection, value) from problem
            raise
        if not page.events and not _occurs(collection, meant, asker, form):
            raise _not_there(collection, value)
        return with_next(request, events_answer(request, page.events, form=form), page.next_token)

    view.__name__ = f"get_events_of_{collection.name}"
    return view


top = resource(get=get_top)
LISTS = {collection.kind: resource(get=_list(collection)) for collection in COLLECTIONS}
ONES = {collection.kind: resource(get=_one(collection)) for collection in COLLECTIONS}
EVENTS = {collection.kind: resource(get=_events(collection)) for collection in COLLECTIONS}


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _described(collection: Collection) -> list[Resource]:
    """The three addresses of a collection, in words."""
    vi, en = collection.about.vi, collection.about.en
    listed = Answer(200, collection.about, "Collection", EVENT_MEDIA)
    value = path_parameter(
        collection.one,
        Text(f"{vi}: từ hay URI, mã hoá phần trăm", f"{en}: a word or URI, percent-encoded"),
    )
    return [
        Resource(
            f"/{collection.kind}",
            collection.kind,
            operations=(
                Operation(
                    "GET",
                    f"get{_capital(collection.kind)}",
                    Text(f"{vi} có trong sổ", f"{en} that occur"),
                    answers=(listed,),
                    problems=(400,),
                    paged=True,
                ),
            ),
            tag="collections",
        ),
        Resource(
            f"/{collection.kind}/{{{collection.one}}}",
            collection.name,
            parameters=(value,),
            operations=(
                Operation(
                    "GET",
                    f"get{_capital(collection.one)}",
                    Text("Có gì dưới địa chỉ này", "What there is about it"),
                    answers=(listed,),
                    problems=(400, 404),
                ),
            ),
            tag="collections",
        ),
        Resource(
            f"/{collection.kind}/{{{collection.one}}}/events",
            f"events_of_{collection.name}",
            parameters=(value,),
            operations=(
                Operation(
                    "GET",
                    f"getEventsOf{_capital(collection.one)}",
                    Text("Sự kiện của giá trị này", "Its events"),
                    answers=(QUERY_DOCUMENT,),
                    problems=(400, 404, 413, 414),
                    filters=True,
                    paged=True,
                    formed=True,
                ),
            ),
            tag="collections",
        ),
    ]


RESOURCES = [
    Resource(
        "/",
        "top",
        operations=(
            Operation(
                "GET",
                "getTopLevelResources",
                Text("Có những địa chỉ nào", "What there is"),
                answers=(Answer(200, Text("Các địa chỉ", "The addresses"), "Collection", EVENT_MEDIA),),
            ),
        ),
        tag="collections",
    ),
    *(resource_ for collection in COLLECTIONS for resource_ in _described(collection)),
]
