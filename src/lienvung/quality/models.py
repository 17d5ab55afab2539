"""Recalls: which lot, why, decided by whom, what it reached."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from lienvung.people.models import Organisation
from lienvung.quality import rules
from lienvung.texts import Text


class Recall(models.Model):
    """The recall of one lot and of all that came of it.

    `scope` is the summary at the time of the decision (counts and quantities by state and by
    place); the things themselves are in the captured events, `event_id(recall, n)` for n below `events`.
    """

    class State(models.TextChoices):
        IN_FORCE = "in_force"
        CLOSED = "closed"

    class Origin(models.TextChoices):
        LOT = "lot"
        LABORATORY = "laboratory"
        COMPLAINT = "complaint"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_party = models.CharField(max_length=20)
    lot_uri = models.CharField(max_length=200)
    lot_name = models.CharField(max_length=240)
    product_gtin = models.CharField(max_length=14)
    producer = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="recalls_of_goods")
    reason = models.TextField()
    public_text_vi = models.TextField()
    public_text_en = models.TextField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    authority = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="recalls_decided")
    decided_at = models.DateTimeField()
    compulsory = models.BooleanField(default=True)
    legal_basis = models.CharField(max_length=300, blank=True, default="")
    established_at = models.DateTimeField(null=True, blank=True)  # when the case was established; the clock's start
    decide_by = models.DateTimeField(null=True, blank=True)  # as the setting stood then
    origin = models.CharField(max_length=12, choices=Origin.choices, blank=True, default="")
    origin_text = models.CharField(max_length=300, blank=True, default="")
    scope = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    events = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.IN_FORCE)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_note = models.TextField(blank=True)

    class Meta:
        ordering = ["-decided_at"]
        constraints = [
            # two officials at once: the second one's insert fails
            models.UniqueConstraint(
                fields=["lot_uri"], condition=models.Q(state="in_force"), name="quality_recall_one_in_force"
            )
        ]

    def __str__(self) -> str:
        return self.lot_name

    @property
    def public_text(self) -> Text:
        return Text(self.public_text_vi, self.public_text_en)

    @property
    def name(self) -> Text:
        """Product and lot number; the product's English name where `quality.access.recalls` found one."""
        english = getattr(self, "product_name_en", "")
        number = self.lot_name.rpartition(" · ")[2]
        return Text(self.lot_name, f"{english} · {number}" if english else self.lot_name)

    @property
    def late(self) -> bool:
        """Was it decided after the clock had run out?"""
        return self.decide_by is not None and self.decided_at > self.decide_by

    @property
    def clock(self) -> Text | None:
        return rules.clock(self.decide_by, at=self.decided_at, decided=True) if self.decide_by else None

    @property
    def class_text(self) -> Text:
        return rules.CLASSES[self.compulsory]

    @property
    def origin_name(self) -> Text:
        return rules.ORIGINS.get(self.origin, Text("", ""))

    @property
    def lot_path(self) -> str:
        """The lot's scan page on our own domain."""
        return self.lot_uri.removeprefix("https://id.gs1.org")
