"""Events that an older release captured, entered where the query language of this one looks (migration 0002)."""

from __future__ import annotations

import json
from typing import Any

from lienvung.epcis import Reading, read_event
from lienvung.errors import Invalid
from lienvung.ledger.dictionary import resolve_terms
from lienvung.ledger.fields import fields_of
from lienvung.ledger.master import store_master_data
from lienvung.ledger.query_blocks import fill_blocks
from lienvung.ledger.rows import Rows
from lienvung.ledger.store import PostgresStore, SqliteStore, open_store
from lienvung.ledger.tables import TERM_FIELD

AT_ONCE = 2_000
Store = SqliteStore | PostgresStore


def back_fill() -> None:
    """Read every stored event again and enter its fields, amounts and blocks, and the master data of every document."""
    store = open_store()
    [(newest,)] = store.rows("SELECT COALESCE(MAX(rid), 0) FROM ledger_event")
    if not newest:
        return
    contexts = {number: json.loads(text) for number, text in store.rows("SELECT id, json FROM ledger_context")}
    for first in range(1, newest + 1, AT_ONCE):
        _fields(store, first, contexts)
    fill_blocks(store, newest)
    for number, submitter, header, context in store.rows(
        "SELECT id, submitter, header, context_id FROM ledger_document WHERE header LIKE %s ORDER BY id",
        ("%epcisMasterData%",),
    ):
        store_master_data(store, json.loads(header), submitter, number, context=contexts.get(context))


def _fields(store: Store, first: int, contexts: dict[int, Any]) -> None:
    found = store.rows(
        "SELECT e.rid, e.body, d.context_id FROM ledger_event e JOIN ledger_document d ON d.id = e.doc "
        "WHERE e.rid >= %s AND e.rid < %s",
        (first, first + AT_ONCE),
    )
    fields = []
    for rid, body, number in found:
        context = contexts.get(number)
        reading = _read(bytes(body), context)
        its = None if reading is None else fields_of(reading, context)
        if its is not None:
            fields.append((rid, its))
    terms = resolve_terms(store, {(TERM_FIELD, term) for _, its in fields for term in its.terms()})
    entered = Rows({}, terms, 0, 0)
    for rid, its in fields:
        entered.add_fields(its, rid)
    store.insert("field", entered.field)
    store.insert("amount", entered.amount)


def _read(body: bytes, context: Any) -> Reading | None:
    """An event that this release would refuse stays as it is, found by its columns."""
    try:
        return read_event(body, context=context if context is not None else [])
    except Invalid:
        return None
