"""Addresses under /papers/."""

from __future__ import annotations

from django.urls import path

from lienvung.papers import views

app_name = "papers"

urlpatterns = [path("<uuid:id>", views.file, name="file")]
