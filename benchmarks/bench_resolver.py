"""The resolver: does a look-up take as long with a million lots and links of one GTIN as with ten?

    python benchmarks/bench_resolver.py [--lots 10,1000,100000,1000000] [--rounds 400] [--database-url postgresql://…]

Claim: it does, for every kind of question; the slowest step is at most twice the fastest. Each lot is registered in the
catalogue and has one link of its own; a random lot is asked for each time, through the WSGI application and all of its
middleware, questions and sizes in their turn. Lots and links are written by SQL: that is not what is measured.
The database named must be empty; without one it is a new SQLite file.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
FLAT = 2.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lots", default="10,1000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--database-url", default="")
    return parser.parse_args()


def boot(home: str, url: str) -> Any:
    os.environ.update(LIENVUNG_HOME=home, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="lienvung.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from tests.world import make_world

    return make_world()


def grow(world: Any, have: int, want: int) -> None:
    """Lots `have`…`want` of the world's rice, and a link of each."""
    from django.db import connection, transaction
    from django.utils import timezone

    postgres = connection.vendor == "postgresql"
    numbers = "generate_series(%s, %s) AS s(n)" if postgres else (
        "(WITH RECURSIVE s(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM s WHERE n < %s) SELECT n FROM s)"
    )  # fmt: skip
    key = "lpad(to_hex(n), 32, '{}')::uuid" if postgres else "'{}' || printf('%%031x', n)"
    lot_key, link_key = key.format("a"), key.format("b")
    owner, product = (str(one.pk) if postgres else one.pk.hex for one in (world.grower, world.rice))
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalogue_lot (id, product_id, number, owner_party, uom, search_text, registered_at) "
            f"SELECT {lot_key}, %s, 'B' || n, '', 'KGM', 'b' || n, %s FROM {numbers}",
            [product, now, have, want - 1],
        )
        cursor.execute(
            "INSERT INTO resolver_linkrecord (id, owner_id, anchor, link_type, target, title_vi, title_en, languages, "
            'media_type, contexts, "default", position, registered_at, changed_at) '
            f"SELECT {link_key}, %s, %s || n, 'recipeInfo', 'https://nau.example/' || n, 'Cách nấu', '', '', "
            f"'text/html', '', '', 0, %s, %s FROM {numbers}",
            [owner, f"/01/{world.rice.gtin}/10/B", now, now, have, want - 1],
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def asker() -> Callable[[str, str, int], float]:
    """Seconds of one request through the WSGI application."""
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    base = {
        "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_ACCEPT": "text/html,*/*;q=0.8", "HTTP_USER_AGENT": "bench", "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr, "wsgi.multithread": False, "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }  # fmt: skip
    statuses: list[str] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        statuses.append(status)

    def ask(path: str, query: str, status: int) -> float:
        environ = {**base, "PATH_INFO": path, "RAW_URI": path, "QUERY_STRING": query, "wsgi.input": io.BytesIO()}
        begun = time.perf_counter()
        answer = application(environ, start)
        sum(map(len, answer))
        taken = time.perf_counter() - begun
        answer.close()
        if not statuses.pop().startswith(str(status)):
            raise SystemExit(f"{path}?{query} did not answer {status}")
        return taken

    return ask


QUESTIONS = (
    ("lot, default link", "/10/B{}", "", 307),
    ("lot, its own link", "/10/B{}", "linkType=gs1:recipeInfo", 307),
    ("lot, link set", "/10/B{}", "linkType=linkset", 200),
    ("lot never registered", "/10/X{}", "", 307),
    ("lot without such a link", "/10/B{}", "linkType=gs1:faqs", 404),
    ("product, default link", "", "", 307),
)


def measure(gtin: str, lots: int, rounds: int, ask: Callable[[str, str, int], float]) -> dict[str, float]:
    dice = random.Random(lots)
    times: dict[str, list[float]] = {name: [] for name, *_ in QUESTIONS}
    for round_ in range(rounds + 30):
        for name, tail, query, status in QUESTIONS:
            taken = ask(f"/01/{gtin}{tail.format(dice.randrange(lots))}", query, status)
            if round_ >= 30:  # the first rounds warm up
                times[name].append(taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def main() -> None:
    args = arguments()
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_TMP")) as home:
        world = boot(home, args.database_url)
        ask, have, found = asker(), 0, {}
        for lots in sorted(int(word) for word in args.lots.split(",")):
            grow(world, have, lots)
            have = lots
            found[lots] = measure(world.rice.gtin, lots, args.rounds, ask)
        from django.db import connection

        print(f"{connection.vendor}, medians of {args.rounds} look-ups, µs; lots and links of one GTIN:")
        print(f"  {'':24}" + "".join(f"{lots:>12,}" for lots in found) + "   slowest / fastest")
        for name, *_ in QUESTIONS:
            row = [medians[name] for medians in found.values()]
            ratio = max(row) / min(row)
            verdict = "met" if ratio <= FLAT else "MISSED"
            cells = "".join(f"{value * 1e6:12.0f}" for value in row)
            print(f"  {name:24}{cells}   {ratio:5.2f} (bar {FLAT}: {verdict})")
        connection.close()


if __name__ == "__main__":
    main()
