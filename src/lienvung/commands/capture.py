"""Capture EPCIS documents into the ledger of this installation.

Each FILE is one document (EPCIS 2.0 JSON or XML, EPCIS 1.2 XML; `-` reads standard input)
and goes in whole or not at all. A file that was captured before is harmless.
Prints one line a file; exit code 1 when a file was refused, with every fault and
its place in the document.
"""

from __future__ import annotations

import argparse
import sys
import uuid
from pathlib import Path

from lienvung.commands import booted  # noqa: F401  (sets Django up before the ledger is imported)
from lienvung.commands.inputs import cannot_read
from lienvung.errors import ManyInvalid, NotFound, Problem
from lienvung.ledger.capture import capture
from lienvung.people.access import organisation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="EPCIS document (JSON or XML); - for standard input")
    parser.add_argument("--submitter", metavar="UUID", help="the organisation in whose name it is captured")


def _submitter(text: str | None) -> str | None:
    """The uuid of a known organisation as the ledger writes it. Raises NotFound."""
    if text is None:
        return None
    try:
        found = organisation(uuid.UUID(text))
    except ValueError:
        found = None
    if found is None:
        raise NotFound(
            "people.no_such_organisation",
            vi=f"--submitter: không có tổ chức nào có mã {text}",
            en=f"--submitter: there is no organisation with the uuid {text}",
        )
    return str(found.pk)


def run(args: argparse.Namespace) -> int:
    try:
        submitter = _submitter(args.submitter)
    except NotFound as problem:
        print(f"{problem.vi} / {problem.en}", file=sys.stderr)
        return 1
    refused = 0
    for name in args.files:
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
            job = capture(data, submitter=submitter)
        except OSError as fault:
            refused += 1
            print(f"{name}: {cannot_read(fault)}", file=sys.stderr)
        except Problem as problem:
            refused += 1
            for each in problem.faults if isinstance(problem, ManyInvalid) else (problem,):
                place = f" [{each.path}]" if each.path else ""
                print(f"{name}: {each.code}{place}: {each.vi} / {each.en}", file=sys.stderr)
        else:
            print(f"{name}: job {job.id}: {job.new_events} new, {job.known_events} known", flush=True)
    return 1 if refused else 0
