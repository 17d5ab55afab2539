"""Traces: back from one pack, recall of 100,000 things with the place of each as of any time, against the limit L.

    bench_trace.py --size 100k [--order contiguous|shuffled|both] [--database sqlite|postgres] [--runs 7]

L is the same walk over arrays in memory (benchmarks/limit.py); the answers are compared thing by thing
before anything is timed. Each round times L and the ledger one after the other; the ratio is that of the
medians. PostgreSQL: LIENVUNG_BENCH_POSTGRES is the URL of a server where databases may be created.
`--keep FOLDER` keeps the database there and uses it again.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

SIZES = {"20k": 20_000, "100k": 100_000, "1m": 1_000_000, "5m": 5_000_000}
BARS = {"back": 15.0, "sqlite": 5.0, "postgres": 10.0, "shuffled": 10.0}
FARM_LOTS, SILOS, BLEND_PACKS, BLENDS = 96, 4, 20, 40


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="100k", help="20k, 100k, 1m, 5m or a number of events")
    parser.add_argument("--order", choices=["contiguous", "shuffled", "both"], default="both")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="folder (SQLite) that keeps the databases for the next time")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.events = SIZES.get(args.size.lower()) or int(args.size)
    return args


# --- data ------------------------------------------------------------------------------


def blends(seed: int = 1) -> Iterator[bytes]:
    """40 blends: 96 farm lots into 4 silos into 20 packs each, so that a pack has about 100 origins."""
    from benchmarks import generator as g

    chance = random.Random(seed)
    for number in range(BLENDS):
        at = 400 * 86_400.0 + number * 90_000
        farms = [f"{g.PADDY}/10/B{number:03d}F{chance.randrange(10**9):09d}" for _ in range(FARM_LOTS)]
        silos = [f"{g.PADDY}/10/B{number:03d}S{silo}" for silo in range(SILOS)]
        packs = [f"{g.PRODUCT_URIS[0]}/21/B{number:03d}{chance.randrange(10**9):09d}" for _ in range(BLEND_PACKS)]
        events = [
            g.listing(
                at + n,
                "ADD",
                "commissioning",
                "active",
                chance.choice(g.FARM_PLACES),
                "quantityList",
                g.weigh([lot], 60),
            )
            for n, lot in enumerate(farms)
        ]
        share = FARM_LOTS // SILOS
        events += [
            mixing(at + 10_000 + n, farms[n * share : (n + 1) * share], [silo], []) for n, silo in enumerate(silos)
        ]
        events.append(mixing(at + 20_000, silos, [], packs, f"B{number:03d}"))
        yield (g.HEAD + ",\n".join(events) + g.TAIL).encode()


def mixing(at: float, inputs: list[str], lots: list[str], packs: list[str], number: str = "") -> str:
    from benchmarks import generator as g

    outputs = f'"outputQuantityList":[{g.weigh(lots, 1_440)}]' if lots else f'"outputEPCList":[{g.quoted(packs)}]'
    ilmd = f',"ilmd":{{"cbvmda:lotNumber":"{number}"}}' if number else ""
    return (
        f'{{"type":"TransformationEvent",{g.moment(at)},"inputQuantityList":[{g.weigh(inputs, 60)}],{outputs},'
        f'"bizStep":"commissioning","disposition":"active","bizLocation":{{"id":"{g.MILL_PLACES[0]}"}}{ilmd}}}'
    )


def all_documents(events: int, order: str) -> Iterator[bytes]:
    from benchmarks.generator import documents

    yield from documents(events, order=order)
    yield from blends()


# --- one measure, in its own process ---------------------------------------------------


def boot() -> None:
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
    django.setup()
    call_command("migrate", verbosity=0)


def fill(events: int, order: str) -> None:
    from django.db import connection

    from lienvung.ledger.capture import capture

    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM ledger_document")
        if cursor.fetchone()[0]:
            return
        for document in all_documents(events, order):
            capture(document)
        cursor.execute("ANALYZE")


def alternate(runs: int, **works: Callable[[], Any]) -> dict[str, float]:
    """Median milliseconds of each, run in turn."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs + 1):
        for name, work in works.items():
            gc.collect()
            start = time.perf_counter()
            work()
            spent[name].append((time.perf_counter() - start) * 1000)
    return {name: round(statistics.median(times[1:]), 3) for name, times in spent.items()}


def measure(name: str, args: argparse.Namespace) -> dict[str, Any]:
    boot()
    fill(args.events, args.order)
    if name == "memory":
        return peak_of_a_recall()
    from benchmarks.limit import Limit

    limit = Limit(all_documents(args.events, args.order))
    return {**recalls(limit, args.runs), **backs(limit, args.runs)}


def peak_of_a_recall() -> dict[str, Any]:
    from benchmarks.generator import HOT_LOT
    from lienvung.ledger.trace import recall_scope

    recall_scope(next(iter_packs()))  # everything is imported and connected
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scope = recall_scope(HOT_LOT)
    scope.by_place()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"things": scope.total, "rss_before_mb": before // 1024, "rss_peak_mb": peak // 1024}


def iter_packs() -> Iterator[str]:
    for document in blends():
        events = json.loads(document)["epcisBody"]["eventList"]
        yield events[-1]["outputEPCList"][0]


