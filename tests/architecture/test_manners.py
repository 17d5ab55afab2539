"""Manners that a linter does not know: locks, file lengths, places of import."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [p for p in sorted((ROOT / "src").rglob("*.py")) if "migrations" not in p.parts]


@pytest.mark.parametrize("lock", sorted((ROOT / "locks").glob("*.txt")), ids=lambda p: p.name)
def test_locks_pin_hashes_and_name_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert "index-url" not in text
    for requirement in re.split(r"\n(?=[a-z])", text.strip()):
        assert "==" in requirement, requirement[:60]
        assert "--hash=sha256:" in requirement, requirement[:60]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT / "src")))
def test_a_file_is_one_room(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 450, "longer than one room: split it"
    tree = ast.parse(text)
    if text.strip():
        assert path.name == "__init__.py" or ast.get_docstring(tree), "a module says what it is for"
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)):
        inner = [n for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom)]
        if path.name != "apps.py":  # an app registers in ready(), when models may be imported at last
            assert not inner, f"{function.name} imports inside a function"


def test_only_the_ledger_writes_the_event_tables() -> None:
    writes = re.compile(r"(INSERT\s+INTO|UPDATE|DELETE\s+FROM|COPY)\s+ledger_", re.I)
    for path in SOURCES:
        if "ledger" not in path.parts:
            assert not writes.search(path.read_text(encoding="utf-8")), f"{path} writes the ledger's tables"


def test_no_room_for_everything() -> None:
    names = {p.stem for p in SOURCES} | {p.parent.name for p in SOURCES}
    assert not names & {"utils", "helpers", "services", "managers", "misc", "common"}
