"""Reading many rows of the ledger as arrays: `SqliteReader` and `PostgresReader` answer the same few questions.

A recall reads tens of thousands of rows; a Python tuple for each would cost more than the
database does. So the database puts each column of the answer into one value: SQLite as
comma-separated text, PostgreSQL as a binary array. Both become numpy arrays in one step.

What is asked for goes in as *windows*: `blk << 30 | after << 20 | lo << 10 | hi`, all
in one array; a row belongs to the first window of its block that it touches (`after` is where
the window before ended, so that no row comes twice).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from psycopg.adapt import Loader
from psycopg.pq import Format

from lienvung.ledger.tables import BLOCK_BITS, OFFSET_MASK
from lienvung.lineage.facts import Floats, Ints, ints, positions_in

Columns = list[Ints]

NEAR = 16  # ids further apart than this are asked for in two windows
WINDOWS = 4_000  # a query

MASK20 = (1 << 20) - 1

# What `read_mentions` gives, in this order.
MENTION_COLUMNS = ("t", "event", "role", "other", "loc", "disp", "step", "uom")

# Each int column of a mention on its way: numbers share a column, because the transport costs by value.
_MENTION = [
    "(m.blk << 26) | ({lo} << 16) | ({hi} << 6) | ({role} << 1) | {quantity}",
    "m.t",
    "m.event",
    "(COALESCE(m.loc, 0) << 20) | COALESCE(m.disp, 0)",
    "(COALESCE(m.other, 0) << 20) | COALESCE(m.step, 0)",
]
_NARROW = "m.blk = w.value >> 30 AND m.wide = 0 AND m.lo BETWEEN ((w.value >> 10) & 1023) AND (w.value & 1023)"
_WIDE = (
    "m.blk = w.value >> 30 AND m.wide = 1 AND m.lo BETWEEN ((w.value >> 20) & 1023) AND (w.value & 1023) "
    "AND m.hi >= ((w.value >> 10) & 1023)"
)
_LINK = _WIDE.replace("m.wide = 1 AND ", "")
_HOLDERS = (
    "SELECT DISTINCT m.other FROM {windows} JOIN ledger_mention m ON {condition} "
    "WHERE m.role BETWEEN 8 AND 11 AND m.other IS NOT NULL"
)
_AMOUNTS = (
    "SELECT m.blk, m.lo, m.t, m.event, m.role, COALESCE(m.other, -1), COALESCE(m.loc, -1), COALESCE(m.disp, -1), "
    "COALESCE(m.step, -1), m.qty, m.uom FROM {windows} JOIN ledger_mention m ON {narrow} WHERE m.uom > 0"
)


@dataclass(slots=True)
class RangeRows:
    """Rows that speak of ranges or of listed members: `size` > 0 = so many bytes of `pool` (uint16) list them."""

    blk: Ints
    lo: Ints
    hi: Ints
    size: Ints
    pool: bytes
    columns: Columns

    def __len__(self) -> int:
        return len(self.blk)


def windows_of(things: Ints) -> Ints:
    """`things` (sorted, unique) as windows."""
    if not len(things):
        return ints()
    blk = things >> BLOCK_BITS
    breaks = np.flatnonzero((np.diff(things) > NEAR) | (np.diff(blk) != 0))
    first = np.concatenate([[0], breaks + 1])
    last = np.concatenate([breaks, [len(things) - 1]])
    lo, hi, blk = things[first] & OFFSET_MASK, things[last] & OFFSET_MASK, blk[first]
    after = np.zeros(len(first), dtype=np.int64)
    same = blk[1:] == blk[:-1]
    after[1:][same] = hi[:-1][same] + 1
    return (blk << 30) | (after << 20) | (lo << 10) | hi


def expand(rows: RangeRows, order: Ints) -> tuple[Ints, Ints]:
    """(number of the row in `order`, thing) of everything the rows speak of."""
    size, lo = rows.size[order], rows.lo[order]
    count = np.where(size > 0, size >> 1, rows.hi[order] - lo + 1)
    starts = np.cumsum(count) - count
    row = np.repeat(np.arange(len(order)), count)
    thing = np.arange(int(count.sum())) + np.repeat((rows.blk[order] << BLOCK_BITS) + lo - starts, count)
    if rows.pool:
        pool = np.frombuffer(rows.pool, dtype="<u2").astype(np.int64)
        begin = (np.cumsum(rows.size) - rows.size)[order] >> 1
        listed = np.flatnonzero((size > 0)[row])
        of_row = row[listed]
        inside = listed - starts[of_row]
        thing[listed] = (rows.blk[order][of_row] << BLOCK_BITS) + pool[begin[of_row] + inside]
    return row, thing


class SqliteReader:
    """Columns as text: half the time of fetching rows, measured on 90,000 rows."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self.raw = connection.connection

    def rows(self, sql: str, values: Ints | list[Any]) -> list[tuple[Any, ...]]:
        """Rows of a query with one `{values}` table of integers."""
        sql = sql.replace("{values}", "json_each(?1) w")
        return self.raw.execute(sql, (_as_json(values),)).fetchall()  # type: ignore[no-any-return]

    def plain(self, sql: str) -> list[tuple[Any, ...]]:
        return self.raw.execute(sql).fetchall()  # type: ignore[no-any-return]

    def mentions(self, windows: Ints) -> tuple[Columns, Ints, bytes]:
        columns = [text.format(lo="m.lo", hi="m.hi", role="m.role", quantity="(m.uom > 0)") for text in _MENTION]
        names = [f"c{number}" for number in range(len(columns))]
        inner = ", ".join(f"{column} AS {name}" for column, name in zip(columns, names))
        return self._columns(
            f"SELECT {inner}, NULL AS members FROM json_each(?1) w JOIN ledger_mention m ON {_NARROW} "
            f"UNION ALL SELECT {inner}, m.members FROM json_each(?1) w JOIN ledger_mention m ON {_WIDE}",
            len(names),
            windows,
        )

    def amounts(self, windows: Ints) -> list[tuple[Any, ...]]:
        return self.rows(_AMOUNTS.format(windows="json_each(?1) w", narrow=_NARROW), windows)

    def holders(self, windows: Ints) -> list[int]:
        return [
            holder
            for condition in (_NARROW, _WIDE)
            for (holder,) in self.rows(_HOLDERS.format(windows="json_each(?1) w", condition=condition), windows)
        ]

    def _columns(self, inner: str, count: int, values: Ints) -> tuple[Columns, Ints, bytes]:
        texts = ", ".join(f"group_concat(c{number})" for number in range(count))
        sql = (
            f"SELECT {texts}, group_concat(COALESCE(length(members), 0)), group_concat(hex(members), '') FROM ({inner})"
        )
        (*columns, sizes, pool) = self.raw.execute(sql, (_as_json(values),)).fetchone()
        return [_from_text(text) for text in columns], _from_text(sizes), bytes.fromhex(pool or "")


