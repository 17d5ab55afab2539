"""What surrounds every request: the reader's language, security headers, error pages.

Language                 ?lang=vi|en, then the cookie `lang`, then Vietnamese
ContentSecurityPolicy    nothing from elsewhere, no script (but for our own on the pages of SCRIPTED), no inline style
PlainAddress             no NUL letters in what a page is asked
WorkAccount              whose pages a phone may keep (docs/howto/work-offline.md)
ProblemsToPages          a `Problem` becomes a page with an error summary, or RFC 7807 for the API
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils import translation
from django.utils.cache import patch_vary_headers

from lienvung.errors import Invalid, Problem
from lienvung.field import offline
from lienvung.people.models import Account
from lienvung.web import problems

GetResponse = Callable[[HttpRequest], HttpResponseBase]

LANGUAGES = ("vi", "en")
COOKIE = "lang"
COOKIE_AGE = 365 * 24 * 3600
# These answer the same to everybody: no cookie is read or set, so that they can be cached.
COOKIELESS = frozenset({"scan", "resolver", "epcis"})

POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PERMISSIONS = "camera=(), geolocation=(), microphone=()"
# Tasks and diaries work without network and read codes with the camera: our own scripts, on these rooms' pages only.
SCRIPTED = frozenset({"field", "diary"})
SCRIPT_POLICY = f"{POLICY}; script-src 'self'; worker-src 'self'; connect-src 'self'; manifest-src 'self'"
SCRIPT_PERMISSIONS = "camera=(self), geolocation=(), microphone=()"


class Language:
    """Activates the language of the request and tells caches what the answer depends on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            asked = request.GET.get("lang", "")
        except TooManyFieldsSent:
            return self.refuse(request)
        chosen = asked if asked in LANGUAGES else request.COOKIES.get(COOKIE, "")
        self.speak(request, chosen if chosen in LANGUAGES else "vi")
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        if not cookieless(request):
            patch_vary_headers(response, ("Cookie",))
            if asked in LANGUAGES and request.COOKIES.get(COOKIE) != asked:
                response.set_cookie(
                    COOKIE, asked, max_age=COOKIE_AGE, samesite="Lax", secure=settings.SECURE, httponly=True
                )
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        if cookieless(request) and request.GET.get("lang") not in LANGUAGES:
            self.speak(request, "vi")

    def refuse(self, request: HttpRequest) -> HttpResponseBase:
        """The answer to an address with more parameters than anybody needs; nothing reads them again."""
        request.GET = QueryDict()
        self.speak(request, "vi")
        return problems.answer(
            request,
            Invalid(
                "web.too_many_parameters",
                vi="Địa chỉ có quá nhiều tham số.",
                en="The address has too many parameters.",
            ),
        )

    @staticmethod
    def speak(request: HttpRequest, language: str) -> None:
        translation.activate(language)
        request.LANGUAGE_CODE = language


def cookieless(request: HttpRequest) -> bool:
    match = request.resolver_match
    return bool(match and COOKIELESS.intersection(match.namespaces))


def scripted(request: HttpRequest) -> bool:
    """Whether the page asked for has scripts."""
    match = request.resolver_match
    return bool(match and SCRIPTED.intersection(match.namespaces))


class PlainAddress:
    """Takes NUL letters out of what an address asks of a page: no name has one, and PostgreSQL raises an error at it.
    The standard's own doors (`COOKIELESS`) answer for their parameters themselves."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if "%00" in request.META.get("QUERY_STRING", "") and not cookieless(request):
            asked = request.GET.copy()
            for name, values in request.GET.lists():
                asked.setlist(name, [value.replace("\0", "") for value in values])
            request.GET = asked  # type: ignore[assignment]  # a cached property, in this shape


class ContentSecurityPolicy:
    """ASVS 5.0 3.4.3: a policy on every answer; a view may set a narrower one of its own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        own = scripted(request)
        response.headers.setdefault("Content-Security-Policy", SCRIPT_POLICY if own else POLICY)
        response.headers.setdefault("Permissions-Policy", SCRIPT_PERMISSIONS if own else PERMISSIONS)
        return response


class WorkAccount:
    """Tells the phone's worker whose a page is, and by a cookie whose kept pages it may show; signing out takes the
    cookie back. A session that merely ends does not: whoever is in the field without network needs the forms."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        if scripted(request) and isinstance(request.user, Account):
            key = offline.account_key(request.user)
            response.headers["Lienvung-Account"] = key
            response.headers["Lienvung-Made"] = str(int(time.time() * 1000))
            response.set_cookie(
                offline.COOKIE, key, max_age=offline.COOKIE_AGE, samesite="Strict", secure=settings.SECURE
            )
        elif match and match.view_name == "people:sign_out" and request.method == "POST":
            response.delete_cookie(offline.COOKIE, samesite="Strict")
        return response


class ProblemsToPages:
    """The edge where errors are shaped, once (see `lienvung.errors`)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return problems.answer(request, exception) if isinstance(exception, Problem) else None
