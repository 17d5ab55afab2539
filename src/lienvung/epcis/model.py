"""What reading gives: `CaptureDocument`, its `Reading`s, and the five typed event values.

A `Reading` is what the ledger needs of one event, all found in one pass. The typed
events (`ObjectEvent` …) are for people and tests: built on demand, frozen, and equal
when they say the same. Identifiers are canonical GS1 Digital Link URIs where they are
GS1 identifiers; vocabulary is the bare CBV word, or the URI as given for other words.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from lienvung.epcis.kinds import Action, EventType, Role
from lienvung.errors import Invalid


class ErrorDeclaration(msgspec.Struct, frozen=True, gc=False):
    """EPCIS 2.0 section 7.4.1.3: the event with the same content is declared wrong. Time in UTC epoch ms."""

    time_ms: int
    reason: str | None = None
    corrective: tuple[str, ...] = ()


class Quantity(msgspec.Struct, frozen=True, gc=False):
    """An amount of a class of things; `quantity` None says "some"; `uom` None counts instances (UN/CEFACT Rec 20)."""

    epc_class: str
    quantity: Decimal | None = None
    uom: str | None = None


class Party(msgspec.Struct, frozen=True, gc=False):
    """An entry of bizTransactionList, sourceList or destinationList: type (bare word or URI) and identifier."""

    type: str | None
    id: str


class EventValue(msgspec.Struct, frozen=True, kw_only=True):
    """What every event type has."""

    time_ms: int
    offset: str
    hash: bytes
    event_id: str | None = None
    record_time: str | None = None
    biz_step: str | None = None
    disposition: str | None = None
    read_point: str | None = None
    biz_location: str | None = None
    biz_transactions: tuple[Party, ...] = ()
    sources: tuple[Party, ...] = ()
    destinations: tuple[Party, ...] = ()
    persistent_set: tuple[str, ...] = ()
    persistent_unset: tuple[str, ...] = ()
    error: ErrorDeclaration | None = None


class ObjectEvent(EventValue, frozen=True, kw_only=True):
    action: Action
    epcs: tuple[str, ...] = ()
    quantities: tuple[Quantity, ...] = ()


class TransactionEvent(EventValue, frozen=True, kw_only=True):
    action: Action
    parent: str | None = None
    epcs: tuple[str, ...] = ()
    quantities: tuple[Quantity, ...] = ()


class AggregationEvent(EventValue, frozen=True, kw_only=True):
    action: Action
    parent: str | None = None
    children: tuple[str, ...] = ()
    child_quantities: tuple[Quantity, ...] = ()


class AssociationEvent(AggregationEvent, frozen=True, kw_only=True):
    pass


class TransformationEvent(EventValue, frozen=True, kw_only=True):
    transformation_id: str | None = None
    inputs: tuple[str, ...] = ()
    input_quantities: tuple[Quantity, ...] = ()
    outputs: tuple[str, ...] = ()
    output_quantities: tuple[Quantity, ...] = ()


class ExtendedEvent(EventValue, frozen=True, kw_only=True):
    """An event type of a user vocabulary: only what all events have is understood."""


QuantityRow = tuple[Role, str, Decimal | None, str | None]


class Reading(msgspec.Struct, gc=False):
    """One event as the ledger needs it; see the module's words on identifiers and vocabulary.

    `raw` is the event's own JSON, byte for byte; `hash` the CBV event hash (32 bytes);
    `time_ms` UTC epoch milliseconds; `lots` pairs a serial's URI with its lot's where the
    event says both. `event_id` is the given one or None. `extended`: there is more in `raw` that queries may ask
    for (ilmd, sensor data, an error declaration, user extensions).
    """

    raw: bytes
    hash: bytes
    type: EventType
    action: Action
    time_ms: int
    offset: str
    epcs: list[tuple[Role, str]]
    quantities: list[QuantityRow]
    biz_step: str | None = None
    disposition: str | None = None
    read_point: str | None = None
    biz_location: str | None = None
    event_id: str | None = None
    record_time: str | None = None
    lots: list[tuple[str, str]] = []
    transformation_id: str | None = None
    persistent_set: list[str] = []
    persistent_unset: list[str] = []
    biz_transactions: list[tuple[str | None, str]] = []
    sources: list[tuple[str | None, str]] = []
    destinations: list[tuple[str | None, str]] = []
    error: ErrorDeclaration | None = None
    ilmd: dict[str, Any] | None = None
    extended: bool = False

    @property
    def ni(self) -> str:
        """The event hash as a URI (RFC 6920 form of CBV 2.0 section 8.9)."""
        return f"ni:///sha-256;{self.hash.hex()}?ver=CBV2.0"

    def event(self) -> EventValue:
        """The event as a typed frozen value."""
        common = self._common()
        of_role = self._of_role
        if self.type is EventType.TRANSFORMATION:
            return TransformationEvent(
                **common,
                transformation_id=self.transformation_id,
                inputs=of_role(Role.INPUT),
                input_quantities=self._amounts(Role.INPUT),
                outputs=of_role(Role.OUTPUT),
                output_quantities=self._amounts(Role.OUTPUT),
            )
        if self.type is EventType.EXTENDED:
            return ExtendedEvent(**common)
        common["action"] = self.action
        parent = next(iter(of_role(Role.PARENT)), None)
        if self.type is EventType.OBJECT:
            return ObjectEvent(**common, epcs=of_role(Role.EPC), quantities=self._amounts(Role.EPC))
        if self.type is EventType.TRANSACTION:
            return TransactionEvent(**common, parent=parent, epcs=of_role(Role.EPC), quantities=self._amounts(Role.EPC))
        kind = AssociationEvent if self.type is EventType.ASSOCIATION else AggregationEvent
        return kind(**common, parent=parent, children=of_role(Role.CHILD), child_quantities=self._amounts(Role.CHILD))

    def _common(self) -> dict[str, Any]:
        return {
            "time_ms": self.time_ms,
            "offset": self.offset,
            "hash": self.hash,
            "event_id": self.event_id,
            "record_time": self.record_time,
            "biz_step": self.biz_step,
            "disposition": self.disposition,
            "read_point": self.read_point,
            "biz_location": self.biz_location,
            "biz_transactions": tuple(Party(*pair) for pair in self.biz_transactions),
            "sources": tuple(Party(*pair) for pair in self.sources),
            "destinations": tuple(Party(*pair) for pair in self.destinations),
            "persistent_set": tuple(self.persistent_set),
            "persistent_unset": tuple(self.persistent_unset),
            "error": self.error,
        }

    def _of_role(self, role: Role) -> tuple[str, ...]:
        return tuple(uri for has, uri in self.epcs if has is role)

    def _amounts(self, role: Role) -> tuple[Quantity, ...]:
        return tuple(Quantity(uri, amount, uom) for has, uri, amount, uom in self.quantities if has is role)


Context = str | list[Any] | dict[str, Any]


class CaptureDocument(msgspec.Struct):
    """A read document: its JSON-LD context as given, what stood around the events, and the events in order.

    `format`: "json", "xml-2.0" or "xml-1.2" (also for 1.1 and 1.0); `header` has the JSON form in each. `places`: the
    place of each event in the sent list. `faults`: with `proceed`, those of the events that were left out.
    """

    context: Context
    header: dict[str, Any]
    events: list[Reading]
    format: str = "json"
    places: list[int] = []
    faults: list[Invalid] = []
