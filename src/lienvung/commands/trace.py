"""Trace a thing: what it was made from (back) and what came of it (forward).

    lienvung trace "(01)08930000030016(10)YK057-X26"
    lienvung trace urn:epc:id:sgtin:8930000.004002.0065QWCXYZ --direction back --json

The examples are of the demo story (set LIENVUNG_HOME=var/demo). / Ví dụ lấy từ câu chuyện mẫu.

ID is an EPC URN, a GS1 Digital Link, an element string "(01)…(10)…" or "GTIN LOT".
Truy vết một mã: làm từ gì (back), thành những gì (forward).
"""

from __future__ import annotations

import argparse
import json

import lienvung.commands.booted  # noqa: F401
from lienvung.commands.inputs import count
from lienvung.commands.times import milliseconds
from lienvung.ledger.events import iso
from lienvung.ledger.trace import Trace, trace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="identifier in any form / mã ở dạng bất kỳ")
    parser.add_argument("--direction", choices=["back", "forward", "both"], default="both", help="default: both")
    parser.add_argument("--at", metavar="TIME", help="as of this time, e.g. 2026-03-01 or 2026-03-01T10:00+07:00")
    parser.add_argument("--limit", type=count, default=200, help="how many things to show (default: 200)")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def run(args: argparse.Namespace) -> int:
    found = trace(args.id, direction=args.direction, at=milliseconds(args.at), limit=args.limit)
    print(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if args.json else table(found))
    return 0


def table(found: Trace) -> str:
    lines = [f"{found.root}: {found.total} mã / things"]
    headed = {-1: "LÀM TỪ / MADE FROM", 0: "ĐƯỢC HỎI / ASKED", 1: "THÀNH / CAME OF IT"}
    side = None
    for node in found.nodes:
        sign = (node.depth > 0) - (node.depth < 0)
        if sign != side:
            lines += ["", headed[sign]]
            side = sign
        when = iso(node.last_ms)[:16].replace("T", " ") if node.last_ms is not None else ""
        more = f"  (+{node.more})" if node.more else ""
        lines.append(f"  {node.depth:+d}  {node.kind:8}  {when:16}  {node.biz_step or '':16}  {node.uri}{more}")
    hidden = sum(found.left_off.values())
    if hidden:
        lines += ["", f"… còn {hidden} mã khác, xem thêm bằng --limit / {hidden} more, see --limit"]
    return "\n".join(lines)
