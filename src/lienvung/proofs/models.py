"""Certificates, what they cover, what was done to them, and the bodies whose word on them counts."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from lienvung.catalogue.models import Place, Product
from lienvung.people.models import Organisation
from lienvung.proofs import kinds, rules


class Certificate(models.Model):
    """A certificate as its holder registered it. Its state is never stored: `rules.state_on` works it out for a day.

    `revision` counts what the holder changed, so that nobody confirms what he has not seen.
    """

    class Checked(models.TextChoices):
        CLAIMED = "claimed"
        CONFIRMED = "confirmed"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="certificates")
    owner_party = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=80)
    standard = models.CharField(max_length=120, blank=True)
    issuer_name = models.CharField(max_length=200)
    issuer = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="certificates_issued"
    )
    issued_on = models.DateField(null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    stars = models.PositiveSmallIntegerField(null=True, blank=True)
    points = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    register_link = models.CharField(max_length=400, blank=True)
    document = models.FileField(upload_to="proofs/", null=True, blank=True)
    document_type = models.CharField(max_length=20, blank=True)
    document_digest = models.CharField(max_length=64, blank=True)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    revision = models.PositiveIntegerField(default=1)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    registered_at = models.DateTimeField(default=timezone.now, editable=False)
    checked = models.CharField(max_length=10, choices=Checked.choices, default=Checked.CLAIMED)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    checked_for = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    check_note = models.TextField(blank=True)
    illustrative = models.BooleanField(default=False)
    search_text = models.CharField(max_length=600, blank=True)

    class Meta:
        ordering = ["valid_to", "number"]
        indexes = [models.Index(fields=["checked", "valid_to"], name="proofs_certificate_due")]

    def __str__(self) -> str:
        return f"{self.kind_of.name.vi} {self.number}"

    @property
    def kind_of(self) -> kinds.Kind:
        return kinds.kind(self.kind)

    @property
    def term(self) -> rules.Term:
        """What decides its state; reads `measures` and the successor, which lists fetch beforehand."""
        successor = getattr(self, "replaced_by", None)
        replaced = successor.valid_from if successor and successor.checked == self.Checked.CONFIRMED else None
        measures = tuple(rules.Measure(rules.Act(m.act), m.from_day, m.pk) for m in self.measures.all())
        return rules.Term(rules.Checked(self.checked), self.valid_from, self.valid_to, measures, replaced)

    @property
    def paper(self) -> rules.Paper:
        rows = tuple(
            rules.Row(row.product.gtin if row.product else "", row.place.gln if row.place else "", row.group)
            for row in self.scope.all()
        )
        return rules.Paper(self.kind_of, str(self.holder_id), self.term, rows)


class ScopeRow(models.Model):
    """What the certificate covers: all that a row names at once; an empty row = all that the holder makes."""

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="scope")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=40, blank=True)
    area_ha = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    tonnes_a_year = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.product or self.place or self.group or "—")


class Measure(models.Model):
    """A suspension, a restoring, a withdrawal: from which day, why, by whom; never changed or deleted."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="measures")
    act = models.CharField(max_length=10, choices=[(act.value, act.value) for act in rules.Act])
    from_day = models.DateField()
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    body = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["from_day", "pk"]

    def __str__(self) -> str:
        return f"{self.act} {self.from_day}"


class IssuingBody(models.Model):
    """An organisation whose people may confirm the certificates it issued: an official has accepted it as issuer."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="issuing_body")
    kinds = models.CharField(max_length=200)  # keys, parted by spaces
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    accepted_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["organisation__name"]

    def __str__(self) -> str:
        return str(self.organisation)


class CalendarKey(models.Model):
    """The key in the address of an account's calendar feed; only its SHA-256 is kept."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return str(self.account_id)
