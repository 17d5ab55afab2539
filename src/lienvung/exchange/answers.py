"""How the EPCIS REST binding answers: query documents, collections, pages, and what OPTIONS tells.

render_events(events, form) -> (bytes, content type)     for any receiver, also one who is called
events_answer(request, events, …) -> HttpResponse        for who asked just now
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from lienvung.epcis import DEFAULT_CONTEXT, encode_json, share_context
from lienvung.epcis.translate import EpcFormat, Translator, WordForm, WordFormat
from lienvung.epcis.xml_write import write_xml
from lienvung.epcis.xml_write_event import sayable
from lienvung.exchange.headers import VERSIONS, extensions_text, limits
from lienvung.exchange.negotiation import EVENT_MEDIA, AnswerForm, form_of, media_of
from lienvung.exchange.prefixes import known_prefixes
from lienvung.exchange.problems import (
    ApiProblem,
    ProblemAnswer,
    exception_of,
    problem_answer,
    problem_body,
    xml_text,
)
from lienvung.ledger.events import StoredEvent
from lienvung.ledger.reading import marks, rows

__all__ = [
    "AnswerForm",
    "ApiProblem",
    "ProblemAnswer",
    "collection_answer",
    "events_answer",
    "exception_of",
    "form_of",
    "json_answer",
    "limits",
    "one_event_answer",
    "options_answer",
    "problem_answer",
    "problem_body",
    "query_document",
    "render_events",
    "set_headers",
]


LEFT_OUT = "Lienvung-Events-Left-Out"


def json_answer(body: Any, *, status: int = 200, content_type: str = "application/json") -> HttpResponse:
    return plain_answer(encode_json(body), status=status, content_type=f"{content_type}; charset=utf-8")


def plain_answer(data: bytes, *, status: int = 200, content_type: str) -> HttpResponse:
    """An answer with the headers that all answers have."""
    answer = HttpResponse(data, status=status, content_type=content_type)
    set_headers(answer, VERSIONS)
    answer["Cache-Control"] = "no-store"
    return answer


def set_headers(answer: HttpResponse, headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        answer.headers[name] = value


def options_answer(methods: Sequence[str], *, capture: bool) -> HttpResponse:
    """What the resource can do (EPCIS 2.0 section 12.5)."""
    answer = HttpResponse(status=204)
    del answer["Content-Type"]
    set_headers(answer, VERSIONS)
    answer["Allow"] = ", ".join(methods)
    if capture:
        set_headers(answer, limits())
    return answer


def events_answer(
    request: HttpRequest,
    events: Sequence[StoredEvent],
    *,
    query_name: str = "SimpleEventQuery",
    form: AnswerForm | None = None,
) -> HttpResponse:
    """Events as the asker wants them, with the headers that say how they are written."""
    form = form or form_of(request)
    data, content_type = render_events(events, form, query_name=query_name)
    answer = plain_answer(data, content_type=content_type)
    set_headers(answer, form_headers(form))
    used = prefixes_of(contexts_of([event.rid for event in events]).values())
    answer["GS1-Extensions"] = extensions_text(used)
    unsaid = left_out(events, form)
    if unsaid:
        answer[LEFT_OUT] = str(unsaid)
    return answer


def left_out(events: Iterable[StoredEvent], form: AnswerForm) -> int:
    """How many of these events XML cannot say in this version; a list of events goes without them."""
    if form.media != "xml":
        return 0
    return sum(not sayable(event.as_dict(), form.epcis_version) for event in events)


def one_event_answer(request: HttpRequest, event: StoredEvent, form: AnswerForm) -> HttpResponse:
    """An event that was just stored: bare in JSON; XML has no document for a bare event, there it is a query's."""
    if form.media == "xml":
        answer = events_answer(request, [event], form=form)
        answer.status_code = 201
        return answer
    contexts = contexts_of([event.rid])
    context = contexts.get(event.rid, DEFAULT_CONTEXT)
    [body] = said([event], contexts, form)
    if "@context" not in body:
        body = {"@context": context, **body}
    answer = json_answer(body, status=201, content_type=form.content_type)
    set_headers(answer, form_headers(form))
    return answer


def form_headers(form: AnswerForm) -> dict[str, str]:
    """What the headers of an answer, or of a call to a subscriber, say of its form."""
    version = f"{form.epcis_version}.0"
    found = {"GS1-EPCIS-Version": version, "GS1-CBV-Version": version, "GS1-EPC-Format": form.epcs.value}
    if form.media == "xml":
        found["GS1-CBV-XML-Format"] = form.words.value
    return found


def render_events(
    events: Sequence[StoredEvent],
    form: AnswerForm,
    *,
    query_name: str = "SimpleEventQuery",
    subscription_id: str | None = None,
) -> tuple[bytes, str]:
    """An EPCISQueryDocument in the wanted form, and its Content-Type."""
    if form.media == "xml":
        return _events_xml(events, form, query_name, subscription_id), f"{form.content_type}; charset=utf-8"
    document = query_document(events, name=query_name, subscription_id=subscription_id, form=form)
    return encode_json(document), f"{form.content_type}; charset=utf-8"


