"""Named queries, the subscriptions to them, and who leads the background work. Times are UTC epoch milliseconds."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from lienvung.people.models import ApiToken, Organisation


class NamedQuery(models.Model):
    """A query that an organisation keeps under a name; no other organisation sees it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="named_queries")
    name = models.CharField(max_length=100)
    query = models.JSONField()  # as it was sent
    extensions = models.JSONField(default=dict)  # prefix -> namespace, as the header GS1-Extensions then said
    created_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="exchange_query_name")]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """Where the new events of a named query are posted, and how far that has come.

    `position` is the number of the last event that the receiver took, or that was passed over because it does not
    match. It moves only after an answer 2xx, so a receiver that is down loses nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    query = models.ForeignKey(NamedQuery, on_delete=models.CASCADE, related_name="subscriptions")
    # in whose name: when the token is revoked or the account closed, deliveries stop
    token = models.ForeignKey(ApiToken, null=True, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    dest = models.CharField(max_length=2000)
    signature_token = models.CharField(max_length=500, blank=True)
    stream = models.BooleanField()
    schedule = models.JSONField(null=True)
    report_if_empty = models.BooleanField(default=False)
    initial_ms = models.BigIntegerField(null=True)
    form = models.JSONField()
    created_ms = models.BigIntegerField()

    position = models.BigIntegerField()
    batch = models.IntegerField()  # most events in one post; smaller after the receiver answered 413
    next_ms = models.BigIntegerField()  # when to look again: the next moment of the schedule, or the next try
    run_ms = models.BigIntegerField(null=True)  # the moment of the schedule that is being reported
    run_up_to = models.BigIntegerField(null=True)  # newest event when it began
    run_sent = models.BooleanField(default=False)  # whether it has reported anything
    notified_ms = models.BigIntegerField(null=True)
    failures = models.IntegerField(default=0)
    failing_since_ms = models.BigIntegerField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["created_ms", "id"]
        indexes = [models.Index(fields=["next_ms"], name="exchange_subscription_next")]

    def __str__(self) -> str:
        return f"{self.query} → {self.dest}"


class Lease(models.Model):
    """Which process does the background work, and until when that holds if it is not renewed."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=200, blank=True)
    until_ms = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"


class ReleasedToken(models.Model):
    """A page token that its holder has given back (DELETE /nextPageToken); kept until it would have ended anyway."""

    digest = models.CharField(max_length=64, primary_key=True)  # SHA-256 of the token
    expires_ms = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["expires_ms"], name="exchange_released_expires")]

    def __str__(self) -> str:
        return self.digest


class CompanyPrefix(models.Model):
    """A GS1 company prefix that an EPC URN in the ledger has shown: what a Digital Link needs to become a URN."""

    prefix = models.CharField(max_length=12, primary_key=True)

    def __str__(self) -> str:
        return self.prefix


class Progress(models.Model):
    """How far the ledger has been read for something."""

    name = models.CharField(max_length=40, primary_key=True)
    rid = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.rid}"
