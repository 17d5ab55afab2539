"""The command line: `lienvung COMMAND …`; one module of `lienvung.commands` a command.

Only the module of the asked command is imported, so that `hash` and `gs1` start
without Django.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from types import ModuleType

from lienvung import __version__
from lienvung.errors import ManyInvalid, Problem

COMMANDS = {
    "demo": "build the demo story and serve it / dựng câu chuyện mẫu và mở máy chủ",
    "serve": "serve this installation / chạy máy chủ",
    "work": "do the background work: deliver subscriptions / làm việc nền: gửi tin đăng ký",
    "test": "run all that CI runs / chạy toàn bộ kiểm thử",
    "check": "check settings, database and ledger / kiểm tra cài đặt, cơ sở dữ liệu, sổ cái",
    "bench": "run the benchmarks / đo tốc độ",
    "backup": "copy the database safely while it runs / sao lưu an toàn",
    "capture": "capture EPCIS documents / ghi tài liệu EPCIS vào sổ",
    "hash": "print the CBV event hash of each event / in mã băm CBV của từng sự kiện",
    "gs1": "explain GS1 identifiers / giải nghĩa mã GS1",
    "trace": "trace a thing back and forward / truy vết một mã",
    "recall-scope": "what a recall of a thing would reach / phạm vi thu hồi của một mã",
    "checks": "look for contradictions in the ledger / tìm chỗ mâu thuẫn trong sổ cái",
    "openapi": "print the OpenAPI document of the API / in tài liệu OpenAPI",
    "account": "create an account or an API token / tạo tài khoản, khoá API",
}


NEEDS_TABLES = frozenset({"work", "capture", "account", "trace", "recall-scope", "checks", "backup"})
WITHOUT_DATA = frozenset({"hash", "gs1", "test", "bench"})
"""Commands that need neither Django nor the data of this installation."""


def load(command: str) -> ModuleType:
    return importlib.import_module("lienvung.commands." + command.replace("-", "_"))


def main(argv: list[str] | None = None) -> int:
    """Run one command; what a user can mend is told in one line, with exit code 1 (2 for wrong usage)."""
    arguments = sys.argv[1:] if argv is None else argv
    wanted = next((a for a in arguments if not a.startswith("-")), "")
    if wanted in COMMANDS and wanted not in WITHOUT_DATA:
        os.umask(0o077)  # the database, its copies and the keys are for the account that runs this alone
    try:
        return run(arguments, wanted)
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
    except Exception as fault:
        known = None if wanted in WITHOUT_DATA or "django.db" not in sys.modules else load("database").explain(fault)
        if known is None:
            raise
        print_problem(known)
        return 1


def run(arguments: list[str], wanted: str) -> int:
    parser = argparse.ArgumentParser(prog="lienvung", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--version", action="version", version=f"lienvung {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        sub = commands.add_parser(name, help=summary, description=summary)
        if name == wanted:
            module = load(name)
            sub.description = module.__doc__
            sub.formatter_class = argparse.RawDescriptionHelpFormatter
            module.add_arguments(sub)
    args = parser.parse_args(arguments)
    if args.command in NEEDS_TABLES:
        load("database").prepare(args.command)
    return int(load(args.command).run(args) or 0)


def print_problem(problem: Problem) -> None:
    place = f" [{problem.path}]" if problem.path else ""
    print(f"lienvung: {problem.code}{place}: {problem.vi} / {problem.en}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