def _events_xml(events: Sequence[StoredEvent], form: AnswerForm, query_name: str, subscription_id: str | None) -> bytes:
    contexts = contexts_of([event.rid for event in events])
    bodies = said(events, contexts, form, words=WordFormat.NEVER)
    return write_xml(
        [(body, contexts.get(event.rid, DEFAULT_CONTEXT)) for event, body in zip(events, bodies)],
        version="1.2" if form.epcis_version == "1.2" else "2.0",
        query_name=query_name,
        subscription_id=subscription_id,
        created=now_text(),
        words=form.words,
    )


def said(
    events: Sequence[StoredEvent], contexts: Mapping[int, Any], form: AnswerForm, *, words: WordForm = "bare"
) -> list[dict[str, Any]]:
    """The events in the asker's spelling of identifiers and words."""
    translator = Translator(epcs=form.epcs, words=words)
    if form.epcs is EpcFormat.URN:
        translator.prefix_length = known_prefixes()
    return [translator.event(event.as_dict(), contexts.get(event.rid, DEFAULT_CONTEXT)) for event in events]


def query_document(
    events: Sequence[StoredEvent],
    *,
    name: str = "SimpleEventQuery",
    subscription_id: str | None = None,
    form: AnswerForm | None = None,
) -> dict[str, Any]:
    """An EPCISQueryDocument (EPCIS 2.0 section 10.2), with the JSON-LD contexts that its events came with."""
    contexts = contexts_of([event.rid for event in events])
    bodies = said(events, contexts, form or AnswerForm())
    merged, written = share_context(
        [(body, contexts.get(event.rid, DEFAULT_CONTEXT)) for event, body in zip(events, bodies)], DEFAULT_CONTEXT
    )
    listed = [msgspec.Raw(body) for body in written]
    results: dict[str, Any] = {"queryName": name, "resultsBody": {"eventList": listed}}
    if subscription_id is not None:
        results = {"subscriptionID": subscription_id, **results}
    return {
        "@context": merged,
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": now_text(),
        "epcisBody": {"queryResults": results},
    }


def now_text() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def collection_answer(request: HttpRequest, members: Sequence[str], *, extensions: Mapping[str, str]) -> HttpResponse:
    """A list of resources or values as Collection; values in a namespace that the asker has a prefix for are short."""
    used: dict[str, str] = {}
    listed = []
    for member in members:
        found = next(((p, uri) for p, uri in extensions.items() if member.startswith(uri) and member != uri), None)
        if found is not None:
            used[found[0]] = found[1]
            member = f"{found[0]}:{member[len(found[1]) :]}"
        listed.append(member)
    media = media_of(request, EVENT_MEDIA)
    if media.endswith("xml"):
        answer = plain_answer(_collection_xml(listed, used), content_type=f"{media}; charset=utf-8")
    else:
        context = [*parts(DEFAULT_CONTEXT), *([used] if used else [])]
        answer = json_answer({"@context": context, "type": "Collection", "member": listed}, content_type=media)
    answer["GS1-Extensions"] = extensions_text(used)
    return answer


def _collection_xml(members: Sequence[str], prefixes: Mapping[str, str]) -> bytes:
    spaces = "".join(f' xmlns:{prefix}="{xml_text(uri)}"' for prefix, uri in prefixes.items())
    inner = "".join(f"<member>{xml_text(member)}</member>" for member in members)
    head = "<?xml version='1.0' encoding='UTF-8'?>\n"
    space = 'xmlns:epcis="urn:epcglobal:epcis:xsd:2"'
    return f"{head}<epcis:Collection {space}{spaces}>{inner}</epcis:Collection>\n".encode()


def contexts_of(rids: Sequence[int]) -> dict[int, Any]:
    """The JSON-LD context of the document of each event."""
    known: dict[str, Any] = {}
    found: dict[int, Any] = {}
    for start in range(0, len(rids), 500):
        part = rids[start : start + 500]
        for rid, text in rows(
            "SELECT e.rid, x.json FROM ledger_event e JOIN ledger_document d ON d.id = e.doc "
            f"JOIN ledger_context x ON x.id = d.context_id WHERE e.rid IN {marks(part)}",
            part,
        ):
            if text not in known:
                known[text] = json.loads(text)
            found[rid] = known[text]
    return found


def parts(context: Any) -> list[Any]:
    return context if isinstance(context, list) else [context]


def prefixes_of(contexts: Iterable[Any]) -> dict[str, str]:
    """Prefix -> namespace of the extensions in these contexts, first come first served."""
    prefixes: dict[str, str] = {}
    for part in (part for context in contexts for part in parts(context) if isinstance(part, Mapping)):
        for name, uri in part.items():
            if isinstance(uri, str) and not name.startswith("@"):
                prefixes.setdefault(name, uri)
    return prefixes
