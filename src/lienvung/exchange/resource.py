"""What every address of the binding shares: who asks, methods, problems, bodies within limits, pages.

Who asks: `Authorization: Bearer <token of an organisation>`, or a signed-in
session with its CSRF token. Every answer but OPTIONS needs one of them.
"""

from __future__ import annotations

import functools
import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_plus, urlencode

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path
from django.views.decorators.csrf import csrf_exempt

from lienvung.epcis.query_names import kind_of
from lienvung.errors import NotAllowed, NotFound, Problem, TooLarge
from lienvung.exchange.answers import options_answer
from lienvung.exchange.headers import VARIES_BY, check_headers
from lienvung.exchange.negotiation import EVENT_MEDIA, media_of, problem_media
from lienvung.exchange.problems import ApiProblem, ProblemAnswer, problem_answer
from lienvung.ledger.access import Visible, visible_to_account, visible_to_organisations
from lienvung.ledger.events import iso
from lienvung.ledger.query import PER_PAGE, TOKEN_AGE_S, refuse
from lienvung.people.access import organisation_of_token, recording_organisations
from lienvung.people.rules import SCOPES

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]
LONGEST_ADDRESS = 16 * 1024
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SERIALISED = re.compile(r"^urn:epc:|/(?:10|21|22|235|253|254|255|401|402|800[346]|801[0378])/", re.IGNORECASE)


@dataclass(frozen=True)
class Asker:
    """Who asks, and for which organisations."""

    organisations: tuple[str, ...]
    visible: Callable[[], Visible]

    @property
    def submitter(self) -> str:
        """The organisation in whose name events are sent."""
        if len(self.organisations) != 1:
            raise NotAllowed(
                "ledger.no_one_organisation",
                vi="Tài khoản phải thuộc đúng một tổ chức được ghi sổ; nếu không hãy dùng khoá API của tổ chức",
                en="the account must record for exactly one organisation; otherwise use a token of the organisation",
            )
        return self.organisations[0]


def _protected(request: HttpRequest) -> HttpResponse:
    """Stands for a view that is not exempt from the check."""
    return HttpResponse()


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def asker_of(request: HttpRequest, scope: str) -> Asker:
    """Raises ApiProblem 401 where nobody known asks, NotAllowed where the token may not do this."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and token.strip():
        organisation = organisation_of_token(token.strip(), scope=scope)
        if organisation is None:
            raise _may_not(scope) if _is_live(token.strip()) else _not_authenticated()
        return Asker((str(organisation.pk),), lambda: visible_to_organisations([organisation]))
    account = getattr(request, "user", None)
    if account is None or not account.is_authenticated:
        raise _not_authenticated()
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        check = _CsrfCheck(_protected)
        check.process_request(request)
        if check.process_view(request, _protected, (), {}):
            raise NotAllowed("ledger.csrf", vi="Thiếu mã chống giả mạo biểu mẫu (CSRF)", en="the CSRF token is missing")
    own = tuple(str(pk) for pk in recording_organisations(account).values_list("pk", flat=True))
    return Asker(own, lambda: visible_to_account(account))


def _is_live(token: str) -> bool:
    """Whether the token is one of ours, whatever it allows."""
    return any(organisation_of_token(token, scope=scope) is not None for scope in sorted(SCOPES))


def _may_not(scope: str) -> NotAllowed:
    return NotAllowed(
        "epcis.insufficient_scope",
        vi=f"Khoá API này không có quyền {scope}",
        en=f"this token does not allow {scope}",
    )


def _not_authenticated() -> ApiProblem:
    return ApiProblem(
        401,
        "SecurityException",
        vi="Cần khoá API còn hiệu lực của tổ chức (Authorization: Bearer …) hoặc đăng nhập",
        en="a live token of an organisation (Authorization: Bearer …) or a signed-in session is needed",
    )


def resource(*, offers: Sequence[str] = EVENT_MEDIA, capture: bool = False, **views: View) -> View:
    """The view of an address: `get=`, `post=`, `delete=`; HEAD, OPTIONS and every problem are answered here.

    `offers`: the media types of its answers; who accepts none of them is told so before anything is done.
    `capture`: OPTIONS tells the limits of a capture too.
    """
    methods = ["OPTIONS"] + [name.upper() for name in views] + ["HEAD"] * ("get" in views)

    @csrf_exempt
    @functools.wraps(next(iter(views.values())))
    def view(request: HttpRequest, **place: str) -> HttpResponse:
        if request.method == "OPTIONS":
            return options_answer(methods, capture=capture)
        # the server leaves out the body of an answer to HEAD
        chosen = views.get("get" if request.method == "HEAD" else (request.method or "").lower())
        if chosen is None:
            answer = problem_answer(
                ApiProblem(405, "ImplementationException", vi="Không dùng được cách này", en="no such method here")
            )
            answer["Allow"] = ", ".join(methods)
        else:
            answer = _answered(request, chosen, offers if request.method != "DELETE" else (), place)
        return finish(request, answer)

    return view


def _answered(request: HttpRequest, view: View, offers: Sequence[str], place: dict[str, str]) -> HttpResponse:
    """The view's answer, or the problem that it ran into."""
    try:
        check_address(request)
        check_headers(request)
        if offers:
            media_of(request, offers)
        return view(request, **place)
    except Problem as problem:
        return problem_answer(problem)
    except DatabaseError as fault:
        return problem_answer(_database_problem(fault))
    except Exception as fault:  # a fault of ours: the asker gets a problem in his format, the log gets the rest
        log.exception("%s %s failed", request.method, request.path, exc_info=fault)
        return problem_answer(
            ApiProblem(
                500,
                "ImplementationException",
                vi="Máy chủ gặp lỗi; đã ghi vào nhật ký",
                en="the server failed; it is in the log",
            )
        )


