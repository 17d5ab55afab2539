"""Writing EPCIS XML, 2.0 and 1.2: documents and query results from events in their JSON form.

What goes in as JSON and comes out as XML keeps its event hash. XML cannot say it where 1.2 has no place for a user's
own event type (the event is left out, as GS1's conversion does) and where text has characters that XML has not
(see `xml_write_text`). Numbers and truth values of user extensions become text; a list with one entry, that entry.
More than one certificationInfo becomes as many elements: EPCIS 2.0 section 7.4.1 allows it, the XSD only one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from lienvung.epcis.context import STANDARD_NAMES
from lienvung.epcis.model import Context
from lienvung.epcis.translate import WordFormat
from lienvung.epcis.xml_shapes import namespace, query_namespace
from lienvung.epcis.xml_write_event import Event, EventWriter, sayable
from lienvung.epcis.xml_write_text import Scope, Spaces, escape, escape_attribute, time, write_members

Version = Literal["2.0", "1.2"]
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def write_xml(
    events: Sequence[tuple[Event, Context]],
    *,
    version: Version = "2.0",
    kind: Literal["query", "document"] = "query",
    query_name: str | None = None,
    subscription_id: str | None = None,
    created: str | None = None,
    header: Mapping[str, Any] | None = None,
    words: WordFormat = WordFormat.NO_PREFERENCE,
) -> bytes:
    """An EPCISQueryDocument (`kind` "query") or EPCISDocument, as UTF-8.

    `events`: each with the context of the document it came in; identifiers are written as they are (see
    `translate.Translator`). `header`: as in `CaptureDocument`, of which master data and user extensions are written;
    its prefixes are those of its own @context or of the first event. `created`: the creationDate, RFC 3339; the
    present time where none is given. Prefixes are declared on the events that use them.
    """
    writer = EventWriter(version, words)
    listed = "".join([writer.event(event, context) for event, context in events if sayable(event, version)])
    stamp = created or datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    attributes = f'schemaVersion="{version}" creationDate="{time(stamp)}"'
    event_list = f"<EventList>{listed}</EventList>" if listed else "<EventList/>"
    top = _header(header or {})
    end = _extensions(header or {}, events[0][1] if events else None)
    if kind == "document":
        opening = f'<epcis:EPCISDocument xmlns:epcis="{namespace(version)}" {attributes}>'
        text = f"{opening}{top}<EPCISBody>{event_list}</EPCISBody>{end}</epcis:EPCISDocument>"
    else:
        results = f"<queryName>{escape(query_name or 'SimpleEventQuery')}</queryName>"
        if subscription_id is not None:
            results += f"<subscriptionID>{escape(subscription_id)}</subscriptionID>"
        results += f"<resultsBody>{event_list}</resultsBody>"
        opening = f'<epcisq:EPCISQueryDocument xmlns:epcisq="{query_namespace(version)}" {attributes}>'
        body = f"<EPCISBody><epcisq:QueryResults>{results}</epcisq:QueryResults></EPCISBody>"
        text = f"{opening}{top}{body}{end}</epcisq:EPCISQueryDocument>"
    return (DECLARATION + text).encode()


def _header(header: Mapping[str, Any]) -> str:
    """Master data (EPCIS 2.0 section 10); both versions write it alike."""
    given = header.get("epcisHeader")
    master = given.get("epcisMasterData") if isinstance(given, dict) else None
    vocabularies = master.get("vocabularyList") if isinstance(master, dict) else None
    if not vocabularies:
        return ""
    scope = Scope(STANDARD_NAMES.within(header.get("@context")))
    listed = "".join([_vocabulary(vocabulary, scope) for vocabulary in vocabularies])
    inner = f"<EPCISMasterData><VocabularyList>{listed}</VocabularyList></EPCISMasterData>"
    return f"<EPCISHeader><extension>{inner}</extension></EPCISHeader>"


def _extensions(header: Mapping[str, Any], context: Context | None) -> str:
    """User extensions of the document itself: the XSD has them at its end."""
    results = header.get("queryResults")
    members = {**_own(header), **_own(results if isinstance(results, dict) else {})}
    if not members:
        return ""
    scope = Scope(STANDARD_NAMES.within(header.get("@context", context)))
    written: list[str] = []
    for key, value in members.items():
        if key.endswith(":ignoreFields") and isinstance(value, list):
            value = [{str(name): None for name in value}]  # names, so elements and no text
        for entry in value if isinstance(value, list) else (value,):
            spaces = Spaces()
            out: list[str] = []
            write_members(out, {key: [entry]}, scope, spaces)
            name = spaces.name(scope.split(key))
            written.append("".join(out).replace(f"<{name}", f"<{name}{spaces.declarations()}", 1))
    return "".join(written)


def _vocabulary(vocabulary: dict[str, Any], scope: Scope) -> str:
    spaces = Spaces()
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
