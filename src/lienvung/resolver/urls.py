"""Addresses of the resolver: Digital Link paths at the root (included last), the members' pages, the API.

Two namespaces: `links` for the members' pages, `resolver` for what reads and sets no cookie.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from lienvung.resolver import api, pages, views

links: list[URLPattern | URLResolver] = [
    path("", pages.index, name="index"),
    path("new", pages.new, name="new"),
    path("<uuid:id>/edit", pages.edit, name="edit"),
    path("<uuid:id>/remove", pages.remove, name="remove"),
]

resolver: list[URLPattern | URLResolver] = [
    path("resolver/v1/links", api.links, name="links"),
    path("resolver/v1/links/<uuid:id>", api.link, name="link"),
    path("resolver/v1/linkset", api.link_set, name="link_set"),
    path(".well-known/gs1resolver", views.description, name="description"),
    # GS1 application identifiers have two to four digits; which of them may begin a path is checked by the view.
    re_path(r"^(?P<path>\d{2,4}/.+)$", views.digital_link, name="digital_link"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("resolver/", include((links, "links"))),
    path("", include((resolver, "resolver"))),
]
