"""Addresses under /catalogue/; each has its row in `apps.PAGES`."""

from __future__ import annotations

from django.urls import path

from lienvung.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("", views.products, name="products"),
    path("new", views.register_product, name="register_product"),
    path("places", views.places, name="places"),
    path("places/new", views.register_place, name="register_place"),
    path("places/<uuid:id>", views.place, name="place"),
    path("<uuid:id>", views.product, name="product"),
    path("<uuid:id>/edit", views.edit_product, name="edit_product"),
    path("<uuid:id>/picture", views.product_picture, name="product_picture"),
    path("<uuid:id>/lots/new", views.register_lot, name="register_lot"),
]
