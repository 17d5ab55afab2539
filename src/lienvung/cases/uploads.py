"""What a stranger may send at once: the body is cut off at a limit before anything of it is kept."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from lienvung.cases.reporting import PHOTO_BYTES
from lienvung.errors import TooLarge

MOST_BYTES = PHOTO_BYTES + 256 * 1024


class Quota(FileUploadHandler):
    """Stops an upload above the limit, also one that does not say how long it is."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.left = MOST_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.left -= len(raw_data)
        if self.left < 0:
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        return None  # the next handler keeps the file


def limit(request: HttpRequest) -> None:
    """Refuse what says that it is too long, and watch the rest. Call it before anything reads the form."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = MOST_BYTES + 1
    if length > MOST_BYTES:
        raise TooLarge("cases.too_large", vi="Ảnh lớn hơn 10 MB.", en="The photo is above 10 MB.", path="image")
    request.upload_handlers.insert(0, Quota(request))
