"""Over HTTP: events a second captured as JSON and as XML, per kind of event, and answered in each form.

    bench_http.py [--database sqlite|postgres|both] [--rounds 12] [--events 500] [--answers 15]

The product's own server (granian, one worker) and one client on one connection; beside it the same documents are
captured in process, on a database of their own. Documents are made beforehand, with new events in each; a round
takes every kind in every way once, so that a busy moment hits them alike, and ratios are taken within rounds. A
document has `--events` events, or as many as make 600 kB, which the server captures before it answers. PostgreSQL:
LIENVUNG_BENCH_POSTGRES is the URL of a server where databases may be created.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import shutil
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

from benchmarks.bench_capture import administer, boot, free_port, wait_for  # noqa: E402

MOST_BYTES = 600_000  # of a JSON document; in XML it is at most half as long again, and under the megabyte of the inbox
PREFIX = "893500"  # the company prefix of the generator's identifiers: without it no EPC URN can be written
KINDS = ("Object", "Aggregation", "Transaction", "Transformation", "Association", "sensor data", "mixed, rich")
WAYS = ("process JSON", "process XML", "HTTP JSON", "HTTP XML")
FORMS = {
    "JSON, Digital Links": {"Accept": "application/json"},
    "JSON, as it was sent": {"Accept": "application/json", "GS1-EPC-Format": "Never_Translates"},
    "JSON, EPC URNs": {"Accept": "application/json", "GS1-EPC-Format": "Always_EPC_URN"},
    "XML 2.0, Digital Links": {"Accept": "application/xml"},
    "XML 2.0, EPC URNs": {"Accept": "application/xml", "GS1-EPC-Format": "Always_EPC_URN"},
    "XML 1.2, EPC URNs": {"Accept": "application/xml", "GS1-EPCIS-Version": "1.2.0"},
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--events", type=int, default=500, help="of a document")
    parser.add_argument("--answers", type=int, default=15, help="how often each form of answer is asked for")
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=2, metavar=("PORT", "TOKEN"), help=argparse.SUPPRESS)
    return parser.parse_args()


# --- documents -------------------------------------------------------------------------


def events_of(kind: str) -> Iterator[str]:
    """Events of one kind without end, out of the generator's chains."""
    from benchmarks.generator import Chains, enriched

    chain = Chains(10_000_000, "contiguous", KINDS.index(kind) + 1)
    chain.serials = [1_000_000 + 10_000_000 * KINDS.index(kind)] * len(chain.serials)  # things of their own
    chain.sscc = 10**9 * KINDS.index(kind)
    source = {"Transaction": "Object", "sensor data": "Object", "Association": "Aggregation"}.get(kind, kind)
    for number, event in enumerate(chain.events()):
        if kind.startswith("mixed"):
            yield enriched(event, number)
        elif event.startswith(f'{{"type":"{source}Event"'):
            if kind == "Transaction":
                order = f'{{"type":"po","bizTransaction":"urn:epcglobal:cbv:bt:8935000000013:PO-{number}"}}'
                event = event.replace("ObjectEvent", "TransactionEvent", 1)[:-1] + f',"bizTransactionList":[{order}]}}'
            elif kind == "Association":
                event = event.replace("AggregationEvent", "AssociationEvent", 1)
            elif kind == "sensor data":
                event = enriched(event, 10 * number + 10)
            yield event


def documents_of(kind: str, most: int) -> Iterator[tuple[int, bytes]]:
    """(number of events, JSON document) without end."""
    from benchmarks.generator import RICH_HEAD, TAIL

    batch: list[str] = []
    size = 0
    for event in events_of(kind):
        if batch and (len(batch) == most or size + len(event) > MOST_BYTES):
            yield len(batch), (RICH_HEAD + ",\n".join(batch) + TAIL).encode()
            batch, size = [], 0
        batch.append(event)
        size += len(event)


