"""Reading many rows of the ledger as arrays: `SqliteReader` and `PostgresReader` answer the same few questions.

A recall reads tens of thousands of rows; a Python tuple for each would cost more than the
database does. So the database puts each column of the answer into one value: SQLite as
a JSON array, PostgreSQL as a binary array. Both become numpy arrays in one step.

What is asked for goes in as *windows*: `blk << 30 | after << 20 | lo << 10 | hi`, all
in one array; a row belongs to the first window of its block that it touches (`after` is where
the window before ended, so that no row comes twice).
"""

from __future__ import annotations

import json
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from psycopg.adapt import Loader
from psycopg.pq import Format

from lienvung.ledger.tables import BLOCK_BITS, OFFSET_MASK
from lienvung.lineage.facts import Floats, Ints, ints

Columns = list[Ints]

NEAR = 16  # ids further apart than this are asked for in two windows
WINDOWS = 4_000  # a query
FEW = 8  # windows that are read as plain rows: one round to the database counts for more there

MASK20 = (1 << 20) - 1

# What `read_mentions` gives, in this order.
MENTION_COLUMNS = ("t", "event", "role", "other", "loc", "disp", "step", "uom")

# Columns of a mention on their way: numbers share a column, because the transport costs by value.
_MENTION = [
    "(m.blk << 26) | ({lo} << 16) | ({hi} << 6) | {role}",
    "m.t",
    "m.event",
    "(COALESCE(m.loc, 0) << 20) | COALESCE(m.disp, 0)",
    "(COALESCE(m.other, 0) << 20) | COALESCE(m.step, 0)",
]
_NOT_GIVEN = -1e300  # for a quantity that is NULL
_NARROW = "m.blk = w.value >> 30 AND m.wide = 0 AND m.lo BETWEEN ((w.value >> 10) & 1023) AND (w.value & 1023)"
_WIDE = (
    "m.blk = w.value >> 30 AND m.wide = 1 AND m.lo BETWEEN ((w.value >> 20) & 1023) AND (w.value & 1023) "
    "AND m.hi >= ((w.value >> 10) & 1023)"
)
_EITHER = f"(({_NARROW}) OR ({_WIDE}))"
_LINK = _WIDE.replace("m.wide = 1 AND ", "")
_HOLDERS = (
    "SELECT DISTINCT m.other FROM {values} JOIN ledger_mention m ON {condition} "
    "WHERE m.role BETWEEN 8 AND 11 AND m.other IS NOT NULL"
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
    windows: Ints = (blk << 30) | (after << 20) | (lo << 10) | hi
    return windows


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
    """Columns as JSON arrays of numbers: less than half the time of fetching rows, measured on 35,000 rows."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self.raw = connection.connection
        self.mention = [column.format(lo="m.lo", hi="m.hi", role="m.role") for column in _MENTION]

    def rows(self, sql: str, values: Ints | list[Any]) -> list[tuple[Any, ...]]:
        """Rows of a query with one `{values}` table of integers."""
        return self.raw.execute(sql.format(values="json_each(?1) w"), (_as_json(values),)).fetchall()  # type: ignore[no-any-return]

    def by_key(self, sql: str, values: Ints | list[Any]) -> list[tuple[Any, ...]]:
        """Rows of a query that ends in the name of the column that is to be one of `values`."""
        given = (_as_json(values),)
        return self.raw.execute(f"{sql} IN (SELECT value FROM json_each(?1))", given).fetchall()  # type: ignore[no-any-return]

    def plain(self, sql: str) -> list[tuple[Any, ...]]:
        return self.raw.execute(sql).fetchall()  # type: ignore[no-any-return]

    def narrow(self, windows: Ints) -> tuple[Columns, Floats, Ints]:
        """Columns of rows about one thing; quantity and unit of each."""
        (*found, qty, uom) = self._columns(_NARROW, [*self.mention, f"ifnull(m.qty, {_NOT_GIVEN})", "m.uom"], windows)
        return [_from_text(text) for text in found], _from_text(qty, np.float64), _from_text(uom)

    def wide(self, windows: Ints) -> tuple[Columns, Ints, bytes]:
        """Columns of rows about many things; bytes of members of each, and all of these bytes."""
        (*found, sizes) = self._columns(_WIDE, [*self.mention, "ifnull(length(m.members), 0)"], windows)
        size, pool = _from_text(sizes), ""
        if size.any():
            sql = f"SELECT group_concat(hex(m.members), '') FROM json_each(?1) w JOIN ledger_mention m ON {_WIDE}"
            pool = self.raw.execute(sql, (_as_json(windows),)).fetchone()[0]
        return [_from_text(text) for text in found], size, bytes.fromhex(pool)

    def _columns(self, condition: str, columns: list[str], windows: Ints) -> tuple[str, ...]:
        arrays = ", ".join(f"json_group_array({column})" for column in columns)
        sql = f"SELECT {arrays} FROM json_each(?1) w JOIN ledger_mention m ON {condition}"
        return self.raw.execute(sql, (_as_json(windows),)).fetchone()  # type: ignore[no-any-return]


_GENERIC: weakref.WeakSet[psycopg.Connection[Any]] = weakref.WeakSet()


class PostgresReader:
    """Columns as binary arrays, one row an answer."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self.cursor = psycopg.Cursor(connection.connection)
        if connection.connection not in _GENERIC:
            # the statements are few and their plan never depends on the values: planning took longer than running
            self.cursor.execute("SET plan_cache_mode = force_generic_plan")
            _GENERIC.add(connection.connection)
        for kind in ("int8", "float8"):
            self.cursor.adapters.register_loader(psycopg.postgres.types[kind].array_oid, _LOADERS[kind])
        self.mention = [column.format(lo="m.lo::int8", hi="m.hi::int8", role="m.role::int8") for column in _MENTION]

    def rows(self, sql: str, values: Ints | list[Any]) -> list[tuple[Any, ...]]:
        sql = sql.format(values="unnest(%s::int8[]) AS w (value)")
        return self.cursor.execute(sql, (_as_list(values),), prepare=True, binary=True).fetchall()

    def by_key(self, sql: str, values: Ints | list[Any]) -> list[tuple[Any, ...]]:
        # planned in a tenth of the time that a join takes to plan
        given = (_as_list(values),)
        return self.cursor.execute(f"{sql} = ANY(%s::int8[])", given, prepare=True, binary=True).fetchall()

    def plain(self, sql: str) -> list[tuple[Any, ...]]:
        return self.cursor.execute(sql, prepare=True).fetchall()

    def narrow(self, windows: Ints) -> tuple[Columns, Floats, Ints]:
        (*found, qty, uom) = self._columns(
            _NARROW, [*self.mention, f"COALESCE(m.qty, {_NOT_GIVEN}::float8)", "m.uom"], "", windows
        )
        return found, qty, uom

    def wide(self, windows: Ints) -> tuple[Columns, Ints, bytes]:
        (*found, size, pool) = self._columns(
            _WIDE,
            [*self.mention, "COALESCE(octet_length(m.members), 0)::int8"],
            ", string_agg(COALESCE(m.members, ''::bytea), ''::bytea)",
            windows,
        )
        return found, size, pool

    def _columns(self, condition: str, columns: list[str], more: str, windows: Ints) -> list[Any]:
        arrays = ", ".join(f"array_agg({column})" for column in columns)
        sql = f"SELECT {arrays}{more} FROM unnest(%s::int8[]) AS w (value) JOIN ledger_mention m ON {condition}"
        row = self.cursor.execute(sql, (_as_list(windows),), prepare=True, binary=True).fetchone()
        if row is None or row[0] is None:  # no row at all
            return [ints() for _ in columns] + [b""] * bool(more)
        return list(row)


class _ArrayLoader(Loader):
    """A binary array as numpy array: a header of 20 bytes, then length and value of each element."""

    format = Format.BINARY
    value = ">i8"

    def load(self, data: Any) -> Any:
        raw = np.frombuffer(bytes(data), dtype=[("length", ">i4"), ("value", self.value)], offset=20)
        return raw["value"].astype(self.value[1:])


class _FloatArrayLoader(_ArrayLoader):
    value = ">f8"


_LOADERS = {"int8": _ArrayLoader, "float8": _FloatArrayLoader}


def _as_json(values: Ints | list[Any]) -> str:
    return json.dumps(_as_list(values))


def _as_list(values: Ints | list[Any]) -> list[Any]:
    return values if isinstance(values, list) else values.tolist()


def _from_text(text: str, kind: Any = np.int64) -> Any:
    return np.fromstring(text[1:-1], dtype=kind, sep=",") if len(text) > 2 else np.zeros(0, dtype=kind)


def open_reader() -> SqliteReader | PostgresReader:
    return SqliteReader() if connection.vendor == "sqlite" else PostgresReader()


def read_mentions(reader: SqliteReader | PostgresReader, things: Ints) -> tuple[RangeRows, Floats]:
    """Rows about `things`, columns as in MENTION_COLUMNS, and the quantity of each (NaN: none)."""
    windows = windows_of(things)
    if len(windows) <= FEW:
        return _few_mentions(reader, windows)
    columns: list[list[Ints]] = []  # the five of _MENTION, unit, bytes of members
    quantities: list[Floats] = []
    pools: list[bytes] = []
    for start in range(0, len(windows), WINDOWS):
        part = windows[start : start + WINDOWS]
        found, quantity, unit = reader.narrow(part)
        columns.append([*found, unit, np.zeros_like(unit)])
        more, size, pool = reader.wide(part)
        columns.append([*more, np.zeros_like(size), size])
        quantities += [quantity, np.full(len(size), _NOT_GIVEN)]
        pools.append(pool)
    key, t, event, placed, inside, unit, size = (
        np.concatenate([ints(), *(part[number] for part in columns)]) for number in range(len(_MENTION) + 2)
    )
    named = [t, event, key & 63, inside >> 20, placed >> 20, placed & MASK20, inside & MASK20, unit]
    for column in named[3:7]:
        column[column == 0] = -1
    quantity = np.concatenate([np.zeros(0), *quantities])
    quantity[quantity == _NOT_GIVEN] = np.nan
    rows = RangeRows(key >> 26, (key >> 16) & 1023, (key >> 6) & 1023, size, b"".join(pools), named)
    return rows, quantity


_PLAIN = (
    "SELECT m.blk, m.lo, m.hi, m.members, m.t, m.event, m.role, COALESCE(m.other, -1), COALESCE(m.loc, -1), "
    "COALESCE(m.disp, -1), COALESCE(m.step, -1), m.uom, m.qty FROM {values} JOIN ledger_mention m ON "
)


def _few_mentions(reader: SqliteReader | PostgresReader, windows: Ints) -> tuple[RangeRows, Floats]:
    found = reader.rows(f"{_PLAIN}{_EITHER}", windows) if len(windows) else []
    rows = range_rows([row[:-1] for row in found], len(MENTION_COLUMNS))
    return rows, np.array([np.nan if row[-1] is None else row[-1] for row in found], dtype=np.float64)


def read_holders(reader: SqliteReader | PostgresReader, things: Ints) -> Ints:
    """Every container that is named with one of `things` as its child, or with a neighbour in the same row."""
    windows = windows_of(things)
    found: set[int] = set()
    for start in range(0, len(windows), WINDOWS):
        part = windows[start : start + WINDOWS]
        for condition in (_EITHER,) if len(part) <= FEW else (_NARROW, _WIDE):
            found.update(holder for (holder,) in reader.rows(_HOLDERS.replace("{condition}", condition), part))
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
        "SELECT m.blk, m.lo, m.hi, m.members, m.process, m.event, m.t FROM ledger_group m "
        f"WHERE m.role BETWEEN {role * 4} AND {role * 4 + 3} AND m.process"
    )
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(processes), WINDOWS):
        found += reader.by_key(sql, processes[start : start + WINDOWS])
    return found


def range_rows(found: list[tuple[Any, ...]], more: int = 3) -> RangeRows:
    """Tuples (blk, lo, hi, members, and so many `more` columns) as arrays."""
    blk, lo, hi, members, *columns = zip(*found) if found else ((),) * (4 + more)
    lists = [bytes(given) if given else b"" for given in members]
    size = ints([len(given) for given in lists])
    return RangeRows(ints(blk), ints(lo), ints(hi), size, b"".join(lists), [ints(column) for column in columns])
