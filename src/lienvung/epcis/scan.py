"""One pass over an event: its pre-hash string (CBV 2.0 section 8.9) and what the ledger needs of it.

This is the hot path: about five microseconds an event. It stops with `Invalid` at the
first thing that is wrong, without a path; the caller then lets `validate` find every
fault and its place. Things named twice in one list are the caller's to see.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from lienvung.epcis.extension import extension_text, ilmd_text, sensor_text
from lienvung.epcis.kinds import Role
from lienvung.epcis.lookups import Lookups, Suspicion, is_uri
from lienvung.epcis.numbers import number_text
from lienvung.epcis.times import parse_time
from lienvung.epcis.wire import (
    AggregationWire,
    Amount,
    AnyWire,
    AssociationWire,
    EventWire,
    ExtendedWire,
    Extensions,
    ObjectWire,
    TransactionWire,
    TransformationWire,
)

OFFSETS = frozenset(
    f"{sign}{hours:02}:{minutes:02}" for sign in "+-" for hours in range(14) for minutes in range(60)
) | {"+14:00", "-14:00"}

Number = int | Decimal | None
Things = tuple[Role, list[str]]
Amounts = tuple[Role, list[tuple[str, Number, str | None]]]
Circumstances = tuple[str, str | None, str | None, str | None, str | None]
Parties = list[tuple[str | None, str]]
NO_EXTENSIONS: Extensions = {}
IGNORED_NAMES = frozenset({"rdfs:comment", "{http://www.w3.org/2000/01/rdf-schema#}comment"})


class Facts(msgspec.Struct, gc=False):
    """What `scan` finds; lists hold canonical identifiers in the order given."""

    pre_hash: str
    time_ms: int
    things: tuple[Things, ...]
    amounts: tuple[Amounts, ...]
    biz_step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    biz_transactions: Parties
    sources: Parties
    destinations: Parties
    persistent_set: list[str]
    persistent_unset: list[str]


_EPC, _PARENT, _CHILD, _INPUT, _OUTPUT = Role  # a global name is found faster than a member of an enumeration
_START: dict[type, str] = {
    ObjectWire: "eventType=ObjectEventeventTime=",
    AggregationWire: "eventType=AggregationEventeventTime=",
    AssociationWire: "eventType=AssociationEventeventTime=",
    TransactionWire: "eventType=TransactionEventeventTime=",
    TransformationWire: "eventType=TransformationEventeventTime=",
    ExtendedWire: "eventType=ExtendedEventeventTime=",
}
_MAX_CIRCUMSTANCES = 20_000
NONE: Parties = []
NO_WORDS: list[str] = []


def scan(
    wire: AnyWire, lookups: Lookups, extensions: Extensions = NO_EXTENSIONS, ignored: frozenset[str] = IGNORED_NAMES
) -> Facts:
    """Facts of one event. `ignored`: names of extension members that the hash leaves out."""
    time_ms, time = parse_time(wire.eventTime)
    offset = wire.eventTimeZoneOffset
    if offset not in OFFSETS:
        raise Suspicion()
    kind = wire.__class__
    start = f"{_START[kind]}{time}eventTimeZoneOffset={offset}"
    if wire.eventID is not None and not _plain_uuid(wire.eventID) and not is_uri(wire.eventID):
        raise Suspicion()
    if wire.recordTime is not None:
        parse_time(wire.recordTime)
    if wire.certificationInfo is not None:
        start += _certification(wire.certificationInfo, lookups)
    if kind is ObjectWire:
        text, things, amounts = _object(wire, start, lookups)  # type: ignore[arg-type]
    elif kind is TransformationWire:
        text, things, amounts = _transformation(wire, start, lookups)  # type: ignore[arg-type]
    elif kind is TransactionWire:
        text, things, amounts = _transaction(wire, start, lookups)  # type: ignore[arg-type]
    elif kind is ExtendedWire:
        name = lookups.names.expand(wire.extendedType)  # type: ignore[union-attr]
        text, things, amounts = start.replace("ExtendedEvent", name, 1), (), ()
    else:
        text, things, amounts = _containment(wire, start, lookups)  # type: ignore[arg-type]
    return _common(wire, text, time_ms, things, amounts, lookups, extensions, ignored)


def _object(wire: ObjectWire, text: str, lookups: Lookups) -> tuple[str, tuple[Things, ...], tuple[Amounts, ...]]:
    epcs = wire.epcList
    things: tuple[Things, ...] = ()
    if epcs:
        found, listed = lookups.identifiers.listed(epcs, "epcList")
        things = ((_EPC, found),)
        text += listed
    amounts: tuple[Amounts, ...] = ()
    if wire.quantityList:
        listed, rows = _quantities(wire.quantityList, lookups)
        text += "quantityList" + listed
        amounts = ((_EPC, rows),)
    elif epcs is None and (not wire.sensorElementList or wire.readPoint is None):
        raise Suspicion()
    if wire.ilmd is not None and wire.action != "ADD":
        raise Suspicion()
    text += "action=" + wire.action
    return text, things, amounts


def _transaction(
    wire: TransactionWire, text: str, lookups: Lookups
) -> tuple[str, tuple[Things, ...], tuple[Amounts, ...]]:
    known = lookups.identifiers
    things: tuple[Things, ...] = ()
    if wire.parentID is not None:
        parent = known[wire.parentID]
        things = ((_PARENT, [parent]),)
        text += "parentID=" + parent
    if wire.epcList:
        found, listed = known.listed(wire.epcList, "epcList")
        things += ((_EPC, found),)
        text += listed
    amounts: tuple[Amounts, ...] = ()
    if wire.quantityList:
        listed, rows = _quantities(wire.quantityList, lookups)
        text += "quantityList" + listed
        amounts = ((_EPC, rows),)
    elif wire.epcList is None and wire.action != "DELETE":
        raise Suspicion()
    if not wire.bizTransactionList:
        raise Suspicion()
    text += "action=" + wire.action
    return text, things, amounts


def _containment(
    wire: AggregationWire | AssociationWire, text: str, lookups: Lookups
) -> tuple[str, tuple[Things, ...], tuple[Amounts, ...]]:
    known = lookups.identifiers
    things: tuple[Things, ...] = ()
    if wire.parentID is not None:
        parent = known[wire.parentID]
        things = ((_PARENT, [parent]),)
        text += "parentID=" + parent
    elif wire.action != "OBSERVE":
        raise Suspicion()
    if wire.childEPCs:
        found, listed = known.listed(wire.childEPCs, "childEPCs")
        things += ((_CHILD, found),)
        text += listed
    elif not wire.childQuantityList and wire.action != "DELETE":
        raise Suspicion()
    amounts: tuple[Amounts, ...] = ()
    if wire.childQuantityList:
        listed, rows = _quantities(wire.childQuantityList, lookups)
        text += "childQuantityList" + listed
        amounts = ((_CHILD, rows),)
    text += "action=" + wire.action
    return text, things, amounts


def _transformation(
    wire: TransformationWire, text: str, lookups: Lookups
) -> tuple[str, tuple[Things, ...], tuple[Amounts, ...]]:
    known = lookups.identifiers
    things: list[Things] = []
    amounts: list[Amounts] = []
    for role, label, uris, quantity_label, quantities in (
        (_INPUT, "inputEPCList", wire.inputEPCList, "inputQuantityList", wire.inputQuantityList),
        (_OUTPUT, "outputEPCList", wire.outputEPCList, "outputQuantityList", wire.outputQuantityList),
    ):
        if uris:
            found, listed = known.listed(uris, label)
            things.append((role, found))
            text += listed
        if quantities:
            listed, rows = _quantities(quantities, lookups)
            amounts.append((role, rows))
            text += quantity_label + listed
        if not uris and not quantities and wire.transformationID is None:
            raise Suspicion()
    if not things and not amounts:
        raise Suspicion()
    if wire.transformationID is not None:
        text += "transformationID=" + known[wire.transformationID]
    return text, tuple(things), tuple(amounts)


def _common(
    wire: EventWire,
    text: str,
    time_ms: int,
    things: tuple[Things, ...],
    amounts: tuple[Amounts, ...],
    lookups: Lookups,
    extensions: Extensions,
    ignored: frozenset[str],
) -> Facts:
    """What all event types end with."""
    known = lookups.identifiers
    to_set = to_unset = NO_WORDS
    if wire.persistentDisposition is None and not extensions:
        read_at = wire.readPoint
        located_at = wire.bizLocation
        key = (
            wire.bizStep,
            wire.disposition,
            None if read_at is None else read_at.id,
            None if located_at is None else located_at.id,
        )
        found = lookups.circumstances.get(key)
        if found is None:
            found = _circumstances(wire, "", lookups, extensions, ignored)
            if len(lookups.circumstances) >= _MAX_CIRCUMSTANCES:
                lookups.circumstances.clear()
            lookups.circumstances[key] = found
        told, biz_step, disposition, read_point, biz_location = found
    else:
        persistent = ""
        if wire.persistentDisposition is not None:
            persistent, to_set, to_unset = _persistent(wire.persistentDisposition, lookups)
        told, biz_step, disposition, read_point, biz_location = _circumstances(
            wire, persistent, lookups, extensions, ignored
        )
    text += told
    if wire.sensorElementList:
        text += sensor_text(wire.sensorElementList, lookups, ignored)
    business = sources = destinations = NONE
    # CBV 2.0 lists these three before the sensor data; every published vector has them here, sorted by name.
    if wire.bizTransactionList:
        business, listed = _parties(wire.bizTransactionList, lookups.business, known, "bizTransaction")
        text += "bizTransactionList" + listed
    if wire.destinationList:
        destinations, listed = _parties(wire.destinationList, lookups.parties, known, "destination")
        text += "destinationList" + listed
    ilmd = wire.ilmd if wire.__class__ is ObjectWire or wire.__class__ is TransformationWire else None
    if ilmd:
        text += ilmd_text(ilmd, lookups, ignored)
    if wire.sourceList:
        sources, listed = _parties(wire.sourceList, lookups.parties, known, "source")
        text += "sourceList" + listed
    if extensions:
        text += extension_text(extensions, lookups, ignored, skip=("readPoint", "bizLocation"))
    return Facts(
        text, time_ms, things, amounts, biz_step, disposition, read_point, biz_location,
        business, sources, destinations, to_set, to_unset,
    )  # fmt: skip


def _circumstances(
    wire: EventWire, persistent: str, lookups: Lookups, extensions: Extensions, ignored: frozenset[str]
) -> Circumstances:
    """Business step, disposition and places, as text and each: few combinations in many events."""
    known = lookups.identifiers
    text = ""
    biz_step = disposition = read_point = biz_location = None
    if wire.bizStep is not None:
        biz_step, uri = lookups.steps[wire.bizStep]
        text += "bizStep=" + uri
    if wire.disposition is not None:
        disposition, uri = lookups.dispositions[wire.disposition]
        text += "disposition=" + uri
    text += persistent
    if wire.readPoint is not None:
        read_point = known[wire.readPoint.id]
        text += "readPointid=" + read_point
        if "readPoint" in extensions:
            text += extension_text(extensions["readPoint"], lookups, ignored)
    if wire.bizLocation is not None:
        biz_location = known[wire.bizLocation.id]
        text += "bizLocationid=" + biz_location
        if "bizLocation" in extensions:
            text += extension_text(extensions["bizLocation"], lookups, ignored)
    return text, biz_step, disposition, read_point, biz_location


def _quantities(amounts: list[Amount], lookups: Lookups) -> tuple[str, list[tuple[str, Number, str | None]]]:
    texts = []
    rows: list[tuple[str, Number, str | None]] = []
    known = lookups.identifiers
    units = lookups.units
    for amount in amounts:
        epc_class = known[amount.epcClass]
        number = amount.quantity
        uom = None if amount.uom is None else units[amount.uom]
        text = f"quantityElementepcClass={epc_class}"
        if number is not None:
            if (number.__class__ is not int and number.__class__ is not Decimal) or number < 0:
                raise Suspicion()
            text += f"quantity={number_text(number)}"
        texts.append(text if uom is None else f"{text}uom={uom}")
        rows.append((epc_class, number, uom))
    if len(texts) > 1:
        texts.sort()
    return "".join(texts), rows


def _parties(entries: Any, words: Any, known: Any, name: str) -> tuple[Parties, str]:
    parties: Parties = []
    texts = []
    for entry in entries:
        uri = known[entry.id]
        if entry.type is None:
            parties.append((None, uri))
            texts.append(f"{name}={uri}")
        else:
            bare, web = words[entry.type]
            parties.append((bare, uri))
            texts.append(f"type={web}{name}={uri}")
    if len(texts) > 1:
        texts.sort()
    return parties, "".join(texts)


def _persistent(given: Any, lookups: Lookups) -> tuple[str, list[str], list[str]]:
    if not given.set and not given.unset:
        raise Suspicion()
    words = lookups.dispositions
    text = "persistentDisposition"
    sides = []
    for name, values in (("set", given.set), ("unset", given.unset)):
        found = [words[value] for value in values]
        if len(set(values)) != len(values):
            raise Suspicion()
        sides.append([bare for bare, _ in found])
        text += "".join(sorted(f"{name}={web}" for _, web in found))
    return text, sides[0], sides[1]


def _certification(given: str | list[str], lookups: Lookups) -> str:
    uris = [given] if isinstance(given, str) else given
    return "".join(sorted("certificationInfo=" + lookups.identifiers[uri] for uri in uris))


def _plain_uuid(uri: str) -> bool:
    """The commonest event ids need no regular expression."""
    return len(uri) <= 100 and uri.startswith("urn:uuid:") and uri[9:].replace("-", "").isalnum() and uri.isascii()
