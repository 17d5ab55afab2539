"""Recalls: which lot, why, decided by whom, what it reached."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from lienvung.catalogue import words
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
    origin_ref = models.CharField(
        max_length=120, blank=True, default="", db_index=True
    )  # "cases:<id>", registry.origins
    scope = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    events = models.PositiveIntegerField(default=0)
    growth = models.JSONField(default=list, encoder=DjangoJSONEncoder)  # what was added since: `quality.growth`
    state = models.CharField(max_length=10, choices=State.choices, default=State.IN_FORCE)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_note = models.TextField(blank=True)
    treatment = models.CharField(max_length=12, blank=True, default="")  # of all goods; a notice may have its own
    unanswered_reason = models.TextField(blank=True, default="")  # why it was closed before everybody had answered

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
    def treatment_text(self) -> Text | None:
        return rules.TREATMENTS.get(self.treatment)

    @property
    def lot_path(self) -> str:
        """The lot's scan page on our own domain."""
        return self.lot_uri.removeprefix("https://id.gs1.org")


class Notice(models.Model):
    """What a holder of recalled goods is told, and what it answers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_party = models.CharField(max_length=20)
    recall = models.ForeignKey(Recall, on_delete=models.CASCADE, related_name="notices")
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="recall_notices")
    issued_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    treatment = models.CharField(max_length=12, blank=True, default="")  # '' = that of the recall

    class Meta:
        ordering = ["-issued_at", "holder__name"]
        constraints = [models.UniqueConstraint(fields=["recall", "holder"], name="quality_notice_one_a_holder")]

    def __str__(self) -> str:
        return f"{self.recall.lot_name}: {self.holder.name}"

    @property
    def version(self) -> str:
        """Names the answer that stands, '' = none: whoever answers says upon which he does so."""
        return self.answered_at.isoformat() if self.answered_at else ""

    @property
    def treatment_text(self) -> Text | None:
        """Its own, else the recall's."""
        return rules.TREATMENTS.get(self.treatment or self.recall.treatment)


class NoticeLine(models.Model):
    """Goods of one lot in one unit: what the ledger said at the decision, then what the holder says.

    `present` and `sold_before` None: the ledger did not know how much; `at_most`: it knew no more than a bound.
    `found` None: not answered yet.
    """

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="lines")
    gtin = models.CharField(max_length=14)
    lot = models.CharField(max_length=60, blank=True)
    uom = models.CharField(max_length=3, blank=True)
    product = models.CharField(max_length=240, blank=True)
    product_en = models.CharField(max_length=240, blank=True)
    present = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    sold_before = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    at_most = models.BooleanField(default=False)
    found = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    returned = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    destroyed = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    sold = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]

    @property
    def total(self) -> Decimal | None:
        """What was there or was sold from there, as the ledger knew it."""
        if self.present is None or self.sold_before is None:
            return None
        return self.present + self.sold_before

    @property
    def goods(self) -> Text:
        return Text(self.product, self.product_en) if self.product else Text(f"GTIN {self.gtin}", "")

    @property
    def unit(self) -> Text:
        return words.unit(self.uom) if self.uom else Text("món", "items")

    @property
    def bound(self) -> Text:
        """The unit, with a word where the ledger's amount is a bound: for columns of numbers."""
        return Text(f"{self.unit.vi} (nhiều nhất)", f"{self.unit.en} (at most)") if self.at_most else self.unit
