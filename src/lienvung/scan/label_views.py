"""Members' pages: choose, look over, issue, download, print again."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienvung.catalogue import actions
from lienvung.catalogue.models import LabelJob, Lot, Product
from lienvung.errors import Invalid, NotAllowed, NotFound
from lienvung.gs1.address import read_address
from lienvung.people.models import Account
from lienvung.scan import access, sheets
from lienvung.scan.codes import code as code_of
from lienvung.scan.codes import svg as code_svg
from lienvung.scan.forms import LabelForm
from lienvung.scan.labels import address_of, labels_of, sample_labels, uri_of

PER_PAGE = 50


def _account(request: HttpRequest) -> Account:
    account = request.user
    if not isinstance(account, Account):
        raise NotAllowed("labels.sign_in", vi="Hãy đăng nhập.", en="Sign in first.")
    return account


def _language() -> str:
    return "en" if get_language() == "en" else "vi"


def _product(request: HttpRequest, gtin: str) -> Product:
    """The product, if the member may print its labels; others hear that it is not there."""
    product = access.product_of(gtin)
    if product is None or not access.may_print(request.user, product):
        raise NotFound(
            "labels.no_product",
            vi="Không có sản phẩm này trong đơn vị của bạn.",
            en="Your organisation has no such product.",
        )
    return product


def _job(request: HttpRequest, id: uuid.UUID) -> LabelJob:
    job = access.label_jobs_of(_account(request)).filter(pk=id).first()
    if job is None:
        raise NotFound("labels.no_job", vi="Không có lần in này.", en="There is no such printing.")
    return job


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    account = _account(request)
    jobs = access.label_jobs_of(account)[:PER_PAGE]
    return render(request, "labels/index.html", {"jobs": jobs, "products": access.printable_products(account)})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, gtin: str) -> HttpResponse:
    """Form, then the answers looked over, then the issue: three faces of one address."""
    product = _product(request, gtin)
    if request.method == "GET":
        form = LabelForm(product=product, language=_language(), initial={"lot": request.GET.get("lot", "")})
        return render(request, "labels/new.html", {"product": product, "form": form})
    form = LabelForm(request.POST, product=product, language=_language())
    if not form.is_valid():
        return _form_again(request, product, form)
    chosen = form.cleaned_data
    lot, layout = form.lots.get(chosen["lot"]), sheets.layout_of(chosen["layout"])
    try:
        sample = sample_labels(product, lot, chosen["kind"], chosen["count"], layout)
        sheets.module_size(layout, code_of(sample[0].address))
    except Invalid as fault:
        form.add_error("layout", fault.text(_language()))
        return _form_again(request, product, form)
    if "confirm" not in request.POST:
        context = {"product": product, "form": form, "lot": lot, "layout": layout, "chosen": chosen}
        return render(request, "labels/check.html", {**context, "pages": layout.pages(chosen["count"])})
    job = _issue(_account(request), product, lot, chosen)
    response: HttpResponse = redirect("labels:job", id=job.pk)
    response["Location"] += f"?layout={layout.key}"
    return response


def _issue(account: Account, product: Product, lot: Lot | None, chosen: dict[str, Any]) -> LabelJob:
    if chosen["kind"] == LabelJob.Kind.SERIAL:
        return actions.issue_serials(by=account, product=product, count=chosen["count"], lot=lot)
    return actions.issue_labels(by=account, product=product, count=chosen["count"], lot=lot)


def _form_again(request: HttpRequest, product: Product, form: LabelForm) -> HttpResponse:
    context = {"product": product, "form": form, "page_errors": True}
    return render(request, "labels/new.html", context, status=422)


@login_required
@require_GET
def job(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _job(request, id)
    layout = sheets.layout_of(request.GET.get("layout", "a4-24"))
    pages = range(1, layout.pages(found.count) + 1)
    context = {"job": found, "layout": layout, "layouts": list(sheets.LAYOUTS.values()), "pages": pages[:40]}
    return render(request, "labels/job.html", {**context, "more_pages": len(pages) > 40})


@login_required
@require_POST
def reprint(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    again = actions.mark_reprint(by=_account(request), job=_job(request, id))
    return redirect("labels:job", id=again.pk)


@login_required
@require_GET
def sheet_pdf(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _job(request, id)
    layout = sheets.layout_of(request.GET.get("layout", "a4-24"))
    body = sheets.pdf(labels_of(found), layout, title=f"{found.product.name} × {found.count}")
    actions.note_download(by=_account(request), job=found, layout=layout.key, form="pdf")
    response = HttpResponse(body, content_type="application/pdf")
    name = f"{found.product.gtin}-{found.lot.number if found.lot else 'labels'}-{layout.key}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{_safe(name)}"'
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_GET
def sheet_svg(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """One page of the printing as SVG (`page` counts from 1)."""
    found = _job(request, id)
    layout = sheets.layout_of(request.GET.get("layout", "a4-24"))
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
    body = sheets.svg(labels_of(found), layout, page=page - 1)
    actions.note_download(by=_account(request), job=found, layout=layout.key, form="svg", page=page)
    return _svg(body)


@login_required
@require_GET
def preview(request: HttpRequest, gtin: str) -> HttpResponse:
    product = _product(request, gtin)
    form = LabelForm(request.GET, product=product, language=_language())
    if not form.is_valid():
        raise Invalid("labels.preview", vi="Thiếu lựa chọn để xem thử.", en="Choices are missing for a preview.")
    chosen = form.cleaned_data
    layout = sheets.layout_of(chosen["layout"])
    lot = form.lots.get(chosen["lot"])
    sample = sample_labels(product, lot, chosen["kind"], chosen["count"], layout)
    return _svg(sheets.svg(sample, layout, cropped=True))


@require_GET
def code(request: HttpRequest, path: str) -> HttpResponse:
    """The QR code of a registered product or lot, or of an issued item, for anybody: it says nothing secret."""
    address = read_address("/" + path.strip("/"), decoded="/" + path.strip("/"))
    product = access.product_of(address.gtin) if address.gtin else None
    lot = access.lot_of(product, address.lot) if product and address.lot else None
    known = product is not None and (not address.lot or lot is not None)
    if product is not None and address.serial:
        known = known and access.serial_of(product, address.serial) is not None
    if product is None or not known:
        raise NotFound("labels.no_code", vi="Mã này chưa được cấp.", en="This code has not been issued.")
    uri = uri_of(address_of(product, lot=lot, serial=address.serial))
    response = _svg(code_svg(uri, title=uri))
    response["Cache-Control"] = "public, max-age=3600"
    return response


def _svg(body: str) -> HttpResponse:
    response = HttpResponse(body, content_type="image/svg+xml")
    response["Cache-Control"] = "private, no-store"
    # an SVG is a document of its own when opened alone: nothing in it may run or load
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response


def _safe(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-._") else "_" for c in name)
