"""Parts of other pages: the book on its organisation's page, books that wait on the home page."""

from __future__ import annotations

from typing import Any

from lienvung.books import access
from lienvung.books.models import Book

WAITING = 5


def of_organisation(request: Any, organisation: Any) -> dict[str, Any] | None:
    """For those who may send in its book."""
    return {"organisation": organisation} if access.may_send(request.user, organisation) else None


def of_home(request: Any, _: Any) -> dict[str, Any] | None:
    found = list(access.books(request.user).filter(state=Book.State.STAGED)[:WAITING])
    return {"books": found} if found else None
