"""The same data, right and wrong, given to this reader and to others: accept or refuse, and every value extracted.

LIENVUNG_GS1_CASES sets how many cases are made; the issue's bar was met with 100,000.
"""

from __future__ import annotations

import os

import pytest
from tests.conformance.gs1_cases import Case, cases
from tests.conformance.gs1_peers import Engine, Verdict, bwipp, bwipp_resource, engine_library

from lienvung.errors import Invalid
from lienvung.gs1 import DigitalLink, bracketed, parse_bracketed, parse_element_string

COUNT = int(os.environ.get("LIENVUNG_GS1_CASES", "6000"))
SEED = int(os.environ.get("LIENVUNG_GS1_SEED", "893"))


def verdict(case: Case) -> tuple[Verdict, str]:
    """What this project extracts, or None and the code of the refusal."""
    try:
        if case.kind == "link":
            return DigitalLink.parse(case.text).ais, ""
        read = parse_bracketed if case.kind == "bracketed" else parse_element_string
        return read(case.text), ""
    except Invalid as problem:
        return None, problem.code


def test_the_made_cases_are_worth_comparing() -> None:
    verdicts = [verdict(case) for case in cases(SEED, 3000)]
    codes = {code for _, code in verdicts}
    assert 0.2 < sum(ais is not None for ais, _ in verdicts) / len(verdicts) < 0.8
    assert {"gs1.check_digit", "gs1.length", "gs1.character", "gs1.date", "gs1.excluded", "gs1.missing"} <= codes
    assert {"gs1.repeated", "gs1.attribute", "gs1.qualifier", "gs1.unknown_ai", "gs1.no_key"} <= codes


@pytest.mark.skipif(
    engine_library() is None, reason="GS1's engine is not installed (LIENVUNG_GS1_ENGINE names its .so)"
)
def test_gs1_engine_says_the_same() -> None:
    library = engine_library()
    assert library is not None
    engine = Engine(library)
    differences = []
    for case in cases(SEED, COUNT):
        if "\0" in case.text or (case.kind == "element" and not case.text.startswith("^") and "|" not in case.text):
            continue  # without FNC1 the engine takes plain data, which has no AIs
        if case.kind == "link" and not case.text.lower().startswith("http"):
            continue
        ours, code = verdict(case)
        shown = None if ours is None else bracketed(ours)
        theirs = engine.verdict(case)
        if shown != (theirs.replace("|", "") if theirs else theirs):
            differences.append((case, shown, theirs, code))
    assert differences == []


def explained(case: Case, code: str, theirs: Verdict | str) -> bool:
    """Where BWIPP is known to judge otherwise than GS1's engine, which this project follows."""
    if isinstance(theirs, str):
        if case.kind == "bracketed":
            return "\\(" in case.text or "|" in case.text  # no escaped brackets, no composite symbols
        # refuses a % that is no escape, and values over 90 characters, which the engine reads to 90
        return theirs in ("bwipp.GS1dlBadHexCharacter", "bwipp.GS1valueTooLong")
    return (
        code in ("gs1.digital_link", "gs1.repeated", "gs1.too_many")  # does not look at the characters of the URI
        or code == "gs1.company_prefix"  # two digits are enough for it
        or code == "gs1.iban"
        or (code == "gs1.element_string" and case.text.endswith("("))  # drops a bracket that opens nothing
        or (code == "gs1.missing" and "8030" in case.text)  # does not ask signed keys for a serial part
        or (code == "gs1.length" and case.kind == "link" and "/01/" in case.text)  # fills up short GTINs
    )


@pytest.mark.skipif(bwipp_resource() is None, reason="BWIPP is not installed (pip package treepoem, and Ghostscript)")
def test_bwipp_says_the_same() -> None:
    resource = bwipp_resource()
    assert resource is not None
    compared = [case for case in cases(SEED, COUNT) if case.kind != "element" and case.text]
    differences = []
    for case, theirs in zip(compared, bwipp(compared, resource), strict=True):
        ours, code = verdict(case)
        if ours != (None if isinstance(theirs, str) else theirs):
            differences.append((case, code, theirs))
    assert [d for d in differences if not explained(d[0], d[1], d[2])] == []
    assert len(differences) < len(compared) / 20, "too much is explained away"
