"""Events that an older release captured are found like those of today, once migration 0002 has read them again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conformance import query_world as own
from tests.ledger_world import document

from lienvung.ledger import query_blocks, query_conditions, query_walk
from lienvung.ledger.capture import capture
from lienvung.ledger.query import newest_rid, run_query
from lienvung.ledger.query_backfill import back_fill

pytestmark = pytest.mark.django_db


def test_events_of_an_older_release_are_entered_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """What migration 0002 does with a ledger that has events already."""
    for module in (query_blocks, query_conditions):
        monkeypatch.setattr(module, "SIZE", 16)
    monkeypatch.setattr(query_blocks, "BYTES", 2)
    monkeypatch.setattr(query_blocks, "SLICE", 5)
    monkeypatch.setattr(query_conditions, "FULL", (1 << 16) - 1)
    monkeypatch.setattr(query_walk, "RARE", 0)
    monkeypatch.setattr("lienvung.ledger.rows.fields_of", lambda reading, context: None)
    monkeypatch.setattr("lienvung.ledger.entering.fill_blocks", lambda store, last: None)
    monkeypatch.setattr("lienvung.ledger.entering.store_master_data", lambda *given, **more: None)
    data = json.loads(document(*own.events(60), context=own.EVENT_CONTEXT))
    capture(json.dumps({**data, **own.master_data()}).encode())
    asked: list[dict[str, list[Any]]] = [
        {"EQ_ILMD_cbvmda:lotNumber": ["12"]},
        {"GE_value_CEL": ["4"]},
        {"EQ_quantity_KGM": ["2.5"]},
        {"WD_readPoint": [own.SITE]},
    ]
    assert [bool(run_query(query).events) for query in asked] == [False] * 4
    back_fill()
    assert all(run_query(query).events for query in asked)
    assert len(query_blocks.spans()) == newest_rid() // 16
    assert run_query({"EQ_action": ["ADD"]}, per_page=500).events
