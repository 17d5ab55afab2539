"""Search: names whatever their marks, and every form of a GS1 or EPC identifier."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lienvung import registry
from lienvung.catalogue.models import Lot
from lienvung.errors import Problem
from lienvung.gs1 import identify
from lienvung.ledger.identifiers import candidates, thing_ids
from lienvung.people.gate import listed
from lienvung.registry import SearchHit
from lienvung.texts import Text
from lienvung.web.naming import GS1, Named, Names, split
from lienvung.web.parts import Fact
from lienvung.web.vocabulary import KINDS, word

LONGEST = 400  # characters of a query
MOST = 20  # hits of one provider
LOTS = 20  # shown of one product


@dataclass(frozen=True, slots=True)
class Exact:
    """The query is this very identifier. `in_ledger`: some event names it."""

    named: Named
    kind: Text
    facts: list[Fact]
    scan_href: str
    in_ledger: bool
    lots: list[Lot]  # of a product: events name its lots, not the product


@dataclass(frozen=True, slots=True)
class Group:
    label: Text
    hits: list[SearchHit]


@listed
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:LONGEST]
    exact = find_exact(query) if query else []
    account = request.user if request.user.is_authenticated else None
    groups = []
    for provider in registry.search_providers if query else ():
        hits = list(provider.search(query, MOST, account))
        if hits:
            groups.append(Group(provider.label, hits))
    found = len(exact) + sum(len(group.hits) for group in groups)
    return render(request, "web/search.html", {"query": query, "exact": exact, "groups": groups, "found": found})


def find_exact(query: str) -> list[Exact]:
    """What the query is when it is an identifier; nothing when it is words or malformed."""
    try:
        uris = candidates(query)
    except Problem:
        return []
    names = Names(uris)
    return [as_exact(uri, names) for uri in uris]


def as_exact(uri: str, names: Names) -> Exact:
    named = names.thing(uri)
    facts = [Fact(Text("Mã chuẩn", "Canonical identifier"), uri, mono=True)]
    try:
        hri = identify(uri).hri
    except Problem:
        hri = ""
    if hri:
        facts.append(Fact(Text("In dưới mã vạch", "Printed under the code"), hri, mono=True))
    scan_href = uri.removeprefix(GS1[:-1]) if uri.startswith(GS1) else ""
    return Exact(named, word(KINDS, named.kind), facts, scan_href, bool(thing_ids(uri)), lots_of(named))


def lots_of(named: Named) -> list[Lot]:
    """The newest lots of a product."""
    if named.kind != "class":
        return []
    return list(Lot.objects.select_related("product").filter(product__gtin=split(named.uri)[1])[:LOTS])
