"""Handing out a stored file: as a download that a browser will not run, to those whom the owning room lets."""

from __future__ import annotations

import uuid
from typing import Final

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from lienvung.errors import NotAllowed, NotFound
from lienvung.papers import access
from lienvung.papers.kinds import TYPES

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@require_safe
def file(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """The bytes under the name that people know, after the room and the digest were asked."""
    found = access.file(id)
    if found is None or not access.may_open(request.user, found):
        if not request.user.is_authenticated:  # the same for a file that is not there: nobody learns which are
            return redirect_to_login(request.get_full_path())
        if found is None:
            raise NotFound("papers.no_file", vi="Không có tệp này.", en="There is no such file.")
        raise NotAllowed("papers.closed", vi="Bạn không mở được tệp này.", en="You may not open this file.")
    response = HttpResponse(access.bytes_of(found), content_type=TYPES[found.kind])
    response["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    for name, value in HEADERS.items():
        response[name] = value
    return response
