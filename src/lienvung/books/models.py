"""Books that were sent in, and their rows once they were taken over."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from lienvung.people.models import Organisation


class Book(models.Model):
    """A file as it was sent. `rows`, `told`: what was read and said of it (see `rules`); `fingerprint`: of its rows."""

    class State(models.TextChoices):
        STAGED = "staged"
        COMMITTED = "committed"
        UNDONE = "undone"
        DROPPED = "dropped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="books")
    owner_party = models.CharField(max_length=20)
    filename = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, blank=True)
    content = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.STAGED)
    rows = models.JSONField(default=list)
    known_marks = models.JSONField(default=list)  # marks of rows that stood before: not taken again
    told = models.JSONField(default=list)
    errors = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(default=timezone.now)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    checked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-sent_at"]
        indexes = [models.Index(fields=["organisation", "-sent_at"], name="books_book_org")]

    def __str__(self) -> str:
        return self.filename

    @property
    def new_rows(self) -> int:
        return len(self.rows) - len(self.known_marks)

    @property
    def ready(self) -> bool:
        return self.state == self.State.STAGED and not self.errors and self.new_rows > 0


class BookRow(models.Model):
    """A row that was taken over. Of one organisation no two rows in force have the same `mark`: whoever presses twice,
    or sends the book again with new rows under the old ones, takes each row over once."""

    task_id = models.UUIDField(primary_key=True, editable=False)
    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="taken")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    mark = models.CharField(max_length=64)
    in_force = models.BooleanField(default=True)
    sheet = models.CharField(max_length=20)
    title = models.CharField(max_length=60)
    line = models.PositiveIntegerField()
    lot = models.CharField(max_length=400, blank=True)
    makes_lot = models.BooleanField(default=False)
    events = models.JSONField(default=list)

    class Meta:
        ordering = ["sheet", "title", "line"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mark"], condition=models.Q(in_force=True), name="books_row_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.line}"