def recalls(limit: Any, runs: int) -> dict[str, Any]:
    import numpy as np

    from benchmarks.generator import HOT_LOT
    from lienvung.ledger.trace import LedgerSource, recall_scope
    from lienvung.ledger.trace_names import find
    from lienvung.lineage.batches import Memo
    from lienvung.lineage.facts import ALWAYS, NEVER
    from lienvung.lineage.places import places_of
    from lienvung.lineage.walk import forward

    root = limit.number[HOT_LOT]
    first = int(limit.uses.columns["t"][limit.uses.start[root]])
    times = {"now": ALWAYS, "day 5": first + 5 * 86_400_000, "day 2": first + 2 * 86_400_000}

    def in_memory(until: int) -> Any:
        things, since = limit.forward(root, NEVER, until)
        return things, since, *limit.places(things, until)

    def in_ledger(until: int) -> Any:
        memo = Memo(LedgerSource(), until)
        reach = forward(memo, find(HOT_LOT), NEVER)
        return reach, places_of(memo, reach.things, np.full(len(reach), until, dtype=np.int64))

    found: dict[str, Any] = {}
    for name, until in times.items():
        equal(limit, in_memory(until), in_ledger(until))
        spent = alternate(
            runs,
            L=lambda until=until: in_memory(until),
            ledger=lambda until=until: in_ledger(until),
            scope=lambda until=until: recall_scope(HOT_LOT, at=None if until == ALWAYS else until).by_place(),
        )
        things = len(limit.forward(root, NEVER, until)[0])
        found[f"recall, {name}"] = {"things": things, **spent, "ratio": round(spent["ledger"] / spent["L"], 2)}
    return found


def equal(limit: Any, memory: Any, ledger: Any) -> None:
    """The same things, affected since the same time, in the same place and state."""
    from lienvung.ledger.trace import LedgerSource

    things, since, place, state = memory
    reach, places = ledger
    source = LedgerSource()
    names = source.uris(reach.things)
    loc = dict(zip(reach.things.tolist(), places.loc.tolist()))
    known = sorted({where for where in loc.values() if where >= 0})
    import numpy as np

    uris = dict(zip(known, source.uris(np.array(known, dtype=np.int64))))
    ours = {
        uri: (time, uris.get(where), number)
        for uri, time, where, number in zip(names, reach.time.tolist(), places.loc.tolist(), places.state.tolist())
    }
    theirs = {
        limit.names[thing]: (time, limit.names[where] if where >= 0 else None, number)
        for thing, time, where, number in zip(things.tolist(), since.tolist(), place.tolist(), state.tolist())
    }
    if ours != theirs:
        different = [uri for uri in ours.keys() | theirs.keys() if ours.get(uri) != theirs.get(uri)]
        raise SystemExit(f"{len(different)} differ: {[(u, ours.get(u), theirs.get(u)) for u in different[:5]]}")


def backs(limit: Any, runs: int) -> dict[str, Any]:
    from lienvung.ledger.trace import LedgerSource
    from lienvung.ledger.trace_names import find
    from lienvung.lineage.walk import back

    packs = list(iter_packs())
    numbers = [limit.number[pack] for pack in packs]

    def in_memory() -> list[Any]:
        return [[limit.names[thing] for thing in limit.back(number)] for number in numbers]

    def in_ledger() -> list[Any]:
        found = []
        for pack in packs:
            source = LedgerSource()
            found.append(source.uris(back(source, find(pack)).things))
        return found

    if [sorted(one) for one in in_memory()] != [sorted(one) for one in in_ledger()]:
        raise SystemExit("back: answers differ")
    things = len(in_ledger()[0])
    spent = {name: round(ms / len(packs), 4) for name, ms in alternate(runs, L=in_memory, ledger=in_ledger).items()}
    return {"back, one pack": {"things": things, **spent, "ratio": round(spent["ledger"] / spent["L"], 2)}}


# --- all measures ----------------------------------------------------------------------


def run_one(name: str, order: str, args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    home = folder / f"{args.events}-{order}"
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "LIENVUNG_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    if args.database == "postgres":
        environment["DATABASE_URL"] = postgres(f"lienvung_trace_{args.events}_{order}")
    command = [sys.executable, __file__, "--measure", name, "--size", str(args.events), "--order", order]
    done = subprocess.run([*command, "--runs", str(args.runs)], env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.returncode)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def postgres(database: str) -> str:
    import psycopg

    server = os.environ.get("LIENVUNG_BENCH_POSTGRES", "")
    if not server:
        raise SystemExit(
            "set LIENVUNG_BENCH_POSTGRES to the URL of a server, e.g. postgresql://postgres@127.0.0.1/postgres"
        )
    with psycopg.connect(server, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone():
            connection.execute(f"CREATE DATABASE {database}")
    return server.rsplit("/", 1)[0] + "/" + database


def main() -> int:
    args = arguments()
    if args.measure:
        print(json.dumps(measure(args.measure, args)))
        return 0
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, {args.events:,} events")
    orders = ["contiguous", "shuffled"] if args.order == "both" else [args.order]
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        missed = 0
        for order in orders:
            print(f"\n{args.database}, {order}")
            for name, row in run_one("speed", order, args, folder).items():
                bar = (
                    BARS["back"]
                    if name.startswith("back")
                    else BARS["shuffled" if order == "shuffled" else args.database]
                )
                missed += row["ratio"] > bar
                parts = ", ".join(
                    f"{part} {value:,} ms" for part, value in row.items() if part not in ("things", "ratio")
                )
                print(f"  {name:16} {row['things']:>8,} things  {parts}  ratio {row['ratio']} (bar {bar:g})")
            memory = run_one("memory", order, args, folder)
            missed += memory["rss_peak_mb"] >= 300
            rss = f"{memory['rss_before_mb']} MB -> {memory['rss_peak_mb']} MB"
            print(f"  memory           {memory['things']:>8,} things  {rss} (bar 300)")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
