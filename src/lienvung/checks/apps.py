"""Findings: where the ledger contradicts itself or what is possible, each with the events it rests on."""

from django.apps import AppConfig


class ChecksConfig(AppConfig):
    name = "lienvung.checks"
    label = "checks"
    verbose_name = "Kiểm tra sổ cái / Checks on the ledger"
