"""Addresses under /books/."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "books"

urlpatterns: list[URLPattern] = []
