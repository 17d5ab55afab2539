"""The registries: no tables, nothing to prepare."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "lienvung.registry"
    label = "registry"
