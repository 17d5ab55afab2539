"""Who may open a stored file: the room that owns it is asked; a room that registered nothing lets nobody in."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from lienvung.errors import Conflict
from lienvung.papers.models import File
from lienvung.papers.providers import FileProvider, providers


def file(id: uuid.UUID | str) -> File | None:
    return File.objects.filter(pk=id).first()


def files_about(room: str, about: str) -> list[File]:
    """What a room stored about one record, the oldest first; the room asks itself who may see them."""
    return list(File.objects.filter(room=room, about=about))


def may_open(account: Any, file: File) -> bool:
    return file.room in providers and providers[file.room].may_open(account, file)


def bytes_of(file: File) -> bytes:
    """The kept bytes; Conflict when they are not what was stored (a damaged disk, a changed file)."""
    try:
        with file.content.open("rb") as opened:
            data = bytes(opened.read())
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != file.digest:
        raise Conflict(
            "papers.damaged",
            vi="Tệp trên đĩa không còn đúng như lúc lưu; hãy khôi phục từ bản sao.",
            en="The file on disk is no longer what was stored; restore it from a backup.",
        )
    return data


__all__ = ["FileProvider", "bytes_of", "file", "files_about", "may_open", "providers"]