def as_xml(document: bytes) -> bytes:
    from lienvung.epcis.xml_write import write_xml

    value = json.loads(document)
    events = [(event, value["@context"]) for event in value["epcisBody"]["eventList"]]
    return write_xml(events, kind="document", created=value["creationDate"])


# --- measuring -------------------------------------------------------------------------


def prepare() -> str:
    """A token that may capture and query everything, on the database of the server."""
    boot()
    from lienvung.people.actions import create_organisation, issue_token

    organisation = create_organisation(by=None, name="Đo tốc độ", kind="other", company_prefix=PREFIX)
    return str(issue_token(by=None, organisation=organisation, name="bench"))


class Client:
    def __init__(self, port: int, token: str) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str], status: int) -> bytes:
        self.link.request(method, "/epcis/v2" + path, body, {**self.headers, **headers})
        answer = self.link.getresponse()
        data = answer.read()
        if answer.status != status:
            raise SystemExit(f"{method} {path}: {answer.status} {data[:500]!r}")
        return data

    def capture(self, document: bytes, media: str) -> None:
        job = json.loads(self.ask("POST", "/capture", document, {"Content-Type": media}, 202))
        if job["running"] or not job["success"] or not job["newEvents"]:
            raise SystemExit(f"not captured before the answer: {job}")


def measure(args: argparse.Namespace) -> dict[str, Any]:
    boot()
    from lienvung.ledger.capture import capture

    client = Client(int(args.measure[0]), args.measure[1])

    def in_process(document: bytes) -> None:
        if not capture(document).new_events:
            raise SystemExit("nothing new was captured")

    works: dict[str, Callable[[bytes], None]] = {
        "process JSON": in_process,
        "process XML": in_process,
        "HTTP JSON": lambda document: client.capture(document, "application/json"),
        "HTTP XML": lambda document: client.capture(document, "application/xml"),
    }
    sources = {kind: documents_of(kind, args.events) for kind in KINDS}
    speeds: dict[str, dict[str, list[float]]] = {kind: {way: [] for way in WAYS} for kind in KINDS}
    sizes: dict[str, list[float]] = {}
    for turn in range(args.rounds + 2):  # the first two warm up
        for kind in KINDS:
            made = {}
            for way in ("JSON", "XML"):  # each its own new events, the same in both ledgers
                [(count, document)] = islice(sources[kind], 1)
                made[way] = count, document if way == "JSON" else as_xml(document)
            sizes[kind] = [made["JSON"][0], *(len(made[way][1]) / made[way][0] for way in ("JSON", "XML"))]
            for way in WAYS if turn % 2 else reversed(WAYS):
                count, document = made[way.rpartition(" ")[2]]
                start = time.perf_counter()
                works[way](document)
                if turn >= 2:
                    speeds[kind][way].append(count / (time.perf_counter() - start))
    return {"capture": speeds, "sizes": sizes, "answers": answers(client, args.answers)}


def answers(client: Client, times: int) -> dict[str, list[float]]:
    """{form: [bytes, events a second …]} of a page of 1,000 events of every kind."""
    for _, document in islice(documents_of("mixed, rich", 500), 100, 104):
        client.capture(document, "application/json")
    found: dict[str, list[float]] = {form: [] for form in FORMS}
    for turn in range(times + 2):
        for form, headers in FORMS.items():
            start = time.perf_counter()
            data = client.ask("GET", "/events?perPage=1000", None, headers, 200)
            if turn >= 2:
                found[form].append(1_000 / (time.perf_counter() - start))
            elif turn == 1:
                found[form].append(len(data))
                if ("URN" in form) != (b"urn:epc:id:sgtin:893500" in data):
                    raise SystemExit(f"{form}: not in that form")
    return found


# --- all of it -------------------------------------------------------------------------


