"""Addresses under /field/."""

from __future__ import annotations

from django.urls import URLPattern, path

from lienvung.field import offline, views

app_name = "field"

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("desk", views.desk, name="desk"),
    path("tasks/<uuid:id>", views.tasks, name="tasks"),
    path("do/<slug:task>", views.do, name="do"),
    path("done/<uuid:id>", views.done, name="done"),
    *offline.urls,
]
