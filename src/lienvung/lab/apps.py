"""Samples and laboratory results; a result over the limit holds the lot and all that was made of it."""

from django.apps import AppConfig


class LabConfig(AppConfig):
    name = "lienvung.lab"
    label = "lab"
    verbose_name = "Mẫu và kết quả / Samples and results"
