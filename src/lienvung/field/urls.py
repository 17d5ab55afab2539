"""Addresses under /field/."""

from __future__ import annotations

from django.urls import URLPattern

from lienvung.field import offline

app_name = "field"

urlpatterns: list[URLPattern] = [
    *offline.urls,
]
