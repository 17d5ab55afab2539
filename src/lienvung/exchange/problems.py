"""Problems as the EPCIS REST binding tells them: RFC 7807 with the standard's own names, in JSON or in XML.

`problem_answer` gives the JSON form at once; the resource turns it into XML at the door where the asker
reads XML only (`ProblemAnswer.as_xml`), so that no view has to know who asks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.http import HttpResponse

from lienvung.errors import Conflict, NotAllowed, NotFound, Problem, TooLarge
from lienvung.exchange.headers import VERSIONS, limits
from lienvung.ledger.query import QueryProblem

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
    414: "URI too long",
    415: "Unsupported media type",
    500: "The server failed",
    501: "Not implemented",
    503: "Try again later",
}
SPACE = "urn:epcglobal:epcis:xsd:2"
OWN_SPACE = "https://lienvung.vn/ns/"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RFC7807 = ("type", "title", "status", "detail", "instance")  # in the order of the standard's schema


class ApiProblem(Problem):
    """A fault of the request itself, with the standard's name for it."""

    def __init__(self, status: int, exception: str, *, vi: str, en: str, path: str = "") -> None:
        super().__init__(f"epcis.{exception}", vi=vi, en=en, path=path)
        self.status = status
        self.exception = exception


class ProblemAnswer(HttpResponse):
    """A problem, with what it says kept beside its JSON text."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        super().__init__(text, status=body["status"], content_type="application/problem+json; charset=utf-8")
        self.body = body

    def as_xml(self) -> None:
        """Say the same as EPCISException (EPCglobal-epcis-2_0.xsd)."""
        self.content = problem_xml(self.body)
        self.headers["Content-Type"] = "application/problem+xml; charset=utf-8"


def exception_of(problem: Problem) -> str:
    """The name that EPCIS 2.0 (section 12.7) has for a problem."""
    if isinstance(problem, ApiProblem | QueryProblem):
        return problem.exception
    if named := getattr(problem, "exception", None):
        return str(named)
    if isinstance(problem, TooLarge):
        return "CaptureLimitExceededException"
    if isinstance(problem, Conflict):
        return "ResourceAlreadyExistsException"
    if isinstance(problem, NotFound):
        return "NoSuchResourceException"
    if isinstance(problem, NotAllowed):
        return "SecurityException"
    return "ValidationException"


def problem_body(problem: Problem) -> dict[str, Any]:
    """RFC 7807; `errors` has every fault with its place: JSON Pointer, XPath, or the name of a parameter or header."""
    faults: Sequence[Problem] = getattr(problem, "faults", None) or (problem,)
    exception = exception_of(problem)
    many = len(faults) > 1
    return {
        "type": f"epcisException:{exception}",
        "title": TITLES.get(problem.status, "Problem"),
        "status": problem.status,
        "detail": f"{len(faults)} faults" if many else problem.en,
        "detail_vi": f"{len(faults)} lỗi" if many else problem.vi,
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


def problem_answer(problem: Problem) -> HttpResponse:
    answer = ProblemAnswer(problem_body(problem))
    for name, value in VERSIONS.items():
        if value:
            answer.headers[name] = value
    answer.headers["Cache-Control"] = "no-store"
    if problem.status == 413:
        for name, value in limits().items():
            answer.headers[name] = value
    if problem.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="lienvung"'
    if problem.status == 503:
        answer.headers["Retry-After"] = "5"
    return answer


def xml_text(value: object) -> str:
    """A value as the text of an XML element; what XML cannot hold becomes U+FFFD."""
    return escape(_NOT_XML.sub("\ufffd", str(value)))


def problem_xml(body: Mapping[str, Any]) -> bytes:
    """EPCISException of the standard's schema; each fault in our own namespace after it, where the schema has room."""
    parts = [
        "<?xml version='1.0' encoding='UTF-8'?>\n",
        f"<epcis:EPCISException xmlns:epcis={quoteattr(SPACE)} xmlns:lv={quoteattr(OWN_SPACE)}>",
    ]
    parts += [f"<{name}>{xml_text(body[name])}</{name}>" for name in _RFC7807 if body.get(name) is not None]
    if body.get("detail_vi"):
        parts.append(f'<lv:detail xml:lang="vi">{xml_text(body["detail_vi"])}</lv:detail>')
    for fault in body.get("errors", ()):
        inner = "".join(
            f"<lv:{name}>{xml_text(fault[key])}</lv:{name}>"
            for name, key in (("type", "type"), ("code", "code"), ("path", "path"), ("detail", "detail"))
            if fault.get(key)
        )
        parts.append(f'<lv:error>{inner}<lv:detail xml:lang="vi">{xml_text(fault.get("detail_vi", ""))}</lv:detail>')
        parts.append("</lv:error>")
    parts.append("</epcis:EPCISException>\n")
    return "".join(parts).encode()
