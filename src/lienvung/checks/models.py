"""Findings, the parameters of the checks, and what a run must remember until the next one."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from lienvung.lineage.anomalies_words import KIND_TEXTS, SEVERITY_TEXTS, Kind, Severity, short
from lienvung.people.models import Organisation
from lienvung.texts import Text


class Finding(models.Model):
    """What one check says of one subject. The same finding is one row (`key`) for ever.

    `digest`: what it said last; `events`: numbers of the ledger's events it rests on; `provinces`: ",37,01,", those of
    the product and of the places; `parties`: the organisations whose goods or places they are; `scope`: what is
    looked at again when its events change, so that the finding closes by itself.
    """

    class State(models.TextChoices):
        OPEN = "open"
        DISMISSED = "dismissed"
        RESOLVED = "resolved"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    severity = models.CharField(max_length=10, choices=[(word.value, word.value) for word in Severity])
    subject = models.CharField(max_length=400, db_index=True)
    scope = models.CharField(max_length=400, db_index=True)
    owner_party = models.CharField(max_length=20, blank=True)
    product_gtin = models.CharField(max_length=14, blank=True, db_index=True)
    provinces = models.CharField(max_length=100, blank=True)
    parties = models.ManyToManyField(Organisation, related_name="findings", blank=True)
    text_vi = models.TextField()
    text_en = models.TextField()
    figures = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    events = models.JSONField(default=list)
    places = models.JSONField(default=list)
    happened_at = models.DateTimeField()
    first_seen = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    state_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    dismissed_for = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_for = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-last_seen", "key"]
        indexes = [models.Index(fields=["state", "-last_seen"], name="checks_finding_state")]

    def __str__(self) -> str:
        return f"{self.kind} · {short(self.subject)}"[:240]

    @property
    def text(self) -> Text:
        return Text(self.text_vi, self.text_en)

    @property
    def kind_text(self) -> Text:
        return KIND_TEXTS[self.kind]

    @property
    def severity_text(self) -> Text:
        return SEVERITY_TEXTS[self.severity]

    @property
    def subject_name(self) -> str:
        return short(self.subject)


class Setting(models.Model):
    """A parameter of the checks, in force from a day (to a day) for one product group, or for all ('')."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=40)
    group = models.CharField(max_length=40, blank=True)
    value = models.FloatField()
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name", "group", "since"]
        constraints = [models.UniqueConstraint(fields=["name", "group", "since"], name="checks_setting_key")]

    def __str__(self) -> str:
        return f"{self.name} {self.group} = {self.value:g}"


class Position(models.Model):
    """How far the ledger has been looked at. `version` grows with every run: of two at once one writes nothing."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    event = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)
    ran_at = models.DateTimeField(null=True, blank=True)


class Watch(models.Model):
    """A thing to look at again although no event speaks of it: silence will be a finding from `due`."""

    thing = models.CharField(max_length=400, primary_key=True)
    due = models.DateTimeField(db_index=True)


class Treatment(models.Model):
    """A treatment of a plot that names nothing else, so that a harvest there finds it. Times UTC epoch ms."""

    id = models.BigAutoField(primary_key=True)
    event = models.BigIntegerField()
    plot = models.CharField(max_length=400)
    since = models.BigIntegerField()
    until = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "plot"], name="checks_treatment_key")]
        indexes = [models.Index(fields=["plot", "until"], name="checks_treatment_plot")]
