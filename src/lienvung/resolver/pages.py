"""The members' pages of links: list, add, change, remove."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from lienvung.errors import NotFound, Problem
from lienvung.people.access import organisation
from lienvung.people.gate import listed, person
from lienvung.people.models import Organisation
from lienvung.people.views.organisations import pager
from lienvung.resolver import access, actions, rules
from lienvung.resolver.forms import LinkForm
from lienvung.resolver.link_types import LINK_TYPES
from lienvung.resolver.models import LinkRecord

PER_PAGE = 30


def _own(request: HttpRequest, id: uuid.UUID) -> LinkRecord:
    """A link that the person may change; another organisation's is answered as if it were not there."""
    link = access.link(id)
    if link is None or not access.may_edit(request.user, link.owner):
        raise NotFound("resolver.no_link", vi="Không có liên kết này.", en="There is no such link.")
    return link


def _row(link: LinkRecord) -> dict[str, Any]:
    return {"link": link, "code": rules.readable(link.anchor), "kind": LINK_TYPES.get(link.link_type)}


@listed
def index(request: HttpRequest) -> HttpResponseBase:
    query = "".join(request.GET.get("q", "").split())[:100]
    found = access.links_for(request.user)
    if query:
        found = found.filter(anchor__contains=query.lstrip("("))
    page = Paginator(found.order_by("anchor", "position", "id"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"rows": [_row(link) for link in page], "page": page, "pager": pager(request, page), "query": query}
    return render(request, "links/index.html", context)


@listed
def new(request: HttpRequest) -> HttpResponseBase:
    start = {"anchor": request.GET.get("anchor", "")[:400], "link_type": "pip", "languages": "vi"}
    form = LinkForm(request.POST or None, initial=start, account=request.user)
    if form.is_valid():
        owner: Organisation | None = organisation(form.cleaned_data["owner"])
        try:
            if owner is not None:
                actions.register_link(by=person(request), owner=owner, draft=form.draft())
        except Problem as problem:
            form.blame(problem)
        else:
            return redirect("links:index")
    return render(request, "links/edit.html", {"form": form, "page_errors": form.errors})


@listed
def edit(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    link = _own(request, id)
    draft = actions.draft_of(link)
    start = {
        **{name: getattr(draft, name) for name in LinkForm.base_fields if name != "owner"},
        "languages": ", ".join(draft.languages),
        "contexts": ", ".join(draft.contexts),
    }
    form = LinkForm(request.POST or None, initial=start, account=request.user)
    del form.fields["owner"]
    if form.is_valid():
        try:
            actions.change_link(by=person(request), link=link, draft=form.draft())
        except Problem as problem:
            form.blame(problem)
        else:
            return redirect("links:index")
    return render(request, "links/edit.html", {"form": form, "page_errors": form.errors, **_row(link)})


@listed
def remove(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    link = _own(request, id)
    if request.method == "POST":
        actions.remove_link(by=person(request), link=link)
        return redirect("links:index")
    return render(request, "links/remove.html", _row(link))
