"""Master data that came with events: elements of vocabularies, their attributes and children (EPCIS 2.0 section 6.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lienvung.ledger.store import PostgresStore, SqliteStore


def store_master_data(
    store: SqliteStore | PostgresStore, header: Mapping[str, Any], submitter: str | None, document: int
) -> None:
    """Enter the vocabularies of `header["epcisHeader"]["epcisMasterData"]` as the word of `submitter`; inside a capture."""
