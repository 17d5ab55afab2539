"""Inspections: the checklist as it was that day, answers, photos, signatures, findings, what came after."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone

from lienvung.control.establishment_models import Establishment, PlanRow
from lienvung.control.rules import Item
from lienvung.people.models import Organisation
from lienvung.texts import Text

WHO = settings.AUTH_USER_MODEL


class Inspection(models.Model):
    """open: being filled in; waiting: signed by the inspector, content frozen; signed: both sides, locked.

    `items` is the checklist as it stood when the visit began. `digest` is the SHA-256 of what both sides sign.
    """

    class State(models.TextChoices):
        OPEN = "open"
        WAITING = "waiting"
        SIGNED = "signed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="inspections")
    authority = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=14)
    plan_row = models.ForeignKey(PlanRow, null=True, on_delete=models.PROTECT, related_name="inspections")
    again_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="again")
    checklist = models.CharField(max_length=40)
    checklist_version = models.PositiveIntegerField()
    checklist_vi = models.CharField(max_length=120)
    checklist_en = models.CharField(max_length=120)
    items = models.JSONField(default=list)
    visited_on = models.DateField()
    begun_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    scheme = models.CharField(max_length=20)
    proposed = models.CharField(max_length=20, blank=True)
    result = models.CharField(max_length=20, blank=True)
    result_vi = models.CharField(max_length=120, blank=True)
    result_en = models.CharField(max_length=120, blank=True)
    result_note = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    inspector = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    inspector_name = models.CharField(max_length=150, blank=True)
    inspector_signed_at = models.DateTimeField(null=True, blank=True)
    side = models.CharField(max_length=12, blank=True)
    side_account = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    side_name = models.CharField(max_length=150, blank=True)
    side_statement = models.TextField(blank=True)
    side_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-visited_on", "-begun_at"]
        constraints = [
            # two inspectors at once: the second one's insert fails
            models.UniqueConstraint(
                fields=["establishment"], condition=models.Q(state="open"), name="control_inspection_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.establishment} · {self.visited_on:%d/%m/%Y}"

    @property
    def listed(self) -> list[Item]:
        return [Item(row["code"], row["severity"], Text(*row["text"]), row.get("basis", "")) for row in self.items]

    @property
    def words(self) -> Text:
        return Text(self.result_vi, self.result_en)

    @property
    def checklist_words(self) -> Text:
        return Text(self.checklist_vi, self.checklist_en)


class Answer(models.Model):
    """What was found for one item. `version` counts changes: who changes it says which one he saw."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="answers")
    item = models.CharField(max_length=40)
    answer = models.CharField(max_length=4)
    note = models.TextField(blank=True)
    due_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    answered_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "item"], name="control_answer_once")]

    def __str__(self) -> str:
        return f"{self.item}: {self.answer}"


class Finding(models.Model):
    """Something that failed and is to be put right by a day."""

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        CLOSED = "closed"
        REPEATED = "repeated"

    STANDING = ("open", "answered")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="findings")
    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="findings")
    item = models.CharField(max_length=40)
    item_vi = models.TextField()
    item_en = models.TextField()
    severity = models.CharField(max_length=8)
    note = models.TextField()
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    repeats = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="repeated_as")
    closed_in = models.ForeignKey(Inspection, null=True, on_delete=models.PROTECT, related_name="closed")
    closed_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_note = models.TextField(blank=True)

    class Meta:
        ordering = ["due_on", "item"]
        constraints = [models.UniqueConstraint(fields=["inspection", "item"], name="control_finding_once")]

    def __str__(self) -> str:
        return f"{self.establishment} · {self.item_vi}"[:300]

    @property
    def text(self) -> Text:
        return Text(self.item_vi, self.item_en)

    @property
    def stands(self) -> bool:
        return self.state in self.STANDING

    def late(self, today: date) -> bool:
        return self.stands and self.due_on < today


class Correction(models.Model):
    """What the establishment says it did about a finding; rows are only added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="corrections")
    text = models.TextField()
    by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return self.text[:80]


class Photo(models.Model):
    """A photo of an item (the inspector's) or of a correction (the establishment's); written anew on receipt."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="photos")
    item = models.CharField(max_length=40)
    correction = models.ForeignKey(Correction, null=True, on_delete=models.PROTECT, related_name="photos")
    file = models.FileField(upload_to="control/")
    digest = models.CharField(max_length=64)
    taken_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["added_at"]

    def __str__(self) -> str:
        return f"{self.item} · {self.digest[:8]}"


class Amendment(models.Model):
    """Something added to a locked inspection; the inspection itself stays as signed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="amendments")
    text = models.TextField()
    by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return self.text[:80]
