"""The command line: `lienvung COMMAND …`; one module of `lienvung.commands` a command.

Only the module of the asked command is imported, so that `hash` and `gs1` start
without Django.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from types import ModuleType

from lienvung import __version__
from lienvung.errors import ManyInvalid, Problem

COMMANDS = {
    "demo": "build the demo story and serve it / dựng câu chuyện mẫu và mở máy chủ",
    "serve": "serve this installation / chạy máy chủ",
    "test": "run all that CI runs / chạy toàn bộ kiểm thử",
    "check": "check settings, database and ledger / kiểm tra cài đặt, cơ sở dữ liệu, sổ cái",
    "bench": "run the benchmarks / đo tốc độ",
    "backup": "copy the database safely while it runs / sao lưu an toàn",
    "capture": "capture EPCIS documents / ghi tài liệu EPCIS vào sổ",
    "hash": "print the CBV event hash of each event / in mã băm CBV của từng sự kiện",
    "gs1": "explain GS1 identifiers / giải nghĩa mã GS1",
    "trace": "trace a thing back and forward / truy vết một mã",
    "recall-scope": "what a recall of a thing would reach / phạm vi thu hồi của một mã",
    "account": "create an account or an API token / tạo tài khoản, khoá API",
}


def load(command: str) -> ModuleType:
    return importlib.import_module("lienvung.commands." + command.replace("-", "_"))


def main(argv: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(prog="lienvung", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--version", action="version", version=f"lienvung {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((a for a in arguments if not a.startswith("-")), "")
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if name == wanted:
            module = load(name)
            sub.description = module.__doc__
            sub.formatter_class = argparse.RawDescriptionHelpFormatter
            module.add_arguments(sub)
    args = parser.parse_args(arguments)
    try:
        return int(load(args.command).run(args) or 0)
    except ManyInvalid as problem:
        for fault in problem.faults:
            print_problem(fault)
        return 1
    except Problem as problem:
        print_problem(problem)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def print_problem(problem: Problem) -> None:
    place = f" [{problem.path}]" if problem.path else ""
    print(f"lienvung: {problem.code}{place}: {problem.vi} / {problem.en}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
