"""What the tables of the room share: keys, versions, texts in two languages, agencies with their dates."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from lienvung.people.models import Organisation
from lienvung.territory.models import AdminUnit
from lienvung.texts import Text

WHO = settings.AUTH_USER_MODEL


def both(vi: str, en: str) -> Text:
    """User content: Vietnamese always, English where somebody wrote it."""
    return Text(vi, en or vi)


class Row(models.Model):
    """A row that people edit. `version` grows with every change: who saves an old one is told, and keeps his words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


def prose(**more: Any) -> models.TextField:  # type: ignore[type-arg]
    return models.TextField(blank=True, **more)


class Agency(Row):
    """A department, committee or district office, as it was called during one time.

    `organisation`: the body of `people` whose accounts act for it, if it has any. `valid_to`: the first day on which
    it stood no more. It never changes its name: a new name is a new agency and an `AgencySuccessor`.
    """

    party: Any = None  # beside which it is shown, no column; set by `access.agencies_shown`, as is the next
    elsewhere = False  # of a unit below the party's
    unit = models.ForeignKey(AdminUnit, on_delete=models.PROTECT, related_name="agencies")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="agencies"
    )
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="programme_agency_key"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gt=models.F("valid_from")),
                name="programme_agency_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name_text(self) -> Text:
        return both(self.name, self.name_en)


class AgencySuccessor(models.Model):
    """`old`, or a part of it, went into `new` on a day; rights and reports follow."""

    old = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="successors")
    new = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="predecessors")
    since = models.DateField(null=True, blank=True)
    whole = models.BooleanField(default=True)
    basis = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="programme_agencysuccessor_pair")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
