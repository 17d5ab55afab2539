"""The scan page: remembered and fresh against an empty view, its weight, and requests a second with the server.

    python benchmarks/bench_scan.py [--rounds 300] [--events 20000] [--serve]

Claims: a remembered page costs at most twice an empty view, a fresh one at most twelve times as
much, through the same WSGI application and all of its middleware; the whole transfer is at most 50 kB.
Measures are taken in turn, and the median of all rounds counts. `--serve` also asks a real server (one
worker, as `lienvung serve` runs it) with `wrk` where that is installed. The ledger is filled with
`--events` generated events first, so that its indexes have a size.
"""

from __future__ import annotations

import argparse
import gzip
import io
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--serve", action="store_true", help="also measure requests a second over HTTP")
    parser.add_argument("--port", type=int, default=0, help="loopback port for --serve (default: a free one)")
    parser.add_argument("--profile", action="store_true", help="print where a fresh page spends its time")
    return parser.parse_args()


def boot(home: str) -> None:
    """Settings of an empty installation, migrated; one address more that answers nothing."""
    os.environ.update(LIENVUNG_HOME=home, DATABASE_URL="", DJANGO_SETTINGS_MODULE="lienvung.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    from lienvung.web import urls

    def empty(request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"")

    urls.urlpatterns.insert(0, path("empty", empty))


def fill(events: int) -> list[str]:
    """A world with one lot, generated events around it; the paths to be asked for."""
    from tests.world import make_world

    from benchmarks.generator import documents
    from lienvung.ledger.capture import capture

    world = make_world()
    if events:
        for document in documents(events):
            capture(document)
    return ["/p" + world.pack_path, "/p" + world.lot.path]


def caller(application: Callable[..., Any], path: str) -> Callable[[], int]:
    """One request through the WSGI application, as a server would make it; gives the length of the answer."""
    base = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_ACCEPT": "text/html",
        "HTTP_USER_AGENT": "bench",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    statuses: list[str] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        statuses.append(status)

    def call() -> int:
        answer = application({**base, "wsgi.input": io.BytesIO()}, start)
        length = sum(map(len, answer))
        answer.close()
        if not statuses.pop().startswith("200"):
            raise SystemExit(f"{path} did not answer 200")
        return length

    return call


def timed(call: Callable[[], int]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def measure(rounds: int, path: str) -> dict[str, float]:
    """Median seconds of an empty view and of a page, taken in turn.

    remembered: nothing happened since the page was made; fresh: something was captured since, so the page is
    made anew from the ledger while catalogue records are remembered; cold: nothing at all is remembered.
    """
    from django.core.wsgi import get_wsgi_application

    from lienvung.scan.versions import forget, shelf

    application = get_wsgi_application()
    empty, page = caller(application, "/empty"), caller(application, path)
    times: dict[str, list[float]] = {"empty": [], "remembered": [], "fresh": [], "cold": []}
    for round_ in range(rounds + 20):
        taken = {}
        forget()
        taken["cold"] = timed(page)
        shelf.clear()
        taken["fresh"] = timed(page)
        taken["remembered"], taken["empty"] = timed(page), timed(empty)
        if round_ >= 20:  # the first rounds warm up templates and statements
            for name, seconds in taken.items():
                times[name].append(seconds)
    return {name: statistics.median(values) for name, values in times.items()}


def weight(path: str) -> dict[str, int]:
    """Bytes of a first visit: page (gzip), style sheet, picture, font, icon."""
    from django.contrib.staticfiles import finders
    from django.test import Client

    page = Client(HTTP_HOST="127.0.0.1").get(path).content
    sizes = {"page": len(page), "page, gzip": len(gzip.compress(page))}
    for name in dict.fromkeys(re.findall(rb'(?:src|href)="/static/([^"]+)"', page)):
        sizes[name.decode()] = Path(str(finders.find(name.decode()))).stat().st_size
    sizes["total, page not compressed"] = sum(sizes.values()) - sizes["page, gzip"]
    return sizes


def profile(path: str) -> None:
    import cProfile
    import pstats

    from django.core.wsgi import get_wsgi_application

    from lienvung.scan.versions import shelf

    page = caller(get_wsgi_application(), path)
    page()
    profiler = cProfile.Profile()
    for _ in range(100):
        shelf.clear()
        profiler.runcall(page)
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)


def serve(home: str, port: int, paths: list[str]) -> None:
    """Requests a second of `lienvung serve`, asked by wrk on the same machine."""
    if not shutil.which("wrk"):
        print("wrk is not installed: requests a second are not measured")
        return
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    environment = {**os.environ, "LIENVUNG_ORIGIN": f"http://127.0.0.1:{port}", "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "lienvung.cli", "serve", "--port", str(port), "--workers", "1"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        for path in paths:
            ran = subprocess.run(
                ["wrk", "-t1", "-c8", "-d5s", f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True
            )
            rate = re.search(r"Requests/sec:\s+([\d.]+)", ran.stdout)
            bad = re.search(r"Non-2xx.*", ran.stdout)
            print(f"wrk, 8 connections, {path}: {rate[1] if rate else '?'} requests/s {bad[0] if bad else ''}")
    finally:
        server.terminate()
        server.wait(20)


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def main() -> None:
    args = arguments()
    with tempfile.TemporaryDirectory() as home:
        boot(home)
        paths = fill(args.events)
        for path in paths:
            found = measure(args.rounds, path)
            print(f"{path}")
            print(f"  empty view   {found['empty'] * 1e6:8.0f} µs")
            for name, bar in (("remembered", 2), ("fresh", 12), ("cold", 12)):
                ratio = found[name] / found["empty"]
                verdict = "met" if ratio <= bar else "MISSED"
                print(f"  {name:12} {found[name] * 1e6:8.0f} µs   {ratio:5.2f} x empty (bar {bar} x: {verdict})")
        for name, size in weight(paths[0]).items():
            print(f"  {size:8,} bytes  {name}")
        if args.profile:
            profile(paths[0])
        if args.serve:
            serve(home, args.port, paths)


if __name__ == "__main__":
    main()
