"""Serve this installation over HTTP (Granian; WSGI, or ASGI with websockets).

Listens on loopback unless told otherwise; put a TLS proxy before it when others
reach it, and name the public origin in LIENVUNG_ORIGIN (the printed codes carry it).
Refuses to start on a database whose migrations are not all applied. Starts the background worker
(`./lienvung work`: large captures, subscriptions) as its child, and ends it with itself.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from lienvung import __version__
from lienvung.commands.database import refuse_unmigrated
from lienvung.web.fonts import ensure_fonts
from lienvung.web.parent import SERVER

TARGETS = {Interfaces.WSGI: "lienvung.web.wsgi:application", Interfaces.ASGI: "lienvung.web.asgi:application"}
RESTART_S = 5.0
WORKER_END_S = 15.0
THREADS = 4  # a worker's; requests mostly wait for the database, more only queue for the interpreter lock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=0, help="processes (default: one a processor, at most 4)")
    parser.add_argument("--reload", action="store_true", help="start again when the source changes (developers)")
    parser.add_argument("--asgi", action="store_true", help="run ASGI, with websockets for subscriptions")
    parser.add_argument("--no-work", action="store_true", help="start no background worker")
    parser.add_argument("--migrate", action="store_true", help="apply the database's migrations first")


def run(args: argparse.Namespace) -> int:
    set_up(args.host, args.port)
    if args.migrate:
        call_command("migrate", interactive=False, verbosity=0)
    serve(args.host, args.port, workers=args.workers, reload=args.reload, asgi=args.asgi, work=not args.no_work)
    return 0


def set_up(host: str, port: int) -> None:
    """Start Django; where no public origin is set, codes and links carry the address served."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::", "localhost"} else host
    os.environ.setdefault("LIENVUNG_ORIGIN", f"http://{f'[{shown}]' if ':' in shown else shown}:{port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
    django.setup()


def serve(
    host: str, port: int, *, workers: int = 0, reload: bool = False, asgi: bool = False, work: bool = True
) -> None:
    """Check the database, make the fonts, serve until interrupted. Django is set up before."""
    refuse_unmigrated()
    ensure_fonts()
    workers = workers or min(os.cpu_count() or 1, 4)
    connection.close()  # the workers open their own
    print_addresses(host, port, workers)
    os.environ[SERVER] = str(os.getpid())
    interface = Interfaces.ASGI if asgi else Interfaces.WSGI
    server = Granian(
        TARGETS[interface],
        address=host,
        port=port,
        interface=interface,
        workers=workers,
        blocking_threads=None if asgi else THREADS,
        websockets=asgi,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        reload=reload,
        reload_paths=[Path(settings.PACKAGE)] if reload else None,
    )
    worker = Worker() if work else None
    try:
        server.serve()
    finally:
        if worker is not None:
            worker.end()


class Worker:
    """The background worker as a child of this process: started again when it falls, ended with us.

    Where we are killed and cannot end it, it sees that its parent is another and ends by itself.
    """

    def __init__(self) -> None:
        self.child = self._start()
        self.ended = threading.Event()
        threading.Thread(target=self._watch, name="watch-worker", daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "lienvung.cli", "work", "--parent", str(os.getpid())], stdin=subprocess.DEVNULL
        )

    def _watch(self) -> None:
        while not self.ended.wait(RESTART_S):
            if self.child.poll() is not None and not self.ended.is_set():
                print("lienvung: worker ended, starting it again", file=sys.stderr, flush=True)
                self.child = self._start()

    def end(self) -> None:
        self.ended.set()
        self.child.terminate()
        try:
            self.child.wait(timeout=WORKER_END_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def print_addresses(host: str, port: int, workers: int) -> None:
    local = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    lines = [f"Lienvung {__version__}: {settings.ORIGIN}/"]
    if local != settings.ORIGIN:
        lines.append(f"  lắng nghe tại / listening on {local} ({workers} × {THREADS})")
    lines += [
        f"  tìm kiếm / search        {settings.ORIGIN}/search",
        f"  bàn làm việc / dashboard {settings.ORIGIN}/ledger/",
        "  dừng: Ctrl+C / stop: Ctrl+C",
    ]
    print("\n".join(lines), file=sys.stderr, flush=True)
