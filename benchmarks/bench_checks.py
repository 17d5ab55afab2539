"""The checks: precision and recall on seeded faults, and what a full and an incremental run cost.

    bench_checks.py [--chains 40] [--size 20k|100k|N] [--part 1000]

Precision and recall are of chains: a chain in which a fault was seeded must have a finding of the fault's kind, and
no chain may have one that was not seeded (tests/anomaly_chains.py; as many clean chains as faulty ones). The cost is
that of clean chains in a fresh SQLite database: everything from the beginning, then the newest `--part` events alone.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

SIZES = {"20k": 20_000, "100k": 100_000}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chains", type=int, default=40, help="faulty chains a fault (default: 40)")
    parser.add_argument("--size", default="20k", help="events of the cost's database; 0: leave the cost out")
    parser.add_argument("--part", type=int, default=1_000, help="events of an incremental run (default: 1000)")
    return parser.parse_args()


def quality(chains: int) -> None:
    from tests.anomaly_chains import ENDED, FAULTS, chain, facts_of, parameters

    from lienvung.lineage.anomalies import World, examine, examine_areas
    from lienvung.lineage.anomalies_words import Kind

    right: dict[str, int] = defaultdict(int)
    alarms: dict[str, int] = defaultdict(int)
    seeded: dict[str, int] = defaultdict(int)
    clean = 0
    for fault, kind in FAULTS.items():
        made = [chain(number, fault if number % 2 else "") for number in range(1000, 1000 + 2 * chains)]
        facts, whose = facts_of(made)
        world = World(facts)
        found = examine(world, world.of, parameters(), now=int(ENDED.timestamp() * 1000)).found
        found += examine_areas(world, [each.area for each in made if each.area], parameters())
        kinds = {(whose[each.events[0]].number, each.kind) for each in found}
        seeded[kind] += chains
        for number, told in kinds:
            alarms[told] += 1
            right[told] += number % 2 == 1 and told is kind
            clean += number % 2 == 0
    print(f"{'check':18} {'seeded':>7} {'found':>7} {'recall':>8} {'alarms':>7} {'precision':>10}")
    for kind in Kind:
        precision = right[kind] / alarms[kind] if alarms[kind] else 1.0
        recall = right[kind] / seeded[kind]
        print(f"{kind:18} {seeded[kind]:7} {right[kind]:7} {recall:8.3f} {alarms[kind]:7} {precision:10.3f}")
    print(f"alarms on {chains * len(FAULTS)} clean chains: {clean}")


def cost(size: int, part: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LIENVUNG_HOME"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
        import django

        django.setup()
        from django.core.management import call_command
        from tests.anomaly_chains import CONTEXT, ENDED, chain

        from lienvung.checks.actions import run_all, run_checks
        from lienvung.checks.models import Finding, Position
        from lienvung.ledger.capture import capture_events

        call_command("migrate", interactive=False, verbosity=0)
        count, number, events = 0, 0, []
        while count < size:
            events += chain(number).events
            number += 1
            if len(events) >= 1_000 or count + len(events) >= size:
                capture_events(events, context=CONTEXT)
                count, events = count + len(events), []
        began = time.perf_counter()
        done = run_all(now=ENDED)
        took = time.perf_counter() - began
        print(
            f"full run: {done} events in {took:.1f} s, {done / took:,.0f} events/s; {Finding.objects.count()} findings"
        )
        for newest in (part, 100, 1):
            Position.objects.update(event=done - newest)
            began = time.perf_counter()
            run_checks(newest, now=ENDED)
            took = time.perf_counter() - began
            print(f"incremental run over the newest {newest}: {took * 1000:,.0f} ms, {newest / took:,.0f} events/s")


def main() -> None:
    args = arguments()
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors")
    quality(args.chains)
    size = SIZES.get(args.size) or int(args.size)
    if size:
        cost(size, args.part)


if __name__ == "__main__":
    main()
