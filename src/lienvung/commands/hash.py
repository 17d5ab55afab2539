"""Print the CBV event hash (CBV 2.0, section 8.9) of each event, one a line, in document order.

A FILE is an EPCIS document, query document, or bare event, in JSON or in XML (2.0, 1.2; in XML the order of elements
is not looked at, for the hash does not depend on it); - reads standard input. Faults go to standard error, each with
its place, and the exit code is 1.

In mã băm CBV của từng sự kiện EPCIS, mỗi dòng một mã, theo thứ tự trong tài liệu. FILE là tài liệu EPCIS (JSON hay
XML); - là đọc từ đầu vào chuẩn. Lỗi được in ra kênh lỗi kèm vị trí, mã thoát là 1.

    lienvung hash document.jsonld
    lienvung hash --pre-hash - < document.jsonld
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lienvung.commands.inputs import cannot_read
from lienvung.epcis.hashing import hash_document, pre_hash_document
from lienvung.errors import ManyInvalid, Problem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="+", metavar="FILE", help="EPCIS document, - for standard input / tài liệu EPCIS")
    parser.add_argument(
        "--pre-hash",
        action="store_true",
        help="print the canonical text that is hashed instead / in chuỗi chuẩn hoá thay cho mã băm",
    )


def run(args: argparse.Namespace) -> int:
    work = pre_hash_document if args.pre_hash else hash_document
    code = 0
    for name in args.file:
        try:
            lines = work(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
        except OSError as error:
            print(f"lienvung: {name}: {cannot_read(error)}", file=sys.stderr)
            code = 1
        except Problem as problem:
            for fault in problem.faults if isinstance(problem, ManyInvalid) else (problem,):
                place = f" [{fault.path}]" if fault.path else ""
                print(f"lienvung: {name}: {fault.code}{place}: {fault.vi} / {fault.en}", file=sys.stderr)
            code = 1
        else:
            for line in lines:
                sys.stdout.buffer.write(line.encode() + b"\n")
            sys.stdout.flush()
    return code
