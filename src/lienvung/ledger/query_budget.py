"""How long one query may keep the database: a query that needs more is refused, so that it takes nothing from others.

    with within(SECONDS): …          raises QueryTooComplex when the time has run out

`reading.rows` asks between statements; within a statement SQLite asks the progress
handler, PostgreSQL counts by itself (statement_timeout).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction

from lienvung.ledger.query_problems import QueryTooComplex

SECONDS = 5.0
STEPS = 20_000  # of SQLite's machine between two looks at the clock: some tenths of a millisecond
_ends: ContextVar[float | None] = ContextVar("ends", default=None)


def check() -> None:
    """Raises QueryTooComplex when the time of the query under way has run out."""
    ends = _ends.get()
    if ends is not None and time.monotonic() > ends:
        raise _out_of_time()


def _out_of_time() -> QueryTooComplex:
    return QueryTooComplex(
        "ledger.query_too_complex",
        vi=f"Truy vấn cần hơn {SECONDS:g} giây; hãy thêm điều kiện hoặc thu hẹp mẫu",
        en=f"the query needs more than {SECONDS:g} seconds; add conditions or narrow its patterns",
    )


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is read here takes at most this long. Inside another budget, that one counts."""
    if _ends.get() is not None:
        yield
        return
    ends = time.monotonic() + seconds
    token = _ends.set(ends)
    try:
        with ExitStack() as stack:
            wrapper = connections[DEFAULT_DB_ALIAS]
            if wrapper.vendor == "sqlite":
                wrapper.ensure_connection()
                wrapper.connection.set_progress_handler(lambda: time.monotonic() > ends, STEPS)
                stack.callback(wrapper.connection.set_progress_handler, None, 0)
            elif wrapper.vendor == "postgresql":
                stack.enter_context(_statement_timeout(seconds))
            yield
    except (OperationalError, sqlite3.OperationalError) as fault:
        if time.monotonic() > ends:
            raise _out_of_time() from fault
        raise
    finally:
        _ends.reset(token)


@contextmanager
def _statement_timeout(seconds: float) -> Iterator[None]:
    """In a transaction of its own, or up to the end of a savepoint: what stood before stands again after it."""
    with transaction.atomic(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        [before] = cursor.fetchone()
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(max(1, int(seconds * 1000)))])
        yield
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
