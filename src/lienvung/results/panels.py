"""What the room adds to the home page: results that wait for one's own party's word."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from lienvung.results import access, rules


def of_home(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """How many wait for the reader's party, the longest silence first; how many of its own were given back."""
    parties = access.parties_of(request.user)
    if not parties:
        return None
    waiting = access.waiting_for(parties)
    count, back = waiting.count(), access.to_mend(parties).count()
    if not count and not back:
        return None
    today = timezone.localdate()
    shown = [
        (each, rules.silence(timezone.localdate(each.waiting_since) if each.waiting_since else None, today))
        for each in waiting[:3]
    ]
    return {"count": count, "shown": shown, "back": back}
