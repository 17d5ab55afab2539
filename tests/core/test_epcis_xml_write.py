"""EPCIS XML as it is written: order, names, text; checked without the published schemas."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.epcis_strategies import CONTEXT, LOT, PACK, PLACE, SSCC, STANDARD, event

from lienvung.epcis import WordFormat, write_xml
from lienvung.epcis.xml_shapes import SHAPES, XSI, Group, Kind, Shape, decode_name, encode_name

EXAMPLE = "{https://ns.example.com/epcis/}"
TWO, ONE = "urn:epcglobal:epcis:xsd:2", "urn:epcglobal:epcis:xsd:1"


def root(*events: Any, context: Any = CONTEXT, **how: Any) -> Element:
    return ElementTree.fromstring(write_xml([(made, context) for made in events], **how))


def first(made: dict[str, Any], context: Any = CONTEXT, **how: Any) -> Element:
    """The element of an event."""
    found = root(made, context=context, **how).find(".//EventList")
    assert found is not None
    return next(element for element in found.iter() if element.find("eventTime") is not None)


def names(element: Element | None) -> list[str]:
    assert element is not None
    return [child.tag for child in element]


def text(element: Element, path: str) -> str | None:
    return element.findtext(path)


def everything(kind: str) -> dict[str, Any]:
    """An event with each member that its type can have."""
    amounts = [{"epcClass": LOT + "L1", "quantity": Decimal("1.50"), "uom": "KGM"}]
    content: dict[Kind, Any] = {
        Kind.TIME: "2026-11-02T07:30:00.000+07:00", Kind.URI: "urn:x:1", Kind.URIS: "https://e.vn/c", Kind.EPC: SSCC,
        Kind.EPCS: [PACK + "A1"], Kind.QUANTITIES: amounts, Kind.PLACE: {"id": PLACE},
        Kind.DISPOSITIONS: {"set": ["recalled"], "unset": ["expired"]}, Kind.EXTENSIONS: {"cbvmda:lotNumber": "L1"},
        Kind.SENSORS: [{"sensorReport": [{"type": "Temperature", "value": 4}]}],
        Kind.ERROR: {"declarationTime": "2026-11-03T00:00:00Z", "reason": "incorrect_data"},
    }  # fmt: skip
    made: dict[str, Any] = {"type": kind}
    for entry in SHAPES["2.0"][kind]:
        assert not isinstance(entry, Group)
        if entry.kind in content:
            made[entry.name] = content[entry.kind]
        elif entry.kind is Kind.PARTIES:
            word = "po" if entry.item == "bizTransaction" else "location"
            made[entry.name] = [{"type": word, entry.item: PLACE}]
        else:
            words = {"action": "ADD", "bizStep": "packing", "disposition": "active", "eventTimeZoneOffset": "+07:00"}
            made[entry.name] = words[entry.name]
    return {name: made[name] for name in sorted(made, reverse=True)} | {"example:own": "x"}


def expected(shape: Shape) -> list[Any]:
    return [
        (entry.name, expected(entry.content)) if isinstance(entry, Group) else (entry.name, None) for entry in shape
    ]


def found(element: Element) -> list[Any]:
    wrappers = ("extension", "baseExtension")
    return [(child.tag, found(child) if child.tag in wrappers else None) for child in element]


@pytest.mark.parametrize("version", ["2.0", "1.2"])
@pytest.mark.parametrize("kind", SHAPES["2.0"])
def test_every_member_stands_in_its_place(kind: str, version: str) -> None:
    element = first(everything(kind), version=version)
    assert element.tag == kind
    assert found(element) == [*expected(SHAPES[version][kind]), (EXAMPLE + "own", None)]


def test_the_order_of_2_0_by_hand() -> None:
    """The table itself against the schema, for two types: an error in the table would otherwise agree with itself."""
    assert " ".join(names(first(everything("AssociationEvent")))) == (
        "eventTime recordTime eventTimeZoneOffset eventID errorDeclaration certificationInfo parentID childEPCs "
        "childQuantityList action bizStep disposition readPoint bizLocation bizTransactionList sourceList "
        f"destinationList sensorElementList persistentDisposition {EXAMPLE}own"
    )
    old = first(everything("ObjectEvent"), version="1.2")
    assert " ".join(names(old)) == (
        "eventTime recordTime eventTimeZoneOffset baseExtension epcList action bizStep disposition readPoint "
        f"bizLocation bizTransactionList extension {EXAMPLE}own"
    )
    assert names(old.find("extension")) == ["quantityList", "sourceList", "destinationList", "ilmd", "extension"]
    assert names(old.find("extension/extension")) == ["sensorElementList", "persistentDisposition"]
    assert names(old.find("baseExtension")) == ["eventID", "errorDeclaration", "extension"]


def test_documents_and_query_documents() -> None:
    document = root(event(), kind="document", created="2026-11-02t08:00:00z")
    assert document.tag == f"{{{TWO}}}EPCISDocument"
    assert document.attrib == {"schemaVersion": "2.0", "creationDate": "2026-11-02T08:00:00.000Z"}
    assert names(document.find("EPCISBody/EventList")) == ["ObjectEvent"]
    query = root(version="1.2", query_name="A&B", subscription_id="s<1>")
    assert query.tag == "{urn:epcglobal:epcis-query:xsd:1}EPCISQueryDocument"
    results = query.find("EPCISBody/{urn:epcglobal:epcis-query:xsd:1}QueryResults")
    assert results is not None
    assert names(results) == ["queryName", "subscriptionID", "resultsBody"]
    assert [results.findtext(name) for name in ("queryName", "subscriptionID")] == ["A&B", "s<1>"]
    assert names(results.find("resultsBody/EventList")) == []
    assert root().findtext(".//queryName") == "SimpleEventQuery"


def test_1_2_wraps_what_came_later() -> None:
    made = root(everything("TransformationEvent"), everything("AssociationEvent"), version="1.2")
    assert made.find(".//EventList/extension/TransformationEvent") is not None
    assert made.find(".//EventList/extension/extension/AssociationEvent") is not None


def test_lists_that_1_2_must_have() -> None:
    bare = event(epcList=None, quantityList=[{"epcClass": LOT + "L"}])
    assert names(first(bare, version="1.2").find("epcList")) == []
    assert first(bare).find("epcList") is None


@pytest.mark.parametrize(
    ("version", "words", "step"),
    [
        ("2.0", WordFormat.NO_PREFERENCE, "https://ref.gs1.org/cbv/BizStep-shipping"),
        ("1.2", WordFormat.NO_PREFERENCE, "urn:epcglobal:cbv:bizstep:shipping"),
        ("2.0", WordFormat.URN, "urn:epcglobal:cbv:bizstep:shipping"),
        ("1.2", WordFormat.WEB_URI, "https://ref.gs1.org/cbv/BizStep-shipping"),
        ("2.0", WordFormat.NEVER, "https://ref.gs1.org/cbv/BizStep-shipping"),
        ("1.2", WordFormat.NEVER, "urn:epcglobal:cbv:bizstep:shipping"),
    ],
)
def test_bare_words_become_uris(version: str, words: WordFormat, step: str) -> None:
    assert text(first(event(), version=version, words=words), "bizStep") == step


def test_words_as_sent_and_words_of_one_s_own() -> None:
    sent = "urn:epcglobal:cbv:bizstep:shipping"
    assert text(first(event(bizStep=sent), words=WordFormat.NEVER), "bizStep") == sent
    assert text(first(event(bizStep="cbv:BizStep-shipping"), words=WordFormat.NEVER), "bizStep") == (
        "https://ref.gs1.org/cbv/BizStep-shipping"
    )
    assert text(first(event(bizStep="example:drying")), "bizStep") == "https://ns.example.com/epcis/drying"


def test_quantities() -> None:
    amounts = [
        {"epcClass": LOT + "A", "quantity": Decimal("1E+3")}, {"epcClass": LOT + "B", "uom": "KGM"},
        {"epcClass": LOT + "C"}, {"epcClass": LOT + "D", "quantity": 1e-07, "uom": "KGM"},
    ]  # fmt: skip
    elements = first(event(quantityList=amounts)).findall("quantityList/quantityElement")
    assert [names(element) for element in elements] == [
        ["epcClass", "quantity"], ["epcClass", "quantity", "uom"], ["epcClass"], ["epcClass", "quantity", "uom"],
    ]  # fmt: skip
    assert elements[0].findtext("quantity") == "1000"
    assert elements[1].find("quantity").attrib == {f"{{{XSI}}}nil": "true"}  # type: ignore[union-attr]
    assert elements[3].findtext("quantity") == "0.0000001"


def test_lists_that_the_schema_wants_filled_are_left_out() -> None:
    made = first(event(bizTransactionList=[], sourceList=[], sensorElementList=[], quantityList=[]))
    assert not {"bizTransactionList", "sourceList", "sensorElementList"} & set(names(made))
    assert names(made.find("quantityList")) == []


def test_sensors() -> None:
    report = {
        "type": "Temperature", "value": Decimal("4.50"), "booleanValue": True, "component": "x", "bizRules": "urn:r:1",
        "exception": "ALARM_CONDITION", "example:more": 'a"b', "example:deep": [1], "example:none": [],
        "time": "2026-11-02t01:02:03z",
    }  # fmt: skip
    sensors = [
        {"sensorMetadata": {"deviceID": "example:d"}, "sensorReport": [report, {"type": "Mass"}], "example:e": 1}
    ]
    element = first(event(sensorElementList=sensors)).find("sensorElementList/sensorElement")
    assert names(element) == ["sensorMetadata", "sensorReport", "sensorReport", EXAMPLE + "e"]
    assert element is not None
    assert element[0].attrib == {"deviceID": "https://ns.example.com/epcis/d"}
    assert element[1].attrib == {
        "type": "https://gs1.org/voc/Temperature", "value": "4.50", "booleanValue": "true", "bizRules": "urn:r:1",
        "component": "https://ref.gs1.org/cbv/Comp-x", "exception": "https://gs1.org/voc/ALARM_CONDITION",
        EXAMPLE + "more": 'a"b', EXAMPLE + "deep": "1", "time": "2026-11-02T01:02:03.000Z",
    }  # fmt: skip


def test_two_names_for_one_attribute() -> None:
    """XML has an attribute once; two prefixes for one namespace must not make a document that nobody can read."""
    context = [STANDARD, {"a": "urn:one:", "b": "urn:one:"}]
    report = {"type": "Mass", "a:x": "1", "b:x": "2"}
    made = first(event(sensorElementList=[{"sensorReport": [report]}]), context)
    element = made.find(".//sensorReport")
    assert element is not None
    assert element.get("{urn:one:}x") == "1"


@pytest.mark.parametrize(
    "context",
    [
        {"example": "https://ns.example.com/epcis/"},
        [STANDARD, {"example": {"@id": "https://ns.example.com/epcis/", "@prefix": True}}],
        [STANDARD, {"x": "urn:x:"}, {"example": "https://ns.example.com/epcis/"}],
    ],
)
def test_prefixes_from_any_form_of_context(context: Any) -> None:
    assert text(first(event(**{"example:a": "1"}), context), EXAMPLE + "a") == "1"


def test_a_context_inside_the_event_counts() -> None:
    made = event(**{"@context": {"example": "urn:inner:"}, "example:a": "example:b"})
    assert text(first(made), "{urn:inner:}a") == "urn:inner:b"


def test_one_prefix_for_two_namespaces() -> None:
    one, two = event(**{"example:a": "1"}), event(**{"example:a": "2"})
    data = write_xml([(one, {"example": "urn:one:"}), (two, {"example": "urn:two:"})])
    elements = list(ElementTree.fromstring(data).iter("ObjectEvent"))
    assert [element.findtext(f"{{urn:{n}:}}a") for element, n in zip(elements, ("one", "two"))] == ["1", "2"]


@pytest.mark.parametrize("prefix", ["epcis", "epcisq", "xsi", "xmlns", "XML", "a+b", "urn"])
def test_prefixes_that_xml_or_the_document_needs_itself(prefix: str) -> None:
    made = first(event(**{f"{prefix}:a": "1"}), {prefix: "urn:mine:"})
    assert text(made, "{urn:mine:}a") == "1"


def test_namespaces_that_xml_owns() -> None:
    made = first(
        event(**{"x:lang": "vi", "y:a": "1"}),
        {"x": "http://www.w3.org/XML/1998/namespace", "y": "http://www.w3.org/2000/xmlns/"},
    )
    assert text(made, "{http://www.w3.org/XML/1998/namespace}lang") == "vi"
    assert text(made, "{http://www.w3.org/2000/xmlns/#}a") == "1"
    made = first(event(**{"p:action": "1"}), {"p": TWO}, version="1.2")
    assert text(made, f"{{{TWO}#}}action") == "1"


def test_keys_without_a_declared_prefix() -> None:
    made = first(event(**{"foo:bar": "1", "https://e.vn/ns/x": "2"}))
    assert text(made, "{foo:}bar") == "1"
    assert text(made, "{https:}_x002F__x002F_e.vn_x002F_ns_x002F_x") == "2"


def test_json_inside_extensions() -> None:
    value = {
        "b": 1,
        "example:c": [True, None, [1, [2]], {"1st": "x"}],
        "@type": "T",
        "a b": Decimal("1.50"),
        "none": [],
    }
    made = first(event(**{"example:a": value, "example:list": [1, 2]})).find(EXAMPLE + "a")
    assert names(made) == ["b", *[EXAMPLE + "c"] * 4, "_x0040_type", "a_x0020_b"]
    assert made is not None
    assert [made.findtext(name) for name in ("b", "_x0040_type", "a_x0020_b")] == ["1", "T", "1.50"]
    parts = made.findall(EXAMPLE + "c")
    assert [part.text for part in parts] == ["true", None, None, None]
    assert [child.text for child in parts[2]] == ["1", None]
    assert parts[2][1][0].text == "2"
    assert names(parts[3]) == ["_x0031_st"]


def test_extensions_in_places_ilmd_and_error_declarations() -> None:
    made = first(
        event(
            readPoint={"id": PLACE, "example:r": "1"},
            ilmd={"cbvmda:lotNumber": "L1"},
            errorDeclaration={
                "declarationTime": "2026-11-03T00:00:00Z", "example:e": "2", "correctiveEventIDs": ["urn:x:1"],
            },
        )
    )  # fmt: skip
    assert names(made.find("readPoint")) == ["id", EXAMPLE + "r"]
    assert names(made.find("ilmd")) == ["{urn:epcglobal:cbv:mda}lotNumber"]
    assert names(made.find("errorDeclaration")) == ["declarationTime", "correctiveEventIDs", EXAMPLE + "e"]


def test_curies_are_written_out_and_other_text_is_not() -> None:
    made = first(event(epcList=["example:thing"], **{"example:a": ["example:b", "note: fragile", "12:30"]}))
    assert text(made, "epcList/epc") == "https://ns.example.com/epcis/thing"
    assert [part.text for part in made.findall(EXAMPLE + "a")] == [
        "https://ns.example.com/epcis/b", "note: fragile", "12:30",
    ]  # fmt: skip


def test_a_prefix_that_another_event_says_as_text_is_renamed() -> None:
    data = write_xml([(event(**{"note:a": "1"}), {"note": "urn:n:"}), (event(**{"e:b": "note:c"}), {"e": "urn:e:"})])
    assert b"xmlns:note" not in data
    assert ElementTree.fromstring(data).findtext(".//{urn:n:}a") == "1"


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ("a<b>&\"'", "a<b>&\"'"), ("]]>", "]]>"), ("\r\n\t", "\r\n\t"), ("a\x00b\x08\x1f", "a\ufffdb\ufffd\ufffd"),
        ("\ud800", "\ufffd"), ("\uffff\ufffe", "\ufffd\ufffd"), ("🌾 lúa \x85", "🌾 lúa \x85"),
    ],
)  # fmt: skip
def test_text(given_: str, wanted: str) -> None:
    made = first(
        event(
            **{"example:a": given_},
            sensorElementList=[{"sensorReport": [{"type": "Mass", "stringValue": given_}]}],
        )
    )
    assert text(made, EXAMPLE + "a") == wanted
    assert made.find(".//sensorReport").get("stringValue") == wanted  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ("2026-11-02T07:30:00+07:00", "2026-11-02T07:30:00+07:00"),
        ("2026-11-02t00:30:00.5z", "2026-11-02T00:30:00.500Z"),
        ("2026-11-02T20:30:00+20:00", "2026-11-02T00:30:00.000Z"),
        ("2026-11-02T07:30:00.123456789Z", "2026-11-02T07:30:00.123456789Z"),
    ],
)
def test_times_as_the_schema_takes_them(given_: str, wanted: str) -> None:
    assert text(first(event(eventTime=given_)), "eventTime") == wanted


def test_certificates_share_the_one_element() -> None:
    made = first(event(certificationInfo=["https://e.vn/1", "example:2"]))
    assert text(made, "certificationInfo") == "https://e.vn/1 https://ns.example.com/epcis/2"
    assert text(first(event(certificationInfo="https://e.vn/1"), version="1.2"), "baseExtension/extension/*") == (
        "https://e.vn/1"
    )
    assert "certificationInfo" not in names(first(event(certificationInfo=[])))


def test_an_event_type_of_one_s_own() -> None:
    made = event(type="example:Drying", action=None, epcList=None, **{"example:hours": 5, "own": "x"})
    element = root(made).find(f".//EventList/extension/{EXAMPLE}Drying")
    assert names(element) == [
        "eventTime", "eventTimeZoneOffset", "bizStep", "disposition", "readPoint", EXAMPLE + "hours", "own",
    ]  # fmt: skip
    assert names(root(made, event(), version="1.2").find(".//EventList")) == ["ObjectEvent"]


MASTERS = {
    "epcisHeader": {
        "epcisMasterData": {
            "vocabularyList": [
                {
                    "type": "urn:epcglobal:epcis:vtype:Location",
                    "vocabularyElementList": [
                        {
                            "id": PLACE,
                            "attributes": [
                                {"id": "cbvmda:name", "attribute": "Kho <1>"},
                                {"id": "example:address", "attribute": {"example:street": "Lê Lợi", "city": "Huế"}},
                            ],
                            "children": ["urn:x:1", "urn:x:2"],
                        }
                    ],
                    "example:own": "x",
                }
            ]
        }
    }
}


@pytest.mark.parametrize("version", ["2.0", "1.2"])
def test_master_data(version: str) -> None:
    made = root(kind="document", version=version, header={**MASTERS, "@context": CONTEXT})
    vocabulary = made.find("EPCISHeader/extension/EPCISMasterData/VocabularyList/Vocabulary")
    assert vocabulary is not None
    assert vocabulary.attrib == {"type": "urn:epcglobal:epcis:vtype:Location"}
    assert names(vocabulary) == ["VocabularyElementList", EXAMPLE + "own"]
    element = vocabulary.find("VocabularyElementList/VocabularyElement")
    assert element is not None
    assert (element.get("id"), names(element)) == (PLACE, ["attribute", "attribute", "children"])
    assert element[0].attrib == {"id": "urn:epcglobal:cbv:mda:name"}
    assert element[0].text == "Kho <1>"
    assert names(element[1]) == [EXAMPLE + "street", "city"]
    assert [child.text for child in element[2]] == ["urn:x:1", "urn:x:2"]
    business = made.findall("EPCISHeader/{*}StandardBusinessDocumentHeader")
    assert len(business) == (version == "1.2"), "which 1.2 asks of a header"


def test_sender_and_receiver() -> None:
    made = root(kind="document", header={"sender": "urn:a:1", "instanceIdentifier": "7 & 8"})
    business = made.find("EPCISHeader/{*}StandardBusinessDocumentHeader")
    assert business is not None
    assert business.findtext("{*}Sender/{*}Identifier") == "urn:a:1"
    assert business.findtext("{*}Receiver/{*}Identifier") == ""
    assert business.findtext("{*}DocumentIdentification/{*}InstanceIdentifier") == "7 & 8"
    assert root(kind="document", header={"schemaVersion": "2.0"}).find("EPCISHeader") is None


def test_extensions_of_the_document() -> None:
    header = {"example:ignoreFields": ["example:a", "gs1:b"], "example:note": ["x", {"example:c": "y"}]}
    made = root(event(), kind="document", header=header)
    assert names(made) == ["EPCISBody", EXAMPLE + "ignoreFields", EXAMPLE + "note", EXAMPLE + "note"]
    assert names(made[1]) == [EXAMPLE + "a", "{https://gs1.org/voc/}b"]
    assert (made[2].text, names(made[3])) == ("x", [EXAMPLE + "c"])


@given(key=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12))
def test_names_of_xml(key: str) -> None:
    name = encode_name(key)
    assert decode_name(name) == key
    ElementTree.fromstring(f"<{name}/>")


@pytest.mark.parametrize(
    "name", ["plain", "_x00e9_", "__x0030_", "_x0030", "a_x41_", "_xD800_1", "a_x0000_b", "_x110000_"]
)
def test_names_that_were_not_escaped_stand_for_themselves(name: str) -> None:
    assert decode_name(name) == name
