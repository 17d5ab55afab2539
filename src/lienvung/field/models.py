"""What was told by tasks, where a person works, and which tasks an organisation has."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from lienvung.catalogue.models import Place
from lienvung.field.rules import Task
from lienvung.people.models import Organisation


class Submission(models.Model):
    """One task done, under the number that the form (or the phone) made for it: the same number does nothing twice."""

    task_id = models.UUIDField(primary_key=True, editable=False)
    task = models.CharField(max_length=20, choices=[(task.value, task.value) for task in Task])
    owner_party = models.CharField(max_length=20)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    digest = models.CharField(max_length=64)  # SHA-256 of what was told
    told = models.JSONField(default=dict)
    events = models.JSONField(default=list)  # eventIDs
    lot = models.CharField(max_length=400, blank=True)  # canonical URI of what was made
    number = models.CharField(max_length=20, blank=True)
    boxes = models.JSONField(default=list)  # cases and pallets made: SSCCs as canonical URIs
    doubts = models.JSONField(default=list)  # what was warned of, and let go with `reason`
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-recorded_at"]
        indexes = [models.Index(fields=["organisation", "-recorded_at"], name="field_submission_recent")]

    def __str__(self) -> str:
        return f"{self.task} {self.number or self.happened_at:%d/%m/%Y %H:%M}" if not self.number else self.number


class Desk(models.Model):
    """For whom and where a person works, as last chosen."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.organisation} · {self.place}"


class TaskChoice(models.Model):
    """The tasks of an organisation where its managers chose others than those of its kind."""

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.CASCADE, related_name="+")
    tasks = models.JSONField(default=list)

    def __str__(self) -> str:
        return ", ".join(self.tasks)


class BoxNumber(models.Model):
    """The serial reference that the next case or pallet of an organisation gets (SSCC)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="+")
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)