class PostgresReader:
    """Columns as binary arrays, one row an answer."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self.cursor = psycopg.Cursor(connection.connection)
        self.cursor.adapters.register_loader(psycopg.postgres.types["int8"].array_oid, _ArrayLoader)

    def rows(self, sql: str, values: Ints | list[Any]) -> list[tuple[Any, ...]]:
        sql = sql.replace("{values}", "unnest(%s::int8[]) AS w (value)")
        return self.cursor.execute(sql, (_as_list(values),), binary=True).fetchall()

    def plain(self, sql: str) -> list[tuple[Any, ...]]:
        return self.cursor.execute(sql).fetchall()

    def mentions(self, windows: Ints) -> tuple[Columns, Ints, bytes]:
        columns = [
            text.format(lo="m.lo::int8", hi="m.hi::int8", role="m.role::int8", quantity="(m.uom > 0)::int::int8")
            for text in _MENTION
        ]
        inner = ", ".join(f"{column} AS c{number}" for number, column in enumerate(columns))
        unnest = "unnest(%(w)s::int8[]) AS w (value)"
        joined = (
            f"SELECT {inner}, NULL::bytea AS members FROM {unnest} JOIN ledger_mention m ON {_NARROW} "
            f"UNION ALL SELECT {inner}, m.members FROM {unnest} JOIN ledger_mention m ON {_WIDE}"
        )
        arrays = ", ".join(f"array_agg(c{number})" for number in range(len(columns)))
        sql = (
            f"SELECT {arrays}, array_agg(COALESCE(octet_length(members), 0)::int8), "
            f"string_agg(COALESCE(members, ''::bytea), ''::bytea) FROM ({joined}) AS found"
        )
        row = self.cursor.execute(sql, {"w": _as_list(windows)}, binary=True).fetchone()
        (*found, sizes, pool) = row or ()
        return (
            [ints() if column is None else column for column in found],
            ints() if sizes is None else sizes,
            pool or b"",
        )

    def holders(self, windows: Ints) -> list[int]:
        unnest = "unnest(%s::int8[]) AS w (value)"
        return [
            holder
            for condition in (_NARROW, _WIDE)
            for (holder,) in self.rows(_HOLDERS.format(windows=unnest, condition=condition), windows)
        ]

    def amounts(self, windows: Ints) -> list[tuple[Any, ...]]:
        unnest = "unnest(%s::int8[]) AS w (value)"
        return self.cursor.execute(
            _AMOUNTS.format(windows=unnest, narrow=_NARROW), (_as_list(windows),), binary=True
        ).fetchall()


class _ArrayLoader(Loader):
    """A binary int8[] as numpy array: a header of 20 bytes, then length and value of each element."""

    format = Format.BINARY

    def load(self, data: Any) -> Ints:
        raw = bytes(data)
        if int.from_bytes(raw[:4], "big") == 0:
            return ints()
        return np.frombuffer(raw, dtype=[("length", ">i4"), ("value", ">i8")], offset=20)["value"].astype(np.int64)


def _as_json(values: Ints | list[Any]) -> str:
    return json.dumps(_as_list(values))


def _as_list(values: Ints | list[Any]) -> list[Any]:
    return values if isinstance(values, list) else values.tolist()


def _from_text(text: str | None) -> Ints:
    return np.fromstring(text, dtype=np.int64, sep=",") if text else ints()


def open_reader() -> SqliteReader | PostgresReader:
    return SqliteReader() if connection.vendor == "sqlite" else PostgresReader()


def read_mentions(reader: SqliteReader | PostgresReader, things: Ints) -> tuple[RangeRows, Floats]:
    """Rows about `things`, columns as in MENTION_COLUMNS, and the quantity of each (NaN: none)."""
    windows = windows_of(things)
    columns: list[Columns] = []
    pools: list[bytes] = []
    amounts: list[tuple[Any, ...]] = []
    for start in range(0, len(windows), WINDOWS):
        part = windows[start : start + WINDOWS]
        found, size, pool = reader.mentions(part)
        if not len(found[0]):
            continue
        quantities = (found[0] & 1).astype(np.bool_)
        if quantities.any():  # they are few, and come again with their quantity
            amounts += reader.amounts(part)
            found, size = [column[~quantities] for column in found], size[~quantities]
        columns.append([*found, size])
        pools.append(pool)
    key, t, event, placed, inside, size = (
        np.concatenate([ints(), *(part[number] for part in columns)]) for number in range(len(_MENTION) + 1)
    )
    named = [t, event, (key >> 1) & 31, inside >> 20, placed >> 20, placed & MASK20, inside & MASK20, np.zeros_like(t)]
    for column in named[3:7]:
        column[column == 0] = -1
    rows = RangeRows(key >> 26, (key >> 16) & 1023, (key >> 6) & 1023, size, b"".join(pools), named)
    return _with_amounts(rows, amounts, things)


def _with_amounts(rows: RangeRows, amounts: list[tuple[Any, ...]], things: Ints) -> tuple[RangeRows, Floats]:
    none = np.full(len(rows), np.nan)
    if not amounts:
        return rows, none
    blk, lo, t, event, role, other, loc, disp, step, qty, uom = zip(*amounts)
    ours = positions_in(things, (ints(blk) << BLOCK_BITS) + ints(lo)) >= 0
    more = [ints(column)[ours] for column in (t, event, role, other, loc, disp, step, uom)]
    offsets = ints(lo)[ours]
    given = np.array([np.nan if amount is None else amount for amount in qty], dtype=np.float64)[ours]
    merged = RangeRows(
        np.concatenate([rows.blk, ints(blk)[ours]]),
        np.concatenate([rows.lo, offsets]),
        np.concatenate([rows.hi, offsets]),
        np.concatenate([rows.size, np.zeros_like(offsets)]),
        rows.pool,
        [np.concatenate([column, extra]) for column, extra in zip(rows.columns, more)],
    )
    return merged, np.concatenate([none, given])


def read_holders(reader: SqliteReader | PostgresReader, things: Ints) -> Ints:
    """Every container that is named with one of `things` as its child, or with a neighbour in the same row."""
    windows = windows_of(things)
    found: set[int] = set()
    for start in range(0, len(windows), WINDOWS):
        found.update(reader.holders(windows[start : start + WINDOWS]))
    return ints(sorted(found))


def read_links(reader: SqliteReader | PostgresReader, things: Ints, role: int) -> list[tuple[Any, ...]]:
    """(blk, lo, hi, members, process, event, t) of the rows of `ledger_link` that may be about `things`."""
    windows, found = windows_of(things), []
    sql = (
        "SELECT m.blk, m.lo, m.hi, m.members, m.process, m.event, m.t FROM {values} "
        f"JOIN ledger_link m ON {_LINK} WHERE m.role = {role * 4}"
    )
    for start in range(0, len(windows), WINDOWS):
        found += reader.rows(sql, windows[start : start + WINDOWS])
    return found


def read_group(reader: SqliteReader | PostgresReader, processes: Ints, role: int) -> list[tuple[Any, ...]]:
    """The same columns of `ledger_group`, by process."""
    sql = (
        "SELECT m.blk, m.lo, m.hi, m.members, m.process, m.event, m.t FROM {values} "
        f"JOIN ledger_group m ON m.process = w.value AND m.role BETWEEN {role * 4} AND {role * 4 + 3}"
    )
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(processes), WINDOWS):
        found += reader.rows(sql, processes[start : start + WINDOWS])
    return found


def range_rows(found: list[tuple[Any, ...]]) -> RangeRows:
    """Tuples (blk, lo, hi, members, three more columns) as arrays."""
    blk, lo, hi, members, *columns = zip(*found) if found else ((),) * 7
    lists = [bytes(given) if given else b"" for given in members]
    size = ints([len(given) for given in lists])
    return RangeRows(ints(blk), ints(lo), ints(hi), size, b"".join(lists), [ints(column) for column in columns])
