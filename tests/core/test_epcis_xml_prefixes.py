"""Prefixes of EPCIS XML: what one event declares never changes what another says, nor the header."""

from __future__ import annotations

import json
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.test_epcis_xml_read import BASE, GOOD, THING, document, own

from lienvung.epcis import event_hash, hash_document, read_document

PREFIXES = st.sampled_from(["x", "y", "ns1", "ns2", "gs1", "cbvmda", "note", "urn", "https", ""])
SPACES = st.sampled_from(["urn:a:", "urn:b:", "https://c.example/", "https://gs1.org/voc/"])
VALUES = st.builds(
    "{}:{}".format, PREFIXES, st.sampled_from(["abc", "fragile", "//host/", " spaced", "", "Temperature"])
) | st.text("xy:ns1 ", max_size=6)
DECLARED = st.dictionaries(PREFIXES, SPACES, max_size=3)


def declarations(names: dict[str, str]) -> str:
    return " ".join(f'xmlns:{prefix}="{uri}"' if prefix else "" for prefix, uri in names.items())


@st.composite
def events(draw: st.DrawFn) -> str:
    names = draw(DECLARED)
    parts = ""
    for _ in range(draw(st.integers(0, 3))):
        inner = draw(DECLARED)
        prefix, space = draw(PREFIXES), draw(SPACES)
        tag, name = (f"{prefix}:n", f"xmlns:{prefix}") if prefix else ("n", "xmlns")
        inner.pop(prefix, None)
        value = escape(draw(VALUES))
        parts += f'<{tag} {name}="{space}" {declarations(inner)}>{value}</{tag}>'
    return f"<ObjectEvent {declarations(names)}>{BASE}{THING}{parts}</ObjectEvent>"


@settings(max_examples=300, deadline=None)
@given(listed=st.lists(events(), min_size=1, max_size=4), names=DECLARED, header=DECLARED, around=DECLARED)
def test_an_event_says_the_same_alone_and_with_others(
    listed: list[str], names: dict[str, str], header: dict[str, str], around: dict[str, str]
) -> None:
    names = {prefix: uri for prefix, uri in names.items() if prefix}
    alone = [hash_document(document(each, names=declarations(names)))[0] for each in listed]
    head = "".join(
        f'<{prefix}:h xmlns:{prefix}="{uri}">1</{prefix}:h>' for prefix, uri in header.items() if prefix
    )  # beside the events: extensions of the document
    together = document(*listed, names=declarations(names), header=head)
    assert hash_document(together) == alone
    read = read_document(together)
    assert [reading.ni for reading in read.events] == alone
    assert [event_hash(json.loads(reading.raw), read.context) for reading in read.events] == alone
    wrapped = together.replace(b"<EventList>", f"<EventList {declarations(around)}>".encode())
    again = [
        hash_document(document(each, names=declarations(names)).replace(
            b"<EventList>", f"<EventList {declarations(around)}>".encode()))[0]
        for each in listed
    ]  # fmt: skip
    assert hash_document(wrapped) == again


def test_a_prefix_stays_in_its_event_where_another_event_has_such_a_text() -> None:
    names = 'xmlns:lv="urn:lv:"'
    declaring = own("<x:note>1</x:note>", attributes='xmlns:x="urn:x:"')
    speaking = own("<lv:note>x:abc</lv:note>")
    read = read_document(document(declaring, speaking, names=names))
    assert read.events[1].ni == hash_document(document(speaking, names=names))[0]
    assert json.loads(read.events[0].raw)["@context"] == {"x": "urn:x:"}
    assert "@context" not in json.loads(read.events[1].raw)
    assert read.context[1] == {"lv": "urn:lv:"}  # type: ignore[index]


def test_what_all_events_declare_alike_is_the_documents() -> None:
    each = own("<x:note>x:abc</x:note>", attributes='xmlns:x="urn:x:"')
    read = read_document(document(each, own("", attributes='xmlns:y="urn:y:"'), each))
    assert read.context[1] == {"x": "urn:x:", "y": "urn:y:"}  # type: ignore[index]
    assert not any(b"@context" in reading.raw for reading in read.events)


HEADER = (
    "<EPCISHeader><extension><EPCISMasterData><VocabularyList>"
    '<Vocabulary type="urn:epcglobal:epcis:vtype:BusinessLocation"><VocabularyElementList>'
    '<VocabularyElement id="urn:epc:id:sgln:8935001.70000.0"><attribute id="urn:epcglobal:cbv:mda:address">{}'
    "</attribute></VocabularyElement></VocabularyElementList></Vocabulary>"
    "</VocabularyList></EPCISMasterData></extension></EPCISHeader>"
)


def names_in_header(data: bytes) -> set[str]:
    """The names in the master data's address, each with its namespace written out."""
    read = read_document(data)
    listed = read.header["epcisHeader"]["epcisMasterData"]["vocabularyList"]
    address = listed[0]["vocabularyElementList"][0]["attributes"][0]["attribute"]
    prefixes = dict(read.context[1])  # type: ignore[index,arg-type]
    found = set()
    for name in address:
        prefix, _, local = name.partition(":")
        found.add(prefixes[prefix] + local)
    return found


def test_every_name_of_the_header_has_its_prefix_in_the_context() -> None:
    """Prefixes of the header that are the root's too, that two elements use differently, or that an event speaks."""
    content = (
        '<x:a xmlns:x="urn:1:">1</x:a><x:b xmlns:x="urn:2:">1</x:b><c xmlns="urn:3:">1</c><y:d xmlns:y="urn:4:">1</y:d>'
    )
    expected = {"urn:1:a", "urn:2:b", "urn:3:c", "urn:4:d"}
    speaking = own("<lv:n>y:abc</lv:n>", attributes='xmlns:lv="urn:lv:"')
    clashing = own("<y:n>y:abc</y:n>", attributes='xmlns:y="urn:other:"')
    for names in ("", 'xmlns:x="urn:root:"'):
        for listed in ([], [GOOD], [speaking], [clashing], [speaking, clashing]):
            data = document(*listed, names=names, header=HEADER.format(content))
            assert names_in_header(data) == expected
            assert hash_document(data) == [hash_document(document(each, names=names))[0] for each in listed]


def test_a_container_after_the_header_changes_neither() -> None:
    head = HEADER.format('<x:a xmlns:x="urn:1:">1</x:a>')
    event = own("<x:n>x:abc</x:n>")
    data = document(event, header=head).replace(b"<EPCISBody>", b'<EPCISBody xmlns:x="urn:2:">')
    assert names_in_header(data) == {"urn:1:a"}
    assert hash_document(data) == hash_document(document(event, names='xmlns:x="urn:2:"'))
