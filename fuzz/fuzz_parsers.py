"""Throw bytes at the parsers: `read_document` (XML and JSON) and the GS1 readers. Only `Problem` may escape.

Needs atheris 3.0.0 (locks/fuzz.txt), which is in no other lock: install it where it harms nothing and name the place,

    uv pip install --require-hashes --target /tmp/atheris -r locks/fuzz.txt
    PYTHONPATH=/tmp/atheris:src python fuzz/fuzz_parsers.py --target xml -max_total_time=60 /tmp/xml-inputs

--target is xml, json, gs1, or all (the default). What follows is libFuzzer's: -runs=N, -max_total_time=SECONDS and a
folder for inputs that reach new code. Seeds are made by this script and put into that folder. Where a document is
accepted, more is asked: its hash by `hash_document` is that of `read_document`, what was read can be read again as
JSON with the same hash, and `proceed` gives the same events.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["lienvung"]):
    from lienvung.epcis import hash_document, read_document, write_document
    from lienvung.epcis.document import is_xml
    from lienvung.errors import Problem
    from lienvung.gs1 import (
        DigitalLink,
        canonical_uri,
        identify,
        lot_of_uri,
        parse_bracketed,
        parse_element_string,
        parse_urn,
    )

_NAMES = 'xmlns:e="urn:epcglobal:epcis:xsd:{n}" xmlns:x="urn:x:" xmlns:cbvmda="urn:epcglobal:cbv:mda"'
_BASE = "<eventTime>2026-11-02T07:30:00Z</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
_EVENTS = (
    f"<ObjectEvent>{_BASE}<epcList><epc>urn:epc:id:sgtin:8935001.070000.1</epc></epcList><action>ADD</action>"
    "<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep><readPoint><id>urn:epc:id:sgln:8935001.70000.0</id><x:g>1</x:g>"
    '</readPoint>{late}<x:own u="1">a<x:b/>c</x:own><x:own/></ObjectEvent>',
    f"<AggregationEvent>{_BASE}<parentID>urn:x:1</parentID><childEPCs/><action>DELETE</action></AggregationEvent>",
    f'<TransactionEvent>{_BASE}<bizTransactionList><bizTransaction type="urn:epcglobal:cbv:btt:po">urn:x:1'
    "</bizTransaction></bizTransactionList><epcList/><action>DELETE</action></TransactionEvent>",
)
_LATE = (
    "<quantityList><quantityElement><epcClass>urn:x:1</epcClass><quantity>2.5</quantity><uom>KGM</uom>"
    "</quantityElement></quantityList>",
    '<sensorElementList><sensorElement><sensorMetadata time="2026-11-02T07:30:00Z"/><sensorReport type="gs1:Mass" '
    'value="1e2" booleanValue="1" x:y="z"/></sensorElement></sensorElementList><persistentDisposition>'
    "<set>urn:x:1</set></persistentDisposition><ilmd><cbvmda:lotNumber>L1</cbvmda:lotNumber></ilmd>",
)
_TRANSFORMATION = (
    f"<TransformationEvent>{_BASE}<inputQuantityList><quantityElement><epcClass>urn:x:1</epcClass></quantityElement>"
    "</inputQuantityList><outputEPCList><epc>urn:x:2</epc></outputEPCList></TransformationEvent>"
)
_MASTER = (
    '<EPCISHeader><extension><EPCISMasterData><VocabularyList><Vocabulary type="urn:x:v"><VocabularyElementList>'
    '<VocabularyElement id="urn:x:1"><attribute id="urn:x:a">b</attribute><children><id>urn:x:2</id></children>'
    "</VocabularyElement></VocabularyElementList></Vocabulary></VocabularyList></EPCISMasterData></extension></EPCISHeader>"
)
_JSON = (
    '{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{"x":"urn:x:"}],'
    '"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-11-02T08:00:00Z","epcisBody":{"eventList":[%s]}}'
)
_JSON_EVENTS = (
    '{"type":"ObjectEvent","eventTime":"2026-11-02T07:30:00Z","eventTimeZoneOffset":"+07:00","action":"ADD",'
    '"epcList":["https://id.gs1.org/01/08935001700005/21/A"],"readPoint":{"id":"urn:x:1","x:g":[1,{"x:h":null}]},'
    '"ilmd":{"cbvmda:lotNumber":"L1"},"sensorElementList":[{"sensorReport":[{"type":"Mass","value":1.50}]}]}',
    '{"type":"TransformationEvent","eventTime":"2026-11-02T07:30:00Z","eventTimeZoneOffset":"+07:00",'
    '"inputQuantityList":[{"epcClass":"urn:x:1","quantity":2,"uom":"KGM"}],"outputEPCList":["urn:x:2"]}',
)
_GS1 = (
    "https://id.gs1.org/01/08935001700005/10/L1/21/S1?17=261102", "urn:epc:id:sgtin:8935001.070000.1",
    "urn:epc:class:lgtin:8935001.070000.L%2F1", "urn:epc:idpat:sgtin:8935001.070000.*", "(01)08935001700005(10)L1",
    "010893500170000510L1\x1d21S1", "]C10108935001700005", "8935001700005", "https://a.vn/414/8935001700005/254/1",
)  # fmt: skip
READERS = (canonical_uri, identify, DigitalLink.parse, parse_element_string, parse_bracketed, parse_urn, lot_of_uri)


def seeds(target: str) -> list[bytes]:
    if target == "gs1":
        return [text.encode() for text in _GS1]
    if target == "json":
        return [(_JSON % ",".join(_JSON_EVENTS)).encode(), f"[{_JSON_EVENTS[0]}]".encode(), b"[]"]
    made = []
    refused = f"<extension>{_LATE[0]}<extension>{_LATE[1]}</extension></extension>"  # ilmd where only 1.3 could have it
    sensed, _, lots = _LATE[1].partition("<ilmd>")
    older = f"<extension>{_LATE[0]}<ilmd>{lots}<extension>{sensed}</extension></extension>"
    for number, version, late in ((2, "2.0", "".join(_LATE)), (1, "1.2", older), (1, "1.2", refused)):
        events = "".join(_EVENTS).replace("{late}", late)
        events += _TRANSFORMATION if number == 2 else f"<extension>{_TRANSFORMATION}</extension>"
        root = f'{_NAMES.format(n=number)} schemaVersion="{version}" creationDate="2026-11-02T08:00:00Z"'
        body = f"<EPCISBody><EventList>{events}</EventList></EPCISBody>"
        made.append(f"<e:EPCISDocument {root}>{_MASTER if number == 2 else ''}{body}</e:EPCISDocument>")
        made.append(
            _EVENTS[0].replace("{late}", late).replace("<ObjectEvent>", f"<ObjectEvent {_NAMES.format(n=number)}>")
        )
    return [text.encode() for text in made]


def documents(data: bytes) -> None:
    try:
        read = read_document(data)
    except Problem:
        try:
            read_document(data, proceed=True)
        except Problem:
            pass
        return
    hashes = [reading.ni for reading in read.events]
    assert hash_document(data) == hashes
    assert [reading.ni for reading in read_document(data, proceed=True).events] == hashes
    if is_xml(data) and not any(reading.raw.count(b'"epcList"') for reading in read.events):
        again = read_document(write_document([(reading.raw, read.context) for reading in read.events]))
        assert [reading.ni for reading in again.events] == hashes


def identifiers(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for reader in READERS:
        try:
            reader(text)
        except Problem:
            pass


def everything(data: bytes) -> None:
    documents(data)
    identifiers(data)


TARGETS = {"xml": documents, "json": documents, "gs1": identifiers, "all": everything}


def main() -> None:
    arguments = sys.argv[1:]
    target = "all"
    if "--target" in arguments:
        at = arguments.index("--target")
        target = arguments[at + 1]
        del arguments[at : at + 2]
    folders = [Path(argument) for argument in arguments if not argument.startswith("-")]
    for folder in folders[:1]:
        folder.mkdir(parents=True, exist_ok=True)
        for kind in ("xml", "json", "gs1") if target == "all" else (target,):
            for number, seed in enumerate(seeds(kind)):
                (folder / f"seed-{kind}-{number}").write_bytes(seed)
    if not any(argument.startswith(("-runs", "-max_total_time")) for argument in arguments):
        arguments.append("-max_total_time=60")
    atheris.Setup([sys.argv[0], *arguments], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
