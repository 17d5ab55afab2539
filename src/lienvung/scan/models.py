"""Scan counts: how often a code was asked for on a day, from which province. No address, no device is stored."""

from __future__ import annotations

from django.db import models


class ScanDay(models.Model):
    """Scans of one thing on one day (Asia/Ho_Chi_Minh) from one province ('' = not known).

    `thing` is the canonical URI without GS1's domain. Codes that were never issued are counted
    together at their product (`known` false), so that invented codes cannot fill the table.
    `devices` is an estimate: devices seen first on that day by one server process.
    """

    thing = models.CharField(max_length=200)
    day = models.DateField()
    province = models.CharField(max_length=40, default="", blank=True)
    known = models.BooleanField(default=True)
    scans = models.PositiveIntegerField(default=0)
    devices = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["thing", "day", "province", "known"], name="scan_scanday_key")]

    def __str__(self) -> str:
        return f"{self.thing} {self.day}: {self.scans}"


class FirstScan(models.Model):
    """When a thing's code was asked for the first time (UTC epoch milliseconds)."""

    thing = models.CharField(max_length=200, primary_key=True)
    at_ms = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.thing} {self.at_ms}"
