"""What capture asks of a database, past the ORM: `SqliteStore` (executemany) and `PostgresStore` (binary COPY).

Both speak through Django's own connection, inside the transaction that
`lienvung.ledger.capture` opened. Rows are tuples in the column order of `COLUMNS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from lienvung.ledger.tables import WRITER_LOCK

Row = tuple[Any, ...]

# table: (column, PostgreSQL type), in the order of the rows
COLUMNS: dict[str, list[tuple[str, str]]] = {
    "context": [("id", "int8"), ("json", "text")],
    "document": [
        ("id", "int8"),
        ("received_at", "int8"),
        ("submitter", "text"),
        ("sha256", "bytea"),
        ("context_id", "int8"),
        ("header", "text"),
        ("event_count", "int8"),
        ("first_rid", "int8"),
        ("job", "text"),
    ],
    "event": [
        ("rid", "int8"),
        ("hash", "bytea"),
        ("event_id", "text"),
        ("type", "int2"),
        ("action", "int2"),
        ("t", "int8"),
        ("recorded_at", "int8"),
        ("bizstep", "int8"),
        ("disp", "int8"),
        ("rp", "int8"),
        ("bl", "int8"),
        ("doc", "int8"),
        ("ord", "int8"),
        ("body", "bytea"),
    ],
    "event_id": [("event_id", "text"), ("rid", "int8")],
    "term": [("id", "int8"), ("kind", "int2"), ("value", "text")],
    "thing": [("id", "int8"), ("uri", "text")],
    "error": [("event_key", "bytea"), ("declared_by", "int8"), ("t", "int8"), ("reason", "text"), ("event_id", "text")],
    "void": [("rid", "int8"), ("declared_by", "int8")],
    "reference": [("thing", "int8"), ("kind", "int2"), ("type", "int8"), ("event", "int8")],
    "mention": [
        ("blk", "int8"),
        ("wide", "int2"),
        ("lo", "int2"),
        ("hi", "int2"),
        ("members", "bytea"),
        ("t", "int8"),
        ("event", "int8"),
        ("role", "int2"),
        ("other", "int8"),
        ("loc", "int8"),
        ("disp", "int8"),
        ("qty", "float8"),
        ("uom", "int8"),
        ("step", "int8"),
    ],
    "link": [
        ("blk", "int8"),
        ("lo", "int2"),
        ("hi", "int2"),
        ("members", "bytea"),
        ("t", "int8"),
        ("process", "int8"),
        ("event", "int8"),
        ("role", "int2"),
    ],
    "persistent": [
        ("blk", "int8"),
        ("wide", "int2"),
        ("lo", "int2"),
        ("hi", "int2"),
        ("members", "bytea"),
        ("t", "int8"),
        ("event", "int8"),
        ("disp", "int8"),
        ("is_set", "int2"),
    ],
    "field": [("name", "int8"), ("word", "text"), ("event", "int8")],
    "amount": [("name", "int8"), ("num", "float8"), ("event", "int8")],
    "block": [("blk", "int8"), ("min_t", "int8"), ("max_t", "int8"), ("times", "bytea")],
    "posting": [("kind", "int2"), ("value", "int8"), ("blk", "int8"), ("bits", "bytea")],
    "master": [("element", "text"), ("vocabulary", "text"), ("sender", "text"), ("document", "int8")],
    "master_attribute": [
        ("attribute", "text"),
        ("word", "text"),
        ("element", "text"),
        ("vocabulary", "text"),
        ("sender", "text"),
        ("document", "int8"),
        ("value", "text"),
    ],
    "master_child": [
        ("element", "text"),
        ("child", "text"),
        ("vocabulary", "text"),
        ("sender", "text"),
        ("document", "int8"),
    ],
}
COLUMNS["hash"] = [("prefix", "int8"), ("rid", "int8")]
COLUMNS["group"] = COLUMNS["link"]
# a row that stands already is left alone there; elsewhere a clash is a fault and undoes the document
IGNORED = {"void", "reference", "master", "master_attribute", "master_child"}


def open_store() -> SqliteStore | PostgresStore:
    """The store of the default database; call it inside the transaction that captures."""
    connection.ensure_connection()
    return SqliteStore() if connection.vendor == "sqlite" else PostgresStore()


class SqliteStore:
    CHUNK = 500

    def __init__(self) -> None:
        self.cursor = connection.connection.cursor()

    def lock(self) -> None:
        """Nothing to do: BEGIN IMMEDIATE has let one writer in (checked by `lienvung check`)."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return self.cursor.execute(sql.replace("%s", "?"), values).fetchall()  # type: ignore[no-any-return]

    def select_in(self, sql: str, values: Sequence[Any]) -> list[Row]:
        """All rows of `sql`, which ends in `IN `, for any number of values."""
        found: list[Row] = []
        for start in range(0, len(values), self.CHUNK):
            part = values[start : start + self.CHUNK]
            size = self.CHUNK if len(part) == self.CHUNK else 1 << (len(part) - 1).bit_length()
            # padded to few different lengths, so that prepared statements are found again
            padded = [*part, *([part[-1]] * (size - len(part)))]
            found += self.cursor.execute(f"{sql} ({','.join('?' * size)})", padded).fetchall()
        return found

    def take(self, name: str, count: int) -> int:
        """The first of `count` ids of a counter."""
        (last,) = self.cursor.execute(
            "UPDATE ledger_counter SET value = value + ? WHERE name = ? RETURNING value", (count, name)
        ).fetchone()
        return int(last) - count + 1

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        if rows:
            verb = "INSERT OR IGNORE" if table in IGNORED else "INSERT"
            names = ",".join(name for name, _ in COLUMNS[table])
            self.cursor.executemany(
                f"{verb} INTO ledger_{table} ({names}) VALUES ({','.join('?' * len(rows[0]))})", rows
            )

    def insert_job(self, row: Row) -> None:
        self.cursor.execute(f"INSERT INTO ledger_job VALUES ({','.join('?' * len(row))})", row)

    def claim(self, keys: Sequence[bytes], first_rid: int) -> list[int]:
        """Enter the keys of a document's events; the positions of those that are new, in order."""
        rows = list(zip(keys, range(first_rid, first_rid + len(keys))))
        self.cursor.executemany("INSERT OR IGNORE INTO ledger_event_key VALUES (?,?)", rows)
        if self.cursor.rowcount == len(rows):
            return list(range(len(rows)))
        standing = self.select_in("SELECT rid FROM ledger_event_key WHERE id IN", keys)
        return sorted({rid - first_rid for (rid,) in standing if rid >= first_rid})


