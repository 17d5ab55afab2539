"""Products, their lots, the places where things happen, and the codes issued for labels."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from django.conf import settings
from django.db import models
from django.utils import timezone

from lienvung.people.models import Organisation
from lienvung.territory.models import AdminUnit

CANONICAL = "https://id.gs1.org"


class Product(models.Model):
    """A trade item class, known by its GTIN (always 14 digits)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="products")
    owner_party = models.CharField(max_length=20)
    gtin = models.CharField(max_length=14, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    brand = models.CharField(max_length=100, blank=True)
    net_content = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    unit_of_measure = models.CharField(max_length=3, blank=True)
    image = models.FileField(upload_to="products/", null=True, blank=True)
    picture = models.CharField(max_length=60, default="", blank=True)
    description = models.TextField(blank=True)
    standards = models.TextField(blank=True)
    origin_unit = models.ForeignKey(AdminUnit, null=True, blank=True, on_delete=models.PROTECT, related_name="products")
    shelf_life_days = models.PositiveIntegerField(null=True, blank=True)
    illustrative = models.BooleanField(default=False)
    search_text = models.CharField(max_length=1000, blank=True)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """The address of the product's scan page on our own domain: /01/GTIN."""
        return f"/01/{self.gtin}"

    @property
    def uri(self) -> str:
        """Canonical GS1 Digital Link of the class, the form the ledger knows."""
        return CANONICAL + self.path


class Lot(models.Model):
    """A batch of a product: GTIN + lot number (AI 10)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lots")
    number = models.CharField(max_length=20)
    owner_party = models.CharField(max_length=20)
    produced_on = models.DateField(null=True, blank=True)
    best_before = models.DateField(null=True, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    uom = models.CharField(max_length=3, blank=True)
    search_text = models.CharField(max_length=40, blank=True)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-registered_at"]
        constraints = [models.UniqueConstraint(fields=["product", "number"], name="catalogue_lot_key")]
        indexes = [models.Index(fields=["search_text"], name="catalogue_lot_search")]

    def __str__(self) -> str:
        return f"{self.product.name} · {self.number}"

    @property
    def path(self) -> str:
        """The address of the lot's scan page on our own domain: /01/GTIN/10/LOT."""
        return f"/01/{self.product.gtin}/10/{quote(self.number, safe='')}"

    @property
    def uri(self) -> str:
        """Canonical GS1 Digital Link of the lot, the form the ledger knows."""
        return CANONICAL + self.path


class Place(models.Model):
    """Where things happen: a plot, a mill, a store; known by its GLN. `lat`, `lon` in WGS 84 degrees."""

    class Kind(models.TextChoices):
        FIELD = "field"
        POND = "pond"
        APIARY = "apiary"
        FARM = "farm"
        MILL = "mill"
        FACTORY = "factory"
        PACKHOUSE = "packhouse"
        SLAUGHTERHOUSE = "slaughterhouse"
        WAREHOUSE = "warehouse"
        DISTRIBUTION_CENTRE = "distribution_centre"
        STORE = "store"
        LABORATORY = "laboratory"
        OFFICE = "office"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="places")
    owner_party = models.CharField(max_length=20)
    gln = models.CharField(max_length=13, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    unit = models.ForeignKey(AdminUnit, null=True, blank=True, on_delete=models.PROTECT, related_name="places")
    address = models.CharField(max_length=300, blank=True)
    illustrative = models.BooleanField(default=False)
    search_text = models.CharField(max_length=600, blank=True)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        return f"/414/{self.gln}"

    @property
    def uri(self) -> str:
        """Canonical GS1 Digital Link of the place (AI 414), as in readPoint and bizLocation."""
        return CANONICAL + self.path


class LabelJob(models.Model):
    """One printing of labels: of the product, of a lot, or of single items with serials."""

    class Kind(models.TextChoices):
        PRODUCT = "product"
        LOT = "lot"
        SERIAL = "serial"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="label_jobs")
    lot = models.ForeignKey(Lot, null=True, blank=True, on_delete=models.PROTECT, related_name="label_jobs")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    count = models.PositiveIntegerField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    reprint_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reprints")

    class Meta:
        ordering = ["-issued_at"]
        constraints = [models.CheckConstraint(condition=models.Q(count__gt=0), name="catalogue_labeljob_count")]

    def __str__(self) -> str:
        return f"{self.product.name} × {self.count}"

    @property
    def serials(self) -> models.QuerySet[IssuedSerial]:
        """The serials printed: a reprint shows those of the job it repeats."""
        return IssuedSerial.objects.filter(job=self.reprint_of_id or self.pk).order_by("id")


class IssuedSerial(models.Model):
    """A serial number (AI 21) given out for one item; a code never issued is an alarm on the scan page."""

    id = models.BigAutoField(primary_key=True)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="serials")
    serial = models.CharField(max_length=20)
    lot = models.ForeignKey(Lot, null=True, blank=True, on_delete=models.PROTECT, related_name="serials")
    job = models.ForeignKey(LabelJob, on_delete=models.PROTECT, related_name="issued")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "serial"], name="catalogue_serial_key")]

    def __str__(self) -> str:
        return self.serial

    @property
    def path(self) -> str:
        """The address of the item's scan page: /01/GTIN/21/SERIAL."""
        return f"/01/{self.product.gtin}/21/{quote(self.serial, safe='')}"

    @property
    def uri(self) -> str:
        return CANONICAL + self.path
