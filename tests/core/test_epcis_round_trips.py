"""JSON -> XML -> JSON: what an event says, and so its hash, survives; generated events and the public documents."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.epcis_strategies import contexts, document, event, full_events, own_members
from tests.corpus import CORPUS, corpus_files, needs_corpus

from lienvung.epcis import (
    CaptureDocument,
    EpcFormat,
    Translator,
    WordFormat,
    read_document,
    translate_event,
    write_document,
    write_xml,
)
from lienvung.epcis.model import Context
from lienvung.epcis.numbers import numeral_text
from lienvung.epcis.times import parse_time
from lienvung.errors import ManyInvalid
from lienvung.gs1.prefixes import KnownPrefixes

encode = msgspec.json.Encoder(decimal_format="number").encode
decode = msgspec.json.Decoder(float_hook=Decimal).decode
Pair = tuple[dict[str, Any], Context]
versions = st.sampled_from(["2.0", "1.2"])
kinds = st.sampled_from(["query", "document"])


def pairs(read: CaptureDocument) -> list[Pair]:
    return [(decode(reading.raw), read.context) for reading in read.events]


def hashes(read: CaptureDocument) -> list[str]:
    return [reading.ni for reading in read.events]


def captured(made: dict[str, Any], context: Any) -> CaptureDocument:
    return read_document(encode(document(made, **{"@context": context})))


@settings(max_examples=100, deadline=None)
@given(made=full_events, context=contexts, version=versions, kind=kinds, words=st.sampled_from(WordFormat))
def test_an_event_keeps_what_it_says_in_xml(
    made: dict[str, Any], context: Any, version: Any, kind: Any, words: WordFormat
) -> None:
    sent = captured(made, context)
    data = write_xml(pairs(sent), version=version, kind=kind, words=words)
    again = read_document(data)
    assert hashes(again) == hashes(sent)
    assert [msgspec.structs.replace(reading.event(), record_time=None) for reading in again.events] == [
        msgspec.structs.replace(reading.event(), record_time=None) for reading in sent.events
    ]
    assert again.events[0].event_id == sent.events[0].event_id
    assert again.events[0].error == sent.events[0].error


@settings(max_examples=50, deadline=None)
@given(made=full_events, context=contexts, version=versions)
def test_xml_read_and_written_again_is_the_same(made: dict[str, Any], context: Any, version: Any) -> None:
    first = write_xml(pairs(captured(made, context)), version=version, created="2026-11-02T00:00:00Z")
    second = write_xml(pairs(read_document(first)), version=version, created="2026-11-02T00:00:00Z")
    assert tree(second) == tree(first)


def tree(data: bytes) -> Any:
    """A document without its prefixes; user extensions of one element are a set, for JSON has no order of members."""
    from_lxml = pytest.importorskip("lxml.etree")

    def node(element: Any) -> Any:
        children = [node(child) for child in element]
        if element.tag.startswith("{") and "epcis" not in element.tag:
            children.sort(key=repr)
        else:
            own = [child for child in children if child[0].startswith("{")]
            children = [child for child in children if not child[0].startswith("{")] + sorted(own, key=repr)
        return element.tag, sorted(element.attrib.items()), (element.text or "").strip(), children

    return node(from_lxml.fromstring(data))


extended = st.builds(lambda extra: event(**extra), own_members)


@settings(max_examples=80, deadline=None)
@given(several=st.lists(st.tuples(extended, contexts), min_size=2, max_size=4), version=versions)
def test_events_of_several_documents_keep_their_hashes_side_by_side(several: list[Any], version: Any) -> None:
    sent = [captured(*entry) for entry in several]
    together = [pair for read in sent for pair in pairs(read)]
    wanted = [ni for read in sent for ni in hashes(read)]
    assert hashes(read_document(write_xml(together, version=version))) == wanted
    assert hashes(read_document(write_document(together))) == wanted


@settings(max_examples=80, deadline=None)
@given(made=full_events, version=versions)
def test_the_members_come_back_as_they_were(made: dict[str, Any], version: Any) -> None:
    """Every member, as far as XML can say it: scalars of extensions are text there."""
    context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"example": "urn:example:ns"}]
    made = {key: value for key, value in made.items() if ":" not in key or key.startswith("example:a")}
    sent = captured(made, context)
    again = read_document(write_xml(pairs(sent), version=version))
    assert as_said(pairs(again)[0], version) == as_said(pairs(sent)[0], version)


def as_said(pair: Pair, version: str) -> Any:
    """An event's members without what XML cannot tell apart."""
    made, context = pair
    said = translate_event(made, context)
    said.pop("@context", None)
    for name in ("ilmd", "readPoint", "errorDeclaration"):
        if name in said:
            said[name] = extension(said[name])
    for name, value in list(said.items()):
        if ":" in name:
            said[name] = extension(value)
        if value == [] or (version == "1.2" and name in ("epcList", "childEPCs") and not value):
            del said[name]
    said.pop("sensorElementList", None)  # compared by the hash; their numbers are written in many ways
    if isinstance(said.get("certificationInfo"), list) and len(said["certificationInfo"]) == 1:
        said["certificationInfo"] = said["certificationInfo"][0]
    for name in ("eventTime", "recordTime"):
        if name in said:
            said[name] = parse_time(said[name])
    return said


