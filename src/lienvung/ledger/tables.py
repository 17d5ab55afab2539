"""Words that the tables of the ledger share: blocks, roles, kinds (docs/explanation/storage.md tells the why).

A *thing* is anything with an identifier: item, lot, class, container, place,
transformation, business transaction. Its dictionary id is cut in two: the block
(`id >> BLOCK_BITS`) and the offset in the block. Index rows speak of many things
at once: `lo..hi` are offsets in `blk`; `members` NULL says all of them, otherwise
it is the sorted offsets as little-endian uint16. `wide` is 1 where hi > lo, so
that rows about one thing only are found by key and never scanned.

`role` in every table is `Role * 4 + Action` (epcis.Role, epcis.Action). Times
are UTC epoch milliseconds. `process` in link and group is the rid of the event,
or minus the thing id of the transformationID that joins several events, or minus
the thing id of the lot for "these serials are of this lot" (there the only input
is the lot itself: `-process` is the id of the input).
"""

from __future__ import annotations

BLOCK_BITS = 10
BLOCK_SIZE = 1 << BLOCK_BITS
OFFSET_MASK = BLOCK_SIZE - 1

GS1_PREFIX = "https://id.gs1.org"
GS1_PREFIX_LENGTH = len(GS1_PREFIX)

# kinds of ledger_term
TERM_BIZ_STEP = 1
TERM_DISPOSITION = 2
TERM_UOM = 3
TERM_REFERENCE_TYPE = 4
TERM_FIELD = 5  # `lienvung.ledger.fields` has their spelling

# kinds of ledger_reference
REFERENCE_TRANSACTION = 1
REFERENCE_SOURCE = 2
REFERENCE_DESTINATION = 3
REFERENCE_SENDER = 4  # who sent the same event again; type 0

WRITER_LOCK = 0x6C76_6C65_6467_6572  # pg_advisory_xact_lock: one writer at a time ("lvledger")


def stored_uri(uri: str) -> str:
    """The dictionary's spelling of a canonical URI: without GS1's domain."""
    return uri[GS1_PREFIX_LENGTH:] if uri.startswith(GS1_PREFIX + "/") else uri


def full_uri(stored: str) -> str:
    """The canonical URI of a dictionary entry."""
    return GS1_PREFIX + stored if stored.startswith("/") else stored
