"""Look for contradictions in the ledger: mass balance, shipments, expiry, waiting periods, travel, codes used twice.

    lienvung checks                look at the events that came since the last time, then list the open findings
    lienvung checks --all          look at the whole ledger again (after a parameter was set)
    lienvung checks --list         only list the open findings
    lienvung checks --set yield_high=0.72 --group "bulk rice" --since 2026-01-01 --source "…"

`lienvung work` looks at new events by itself. / Tìm chỗ mâu thuẫn trong sổ cái.
"""

from __future__ import annotations

import argparse
import time
from datetime import date

from django.utils import timezone

import lienvung.commands.booted  # noqa: F401
from lienvung.checks.actions import run_all, run_checks, set_parameter
from lienvung.checks.models import Finding
from lienvung.errors import Invalid
from lienvung.lineage.anomalies_words import KIND_TEXTS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="the whole ledger, not only what is new")
    parser.add_argument("--list", action="store_true", help="do not look, only list")
    parser.add_argument("--set", metavar="NAME=VALUE", help="put a parameter in force")
    parser.add_argument("--group", default="", help="with --set: for this product group only")
    parser.add_argument("--since", type=date.fromisoformat, help="with --set: from this day on, YYYY-MM-DD")
    parser.add_argument("--source", default="", help="with --set: where the figure is from")


def run(args: argparse.Namespace) -> int:
    if args.set:
        return _set(args)
    if not args.list:
        began = time.monotonic()
        done = run_all() if args.all else _rest()
        print(f"{done} sự kiện / events, {time.monotonic() - began:.1f} s")
    _print()
    return 0


def _rest() -> int:
    done = 0
    while step := run_checks():
        done += step
    return done


def _set(args: argparse.Namespace) -> int:
    name, _, value = args.set.partition("=")
    try:
        figure = float(value)
    except ValueError:
        raise Invalid("checks.value", vi="Cần TÊN=SỐ.", en="NAME=NUMBER is wanted.", path="--set") from None
    since = args.since or timezone.localdate()
    made = set_parameter(by=None, name=name, value=figure, group=args.group, since=since, source=args.source)
    print(f"{made} từ / from {made.since.isoformat()}; chạy lại / run again: lienvung checks --all")
    return 0


def _print() -> None:
    opened = Finding.objects.filter(state=Finding.State.OPEN).order_by("kind", "happened_at")
    for each in opened:
        vi, en = KIND_TEXTS[each.kind]
        print(f"\n{vi} / {en}  [{each.severity}]  {each.subject_name}\n  {each.text_vi}\n  {each.text_en}")
    print(f"\n{len(opened)} phát hiện đang mở / open findings")
