"""What every address of the binding shares: who asks, methods, problems, bodies within limits, pages.

Who asks: `Authorization: Bearer <token of an organisation>`, or a signed-in
session with its CSRF token. Every answer but OPTIONS needs one of them.
"""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_plus, urlencode

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt

from lienvung.errors import NotAllowed, NotFound, Problem, TooLarge
from lienvung.exchange.answers import ApiProblem, check_accept, check_content_type, options_answer, problem_answer
from lienvung.ledger.access import Visible, visible_to_account, visible_to_organisations
from lienvung.ledger.query import PER_PAGE, refuse
from lienvung.people.access import organisation_of_token, recording_organisations

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]
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
            raise _not_authenticated()
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


def _not_authenticated() -> ApiProblem:
    return ApiProblem(
        401,
        "SecurityException",
        vi="Cần khoá API còn hiệu lực của tổ chức (Authorization: Bearer …) hoặc đăng nhập",
        en="a live token of an organisation (Authorization: Bearer …) or a signed-in session is needed",
    )


def resource(**views: View) -> View:
    """The view of an address: `get=` and `post=`; HEAD, OPTIONS and every problem are answered here."""
    methods = [name.upper() for name in views] + ["HEAD"] * ("get" in views) + ["OPTIONS"]

    @csrf_exempt
    @functools.wraps(next(iter(views.values())))
    def view(request: HttpRequest, **place: str) -> HttpResponse:
        if request.method == "OPTIONS":
            return options_answer(methods, capture="post" in views)
        try:
            method = (
                "get" if request.method == "HEAD" else (request.method or "").lower()
            )  # the server leaves out the body
            chosen = views.get(method)
            if chosen is None:
                answer = problem_answer(
                    ApiProblem(405, "ImplementationException", vi="Không dùng được cách này", en="no such method here")
                )
                answer["Allow"] = ", ".join(methods)
                return answer
            check_accept(request)
            return chosen(request, **place)
        except Problem as problem:
            return problem_answer(problem)
        except DatabaseError as fault:
            return problem_answer(_database_problem(fault))

    return view


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


def body_of(request: HttpRequest) -> bytes:
    """The body, if it is within the announced limit."""
    check_content_type(request)
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
    """Query parameters; a comma divides values, as itself or escaped, and a name given again has further values."""
    found: dict[str, list[str]] = {}
    for pair in request.META.get("QUERY_STRING", "").split("&"):
        name, _, raw = pair.partition("=")
        name = unquote_plus(name)
        if not name or name in {"perPage", "nextPageToken", "lang"}:
            continue
        values = [value for part in raw.split(",") for value in divided(unquote_plus(part))]
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
            f'<{request.build_absolute_uri(request.path)}?{query}{"&" * bool(query)}{token_pair}>; rel="next"'
        )
    return answer


@csrf_exempt
def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    """Any other address of the binding: a problem that says so, not a page."""
    return problem_answer(
        NotFound(
            "ledger.no_such_resource",
            vi=f"API EPCIS không có địa chỉ /{rest}",
            en=f"the EPCIS API has no address /{rest}",
        )
    )
