"""Plain SELECTs for the readers of the ledger: past the ORM, through Django's connection."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from lienvung.ledger import query_budget


@lru_cache(maxsize=512)
def _with_question_marks(sql: str) -> str:
    return sql.replace("%s", "?")


def rows(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query; `%s` marks values on both databases."""
    query_budget.check()
    wrapper = connections[DEFAULT_DB_ALIAS]
    if wrapper.vendor == "sqlite":
        if wrapper.connection is None:
            wrapper.ensure_connection()
        return wrapper.connection.execute(_with_question_marks(sql), values).fetchall()  # type: ignore[no-any-return]
    with wrapper.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()  # type: ignore[no-any-return]


def marks(values: Sequence[Any]) -> str:
    """`(%s,%s,…)` for an IN."""
    return "(" + ",".join(["%s"] * len(values)) + ")"
