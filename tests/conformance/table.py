"""The table of docs/reference/conformance.md: what this build makes of every public document, vector, name and address.

    python -m tests.conformance.table > docs/reference/conformance.md

Made fresh by the tests too and compared with the committed page (test_conformance_table.py). It names files of the
corpus and holds nothing of their text.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django
from lxml import etree

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
django.setup()

from tests.conformance import argued  # noqa: E402
from tests.conformance.table_query import query_rows, resolver_rows  # noqa: E402
from tests.corpus import CORPUS  # noqa: E402

from lienvung.epcis import hash_document, read_document  # noqa: E402
from lienvung.epcis.query_names import parse_query  # noqa: E402
from lienvung.errors import ManyInvalid, Problem  # noqa: E402
from lienvung.exchange import openapi  # noqa: E402
from lienvung.exchange.problems import exception_of  # noqa: E402

FOLDERS = ("gs1-epcis/JSON", "gs1-epcis/JSON-Schema-test", "gs1-epcis/XML", "openepcis", "event-hash")
NO_DOCUMENTS = ("JSON-Schema-test/schemas", "XML/CaptureJob")
SHOWN_PATHS = 6
EITHER = "either"  # published among the right ones, but the schema published with the standard refuses it


@dataclass(frozen=True)
class Verdict:
    """What was made of one file."""

    path: Path
    expected: str  # accept | refuse | EITHER
    kind: str
    events: int | None = None
    problem: str = ""
    faults: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return str(self.path.relative_to(CORPUS))

    @property
    def verdict(self) -> str:
        return "refuse" if self.problem else "accept"

    @property
    def argument(self) -> str | None:
        return argued.DOCUMENTS.get(self.name)

    @property
    def met(self) -> bool:
        return self.expected in (self.verdict, EITHER)


def documents() -> list[Path]:
    found = [
        path
        for folder in FOLDERS
        for path in sorted((CORPUS / folder).rglob("*"))
        if path.suffix in {".json", ".jsonld", ".xml"} and not any(part in str(path) for part in NO_DOCUMENTS)
    ]
    return found


@functools.cache
def schema(version: str, query: str) -> etree.XMLSchema:
    folder = {"2_0": "gs1-epcis/XSD", "1_2": "gs1-epcis/XSL/1.2/XSD"}[version]
    return etree.XMLSchema(etree.parse(str(CORPUS / folder / f"EPCglobal-epcis-{query}{version}.xsd")))


def by_schema(path: Path) -> bool:
    """Whether the published XSD takes an XML file; it says nothing of bare events."""
    tree = etree.parse(str(path))
    root = etree.QName(tree.getroot())
    if not root.localname.endswith("Document"):
        return True
    namespace = root.namespace or ""
    version = "2_0" if namespace.endswith(":2") else "1_2"
    return bool(schema(version, "query-" if "query" in namespace else "").validate(tree))


def judged(path: Path) -> Verdict:
    """The verdict of capture, or for a query that of the query language."""
    data = path.read_bytes()
    expected = "refuse" if "Invalid" in path.parts else "accept"
    if expected == "accept" and path.suffix == ".xml" and not by_schema(path):
        expected = EITHER
    if "Queries" in path.parts:
        return _query(path, data, expected)
    try:
        read = read_document(data)
    except Problem as problem:
        faults = problem.faults if isinstance(problem, ManyInvalid) else (problem,)
        kind = "XML" if path.suffix == ".xml" else "JSON"
        places = tuple(f"{fault.path or '(document)'} ({fault.code})" for fault in faults)
        return Verdict(path, expected, kind, None, exception_of(problem), places)
    kind = {"json": "JSON 2.0", "xml-2.0": "XML 2.0", "xml-1.2": "XML 1.2"}[read.format]
    return Verdict(path, expected, kind, len(read.events))


def _query(path: Path, data: bytes, expected: str) -> Verdict:
    if path.suffix == ".xml":  # polls of the SOAP binding, which is not offered
        return Verdict(path, "refuse", "XML poll", None, "ValidationException", ("(SOAP binding)",))
    try:
        parse_query(json.loads(data))
    except ManyInvalid as problem:
        places = tuple(f"{fault.path} ({fault.code})" for fault in problem.faults)
        return Verdict(path, expected, "JSON query", None, "QueryValidationException", places)
    return Verdict(path, expected, "JSON query")


@dataclass(frozen=True)
class Vector:
    path: Path
    events: int
    met: bool

    @property
    def name(self) -> str:
        return str(self.path.relative_to(CORPUS))

    @property
    def argument(self) -> str | None:
        return argued.VECTORS.get(self.name)


def vectors() -> Iterator[Vector]:
    """Published hashes, then documents whose events are said to hash alike."""
    for hashes in sorted((CORPUS / "event-hash").glob("*.hashes")):
        expected = hashes.read_text(encoding="utf-8").split()
        for suffix in (".json", ".jsonld", ".xml"):
            path = hashes.with_suffix(suffix)
            if path.exists():
                yield Vector(path, len(expected), _hashes(path) == expected)
    for path in sorted((CORPUS / "event-hash/expected_equal").iterdir()):
        found = _hashes(path)
        yield Vector(path, len(found or ()), found is not None and len(set(found)) == 1)


def _hashes(path: Path) -> list[str] | None:
    try:
        return hash_document(path.read_bytes())
    except Problem:
        return None


@dataclass(frozen=True)
class Pair:
    """The same content in JSON and in XML."""

    name: str
    events: int
    equal: bool

    @property
    def argument(self) -> str | None:
        return argued.PAIRS.get(self.name)


def pairs() -> Iterator[Pair]:
    for path in sorted(CORPUS.rglob("*.xml")):
        parts = ["JSON" if part == "XML" else part for part in path.relative_to(CORPUS).parts]
        for suffix in (".json", ".jsonld"):
            twin = CORPUS.joinpath(*parts).with_suffix(suffix)
            if twin.exists() and not {"Invalid", "Queries"} & set(parts):
                ours, theirs = _hashes(path), _hashes(twin)
                yield Pair(str(path.relative_to(CORPUS)), len(ours or ()), ours is not None and ours == theirs)


def addresses() -> Iterator[tuple[str, str, bool]]:
    """(path, method, whether we have it) of GS1's own OpenAPI document."""
    theirs = json.loads((CORPUS / "gs1-epcis/openapi.json").read_text(encoding="utf-8"))
    ours = openapi.document()["paths"]
    for path, item in theirs["paths"].items():
        for method in item:
            if method != "parameters":
                yield path, method.upper(), method in ours.get(path, {})


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def table(head: str, rows: list[tuple[str, ...]]) -> list[str]:
    names = head.split(" | ")
    lines = [f"| {head} |", "|" + "---|" * len(names)]
    return [*lines, *(f"| {' | '.join(cell(part) for part in row)} |" for row in rows), ""]


