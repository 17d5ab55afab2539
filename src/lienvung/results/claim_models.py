"""Results that one party tells and another decides, their evidence, and every act done to them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from lienvung.papers.models import File
from lienvung.programme.models import Agreement, Commitment, Party
from lienvung.results.period_models import Indicator, Period
from lienvung.results.rules import CLAIMANT, STATES
from lienvung.texts import Text

WHO = settings.AUTH_USER_MODEL


class Claim(models.Model):
    """A result told by `party`, to be decided by `counterpart`, a party of the same agreement.

    `waiting_since`: since when the counterpart has owed an answer; None while it owes none. `sent_at`: when it was
    first submitted: until then only its own party sees it. `version` grows with every act.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        CONFIRMED = "confirmed"
        RETURNED = "returned"
        DISPUTED = "disputed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="claims")
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="claims")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="claims")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="claims")
    counterpart = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="claims_to_decide")
    text = models.TextField()
    text_en = models.TextField(blank=True)
    happened_on = models.DateField(null=True, blank=True)
    indicator = models.ForeignKey(Indicator, null=True, blank=True, on_delete=models.PROTECT, related_name="claims")
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    source = models.TextField(blank=True)
    recorded_by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-recorded_at", "id"]
        indexes = [
            models.Index(fields=["agreement", "period", "state"], name="results_claim_period"),
            models.Index(fields=["counterpart", "state", "waiting_since"], name="results_claim_waiting"),
            models.Index(fields=["commitment", "state"], name="results_claim_commitment"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(party=models.F("counterpart")), name="results_claim_two_sides"),
            models.CheckConstraint(
                condition=models.Q(indicator__isnull=True, value__isnull=True)
                | models.Q(indicator__isnull=False, value__isnull=False),
                name="results_claim_value",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:160]

    @property
    def words(self) -> Text:
        return Text(self.text, self.text_en or self.text)

    @property
    def state_words(self) -> Text:
        return STATES[self.state]


class ClaimAct(models.Model):
    """One act on a result; written once, never changed. `content`: what the result said from this act on."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="acts")
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=10)
    side = models.CharField(max_length=12, default=CLAIMANT)
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    words = models.TextField(blank=True)
    content = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    organisation_name = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(WHO, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["claim", "number"]
        constraints = [models.UniqueConstraint(fields=["claim", "number"], name="results_claimact_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.act}"


class Evidence(models.Model):
    """A file beside a result, of either side. It stays: what was decided on can be read again."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="evidence")
    file = models.OneToOneField(File, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return str(self.file)
