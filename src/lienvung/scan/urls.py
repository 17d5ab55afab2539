"""Addresses of the scan room, included last at the root: a code's address has no prefix.

Two namespaces: `labels` for the members' pages, `scan` for what everybody may scan (there no
cookie is read or set).
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from lienvung.scan import views

scan: list[URLPattern | URLResolver] = [
    path(".well-known/gs1resolver", views.resolver_description, name="resolver"),
    # GS1 application identifiers have two to four digits; which of them may begin a path is checked by the view.
    re_path(r"^(?P<path>\d{2,4}/.+)$", views.digital_link, name="digital_link"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((scan, "scan"))),
]
