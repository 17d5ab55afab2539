"""Rows of the conformance table that are read from other tests: query parameters, resolver checks."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.conformance.test_query_oracle import CASES, _template

from lienvung.epcis.query_names import FAMILIES, PARAMETERS, STEERING

TESTS = Path(__file__).resolve().parents[1]


def query_rows() -> list[tuple[str, str, bool]]:
    """(name or template, kind of its values, whether the oracle's test tries it)."""
    families = {_template(name) for name in CASES}
    fixed = [(name, one.kind, name in CASES or name in STEERING) for name, one in PARAMETERS.items()]
    return [*fixed, *((family.template, family.kind, family.template in families) for family in FAMILIES)]


def resolver_rows() -> list[tuple[str, ...]]:
    """(what is checked, test) from the names of the resolver's tests."""
    found: list[tuple[str, ...]] = []
    for path in sorted(TESTS.rglob("test_resolver*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                said = (ast.get_docstring(node) or "").partition("\n")[0].rstrip(".")
                name = node.name.removeprefix("test_").replace("_", " ")
                found.append((said or name, f"{path.name}::{node.name}"))
    return found
