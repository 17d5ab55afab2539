"""Pages of certificates: the public list and page, registering, scope, checking, measures, issuing bodies."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from lienvung.errors import Conflict, NotFound, Problem
from lienvung.people.access import is_official
from lienvung.people.actions import not_allowed
from lienvung.people.gate import listed, person
from lienvung.people.views.organisations import pager
from lienvung.proofs import access, actions, files, tables, words
from lienvung.proofs.forms import (
    FACTS,
    CertificateForm,
    CheckForm,
    EditForm,
    IssuerForm,
    MeasureForm,
    ScopeForm,
)
from lienvung.proofs.kinds import kinds
from lienvung.proofs.models import Certificate
from lienvung.proofs.panels import rows_of
from lienvung.proofs.rules import Act
from lienvung.proofs.watch_views import language

PAGE = 50


def found(request: HttpRequest, id: uuid.UUID) -> Certificate:
    """A certificate that this person may see; any other is as if it were not there."""
    one = access.certificate(request.user, id)
    if one is None:
        raise NotFound("proofs.none", vi="Không có giấy chứng nhận này.", en="There is no such certificate.")
    return one


def editable(request: HttpRequest, id: uuid.UUID) -> Certificate:
    one = found(request, id)
    if not access.may_edit(request.user, one):
        raise not_allowed()
    return one


def checkable(request: HttpRequest, id: uuid.UUID) -> Certificate:
    one = found(request, id)
    if not access.may_check(request.user, one):
        raise not_allowed()
    return one


def posted(request: HttpRequest) -> tuple[Any, Any]:
    """What was sent; an empty form that was sent is still one."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


@listed
def index(request: HttpRequest) -> HttpResponseBase:
    query, kind = request.GET.get("q", "")[:200], request.GET.get("kind", "")
    page = Paginator(access.visible_to(request.user, query, kind=kind), PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [rows_of(one) for one in page],
        "page": page,
        "pager": pager(request, page),
        "query": query,
        "kinds": [(key, one.name, key == kind) for key, one in kinds().items()],
        "may_register": access.managed_organisations(request.user).exists(),
        "official": is_official(request.user),
    }
    return render(request, "proofs/index.html", context)


