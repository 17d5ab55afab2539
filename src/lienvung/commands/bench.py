"""Run the committed benchmarks and print their ratios.

`lienvung bench` lists them; `lienvung bench capture --size 100k` runs
`benchmarks/bench_capture.py` with the arguments that follow its name.
Results that the documentation quotes lie in `benchmarks/results/`.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="which benchmark; none: list them")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="passed on to it")


def run(args: argparse.Namespace) -> int:
    scripts = {path.stem.removeprefix("bench_"): path for path in sorted(BENCHMARKS.glob("bench_*.py"))}
    if args.name is None:
        for name, path in scripts.items():
            summary = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()
            print(f"{name:10} {summary[0] if summary else ''}")
        return 0
    if args.name not in scripts:
        print(f"lienvung bench: no benchmark '{args.name}'; there are: {', '.join(scripts)}", file=sys.stderr)
        return 2
    return subprocess.run([sys.executable, str(scripts[args.name]), *args.arguments], cwd=BENCHMARKS.parent).returncode
