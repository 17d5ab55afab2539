"""Pages of products, lots and places."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from lienvung import registry
from lienvung.catalogue import access, actions, pictures, words
from lienvung.catalogue.forms import LotForm, PlaceForm, ProductFacts, ProductForm
from lienvung.catalogue.models import Place, Product
from lienvung.errors import NotFound, Problem
from lienvung.people.access import organisation, recording_organisations
from lienvung.people.actions import not_allowed
from lienvung.people.gate import listed, person
from lienvung.people.models import Organisation
from lienvung.people.views.organisations import pager
from lienvung.territory.access import describe

PAGE = 24
LOTS_SHOWN = 50


def found(id: uuid.UUID) -> Product:
    product = access.product(id)
    if product is None:
        raise NotFound("catalogue.no_product", vi="Không có sản phẩm này.", en="No such product.")
    return product


def editable(request: HttpRequest, id: uuid.UUID) -> Product:
    """The product, for those of its owner; the others get 403 (as from the actions themselves)."""
    product = found(id)
    if not access.may_edit(request.user, product):
        raise not_allowed()
    return product


@listed
def products(request: HttpRequest) -> HttpResponseBase:
    query, kind = request.GET.get("q", "")[:200], request.GET.get("kind", "")
    page = Paginator(access.products(query, kind=kind), PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [{"product": product, "kind": words.product_kind(product.kind)} for product in page],
        "page": page,
        "pager": pager(request, page),
        "query": query,
        "kinds": [(value, words.product_kind(value), value == kind) for value in access.kinds_in_use()],
        "may_register": recording_organisations(request.user).exists(),
    }
    return render(request, "catalogue/products.html", context)


@listed
def product(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = found(id)
    lots = list(access.lots_of(shown)[: LOTS_SHOWN + 1])
    panels = [
        {"label": panel.label, "template": panel.template, "values": values}
        for panel in registry.product_panels
        if (values := panel.context(request, shown)) is not None
    ]
    may_edit = access.may_edit(request.user, shown)
    context = {
        "product": shown,
        "kind": words.product_kind(shown.kind),
        "unit": words.unit(shown.unit_of_measure),
        "origin": describe(shown.origin_unit) if shown.origin_unit else None,
        "lots": [(lot, words.unit(lot.uom)) for lot in lots[:LOTS_SHOWN]],
        "more_lots": len(lots) > LOTS_SHOWN,
        "quantities": access.may_see_quantities(request.user, shown),
        "panels": panels,
        "may_edit": may_edit,
        "jobs": access.label_jobs(shown)[:10] if may_edit else [],
    }
    return render(request, "catalogue/product.html", context)


@listed
def product_picture(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """The uploaded photo in its small size; the large one where there is no small one."""
    shown = found(id)
    if not shown.image:
        raise NotFound("catalogue.no_picture", vi="Sản phẩm chưa có ảnh.", en="The product has no picture.")
    name, files = shown.image.name or "", shown.image.storage
    small = pictures.small_name(name)
    ending = name.rsplit(".", 1)[-1]
    kinds = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
    response = FileResponse(files.open(small if files.exists(small) else name, "rb"), content_type=kinds[ending])
    response["Cache-Control"] = "public, max-age=3600"
    return response


@listed
def register_product(request: HttpRequest) -> HttpResponseBase:
    form = ProductForm(request.POST or None, request.FILES or None, account=request.user)
    if form.is_valid():
        try:
            made = actions.register_product(by=person(request), **owned(form.cleaned_data))
        except Problem as problem:
            form.blame(problem)
        else:
            return redirect("catalogue:product", id=made.pk)
    return render(request, "catalogue/register_product.html", {"form": form, "page_errors": form.errors})


def owned(values: dict[str, Any]) -> dict[str, Any]:
    """The form's values with the organisation itself in place of its id."""
    owner: Organisation | None = organisation(values["owner"])
    return {**values, "owner": owner}


@listed
def edit_product(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = editable(request, id)
    names = ProductFacts.base_fields.keys() - {"image"}
    form = ProductFacts(
        request.POST or None, request.FILES or None, initial={name: getattr(shown, name) for name in names}
    )
    if form.is_valid():
        try:
            actions.update_product(by=person(request), product=shown, **form.cleaned_data)
        except Problem as problem:
            form.blame(problem)
        else:
            return redirect("catalogue:product", id=shown.pk)
    context = {"form": form, "product": shown, "page_errors": form.errors}
    return render(request, "catalogue/edit_product.html", context)


@listed
def register_lot(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = editable(request, id)
    form = LotForm(request.POST or None, initial={"uom": shown.unit_of_measure})
    if form.is_valid():
        try:
            actions.register_lot(by=person(request), product=shown, **form.cleaned_data)
        except Problem as problem:
            form.blame(problem)
        else:
            return redirect("catalogue:product", id=shown.pk)
    context = {"form": form, "product": shown, "page_errors": form.errors}
    return render(request, "catalogue/register_lot.html", context)


@listed
def places(request: HttpRequest) -> HttpResponseBase:
    query, kind = request.GET.get("q", "")[:200], request.GET.get("kind", "")
    page = Paginator(access.places(query, kind=kind), 50).get_page(request.GET.get("page"))
    context = {
        "rows": [row(place) for place in page],
        "page": page,
        "pager": pager(request, page),
        "query": query,
        "kinds": [(value, text, value == kind) for value, text in words.PLACE_KINDS.items()],
        "may_register": recording_organisations(request.user).exists(),
    }
    return render(request, "catalogue/places.html", context)


def row(place: Place) -> dict[str, Any]:
    return {
        "place": place,
        "kind": words.place_kind(place.kind),
        "unit": describe(place.unit) if place.unit else None,
    }


@listed
def place(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    shown = access.place(id)
    if shown is None:
        raise NotFound("catalogue.no_place", vi="Không có nơi này.", en="No such place.")
    return render(request, "catalogue/place.html", row(shown))


@listed
def register_place(request: HttpRequest) -> HttpResponseBase:
    form = PlaceForm(request.POST or None, account=request.user)
    if form.is_valid():
        try:
            made = actions.register_place(by=person(request), **owned(form.cleaned_data))
        except Problem as problem:
            form.blame(problem)
        else:
            return redirect("catalogue:place", id=made.pk)
    return render(request, "catalogue/register_place.html", {"form": form, "page_errors": form.errors})
