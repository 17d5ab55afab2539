"""Periods and the figures of indicators in them: calendar, lock, targets, frozen figures, corrections."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from lienvung.programme.models import Agreement, Commitment, Field, Party
from lienvung.results.calendars import KINDS, Rule, name_of
from lienvung.results.rules import DIRECTIONS, GATHERING
from lienvung.texts import Text

KIND_CHOICES = [(kind, kind) for kind in KINDS]
WHO = settings.AUTH_USER_MODEL


class Calendar(models.Model):
    """The reporting rule of an agreement, in force from a day (to a day): see `calendars.Rule`."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="calendars")
    start_month = models.PositiveSmallIntegerField(default=12)
    start_day = models.PositiveSmallIntegerField(default=15)
    due_days = models.PositiveSmallIntegerField(default=10)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["agreement", "valid_from"]
        constraints = [models.UniqueConstraint(fields=["agreement", "valid_from"], name="results_calendar_key")]

    def __str__(self) -> str:
        return f"{self.start_day}/{self.start_month} ({self.valid_from:%d/%m/%Y})"

    @property
    def rule(self) -> Rule:
        return Rule((self.start_month, self.start_day), self.due_days, self.valid_from, self.valid_to)


class Period(models.Model):
    """One period of an agreement. `round`: how often it was locked; figures are frozen anew each time."""

    class State(models.TextChoices):
        OPEN = "open"
        LOCKED = "locked"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="periods")
    kind = models.CharField(max_length=8, choices=KIND_CHOICES)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    round = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-starts_on", "ends_on"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "kind", "starts_on"], name="results_period_key"),
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="results_period_dates"),
        ]

    def __str__(self) -> str:
        return self.name.vi

    @property
    def name(self) -> Text:
        return name_of(self.kind, self.year, self.number)

    @property
    def locked(self) -> bool:
        return self.state == self.State.LOCKED


class PeriodAct(models.Model):
    """A lock or an unlock with its reason. `told`: how many results stood in which state at that moment."""

    class Act(models.TextChoices):
        LOCK = "lock"
        UNLOCK = "unlock"

    period = models.ForeignKey(Period, on_delete=models.CASCADE, related_name="acts")
    act = models.CharField(max_length=6, choices=Act.choices)
    round = models.PositiveSmallIntegerField()
    reason = models.TextField()
    told = models.JSONField(default=dict)
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.period} {self.act}"


class Indicator(models.Model):
    """What is measured. Empty baseline: not stated.

    `automatic`: the name of a part of `registry.indicators`; its figures come from there, never from results. A part of
    a parent counts along its `dimension` (field, unit, product group; '' a plain part): each dimension adds up alone.
    """

    class Dimension(models.TextChoices):
        PLAIN = ""
        FIELD = "field"
        UNIT = "unit"
        PRODUCT_GROUP = "product_group"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="indicators")
    commitment = models.ForeignKey(
        Commitment, null=True, blank=True, on_delete=models.PROTECT, related_name="indicators"
    )
    field = models.ForeignKey(Field, null=True, blank=True, on_delete=models.PROTECT, related_name="indicators")
    party = models.ForeignKey(Party, null=True, blank=True, on_delete=models.PROTECT, related_name="indicators")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    dimension = models.CharField(max_length=14, choices=Dimension.choices, blank=True, default="")
    category = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300, blank=True)
    unit = models.CharField(max_length=60)
    unit_en = models.CharField(max_length=60, blank=True)
    direction = models.CharField(max_length=4, choices=[(each, each) for each in DIRECTIONS], default="up")
    gathering = models.CharField(max_length=4, choices=[(each, each) for each in GATHERING], default="sum")
    baseline = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    baseline_on = models.DateField(null=True, blank=True)
    automatic = models.CharField(max_length=60, blank=True)
    product_group = models.CharField(max_length=40, blank=True)
    public = models.BooleanField(default=False)
    source = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["agreement", "order", "code"]
        constraints = [models.UniqueConstraint(fields=["agreement", "code"], name="results_indicator_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"[:160]

    @property
    def words(self) -> Text:
        return Text(self.name, self.name_en or self.name)

    @property
    def unit_words(self) -> Text:
        return Text(self.unit, self.unit_en or self.unit)


class Target(models.Model):
    """What an indicator is to reach in a period; no row: not stated."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="targets")
    period = models.ForeignKey(Period, on_delete=models.CASCADE, related_name="targets")
    value = models.DecimalField(max_digits=20, decimal_places=4)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["indicator", "period"], name="results_target_pair")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.period}: {self.value:f}"


class FrozenFigure(models.Model):
    """What an indicator stood at when the period was locked the `round`-th time. `value` None: no confirmed result;
    `waiting`: told, and not confirmed by then."""

    period = models.ForeignKey(Period, on_delete=models.CASCADE, related_name="frozen")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="frozen")
    round = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    waiting = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    target = models.DecimalField(max_digits=20, decimal_places=4, null=True)

    class Meta:
        ordering = ["period", "round", "indicator__order", "indicator__code"]
        constraints = [
            models.UniqueConstraint(fields=["period", "indicator", "round"], name="results_frozenfigure_key")
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.indicator}: {self.value}"


class Correction(models.Model):
    """A figure that one party wants other than it was frozen; it counts once another party has agreed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    figure = models.ForeignKey(FrozenFigure, on_delete=models.PROTECT, related_name="corrections")
    before = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    value = models.DecimalField(max_digits=20, decimal_places=4)
    reason = models.TextField()
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)
    agreed_party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    agreed_name = models.CharField(max_length=200, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["figure"], condition=models.Q(agreed_at__isnull=True), name="results_correction_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.figure}: {self.before} → {self.value:f}"


class AutomaticFigure(models.Model):
    """What a provider said for some days, kept for a while: the ledger is asked once, not by every page."""

    name = models.CharField(max_length=60)
    product_group = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "product_group", "starts_on", "ends_on"], name="results_automaticfigure_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_on}: {self.value}"
