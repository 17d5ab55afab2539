"""Links that owners registered: from an identifier, at any of its levels, to an address elsewhere."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lienvung.people.models import Organisation
from lienvung.texts import Text


class LinkRecord(models.Model):
    """One link. `anchor`: the identifier as a path, `/01/…/10/…`, in one percent-encoding (`gs1.address.path_of`)."""

    class Default(models.TextChoices):
        NO = "", "no"
        DEFAULT = "default"
        MULTI = "multi"  # one of several, chosen by language, media type or context

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="links")
    anchor = models.CharField(max_length=400)
    link_type = models.CharField(max_length=60)
    target = models.CharField(max_length=2_100)
    title_vi = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    languages = models.CharField(max_length=60, blank=True)
    media_type = models.CharField(max_length=260, blank=True)
    contexts = models.CharField(max_length=80, blank=True)
    default = models.CharField(max_length=10, choices=Default.choices, blank=True, default=Default.NO)
    active_from = models.DateTimeField(null=True, blank=True)
    active_to = models.DateTimeField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["anchor", "position", "registered_at", "id"]
        indexes = [
            # the look-up of a request: a few exact anchors, however many links the product has
            models.Index(fields=["anchor", "position"], name="resolver_link_anchor"),
            models.Index(fields=["owner", "anchor", "id"], name="resolver_link_owner"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["anchor"], condition=Q(default="default"), name="resolver_one_default"),
        ]

    def __str__(self) -> str:
        return f"{self.anchor} gs1:{self.link_type}"

    @property
    def title(self) -> Text:
        return Text(self.title_vi, self.title_en or self.title_vi)
