"""What a user meets who has no database yet, a broken one, or wrong settings: one line, no traceback."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.ledger_world import document, pack, seen

ROOT = Path(__file__).resolve().parents[2]
LOT = "https://id.gs1.org/01/08935000000018/10/A"
COMMANDS = {
    "capture": ["capture", "good.json"],
    "token": ["account", "token", "--organisation", "HTX"],
    "trace": ["trace", LOT],
    "recall-scope": ["recall-scope", LOT],
    "backup": ["backup", "copy.sqlite3"],
    "check": ["check"],
}
CLOSED = "postgresql://nobody@127.0.0.1:9/none"


def lienvung(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIENVUNG_", "DATABASE_URL"))}
    return subprocess.run(
        [sys.executable, "-m", "lienvung.cli", *words],
        env={**kept, "PYTHONPATH": str(ROOT / "src"), "LIENVUNG_HOME": str(home / "data"), **more},
        cwd=home,
        capture_output=True,
        text=True,
        umask=0o022,
    )


def refused(done: subprocess.CompletedProcess[str], *said: str) -> None:
    """One line in both languages, and exit code 1."""
    assert "Traceback" not in done.stderr
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert " / " in lines[0]
    for word in said:
        assert word in lines[0]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "good.json").write_bytes(document(seen(pack(1))))
    return tmp_path


def test_the_first_capture_makes_the_tables_and_nobody_else_can_read_them(home: Path) -> None:
    done = lienvung(home, "capture", "good.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 new" in done.stdout
    assert lienvung(home, "backup", "copy.sqlite3").returncode == 0
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home / "data").iterdir() if path.is_file()}
    modes["copy"] = stat.S_IMODE((home / "copy.sqlite3").stat().st_mode)
    assert set(modes.values()) == {0o600}, modes
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize("command", ["trace", "recall-scope", "backup"])
def test_reading_where_nothing_is_yet_says_so_and_makes_no_database(home: Path, command: str) -> None:
    refused(lienvung(home, *COMMANDS[command]), "database.empty", "serve --migrate")
    assert not (home / "data" / "lienvung.sqlite3").exists()


def test_a_token_on_a_fresh_installation_needs_an_organisation(home: Path) -> None:
    refused(lienvung(home, *COMMANDS["token"]), "people.no_organisation")


@pytest.mark.parametrize("command", list(COMMANDS))
def test_a_file_that_is_no_database(home: Path, command: str) -> None:
    (home / "data").mkdir()
    (home / "data" / "lienvung.sqlite3").write_bytes(b"not a database at all\n" * 400)
    refused(lienvung(home, *COMMANDS[command]), "lienvung.sqlite3")


@pytest.mark.parametrize("command", ["capture", "check"])
def test_a_postgresql_that_does_not_answer(home: Path, command: str) -> None:
    refused(lienvung(home, *COMMANDS[command], DATABASE_URL=CLOSED), "PostgreSQL")


@pytest.mark.parametrize("url", ["nonsense", "mysql://a/b", "postgresql://a:secret@b:port/c", "postgresql://host"])
def test_a_database_url_that_is_none(home: Path, url: str) -> None:
    done = lienvung(home, *COMMANDS["trace"], DATABASE_URL=url)
    refused(done, "settings.database_url")
    assert "secret" not in done.stderr


@pytest.mark.parametrize("command", ["capture", "check", "serve"])
def test_a_home_that_cannot_be_made(home: Path, command: str) -> None:
    (home / "data").write_text("a file is in the way")
    refused(lienvung(home, *COMMANDS.get(command, [command])), "settings.home", "LIENVUNG_HOME")


def test_a_database_left_behind_by_an_upgrade_is_not_changed_unasked(home: Path) -> None:
    lienvung(home, "capture", "good.json")
    with sqlite3.connect(home / "data" / "lienvung.sqlite3") as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'ledger'")
    database.close()
    for command in ("capture", "token", "trace", "recall-scope", "backup"):
        refused(lienvung(home, *COMMANDS[command]), "serve.unmigrated", "serve --migrate")


def test_gs1_and_hash_need_no_installation(home: Path) -> None:
    (home / "data").write_text("a file is in the way")
    for words in (["gs1", "8935001700005"], ["hash", "good.json"]):
        done = lienvung(home, *words, DATABASE_URL="nonsense")
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("words", [["trace", LOT, "--limit", "-1"], ["recall-scope", LOT, "--places", "-1"]])
def test_a_negative_number_is_wrong_usage(home: Path, words: list[str]) -> None:
    done = lienvung(home, *words)
    assert done.returncode == 2
    assert "số nguyên từ 0 trở lên" in done.stderr


def test_a_file_that_is_not_there_is_said_in_both_languages(home: Path) -> None:
    for words in (["hash", "absent.json"], ["capture", "absent.json"]):
        done = lienvung(home, *words)
        assert done.returncode == 1
        assert "absent.json: không có tệp này / No such file" in done.stderr


def test_a_backup_into_a_folder_that_is_not_there(home: Path) -> None:
    lienvung(home, "capture", "good.json")
    refused(lienvung(home, "backup", "absent/copy.sqlite3"), "no such folder: absent")
