"""The door of a page: the URL × role table decides, so that table and behaviour cannot differ.

    @listed
    def tokens(request, id): …

The page's row is found in `registry.pages` by its URL name; a page without a row is an error, not open.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from lienvung import registry
from lienvung.errors import NotAllowed
from lienvung.people.access import roles_of
from lienvung.people.models import Account

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class PageNotListed(RuntimeError):
    """A page without a row in `registry.pages`; its room must register one in `ready()`."""


def row_of(request: HttpRequest) -> registry.Page:
    """The row of the page asked for."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    if name not in registry.pages:
        raise PageNotListed(name)
    return registry.pages[name]


def person(request: HttpRequest) -> Account:
    """Who is signed in, for pages that only the signed-in open."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def listed(view: View) -> View:
    """Open the page to those of its row, by its methods only.

    Nobody signed in: to the sign-in page. Signed in without the role: 403.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        row = row_of(request)
        if request.method not in row.methods and not (request.method == "HEAD" and "GET" in row.methods):
            return HttpResponseNotAllowed(row.methods)
        if registry.EVERYONE in row.roles:
            return view(request, *args, **kwargs)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not row.roles & roles_of(request.user):
            raise NotAllowed(
                "people.page_not_for_you",
                vi="Trang này không dành cho vai trò của tài khoản bạn đang dùng.",
                en="This page is not for the role of the account you are using.",
            )
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]
