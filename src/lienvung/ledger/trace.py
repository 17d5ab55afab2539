"""Ask the ledger where a thing came from, what it became, and where everything is.

The walks themselves are pure (`lienvung.lineage`); this module names things by URI
and hands out values that pages, commands and the recall can show:

    trace(uri, direction="both")   -> Trace    nodes and edges, for a graph or a text list
    recall_scope(uri, since=…)     -> Scope    all that is affected, where it is, in which state, how much; apart
                                               (`claimed`, `claims`) what hangs on words of others only
    journey(uri)                   -> list[Step]   the story of one thing, from field to shelf
    mass_balance(uri)              -> list[ProcessBalance]  inputs against outputs per unit

Every `uri` may be given in any form (EPC URN, GS1 Digital Link, "(01)…(10)…", "GTIN LOT").
Times are UTC epoch milliseconds; `at` = as of that event time (None = now), inclusive.
"""

from __future__ import annotations

from lienvung.ledger.claims import Claim
from lienvung.ledger.trace_balance import ProcessBalance, mass_balance
from lienvung.ledger.trace_graph import Direction, Edge, Node, Trace, trace
from lienvung.ledger.trace_journey import Step, journey
from lienvung.ledger.trace_names import kind_of
from lienvung.ledger.trace_scope import PlaceTotal, Scope, ScopeItem, recall_scope
from lienvung.ledger.trace_source import LedgerSource

__all__ = [
    "Claim",
    "Direction",
    "Edge",
    "LedgerSource",
    "Node",
    "PlaceTotal",
    "ProcessBalance",
    "Scope",
    "ScopeItem",
    "Step",
    "Trace",
    "journey",
    "kind_of",
    "mass_balance",
    "recall_scope",
    "trace",
]
