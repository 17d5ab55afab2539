"""Addresses under /cases/."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from lienvung.cases import report_views, views

app_name = "cases"
FILE = r"\.(?P<kind>csv|xlsx)$"

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    re_path("^cases" + FILE, views.cases_file, name="file"),
    re_path("^reports" + FILE, views.reports_file, name="reports_file"),
    path("report", report_views.report, name="report"),
    path("told/<str:secret>", report_views.told, name="told"),
    path("new", views.new, name="new"),
    path("reports/<uuid:id>/photo", views.photo, name="photo"),
    path("reports/<uuid:id>/spam", views.spam, name="spam"),
    path("<uuid:id>", views.case, name="case"),
    path("<uuid:id>/<slug:act>", views.act, name="act"),
]
