"""XML that means harm, or is none: refused with its own words, before memory or time is spent."""

from __future__ import annotations

import tracemalloc

import pytest
from tests.conformance.xml_documents import full_document
from tests.core.test_epcis_xml_read import GOOD, document

from lienvung.epcis import hash_document, read_document, xml_read
from lienvung.errors import ManyInvalid, Problem, TooLarge

START = b'<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2026-11-02T08:00:00Z">'
LIST = START + b"<EPCISBody><EventList>"
DOCTYPES = {
    "internal entity": b'<!DOCTYPE a [<!ENTITY b "ha">]>',
    "billion laughs": b'<!DOCTYPE a [<!ENTITY b "&c;&c;&c;"><!ENTITY c "&d;&d;&d;"><!ENTITY d "ha">]>',
    "external entity": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1/x.dtd"> %b;]>',
    "external subset": b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd">',
    "public": b'<!DOCTYPE a PUBLIC "-//X" "http://127.0.0.1/x.dtd">',
    "after a comment": b'<?xml version="1.0"?><!-- x --><?p i?>\n<!DOCTYPE a []>',
    "default attribute": b'<!DOCTYPE a [<!ATTLIST ObjectEvent x CDATA "y">]>',
}


def code(data: bytes) -> str:
    with pytest.raises(Problem) as caught:
        read_document(data)
    with pytest.raises(Problem):
        hash_document(data)
    assert caught.value.vi
    assert caught.value.en
    return caught.value.code


@pytest.mark.parametrize("name", DOCTYPES)
def test_document_types_are_refused(name: str) -> None:
    assert code(DOCTYPES[name] + document(GOOD)) == "epcis.xml.doctype"


def test_a_document_type_that_only_names_is_harmless() -> None:
    """GS1's own examples begin with one."""
    assert len(read_document(b"<!DOCTYPE project>" + document(GOOD)).events) == 1


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"<", "epcis.xml"),
        (b"<a", "epcis.xml"),
        (b"<ObjectEvent><b></ObjectEvent>", "epcis.xml"),
        (b"<ObjectEvent>&nbsp;</ObjectEvent>", "epcis.xml"),
        (b"<a x='1' x='2'/>", "epcis.xml"),
        (b"<a:b/>", "epcis.xml"),
        (b"<ObjectEvent/>b", "epcis.xml"),
        (b"<ObjectEvent>&#0;</ObjectEvent>", "epcis.xml"),
        (b"<ObjectEvent>\x00</ObjectEvent>", "epcis.xml"),
        (b"<ObjectEvent>\xff</ObjectEvent>", "epcis.xml"),
        (b"<a/>", "epcis.xml.root"),
        (b"<EPCISDocument/>", "epcis.xml.root"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "epcis.xml.root"),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "epcis.xml.encoding"),
        (b"<?xml version='1.0' encoding='UTF-7'?><a/>", "epcis.xml.encoding"),
        ("<a/>".encode("utf-16"), "epcis.xml.encoding"),
    ],
)
def test_what_is_no_xml(data: bytes, wanted: str) -> None:
    assert code(data) == wanted


def test_a_byte_order_mark_is_allowed_in_xml() -> None:
    assert len(read_document(b"\xef\xbb\xbf\n" + document(GOOD).replace(b"<?xml", b"<?xml")).events) == 1


def test_a_wrong_byte_is_named_with_its_place() -> None:
    with pytest.raises(ManyInvalid) as caught:
        read_document(document(GOOD).replace(b"OBSERVE", b"OB\xe1SERVE"))
    assert "0xE1" in caught.value.en


BOMBS = {
    "elements of an event": (LIST + b"<ObjectEvent><epcList>" + b"<b/>" * 60_000, "epcis.xml.elements"),
    "elements in the list": (LIST + b"<b/>" * 60_000, "epcis.xml.elements"),
    "elements of the header": (START + b"<EPCISHeader>" + b"<b/>" * 60_000, "epcis.xml.elements"),
    "wrappers": (LIST + b"<extension/>" * 60_000, "epcis.xml.elements"),
    "events": (LIST + b"<ObjectEvent/>" * 2_000, "epcis.events"),
    "depth": (LIST + b"<b>" * 100_000, "epcis.depth"),
    "depth of an extension": (LIST + b'<ObjectEvent><x:a xmlns:x="urn:x:">' + b"<a>" * 70, "epcis.depth"),
    "attributes": (LIST + b"<b " + b" ".join(b'a%d=""' % n for n in range(300)) + b"/>", "epcis.xml.elements"),
    "a tag": (LIST + b"<b " + b" ".join(b'a%d=""' % n for n in range(60_000)) + b"/>", "epcis.xml.token"),
    "a comment": (LIST + b"<!--" + b"<" * 400_000 + b"-->", "epcis.xml.token"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_before_they_fill_memory(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data, wanted = BOMBS[name]
    monkeypatch.setattr(xml_read, "MAX_PART", 20_000)  # a smaller limit, for a quicker test
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge) as caught:
            read_document(data, max_events=1_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.code == wanted
    assert peak < 40 * 2**20


def test_endless_faults_are_cut_short() -> None:
    data = document(*["<ObjectEvent>" + "<x/>" * 200 + "</ObjectEvent>"] * 40)
    with pytest.raises(ManyInvalid) as caught:
        read_document(data)
    assert len(caught.value.faults) <= 1_000
    assert len(read_document(data, proceed=True).events) == 0


def test_xinclude_and_schema_locations_are_only_text() -> None:
    made = (
        '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
        '<y:z xmlns:y="urn:y:" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="urn:y: http://127.0.0.1/x.xsd"/>'
    )
    data = document(GOOD.replace("</ObjectEvent>", made + "</ObjectEvent>"))
    (reading,) = read_document(data).events
    assert b"root:" not in reading.raw
    assert b"127.0.0.1" not in reading.raw


def test_every_cut_of_a_document_is_refused() -> None:
    data = full_document()
    for end in range(1, len(data) - 1, 197):
        assert code(data[:end]) == "epcis.xml"


def test_memory_follows_the_events_and_not_the_document() -> None:
    data = document(*[GOOD] * 1_000)
    tracemalloc.start()
    try:
        read_document(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 30 * len(data)