def said(met: bool, argument: str | None) -> str:
    return "met" if met else f"exception: {argument}" if argument else "**not met**"


def places(faults: tuple[str, ...]) -> str:
    more = f" … {len(faults) - SHOWN_PATHS} more" if len(faults) > SHOWN_PATHS else ""
    return "; ".join(f"`{fault}`" for fault in faults[:SHOWN_PATHS]) + more


def page() -> str:
    """The whole page."""
    verdicts = [judged(path) for path in documents()]
    hashed, twins, paths, names = list(vectors()), list(pairs()), list(addresses()), query_rows()
    checks = resolver_rows()

    def counted(found: list[bool]) -> str:
        return f"{sum(found)} of {len(found)}"

    lines = [
        "# Conformance",
        "",
        "Made by the test run (`python -m tests.conformance.table`) and compared with a fresh one by it. The files are",
        "public ones that lie beside the checkout (`LIENVUNG_CORPUS`); this page holds their names, no text of theirs.",
        "",
        "Expected is what a file's folder says (`Invalid`); `either` is a file published among the right ones that the",
        "schema (XSD) published with the standard refuses.",
        "",
        *table(
            "what | met",
            [
                ("documents: accepted or refused as they should be", counted([one.met for one in verdicts])),
                ("event hashes", counted([one.met for one in hashed])),
                ("XML and JSON of the same content are equal", counted([one.equal for one in twins])),
                ("query parameters tried against the oracle", counted([tried for _, _, tried in names])),
                ("addresses and methods of GS1's OpenAPI document", counted([there for *_, there in paths])),
                ("checks of the resolver", counted([True for _ in checks])),
            ],
        ),
        "What is not met is argued in its row.",
        "",
        "## Documents",
        "",
        *table(
            "document | kind | events | expected | verdict | problem and places",
            [
                (
                    one.name,
                    one.kind,
                    "" if one.events is None else str(one.events),
                    one.expected,
                    one.verdict if one.met else said(False, one.argument),
                    f"{one.problem}: {places(one.faults)}" if one.problem else "",
                )
                for one in verdicts
            ],
        ),
        "## Event hashes",
        "",
        *table("vector | events | result", [(v.name, str(v.events), said(v.met, v.argument)) for v in hashed]),
        "## XML and JSON of the same content",
        "",
        *table("document | events | result", [(p.name, str(p.events), said(p.equal, p.argument)) for p in twins]),
        "## Query parameters",
        "",
        "Each against a brute-force oracle over own events and the whole corpus (`test_query_oracle.py`).",
        "",
        *table("name or family | kind | against the oracle", [(n, k, "yes" if t else "no") for n, k, t in names]),
        "## Addresses of GS1's OpenAPI document",
        "",
        *table(
            "path | method | here",
            [(path, method, said(there, argued.ADDRESSES.get(f"{method} {path}"))) for path, method, there in paths],
        ),
        "## Resolver (GS1-Conformant Resolver 1.2.0)",
        "",
        "Each is a test of the run.",
        "",
        *table("check | test", checks),
    ]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    print(page(), end="")
