"""Addresses of the scan room, included last at the root (a code's address has no prefix)."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "scan"

urlpatterns: list[URLPattern] = []