class PostgresStore:
    def __init__(self) -> None:
        self.raw = connection.connection
        self.cursor = self.raw.cursor()

    def lock(self) -> None:
        """One writer at a time, so that rid order is commit order; let go at the end of the transaction."""
        self.cursor.execute("SELECT pg_advisory_xact_lock(%s)", (WRITER_LOCK,))

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return self.cursor.execute(sql, values).fetchall()  # type: ignore[no-any-return]

    def select_in(self, sql: str, values: Sequence[Any]) -> list[Row]:
        if not values:
            return []
        return self.rows(sql.removesuffix("IN") + "= ANY(%s)", (list(values),))

    def take(self, name: str, count: int) -> int:
        self.cursor.execute(
            "UPDATE ledger_counter SET value = value + %s WHERE name = %s RETURNING value", (count, name)
        )
        return int(self.cursor.fetchone()[0]) - count + 1

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        if not rows:
            return
        columns = COLUMNS[table]
        names = ",".join(name for name, _ in columns)
        if table in IGNORED:
            self.cursor.executemany(
                f"INSERT INTO ledger_{table} ({names}) VALUES ({','.join(['%s'] * len(columns))}) "
                "ON CONFLICT DO NOTHING",
                rows,
            )
            return
        with self.cursor.copy(f"COPY ledger_{table} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types([kind for _, kind in columns])
            for row in rows:
                copy.write_row(row)

    def insert_job(self, row: Row) -> None:
        self.cursor.execute(f"INSERT INTO ledger_job VALUES ({','.join(['%s'] * len(row))})", row)

    def claim(self, keys: Sequence[bytes], first_rid: int) -> list[int]:
        self.cursor.execute(
            "INSERT INTO ledger_event_key (id, rid) "
            "SELECT k, %s + n - 1 FROM unnest(%s::bytea[]) WITH ORDINALITY AS given (k, n) "
            "ON CONFLICT DO NOTHING RETURNING rid",
            (first_rid, list(keys)),
        )
        return sorted(rid - first_rid for (rid,) in self.cursor.fetchall())
