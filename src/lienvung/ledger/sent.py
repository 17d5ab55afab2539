"""Did anybody send these goods here? Asked before somebody says that they have come in.

Goods are sent to an organisation where an event by which goods leave names them, the lot that they are of, or a case
or pallet that they are in, with a place of the organisation or itself as destination. Who sent it does not matter: the
question is there for slips, and whoever means it says why.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain

from lienvung.ledger.access import places_of_organisations
from lienvung.ledger.events import rids_of_thing
from lienvung.ledger.holds import LEAVING_STEPS
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.status import levels, lots_of_things
from lienvung.ledger.stock import stock_of
from lienvung.ledger.tables import REFERENCE_DESTINATION, TERM_BIZ_STEP, TERM_REFERENCE_TYPE, stored_uri
from lienvung.ledger.trace_names import kind_of
from lienvung.people.models import Organisation

CHUNK = 300
NESTING = 4  # a pack in a box in a case on a pallet


def sent_to(organisation: Organisation, uris: Collection[str]) -> set[str]:
    """Those of `uris` (canonical) that somebody told to have sent to the organisation."""
    receivers = _receivers(organisation)
    return {uri for uri in uris if _sent(uri, receivers)} if receivers else set()


def _receivers(organisation: Organisation) -> list[int]:
    """The dictionary's numbers of its places and of itself as a party."""
    places = places_of_organisations([organisation])
    party = f"/417/{organisation.gln}"
    return [*places, *(n for (n,) in rows("SELECT id FROM ledger_thing WHERE uri = %s", (party,)))]


def _sent(uri: str, receivers: list[int]) -> bool:
    """Looked for with the thing first; what it is in is asked for only where that tells nothing."""
    names, seen = [uri], set[str]()
    for _ in range(NESTING + 1):
        names = [name for name in names if name not in seen]
        seen.update(names)
        if any(_left_for(thing, receivers) for name in names for thing in _things(name)):
            return True
        names = [part.holder for name in names for part in stock_of([name]) if part.holder is not None]
    return False


def _things(uri: str) -> list[int]:
    """The numbers of a thing and of its lot; its class is too much: every shipment of the product would do."""
    spelled = [stored_uri(name) for name in levels(uri) if name == uri or kind_of(name) != "class"]
    own = [n for (n,) in rows(f"SELECT id FROM ledger_thing WHERE uri IN {marks(spelled)}", spelled)]
    return list(dict.fromkeys([*own, *chain(*lots_of_things(own).values())]))


def _left_for(thing: int, receivers: list[int]) -> bool:
    events = sorted(rids_of_thing(thing), reverse=True)
    steps = sorted(LEAVING_STEPS)
    return any(
        rows(
            "SELECT 1 FROM ledger_reference r JOIN ledger_event e ON e.rid = r.event "
            f"WHERE r.thing IN {marks(receivers)} "
            "AND r.kind = %s AND r.type IN (SELECT id FROM ledger_term WHERE kind = %s) "
            f"AND r.event IN {marks(part)} "
            f"AND e.bizstep IN (SELECT id FROM ledger_term WHERE kind = %s AND value IN {marks(steps)}) "
            "AND NOT EXISTS (SELECT 1 FROM ledger_void v WHERE v.rid = r.event) LIMIT 1",
            (*receivers, REFERENCE_DESTINATION, TERM_REFERENCE_TYPE, *part, TERM_BIZ_STEP, *steps),
        )
        for part in (events[start : start + CHUNK] for start in range(0, len(events), CHUNK))
    )
