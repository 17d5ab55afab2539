"""The audit log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "lienvung.audit"
    label = "audit"
