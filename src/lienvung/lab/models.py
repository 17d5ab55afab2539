"""Sampling plans, samples with their custody, dated limits, results, holds, alarms when held goods move."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from lienvung.catalogue.models import Place
from lienvung.lab.rules import Comparison, Step, Verdict
from lienvung.people.models import Organisation
from lienvung.territory.models import AdminUnit
from lienvung.texts import Text

WHO = settings.AUTH_USER_MODEL


def _number() -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=20, decimal_places=9, null=True, blank=True)


class Reason(models.TextChoices):
    ROUTINE = "routine"
    RISK = "risk"
    SUSPICION = "suspicion"
    COMPLAINT = "complaint"
    FOLLOW_UP = "follow_up"
    RETEST = "retest"


class PlanLine(models.Model):
    """How many samples of a product group an authority or a producer means to take in a month, where and why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_party = models.CharField(max_length=20)
    planner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    product_kind = models.CharField(max_length=40)
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(AdminUnit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason.choices, default=Reason.ROUTINE)
    wanted = models.PositiveSmallIntegerField()
    analytes = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-year", "month", "product_kind"]
        constraints = [
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="lab_planline_month"),
            models.CheckConstraint(condition=Q(wanted__gt=0), name="lab_planline_wanted"),
        ]

    def __str__(self) -> str:
        return f"{self.month:02d}/{self.year} {self.product_kind} × {self.wanted}"


class Sample(models.Model):
    """Something taken from a lot to be tested. `orderer`: in whose name; `twin_of`: the sample that it repeats."""

    class State(models.TextChoices):
        ORDERED = "ordered"
        TAKEN = "taken"
        AT_LABORATORY = "at_laboratory"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=16, unique=True)
    owner_party = models.CharField(max_length=20)
    plan = models.ForeignKey(PlanLine, null=True, blank=True, on_delete=models.PROTECT, related_name="samples")
    twin_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="twins")
    lot_uri = models.CharField(max_length=200)
    lot_name = models.CharField(max_length=240)
    product_gtin = models.CharField(max_length=14)
    product_kind = models.CharField(max_length=40, blank=True)
    producer = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="samples_of_goods")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    analytes = models.CharField(max_length=300, blank=True)
    orderer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="samples_ordered")
    ordered_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    ordered_at = models.DateTimeField()
    laboratory = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="samples_tested")
    taken_by_name = models.CharField(max_length=150, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    amount = models.CharField(max_length=60, blank=True)
    seal = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=14, choices=State.choices, default=State.ORDERED)
    illustrative = models.BooleanField(default=False)

    class Meta:
        ordering = ["-ordered_at"]
        indexes = [models.Index(fields=["lot_uri"], name="lab_sample_lot")]

    def __str__(self) -> str:
        return f"{self.code} · {self.lot_name}"

    @property
    def lot_path(self) -> str:
        return self.lot_uri.removeprefix("https://id.gs1.org")


