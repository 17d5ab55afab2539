"""Reading EPCIS XML: the JSON form of everything, namespaces, extensions, header, faults with their XPaths."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conformance.xml_documents import full_document, query_document
from tests.core.epcis_strategies import encoded, event

from lienvung.epcis import Action, EventType, hash_document, read_document
from lienvung.errors import ManyInvalid

NAMES = 'xmlns:epcis="urn:epcglobal:epcis:xsd:2"'
ROOT = "/epcis:EPCISDocument/EPCISBody/EventList"
BASE = "<eventTime>2026-11-02T07:30:00Z</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
THING = "<epcList><epc>urn:epc:id:sgtin:8935001.070000.1</epc></epcList><action>OBSERVE</action>"
GOOD = f"<ObjectEvent>{BASE}{THING}</ObjectEvent>"


def document(*events: str, names: str = "", header: str = "", version: str = "2.0") -> bytes:
    names = f'xmlns:epcis="urn:epcglobal:epcis:xsd:{version[0]}" {names}'
    return (
        f'<epcis:EPCISDocument {names} schemaVersion="{version}" creationDate="2026-11-02T08:00:00Z">{header}'
        f"<EPCISBody><EventList>{''.join(events)}</EventList></EPCISBody></epcis:EPCISDocument>"
    ).encode()


def own(content: str, *, attributes: str = "") -> str:
    return f"<ObjectEvent {attributes}>{BASE}{THING}{content}</ObjectEvent>"


def raw(data: bytes, number: int = 0) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(read_document(data).events[number].raw)
    return members


def faults(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(ManyInvalid) as caught:
        read_document(data)
    for fault in caught.value.faults:
        assert fault.vi != fault.en
    return [(fault.code, fault.path) for fault in caught.value.faults]


def test_a_full_document_in_the_json_form() -> None:
    read = read_document(full_document())
    assert (read.format, read.places, read.faults) == ("xml-2.0", [0, 1, 2, 3, 4], [])
    assert [reading.type for reading in read.events] == list(EventType)[:5]
    first = json.loads(read.events[0].raw)
    assert first["epcList"] == ["urn:epc:id:sgtin:8935001.070000.A1", "https://id.gs1.org/01/08935001700005/21/B1"]
    assert first["quantityList"] == [
        {"epcClass": "urn:epc:class:lgtin:8935001.070000.L1", "quantity": 2.5, "uom": "KGM"},
        {"epcClass": "urn:epc:idpat:sgtin:8935001.070000.*"},
    ]
    assert b'"quantity":2.50' in read.events[0].raw  # verbatim, not a binary float
    assert first["bizStep"] == "urn:epcglobal:cbv:bizstep:shipping"
    assert first["readPoint"] == {"id": "urn:epc:id:sgln:8935001.70000.0", "lv:gate": "2"}
    assert first["bizTransactionList"][0] == {
        "type": "urn:epcglobal:cbv:btt:po", "bizTransaction": "urn:epcglobal:cbv:bt:8935001700005:1",
    }  # fmt: skip
    assert first["errorDeclaration"] == {
        "declarationTime": "2026-11-03T07:30:00Z", "reason": "urn:epcglobal:cbv:er:incorrect_data",
        "correctiveEventIDs": ["urn:uuid:00000000-0000-4000-8000-0000000000ff"], "lv:why": "nhầm lô",
    }  # fmt: skip
    sensed = first["sensorElementList"][0]
    assert sensed["sensorMetadata"]["lv:firmware"] == "2.1"
    assert sensed["lv:note"] == "cửa đóng"
    assert sensed["sensorReport"][0] == {
        "type": "gs1:Temperature", "value": 4.5, "minValue": 4, "maxValue": 5, "uom": "CEL", "booleanValue": True,
        "hexBinaryValue": "f0f0", "component": "cbv:Comp-x", "time": "2026-11-02T07:30:00Z", "lv:accuracy": "0.1",
    }  # fmt: skip
    assert first["persistentDisposition"]["set"] == ["urn:epcglobal:cbv:disp:completeness_verified"]
    assert first["ilmd"] == {
        "cbvmda:lotNumber": "L1",
        "lv:field": {"lv:name": "Đồng Trước", "area": {"unit": "HAR", "#text": "1.5"}},
        "lv:harvest": ["1", "2"],
    }
    assert first["lv:own"] == ["x", {"unit": "KGM", "#text": "y"}]
    assert first["lv:mixed"] == {"lv:b": "c", "#text": "a d"}
    assert read.context[1]["lv"] == "https://lienvung.example.vn/ns/"  # type: ignore[index,call-overload]
    assert read.events[0].lots == [
        ("https://id.gs1.org/01/08935001700005/21/A1", "https://id.gs1.org/01/08935001700005/10/L1"),
        ("https://id.gs1.org/01/08935001700005/21/B1", "https://id.gs1.org/01/08935001700005/10/L1"),
    ]


def test_the_header_in_the_json_form() -> None:
    header = read_document(full_document()).header
    assert (header["sender"], header["receiver"], header["instanceIdentifier"]) == (
        "urn:epc:id:sgln:8935001.70000.0", "urn:epc:id:sgln:8935001.70001.0", "gao-0001",
    )  # fmt: skip
    assert header["epcisHeader"]["epcisMasterData"]["vocabularyList"] == [
        {
            "type": "urn:epcglobal:epcis:vtype:BusinessLocation",
            "vocabularyElementList": [
                {
                    "id": "urn:epc:id:sgln:8935001.70000.0",
                    "attributes": [
                        {"id": "urn:epcglobal:cbv:mda:name", "attribute": "Kho Bắc Ninh"},
                        {
                            "id": "urn:epcglobal:cbv:mda:address",
                            "attribute": {"lv:address": {"lv:city": "Bắc Ninh"}},
                        },
                    ],
                    "children": ["urn:epc:id:sgln:8935001.70000.A", "urn:epc:id:sgln:8935001.70000.B"],
                },
                {"id": "urn:epc:id:sgln:8935001.70001.0"},
            ],
        }
    ]


def test_a_full_document_of_1_2_says_the_same() -> None:
    new, old = read_document(full_document()), read_document(full_document("1.2"))
    assert (old.format, len(old.events)) == ("xml-1.2", 5)
    quantity = old.events[2]
    assert (quantity.type, quantity.action) == (EventType.OBJECT, Action.OBSERVE)
    assert json.loads(quantity.raw)["quantityList"] == [
        {"epcClass": "urn:epc:class:lgtin:8935001.070000.L1", "quantity": 12}
    ]
    for mine, theirs in ((0, 0), (1, 1), (2, 3)):
        told = {**json.loads(new.events[mine].raw)}
        said = json.loads(old.events[theirs].raw)
        del told["certificationInfo"]  # 1.2 has none
        told["eventID"] = said["eventID"]
        if "quantityList" in told:
            told["quantityList"] = said["quantityList"]  # another lot
        assert told == said


def test_a_query_document_and_bare_events() -> None:
    assert read_document(query_document()).header["queryResults"] == {
        "queryName": "SimpleEventQuery", "subscriptionID": "s1",
    }  # fmt: skip
    for opening, version in (("", "2.0"), (' xmlns:x="urn:epcglobal:epcis:xsd:1"', "1.2")):
        read = read_document(GOOD.replace("<ObjectEvent>", f"<ObjectEvent{opening}>").encode())
        assert (read.format, len(read.events)) == (f"xml-{version}", 1)
        assert read_document(read.events[0].raw).events == read.events
    assert faults(b"<ObjectEvent/>")[0] == ("epcis.required", "/ObjectEvent/eventTime")
    assert read_document(document()).events == []


def test_an_event_type_of_a_user() -> None:
    made = f'<extension><lv:Milling xmlns:lv="urn:lv:">{BASE}<lv:stones>2</lv:stones></lv:Milling></extension>'
    (reading,) = read_document(document(made)).events
    assert reading.type is EventType.EXTENDED
    assert json.loads(reading.raw)["type"] == "lv:Milling"


NAMESPACES = {
    "declared by the root": (own("<a:x>1</a:x>"), 'xmlns:a="urn:a:"'),
    "declared by the event": (own("<a:x>1</a:x>", attributes='xmlns:a="urn:a:"'), ""),
    "declared by itself": (own('<a:x xmlns:a="urn:a:">1</a:x>'), ""),
    "the default": (own('<x xmlns="urn:a:">1</x>'), ""),
    "declared anew": (own('<a:x xmlns:a="urn:a:">1</a:x>'), 'xmlns:a="urn:other:"'),
    "a scheme": (own("<urn:x>1</urn:x>"), 'xmlns:urn="urn:a:"'),
    "not in ASCII": (own("<lúa:x>1</lúa:x>"), 'xmlns:lúa="urn:a:"'),
    "of the standard": (own("<cbv:x>1</cbv:x>"), 'xmlns:cbv="urn:a:"'),
}


@pytest.mark.parametrize("name", NAMESPACES)
def test_namespaces_wherever_they_are_declared(name: str) -> None:
    made, names = NAMESPACES[name]
    wanted = hash_document(document(own("<plain:x>1</plain:x>"), names='xmlns:plain="urn:a:"'))
    data = document(made, GOOD, names=names)
    read = read_document(data)
    assert [reading.ni for reading in read.events][:1] == wanted
    assert read.events[1].ni == hash_document(document(GOOD))[0]  # what one event declares changes no other


def test_one_prefix_with_two_meanings() -> None:
    events = (own(f'<a:x xmlns:a="urn:{n}:">1</a:x><a:y xmlns:a="urn:y{n}:"/>') for n in range(3))
    read = read_document(document(*events))
    for number, reading in enumerate(read.events):
        alone = document(own(f'<b:x xmlns:b="urn:{number}:">1</b:x><c:y xmlns:c="urn:y{number}:"/>'))
        assert reading.ni == hash_document(alone)[0]


def test_master_data_attributes_are_one_namespace_with_and_without_its_colon() -> None:
    content = "<ilmd><m:lotNumber>L1</m:lotNumber></ilmd>"
    made = [own("", attributes=f'xmlns:m="urn:epcglobal:cbv:mda{end}"') for end in ("", ":")]
    made = [one.replace("OBSERVE</action>", f"ADD</action>{content}") for one in made]
    hashes = {reading.hash for one in made for reading in read_document(document(one)).events}
    said = event(eventTime="2026-11-02T07:30:00Z", action="ADD", epcList=["urn:epc:id:sgtin:8935001.070000.1"],
                 bizStep=None, disposition=None, readPoint=None, ilmd={"cbvmda:lotNumber": "L1"})  # fmt: skip
    assert {reading.hash for reading in read_document(encoded(said)).events} == hashes


def test_values_of_extensions() -> None:
    xsi = 'xmlns:a="urn:a:" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    made = own(
        '<a:n xsi:type="xsd:decimal">1.50</a:n><a:b xsi:type="xsd:boolean">1</a:b><a:w xsi:type="xsd:int">x</a:w>'
        "<a:e/><a:c><![CDATA[<&>]]></a:c><a:t> x &#273;&amp; </a:t><a:p><!-- c -->1<?pi?>2</a:p>"
        '<a:l xml:lang="vi">v</a:l>'
    )
    said = raw(document(made, names=xsi))
    assert {key[2:]: value for key, value in said.items() if key.startswith("a:")} == {
        "n": 1.5, "b": True, "w": "x", "e": "", "c": "<&>", "t": "x đ&", "p": "12",
        "l": {"xml:lang": "vi", "#text": "v"},
    }  # fmt: skip
    assert b'"a:n":1.50' in read_document(document(made, names=xsi)).events[0].raw


def test_proceed_leaves_out_faulty_events() -> None:
    bad = own("<bogus/>"), own("").replace("OBSERVE", "OBSERVED")
    read = read_document(document(GOOD, bad[0], GOOD, bad[1], GOOD), proceed=True)
    assert (len(read.events), read.places) == (3, [0, 2, 4])
    assert [(fault.code, fault.path) for fault in read.faults] == [
        ("epcis.unknown", f"{ROOT}/ObjectEvent[2]/bogus"), ("epcis.choice", f"{ROOT}/ObjectEvent[4]/action"),
    ]  # fmt: skip
    with pytest.raises(ManyInvalid):
        read_document(document(GOOD).replace(b"creationDate", b"created"), proceed=True)


def test_proceed_in_json() -> None:
    data = encoded(event(), event(action="X"), event(eventTime="2030-01-01T00:00:00Z"), event(action="DELETE"))
    read = read_document(data, proceed=True, now_ms=1_793_600_000_000)
    assert read.places == [0, 3]
    assert [fault.path for fault in read.faults] == [
        "/epcisBody/eventList/1/action", "/epcisBody/eventList/2/eventTime",
    ]  # fmt: skip
    with pytest.raises(ManyInvalid):
        read_document(encoded(event(), creationDate="yesterday"), proceed=True)
    many = read_document(encoded(*[event(action="X")] * 1500, event()), proceed=True)
    assert (many.places, len(many.faults)) == ([1500], 1500)


EVENT = f"{ROOT}/ObjectEvent[2]"
FAULTS = {
    '<action>ADD</action><quantityList><quantityElement><epcClass>urn:x:1</epcClass></quantityElement><quantityElement>'
    "<epcClass>urn:x:1</epcClass><quantity>1,5</quantity></quantityElement></quantityList>": (
        "epcis.type", "/quantityList/quantityElement[2]/quantity"),
    "<action>ADD</action><quantityList><quantityElement><epcClass>urn:x:1</epcClass><uom>KGM</uom></quantityElement>"
    "</quantityList>": ("epcis.required", "/quantityList/quantityElement[1]/quantity"),
    "<action>ADD</action><bizStep>urn:epcglobal:cbv:bizstep:flying</bizStep>": ("epcis.vocabulary", "/bizStep"),
    "<action>ADD</action><readPoint><id>không</id></readPoint>": ("epcis.uri", "/readPoint/id"),
    "<action>ADD</action><readPoint/>": ("epcis.required", "/readPoint/id"),
    '<action>ADD</action><bizTransactionList><bizTransaction type="urn:epcglobal:cbv:btt:x">urn:x:1</bizTransaction>'
    "</bizTransactionList>": ("epcis.vocabulary", "/bizTransactionList/bizTransaction[1]/@type"),
    "<action>ADD</action><bizTransactionList/>": ("epcis.required", "/bizTransactionList/bizTransaction"),
    "<action>ADD</action><sourceList><source>urn:x:1</source></sourceList>": (
        "epcis.required", "/sourceList/source[1]/@type"),
    '<action>ADD</action><sensorElementList><sensorElement><sensorReport type="gs1:Mass" value="nặng"/></sensorElement>'
    "</sensorElementList>": ("epcis.type", "/sensorElementList/sensorElement[1]/sensorReport[1]/@value"),
    '<action>ADD</action><sensorElementList><sensorElement><sensorReport type="gs1:Mas"/></sensorElement>'
    "</sensorElementList>": ("epcis.vocabulary", "/sensorElementList/sensorElement[1]/sensorReport[1]/@type"),
    "<action>ADD</action><persistentDisposition><set>urn:x:1</set><set>không</set></persistentDisposition>": (
        "epcis.vocabulary", "/persistentDisposition/set[2]"),
    "<action>ADD</action><ilmd><lot>1</lot></ilmd>": ("epcis.unknown", "/ilmd/lot"),
    "<action>ADD</action><ilmd>chữ</ilmd>": ("epcis.xml.text", "/ilmd"),
    "<action>ADD</action><action>ADD</action>": ("epcis.repeated", "/action[2]"),
    "<bizStep>urn:x:1</bizStep><action>ADD</action>": ("epcis.xml.order", "/bizStep"),
    '<action unit="1">ADD</action>': ("epcis.unknown", "/action/@unit"),
    "<action>ADD<b/></action>": ("epcis.unknown", "/action/b"),
    '<action>ADD</action><x xmlns="relative"/>': ("epcis.xml.namespace", "/x"),
}  # fmt: skip


@pytest.mark.parametrize("content", FAULTS)
def test_faults_have_the_xpath_of_the_sent_document(content: str) -> None:
    code, path = FAULTS[content]
    made = f"<ObjectEvent>{BASE}<epcList><epc>urn:x:1</epc></epcList>{content}</ObjectEvent>"
    assert (code, EVENT + path) in faults(document(GOOD, made))


def test_places_inside_the_wrappers_of_1_2() -> None:
    data = full_document("1.2").decode()
    extension = f"{ROOT}/extension[1]/TransformationEvent[1]"
    for old, new, wanted in (
        ("L4</epcClass><quantity>2.50", "L4</epcClass><quantity>-1",
         f"{extension}/outputQuantityList/quantityElement[1]/quantity"),
        ("L1</epcClass><quantity>12", "L1</epcClass><quantity>-1", f"{ROOT}/QuantityEvent[1]/quantity"),
        ("L2</epcClass><quantity>2.50", "L2</epcClass><quantity>-1",
         f"{ROOT}/AggregationEvent[1]/extension/childQuantityList/quantityElement[1]/quantity"),
        ("urn:uuid:00000000-0000-4000-8000-000000000001", "không",
         f"{ROOT}/AggregationEvent[1]/baseExtension/eventID"),
    ):  # fmt: skip
        assert old in data
        assert [path for _, path in faults(data.replace(old, new).encode())] == [wanted]


def test_places_in_the_header() -> None:
    data = full_document().decode()
    masters = "/epcis:EPCISDocument/EPCISHeader/extension/EPCISMasterData/VocabularyList/Vocabulary[1]"
    elements = f"{masters}/VocabularyElementList/VocabularyElement"
    for old, new, wanted in (
        ('schemaVersion="2.0"', 'schemaVersion="hai"', ("epcis.version", "/epcis:EPCISDocument/@schemaVersion")),
        ('creationDate="2026', 'creationDate="26', ("epcis.time", "/epcis:EPCISDocument/@creationDate")),
        ('type="urn:epcglobal:epcis:vtype', 'kind="urn:epcglobal:epcis:vtype', ("epcis.required", f"{masters}/@type")),
        ('id="urn:epc:id:sgln:8935001.70001.0"', 'id="không"', ("epcis.uri", f"{elements}[2]/@id")),
        ("<id>urn:epc:id:sgln:8935001.70000.B", "<id>không", ("epcis.uri", f"{elements}[1]/children/id[2]")),
        ("<sbdh:HeaderVersion>1.0</sbdh:HeaderVersion>", "", ("epcis.required", "/epcis:EPCISDocument/EPCISHeader"
         "/sbdh:StandardBusinessDocumentHeader/sbdh:HeaderVersion")),
    ):  # fmt: skip
        assert wanted in faults(data.replace(old, new).encode())


def test_an_epc_named_twice_counts_twice_in_the_hash_and_once_in_the_event() -> None:
    twice = THING.replace("</epc>", "</epc><epc>urn:epc:id:sgtin:8935001.070000.1</epc>")
    (reading,) = read_document(document(f"<ObjectEvent>{BASE}{twice}</ObjectEvent>")).events
    assert len(reading.epcs) == 1
    assert hash_document(document(f"<ObjectEvent>{BASE}{twice}</ObjectEvent>")) == [reading.ni]


def test_the_hash_does_not_ask_for_the_order() -> None:
    mixed = f"<ObjectEvent><action>OBSERVE</action>{THING.partition('<action>')[0]}{BASE}</ObjectEvent>"
    assert faults(document(mixed))[0][0] == "epcis.xml.order"
    assert hash_document(document(mixed)) == hash_document(document(GOOD))
