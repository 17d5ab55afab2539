"""Writing the audit log; the only writer of `audit.Act`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django.db import models
from django.utils import timezone

from lienvung.audit.models import Act


class Actor(Protocol):
    """Whoever acts: an account of `people`, known here by its key and its words only."""

    @property
    def pk(self) -> Any: ...

    def __str__(self) -> str: ...


def record(
    *,
    action: str,
    by: Actor | None,
    subject: models.Model | None = None,
    details: Mapping[str, Any] | None = None,
) -> Act:
    """Add one act. `by` None = the system itself. Call it inside the transaction of the act.

    Never put passwords, tokens or personal data into `details`.
    """
    return Act.objects.create(
        at=timezone.now(),
        action=action,
        actor=by.pk if by is not None else None,
        actor_name=str(by)[:200] if by is not None else "",
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject_name=str(subject)[:300] if subject is not None else "",
        details=dict(details or {}),
    )
