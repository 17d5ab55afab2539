"""Addresses under /reports/."""

from __future__ import annotations

from django.urls import URLPattern

from lienvung.reports.dashboard_urls import patterns as DASHBOARDS
from lienvung.reports.report_urls import URLS as DOCUMENTS

app_name = "reports"

urlpatterns: list[URLPattern] = [*DOCUMENTS, *DASHBOARDS]
