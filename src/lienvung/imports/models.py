"""Workbooks that were sent in for an agreement, and their rows once they were taken over."""

from __future__ import annotations

from django.db import models

from lienvung.programme.models import Agreement, Party
from lienvung.workbooks.staging import Staged


class Import(Staged):
    """A file as it was sent for an agreement, by an officer of `party`; seen by the officers of that party only."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="imports")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-sent_at"]
        indexes = [models.Index(fields=["agreement", "-sent_at"], name="imports_import_agreement")]


class ImportRow(models.Model):
    """A row that was taken over: what it made (`key`, `version`), or what stood before it (`before`).

    Of one party no two rows in force have the same `mark`: whoever presses twice, or sends the file again with new rows
    under the old ones, takes each row over once. `subject`: what later rows say anew (a target).
    """

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="taken")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    mark = models.CharField(max_length=64)
    in_force = models.BooleanField(default=True)
    order = models.PositiveIntegerField()
    sheet = models.CharField(max_length=20)
    title = models.CharField(max_length=60)
    line = models.PositiveIntegerField()
    cell = models.CharField(max_length=12)
    key = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    subject = models.CharField(max_length=90, blank=True)
    before = models.JSONField(null=True)

    class Meta:
        ordering = ["file", "order"]
        indexes = [models.Index(fields=["subject"], name="imports_row_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "mark"], condition=models.Q(in_force=True), name="imports_row_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.line}"
