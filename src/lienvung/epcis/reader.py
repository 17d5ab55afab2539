"""Reading: bytes to `Reading`s with everything checked, and bytes to event hashes.

Each event is decoded into its wire shape and scanned in one pass. Only where that
finds something suspicious is the event looked at again by `validate`, which collects
every fault with its place, so that good documents pay nothing for good messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from itertools import chain
from typing import Any

import msgspec

from lienvung.epcis.derived import error_declaration, lots_in_ilmd, lots_in_links
from lienvung.epcis.document import (
    MAX_BYTES,
    MAX_EVENTS,
    Opened,
    decode_checked,
    not_utf8,
    open_document,
)
from lienvung.epcis.extension import MAX_NESTING, too_deep
from lienvung.epcis.kinds import ACTIONS, Action, EventType, Role
from lienvung.epcis.lookups import Lookups, lookups_for
from lienvung.epcis.model import CaptureDocument, Context, QuantityRow, Reading
from lienvung.epcis.odd import may_be_odd, odd_characters
from lienvung.epcis.repeated import quotes, repeated_members
from lienvung.epcis.scan import IGNORED_NAMES, NO_EXTENSIONS, Facts, scan
from lienvung.epcis.translated import placed_in_xml
from lienvung.epcis.validate import check_bare, check_event, check_header, depth_of, sensors_are_right
from lienvung.epcis.wire import (
    AggregationWire,
    AnyWire,
    AssociationWire,
    ExtendedWire,
    Extensions,
    ObjectWire,
    TransactionWire,
    TransformationWire,
    decode_event,
    decode_untyped,
    split_extensions,
)
from lienvung.errors import Invalid, ManyInvalid

MAX_FAULTS = 1_000
DAY_MS = 86_400_000
TYPES: dict[type, EventType] = {
    ObjectWire: EventType.OBJECT,
    AggregationWire: EventType.AGGREGATION,
    TransactionWire: EventType.TRANSACTION,
    TransformationWire: EventType.TRANSFORMATION,
    AssociationWire: EventType.ASSOCIATION,
    ExtendedWire: EventType.EXTENDED,
}
# Members that only the slow way checks; sensor data could be faster, but rarely come with extensions.
_RARE = frozenset({"errorDeclaration", "@context", "sensorElementList"})
_DOUBTS = (Invalid, msgspec.DecodeError, ValueError, RecursionError, InvalidOperation)
Scanned = tuple[AnyWire, Facts, Lookups, Extensions]


class Scanner:
    """Scans the events of one document: its prefixes, its ignored members, and what its events look like."""

    __slots__ = ("faults", "ignored", "lookups", "loose", "max_depth", "opened")

    def __init__(self, lookups: Lookups, opened: Opened | None = None, max_depth: int = MAX_NESTING) -> None:
        self.lookups = lookups
        self.opened = opened
        self.ignored = IGNORED_NAMES if opened is None else opened.ignored
        self.max_depth = max_depth
        self.loose = False  # the last event had user extensions: expect more
        self.faults: list[Invalid] = []

    def scan(self, raw: bytes | msgspec.Raw, index: int = 0) -> Scanned | None:
        """The event, or None where it is faulty (the faults are kept). Raises only `TooLarge`."""
        lookups = self.lookups
        try:
            if self.loose:
                event = decode_untyped(raw)
                if isinstance(event, dict) and not event.keys() & _RARE:
                    return self._loose(event)
            else:
                wire = decode_event(raw)
                sensors = wire.sensorElementList
                usual = wire.context is None and wire.errorDeclaration is None
                if usual and (sensors is None or sensors_are_right(sensors, lookups)):
                    return wire, scan(wire, lookups, NO_EXTENSIONS, self.ignored), lookups, NO_EXTENSIONS
        except _DOUBTS:
            pass  # `slow` finds what is wrong and where
        return self.slow(raw, index)

    def _loose(self, event: dict[str, Any]) -> Scanned:
        lookups = self.lookups
        if "@context" in event:
            lookups = lookups_for(event["@context"], lookups.names, growing=lookups.growing)
        wire, extensions = split_extensions(event)
        self.loose = bool(extensions)
        return wire, scan(wire, lookups, extensions, self.ignored), lookups, extensions

    def slow(self, raw: bytes | msgspec.Raw, index: int) -> Scanned | None:
        """The thorough way: every fault with its place, members written twice too."""
        path = "" if self.opened is None else self.opened.event_path(index)
        try:
            event = decode_checked(decode_untyped, raw, path)
            if depth_of(event, self.max_depth) > self.max_depth:
                raise too_deep()
            faults = check_event(event, path, self.lookups)
            if self.opened is not None and self.opened.xml is not None:
                faults = [fault for fault in faults if fault.code != "epcis.repeated"]  # the XML schema lets it stand
            else:
                faults += repeated_members(raw, path)
            if not faults:
                return self._loose(event)
        except Invalid as fault:
            faults = [fault if fault.path.startswith("/") else at(fault, path)]
        except msgspec.ValidationError as error:
            # `validate` and the wire shapes disagree: refuse, and say what the shape says.
            faults = [Invalid("epcis.event", vi=f"Sự kiện sai: {error}.", en=f"Faulty event: {error}.", path=path)]
        self.faults.extend(faults)
        return None


def at(fault: Invalid, path: str) -> Invalid:
    """`fault` with its place."""
    return Invalid(fault.code, vi=fault.vi, en=fault.en, path=path)


def read_document(
    data: bytes,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_NESTING,
    max_events: int = MAX_EVENTS,
    now_ms: int | None = None,
    proceed: bool = False,
) -> CaptureDocument:
    """Read an EPCIS document, query document, bare event or (JSON) list of bare events, in JSON or in XML.

    With `now_ms` (UTC epoch ms), events later than a day after it are refused: they have not happened. With `proceed`,
    faulty events are left out and their faults told in `CaptureDocument.faults`.

    Raises `ManyInvalid` with a JSON Pointer or, for XML, an XPath for each fault (EPCIS 2.0 sections 7 and 10, CBV
    2.0), `TooLarge` over a limit. Nothing else escapes, whatever the bytes.
    """
    try:
        opened = open_document(data, max_bytes=max_bytes, max_events=max_events)
    except Invalid as fault:
        raise ManyInvalid(_placed([fault], data)) from None
    context = _context(opened)
    scanner = Scanner(lookups_for(context), opened, max_depth)
    outside = check_header(opened.header) if opened.path else []
    outside += opened.xml.faults if opened.xml is not None else []
    outside += _odd_outside(opened)
    if outside and proceed:
        raise ManyInvalid(_placed(outside, data, opened))
    scanner.faults.extend(outside)
    latest = None if now_ms is None else now_ms + DAY_MS
    readings, places, repeated = _readings(data, opened, scanner, latest, proceed=proceed)
    if repeated and proceed:
        raise ManyInvalid(repeated)
    faults = scanner.faults + repeated
    if faults and not proceed:
        raise ManyInvalid(_placed(faults[:MAX_FAULTS], data, opened))
    kind = "json" if opened.xml is None else f"xml-{opened.xml.version}"
    return CaptureDocument(context, _header(opened), readings, kind, places, _placed(faults, data, opened))


def _placed(faults: list[Invalid], data: bytes, opened: Opened | None = None) -> list[Invalid]:
    """Where the text is no UTF-8, that with its place in the file instead of what followed from it; XPaths for XML."""
    if opened is not None and opened.xml is not None:
        return placed_in_xml(faults, data, opened)
    wrong = not_utf8(data) if any(fault.code in ("epcis.json", "epcis.xml") for fault in faults) else None
    return [wrong] if wrong and not data.startswith((b"\xff\xfe", b"\xfe\xff")) else faults


def _readings(
    data: bytes, opened: Opened, scanner: Scanner, latest_ms: int | None, *, proceed: bool
) -> tuple[list[Reading], list[int], list[Invalid]]:
    """The events, their places, and the members of the document that are written twice."""
    readings: list[Reading] = []
    places: list[int] = []
    bare, xml = not opened.path, opened.xml
    wrong = {} if xml is None else xml.wrong
    inner_quotes = 0
    for index, part in enumerate(opened.events):
        raw = bytes(part)
        scanned = scanner.scan(raw, index)
        marks = raw.count(b'"')
        inner_quotes += marks
        if scanned is not None and xml is None and (_marks(scanned) != marks or _repeats(scanned)):
            scanned = scanner.slow(raw, index)
        if index in wrong:
            scanner.faults.extend(wrong[index])
            scanned = None
        if scanned is None:
            if len(scanner.faults) >= MAX_FAULTS and not proceed:
                break
            continue
        faults = check_bare(raw, opened.event_path(index)) if bare else []
        if opened.odd and may_be_odd(raw):
            faults += odd_characters(decode_untyped(raw), opened.event_path(index))
        if latest_ms is not None and scanned[1].time_ms > latest_ms:
            faults.append(_not_yet(opened.event_path(index)))
        if faults:
            scanner.faults.extend(faults)
            continue
        readings.append(_reading(raw, scanned))
        places.append(index)
    if xml is None and not scanner.faults and opened.outer_quotes != data.count(b'"') - inner_quotes:
        return readings, places, repeated_members(data, "")
    return readings, places, []


def _odd_outside(opened: Opened) -> list[Invalid]:
    if not opened.odd or not opened.path:
        return []
    header = {name: value for name, value in opened.header.items() if name != "queryResults"}
    inner = opened.header.get("queryResults")
    return odd_characters(header, "") + odd_characters(inner, "/epcisBody/queryResults")


def _not_yet(path: str) -> Invalid:
    return Invalid(
        "epcis.time_future",
        vi="Thời điểm này chưa tới (quá một ngày sau giờ máy chủ); hãy xem lại ngày, hoặc đồng hồ của máy chủ.",
        en="This time has not come yet (over a day after the server's clock); check the date, or the server's clock.",
        path=f"{path}/eventTime",
    )


def _marks(scanned: Scanned) -> int:
    """Quotation marks in an event as it was understood; fewer than in its text where that says something twice."""
    wire, _, _, extensions = scanned
    if not extensions:
        return quotes(wire)
    return quotes(wire) + quotes(extensions) - 2 * len(extensions.keys() & {"readPoint", "bizLocation"})


def _repeats(scanned: Scanned) -> bool:
    """Whether a list that must not has the same identifier twice (EPCIS 2.0 JSON schema, `uniqueItems`)."""
    wire, facts, _, _ = scanned
    if wire.__class__ is not ObjectWire and wire.__class__ is not TransformationWire:
        return False
    return any(len(set(uris)) != len(uris) for _, uris in facts.things) and not all(
        len(set(given)) == len(given) for given in _given_lists(wire)
    )


def read_event(data: bytes, *, context: Context | None = None) -> Reading:
    """Read one bare event; with `context` (that of the document it came in) it needs none of its own."""
    opened = open_document(data)
    if opened.path or len(opened.events) != 1:
        raise Invalid("epcis.event.bare", vi="Cần đúng một sự kiện.", en="Exactly one event is wanted.")
    scanner = Scanner(lookups_for(context))
    scanned = scanner.scan(opened.events[0])
    if scanned is not None and _repeats(scanned):
        scanned = scanner.slow(opened.events[0], 0)
    if scanned is not None and context is None:
        scanner.faults.extend(check_bare(data, ""))
    if scanned is None or scanner.faults:
        raise ManyInvalid(scanner.faults)
    return _reading(bytes(opened.events[0]), scanned)


def scan_event(data: bytes, context: Context) -> Facts:
    """Scan one event under a document's context. Raises `ManyInvalid`."""
    scanner = Scanner(lookups_for(context, growing=True))
    scanned = scanner.scan(data)
    if scanned is None:
        raise ManyInvalid(scanner.faults)
    return scanned[1]


