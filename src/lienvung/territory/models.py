"""Administrative units with their dates: provinces, districts (until 1/7/2025) and communes.

The official codes are used again after a merger (37 is the old and the new Ninh Bình), so a unit's
key is (level, code, valid_from). A unit never changes: a change is a new unit and a `Successor`.
"""

from __future__ import annotations

import uuid

from django.db import models


class AdminUnit(models.Model):
    """One unit during one time: valid from `valid_from` until the day before `valid_to` (None: today).

    `name` is the official name with its type ("Xã Kim Sơn"), `short_name` without ("Kim Sơn");
    `lat`, `lon` are WGS 84 degrees of a point inside, for overview maps only.
    """

    class Level(models.TextChoices):
        PROVINCE = "province"
        DISTRICT = "district"
        COMMUNE = "commune"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=8)
    level = models.CharField(max_length=10, choices=Level.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    short_name = models.CharField(max_length=80)
    search_text = models.CharField(max_length=240, db_index=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["level", "code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "level", "valid_from"], name="territory_unit_key"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="territory_unit_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Successor(models.Model):
    """`old` went wholly, or in part, into `new` on the day `new` begins."""

    class Share(models.TextChoices):
        WHOLE = "whole"
        PART = "part"

    old = models.ForeignKey(AdminUnit, on_delete=models.CASCADE, related_name="successors")
    new = models.ForeignKey(AdminUnit, on_delete=models.CASCADE, related_name="predecessors")
    share = models.CharField(max_length=5, choices=Share.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="territory_successor_pair")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new} ({self.share})"
