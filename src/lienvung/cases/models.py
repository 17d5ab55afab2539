"""Reports of shoppers, the cases that gather them, what was written in a case, and tries counted for the limit.

Personal data stand in `Report.contact` only (and in whatever a reporter wrote or photographed): never shown
publicly, never in the audit log, erased some days after the case is closed.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from lienvung.cases.rules import State
from lienvung.cases.words import ORIGINS, STATES, WHAT
from lienvung.catalogue.models import Product
from lienvung.people.models import Organisation
from lienvung.texts import Text

WHO = settings.AUTH_USER_MODEL


class Case(models.Model):
    """Something said to be wrong with a lot (or a product). `owner`: the product's organisation, which answers;
    `province`: whose officials act; `provinces`: ",01,37,", whose officials see it.

    `gathers`: further reports of the same lot join this case. `hidden`: all its reports are spam. `version` grows
    with every act: of two at once one is told.
    """

    class Origin(models.TextChoices):
        REPORT = "report"
        COMPLAINT = "complaint"
        FINDING = "finding"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="cases")
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cases")
    owner_party = models.CharField(max_length=20)
    lot_uri = models.CharField(max_length=400, blank=True, db_index=True)
    lot_number = models.CharField(max_length=20, blank=True)
    what = models.CharField(max_length=10)
    urgent = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    province = models.CharField(max_length=10, blank=True)
    provinces = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_for = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default=State.NEW, choices=[(each.value, each.value) for each in State])
    state_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    gathers = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    illustrative = models.BooleanField(default=False)

    class Meta:
        ordering = ["-urgent", "-opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["lot_uri"], condition=models.Q(gathers=True), name="cases_case_gathers_lot")
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="cases_case_due")]

    def __str__(self) -> str:
        return f"{self.number} · {self.product.name}"[:240]

    @property
    def state_text(self) -> Text:
        return STATES[self.state]

    @property
    def what_text(self) -> Text:
        return WHAT.get(self.what, Text(self.what, self.what))

    @property
    def origin_text(self) -> Text:
        return ORIGINS[self.origin]

    @property
    def overdue(self) -> bool:
        return self.due_at is not None and self.due_at < timezone.now()


class Report(models.Model):
    """What a shopper told. `digest`: SHA-256 of the secret of the reporter's link; the secret is not kept.

    `code`: the canonical URI of the code on the pack; `doubtful`: that code was never issued. `contact_owner`: the
    reporter lets the product's organisation have the contact too, not only the authority.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    code = models.CharField(max_length=400)
    doubtful = models.BooleanField(default=False)
    what = models.CharField(max_length=10)
    text = models.TextField()
    bought_where = models.CharField(max_length=200, blank=True)
    bought_province = models.CharField(max_length=10, blank=True)
    bought_on = models.DateField(null=True, blank=True)
    contact = models.CharField(max_length=120, blank=True)
    contact_owner = models.BooleanField(default=False)
    agreed_at = models.DateTimeField(null=True, blank=True)
    contact_erased_at = models.DateTimeField(null=True, blank=True)
    photo = models.FileField(upload_to="cases/", blank=True)
    language = models.CharField(max_length=2, default="vi")
    received_at = models.DateTimeField(default=timezone.now)
    spam = models.BooleanField(default=False)
    spam_reason = models.CharField(max_length=300, blank=True)
    spam_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["received_at"]

    def __str__(self) -> str:
        return self.number

    @property
    def what_text(self) -> Text:
        return WHAT.get(self.what, Text(self.what, self.what))


class Entry(models.Model):
    """Something written in a case: answers and conclusions are read by the reporters, notes and reasons are not.

    A note is read by the side that wrote it: officials, or the people of `organisation`.
    """

    class Kind(models.TextChoices):
        NOTE = "note"
        ANSWER = "answer"
        CONCLUSION = "conclusion"
        REASON = "reason"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    official = models.BooleanField(default=False)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Attempt(models.Model):
    """A report that was sent, for the limit; keys are keyed hashes, so no address is stored."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="cases_attempt_key")]

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S}"
