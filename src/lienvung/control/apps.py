"""Establishments under control: grading, food-safety commitments, yearly plans, inspections and findings."""

from django.apps import AppConfig


class ControlConfig(AppConfig):
    name = "lienvung.control"
    label = "control"
    verbose_name = "Kiểm tra cơ sở / Establishments and inspections"
