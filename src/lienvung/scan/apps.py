"""The scan room: pages behind the codes on labels, scan counts, label printing."""

from django.apps import AppConfig


class ScanConfig(AppConfig):
    name = "lienvung.scan"
    label = "scan"
