from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "lienvung.territory"
    label = "territory"
