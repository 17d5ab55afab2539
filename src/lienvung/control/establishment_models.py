"""Establishments under control, their grades, food-safety commitments and the yearly plans."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from lienvung.catalogue.models import Place
from lienvung.people.models import Organisation
from lienvung.texts import Text

WHO = settings.AUTH_USER_MODEL


class Establishment(models.Model):
    """An organisation's place under control by the authorities of `province` (a code, as of today's provinces)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_party = models.CharField(max_length=20)
    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="establishment")
    province = models.CharField(max_length=10, db_index=True)
    activities = models.JSONField(default=list)
    product_groups = models.JSONField(default=list, blank=True)
    scale = models.CharField(max_length=12)
    risk = models.CharField(max_length=8)
    risk_reason = models.CharField(max_length=400, blank=True)
    in_operation = models.BooleanField(default=True)
    registered_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    registered_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["place__name"]

    def __str__(self) -> str:
        return self.place.name

    @property
    def owner(self) -> Organisation:
        return self.place.owner


class Grade(models.Model):
    """The result given on a day, in the words of the scheme of that day; rows are only added.

    The words are copied: a grade of an old scheme stays what it was, whatever becomes of the reference data.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="grades")
    scheme = models.CharField(max_length=20)
    scheme_vi = models.CharField(max_length=120)
    scheme_en = models.CharField(max_length=120)
    result = models.CharField(max_length=20)
    result_vi = models.CharField(max_length=120)
    result_en = models.CharField(max_length=120)
    tone = models.CharField(max_length=8, blank=True)
    failing = models.BooleanField(default=False)
    months_to_next = models.PositiveIntegerField(null=True)
    graded_on = models.DateField()
    next_visit_by = models.DateField(null=True, blank=True)
    inspection = models.OneToOneField("Inspection", null=True, on_delete=models.PROTECT, related_name="grade")
    authority = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    document = models.CharField(max_length=120, blank=True)
    recorded_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-graded_on", "-recorded_at"]

    def __str__(self) -> str:
        return f"{self.establishment} · {self.result_vi}"

    @property
    def words(self) -> Text:
        return Text(self.result_vi, self.result_en)

    @property
    def scheme_words(self) -> Text:
        return Text(self.scheme_vi, self.scheme_en)


class Commitment(models.Model):
    """A food-safety commitment that a small establishment signed; the latest one counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="commitments")
    signed_on = models.DateField()
    ends_on = models.DateField()
    signer_name = models.CharField(max_length=150)
    document = models.CharField(max_length=120, blank=True)
    authority = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-signed_on"]
        constraints = [
            models.UniqueConstraint(fields=["establishment", "signed_on"], name="control_commitment_day"),
        ]

    def __str__(self) -> str:
        return f"{self.establishment} · {self.signed_on:%d/%m/%Y}"


class Breach(models.Model):
    """A breach of a commitment, counted from 1, and what followed by the practice of that day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="breaches")
    number = models.PositiveIntegerField()
    found_on = models.DateField()
    what = models.TextField()
    consequence = models.CharField(max_length=20)
    consequence_vi = models.CharField(max_length=120)
    consequence_en = models.CharField(max_length=120)
    recorded_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["commitment", "number"], name="control_breach_number")]

    def __str__(self) -> str:
        return f"{self.commitment} · {self.number}"

    @property
    def words(self) -> Text:
        return Text(self.consequence_vi, self.consequence_en)


class Plan(models.Model):
    """The inspections of a province in a year; once approved it stays as it is and is measured against."""

    class State(models.TextChoices):
        DRAFT = "draft"
        APPROVED = "approved"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    year = models.PositiveIntegerField()
    province = models.CharField(max_length=10)
    authority = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    approved_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    document = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["province", "year"], name="control_plan_year")]

    def __str__(self) -> str:
        return f"{self.year}"


class PlanRow(models.Model):
    """A visit of the plan: whom, in which month, why. `reasons`: [[vi, en], …]."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="rows")
    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="plan_rows")
    month = models.PositiveIntegerField()
    score = models.IntegerField(default=0)
    reasons = models.JSONField(default=list)
    by_hand = models.BooleanField(default=False)

    class Meta:
        ordering = ["month", "-score", "establishment__place__name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(month__gte=1, month__lte=12), name="control_planrow_month"),
            models.UniqueConstraint(fields=["plan", "establishment", "month"], name="control_planrow_once"),
        ]

    def __str__(self) -> str:
        return f"{self.establishment} · {self.month}/{self.plan.year}"

    @property
    def why(self) -> list[Text]:
        return [Text(*pair) for pair in self.reasons]
