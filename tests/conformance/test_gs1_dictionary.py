"""The AI table against GS1's syntax dictionary: every identifier, every fact."""

from __future__ import annotations

import re

import pytest
from tests.corpus import CORPUS, needs_corpus

from lienvung.gs1 import AIS
from lienvung.gs1.ais import path_sequences
from lienvung.gs1.linters import CHARACTER_SETS, LINTERS

DICTIONARY = CORPUS / "gs1-keys" / "gs1-syntax-dictionary.txt"
NAMES = {id(function): name for name, function in (*CHARACTER_SETS.items(), *LINTERS.items())}


def rows() -> list[tuple[str, str, str]]:
    """(AI or range, facts, title) of each entry."""
    found = []
    for line in DICTIONARY.read_text("utf-8").splitlines() if DICTIONARY.exists() else ():
        if line and not line.startswith("#"):
            facts, _, title = line.partition("#")
            span, rest = facts.split(None, 1)
            found.append((span, rest.strip(), title.strip()))
    return found


@needs_corpus
def test_every_ai_of_the_dictionary_is_in_the_table() -> None:
    named = set()
    for span, _, _ in rows():
        first, _, last = span.partition("-")
        named |= {str(n).zfill(len(first)) for n in range(int(first), int(last or first) + 1)}
    assert named == set(AIS)
    assert len(rows()) == 224


@needs_corpus
@pytest.mark.parametrize(("span", "facts", "title"), rows(), ids=lambda v: v if v[:1].isdigit() and len(v) < 10 else "")
def test_the_table_says_what_the_dictionary_says(span: str, facts: str, title: str) -> None:
    entry = AIS[span.partition("-")[0]]
    words = facts.split()
    flags = words.pop(0) if re.fullmatch(r"[*?]+", words[0]) else ""
    assert entry.title == title
    assert entry.fixed == ("*" in flags)
    assert entry.attribute == ("?" in flags)
    contents = [word for word in words if "=" not in word and word != "dlpkey"]
    assert len(contents) == len(entry.components)
    for word, part in zip(contents, entry.components, strict=True):
        charset, *checks = word.strip("[]").replace("]", "").split(",")
        length = charset[1:]
        assert part.charset == charset[0]
        assert part.longest == int(length.strip("."))
        assert part.shortest == (1 if ".." in length else int(length))
        assert part.optional == word.startswith("[")
        assert [NAMES[id(linter)] for linter in part.linters] == [charset[0], *checks]
    needs = [word[4:] for word in words if word.startswith("req=")]
    assert [",".join("+".join(group) for group in condition) for condition in entry.needs] == needs
    assert list(entry.excludes) == [ai for word in words if word.startswith("ex=") for ai in word[3:].split(",")]
    keys = [word for word in words if word.startswith("dlpkey")]
    assert entry.is_key == bool(keys)
    assert "|".join(",".join(level) for level in entry.qualifiers) == (keys[0].partition("=")[2] if keys else "")


def test_path_sequences_keep_the_order_of_qualifiers() -> None:
    allowed = path_sequences()
    assert {("01",), ("01", "10"), ("01", "22", "10", "21"), ("01", "235"), ("414", "254"), ("8010", "8011")} <= allowed
    assert not {("01", "21", "10"), ("01", "235", "21"), ("00", "10"), ("21",), ("414", "254", "7040")} & allowed
