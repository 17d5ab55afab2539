"""The registry of administrative units."""

from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "lienvung.territory"
    label = "territory"
