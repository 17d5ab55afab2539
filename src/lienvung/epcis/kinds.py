"""The closed sets of EPCIS: event types, actions, and the role a thing plays in an event.

The integers are stored in the ledger's tables: never renumber them.
"""

from __future__ import annotations

from enum import IntEnum


class EventType(IntEnum):
    """The event types of EPCIS 2.0, section 7.4; EXTENDED is one that a user vocabulary defines (a URI)."""

    OBJECT = 1
    AGGREGATION = 2
    TRANSACTION = 3
    TRANSFORMATION = 4
    ASSOCIATION = 5
    EXTENDED = 6

    @property
    def event_name(self) -> str:
        """The name in documents: `ObjectEvent`."""
        return self.name.capitalize() + "Event"


class Action(IntEnum):
    """What an event says of the life of its things; transformation events have none."""

    NONE = 0
    ADD = 1
    OBSERVE = 2
    DELETE = 3


class Role(IntEnum):
    """The list in which a thing is named. EPC: epcList and quantityList."""

    EPC = 0
    PARENT = 1
    CHILD = 2
    INPUT = 3
    OUTPUT = 4


EVENT_TYPES = {kind.event_name: kind for kind in EventType if kind is not EventType.EXTENDED}
ACTIONS = {action.name: action for action in Action if action is not Action.NONE}
