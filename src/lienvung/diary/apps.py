"""Plots, herds and ponds, and what is done on them: the production diary that harvests rest on."""

from django.apps import AppConfig


class DiaryConfig(AppConfig):
    name = "lienvung.diary"
    label = "diary"
    verbose_name = "Nhật ký sản xuất / Production diaries"
