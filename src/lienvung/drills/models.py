"""Mock recalls: what was asked, who answered, how well it went. Nothing here is a recall, and no recall knows of it."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from lienvung.catalogue import words
from lienvung.people.models import Organisation
from lienvung.texts import Text


class Drill(models.Model):
    """A mock recall of one lot. `scope` as of the start; `ended_at` None: running."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_party = models.CharField(max_length=20, blank=True)
    lot_uri = models.CharField(max_length=200)
    lot_name = models.CharField(max_length=240)
    producer = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=300, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    scoped_at = models.DateTimeField()  # when the scope stood
    answer_by = models.DateTimeField()  # the clock of a recall, as the setting stood then
    scope = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    lesson = models.TextField(blank=True)  # what was learnt

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["lot_uri"], condition=models.Q(ended_at__isnull=True), name="drills_one_running_a_lot"
            )
        ]

    def __str__(self) -> str:
        return f"DIỄN TẬP {self.lot_name}"

    @property
    def running(self) -> bool:
        return self.ended_at is None


class DrillNotice(models.Model):
    """What a holder is asked in a drill."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_party = models.CharField(max_length=20, blank=True)
    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="notices")
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["holder__name"]
        constraints = [models.UniqueConstraint(fields=["drill", "holder"], name="drills_notice_one_a_holder")]

    def __str__(self) -> str:
        return f"{self.drill}: {self.holder.name}"

    @property
    def version(self) -> str:
        """Names the answer that stands, '' = none."""
        return self.answered_at.isoformat() if self.answered_at else ""


class DrillLine(models.Model):
    """Goods of one lot in one unit: by the ledger, then what the holder could find (nothing is moved for a drill)."""

    notice = models.ForeignKey(DrillNotice, on_delete=models.CASCADE, related_name="lines")
    gtin = models.CharField(max_length=14)
    lot = models.CharField(max_length=60, blank=True)
    uom = models.CharField(max_length=3, blank=True)
    product = models.CharField(max_length=240, blank=True)
    product_en = models.CharField(max_length=240, blank=True)
    present = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    sold_before = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    at_most = models.BooleanField(default=False)  # the ledger knew no more than a bound
    found = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    sold = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]

    @property
    def total(self) -> Decimal | None:
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