def extension(value: Any) -> Any:
    if isinstance(value, dict):
        members = {name: extension(inner) for name, inner in value.items()}
        return {name: inner for name, inner in members.items() if inner != []} or ""
    if isinstance(value, list):
        entries = [extension(entry) if entry != [] else "" for entry in value]
        return entries[0] if len(entries) == 1 else entries
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    text = str(value).strip()
    text = text.replace("example:thing", "urn:example:nsthing").replace("cbv:", "https://ref.gs1.org/cbv/")
    return numeral_text(text.replace("gs1:x", "https://gs1.org/voc/x"))


PUBLIC = [
    path
    for pattern in (
        "gs1-epcis/JSON/**/*.jsonld", "gs1-epcis/JSON-Schema-test/*.json", "openepcis/2.0/**/*.json",
        "event-hash/*.jsonld", "gs1-epcis/XML/**/*.xml", "openepcis/**/*.xml",
    )
    for path in corpus_files(pattern)
    if not {"Invalid", "Queries", "CaptureJob"} & set(path.parts)
]  # fmt: skip

AS_XML = [path for path in PUBLIC if path.suffix == ".xml"]


def readable(path: Path) -> CaptureDocument:
    try:
        return read_document(path.read_bytes())
    except ManyInvalid as refused:
        if path.suffix != ".xml":
            raise
        pytest.skip(f"a public document that its own schema refuses: {refused}")


# A user's own event type has no element in 1.2.
NOT_IN_1_2 = {"Extended-Event.json"}


@needs_corpus
@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: "-".join(path.parts[-3:]))
def test_public_documents_keep_their_hashes(path: Path) -> None:
    sent = readable(path)
    for version in ("2.0", "1.2"):
        if version == "1.2" and path.name in NOT_IN_1_2:
            continue
        again = read_document(write_xml(pairs(sent), version=version, header=sent.header))  # type: ignore[arg-type]
        assert hashes(again) == hashes(sent)


@needs_corpus
@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: "-".join(path.parts[-3:]))
def test_no_translation_changes_a_hash(path: Path) -> None:
    sent = readable(path)
    prefixes = KnownPrefixes(["8935001", "0614141", "4012345", "9521141", "0012345", "952005385"])
    results = sent.header.get("queryResults", {})
    header = {**sent.header, **{name: value for name, value in results.items() if ":" in name}}
    for epcs in EpcFormat:
        for words in ("bare", *WordFormat):
            translator = Translator(epcs=epcs, words=words, prefix_length=prefixes)  # type: ignore[arg-type]
            translated = [(translator.event(made, context), context) for made, context in pairs(sent)]
            if words == "bare":
                again = read_document(write_document(translated, sent.context, header=header))
            else:  # XML, which may name a thing twice
                again = read_document(write_xml(translated, words=words, header=header))  # type: ignore[arg-type]
            assert hashes(again) == hashes(sent)


def test_text_of_one_event_is_no_curie_of_another() -> None:
    """'note: fragile' stays text, though another event of the same answer has a namespace by that name."""
    plain = captured(event(**{"example:a": "note:fragile"}), ["urn:x:c", {"example": "urn:e:"}])
    naming = captured(event(**{"note:b": "1"}), ["urn:x:c", {"note": "urn:n:"}])
    both = [*pairs(naming), *pairs(plain)]
    wanted = hashes(naming) + hashes(plain)
    assert hashes(read_document(write_document(both))) == wanted
    assert hashes(read_document(write_xml(both))) == wanted


@pytest.fixture(scope="module")
def json_schema() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads((CORPUS / "gs1-epcis/EPCIS-JSON-Schema.json").read_text()))


def answered(read: CaptureDocument) -> bytes:
    translator = Translator()
    return write_document([(translator.event(made, context), context) for made, context in pairs(read)])


@needs_corpus
@pytest.mark.parametrize("path", AS_XML, ids=lambda path: "-".join(path.parts[-3:]))
def test_json_of_what_came_as_xml(path: Path, json_schema: jsonschema.Draft7Validator) -> None:
    """Bare words, arrays where JSON has arrays: what the published JSON schema wants."""
    sent = readable(path)
    data = answered(sent)
    assert hashes(read_document(data)) == hashes(sent)
    faults = [
        f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}" for fault in _faults(json_schema, data)
    ]
    assert not faults


@needs_corpus
@settings(max_examples=60, deadline=None)
@given(made=full_events, context=contexts, version=versions)
def test_generated_json_of_what_came_as_xml(
    json_schema: jsonschema.Draft7Validator, made: dict[str, Any], context: Any, version: Any
) -> None:
    sent = read_document(write_xml(pairs(captured(made, context)), version=version))
    assert not list(_faults(json_schema, answered(sent)))


def _faults(schema: jsonschema.Draft7Validator, data: bytes) -> Any:
    return schema.iter_errors(json.loads(data))


def test_master_data_attributes_in_either_spelling_of_their_namespace() -> None:
    """urn:epcglobal:cbv:mda in XML, urn:epcglobal:cbv:mda: in JSON-LD (CBV 2.0): one event, one hash."""
    made = event(action="ADD", ilmd={"m:lotNumber": "L1"})
    colon, plain = (captured(made, {"m": f"urn:epcglobal:cbv:mda{end}"}) for end in (":", ""))
    assert hashes(colon) == hashes(plain) == hashes(read_document(write_xml(pairs(plain))))
    assert colon.events[0].lots == plain.events[0].lots != []


@given(made=own_members)
@settings(max_examples=30, deadline=None)
def test_an_event_type_of_one_s_own(made: dict[str, Any]) -> None:
    sent = captured(event(type="example:Drying", action=None, epcList=None, **made), {"example": "urn:e:"})
    assert hashes(read_document(write_xml(pairs(sent)))) == hashes(sent)
