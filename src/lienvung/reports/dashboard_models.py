"""Which figures a party shows to everybody, and the addresses of calendar feeds."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from lienvung.programme.models import Party
from lienvung.results.models import Indicator


class PublicFigure(models.Model):
    """One figure that a party has chosen for the public page: a count of the dashboard (`count`) or an indicator."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="public_figures")
    count = models.CharField(max_length=20, blank=True)
    indicator = models.ForeignKey(Indicator, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    chosen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["party__order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(count="", indicator__isnull=False)
                | (~models.Q(count="") & models.Q(indicator=None)),
                name="reports_publicfigure_one",
            ),
            models.UniqueConstraint(
                fields=["party", "count"], condition=~models.Q(count=""), name="reports_publicfigure_count"
            ),
            models.UniqueConstraint(fields=["party", "indicator"], name="reports_publicfigure_indicator"),
        ]

    def __str__(self) -> str:
        return f"{self.party}: {self.count or self.indicator}"


class FeedKey(models.Model):
    """The key in the address of an account's calendar feed; only its SHA-256 is kept."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return str(self.account_id)