def scan_texts(data: bytes) -> Iterator[str]:
    """The pre-hash text of each event, one after the other, without `Reading`s.

    Raises as `read_document`, for faults of events at the end.
    """
    try:
        opened = open_document(data, loose=True)
    except Invalid as fault:
        raise ManyInvalid(_placed([fault], data)) from None
    scanner = Scanner(lookups_for(_context(opened), growing=True), opened)
    lookups, ignored = scanner.lookups, scanner.ignored
    for index, raw in enumerate(opened.events):
        if not scanner.loose:
            try:  # what `scanner.scan` does for the usual event, without its calls
                wire = decode_event(raw)
                if wire.context is None and wire.sensorElementList is None and wire.errorDeclaration is None:
                    yield scan(wire, lookups, NO_EXTENSIONS, ignored).pre_hash
                    continue
            except _DOUBTS:
                pass
        scanned = scanner.scan(raw, index)
        if scanned is not None:
            yield scanned[1].pre_hash
    if opened.xml is not None:
        scanner.faults.extend([*opened.xml.faults, *(each for many in opened.xml.wrong.values() for each in many)])
    if scanner.faults:
        raise ManyInvalid(_placed(scanner.faults[:MAX_FAULTS], data, opened))


def _reading(raw: bytes, scanned: Scanned) -> Reading:
    wire, facts, lookups, extensions = scanned
    things = facts.things
    ilmd = getattr(wire, "ilmd", None)
    lots = lots_in_ilmd(ilmd, things, lookups) if ilmd else []
    if b"/10/" in raw or b"/lot/" in raw:
        lots += lots_in_links(chain(*_given_lists(wire)), lookups)
    error = wire.errorDeclaration
    return Reading(
        raw,
        sha256(facts.pre_hash.encode()).digest(),
        TYPES[wire.__class__],
        ACTIONS.get(getattr(wire, "action", ""), Action.NONE),
        facts.time_ms,
        wire.eventTimeZoneOffset,
        _epcs(facts),
        _quantities(facts),
        facts.biz_step,
        facts.disposition,
        facts.read_point,
        facts.biz_location,
        wire.eventID,
        wire.recordTime,
        lots,
        _transformation_id(wire, lookups),
        facts.persistent_set,
        facts.persistent_unset,
        facts.biz_transactions,
        facts.sources,
        facts.destinations,
        None if error is None else error_declaration(error, lookups),
        ilmd,
        bool(extensions or ilmd or wire.sensorElementList or error is not None),
    )


def _epcs(facts: Facts) -> list[tuple[Role, str]]:
    """(role, thing), each once: a thing may be named twice, by its URN and by its Digital Link."""
    rows: list[tuple[Role, str]] = []
    for role, uris in facts.things:
        rows += [(role, uri) for uri in (uris if len(set(uris)) == len(uris) else dict.fromkeys(uris))]
    return rows


def _quantities(facts: Facts) -> list[QuantityRow]:
    return [
        (role, uri, number if number is None or number.__class__ is Decimal else Decimal(number), uom)
        for role, rows in facts.amounts
        for uri, number, uom in rows
    ]


def _transformation_id(wire: AnyWire, lookups: Lookups) -> str | None:
    given = wire.transformationID if isinstance(wire, TransformationWire) else None
    return None if given is None else lookups.identifiers[given]


def _given_lists(wire: AnyWire) -> list[list[str]]:
    """Identifiers of instances as the sender wrote them."""
    names = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
    return [getattr(wire, name, None) or [] for name in names]


def _context(opened: Opened) -> Context:
    context = opened.header.get("@context")
    return context if isinstance(context, str | list | dict) else []


def _header(opened: Opened) -> dict[str, Any]:
    return {name: value for name, value in opened.header.items() if name != "@context" and value is not None}
