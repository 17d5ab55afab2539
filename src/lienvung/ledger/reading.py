"""Plain SELECTs for the readers of the ledger: past the ORM, through Django's connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection


def rows(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query; `%s` marks values on both databases."""
    if connection.connection is None:
        connection.ensure_connection()
    if connection.vendor == "sqlite":
        return connection.connection.execute(sql.replace("%s", "?"), values).fetchall()  # type: ignore[no-any-return]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()  # type: ignore[no-any-return]


def marks(values: Sequence[Any]) -> str:
    """`(%s,%s,…)` for an IN."""
    return "(" + ",".join(["%s"] * len(values)) + ")"
