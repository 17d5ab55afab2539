"""Serve this installation over HTTP (Granian, WSGI).

Listens on loopback unless told otherwise; put a TLS proxy before it when others
reach it, and name the public origin in LIENVUNG_ORIGIN (the printed codes carry it).
Refuses to start on a database whose migrations are not all applied.
"""

from __future__ import annotations

import argparse
import os
import sys
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

TARGET = "lienvung.web.wsgi:application"
THREADS = 4  # a worker's; requests mostly wait for the database, more only queue for the interpreter lock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=0, help="processes (default: one a processor, at most 4)")
    parser.add_argument("--reload", action="store_true", help="start again when the source changes (developers)")
    parser.add_argument("--migrate", action="store_true", help="apply the database's migrations first")


def run(args: argparse.Namespace) -> int:
    set_up(args.host, args.port)
    if args.migrate:
        call_command("migrate", interactive=False, verbosity=0)
    serve(args.host, args.port, workers=args.workers, reload=args.reload)
    return 0


def set_up(host: str, port: int) -> None:
    """Start Django; where no public origin is set, codes and links carry the address served."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::", "localhost"} else host
    os.environ.setdefault("LIENVUNG_ORIGIN", f"http://{f'[{shown}]' if ':' in shown else shown}:{port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
    django.setup()


def serve(host: str, port: int, *, workers: int = 0, reload: bool = False) -> None:
    """Check the database, make the fonts, serve until interrupted. Django is set up before."""
    refuse_unmigrated()
    ensure_fonts()
    workers = workers or min(os.cpu_count() or 1, 4)
    connection.close()  # the workers open their own
    print_addresses(host, port, workers)
    Granian(
        TARGET,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        reload=reload,
        reload_paths=[Path(settings.PACKAGE)] if reload else None,
    ).serve()


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
