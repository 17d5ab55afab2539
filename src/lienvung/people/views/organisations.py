"""Organisations: the public list and page, and what their managers do there."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from lienvung import registry
from lienvung.errors import NotFound, Problem
from lienvung.people import access, actions, words
from lienvung.people.forms import MemberForm, OrganisationForm, TokenForm
from lienvung.people.gate import listed, person
from lienvung.people.models import Organisation
from lienvung.registry.forms import phrase
from lienvung.territory.access import describe

PAGE = 50


def found(id: uuid.UUID) -> Organisation:
    organisation = access.organisation(id)
    if organisation is None:
        raise NotFound("people.no_organisation", vi="Không có đơn vị này.", en="No such organisation.")
    return organisation


def managed(request: HttpRequest, id: uuid.UUID) -> Organisation:
    """The organisation, for those who manage it; the others get 403 (also from the actions themselves)."""
    organisation = found(id)
    if not access.may_manage(request.user, organisation):
        raise actions.not_allowed()
    return organisation


def staffed(request: HttpRequest, id: uuid.UUID) -> Organisation:
    """The organisation, for those who may give roles in it; the others get 403."""
    organisation = found(id)
    if not access.may_appoint(request.user, organisation):
        raise actions.not_allowed()
    return organisation


def with_query(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def pager(request: HttpRequest, page: Any) -> dict[str, str]:
    """Addresses of the neighbouring pages, for the pager component."""
    return {
        "newer": with_query(request, page.previous_page_number()) if page.has_previous() else "",
        "older": with_query(request, page.next_page_number()) if page.has_next() else "",
    }


@listed
def organisations(request: HttpRequest) -> HttpResponseBase:
    query, kind = request.GET.get("q", "")[:200], request.GET.get("kind", "")
    page = Paginator(access.organisations(query, kind=kind), PAGE).get_page(request.GET.get("page"))
    rows = [
        {"organisation": organisation, "kind": words.kind(organisation.kind), "unit": place_of(organisation)}
        for organisation in page
    ]
    context = {
        "rows": rows,
        "page": page,
        "pager": pager(request, page),
        "query": query,
        "kind": kind,
        "kinds": [(value, text, value == kind) for value, text in words.KINDS.items()],
        "may_register": access.is_official(request.user),
    }
    return render(request, "people/organisations.html", context)


def place_of(organisation: Organisation) -> Any:
    return describe(organisation.unit) if organisation.unit else None


@listed
def organisation(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    """Public facts only: name, kind, place. A telephone is shown to those who work with the system."""
    shown = found(id)
    panels = [
        {"label": panel.label, "template": panel.template, "values": values}
        for panel in registry.organisation_panels
        if (values := panel.context(request, shown)) is not None
    ]
    context = {
        "organisation": shown,
        "kind": words.kind(shown.kind),
        "unit": place_of(shown),
        "panels": panels,
        "role": words.role(role) if (role := access.role_in(request.user, shown)) else None,
        "may_manage": access.may_manage(request.user, shown),
        "may_appoint": access.may_appoint(request.user, shown),
        "signed_in": request.user.is_authenticated,
    }
    return render(request, "people/organisation.html", context)


@listed
def register_organisation(request: HttpRequest) -> HttpResponseBase:
    form = OrganisationForm(request.POST or None)
    if form.is_valid():
        try:
            made = actions.create_organisation(by=person(request), **form.cleaned_data)
        except Problem as problem:
            form.blame(problem)
        else:
            return redirect("people:organisation", id=made.pk)
    return render(request, "people/register_organisation.html", {"form": form, "page_errors": form.errors})


@never_cache
@listed
def members(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    organisation = staffed(request, id)
    managing = access.may_manage(request.user, organisation)
    usual = {"role": "member" if managing else "manager"}  # the first one is to manage it
    form = MemberForm(request.POST or None, initial=usual)
    first_password, invited = None, None
    if form.is_valid():
        try:
            membership, first_password = actions.invite_member(
                by=person(request), organisation=organisation, **form.cleaned_data
            )
        except Problem as problem:
            form.blame(problem)
        else:
            if first_password is None:
                messages.success(request, phrase("Đã giao vai trò.", "The role is given."))
                page = "members" if access.may_appoint(request.user, organisation) else "organisation"
                return redirect(f"people:{page}", id=organisation.pk)
            invited, form = membership.account, MemberForm(initial=usual)
    rows = [
        {"account": membership.account, "role": words.role(membership.role)}
        for membership in access.members_of(organisation)
    ]
    context = {
        "organisation": organisation,
        "form": form,
        "rows": rows,
        "first_password": first_password,
        "invited": invited,
        "may_manage": managing,
        "may_appoint": access.may_appoint(request.user, organisation),
        "page_errors": form.errors,
    }
    return render(request, "people/members.html", context)


@listed
def remove_member(request: HttpRequest, id: uuid.UUID, account: uuid.UUID) -> HttpResponseBase:
    organisation = managed(request, id)
    leaving = access.account_by_id(account)
    if leaving is None or access.role_in(leaving, organisation) is None:
        raise NotFound("people.no_member", vi="Không có thành viên này.", en="No such member.")
    actions.remove_member(by=person(request), account=leaving, organisation=organisation)
    messages.success(request, phrase("Đã thôi vai trò.", "The role is taken away."))
    return redirect("people:members", id=organisation.pk)


@never_cache
@listed
def tokens(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    organisation = managed(request, id)
    form = TokenForm(request.POST or None)
    plain = None
    if form.is_valid():
        try:
            plain = actions.issue_token(by=person(request), organisation=organisation, **form.cleaned_data)
        except Problem as problem:
            form.blame(problem)
        else:
            form = TokenForm()
    context = {
        "organisation": organisation,
        "form": form,
        "tokens": access.tokens_of(organisation),
        "plain": plain,
        "page_errors": form.errors,
    }
    return render(request, "people/tokens.html", context)


@listed
def revoke_token(request: HttpRequest, id: uuid.UUID, token: uuid.UUID) -> HttpResponseBase:
    organisation = managed(request, id)
    revoked = access.tokens_of(organisation).filter(pk=token).first()
    if revoked is None:
        raise NotFound("people.no_token", vi="Không có khoá này.", en="No such token.")
    actions.revoke_token(by=person(request), token=revoked)
    messages.success(request, phrase("Đã thu khoá.", "The token is revoked."))
    return redirect("people:tokens", id=organisation.pk)
