"""Reading the audit log. Who may read it is asked by the room above that shows it."""

from __future__ import annotations

from django.db import models
from django.db.models import QuerySet

from lienvung.audit.models import Act


def acts(*, subject: str = "", action: str = "", actor: str = "") -> QuerySet[Act]:
    """Acts, newest first; `subject` is a record's id or a part of its name then, `action` a prefix."""
    found = Act.objects.all()
    if subject:
        found = found.filter(models.Q(subject_id=subject) | models.Q(subject_name__icontains=subject))
    if action:
        found = found.filter(action__startswith=action)
    if actor:
        found = found.filter(actor_name__icontains=actor)
    return found


def acts_on(record: models.Model) -> QuerySet[Act]:
    """Every act whose subject is `record`, newest first."""
    return Act.objects.filter(subject_type=record._meta.label_lower, subject_id=str(record.pk))
