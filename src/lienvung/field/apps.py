"""Tasks of the people in the chain on a phone: harvest, buy in, make, pack, ship, receive, sell, write off."""

from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "lienvung.field"
    label = "field"
    verbose_name = "Công việc / Tasks"
