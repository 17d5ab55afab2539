"""Identifiers of the public event hash vectors, normalised as their pre-hash strings have them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.corpus import CORPUS, corpus_files, needs_corpus

from lienvung.errors import Invalid
from lienvung.gs1 import canonical_uri

VECTORS = CORPUS / "event-hash"


def identifiers(value: Any) -> set[str]:
    """Every string in a document that starts like an identifier."""
    if isinstance(value, dict):
        return set().union(*(identifiers(v) for k, v in value.items() if k != "@context"), set())
    if isinstance(value, list):
        return set().union(*(identifiers(v) for v in value), set())
    return {value} if isinstance(value, str) and re.match(r"urn:epc:|https?://", value) else set()


@needs_corpus
def test_all_ways_to_write_an_epc_become_the_one_of_the_vector() -> None:
    document = json.loads((VECTORS / "epclist_normalisation.jsonld").read_text("utf-8"))
    expected = (VECTORS / "epclist_normalisation.prehashes").read_text("utf-8")
    epcs = document["epcisBody"]["eventList"][0]["epcList"]
    wanted = re.findall(r"epc=(https.*?)(?=epc=|action=)", expected)
    assert sorted(canonical_uri(epc) for epc in epcs) == wanted


@needs_corpus
@pytest.mark.parametrize("name", [path.name for path in corpus_files("event-hash/*.jsonld")])
def test_canonical_forms_stand_in_the_prehash(name: str) -> None:
    prehash = VECTORS / name.replace(".jsonld", ".prehashes")
    if name == "epcisDocWithAllGS1Keys.jsonld" or not prehash.exists():
        pytest.skip("no pre-hash string, or one that its publisher's own copy garbles")
    document = json.loads((VECTORS / name).read_text("utf-8"))
    text = prehash.read_text("utf-8")
    forms = {i: canonical_uri(i) for i in identifiers(document.get("epcisBody", {}))}
    gs1 = {i: form for i, form in forms.items() if form.startswith("https://id.gs1.org/")}
    assert {i: form for i, form in gs1.items() if form not in text} == {}


@needs_corpus
def test_every_key_of_the_vector_has_its_canonical_form() -> None:
    document = json.loads((VECTORS / "epcisDocWithAllGS1Keys.jsonld").read_text("utf-8"))
    forms = {canonical_uri(i) for i in identifiers(document["epcisBody"]) if i.startswith("urn:epc:")}
    assert {form.split("/")[3] for form in forms} == {
        "00", "01", "253", "255", "401", "402", "414", "8003", "8004", "8006", "8010", "8017", "8018",
    }  # fmt: skip
    assert all(form.startswith("https://id.gs1.org/") for form in forms)
    assert {canonical_uri(form) for form in forms} == forms


@needs_corpus
def test_the_public_examples_of_gs1_are_all_accepted() -> None:
    refused = {}
    for path in corpus_files("gs1-epcis/JSON/**/*.json*"):
        for identifier in identifiers(json.loads(path.read_text("utf-8"))):
            try:
                canonical_uri(identifier)
            except Invalid as problem:
                refused[identifier] = problem.code
    assert refused == {}
