"""Who scans a code: a client that is led on by the resolver, as a telephone is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.test import Client

MOST = 3


class Shopper(Client):
    """Follows 307 of GET and HEAD, query string and all (Django's own client drops it)."""

    def get(self, path: str, *args: Any, **kwargs: Any) -> Any:
        return self._led("get", path, *args, **kwargs)

    def head(self, path: str, *args: Any, **kwargs: Any) -> Any:
        return self._led("head", path, *args, **kwargs)

    def _led(self, method: str, path: str, *args: Any, **kwargs: Any) -> Any:
        answer = getattr(super(), method)(path, *args, **kwargs)
        for _ in range(MOST):
            if answer.status_code != 307:
                break
            place = urlsplit(answer["Location"])
            assert place.netloc in ("", "testserver"), f"led elsewhere: {answer['Location']}"
            asked = f"{place.path}?{place.query}" if place.query else place.path
            answer = getattr(super(), method)(asked, **kwargs)
        return answer
