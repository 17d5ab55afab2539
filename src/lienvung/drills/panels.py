"""What the drills add to other pages: notices that wait, on the home page of the signed-in holder."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from lienvung.drills import access


def of_home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    waiting = list(access.waiting(request.user)[:10])
    return {"notices": waiting} if waiting else None
