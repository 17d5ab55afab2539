"""Addresses of the resolver: Digital Link paths at the root (included last), the members' pages, the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from lienvung.resolver import views

resolver: list[URLPattern | URLResolver] = [
    path(".well-known/gs1resolver", views.description, name="description"),
    # GS1 application identifiers have two to four digits; which of them may begin a path is checked by the view.
    re_path(r"^(?P<path>\d{2,4}/.+)$", views.digital_link, name="digital_link"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((resolver, "resolver"))),
]
