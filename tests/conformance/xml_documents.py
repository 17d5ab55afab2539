"""Own EPCIS XML documents with every element of the standard, and small changes to them."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from typing import Any

_HEADER = """
<EPCISHeader>
 <sbdh:StandardBusinessDocumentHeader xmlns:sbdh="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">
  <sbdh:HeaderVersion>1.0</sbdh:HeaderVersion>
  <sbdh:Sender><sbdh:Identifier Authority="GS1">urn:epc:id:sgln:8935001.70000.0</sbdh:Identifier></sbdh:Sender>
  <sbdh:Receiver><sbdh:Identifier>urn:epc:id:sgln:8935001.70001.0</sbdh:Identifier></sbdh:Receiver>
  <sbdh:DocumentIdentification>
   <sbdh:Standard>EPCglobal</sbdh:Standard><sbdh:TypeVersion>1.0</sbdh:TypeVersion>
   <sbdh:InstanceIdentifier>gao-0001</sbdh:InstanceIdentifier><sbdh:Type>Events</sbdh:Type>
   <sbdh:CreationDateAndTime>2026-11-02T08:00:00Z</sbdh:CreationDateAndTime>
  </sbdh:DocumentIdentification>
 </sbdh:StandardBusinessDocumentHeader>
 <extension>
  <EPCISMasterData>
   <VocabularyList>
    <Vocabulary type="urn:epcglobal:epcis:vtype:BusinessLocation">
     <VocabularyElementList>
      <VocabularyElement id="urn:epc:id:sgln:8935001.70000.0">
       <attribute id="urn:epcglobal:cbv:mda:name">Kho Bắc Ninh</attribute>
       <attribute id="urn:epcglobal:cbv:mda:address"><lv:address><lv:city>Bắc Ninh</lv:city></lv:address></attribute>
       <children><id>urn:epc:id:sgln:8935001.70000.A</id><id>urn:epc:id:sgln:8935001.70000.B</id></children>
      </VocabularyElement>
      <VocabularyElement id="urn:epc:id:sgln:8935001.70001.0"/>
     </VocabularyElementList>
    </Vocabulary>
   </VocabularyList>
  </EPCISMasterData>
 </extension>
</EPCISHeader>"""
_BASE_2_0 = """
<eventTime>2026-11-02T07:30:00.000+07:00</eventTime>
<recordTime>2026-11-02T08:00:00.000Z</recordTime>
<eventTimeZoneOffset>+07:00</eventTimeZoneOffset>
<eventID>urn:uuid:00000000-0000-4000-8000-00000000000{n}</eventID>
<errorDeclaration>
 <declarationTime>2026-11-03T07:30:00Z</declarationTime><reason>urn:epcglobal:cbv:er:incorrect_data</reason>
 <correctiveEventIDs><correctiveEventID>urn:uuid:00000000-0000-4000-8000-0000000000ff</correctiveEventID>
 </correctiveEventIDs><lv:why>nhầm lô</lv:why>
