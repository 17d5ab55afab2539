"""Every address × role × method gets the answer that `url_roles.tsv` says; an address that is not there fails.

The table is the written access rule in numbers (ASVS 5.0 8.1.1, 8.2.1, 8.4.1). Its columns:

    name     the URL's name, as `reverse` takes it
    method   GET or POST (without data: what matters is whether one is let in)
    address  an example; {…} are the things of `tests/world.py`, see `values`
    then the status for nobody, a member and a manager of the owner, a member of a stranger, an official, staff
             (`in` = sent to the sign-in page)

A new URL: run this test; its failure prints the rows to look over and paste.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from tests.books_world import examples as books_examples
from tests.cases_world import examples as cases_examples
from tests.checks_world import examples as checks_examples
from tests.control_world import examples as control_examples
from tests.diary_world import examples as diary_examples
from tests.field_world import url_examples as field_examples
from tests.imports_world import examples as imports_examples
from tests.lab_world import examples as lab_examples
from tests.programme_world import examples as programme_examples
from tests.reports_world import examples as reports_examples
from tests.results_world import examples as results_examples
from tests.world import World, make_world

from lienvung import registry
from lienvung.catalogue.actions import issue_serials
from lienvung.drills.actions import start_drill
from lienvung.ledger.events import latest
from lienvung.people.actions import issue_token
from lienvung.people.models import ApiToken
from lienvung.proofs import actions as proofs
from lienvung.quality.actions import declare_recall
from lienvung.resolver.actions import register_link
from lienvung.resolver.drafts import Draft
from lienvung.texts import Text

TABLE = Path(__file__).with_name("url_roles.tsv")
ROLES = ("nobody", "member", "manager", "other", "official", "staff")
HEADER = ("name", "method", "address", *ROLES)


def table() -> list[dict[str, str]]:
    with TABLE.open(newline="") as lines:
        return list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))


# The API has no rows in the registry of pages; what it answers besides GET:
API_METHODS = {
    ("epcis:captures", "POST"),
    ("epcis:events", "POST"),
    ("epcis:queries", "POST"),
    ("epcis:query", "DELETE"),
    ("epcis:subscriptions", "POST"),
    ("epcis:subscription", "DELETE"),
}
ROWS = table()


def all_urls(patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[str]:
    """Names of all addresses of the site; a nameless one gives its route."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from all_urls(pattern.url_patterns, inner)
        else:
            yield f"{prefix}{pattern.name}" if pattern.name else str(pattern.pattern)


def wanted() -> set[tuple[str, str]]:
    """(name, method) pairs of the table: every URL by GET, and whatever else its row in the registry allows."""
    pairs = {(name, "GET") for name in all_urls()} | API_METHODS
    methods = {page.name: page.methods for page in registry.pages}
    return pairs | {(name, method) for name in all_urls() for method in methods.get(name, ())}


def values(world: World) -> dict[str, str]:
    job = issue_serials(by=None, product=world.rice, lot=world.lot, count=2)
    issue_token(by=None, organisation=world.grower, name="mau")
    link = register_link(
        by=None, owner=world.grower, draft=Draft(world.rice.path, "recipeInfo", "https://nauan.example/nep")
    )
    shop_event = latest(1)[0].hash.hex()
    words = Text("Không dùng lô này; mang trả nơi mua.", "Do not use this lot; return it to the shop.")
    drill = start_drill(by=None, lot_uri=world.lot.uri)
    recall = declare_recall(by=None, lot_uri=world.lot.uri, reason="Mẫu kiểm nghiệm không đạt.", public_text=words)
    claim = proofs.register_certificate(
        by=None, holder=world.grower, kind="haccp", number="HC-1", issuer_name="Nơi cấp", valid_from=date(2026, 1, 1)
    )
    row = proofs.add_scope(by=None, certificate=claim, product=world.rice)
    certificate = proofs.register_certificate(
        by=None, holder=world.grower, kind="vietgap", number="VG-1", issuer_name="Nơi cấp", valid_from=date(2026, 1, 1)
    )
    proofs.add_scope(by=None, certificate=certificate, product=world.rice)
    certificate.refresh_from_db()
    proofs.confirm(by=None, certificate=certificate, revision=certificate.revision)
    body = proofs.accept_issuer(by=None, organisation=world.stranger, kinds_issued=["vietgap"])
    return {
        "submission": field_examples(world),
        "claim": str(claim.pk),
        "scope_row": str(row.pk),
        "certificate": str(certificate.pk),
        "issuing_body": str(body.pk),
        "calendar": proofs.make_calendar_key(by=world.accounts["member"]),
        "recall": str(recall.pk),
        "drill": str(drill.pk),
        "drill_notice": str(drill.notices.get(holder=world.shop).pk),
        "notice": str(recall.notices.get(holder=world.shop).pk),
        "organisation": str(world.grower.pk),
        "stranger": str(world.stranger.pk),
        "account": str(world.accounts["member"].pk),
        "token": str(ApiToken.objects.get(name="mau").pk),
        "product": str(world.rice.pk),
        "lot": str(world.lot.pk),
        "place": str(world.places["mill"].pk),
        "gtin": world.rice.gtin,
        "lot_path": world.lot.path.lstrip("/"),
        "pack_path": world.pack_path.lstrip("/"),
        "job": str(job.pk),
        "link": str(link.pk),
        "event": latest(100)[-1].hash.hex(),  # the grower's
        "shop_event": shop_event,
        **control_examples(world),
        **checks_examples(world),
        **lab_examples(world),
        **cases_examples(world),
        **diary_examples(world),
        **books_examples(world),
        **programme_examples(world),
        **(known := results_examples(world)),
        **imports_examples(known),
        **reports_examples("hn-nb-bang"),
    }


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[World, dict[str, str]]]:
    """One world for the whole table; every request is rolled back, and files are kept elsewhere."""
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), files, transaction.atomic():
        made = make_world()
        yield made, values(made)
        transaction.set_rollback(True)


def ask(world: World, row: dict[str, str], role: str, address: str) -> str:
    client = Client()
    if role != "nobody":
        client.force_login(world.accounts[role])
    with transaction.atomic():
        answer = client.generic(row["method"], address)
        transaction.set_rollback(True)
    if answer.status_code == 302 and answer["Location"].startswith(reverse(settings.LOGIN_URL)) and role == "nobody":
        return "in"
    return str(answer.status_code)


def test_every_url_stands_in_the_table() -> None:
    missing = wanted() - {(row["name"], row["method"]) for row in ROWS}
    lines = "\n".join("\t".join((name, method, "/…", *("?" for _ in ROLES))) for name, method in sorted(missing))
    assert not missing, f"look these addresses over and add them to {TABLE.name}:\n{lines}"


def test_the_table_has_no_stale_rows() -> None:
    assert {row["name"] for row in ROWS} <= set(all_urls())
    assert all(tuple(row) == HEADER and all(row.values()) for row in ROWS)


def test_nobody_is_never_let_in_where_the_registry_wants_an_account() -> None:
    shut = {page.name for page in registry.pages if registry.EVERYONE not in page.roles}
    assert not [row for row in ROWS if row["name"] in shut and row["nobody"] not in {"in", "405"}]


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['method']} {row['name']}")
def test_each_role_gets_what_the_table_says(world: tuple[World, dict[str, str]], row: dict[str, str]) -> None:
    made, known = world
    address = row["address"].format(**known)
    match = resolve(address.partition("?")[0])
    assert match.view_name == row["name"] or not match.url_name
    answers = {role: ask(made, row, role, address) for role in ROLES}
    assert answers == {role: row[role] for role in ROLES}
