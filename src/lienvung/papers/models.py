"""Stored files. The row says what the file is and which room's business it is; the room says who may open it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class File(models.Model):
    """One file as it was stored; never changed afterwards. `digest`: SHA-256 of the kept bytes.

    `room`: the provider (`papers.access.providers`) that is asked who may open it; `about`: what the room calls the
    record that it belongs to ("claim:…"), read by nobody but that room. `size` in bytes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    room = models.CharField(max_length=40)
    about = models.CharField(max_length=120, blank=True, db_index=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    content = models.FileField(upload_to="papers/%Y/", max_length=200)
    stored_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    stored_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["stored_at"]

    def __str__(self) -> str:
        return self.name
