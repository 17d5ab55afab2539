"""Written XML against the published schemas, and 1.2 against GS1's own conversion of 2.0."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.epcis_strategies import contexts, document, event, full_events
from tests.core.test_epcis_xml_write import MASTERS
from tests.corpus import CORPUS, corpus_files, needs_corpus

from lienvung.epcis import EpcFormat, Translator, WordFormat, read_document, write_xml
from lienvung.epcis.model import Context
from lienvung.errors import ManyInvalid
from lienvung.gs1.prefixes import KnownPrefixes

etree = pytest.importorskip("lxml.etree")
pytestmark = needs_corpus
Pair = tuple[dict[str, Any], Context]
decode = msgspec.json.Decoder(float_hook=Decimal).decode
encode = msgspec.json.Encoder(decimal_format="number").encode
SCHEMAS = {
    ("2.0", "document"): "XSD/EPCglobal-epcis-2_0.xsd",
    ("2.0", "query"): "XSD/EPCglobal-epcis-query-2_0.xsd",
    ("1.2", "document"): "XSL/1.2/XSD/EPCglobal-epcis-1_2.xsd",
    ("1.2", "query"): "XSL/1.2/XSD/EPCglobal-epcis-query-1_2.xsd",
}
forms = st.sampled_from(sorted(SCHEMAS))


@pytest.fixture(scope="module")
def schemas() -> dict[tuple[str, str], Any]:
    folder = CORPUS / "gs1-epcis"
    return {form: etree.XMLSchema(etree.parse(str(folder / path))) for form, path in SCHEMAS.items()}


def check(schemas: dict[tuple[str, str], Any], data: bytes, form: tuple[str, str]) -> None:
    schema = schemas[form]
    assert schema.validate(etree.fromstring(data)), schema.error_log.last_error


def pairs_of(path: Path) -> tuple[list[Pair], dict[str, Any]]:
    try:
        read = read_document(path.read_bytes())
    except ManyInvalid as refused:
        pytest.skip(f"refused by the reader: {refused}")
    return [(decode(reading.raw), read.context) for reading in read.events], read.header


PUBLIC = [
    path
    for pattern in (
        "gs1-epcis/JSON/**/*.jsonld", "gs1-epcis/JSON-Schema-test/*.json", "openepcis/2.0/**/*.json",
        "event-hash/*.jsonld", "gs1-epcis/XML/**/*.xml", "openepcis/**/*.xml",
    )
    for path in corpus_files(pattern)
    if not {"Invalid", "Queries", "CaptureJob"} & set(path.parts)
]  # fmt: skip


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: "-".join(path.parts[-3:]))
def test_public_documents(path: Path, schemas: dict[tuple[str, str], Any]) -> None:
    events, header = pairs_of(path)
    known = KnownPrefixes(["8935001", "0614141", "4012345", "9521141", "0012345"])
    for form in SCHEMAS:
        for epcs in (EpcFormat.NEVER, EpcFormat.URN):
            translator = Translator(epcs=epcs, words=WordFormat.NEVER, prefix_length=known)
            said = [(translator.event(made, context), context) for made, context in events]
            check(schemas, write_xml(said, version=form[0], kind=form[1], header=header), form)  # type: ignore[arg-type]


@settings(max_examples=120, deadline=None)
@given(made=full_events, context=contexts, form=forms, words=st.sampled_from(WordFormat))
def test_generated_events(
    schemas: dict[tuple[str, str], Any], made: dict[str, Any], context: Any, form: Any, words: WordFormat
) -> None:
    check(schemas, write_xml([(made, context)], version=form[0], kind=form[1], words=words), form)


@pytest.mark.parametrize("form", sorted(SCHEMAS))
def test_what_stands_around(form: Any, schemas: dict[tuple[str, str], Any]) -> None:
    for header in ({}, MASTERS, {**MASTERS, "sender": "urn:a:1", "example:x": "1"}, {"receiver": "urn:b:1"}):
        for events in ([], [(event(type="example:Own", action=None, epcList=None), {"example": "urn:e:"})]):
            data = write_xml(events, version=form[0], kind=form[1], header=header, subscription_id="s")  # type: ignore[arg-type]
            check(schemas, data, form)


# --- GS1's own conversion ---

Tree = tuple[str, dict[str, str], str, list[Any]]


def tree(element: Any) -> Tree:
    children = [tree(child) for child in element if isinstance(child.tag, str)]
    return element.tag, dict(element.attrib), (element.text or "").strip(), children


def without_argued_differences(node: Tree, *, ours: bool) -> Tree | None:
    """What GS1's stylesheet does against the schema of 1.2 or by mistake.

    It appends certificationInfo to the event, where 1.2 allows only foreign namespaces (ours: in the base extension),
    and it forgets sourceList and destinationList of an AssociationEvent.
    """
    tag, attributes, text, children = node
    if tag == "certificationInfo":
        return None
    if ours and tag == "AssociationEvent":
        children = [child for child in children if child[0] not in ("sourceList", "destinationList")]
    kept = [without_argued_differences(child, ours=ours) for child in children]
    left = [child for child in kept if child is not None]
    if ours and children and not left and tag in ("extension", "baseExtension"):
        return None
    return tag, attributes, text, left


@pytest.fixture(scope="module")
def to_1_2() -> Any:
    return etree.XSLT(etree.parse(str(CORPUS / "gs1-epcis/XSL/convert-2.0-to-1.2.xsl")))


def check_conversion(to_1_2: Any, events: list[Pair]) -> None:
    new = write_xml(events, kind="document", words=WordFormat.URN, created="2026-11-02T00:00:00Z")
    old = write_xml(events, kind="document", version="1.2", created="2026-11-02T00:00:00Z")
    converted = tree(to_1_2(etree.fromstring(new)).getroot())
    wanted = without_argued_differences(converted, ours=False)
    assert without_argued_differences(tree(etree.fromstring(old)), ours=True) == wanted


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: "-".join(path.parts[-3:]))
def test_1_2_is_what_gs1_converts_2_0_to(path: Path, to_1_2: Any) -> None:
    check_conversion(to_1_2, pairs_of(path)[0])


@settings(max_examples=60, deadline=None)
@given(made=full_events)
def test_generated_1_2_is_what_gs1_converts_2_0_to(to_1_2: Any, made: dict[str, Any]) -> None:
    context = document()["@context"]
    made = {key: value for key, value in made.items() if ":" not in key or key.startswith("example:a")}
    check_conversion(to_1_2, [(decode(encode(made)), context)])