def run(database: str, args: argparse.Namespace) -> dict[str, Any]:
    """Two databases, a server on one of them, and the measuring process on the other."""
    made: list[str] = []
    server_url = os.environ.get("LIENVUNG_BENCH_POSTGRES", "")
    if database == "postgres" and not server_url:
        raise SystemExit("set LIENVUNG_BENCH_POSTGRES to the URL of a server, e.g. postgresql://postgres@127.0.0.1/x")
    scratch = Path(tempfile.mkdtemp(prefix="lienvung-bench-http-"))

    def environment(name: str) -> dict[str, str]:
        (scratch / name).mkdir()
        found = {**os.environ, "LIENVUNG_HOME": str(scratch / name)}
        found["PYTHONPATH"] = os.pathsep.join([*sys.path[:2], os.environ.get("PYTHONPATH", "")])
        found.pop("DATABASE_URL", None)
        if database == "postgres":
            made.append(f"bench_http_{os.getpid()}_{name}")
            administer(server_url, f"CREATE DATABASE {made[-1]}")
            found["DATABASE_URL"] = server_url.rsplit("/", 1)[0] + "/" + made[-1]
        return found

    server = None
    try:
        theirs, ours = environment("server"), environment("process")
        token = child(["--prepare"], theirs)
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "lienvung.cli", "serve", "--port", str(port), "--workers", "1", "--no-work"],
            env={**theirs, "LIENVUNG_ORIGIN": f"http://127.0.0.1:{port}"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(port)
        numbers = ["--rounds", str(args.rounds), "--events", str(args.events), "--answers", str(args.answers)]
        result: dict[str, Any] = json.loads(child([*numbers, "--measure", str(port), token], ours))
        return result
    finally:
        if server is not None:
            server.terminate()
            server.wait(20)
        for name in made:
            administer(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        shutil.rmtree(scratch, ignore_errors=True)


def child(words: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, __file__, *words], env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:1])} failed")
    return done.stdout.splitlines()[-1]


def spread(values: list[float], form: str = ",.0f") -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:{form}} ({low:{form}}-{high:{form}})"


def show(database: str, result: dict[str, Any]) -> None:
    print(f"\n{database}: events captured a second, median (quartiles)\n")
    print("| events | of a document | bytes an event, JSON / XML | " + " | ".join(WAYS) + " |")
    print("|---" * (3 + len(WAYS)) + "|")
    for kind, ways in result["capture"].items():
        count, plain, xml = result["sizes"][kind]
        cells = " | ".join(spread(ways[way]) for way in WAYS)
        print(f"| {kind} | {count:.0f} | {plain:,.0f} / {xml:,.0f} | {cells} |")
    pairs = [("HTTP XML", "HTTP JSON"), ("HTTP JSON", "process JSON"), ("HTTP XML", "process XML")]
    print(f"\n{database}: ratios within rounds, median (quartiles)\n")
    print("| events | " + " | ".join(f"{one} / {other}" for one, other in pairs) + " |")
    print("|---" * (1 + len(pairs)) + "|")
    for kind, ways in result["capture"].items():
        cells = [spread([a / b for a, b in zip(ways[one], ways[other])], ".2f") for one, other in pairs]
        print(f"| {kind} | " + " | ".join(cells) + " |")
    print(f"\n{database}: GET /events?perPage=1000 over HTTP, the newest events, mixed and rich\n")
    print("| answer | kB | events a second, median (quartiles) | against JSON as it was sent |")
    print("|---|---|---|---|")
    base = result["answers"]["JSON, as it was sent"][1:]
    for form, (size, *rates) in result["answers"].items():
        ratio = spread([a / b for a, b in zip(rates, base)], ".2f")
        print(f"| {form} | {size / 1000:,.0f} | {spread(rates)} | {ratio} |")


def main() -> None:
    args = arguments()
    if args.prepare:
        print(prepare())
    elif args.measure:
        print(json.dumps(measure(args)))
    else:
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ", end="")
        print(f"{args.rounds} rounds, documents of up to {args.events} events", flush=True)
        for database in ["sqlite", "postgres"] if args.database == "both" else [args.database]:
            show(database, run(database, args))


if __name__ == "__main__":
    main()
