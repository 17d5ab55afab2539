"""What stands around the events of an XML document: who sends to whom, master data, the document's own extensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lienvung.epcis.xml_shapes import SBDH
from lienvung.epcis.xml_write_text import Scope, Spaces, escape, escape_attribute, write_members


def write_header(header: Mapping[str, Any], scope: Scope, version: str, stamp: str) -> str:
    """EPCISHeader: who sends to whom, and master data (EPCIS 2.0 section 10)."""
    masters = _masters(header, scope)
    known = any(header.get(name) for name in ("sender", "receiver", "instanceIdentifier"))
    business = _business(header, version, stamp) if known or (masters and version == "1.2") else ""
    return f"<EPCISHeader>{business}{masters}</EPCISHeader>" if business or masters else ""


def _business(header: Mapping[str, Any], version: str, stamp: str) -> str:
    """The Standard Business Document Header, which 1.2 asks of every EPCISHeader; what is not known is empty."""
    sender, receiver, instance = (
        escape(str(header.get(name) or "")) for name in ("sender", "receiver", "instanceIdentifier")
    )
    document = (
        f"<sbdh:Standard>EPCglobal</sbdh:Standard><sbdh:TypeVersion>{version}</sbdh:TypeVersion>"
        f"<sbdh:InstanceIdentifier>{instance}</sbdh:InstanceIdentifier><sbdh:Type>Events</sbdh:Type>"
        f"<sbdh:CreationDateAndTime>{stamp}</sbdh:CreationDateAndTime>"
    )
    return (
        f'<sbdh:StandardBusinessDocumentHeader xmlns:sbdh="{SBDH}"><sbdh:HeaderVersion>1.0</sbdh:HeaderVersion>'
        f"<sbdh:Sender><sbdh:Identifier>{sender}</sbdh:Identifier></sbdh:Sender>"
        f"<sbdh:Receiver><sbdh:Identifier>{receiver}</sbdh:Identifier></sbdh:Receiver>"
        f"<sbdh:DocumentIdentification>{document}</sbdh:DocumentIdentification></sbdh:StandardBusinessDocumentHeader>"
    )


def _masters(header: Mapping[str, Any], scope: Scope) -> str:
    given = header.get("epcisHeader")
    master = given.get("epcisMasterData") if isinstance(given, dict) else None
    vocabularies = master.get("vocabularyList") if isinstance(master, dict) else None
    if not vocabularies:
        return ""
    listed = "".join([_vocabulary(vocabulary, scope) for vocabulary in vocabularies])
    inner = f"<EPCISMasterData><VocabularyList>{listed}</VocabularyList></EPCISMasterData>"
    return f"<extension>{inner}</extension>"


def write_extensions(header: Mapping[str, Any], scope: Scope) -> str:
    """User extensions of the document itself: the XSD has them at its end."""
    results = header.get("queryResults")
    members = {**_own(header), **_own(results if isinstance(results, dict) else {})}
    if not members:
        return ""
    written: list[str] = []
    for key, value in members.items():
        if key.endswith(":ignoreFields") and isinstance(value, list):
            value = [{str(name): None for name in value}]  # names, so elements and no text
        for entry in value if isinstance(value, list) else (value,):
            spaces = Spaces(scope.prefixes)
            out: list[str] = []
            write_members(out, {key: [entry]}, scope, spaces)
            name = spaces.name(scope.split(key))
            written.append("".join(out).replace(f"<{name}", f"<{name}{spaces.declarations()}", 1))
    return "".join(written)


def _vocabulary(vocabulary: dict[str, Any], scope: Scope) -> str:
    spaces = Spaces(scope.prefixes)
    out: list[str] = []
    elements = vocabulary.get("vocabularyElementList")
    if elements:
        out.append("<VocabularyElementList>")
        for element in elements:
            _element(out, element, scope, spaces)
        out.append("</VocabularyElementList>")
    write_members(out, _own(vocabulary), scope, spaces)
    kind = escape_attribute(scope.uri(vocabulary.get("type")))
    return f'<Vocabulary type="{kind}"{spaces.declarations()}>{"".join(out)}</Vocabulary>'


def _element(out: list[str], element: dict[str, Any], scope: Scope, spaces: Spaces) -> None:
    out.append(f'<VocabularyElement id="{escape_attribute(scope.uri(element.get("id")))}">')
    for attribute in element.get("attributes") or ():
        name = escape_attribute(scope.uri(attribute.get("id")))
        value = attribute.get("attribute")
        for entry in value if isinstance(value, list) else (value,):
            out.append(f'<attribute id="{name}">')
            if isinstance(entry, dict):
                write_members(out, entry, scope, spaces)
            else:
                out.append(escape(scope.text(entry)))
            out.append("</attribute>")
    children = element.get("children")
    if children:
        out.append("<children>")
        out.extend(f"<id>{escape(scope.uri(child))}</id>" for child in children)
        out.append("</children>")
    write_members(out, _own(element), scope, spaces)
    out.append("</VocabularyElement>")


def _own(members: Mapping[str, Any]) -> dict[str, Any]:
    """User extensions."""
    return {key: value for key, value in members.items() if ":" in key}
