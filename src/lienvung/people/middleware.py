"""A session ends when its person has been away (ASVS 5.0 7.3.1) or it has grown old (SESSION_COOKIE_AGE)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from lienvung.people.rules import IDLE_MINUTES

SEEN: Final = "seen_at"
NOTE_EVERY: Final = 300  # seconds; so a signed-in reader costs one write in five minutes


class IdleTimeout:
    """Signs out whoever has done nothing for IDLE_MINUTES. Sessions of nobody are not touched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def process_view(self, request: HttpRequest, *_: object) -> None:
        # A page that never asks who is there (a scan page) must not read the session
        match = request.resolver_match
        if match is not None and {"scan", "resolver", "epcis"} & set(match.namespaces):
            return
        if not request.user.is_authenticated:
            return
        now = int(time.time())
        seen = request.session.get(SEEN)
        if seen is not None and now - seen > IDLE_MINUTES * 60:
            logout(request)
        elif seen is None or now - seen > NOTE_EVERY:
            request.session[SEEN] = now

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)
