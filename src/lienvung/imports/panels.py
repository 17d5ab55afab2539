"""What the room adds to other pages: the workbook on an agreement's page, files that wait on the home page."""

from __future__ import annotations

from typing import Any

from lienvung.imports import access

WAITING = 5


def of_agreement(request: Any, agreement: Any) -> dict[str, Any] | None:
    """For those who may send one in."""
    return {"agreement": agreement} if access.party_for(request.user, agreement) is not None else None


def of_home(request: Any, _: Any) -> dict[str, Any] | None:
    found = list(access.waiting(request.user)[:WAITING])
    return {"files": found} if found else None
