"""The ledger: events captured for good, found by every identifier, traced (docs/explanation/storage.md)."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "lienvung.ledger"
    label = "ledger"
    verbose_name = "Sổ cái sự kiện / Event ledger"
