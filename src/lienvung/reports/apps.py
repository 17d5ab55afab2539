"""Official reports made from the results, difficulties and recommendations, dashboards, open data."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "lienvung.reports"
    label = "reports"
    verbose_name = "Báo cáo / Reports"
