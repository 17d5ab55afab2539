"""Addresses under /imports/."""

from __future__ import annotations

from django.urls import URLPattern, path

from lienvung.imports import views

app_name = "imports"

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("of/<slug:code>", views.agreement, name="agreement"),
    path("of/<slug:code>/send", views.send, name="send"),
    path("of/<slug:code>/template.xlsx", views.template, name="template"),
    path("of/<slug:code>/filled.xlsx", views.filled, name="filled"),
    path("<uuid:id>", views.file, name="file"),
    path("<uuid:id>/take", views.take, name="take"),
    path("<uuid:id>/again", views.again, name="again"),
    path("<uuid:id>/drop", views.drop, name="drop"),
    path("<uuid:id>/undo", views.undo, name="undo"),
    path("<uuid:id>/marked.xlsx", views.marked, name="marked"),
]
