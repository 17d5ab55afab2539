"""Acts done, by whom, to what: written once, never changed.

The actor and the subject are kept as plain values (id and the name at that time), not as foreign
keys: an act must stay true when an account is closed or a record is renamed.
"""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from lienvung.errors import Conflict


def _refuse() -> NoReturn:
    raise Conflict(
        "audit.append_only",
        vi="Nhật ký chỉ được ghi thêm, không được sửa hay xoá.",
        en="The audit log can only be added to, not changed or deleted.",
    )


class AppendOnly(models.QuerySet["Act"]):
    """A query set that reads; rows are added by `audit.actions.record` only."""

    def update(self, **kwargs: Any) -> NoReturn:
        _refuse()

    def delete(self) -> NoReturn:
        _refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse()


class Act(models.Model):
    """One act. `action` is dotted: room.verb_object, e.g. `catalogue.register_lot`."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(db_index=True)
    action = models.CharField(max_length=80)
    actor = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200, blank=True)
    subject_type = models.CharField(max_length=80, blank=True)
    subject_id = models.CharField(max_length=80, blank=True)
    subject_name = models.CharField(max_length=300, blank=True)
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_act_subject"),
            models.Index(fields=["actor", "id"], name="audit_act_actor"),
            models.Index(fields=["action", "id"], name="audit_act_action"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse()
