"""The ASGI application: the pages and the API as under WSGI, and websockets for subscriptions.

    ./lienvung serve --asgi

A request's body is counted while it comes in: Django keeps it whole on disk before it asks anybody.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application

from lienvung.web.parent import follow_server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
follow_server()
django_application = get_asgi_application()

from lienvung.errors import TooLarge  # noqa: E402  (Django is set up by the line above)
from lienvung.exchange.problems import problem_answer  # noqa: E402
from lienvung.exchange.sockets import Message, Receive, Send, serve  # noqa: E402

# Under ASGI each request has a thread of its own, which ends with it; a connection kept open would be lost with it.
settings.DATABASES["default"]["CONN_MAX_AGE"] = 0

# WhiteNoise hands small files over piece by piece, which Django puts together for us.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

BODY_MOST = settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class TooMuch(Exception):
    """The body is longer than anything we take."""


async def application(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await serve(scope, receive, send)
    elif scope["type"] == "http":
        await _http(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


async def _http(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    room = BODY_MOST
    if not length.isdigit() or int(length) > room:
        await _too_large(send)
        return

    async def counted() -> Message:
        nonlocal room
        message = await receive()
        room -= len(message.get("body", b""))
        if room < 0:
            raise TooMuch
        return message

    try:
        await django_application(dict(scope), counted, send)
    except TooMuch:  # Django reads the body before it answers anything
        await _too_large(send)


async def _too_large(send: Send) -> None:
    answer = problem_answer(
        TooLarge(
            "web.body_too_large",
            vi=f"Nội dung lớn hơn {BODY_MOST} byte",
            en=f"the body is larger than {BODY_MOST} bytes",
        )
    )
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.items()]
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})
