"""Addresses under /checks/."""

from __future__ import annotations

from django.urls import URLPattern, path

from lienvung.checks import views

app_name = "checks"

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("findings.csv", views.as_csv, name="csv"),
    path("findings.xlsx", views.as_xlsx, name="xlsx"),
    path("parameters", views.parameters, name="parameters"),
    path("<uuid:id>", views.finding, name="finding"),
    path("<uuid:id>/dismiss", views.dismiss, name="dismiss"),
    path("<uuid:id>/answer", views.answer, name="answer"),
]
