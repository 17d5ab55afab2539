"""Books that were sent in, and their rows once they were taken over."""

from __future__ import annotations

from django.db import models

from lienvung.people.models import Organisation
from lienvung.workbooks.staging import Staged


class Book(Staged):
    """An organisation's book as it was sent."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="books")
    owner_party = models.CharField(max_length=20)

    class Meta:
        ordering = ["-sent_at"]
        indexes = [models.Index(fields=["organisation", "-sent_at"], name="books_book_org")]


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
