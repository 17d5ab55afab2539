"""Page tokens of a request, and their release (EPCIS 2.0: DELETE /nextPageToken/{token}).

A token carries its own state, signed; nothing is held for it. Releasing one therefore means to remember, until it
would have ended anyway, that it is no longer taken: a link that was passed on by mistake is dead then.
"""

from __future__ import annotations

import hashlib
import time

from django.core import signing
from django.http import HttpRequest, HttpResponse

from lienvung.errors import NotFound
from lienvung.exchange.described import Answer, Operation, Resource, path_parameter
from lienvung.exchange.models import ReleasedToken
from lienvung.exchange.resource import asker_of, resource
from lienvung.ledger import collections, jobs, query
from lienvung.ledger.query import TOKEN_AGE_S, refuse
from lienvung.texts import Text

# Of every list that comes in pages; a test asks each of them.
EVENT_TYPES_SALT = "lienvung.epcis.event_types"
TRACE_SALT = "lienvung.epcis.trace"
QUERIES_SALT = "lienvung.epcis.queries"
_SALTS = (query.SALT, jobs.SALT, collections.SALT, EVENT_TYPES_SALT, TRACE_SALT, QUERIES_SALT)
_LONGEST = 4_000


def page_token_of(request: HttpRequest) -> str | None:
    """The request's nextPageToken. Raises QueryProblem for one that was given back."""
    token = request.GET.get("nextPageToken")
    if token is not None and ReleasedToken.objects.filter(digest=_digest(token)).exists():
        raise refuse("nextPageToken", "mã trang đã được trả lại", "the token has been released")
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _is_ours(token: str) -> bool:
    for salt in _SALTS:
        try:
            signing.loads(token, salt=salt, max_age=TOKEN_AGE_S)
        except (signing.BadSignature, ValueError, TypeError):
            continue
        return True
    return False


def delete_token(request: HttpRequest, token: str) -> HttpResponse:
    """From now on the token is refused. Who does not know it cannot release it."""
    asker_of(request, "query")
    if len(token) > _LONGEST or not _is_ours(token):
        raise NotFound(
            "epcis.no_such_token",
            vi="Không có mã trang này, hoặc nó đã hết hạn",
            en="there is no such page token, or it has expired",
        )
    now = time.time_ns() // 1_000_000
    ReleasedToken.objects.filter(expires_ms__lt=now).delete()
    ReleasedToken.objects.get_or_create(digest=_digest(token), defaults={"expires_ms": now + (TOKEN_AGE_S + 60) * 1000})
    return HttpResponse(status=204)


page_token = resource(delete=delete_token)
RESOURCES = [
    Resource(
        "/nextPageToken/{token}",
        "page_token",
        parameters=(path_parameter("token", Text("Mã trang", "The page token")),),
        operations=(
            Operation(
                "DELETE",
                "releasePageToken",
                Text("Trả lại một mã trang", "Release a page token"),
                answers=(Answer(204, Text("Từ nay mã bị từ chối", "The token is refused from now on")),),
                problems=(404,),
                about=Text(
                    "Mã đã trả bị từ chối cho tới khi nó tự hết hạn.",
                    "A released token is refused until it would have expired by itself.",
                ),
            ),
        ),
        tag="events",
    ),
]
