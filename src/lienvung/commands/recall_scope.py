"""Say what a recall of a thing would reach: everything affected, where it is, in which state, how much.

    lienvung recall-scope "08930000030016 YK057-X26"
    lienvung recall-scope "(01)08930000030016(10)YK057-X26" --since 2026-02-01 --at 2026-09-01 --json

The examples are of the demo story (set LIENVUNG_HOME=var/demo). / Ví dụ lấy từ câu chuyện mẫu.
--since: what left before that time is not affected. --at: the state as of that time.
Phạm vi thu hồi của một mã: những gì bị ảnh hưởng, đang ở đâu, trạng thái nào, bao nhiêu.
"""

from __future__ import annotations

import argparse
import json

import lienvung.commands.booted  # noqa: F401
from lienvung.commands.inputs import count
from lienvung.commands.times import milliseconds
from lienvung.ledger.trace import Scope, recall_scope
from lienvung.lineage.states import STATE_TEXTS, State


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="identifier in any form / mã ở dạng bất kỳ")
    parser.add_argument("--at", metavar="TIME", help="as of this time (a day: its end)")
    parser.add_argument(
        "--since", metavar="TIME", help="what is wrong with it is wrong since this time (a day: its start)"
    )
    parser.add_argument("--places", type=count, default=30, help="how many places the table shows (default: 30)")
    parser.add_argument("--json", action="store_true", help="JSON with the list of things instead of a table")


def run(args: argparse.Namespace) -> int:
    since = f"{args.since}T00:00" if args.since and len(args.since) == 10 else args.since
    scope = recall_scope(args.id, at=milliseconds(args.at), since=milliseconds(since))
    print(json.dumps(scope.as_json(), ensure_ascii=False, indent=2) if args.json else table(scope, args.places))
    return 0


def table(scope: Scope, most: int) -> str:
    lines = [
        scope.root,
        f"{scope.count} đơn vị có mã riêng, {len(scope.lots)} lô / {scope.count} things with their own code, "
        f"{len(scope.lots)} lots",
        "",
    ]
    for state in State:
        number = scope.by_state.get(state.word, 0)
        amounts = quantities(scope.quantities.get(state.word, {}))
        if number or amounts:
            text = STATE_TEXTS[state]
            lines.append(f"  {number:>9,}  {amounts:24}  {text.vi} / {text.en}")
    if scope.uncertain:
        lines += ["", "Một số lượng chỉ là số nhìn thấy lần cuối / some quantities are only those last seen"]
    places = scope.by_place()
    lines += ["", f"{len(places)} nơi / places"]
    for total in places[:most]:
        parts = [f"{state} {number:,}" for state, number in total.things.items()]
        parts += [f"{state} {quantities(amounts)}" for state, amounts in total.quantities.items()]
        lines.append(f"  {total.place or '(chưa rõ nơi / place not known)'}: {', '.join(parts)}")
    if len(places) > most:
        lines.append(f"  … còn {len(places) - most} nơi / {len(places) - most} more places (--places, --json)")
    return "\n".join(lines)


def quantities(amounts: dict[str, float]) -> str:
    return ", ".join(f"{amount:,.6g} {unit or 'cái/pcs'}" for unit, amount in sorted(amounts.items()))
