"""The quality room: recalls."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "lienvung.quality"
    label = "quality"
