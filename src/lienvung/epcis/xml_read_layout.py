"""What may stand inside which element, for reading: order, repetition, what is required, whether it is open.

Made from the shapes of `xml_shapes`, with the wrappers that only a reader meets. The order of EPCIS 2.0 and 1.2 is
that of their XML schemas. A loose layout (for hashing) knows the same names in any order and any wrapper.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lienvung.epcis.xml_shapes import (
    CERTIFICATION,
    ERROR,
    EVENT_ID,
    EXTENDED_2_0,
    QUANTITY_EVENT_1_2,
    SENSED,
    SHAPES_1_2,
    SHAPES_2_0,
    Group,
    Kind,
    Shape,
    Slot,
)

LAST = 1_000  # the place of user extensions


@dataclass(slots=True)
class Layout:
    """The children that one element may have. `required`: (place, name, whether its absence is a fault here)."""

    entries: dict[str, tuple[int, Slot | Layout]]
    required: tuple[tuple[int, str, bool], ...] = ()
    repeated: frozenset[str] = frozenset()
    open_ended: bool = False
    ordered: bool = True
    steps: set[tuple[int, int]] = field(default_factory=set)  # from place to place, known to be in order
    attributes: bool = False  # whether the element may have attributes; whoever reads it looks at them
    anywhere: bool = False  # user extensions may stand between the others
    future: bool = False  # elements without a namespace are members that a later EPCIS may define: kept as epcis:…


def _text(name: str) -> Slot:
    return Slot(name, Kind.TEXT)


def _list_of(name: str) -> Layout:
    return Layout({name: (0, _text(name))}, repeated=frozenset({name}))


ONLY_EPCS = _list_of("epc")
ONLY_AMOUNTS = _list_of("quantityElement")
ONLY_CORRECTIVE = _list_of("correctiveEventID")
ONLY_SENSORS = _list_of("sensorElement")
AMOUNT = Layout({name: (n, _text(name)) for n, name in enumerate(("epcClass", "quantity", "uom"))})
AMOUNT.required = ((1, "quantity", False),)
PERSISTENT = Layout({"unset": (0, _text("unset")), "set": (1, _text("set"))}, repeated=frozenset({"set", "unset"}))
_WRAPPER = Layout({}, open_ended=True, ordered=False, attributes=True, future=True)
_WRAPPER.entries["extension"] = (0, _WRAPPER)
PLACE = Layout({"id": (0, _text("id")), "extension": (1, _WRAPPER)}, required=((0, "id", False),), open_ended=True)
ILMD = Layout({"extension": (0, _WRAPPER)}, open_ended=True, attributes=True)
SENSOR = Layout(
    {"sensorMetadata": (0, _text("sensorMetadata")), "sensorReport": (1, _text("sensorReport")),
     "extension": (2, _WRAPPER)},
    required=((1, "sensorReport", False),), repeated=frozenset({"sensorReport"}), open_ended=True,
)  # fmt: skip
_ERROR: dict[str, tuple[int, Slot | Layout]] = {
    "declarationTime": (0, _text("declarationTime")), "reason": (1, _text("reason")),
    "correctiveEventIDs": (2, _text("correctiveEventIDs")), "extension": (3, _WRAPPER),
}  # fmt: skip
ERROR_2_0 = Layout(_ERROR, open_ended=True, ordered=False, attributes=True)  # the schema of 2.0 has a choice here
ERROR_1_2 = Layout(_ERROR, required=((0, "declarationTime", False),), open_ended=True, attributes=True)


def parties(item: str) -> Layout:
    return _PARTIES[item]


_PARTIES = {item: _list_of(item) for item in ("bizTransaction", "source", "destination")}
_ORDER_ONLY = {
    "": ("eventTime", "eventTimeZoneOffset", "action"),
    "AssociationEvent": ("parentID",),
    "TransactionEvent": ("bizTransactionList",),
}
_LATE = ("quantityList", "childQuantityList", "sourceList", "destinationList", "ilmd", "sensorElementList",
         "persistentDisposition")  # fmt: skip


def _layout(kind: str, parts: tuple[Slot | Group | Layout, ...], names: tuple[str, ...] = ()) -> Layout:
    entries: dict[str, tuple[int, Slot | Layout]] = {}
    required: list[tuple[int, str, bool]] = []
    order_only = (*_ORDER_ONLY[""], *_ORDER_ONLY.get(kind, ()))
    for place, part in enumerate(parts):
        if isinstance(part, Layout):
            entries[names[0]] = (place, part)
            names = names[1:]
            continue
        name = part.name
        if isinstance(part, Group):
            entries[name] = (place, _group(part))
            continue
        entries[name] = (place, part)
        if part.always or name in order_only:
            required.append((place, name, part.always))
    # The JSON binding allows several certificates, the XML schema one; several are read, for the same hash in both.
    return Layout(entries, tuple(required), frozenset({CERTIFICATION.name}), open_ended=True, attributes=True)


def _group(group: Group) -> Layout:
    """A wrapper of 1.2. What 1.2 leaves to later versions (the second level) has no order."""
    made = _layout("", group.content)
    made.required = ()
    if group.content == SENSED:  # 1.2 leaves what stands here to later versions
        made.ordered, made.future = False, True
    for _, part in list(made.entries.values()):
        if isinstance(part, Layout):
            part.ordered, part.future = False, True
            part.entries.setdefault(CERTIFICATION.name, (len(part.entries), CERTIFICATION))
    if "extension" not in made.entries:
        made.entries["extension"] = (len(made.entries), _WRAPPER)
    return made


def _wrapper_of(shape: Shape) -> Layout:
    """`extension` of a 2.0 event: extensions, and from senders that only changed the namespace, what 1.2 has there."""
    slots = [slot for slot in shape if isinstance(slot, Slot) and slot.name in _LATE]
    made = Layout(
        {slot.name: (n, slot) for n, slot in enumerate(slots)}, open_ended=True, ordered=False, attributes=True
    )
    made.entries["extension"] = (len(slots), made)
    return made


def _base_wrapper() -> Layout:
    made = Layout(
        {slot.name: (n, slot) for n, slot in enumerate((EVENT_ID, ERROR, CERTIFICATION))},
        open_ended=True, ordered=False,
    )  # fmt: skip
    made.entries["extension"] = (3, _WRAPPER)
    return made


def _strict_2_0(kind: str, shape: Shape) -> Layout:
    cut = next(n for n, part in enumerate(shape) if part.name == "certificationInfo") + 1
    parts = (*shape[:cut], _base_wrapper(), *shape[cut:], _wrapper_of(shape))
    return _layout(kind, parts, ("baseExtension", "extension"))


def _strict_1_2(kind: str, shape: Shape) -> Layout:
    parts: tuple[Slot | Group | Layout, ...] = shape
    names: tuple[str, ...] = ()
    if not any(part.name == "extension" for part in shape):
        parts, names = (*parts, _WRAPPER), ("extension",)
    made = _layout(kind, (*parts, CERTIFICATION), names)  # where GS1's conversion from 2.0 puts it
    made.ordered = kind != "AssociationEvent"  # 1.2 leaves its content open
    return made


def _loose(shape: Shape) -> Layout:
    slots = [*_slots(shape), CERTIFICATION, EVENT_ID, ERROR]
    several = frozenset({CERTIFICATION.name})
    made = Layout(
        {slot.name: (n, slot) for n, slot in enumerate(slots)},
        (),
        several,
        open_ended=True,
        ordered=False,
        attributes=True,
    )
    wrapper = Layout(dict(made.entries), (), several, open_ended=True, ordered=False, attributes=True, future=True)
    for layout in (made, wrapper):
        for name in ("extension", "baseExtension"):
            layout.entries[name] = (99, wrapper)
    return made


def _slots(shape: Shape) -> list[Slot]:
    found: list[Slot] = []
    for part in shape:
        found.extend([part] if isinstance(part, Slot) else _slots(part.content))
    return found


_QUANTITY: Shape = (
    *QUANTITY_EVENT_1_2[:4], Slot("epcClass", Kind.TEXT, always=True), Slot("quantity", Kind.TEXT, always=True),
    *QUANTITY_EVENT_1_2[4:],
)  # fmt: skip
STRICT = {
    "2.0": {kind: _strict_2_0(kind, shape) for kind, shape in SHAPES_2_0.items()},
    "1.2": {kind: _strict_1_2(kind, shape) for kind, shape in {**SHAPES_1_2, "QuantityEvent": _QUANTITY}.items()},
}
LOOSE = {kind: _loose(shape) for kind, shape in {**SHAPES_2_0, "QuantityEvent": _QUANTITY}.items()}
EXTENDED = _loose(EXTENDED_2_0)
STANDARD_NAMES = frozenset(name for layout in LOOSE.values() for name in layout.entries)
"""Members of events, which stand in the place of none that a later EPCIS may define."""
