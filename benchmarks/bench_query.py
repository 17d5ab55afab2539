"""Queries: milliseconds for the first page of every family, rare and common values, at several sizes of the ledger.

    bench_query.py --sizes 100k,1m [--database sqlite|postgres|both] [--runs 15] [--keep FOLDER]

Prints one table: median and quartiles at each size, and those of the largest size over those of the smallest: the
medians, and the lower quartiles, which other work on the machine falsifies less.
A query that reads what it answers only has a ratio near 1. Every size has a database of its own, filled once;
`--keep` keeps it for the next time: SQLite files in that folder, databases `bench_query_<size>` on PostgreSQL, of
which LIENVUNG_BENCH_POSTGRES is the URL of a server where databases may be created. Rounds go through all queries in
turn, so that a busy moment hits them alike.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

UNITS = {"k": 1_000, "m": 1_000_000}
PREFIXES = {"ex": "https://ns.example.vn/epcis/"}
PO = "urn:epcglobal:cbv:bt:8935000000013:PO-"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10k,20k", help="comma separated numbers of events: 10k, 100k, 1m")
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="sqlite")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--keep", type=Path, help="folder that keeps databases for the next time")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    return parser.parse_args()


def number_of(size: str) -> int:
    unit = UNITS.get(size[-1].lower())
    return int(float(size[:-1]) * unit) if unit else int(size)


def queries(top_time: str) -> dict[str, dict[str, list[Any]]]:
    """Name -> parameters; every family once with a rare and once with a common value where it has both."""
    from benchmarks import generator as g

    farm, mill, product = g.FARM_PLACES[7], g.MILL_PLACES[3], g.PRODUCT_URIS[2]
    return {
        "everything": {},
        "everything by event time": {"orderBy": ["eventTime"]},
        "eventType, common": {"eventType": ["AggregationEvent"]},
        "eventType, absent": {"eventType": ["AssociationEvent"]},
        "bizStep, common": {"EQ_bizStep": ["shipping"]},
        "bizStep by event time": {"EQ_bizStep": ["shipping"], "orderBy": ["eventTime"]},
        "bizStep and disposition, never together": {"EQ_bizStep": ["shipping"], "EQ_disposition": ["retail_sold"]},
        "action and type": {"EQ_action": ["ADD"], "eventType": ["AggregationEvent"]},
        "readPoint, rare": {"EQ_readPoint": [farm]},
        "bizLocation, common": {"EQ_bizLocation": [mill]},
        "bizLocation and bizStep, never together": {"EQ_bizLocation": [mill], "EQ_bizStep": ["retail_selling"]},
        "eventTime, an hour": {"GE_eventTime": ["2025-07-02T00:00:00Z"], "LT_eventTime": ["2025-07-02T01:00:00Z"]},
        "eventTime, since long": {"GE_eventTime": ["2025-07-02T00:00:00Z"]},
        "recordTime": {"GE_recordTime": [top_time]},
        "MATCH_anyEPC, one": {"MATCH_anyEPC": [f"{product}/21/001000007"]},
        "MATCH_epcClass, one lot": {"MATCH_anyEPCClass": [f"{g.PADDY}/10/F0000007A"]},
        "bizTransaction, rare": {"EQ_bizTransaction_po": [f"{PO}5000"]},
        "bizTransaction, common": {"EQ_bizTransaction_po": [f"{PO}4"]},
        "extension, rare": {"EQ_ex:grade": ["rare"]},
        "extension, common": {"EQ_ex:grade": ["A"]},
        "extension and bizStep": {"EQ_ex:grade": ["A"], "EQ_bizStep": ["receiving"]},
        "extension, number": {"GE_ex:weight": [990]},
        "extension, inner": {"EQ_INNER_ex:depth": [3]},
        "EXISTS extension": {"EXISTS_ex:grade": ["true"]},
        "ilmd, rare": {"EQ_ILMD_cbvmda:lotNumber": ["L17"]},
        "ilmd, number": {"LT_ILMD_ex:moisture": [3]},
        "sensor, rare value": {"GE_value_CEL": [50]},
        "sensor, common value": {"GE_value_CEL": [10]},
        "sensor, other unit": {"GE_value_FAH": [86]},
        "sensor, device": {"EQ_deviceID": ["https://id.gs1.org/8004/893500010"]},
        "sensor, type": {"EQ_type": ["Temperature"]},
        "quantity": {"GE_quantity_KGM": [60]},
        "order by extension": {"orderBy": ["ex:weight"], "EQ_bizStep": ["shipping"]},
        "errorDeclaration, absent": {"EXISTS_errorDeclaration": ["true"]},
    }


def boot() -> None:
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
    django.setup()
    call_command("migrate", verbosity=0)


def measure(size: int, runs: int) -> dict[str, Any]:
    """{query: [milliseconds]} on a ledger of `size` events, made here unless it stands."""
    boot()
    from django.db import connection

    from benchmarks.generator import documents
    from lienvung.ledger.capture import capture
    from lienvung.ledger.events import iso
    from lienvung.ledger.query import newest_rid, run_query
    from lienvung.ledger.reading import rows

    if newest_rid() < size:
        for document in documents(size, rich=True):
            capture(document)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    [(last,)] = rows("SELECT MAX(received_at) FROM ledger_document")
    asked = queries(iso(last - 50))
    times: dict[str, list[float]] = {name: [] for name in asked}
    found: dict[str, int] = {}
    for turn in range(runs + 2):
        for name, parameters in asked.items():
            start = time.perf_counter()
            page = run_query(parameters, prefixes=PREFIXES)
            if turn >= 2:
                times[name].append((time.perf_counter() - start) * 1000)
            found[name] = len(page.events)
    return {"times": times, "found": found}


def run(database: str, size: int, args: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """One size on one database, in its own process."""
    home = scratch / f"query-{size}"
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "LIENVUNG_HOME": str(home), "CAPTURE_EVENT_LIMIT": "100000"}
    name = ""
    if database == "postgres":
        import psycopg

        server = os.environ.get("LIENVUNG_BENCH_POSTGRES", "")
        if not server:
            raise SystemExit(
                "set LIENVUNG_BENCH_POSTGRES to the URL of a server, e.g. postgresql://postgres@127.0.0.1/x"
            )
        name = f"bench_query_{size}" if args.keep else f"bench_query_{size}_{os.getpid()}"
        with psycopg.connect(server, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                connection.execute(f"CREATE DATABASE {name}")
        environment["DATABASE_URL"] = server.rsplit("/", 1)[0] + "/" + name
    else:
        environment.pop("DATABASE_URL", None)
    try:
        done = subprocess.run(
            [sys.executable, __file__, "--measure", str(size), "--runs", str(args.runs)],
            env=environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise SystemExit(done.stderr[-3_000:])
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return result
    finally:
        if name and not args.keep:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def table(database: str, sizes: list[int], results: list[dict[str, Any]]) -> None:
    print(f"\n{database}: milliseconds for the first page of 30, median (quartiles)\n")
    print(
        "| query | events found | "
        + " | ".join(f"{size:,} events" for size in sizes)
        + " | largest / smallest | lower quartiles |"
    )
    print("|---" * (len(sizes) + 4) + "|")
    for name in results[0]["times"]:
        cells, medians, lows = [], [], []
        for result in results:
            low, middle, high = statistics.quantiles(result["times"][name], n=4)
            medians.append(middle)
            lows.append(low)
            cells.append(f"{middle:.1f} ({low:.1f}-{high:.1f})")
        found = "/".join(str(result["found"][name]) for result in results)
        ratios = f"{medians[-1] / medians[0]:.2f} | {lows[-1] / lows[0]:.2f}"
        print(f"| {name} | {found} | " + " | ".join(cells) + f" | {ratios} |")


def main() -> None:
    args = arguments()
    if args.measure:
        print(json.dumps(measure(int(args.measure), args.runs)))
        return
    sizes = sorted(number_of(size) for size in args.sizes.split(","))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {args.runs} runs")
    for database in ["sqlite", "postgres"] if args.database == "both" else [args.database]:
        with tempfile.TemporaryDirectory(prefix="lienvung-bench-query-") as scratch:
            folder = args.keep or Path(scratch)
            table(database, sizes, [run(database, size, args, folder) for size in sizes])


if __name__ == "__main__":
    main()
