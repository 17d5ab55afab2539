"""The resolver: does a look-up take as long with a million lots and links of one GTIN as with ten?

    python benchmarks/bench_resolver.py [--lots 10,1000,100000,1000000] [--rounds 400] [--database-url postgresql://…]

Claim: it does, for every kind of question; the slowest size takes at most 1.5 times the fastest. One database holds a
product of each size; every lot is registered in the catalogue and has one link of its own. In each round a random lot
of every product is asked for, through the WSGI application and all of its middleware, so that noise of the machine
falls on all sizes alike. Lots and links are written by SQL: that is not what is measured.
The database named must be empty; without one it is a new SQLite file.
"""

from __future__ import annotations

import argparse
import io
import logging
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
FLAT = 1.5


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


def grow(world: Any, at: int, lots: int) -> str:
    """A product with so many lots, each with a link; gives its GTIN. `at`: tells the products apart."""
    from django.db import connection, transaction
    from django.utils import timezone
    from tests.world import number

    from lienvung.catalogue.actions import register_product

    postgres = connection.vendor == "postgresql"
    numbers = "generate_series(%s, %s) AS s(n)" if postgres else (
        "(WITH RECURSIVE s(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM s WHERE n < %s) SELECT n FROM s)"
    )  # fmt: skip
    key = f"('{at + 1}' || lpad(to_hex(n), 31, '0'))::uuid" if postgres else f"'{at + 1}' || printf('%%031x', n)"
    made = register_product(by=None, owner=world.grower, gtin=number(f"08930000007{at:02}"), name=f"{lots} lots")
    owner, product = (str(one.pk) if postgres else one.pk.hex for one in (world.grower, made))
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalogue_lot (id, product_id, number, owner_party, uom, search_text, registered_at) "
            f"SELECT {key}, %s, 'B' || n, '', 'KGM', 'b' || n, %s FROM {numbers}",
            [product, now, 0, lots - 1],
        )
        cursor.execute(
            "INSERT INTO resolver_linkrecord (id, owner_id, anchor, link_type, target, title_vi, title_en, languages, "
            'media_type, contexts, "default", position, registered_at, changed_at) '
            f"SELECT {key}, %s, %s || n, 'recipeInfo', 'https://nau.example/' || n, 'Cách nấu', '', '', "
            f"'text/html', '', '', 0, %s, %s FROM {numbers}",
            [owner, f"/01/{made.gtin}/10/B", now, now, 0, lots - 1],
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return str(made.gtin)


def asker() -> Callable[[str, str, int], float]:
    """Seconds of one request through the WSGI application."""
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    logging.getLogger("django.request").setLevel(logging.ERROR)  # not each 404 of the questions
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


def measure(gtins: dict[int, str], rounds: int, ask: Callable[[str, str, int], float]) -> dict[str, list[float]]:
    """Median seconds of each question by size."""
    dice = random.Random(7)
    times: dict[tuple[str, int], list[float]] = {(name, lots): [] for name, *_ in QUESTIONS for lots in gtins}
    for round_ in range(rounds + 30):
        for name, tail, query, status in QUESTIONS:
            for lots, gtin in gtins.items():
                taken = ask(f"/01/{gtin}{tail.format(dice.randrange(lots))}", query, status)
                if round_ >= 30:  # the first rounds warm up
                    times[name, lots].append(taken)
    return {name: [statistics.median(times[name, lots]) for lots in gtins] for name, *_ in QUESTIONS}


def main() -> None:
    args = arguments()
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_TMP")) as home:
        world = boot(home, args.database_url)
        sizes = sorted(int(word) for word in args.lots.split(","))
        gtins = {lots: grow(world, at, lots) for at, lots in enumerate(sizes)}
        found = measure(gtins, args.rounds, asker())
        from django.db import connection

        print(f"{connection.vendor}, medians of {args.rounds} look-ups, µs; lots and links of one GTIN:")
        print(f"  {'':24}" + "".join(f"{lots:>12,}" for lots in gtins) + "   slowest / fastest")
        for name, row in found.items():
            ratio = max(row) / min(row)
            verdict = "met" if ratio <= FLAT else "MISSED"
            cells = "".join(f"{value * 1e6:12.0f}" for value in row)
            print(f"  {name:24}{cells}   {ratio:5.2f} (bar {FLAT}: {verdict})")
        connection.close()


if __name__ == "__main__":
    main()