def finish(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """What is the same for all answers: problems in the asker's format, and what the answer depends on."""
    if isinstance(answer, ProblemAnswer) and problem_media(request) == "application/problem+xml":
        answer.as_xml()
    patch_vary_headers(answer, VARIES_BY)
    return answer


def check_address(request: HttpRequest) -> None:
    """Raises ApiProblem 414 for an address that is too long for one (EPCIS 2.0 section 12.7)."""
    if len(request.META.get("QUERY_STRING", "")) + len(request.path) > LONGEST_ADDRESS:
        raise ApiProblem(
            414,
            "URITooLongException",
            vi=f"Địa chỉ dài quá {LONGEST_ADDRESS} ký tự; hãy gửi truy vấn bằng POST /queries/SimpleEventQuery/events",
            en=f"the address is over {LONGEST_ADDRESS} characters; post the query to /queries/SimpleEventQuery/events",
        )


def _database_problem(fault: DatabaseError) -> Problem:
    """A full disk or a busy database, in words; what happened in detail goes to the log only."""
    log.error("the database refused: %s", fault, exc_info=fault)
    busy = "locked" in str(fault) or "busy" in str(fault)
    return ApiProblem(
        503 if busy else 500,
        "ImplementationException",
        vi="Cơ sở dữ liệu đang bận, hãy gửi lại" if busy else "Không ghi được vào cơ sở dữ liệu; chưa có gì được lưu",
        en="the database is busy, send again" if busy else "the database could not be written; nothing was stored",
    )


def check_content_type(request: HttpRequest, media: Sequence[str] = EVENT_MEDIA) -> None:
    """One of `media`, in UTF-8 (RFC 8259 section 8.1)."""
    charset = (request.content_params or {}).get("charset", "utf-8").lower().strip('"')
    if request.content_type not in media or charset not in {"utf-8", "utf8", "us-ascii"}:
        listed = ", ".join(media)
        raise ApiProblem(
            415,
            "UnsupportedMediaTypeException",
            vi=f"Hãy gửi {listed}, mã UTF-8",
            en=f"send {listed} in UTF-8",
            path="Content-Type",
        )


def body_of(request: HttpRequest, media: Sequence[str] = EVENT_MEDIA) -> bytes:
    """The body, if it is of a media type that is taken here and within the announced limit."""
    check_content_type(request, media)
    limit = settings.CAPTURE_FILE_SIZE_LIMIT
    if not request.META.get("CONTENT_LENGTH") and (streamed := _streamed(request, limit)) is not None:
        if len(streamed) <= limit:
            return streamed
        raise _too_large(limit)
    length = request.META.get("CONTENT_LENGTH") or "0"
    try:
        if not length.isdecimal() or int(length) <= limit:
            data = request.body
            if len(data) <= limit:
                return data
    except RequestDataTooBig:
        pass
    raise _too_large(limit)


def _streamed(request: HttpRequest, limit: int) -> bytes | None:
    """A body whose length was not told (Transfer-Encoding: chunked, HTTP/2), read to its end or just past the limit;
    Django takes it for empty. Raises ApiProblem 411 where the server does not say that it ends the stream."""
    if isinstance(request, ASGIRequest):  # which has been read to its end; `web.asgi` counts it
        return request.read(limit + 1)
    if not request.META.get("wsgi.input_terminated"):
        if "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
            return None
        raise ApiProblem(
            411,
            "ImplementationException",
            vi="Cần Content-Length: máy chủ này không nhận nội dung chia khúc (chunked)",
            en="Content-Length is needed: this server takes no chunked body",
        )
    parts: list[bytes] = []
    room = limit + 1
    while room > 0 and (part := request.META["wsgi.input"].read(min(room, 1 << 20))):
        parts.append(part)
        room -= len(part)
    return b"".join(parts)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        "ledger.document_too_large",
        vi=f"Tài liệu lớn hơn {limit} byte",
        en=f"the document is larger than {limit} bytes",
    )


