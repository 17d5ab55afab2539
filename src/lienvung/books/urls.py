"""Addresses under /books/."""

from __future__ import annotations

from django.urls import URLPattern, path

from lienvung.books import views

app_name = "books"

urlpatterns: list[URLPattern] = [
    path("", views.index, name="index"),
    path("send", views.send, name="send"),
    path("template/<uuid:organisation>.xlsx", views.template, name="template"),
    path("<uuid:id>", views.book, name="book"),
    path("<uuid:id>/take", views.take, name="take"),
    path("<uuid:id>/again", views.again, name="again"),
    path("<uuid:id>/drop", views.drop, name="drop"),
    path("<uuid:id>/undo", views.undo, name="undo"),
    path("<uuid:id>/marked.xlsx", views.marked, name="marked"),
]