@listed
def open_csv(request: HttpRequest) -> HttpResponseBase:
    """All confirmed certificates as open data, whoever asks."""
    response = HttpResponse(tables.as_csv(access.visible_to(None), language()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="certificates.csv"'
    return response


@listed
def certificate(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    one = found(request, id)
    inside = access.may_see_inside(request.user, one)
    successor = getattr(one, "replaced_by", None)
    context = {
        **rows_of(one),
        "scope": [(row, words.scope(row)) for row in one.scope.all()],
        "measures": [(measure, words.MEASURES[Act(measure.act)]) for measure in one.measures.all()],
        "inside": inside,
        "successor": access.certificate(request.user, successor.pk) if successor else None,
        "before": access.certificate(request.user, one.replaces_id) if one.replaces_id else None,
        "may_edit": access.may_edit(request.user, one),
        "may_renew": access.may_renew(request.user, one),
        "may_check": access.may_check(request.user, one),
        "today": timezone.localdate(),
    }
    return render(request, "proofs/certificate.html", context)


@listed
def document(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """The stored document as a download that no browser runs; not for those who see the public page only."""
    one = found(request, id)
    if not access.may_see_inside(request.user, one):
        raise not_allowed()
    if not one.document:
        raise NotFound("proofs.no_document", vi="Giấy này chưa có bản chụp.", en="It has no document.")
    kept = one.document
    response = FileResponse(
        kept.storage.open(kept.name or "", "rb"),
        as_attachment=True,
        filename=f"{one.kind}-{one.pk}.{one.document_type}",
        content_type=files.TYPES[one.document_type],
    )
    for name, value in files.HEADERS.items():
        response[name] = value
    return response


@listed
def register(request: HttpRequest) -> HttpResponseBase:
    """A new certificate; `?replaces=` begins with what the one before said."""
    account = person(request)
    before = _replaced(request)
    initial: dict[str, Any] = {"holder": request.GET.get("holder", "")}
    if before is not None:
        initial = {name: getattr(before, name) for name in FACTS if name not in ("valid_from", "valid_to", "issued_on")}
        initial |= {"holder": str(before.holder_id), "kind": before.kind, "issuer": str(before.issuer_id or "")}
        initial |= {"register_link": before.register_link}
    form = CertificateForm(*posted(request), account=account, initial=initial)
    if form.is_valid():
        try:
            made = actions.register_certificate(by=account, replaces=before, **form.cleaned_data)
        except Problem as problem:
            form.blame(problem)
        else:
            return redirect("proofs:scope", id=made.pk)
    context = {"form": form, "before": before, "page_errors": form.errors}
    return render(request, "proofs/register.html", context, status=422 if form.errors else 200)


def _replaced(request: HttpRequest) -> Certificate | None:
    try:
        id = uuid.UUID(request.GET.get("replaces", ""))
    except ValueError:
        return None
    one = found(request, id)
    if not access.may_renew(request.user, one):
        raise not_allowed()
    return one


@listed
def edit(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    one = editable(request, id)
    initial = {name: getattr(one, name) for name in (*FACTS, "register_link")}
    initial |= {"issuer": str(one.issuer_id or ""), "revision": one.revision}
    form = EditForm(*posted(request), initial=initial, kind=one.kind_of)
    status = 200
    if form.is_valid():
        try:
            actions.change_certificate(by=person(request), certificate=one, **form.cleaned_data)
        except Problem as problem:
            form.blame(problem)
            status = 409 if isinstance(problem, Conflict) else 422
        else:
            return redirect("proofs:certificate", id=one.pk)
    elif form.errors:
        status = 422
    context = {**rows_of(one), "form": form, "page_errors": form.errors}
    return render(request, "proofs/edit.html", context, status=status)


@listed
def scope(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """What the certificate covers: the rows there are, and one more."""
    one = editable(request, id)
    form = ScopeForm(posted(request)[0], certificate=one)
    if form.is_valid():
        try:
            actions.add_scope(by=person(request), certificate=one, **form.cleaned_data)
        except Problem as problem:
            form.blame(problem)
        else:
            return redirect("proofs:scope", id=one.pk)
    rows = [(row, words.scope(row)) for row in one.scope.all()]
    context = {**rows_of(one), "form": form, "scope": rows, "page_errors": form.errors}
    return render(request, "proofs/scope.html", context, status=422 if form.errors else 200)


@listed
def remove_scope(request: HttpRequest, id: uuid.UUID, row: int) -> HttpResponseBase:
    one = editable(request, id)
    actions.remove_scope(by=person(request), certificate=one, row=row)
    return redirect("proofs:scope", id=one.pk)


@listed
def check(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    one = checkable(request, id)
    form = CheckForm(posted(request)[0], initial={"revision": one.revision})
    status = 200
    if form.is_valid():
        told = form.cleaned_data
        try:
            if told["said"] == "confirm":
                actions.confirm(by=person(request), certificate=one, revision=told["revision"], note=told["note"])
            else:
                actions.refuse(by=person(request), certificate=one, revision=told["revision"], reason=told["note"])
        except Conflict as problem:  # it is no longer what was read: the page shows it as it is now
            form = CheckForm(initial={"revision": one.revision})
            context = {**_to_check(one), "form": form, "clash": problem.text(language())}
            return render(request, "proofs/check.html", context, status=409)
        except Problem as problem:
            form.blame(problem)
        else:
            return redirect("proofs:certificate", id=one.pk)
    if form.errors:
        status = 422
    context = {**_to_check(one), "form": form, "page_errors": form.errors}
    return render(request, "proofs/check.html", context, status=status)


def _to_check(one: Certificate) -> dict[str, Any]:
    return {**rows_of(one), "scope": [(row, words.scope(row)) for row in one.scope.all()]}


@listed
def measure(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    one = checkable(request, id)
    form = MeasureForm(posted(request)[0], initial={"from_day": timezone.localdate()})
    if form.is_valid():
        try:
            actions.measure(by=person(request), certificate=one, **form.cleaned_data)
        except Problem as problem:
            form.blame(problem)
        else:
            return redirect("proofs:certificate", id=one.pk)
    context = {**rows_of(one), "form": form, "page_errors": form.errors}
    return render(request, "proofs/measure.html", context, status=422 if form.errors else 200)


@listed
def issuers(request: HttpRequest) -> HttpResponseBase:
    form = IssuerForm(posted(request)[0])
    if form.is_valid():
        told = form.cleaned_data
        try:
            actions.accept_issuer(by=person(request), organisation=told["organisation"], kinds_issued=told["kinds"])
        except Problem as problem:
            form.blame(problem)
        else:
            return redirect("proofs:issuers")
    rows = [
        (body, [kinds()[key].name for key in body.kinds.split()], access.may_end(request.user, body))
        for body in access.issuing_bodies()
    ]
    context = {"rows": rows, "form": form, "page_errors": form.errors}
    return render(request, "proofs/issuers.html", context, status=422 if form.errors else 200)


@listed
def end_issuer(request: HttpRequest, body: int) -> HttpResponseBase:
    one = access.issuing_bodies().filter(pk=body).first()
    if one is None:
        raise NotFound("proofs.no_issuer", vi="Không có nơi cấp này.", en="There is no such issuing body.")
    actions.end_issuer(by=person(request), body=one)
    return redirect("proofs:issuers")
