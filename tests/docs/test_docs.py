"""What the documents say exists: commands, options, files, words."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from lienvung import __version__
from lienvung.cli import COMMANDS, load
from lienvung.gs1 import identify

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def parser_of(command: str) -> str:
    parser = argparse.ArgumentParser(command)
    load(command).add_arguments(parser)
    subcommands = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return "\n".join(
        [parser.format_help(), *(sub.format_help() for choices in subcommands for sub in choices.values())]
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    module = load(command)
    assert module.__doc__, f"{command} has no --help text"
    assert parser_of(command)


@pytest.mark.parametrize("command", ["trace", "recall-scope", "gs1"])
def test_the_identifiers_in_the_help_are_right(command: str) -> None:
    examples = re.findall(rf"^    lienvung {command} (.+)$", load(command).__doc__ or "", re.MULTILINE)
    assert examples
    for example in examples:
        words = iter(shlex.split(example))
        given = [next(words) and None if word == "--prefix-length" else word for word in words]
        assert identify(next(word for word in given if word)).canonical


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_and_options_named_in_the_docs_exist(page: Path) -> None:
    for match in re.finditer(r"\./lienvung ([a-z0-9-]+)((?: [^`\n|]*)?)", page.read_text(encoding="utf-8")):
        command, rest = match.group(1), match.group(2).split("#")[0]
        assert command in COMMANDS or command == "--help", f"{page.name} names the command {command}"
        if command == "bench" or " -- " in rest:
            continue
        help_text = parser_of(command)
        for option in re.findall(r"(?<=\s)(--[a-z-]+)", rest):
            assert option in help_text, f"{page.name} names {command} {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_changelog_knows_this_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_glossary_is_a_pair_a_row() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs/reference/glossary.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ][1:]
    assert all(len(row) == 3 and all(row) for row in rows)
    assert len({row[0] for row in rows}) == len(rows)


def test_every_run_time_dependency_has_a_reason() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.findall(r'^    "([A-Za-z0-9-]+)', project.split("dependencies = [")[1].split("]\n")[0], flags=re.M)
    reasons = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8").lower()
    missing = [name for name in wanted if name.lower() not in reasons]
    assert not missing