class Custody(models.Model):
    """Who gave the sample to whom, as one side tells it; never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="custody")
    step = models.CharField(max_length=10, choices=[(step.value, step.value) for step in Step])
    at = models.DateTimeField()
    giver = models.CharField(max_length=200, blank=True)
    receiver = models.CharField(max_length=200, blank=True)
    person = models.CharField(max_length=150, blank=True)
    seal_intact = models.BooleanField(default=True)
    note = models.CharField(max_length=300, blank=True)
    told_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["at", "told_at"]

    def __str__(self) -> str:
        return f"{self.step} {self.giver} → {self.receiver}"


class Limit(models.Model):
    """What is allowed of an analyte in a group of products (`product_kind` empty: in all), between two days."""

    class Certainty(models.TextChoices):
        SEEN = "seen"  # read in the official text that `basis` and `source` name
        SECOND_HAND = "second_hand"
        CONFIGURED = "configured"  # set by the authority or the owner of the installation
        ILLUSTRATIVE = "illustrative"  # for trials and tests: no legal value

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_party = models.CharField(max_length=20, blank=True)
    product_kind = models.CharField(max_length=40, blank=True)
    analyte = models.CharField(max_length=60)
    name_vi = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    comparison = models.CharField(max_length=6, choices=[(each.value, each.value) for each in Comparison])
    value = _number()
    unit = models.CharField(max_length=12)
    basis = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=300, blank=True)
    certainty = models.CharField(max_length=12, choices=Certainty.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    entered_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["product_kind", "analyte", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["product_kind", "analyte", "valid_from"], name="lab_limit_key"),
            models.CheckConstraint(condition=Q(comparison="absent") | Q(value__isnull=False), name="lab_limit_value"),
        ]

    def __str__(self) -> str:
        return f"{self.analyte} {self.comparison} {self.value or ''} {self.unit}"

    @property
    def name(self) -> Text:
        return Text(self.name_vi, self.name_en or self.name_vi)


class Result(models.Model):
    """One analyte of one sample. After confirmation it stays as it is; a correction is a row that `replaces` it.

    The limit's words are copied: what was compared then is shown, whatever becomes of the table.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="results")
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    why_replaced = models.CharField(max_length=300, blank=True)
    analyte = models.CharField(max_length=60)
    name_vi = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    value = _number()
    unit = models.CharField(max_length=12)
    lod = _number()
    uncertainty = _number()
    method = models.CharField(max_length=120, blank=True)
    limit = models.ForeignKey(Limit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    limit_words = models.CharField(max_length=400, blank=True)
    verdict = models.CharField(max_length=12, choices=[(each.value, each.value) for each in Verdict], blank=True)
    entered_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["entered_at", "id"]

    def __str__(self) -> str:
        return f"{self.sample.code} {self.analyte}"

    @property
    def name(self) -> Text:
        return Text(self.name_vi, self.name_en or self.name_vi)


class Hold(models.Model):
    """A lot, and all that was made of it, kept where it is until it is released.

    The things are in the ledger: `marking.told(pk, events)`, without those of the releases.
    """

    class State(models.TextChoices):
        IN_FORCE = "in_force"
        RELEASED = "released"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_party = models.CharField(max_length=20)
    lot_uri = models.CharField(max_length=200)
    lot_name = models.CharField(max_length=240)
    product_gtin = models.CharField(max_length=14)
    producer = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="holds_of_goods")
    result = models.ForeignKey(Result, null=True, blank=True, on_delete=models.PROTECT, related_name="holds")
    reason = models.TextField()
    authority = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="holds_decided")
    decided_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField()
    events = models.PositiveIntegerField(default=0)
    items = models.PositiveIntegerField(default=0)
    lots = models.PositiveIntegerField(default=0)
    claimed = models.PositiveIntegerField(default=0)  # events of others that nobody believed yet (ledger.claims)
    believed = models.JSONField(default=list)  # eventIDs of those that an official believed
    state = models.CharField(max_length=10, choices=State.choices, default=State.IN_FORCE)

    class Meta:
        ordering = ["-decided_at"]
        indexes = [models.Index(fields=["state"], name="lab_hold_state")]
        constraints = [
            # a second sample of the same lot over the limit finds the hold that stands
            models.UniqueConstraint(fields=["lot_uri"], condition=Q(state="in_force"), name="lab_hold_one_in_force")
        ]

    def __str__(self) -> str:
        return self.lot_name

    @property
    def lot_path(self) -> str:
        return self.lot_uri.removeprefix("https://id.gs1.org")


class Release(models.Model):
    """A named officer lets a hold's goods go: all of them, or a lot (`lot_uri`) and what was made of it.

    `kept`: what this hold lets go but another holds too, so that no event of this release names it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    lot_uri = models.CharField(max_length=200, blank=True)
    reason = models.TextField()
    released_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    officer = models.CharField(max_length=150)
    authority = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField()
    events = models.PositiveIntegerField(default=0)
    items = models.PositiveIntegerField(default=0)
    lots = models.PositiveIntegerField(default=0)
    kept = models.JSONField(default=list)

    class Meta:
        ordering = ["hold", "number"]
        constraints = [models.UniqueConstraint(fields=["hold", "number"], name="lab_release_number")]

    def __str__(self) -> str:
        return f"{self.hold} #{self.number}"


class Alarm(models.Model):
    """An event that ships, packs, sells or uses held or recalled goods; one alarm an event, however often looked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    what = models.CharField(max_length=30, blank=True)
    late = models.BooleanField(default=False)
    word = models.CharField(max_length=20)
    hold = models.ForeignKey(Hold, null=True, blank=True, on_delete=models.PROTECT, related_name="alarms")
    lot_name = models.CharField(max_length=240)
    things = models.JSONField(default=list)
    count = models.PositiveIntegerField(default=1)
    more = models.PositiveIntegerField(default=0)  # further events of the same sender, for which this one speaks
    holder = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="alarms_raised")
    producer = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="alarms_of_goods")
    place_uri = models.CharField(max_length=200, blank=True)
    place_name = models.CharField(max_length=420, blank=True)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    answered_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["-event"]

    def __str__(self) -> str:
        return f"{self.what} · {self.lot_name}"


class AlarmProvince(models.Model):
    """A province concerned by an alarm: that of the producer, of the place, of whoever has the goods."""

    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="provinces")
    code = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alarm", "code"], name="lab_alarm_province")]

    def __str__(self) -> str:
        return self.code


class Watch(models.Model):
    """Up to which event of the ledger alarms were looked for."""

    name = models.CharField(max_length=20, primary_key=True)
    event = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.event}"
