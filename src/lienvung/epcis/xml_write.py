"""Writing EPCIS XML, 2.0 and 1.2: documents and query results from events in their JSON form.

What goes in as JSON and comes out as XML keeps its event hash. An event that XML cannot say is left out (`sayable`):
a user's own event type in 1.2, as in GS1's conversion, and nested extensions of sensor reports, which are attributes.
Numbers and truth values of user extensions become text; a list with one entry, that entry.
Several certificationInfo, which JSON allows and the XSD does not, stand in one element with spaces between them.
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
from lienvung.epcis.xml_write_header import write_extensions, write_header
from lienvung.epcis.xml_write_text import Prefixes, Scope, escape, time

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
    stamp = time(created or datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    writer = EventWriter(version, words, Prefixes())
    listed, top, end = _parts(events, header or {}, writer, stamp)
    if writer.prefixes.clash():
        writer = EventWriter(version, words, Prefixes(frozenset(writer.prefixes.said)))
        listed, top, end = _parts(events, header or {}, writer, stamp)
    attributes = f'schemaVersion="{version}" creationDate="{stamp}"'
    event_list = f"<EventList>{listed}</EventList>" if listed else "<EventList/>"
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


def _parts(
    events: Sequence[tuple[Event, Context]], header: Mapping[str, Any], writer: EventWriter, stamp: str
) -> tuple[str, str, str]:
    """The events, the header, and the document's own extensions."""
    version = writer.version
    listed = "".join([writer.event(event, context) for event, context in events if sayable(event, version)])
    context = header.get("@context", events[0][1] if events else None)
    scope = Scope(STANDARD_NAMES.within(context), writer.prefixes)
    return listed, write_header(header, scope, version, stamp), write_extensions(header, scope)
