"""Capture GS1's own public example documents, where they lie beside the checkout, and say what became of each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from lienvung.errors import Problem
from lienvung.ledger.capture import capture

CORPUS = Path(__file__).resolve().parents[3].parent / "shared" / "corpus"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One document: how many events went in, or why it was refused."""

    name: str
    accepted: bool
    events: int = 0
    known: int = 0
    reason_vi: str = ""
    reason_en: str = ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def documents() -> list[Path]:
    """The example documents, or an empty list where the folder is absent (LIENVUNG_CORPUS names another)."""
    folder = Path(os.environ.get("LIENVUNG_CORPUS", CORPUS)) / "gs1-epcis" / "JSON"
    return sorted(path for path in folder.rglob("*.json*") if path.is_file()) if folder.is_dir() else []


def capture_examples(submitter: str) -> Iterator[Outcome]:
    """Capture each document in the name of `submitter`; a refused one does not stop the others."""
    for path in documents():
        name = str(path.relative_to(path.parents[1] if path.parent.name != "JSON" else path.parent))
        try:
            job = capture(path.read_bytes(), submitter=submitter)
        except Problem as problem:
            place = f" [{problem.path}]" if problem.path else ""
            yield Outcome(name, False, reason_vi=problem.vi + place, reason_en=problem.en + place)
        else:
            yield Outcome(name, True, events=job.new_events, known=job.known_events)