def parameters_of(request: HttpRequest) -> dict[str, list[str]]:
    """Query parameters; a comma divides values, and a name given again has further values.

    An escaped comma divides too where no value has one (words, identifiers, numbers: many clients escape all commas),
    but belongs to the value where it may be any text: the fields of users, attributes, stringValue.
    """
    found: dict[str, list[str]] = {}
    for pair in request.META.get("QUERY_STRING", "").split("&"):
        name, _, raw = pair.partition("=")
        name = unquote_plus(name)
        if not name or name in {"perPage", "nextPageToken", "lang"}:
            continue
        parts = [unquote_plus(part) for part in raw.split(",")]
        any_text = name == "EQ_stringValue" or kind_of(name) == "equalled"
        values = parts if any_text else [value for part in parts for value in divided(part)]
        if any("\x00" in value for value in values):
            raise refuse(name, "có ký tự không hợp lệ", "has a character that is not allowed")
        found.setdefault(name, []).extend(values)
    return found


def divided(text: str) -> list[str]:
    """The values in a text with commas that were escaped: `%2C` divides a list, but an EPC URN or a Digital Link may
    have a comma in its serial, so there it divides only where another URI begins."""
    values: list[str] = []
    for piece in text.split(","):
        if values and _SERIALISED.search(values[-1]) and not _SCHEME.match(piece):
            values[-1] += "," + piece
        else:
            values.append(piece)
    return values


def per_page_of(request: HttpRequest) -> int:
    text = request.GET.get("perPage", str(PER_PAGE))
    if not text.isdecimal() or not 0 < int(text) < 2**31:
        raise refuse("perPage", "cần một số nguyên dương", "one positive whole number is needed")
    return int(text)


def with_next(request: HttpRequest, answer: HttpResponse, token: str | None) -> HttpResponse:
    """Link to the next page (RFC 8288), absent on the last one."""
    if token:
        pairs = (pair for pair in request.META.get("QUERY_STRING", "").split("&") if pair)
        kept = [pair for pair in pairs if unquote_plus(pair.partition("=")[0]) != "nextPageToken"]
        query = quote("&".join(kept), safe="%!$'()*+,-./:;=?@_~&")  # as it was asked, so that it means the same again
        token_pair = urlencode({"nextPageToken": token})
        answer["Link"] = (
            f'<{request.build_absolute_uri(_own_path(request))}?{query}{"&" * bool(query)}{token_pair}>; rel="next"'
        )
        answer["GS1-Next-Page-Token-Expires"] = iso((int(time.time()) + TOKEN_AGE_S) * 1000)
    return answer


def _own_path(request: HttpRequest) -> str:
    """The path as it must be asked again: an identifier in it is one segment, with its own slashes escaped."""
    path = escape_uri_path(request.path)
    match = request.resolver_match
    for value in match.kwargs.values() if match else ():
        path = path.replace(escape_uri_path(value), quote(value, safe=""))
    return path


@csrf_exempt
def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address of the binding: a problem that says so, not a page."""
    answer = problem_answer(
        NotFound(
            "ledger.no_such_resource",
            vi=f"API EPCIS không có địa chỉ /{rest}",
            en=f"the EPCIS API has no address /{rest}",
        )
    )
    return finish(request, answer)
