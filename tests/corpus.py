"""Where the public test data lies; tests that need it skip, saying so, where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CORPUS = Path(os.environ.get("LIENVUNG_CORPUS", Path(__file__).resolve().parents[2] / "shared" / "corpus"))

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"the public test corpus is not at {CORPUS} (set LIENVUNG_CORPUS)"
)


def corpus_files(pattern: str) -> list[Path]:
    """Files under the corpus that match `pattern`; empty where the corpus is absent."""
    return sorted(CORPUS.glob(pattern)) if CORPUS.is_dir() else []
