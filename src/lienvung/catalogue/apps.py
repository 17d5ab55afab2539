from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "lienvung.catalogue"
    label = "catalogue"
