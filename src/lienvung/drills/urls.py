"""Addresses of the drills, included under /drills/."""

from __future__ import annotations

from django.urls import URLPattern, path

from lienvung.drills import views

app_name = "drills"

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("start", views.start, name="start"),
    path("<uuid:id>", views.drill, name="drill"),
    path("<uuid:id>/report.pdf", views.report_pdf, name="report_pdf"),
    path("<uuid:id>/end", views.end, name="end"),
    path("notices/<uuid:id>", views.notice, name="notice"),
    path("notices/<uuid:id>/acknowledge", views.acknowledge, name="acknowledge"),
    path("notices/<uuid:id>/answer", views.answer, name="answer"),
]
