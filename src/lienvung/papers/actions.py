"""Storing a file; the only writer of this room's tables.

store_file(by=…, room=…, name=…, data=…)   the upload, checked by content, as a row; call it in the owner's transaction
drop_file(file)   the row and its bytes, when the room has no more use for it; drop_unnamed()   bytes without a row
"""

from __future__ import annotations

import hashlib
import re
import time
import unicodedata
import uuid
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from lienvung.audit.actions import record
from lienvung.papers.kinds import ALL_KINDS, MOST_BYTES, Read, read_file
from lienvung.papers.models import File

UNNAMED_AFTER: Final = 24 * 3600  # seconds
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|]+')


@transaction.atomic
def store_file(
    *,
    by: Any,
    room: str,
    name: str,
    data: bytes,
    about: str = "",
    kinds: frozenset[str] = ALL_KINDS,
    most_bytes: int = MOST_BYTES,
    made_here: str = "",
) -> File:
    """Keep `data` as a file of `room`. Raises Invalid or TooLarge with path "file"; the caller asks who may.

    `made_here`: the kind of a file that this product laid out itself: it is not looked into as an upload is.

    A file whose transaction is undone later leaves bytes that no row names: never served, and dropped after a day.
    """
    read = Read(data, made_here) if made_here else read_file(data, kinds=kinds, most_bytes=most_bytes)
    row = File(
        id=uuid.uuid4(),
        room=room,
        about=about,
        name=safe_name(name, read.kind),
        kind=read.kind,
        size=len(read.data),
        digest=hashlib.sha256(read.data).hexdigest(),
        stored_by=by,
    )
    row.content.save(f"{row.pk}.{read.kind}", ContentFile(read.data), save=False)
    try:
        row.save(force_insert=True)
        record(action="papers.store_file", by=by, subject=row, details={"room": room, "digest": row.digest})
    except BaseException:
        row.content.delete(save=False)
        raise
    return row


@transaction.atomic
def drop_file(file: File) -> None:
    """Forget a file that its room does not need any more. ProtectedError where a row still refers to it."""
    content = file.content
    file.delete()
    transaction.on_commit(lambda: content.delete(save=False))


def drop_unnamed() -> int:
    """Drop bytes older than a day that no row names: of uploads that were undone, of a process that died dropping."""
    before = time.time() - UNNAMED_AFTER
    dropped = 0
    for folder in (Path(settings.MEDIA_ROOT) / "papers").glob("*"):
        old = [path for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < before]
        for start in range(0, len(old), 500):
            some = {f"papers/{folder.name}/{path.name}": path for path in old[start : start + 500]}
            named = File.objects.filter(content__in=list(some)).values_list("content", flat=True)
            for name in some.keys() - set(named):
                some[name].unlink(missing_ok=True)
                dropped += 1
    return dropped


def safe_name(name: str, kind: str) -> str:
    """The name that people see: no folders, no signs that a file system refuses, the ending of what it really is."""
    bare = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    bare = _NOT_IN_NAMES.sub(" ", "".join(sign for sign in bare if unicodedata.category(sign) != "Cf")).strip(" .")
    bare = " ".join(bare.split())
    stem = bare.rpartition(".")[0] if "." in bare else bare
    return f"{stem.strip(' .')[:150] or 'tep'}.{kind}"
