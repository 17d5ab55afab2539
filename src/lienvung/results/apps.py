"""Indicators, periods, and results that one party claims and the other confirms, returns or disputes."""

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "lienvung.results"
    label = "results"
    verbose_name = "Kết quả / Results"
