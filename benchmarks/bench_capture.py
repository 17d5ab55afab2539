"""Capture: events per second against its floors; contiguous, shuffled, sent again; over HTTP; history of one thing.

    bench_capture.py --size 100k [--database sqlite|postgres] [--only full,f2,…]

PostgreSQL: LIENVUNG_BENCH_POSTGRES is the DATABASE_URL of a server where databases
may be created; each measure gets its own. Every measure runs in its own process on
an empty database; only ratios of one run on one machine mean anything.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import platform
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

UNITS = {"k": 1_000, "m": 1_000_000}
MEASURES = ["record", "f1", "f2", "full", "shuffled", "again", "repacked", "http", "history"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="100k", help="how many events: 20k, 100k, 1m, 5m")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--only", default="", help="comma separated: " + ",".join(MEASURES))
    parser.add_argument("--scratch", type=Path, help="folder for the databases (default: a temporary one)")
    parser.add_argument("--port", type=int, default=0, help="loopback port of the HTTP measure (default: a free one)")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    args = parser.parse_args()
    unit = UNITS.get(args.size[-1].lower())
    args.events = int(args.size[:-1]) * unit if unit else int(args.size)
    return args


# --- one measure, in its own process -------------------------------------------------


def boot() -> None:
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
    django.setup()
    call_command("migrate", verbosity=0)


def timed(documents: Iterator[bytes], work: Callable[[bytes], Any]) -> dict[str, Any]:
    """Seconds per document; making the documents is not counted."""
    seconds, events = [], 0
    started_cpu = 0.0
    for document in documents:
        cpu, start = time.process_time(), time.perf_counter()
        job = work(document)
        seconds.append(time.perf_counter() - start)
        started_cpu += time.process_time() - cpu
        events += job.new_events + job.known_events
    return summary(events, seconds, started_cpu)


def summary(events: int, seconds: list[float], cpu: float | None = None) -> dict[str, Any]:
    tenth = max(1, len(seconds) // 10)
    each = events / max(1, len(seconds))
    return {
        "events": events,
        "rate": round(events / sum(seconds)),
        "cpu_rate": round(events / cpu) if cpu else None,
        "first_tenth": round(each * tenth / sum(seconds[:tenth])),
        "last_tenth": round(each * tenth / sum(seconds[-tenth:])),
        "median_ms": round(statistics.median(seconds) * 1000, 2),
    }


def measure(name: str, args: argparse.Namespace) -> dict[str, Any]:
    boot()
    from benchmarks import floors
    from benchmarks.generator import documents
    from lienvung.ledger.capture import capture

    recorded = args.scratch / "recorded.pickle"
    order = "shuffled" if name == "shuffled" else "contiguous"
    result: dict[str, Any] = {}
    if name == "record":
        floors.record(documents(args.events), recorded)
    elif name in {"f1", "f2"}:
        result = summary(*floors.play(recorded, floor=name))
    elif name in {"full", "shuffled"}:
        result = timed(documents(args.events, order=order), capture)
    elif name == "again":
        for document in documents(args.events):
            capture(document)
        result = timed(documents(args.events), capture)
    elif name == "repacked":  # the same events in other documents: nothing but their keys tells
        for document in documents(args.events):
            capture(document)
        result = timed(documents(args.events, per_document=997), capture)
    elif name == "http":
        result = over_http(args, documents)
    elif name == "history":
        for document in documents(args.events):
            capture(document)
        result = history(documents)
    result["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    anonymous = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "RssAnon" in line]
    result["own_mb"] = int(anonymous[0]) // 1024  # without the pages of the database file that are mapped
    return result


def history(documents: Any) -> dict[str, Any]:
    """History of single packs against one primary-key read: medians in microseconds, through the same connection."""
    from lienvung.ledger.events import history as history_of
    from lienvung.ledger.events import rids_of
    from lienvung.ledger.reading import rows

    uris: list[str] = []
    for document in islice(documents(20_000), 20):
        for event in json.loads(document)["epcisBody"]["eventList"]:
            uris += event.get("outputEPCList", ())[::40]
    (top,) = rows("SELECT MAX(rid) FROM ledger_event")[0]
    picked = [int(hashlib.sha256(uri.encode()).hexdigest()[:8], 16) % top + 1 for uri in uris]

    def median(work: Callable[[Any], Any], items: list[Any]) -> float:
        times = []
        for item in items:
            start = time.perf_counter_ns()
            work(item)
            times.append(time.perf_counter_ns() - start)
        return round(statistics.median(times) / 1000, 1)

    for _ in range(2):  # the second time everything is warm
        read = median(lambda rid: rows("SELECT t, bizstep, body FROM ledger_event WHERE rid = %s", (rid,)), picked)
        found = median(rids_of, uris)
        whole = median(history_of, uris)
    return {"primary_key_us": read, "history_rids_us": found, "history_us": whole, "things": len(uris)}


def over_http(args: argparse.Namespace, documents: Any) -> dict[str, Any]:
    """One client, one connection, the product's own server; making the documents is not counted."""
    from lienvung.people.actions import create_organisation, issue_token

    organisation = create_organisation(by=None, name="Đo tốc độ", kind="other")
    token = issue_token(by=None, organisation=organisation, name="bench")
    port = args.port or free_port()
    environment = {**os.environ, "LIENVUNG_ORIGIN": f"http://127.0.0.1:{port}"}
    server = subprocess.Popen(
        [sys.executable, "-m", "lienvung.cli", "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        link = http.client.HTTPConnection("127.0.0.1", port)

        class Done:
            new_events, known_events = 1_000, 0

        def post(document: bytes) -> Any:
            link.request(
                "POST",
                "/epcis/v2/capture",
                document,
                {
                    "Content-Type": "application/json",
                    "Authorization": f"Bearer {token}",
                },
            )
            answer = link.getresponse()
            body = answer.read()
            if answer.status != 202:
                raise SystemExit(f"{answer.status} {body[:500]!r}")
            return Done

        return timed(documents(args.events), post)
    finally:
        server.terminate()
        server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


# --- all measures ----------------------------------------------------------------------


def run_one(name: str, args: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    home = scratch / name
    home.mkdir(parents=True)
    environment = {
        **os.environ,
        "LIENVUNG_HOME": str(home),
        "PYTHONPATH": os.pathsep.join([*sys.path[:2], os.environ.get("PYTHONPATH", "")]),
    }
    environment.pop("DATABASE_URL", None)
    server = os.environ.get("LIENVUNG_BENCH_POSTGRES", "")
    database = f"lienvung_bench_{os.getpid()}_{name}"
    if args.database == "postgres":
        if not server:
            raise SystemExit(
                "set LIENVUNG_BENCH_POSTGRES to the URL of a server, e.g. postgresql://postgres@127.0.0.1/postgres"
            )
        administer(server, f"CREATE DATABASE {database}")
        environment["DATABASE_URL"] = server.rsplit("/", 1)[0] + "/" + database
    try:
        done = subprocess.run(
            [
                sys.executable,
                __file__,
                "--measure",
                name,
                "--size",
                str(args.events),
                "--scratch",
                str(scratch),
                "--port",
                str(args.port),
            ],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"measure {name} failed")
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        if args.database == "sqlite":
            result["file_mb"] = sum(path.stat().st_size for path in home.glob("*.sqlite3")) // 2**20
        return result
    finally:
        if args.database == "postgres":
            administer(server, f"DROP DATABASE {database} WITH (FORCE)")
        shutil.rmtree(home, ignore_errors=True)


def administer(server: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as link:
        link.execute(statement)


def compare(found: dict[str, dict[str, Any]], database: str) -> Iterator[tuple[str, float, str, float]]:
    """(figure, value, relation, bar) for what was measured."""

    def rate(name: str) -> float | None:
        return found.get(name, {}).get("rate")

    full, f2 = rate("full"), rate("f2")
    if full and f2:
        yield "capture / F2", full / f2, ">=", 0.40 if database == "sqlite" else 0.45
    if full and (f1 := rate("f1")):
        yield "capture / F1", full / f1, "", 0
    if full:
        yield "last tenth / first tenth", found["full"]["last_tenth"] / found["full"]["first_tenth"], ">=", 0.8
    for name, bar in (("shuffled", 0.7), ("again", 1.0), ("repacked", 1.0), ("http", 0.7)):
        if full and (other := rate(name)):
            yield f"{name} / capture", other / full, ">=", bar
    if "history" in found:
        yield (
            "history / primary-key read",
            found["history"]["history_us"] / found["history"]["primary_key_us"],
            "<=",
            10,
        )


def main() -> int:
    args = arguments()
    if args.measure:
        print(json.dumps(measure(args.measure, args)))
        return 0
    wanted = [name for name in MEASURES if not args.only or name in args.only.split(",")]
    if {"f1", "f2"} & set(wanted) and "record" not in wanted:
        wanted.insert(0, "record")
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(dir=args.scratch) as folder:
        print(
            f"{args.events} events, {args.database}, Python {platform.python_version()}, {os.cpu_count()} cores",
            flush=True,
        )
        for name in wanted:
            found[name] = run_one(name, args, Path(folder))
            print(
                f"{name:10} " + " ".join(f"{key}={value}" for key, value in found[name].items() if value is not None),
                flush=True,
            )
    missed = 0
    for figure, value, relation, bar in compare(found, args.database):
        good = not relation or (value >= bar if relation == ">=" else value <= bar)
        missed += not good
        print(f"{figure:32} {value:8.2f}  {relation} {bar if relation else ''} {'' if good else 'MISSED'}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