</errorDeclaration>
<certificationInfo>https://chungnhan.example.vn/vietgap/1</certificationInfo>"""
_BASE_1_2 = """
<eventTime>2026-11-02T07:30:00.000+07:00</eventTime>
<recordTime>2026-11-02T08:00:00.000Z</recordTime>
<eventTimeZoneOffset>+07:00</eventTimeZoneOffset>
<baseExtension>
 <eventID>urn:uuid:00000000-0000-4000-8000-00000000000{n}</eventID>
 <errorDeclaration>
  <declarationTime>2026-11-03T07:30:00Z</declarationTime><reason>urn:epcglobal:cbv:er:incorrect_data</reason>
  <correctiveEventIDs><correctiveEventID>urn:uuid:00000000-0000-4000-8000-0000000000ff</correctiveEventID>
  </correctiveEventIDs><lv:why>nhầm lô</lv:why>
 </errorDeclaration>
</baseExtension>"""
_EPCS = "<epc>urn:epc:id:sgtin:8935001.070000.A{0}</epc><epc>https://id.gs1.org/01/08935001700005/21/B{0}</epc>"
_AMOUNTS = """<quantityElement><epcClass>urn:epc:class:lgtin:8935001.070000.L{0}</epcClass><quantity>2.50</quantity>
<uom>KGM</uom></quantityElement><quantityElement><epcClass>urn:epc:idpat:sgtin:8935001.070000.*</epcClass>
</quantityElement>"""
_WHERE = """
<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>
<disposition>https://ref.gs1.org/cbv/Disp-in_transit</disposition>
<readPoint><id>urn:epc:id:sgln:8935001.70000.0</id><lv:gate>2</lv:gate></readPoint>
<bizLocation><id>urn:epc:id:sgln:8935001.70001.0</id></bizLocation>"""
_BUSINESS = """<bizTransactionList><bizTransaction type="urn:epcglobal:cbv:btt:po">urn:epcglobal:cbv:bt:8935001700005:1
</bizTransaction><bizTransaction>urn:epcglobal:cbv:bt:8935001700005:2</bizTransaction></bizTransactionList>"""
_PARTIES = """
<sourceList><source type="urn:epcglobal:cbv:sdt:owning_party">urn:epc:id:pgln:8935001.70000</source></sourceList>
<destinationList><destination type="urn:epcglobal:cbv:sdt:location">urn:epc:id:sgln:8935001.70001.0</destination>
</destinationList>"""
_SENSED = """
<sensorElementList><sensorElement>
 <sensorMetadata time="2026-11-02T07:30:00+07:00" deviceID="urn:epc:id:giai:8935001.nhietke1" lv:firmware="2.1"/>
 <sensorReport type="gs1:Temperature" value="4.50" minValue="4" maxValue="5" uom="CEL" booleanValue="true"
  hexBinaryValue="f0f0" component="cbv:Comp-x" time="2026-11-02T07:30:00Z" lv:accuracy="0.1"/>
 <sensorReport type="gs1:RelativeHumidity" value="70" uom="A93"/><lv:note>cửa đóng</lv:note>
</sensorElement></sensorElementList>
<persistentDisposition><unset>urn:epcglobal:cbv:disp:completeness_inferred</unset>
<set>urn:epcglobal:cbv:disp:completeness_verified</set></persistentDisposition>"""
_ILMD = """<ilmd><cbvmda:lotNumber>L1</cbvmda:lotNumber><lv:field><lv:name>Đồng Trước</lv:name>
<area unit="HAR">1.5</area>
</lv:field><lv:harvest>1</lv:harvest><lv:harvest>2</lv:harvest></ilmd>"""
_OWN = '<lv:own>x</lv:own><lv:own unit="KGM">y</lv:own><lv:mixed>a<lv:b>c</lv:b>d</lv:mixed>'
_NAMES = (
    'xmlns:lv="https://lienvung.example.vn/ns/" xmlns:cbvmda="urn:epcglobal:cbv:mda" xmlns:gs1="https://gs1.org/voc/"'
)


def _lists(label: str, content: str, n: int) -> str:
    return f"<{label}>{content.format(n)}</{label}>"


def _events_2_0() -> str:
    transformed = "".join(
        _lists(label, content, 4)
        for label, content in (
            ("inputEPCList", _EPCS), ("inputQuantityList", _AMOUNTS),
            ("outputEPCList", _EPCS), ("outputQuantityList", _AMOUNTS),
        )
    )  # fmt: skip
    children = _lists("childEPCs", _EPCS, 2)
    amounts = _lists("childQuantityList", _AMOUNTS, 2)
    parent = "<parentID>urn:epc:id:sscc:8935001.0000000001</parentID>"
    add = "<action>ADD</action>"
    contents = {
        "ObjectEvent": _lists("epcList", _EPCS, 1) + add + _WHERE + _BUSINESS + _lists("quantityList", _AMOUNTS, 1)
        + _PARTIES + _SENSED + _ILMD,
        "AggregationEvent": parent + children + add + _WHERE + _BUSINESS + amounts + _PARTIES + _SENSED,
        "TransactionEvent": _BUSINESS + parent + _lists("epcList", _EPCS, 3) + add + _WHERE
        + _lists("quantityList", _AMOUNTS, 3) + _PARTIES + _SENSED,
        "TransformationEvent": transformed + "<transformationID>urn:x:t:1</transformationID>" + _WHERE + _BUSINESS
        + _PARTIES + _SENSED + _ILMD,
        "AssociationEvent": parent + children + amounts + add + _WHERE + _BUSINESS + _PARTIES + _SENSED,
    }  # fmt: skip
    return "".join(
        f"<{kind}>{_BASE_2_0.format(n=n)}{content}{_OWN}</{kind}>" for n, (kind, content) in enumerate(contents.items())
    )


