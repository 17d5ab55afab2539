"""Addresses under /diary/."""

from __future__ import annotations

from django.urls import URLPattern, path

from lienvung.diary import views

app_name = "diary"

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("entries.csv", views.as_csv, name="csv"),
    path("entries.xlsx", views.as_xlsx, name="xlsx"),
    path("of/<uuid:organisation>/new", views.register, name="register"),
    path("units/<uuid:id>", views.unit, name="unit"),
    path("units/<uuid:id>/season", views.season, name="season"),
    path("units/<uuid:id>/close", views.close, name="close"),
    path("units/<uuid:id>/write/<slug:activity>", views.write, name="write"),
    path("entries/<uuid:id>", views.entry, name="entry"),
    path("entries/<uuid:id>/correct", views.correct, name="correct"),
    path("entries/<uuid:id>/withdraw", views.withdraw, name="withdraw"),
    path("entries/<uuid:id>/photo", views.photo, name="photo"),
]
