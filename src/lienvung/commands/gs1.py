"""Explain GS1 identifiers: what each TEXT is, as one JSON object a line.

A TEXT may be a GS1 Digital Link, an EPC URN, an element string ("(01)…(10)…", or with FNC1 as ^ or GS), "GTIN LOT" or a
bare number (GTIN-8/12/13/14, GLN, GSIN, SSCC). Anything invalid is explained on standard error, and the exit code is 1.

Giải nghĩa mã GS1: mỗi TEXT là gì, in ra một dòng JSON. Mã sai được giải thích ở kênh lỗi, mã thoát là 1.

    lienvung gs1 8935001700005
    lienvung gs1 --prefix-length 9 'https://id.gs1.org/01/08935001700005/10/NEP-01'
"""

from __future__ import annotations

import argparse
import json
import sys

from lienvung.errors import Invalid
from lienvung.gs1 import identify


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", metavar="TEXT", help="what to explain / mã cần giải nghĩa")
    parser.add_argument(
        "--prefix-length",
        type=int,
        metavar="DIGITS",
        help="digits of the GS1 company prefix, to give the EPC URN too / số chữ số của tiền tố doanh nghiệp",
    )


def run(args: argparse.Namespace) -> int:
    code = 0
    for text in args.text:
        try:
            found = identify(text, prefix_length=args.prefix_length)
        except Invalid as problem:
            place = f" [{problem.path}]" if problem.path else ""
            print(f"lienvung: {problem.code}{place}: {problem.vi} / {problem.en}", file=sys.stderr)
            code = 1
        else:
            print(json.dumps({"input": text, **found.as_json()}, ensure_ascii=False))
    return code
