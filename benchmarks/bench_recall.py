"""A recall of 100,000 packs: time to scope, decision with its marks, notices, and the band on every scan page.

    bench_recall.py --size 100k [--database sqlite|postgres] [--keep FOLDER] [--pages 1000]

The generated chains are those of `bench trace`: one farm lot went into 100,080 packs in many stores. Everything is
captured in the name of the organisation that owns the products, so that the question whose word counts is asked of
every link; the 250 stores belong to 25 chains, which get the notices. Then:

    scope     `recall_scope` and what the decision keeps of it (`reach_of`), three times, the median
    decision  `declare_recall` as it is: walk, marks as persistentDisposition events, notices, audit; and its parts
    band      every pack is marked by an event in the ledger; for `--pages` packs chosen by chance it stands, asked as
              the page asks, and their pages are made; the first of them was remembered from before the decision
    ratio     a fresh page of a recalled pack against one of a pack without recall, in turn, in one run
    closing   `close_recall`: the marks taken back

Bars: scope and decision together within 60 s; each band right; the page of a recalled pack at most twice the other's
time; no more than 600 MB. PostgreSQL: LIENVUNG_BENCH_POSTGRES as for `bench trace`. Processes of their own fill and
measure, so that the memory is that of the recall.
"""

from __future__ import annotations

import argparse
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
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

SIZES = {"20k": 20_000, "100k": 100_000, "1m": 1_000_000}
CHAINS = 25
WORDS = ("Lô thóc vượt giới hạn dư lượng.", "Ngừng bán, ngừng dùng và trả lại nơi mua.")
BARS = {"decision": 60.0, "page": 2.0, "memory": 600}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="100k", help="20k, 100k, 1m or a number of events")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--pages", type=int, default=1_000, help="how many scan pages are made (default: 1000)")
    parser.add_argument("--keep", type=Path, help="folder that keeps the SQLite database for the next time")
    parser.add_argument("--measure", choices=["fill", "recall"], help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.events = SIZES.get(args.size.lower()) or int(args.size)
    return args


def boot() -> None:
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
    django.setup()
    call_command("migrate", verbosity=0)


# --- data ------------------------------------------------------------------------------


def fill(events: int) -> dict[str, Any]:
    from django.db import connection

    from benchmarks import generator as g
    from lienvung.catalogue.models import Product
    from lienvung.ledger.capture import capture

    if Product.objects.exists():
        return {"seconds": 0.0}
    began = time.perf_counter()
    owner = catalogue()
    for document in g.documents(events):
        capture(document, submitter=owner)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"seconds": round(time.perf_counter() - began, 1)}


def catalogue() -> str:
    """The owner of all products, and the chains with their stores; the owner's id."""
    from benchmarks import generator as g
    from lienvung.catalogue.actions import register_place, register_product
    from lienvung.people.actions import create_organisation

    owner = create_organisation(by=None, name="Nhà máy Đo", name_en="Bench mill", kind="processor", illustrative=True)
    for number, uri in enumerate([g.PADDY, *g.PRODUCT_URIS]):
        register_product(by=None, owner=owner, gtin=uri.rpartition("/")[2], name=f"Hàng {number}", illustrative=True)
    chains = [
        create_organisation(by=None, name=f"Chuỗi {number:02d}", kind="retailer", illustrative=True)
        for number in range(CHAINS)
    ]
    for number, uri in enumerate(g.STORE_PLACES):
        gln = uri.rpartition("/")[2]
        of = chains[number % CHAINS]
        register_place(by=None, owner=of, gln=gln, name=f"Cửa hàng {number}", kind="store", illustrative=True)
    return str(owner.pk)