def _events_1_2() -> str:
    add = "<action>ADD</action>"
    sensed = f"<extension>{_SENSED}</extension>"
    amounts = _lists("quantityList", _AMOUNTS, 1)
    parent = "<parentID>urn:epc:id:sscc:8935001.0000000001</parentID>"
    base = [_BASE_1_2.format(n=n) for n in range(5)]
    transformed = _lists("inputEPCList", _EPCS, 4) + _lists("outputQuantityList", _AMOUNTS, 4)
    return (
        f"<ObjectEvent>{base[0]}{_lists('epcList', _EPCS, 1)}{add}{_WHERE}{_BUSINESS}"
        f"<extension>{amounts}{_PARTIES}{_ILMD}{sensed}</extension>{_OWN}</ObjectEvent>"
        f"<AggregationEvent>{base[1]}{parent}{_lists('childEPCs', _EPCS, 2)}{add}{_WHERE}{_BUSINESS}<extension>"
        f"{_lists('childQuantityList', _AMOUNTS, 2)}{_PARTIES}{sensed}</extension>{_OWN}</AggregationEvent>"
        f"<QuantityEvent>{base[2]}<epcClass>urn:epc:class:lgtin:8935001.070000.L1</epcClass><quantity>12</quantity>"
        f"{_WHERE}{_BUSINESS}{_OWN}</QuantityEvent>"
        f"<TransactionEvent>{base[3]}{_BUSINESS}{parent}{_lists('epcList', _EPCS, 3)}{add}{_WHERE}"
        f"<extension>{amounts}{_PARTIES}{sensed}</extension>{_OWN}</TransactionEvent>"
        f"<extension><TransformationEvent>{base[4]}{transformed}<transformationID>urn:x:t:1</transformationID>"
        f"{_WHERE}{_BUSINESS}{_PARTIES}{_ILMD}{sensed}{_OWN}</TransformationEvent></extension>"
    )


def full_document(version: str = "2.0", *, header: bool = True) -> bytes:
    """An EPCISDocument with each event type of `version` and all that it may have."""
    number = version[0]
    events = _events_2_0() if version == "2.0" else _events_1_2()
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:{number}" '
        f'{_NAMES} schemaVersion="{version}" creationDate="2026-11-02T08:00:00Z">{_HEADER if header else ""}'
        f"<EPCISBody><EventList>{events}</EventList></EPCISBody></epcis:EPCISDocument>"
    ).encode()


def query_document() -> bytes:
    return (
        '<q:EPCISQueryDocument xmlns:q="urn:epcglobal:epcis-query:xsd:2" '
        f'{_NAMES} schemaVersion="2.0" creationDate="2026-11-02T08:00:00Z"><EPCISBody><q:QueryResults>'
        "<queryName>SimpleEventQuery</queryName><subscriptionID>s1</subscriptionID><resultsBody><EventList>"
        f"{_events_2_0()}</EventList></resultsBody></q:QueryResults></EPCISBody></q:EPCISQueryDocument>"
    ).encode()


def changes(root: Any, every: int = 1) -> Iterator[tuple[str, Any]]:
    """(what was changed, the changed copy) for each element: dropped, doubled, swapped, renamed, given what is wrong.

    `root`: of lxml. Elements of user extensions are left alone, except that they are moved.
    `every`: take one element out of so many.
    """
    tree = root.getroottree()
    paths = [tree.getelementpath(element) for element in root.iter()]
    for number, path in list(enumerate(paths))[::every]:
        for what, change in _CHANGES.items():
            made = copy.deepcopy(root)
            if change(next(itertools.islice(made.iter(), number, None))):
                yield f"{what} {path}", made


def _drop(element: Any) -> bool:
    parent = element.getparent()
    if parent is None:
        return False
    parent.remove(element)
    return True


def _double(element: Any) -> bool:
    if element.getparent() is None:
        return False
    element.addnext(copy.deepcopy(element))
    return True


def _swap(element: Any) -> bool:
    following = element.getnext()
    if following is None or following.tag == element.tag:
        return False
    following.addnext(element)
    return True


def _rename(element: Any) -> bool:
    element.tag = element.tag + "X"
    return "{" not in element.tag


def _text(element: Any) -> bool:
    if not len(element):
        return False
    element[0].tail = "lạc"
    return "{https://lienvung" not in element.tag


def _attribute(element: Any) -> bool:
    element.set("bogus", "1")
    return "{https://lienvung" not in element.tag


def _lose(element: Any) -> bool:
    if not element.attrib:
        return False
    del element.attrib[sorted(element.attrib)[0]]
    return True


def _value(element: Any) -> bool:
    if len(element) or not (element.text or "").strip():
        return False
    element.text = "không phải URI"
    return "{" not in element.tag


_CHANGES = {
    "drop": _drop, "double": _double, "swap": _swap, "rename": _rename, "text": _text, "attribute": _attribute,
    "lose": _lose, "value": _value,
}  # fmt: skip
