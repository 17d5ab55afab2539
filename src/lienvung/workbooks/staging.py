"""A workbook between the day it is sent and the day it is taken over, or dropped, or undone.

sent → its rows are tried out in a transaction that is undone (`tried`) → staged → committed → undone
                                                                               ↘ dropped
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from lienvung.errors import Conflict, Invalid

WHO = settings.AUTH_USER_MODEL
LEAST_REASON = 5


class Staged(models.Model):
    """A file as it was sent. `rows`, `told`: what was read and said of it; `known_marks`: of rows that stood before
    and are not taken again; `fingerprint`: of its rows."""

    class State(models.TextChoices):
        STAGED = "staged"
        COMMITTED = "committed"
        UNDONE = "undone"
        DROPPED = "dropped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    filename = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, blank=True)
    content = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.STAGED)
    rows = models.JSONField(default=list)
    known_marks = models.JSONField(default=list)
    told = models.JSONField(default=list)
    errors = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(default=timezone.now)
    sent_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    checked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.filename

    @property
    def new_rows(self) -> int:
        return len(self.rows) - len(self.known_marks)

    @property
    def ready(self) -> bool:
        return self.state == self.State.STAGED and not self.errors and self.new_rows > 0


@contextmanager
def tried() -> Iterator[None]:
    """What is done inside is undone at the end, whatever became of it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def check_waiting(file: Staged) -> None:
    """Conflict where it waits no longer, Invalid where it has errors or nothing new."""
    if file.state == Staged.State.COMMITTED:
        raise Conflict(
            "workbooks.done",
            vi="Tệp này đã nhập xong rồi (có thể người khác vừa bấm nhập).",
            en="This file was taken over already (perhaps by somebody else just now).",
        )
    check_staged(file)
    if not file.ready:
        raise Invalid(
            "workbooks.not_ready",
            vi="Tệp còn lỗi hoặc không có dòng mới. Hãy sửa tệp rồi gửi lại.",
            en="The file has errors or no new rows. Mend it and send it again.",
        )


def check_staged(file: Staged) -> None:
    if file.state != Staged.State.STAGED:
        raise Conflict("workbooks.ended", vi="Tệp này không còn chờ nhập.", en="This file waits no longer.")


def check_committed(file: Staged) -> None:
    if file.state != Staged.State.COMMITTED:
        raise Conflict("workbooks.not_standing", vi="Tệp này không còn hiệu lực.", en="This file does not stand.")


def check_reason(reason: str) -> str:
    told = " ".join(reason.split())[:500]
    if len(told) < LEAST_REASON:
        raise Invalid("workbooks.reason", vi="Hãy ghi lý do hoàn tác.", en="Say why it is undone.", path="reason")
    return told


def standing_meanwhile() -> Conflict:
    """Rows that were new a moment ago stand now."""
    return Conflict(
        "workbooks.standing",
        vi="Có dòng vừa được nhập từ một tệp khác (có thể người khác vừa bấm nhập). Hãy kiểm tra lại tệp.",
        en="Rows of this file were taken over from another one just now. Check the file again.",
    )


def forget(file: Staged) -> None:
    """Its rows and its contents, of a file that is dropped."""
    file.state, file.ended_at = Staged.State.DROPPED, timezone.now()
    file.content, file.rows, file.told, file.known_marks = b"", [], [], []