# --- the measure -----------------------------------------------------------------------


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def recall(pages: int) -> dict[str, Any]:
    from benchmarks import generator as g
    from lienvung.ledger.trace import recall_scope
    from lienvung.quality import actions
    from lienvung.quality.models import Notice, NoticeLine
    from lienvung.quality.scopes import reach_of

    chance = random.Random(1)
    page = visitor()
    bystanders = packs_outside(g)
    page(bystanders[0])  # everything is imported and connected
    before = peak()
    scopes = [timed(lambda: recall_scope(g.HOT_LOT))[0] for _ in range(3)]
    reaches = [timed(lambda: reach_of(g.HOT_LOT)) for _ in range(3)]
    packs = [uri for uri in reaches[0][1].items if "/21/" in uri]
    sample = chance.sample(packs, min(pages, len(packs)))
    early = banded(page(sample[0]))  # remembered from now on
    clock = Clock()
    with clock.watching():
        total, decided = timed(
            lambda: actions.declare_recall(by=None, lot_uri=g.HOT_LOT, reason=WORDS[0], public_text=WORDS[1])
        )
    after = peak()
    at_once, first = timed(lambda: banded(page(sample[0])))
    unmarked = unmarked_of(decided, packs)
    standing_s, not_standing = timed(lambda: without_mark(sample))
    wrong = sum(not banded(page(uri)) for uri in sample)
    wrong_outside = sum(banded(page(uri)) for uri in bystanders[: max(1, pages // 5)])
    own, other = in_turn(page, sample[:150], bystanders[:150])
    closing, _ = timed(lambda: actions.close_recall(by=None, recall=decided, note="Đã thu hồi xong cả lô hàng."))
    return {
        "things": len(reaches[0][1].items) + len(reaches[0][1].lots),
        "packs": len(packs),
        "scope_s": statistics.median(scopes),
        "reach_s": statistics.median(taken for taken, _ in reaches),
        "decision_s": total,
        "marks_s": clock.spent["marks"],
        "notices_s": clock.spent["notices"],
        "walk_s": clock.spent["walk"],
        "events": decided.events,
        "notices": Notice.objects.filter(recall=decided).count(),
        "lines": NoticeLine.objects.filter(notice__recall=decided).count(),
        "band_before": early,
        "band_at_once": first,
        "first_page_s": at_once,
        "unmarked": unmarked + not_standing,
        "standing_s": standing_s,
        "pages": len(sample),
        "pages_wrong": wrong,
        "outside_wrong": wrong_outside,
        "page_s": own,
        "other_page_s": other,
        "closing_s": closing,
        "open_after": sum(banded(page(uri)) for uri in sample[:100]),
        "rss_before_mb": before,
        "rss_decided_mb": after,
    }


class Clock:
    """Seconds spent in the parts of a decision."""

    def __init__(self) -> None:
        self.spent = {"marks": 0.0, "notices": 0.0, "walk": 0.0}

    def watching(self) -> Any:
        from contextlib import ExitStack
        from unittest.mock import patch

        from lienvung.ledger import marking
        from lienvung.quality import actions, notices

        stack = ExitStack()
        for part, module, name in (
            ("marks", marking, "capture_all"),
            ("notices", notices, "issue"),
            ("walk", actions, "reach_of"),
        ):
            stack.enter_context(patch.object(module, name, self._timed(part, getattr(module, name))))
        return stack

    def _timed(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                self.spent[part] += time.perf_counter() - began

        return run


def visitor() -> Callable[[str], bytes]:
    """Ask for the scan page of a thing, as a phone does."""
    from django.test import Client

    client = Client(HTTP_HOST="127.0.0.1")

    def page(uri: str) -> bytes:
        answer = client.get("/p" + uri.removeprefix("https://id.gs1.org"))
        if answer.status_code != 200:
            raise SystemExit(f"{uri} answered {answer.status_code}")
        return bytes(answer.content)

    return page


def banded(page: bytes) -> bool:
    return WORDS[1].encode() in page


def packs_outside(g: Any) -> list[str]:
    """Packs of runs that the recalled lot did not go into, from the first document that has such."""
    found: list[str] = []
    for document in g.documents(4_000):
        for event in json.loads(document)["epcisBody"]["eventList"]:
            if event["type"] == "TransformationEvent":
                used = {element["epcClass"] for element in event["inputQuantityList"]}
                if g.HOT_LOT not in used:
                    found += event["outputEPCList"]
        if len(found) > 2_000:
            break
    return found or stray(g)


def stray(g: Any) -> list[str]:
    """Where every run used the lot: packs made for the comparison."""
    from lienvung.catalogue.models import Product
    from lienvung.ledger.capture import capture

    lots = [f"{g.PADDY}/10/CALM"]
    packs = [f"{g.PRODUCT_URIS[0]}/21/CALM{number:05d}" for number in range(g.PACKS)]
    owner = str(Product.objects.values_list("owner_id", flat=True)[0])
    at = 500 * 86_400.0
    events = [g.milling(at, g.MILL_PLACES[0], lots, packs, f"{g.PRODUCT_URIS[0]}/10/CALM")]
    events += [text for _, text in g.Chains(117, "contiguous", 2).travel(at, g.MILL_PLACES[0], g.CENTRES[0], packs)]
    # the cases of this run have numbers of their own
    body = (g.HEAD + ",\n".join(events) + g.TAIL).replace("/00/08935", "/00/18935")
    capture(renumbered(body).encode(), submitter=owner)
    return packs


def renumbered(text: str) -> str:
    """Right check digits for the SSCCs that were given another first digit."""
    import re

    from lienvung.gs1 import check_digit

    return re.sub(r"/00/(1\d{16})\d", lambda found: f"/00/{found[1]}{check_digit(found[1])}", text)


def unmarked_of(decided: Any, packs: list[str]) -> int:
    """On how many of all packs no event of the recall, as it stands in the ledger, sets the mark."""
    from lienvung.ledger.marking import things_of, told

    marked = {uri for event in told(decided.pk, decided.events) for uri in things_of(event)[0]}
    return len(set(packs) - marked)


def without_mark(packs: list[str]) -> int:
    """On how many of these the mark does not stand, asked one by one as the scan page asks."""
    from lienvung.ledger.status import standing

    return sum("recalled" not in standing(uri) for uri in packs)


def in_turn(page: Callable[[str], bytes], own: list[str], others: list[str]) -> tuple[float, float]:
    """Median seconds of a page made anew: of a recalled pack, of another one."""
    from lienvung.scan.versions import shelf

    spent: tuple[list[float], list[float]] = ([], [])
    for pair in zip(own, others):
        shelf.clear()
        for times, uri in zip(spent, pair):
            times.append(timed(lambda uri=uri: page(uri))[0])
    return statistics.median(spent[0]), statistics.median(spent[1])


# --- all of it -------------------------------------------------------------------------


def run_one(name: str, args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    environment = {**os.environ, "LIENVUNG_HOME": str(folder)}
    environment.pop("DATABASE_URL", None)
    if args.database == "postgres":
        from benchmarks.bench_trace import postgres

        environment["DATABASE_URL"] = postgres(f"lienvung_recall_{args.events}")
    command = [sys.executable, __file__, "--measure", name, "--size", str(args.events), "--pages", str(args.pages)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.returncode)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(row: dict[str, Any]) -> bool:
    """Print it; whether every bar was met."""
    parts = f"walk {row['walk_s']:.2f}, marks {row['marks_s']:.2f}, notices {row['notices_s']:.2f}"
    ratio = row["page_s"] / row["other_page_s"]
    bands = not row["unmarked"] and not row["pages_wrong"] and not row["outside_wrong"] and row["band_at_once"]
    met = {
        "decision": row["decision_s"] <= BARS["decision"],
        "band": bands and not row["band_before"] and not row["open_after"],
        "page": ratio <= BARS["page"],
        "memory": row["rss_decided_mb"] <= BARS["memory"],
    }
    said = {name: "met" if is_met else "MISSED" for name, is_met in met.items()}
    print(f"  scope      {row['things']:,} things, {row['packs']:,} packs: {row['scope_s']:.2f} s; "
          f"with the table of the decision {row['reach_s']:.2f} s")  # fmt: skip
    print(f"  decision   {row['decision_s']:.2f} s ({parts}): {row['events']} events, {row['notices']} notices with "
          f"{row['lines']} lines (bar {BARS['decision']:g} s: {said['decision']})")  # fmt: skip
    print(f"  band       on the first page asked for after it, remembered from before: {row['band_at_once']} "
          f"({row['first_page_s'] * 1000:.1f} ms); marks missing on {row['unmarked']} of {row['packs']:,} packs "
          f"({row['standing_s'] / row['pages'] * 1e6:.0f} µs each); pages without band {row['pages_wrong']} of "
          f"{row['pages']:,}, of other packs with it {row['outside_wrong']} (bar 0: {said['band']})")  # fmt: skip
    print(f"  page       recalled {row['page_s'] * 1000:.2f} ms, other {row['other_page_s'] * 1000:.2f} ms: "
          f"{ratio:.2f} x (bar {BARS['page']:g} x: {said['page']})")  # fmt: skip
    print(f"  closing    {row['closing_s']:.2f} s; pages with band after it: {row['open_after']} of 100")
    print(f"  memory     {row['rss_before_mb']} MB -> {row['rss_decided_mb']} MB "
          f"(bar {BARS['memory']}: {said['memory']})")  # fmt: skip
    return all(met.values())


def main() -> int:
    args = arguments()
    if args.measure:
        boot()
        print(json.dumps(fill(args.events) if args.measure == "fill" else recall(args.pages)))
        return 0
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"{args.database}, {args.events:,} events")  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        filled = run_one("fill", args, folder)
        print(f"  filled     in {filled['seconds']:,} s", flush=True)
        return 0 if report(run_one("recall", args, folder)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
