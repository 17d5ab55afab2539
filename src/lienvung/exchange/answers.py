"""How the EPCIS REST binding answers: headers, problems (RFC 7807 with the standard's names), query documents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lienvung import __version__
from lienvung.epcis import DEFAULT_CONTEXT
from lienvung.errors import Conflict, ManyInvalid, NotAllowed, NotFound, Problem, TooLarge
from lienvung.ledger.events import StoredEvent
from lienvung.ledger.query import QueryProblem
from lienvung.ledger.reading import marks, rows

VERSIONS = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-EPCIS-Min": "2.0.0",
    "GS1-EPCIS-Max": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "GS1-CBV-Min": "2.0.0",
    "GS1-CBV-Max": "2.0.0",
    "GS1-EPC-Format": "Never_Translates",
    "GS1-CBV-XML-Format": "Never_Translates",
    "GS1-Vendor-Version": f"lienvung/{__version__}",
    "GS1-Extensions": "",
}
TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Already there",
    411: "Length required",
    413: "Too large",
    415: "Unsupported media type",
    500: "The server failed",
    503: "Try again later",
}


class ApiProblem(Problem):
    """A fault of the request itself, with the standard's name for it."""

    def __init__(self, status: int, exception: str, *, vi: str, en: str) -> None:
        super().__init__(f"epcis.{exception}", vi=vi, en=en)
        self.status = status
        self.exception = exception


def limits() -> dict[str, str]:
    """What a capture may hold, as announced by OPTIONS and repeated by 413."""
    return {
        "GS1-EPCIS-Capture-Limit": str(settings.CAPTURE_EVENT_LIMIT),
        "GS1-EPCIS-Capture-File-Size-Limit": str(settings.CAPTURE_FILE_SIZE_LIMIT),
        "GS1-Capture-Error-Behaviour": "rollback",
    }


def exception_of(problem: Problem) -> str:
    """The name that EPCIS 2.0 (section 12.7) has for a problem."""
    if isinstance(problem, ApiProblem | QueryProblem):
        return problem.exception
    if isinstance(problem, TooLarge):
        return "CaptureLimitExceededException"
    if isinstance(problem, Conflict):
        return "ResourceAlreadyExistsException"
    if isinstance(problem, NotFound):
        return "NoSuchResourceException"
    if isinstance(problem, NotAllowed):
        return "SecurityException"
    return "ValidationException"


def problem_answer(problem: Problem) -> HttpResponse:
    """RFC 7807; `errors` has every fault with its JSON Pointer."""
    faults = problem.faults if isinstance(problem, ManyInvalid) else (problem,)
    exception = exception_of(problem)
    body = {
        "type": f"epcisException:{exception}",
        "title": TITLES.get(problem.status, "Problem"),
        "status": problem.status,
        "detail": problem.en if len(faults) == 1 else f"{len(faults)} faults",
        "detail_vi": problem.vi if len(faults) == 1 else f"{len(faults)} lỗi",
        "errors": [
            {
                "type": f"epcisException:{exception}",
                "code": fault.code,
                "path": fault.path,
                "detail": fault.en,
                "detail_vi": fault.vi,
            }
            for fault in faults
        ],
    }
    answer = json_answer(body, status=problem.status, content_type="application/problem+json")
    if problem.status == 413:
        set_headers(answer, limits())
    if problem.status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="lienvung"'
    if problem.status == 503:
        answer["Retry-After"] = "5"
    return answer


def json_answer(body: Any, *, status: int = 200, content_type: str = "application/json") -> HttpResponse:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    answer = HttpResponse(text, status=status, content_type=f"{content_type}; charset=utf-8")
    set_headers(answer, {name: value for name, value in VERSIONS.items() if value})
    answer["Cache-Control"] = "no-store"
    return answer


def set_headers(answer: HttpResponse, headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        answer.headers[name] = value


def options_answer(methods: Sequence[str], *, capture: bool) -> HttpResponse:
    """What the resource can do (EPCIS 2.0 section 12.5)."""
    answer = HttpResponse(status=204)
    set_headers(answer, VERSIONS)
    answer["Allow"] = ", ".join(methods)
    if capture:
        set_headers(answer, limits())
    return answer


def check_accept(request: HttpRequest) -> None:
    """We answer JSON and JSON-LD only (XML has its own issue)."""
    header = request.headers.get("Accept", "").strip()
    if not header:
        return
    for part in header.split(","):
        media, *settings_of = (piece.strip().lower() for piece in part.split(";"))
        if media in {"*/*", "application/*", "application/json", "application/ld+json", "application/problem+json"}:
            quality = next((word[2:] for word in settings_of if word.startswith("q=")), "1")
            if quality.strip("0.") != "":
                return
    raise ApiProblem(
        406,
        "NotAcceptableException",
        vi="Chỉ trả lời được application/json hoặc application/ld+json",
        en="only application/json or application/ld+json can be answered",
    )


def check_content_type(request: HttpRequest) -> None:
    """JSON in UTF-8 (RFC 8259 section 8.1)."""
    charset = (request.content_params or {}).get("charset", "utf-8").lower().strip('"')
    if request.content_type not in {"application/json", "application/ld+json"} or charset not in {"utf-8", "utf8"}:
        raise ApiProblem(
            415,
            "UnsupportedMediaTypeException",
            vi="Hãy gửi application/json hoặc application/ld+json, mã UTF-8",
            en="send application/json or application/ld+json in UTF-8",
        )


def query_document(events: Sequence[StoredEvent], *, name: str = "SimpleEventQuery") -> dict[str, Any]:
    """An EPCISQueryDocument (EPCIS 2.0 section 10.2), with the JSON-LD contexts that its events came with."""
    contexts = contexts_of([event.rid for event in events])
    merged, prefixes = merge(list(contexts.values()))
    listed = []
    for event in events:
        body = event.as_dict()
        own = contexts.get(event.rid)
        if own is not None and "@context" not in body and clashes(own, prefixes):
            body = {"@context": own, **body}
        listed.append(body)
    return {
        "@context": merged,
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "epcisBody": {"queryResults": {"queryName": name, "resultsBody": {"eventList": listed}}},
    }


def contexts_of(rids: Sequence[int]) -> dict[int, Any]:
    """The JSON-LD context of the document of each event."""
    if not rids:
        return {}
    found = rows(
        "SELECT e.rid, x.json FROM ledger_event e JOIN ledger_document d ON d.id = e.doc "
        f"JOIN ledger_context x ON x.id = d.context_id WHERE e.rid IN {marks(rids)}",
        rids,
    )
    known: dict[str, Any] = {}
    return {rid: known.setdefault(text, json.loads(text)) for rid, text in found}


def parts(context: Any) -> list[Any]:
    return context if isinstance(context, list) else [context]


def merge(contexts: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
    """One context for all, first come first served, and the prefixes in it."""
    merged: list[Any] = parts(DEFAULT_CONTEXT)[:]
    prefixes: dict[str, Any] = {}
    for part in (part for context in contexts for part in parts(context)):
        if isinstance(part, Mapping):
            prefixes.update({name: value for name, value in part.items() if name not in prefixes})
        elif part not in merged:
            merged.append(part)
    return [*merged, *({name: value} for name, value in prefixes.items())], prefixes


def clashes(context: Any, prefixes: Mapping[str, Any]) -> bool:
    """Whether a context gives a prefix another meaning than the merged one."""
    return any(
        prefixes.get(name) != value
        for part in parts(context)
        if isinstance(part, Mapping)
        for name, value in part.items()
    )
