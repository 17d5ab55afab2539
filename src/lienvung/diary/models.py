"""Where things grow (plots, herds, ponds, hives), and the lines of their diaries.

The ledger's events are the record; a row here keeps what a list, a form and a second sending of the same task need.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from lienvung.catalogue.models import CANONICAL, Place
from lienvung.diary.words import ACTIVITIES, KINDS, UOMS, Activity
from lienvung.lineage.anomalies_words import short
from lienvung.people.models import Organisation
from lienvung.texts import Text


class Unit(models.Model):
    """A plot, herd, pond or stand of hives. `code` is the part of its GIAI (AI 8004) after the company prefix.

    `season`: what grows there now; with one, the crop of the season has a GIAI of its own (`YK057-X26`), so that what
    was done to last year's crop does not stand on this year's lot. Neither code nor season has a dash in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="diary_units")
    owner_party = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in KINDS])
    code = models.CharField(max_length=12)
    giai = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=120)
    species = models.CharField(max_length=120, blank=True)
    area_m2 = models.DecimalField(max_digits=12, decimal_places=1, null=True, blank=True)
    heads = models.PositiveIntegerField(null=True, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="diary_units")
    season = models.CharField(max_length=8, blank=True)
    season_since = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    search_text = models.CharField(max_length=400, blank=True)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["kind", "name", "giai"]

    def __str__(self) -> str:
        return self.name

    @property
    def base_uri(self) -> str:
        """The plot, herd, pond or hive itself."""
        return f"{CANONICAL}/8004/{self.giai}"

    @property
    def uri(self) -> str:
        """What grows there now: what treatments name, and what a harvest cuts."""
        return f"{self.base_uri}-{self.season}" if self.season else self.base_uri

    @property
    def kind_text(self) -> Text:
        return KINDS[self.kind]


class Entry(models.Model):
    """A line of a diary. Its primary key is the task that the form or the phone made, so that it is told once."""

    task_id = models.UUIDField(primary_key=True, editable=False)
    digest = models.CharField(max_length=64)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="diary_entries")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="entries")
    thing = models.CharField(max_length=100)
    season = models.CharField(max_length=8, blank=True)
    activity = models.CharField(max_length=24, choices=[(name, name) for name in ACTIVITIES])
    at = models.DateTimeField()
    material = models.CharField(max_length=120, blank=True)
    amount = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    uom = models.CharField(max_length=3, blank=True)
    waiting_until = models.DateField(null=True, blank=True)
    lot = models.CharField(max_length=200, blank=True)
    measures = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=500, blank=True)
    photo = models.FileField(upload_to="diary/", null=True, blank=True)
    event_id = models.CharField(max_length=60, unique=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    corrected_at = models.DateTimeField(null=True, blank=True)
    correction = models.CharField(max_length=500, blank=True)
    replaced_by = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces")

    class Meta:
        ordering = ["-at", "-recorded_at"]
        indexes = [
            models.Index(fields=["unit", "-at"], name="diary_entry_unit"),
            models.Index(fields=["organisation", "-at"], name="diary_entry_org"),
            models.Index(fields=["lot", "-at"], name="diary_entry_lot"),
        ]

    def __str__(self) -> str:
        return f"{self.activity} · {self.unit}"

    @property
    def activity_of(self) -> Activity:
        return ACTIVITIES[self.activity]

    @property
    def activity_text(self) -> Text:
        return self.activity_of.name

    @property
    def uom_text(self) -> Text:
        return UOMS.get(self.uom, Text(self.uom, self.uom))

    @property
    def lot_name(self) -> str:
        """The lot as it is read on a label."""
        return short(self.lot) if self.lot else ""
