"""`lienvung capture`, `check`, `backup` as their users meet them."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.ledger_world import document, pack, seen

ROOT = Path(__file__).resolve().parents[2]


class Office:
    """A home of its own and the command line in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "LIENVUNG_ORIGIN"}}
        self.environment = {**kept, "LIENVUNG_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}

    def __call__(self, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lienvung.cli", *map(str, words)],
            env={**self.environment, **more},
            capture_output=True,
            text=True,
        )

    def write(self, name: str, data: bytes) -> Path:
        path = self.home / name
        path.write_bytes(data)
        return path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    made = Office(tmp_path_factory.mktemp("office"))
    subprocess.run([sys.executable, "-m", "tests.database"], cwd=ROOT, env=made.environment, check=True)
    return made


def test_capture_tells_new_from_known(office: Office) -> None:
    good = office.write("good.json", document(seen(pack(1)), seen(pack(2))))
    assert "2 new, 0 known" in office("capture", good).stdout
    again = office("capture", good)
    assert (again.returncode, "0 new, 2 known" in again.stdout) == (0, True)


def test_only_a_known_organisation_can_be_the_sender(office: Office) -> None:
    good = office.write("mine.json", document(seen(pack(31))))
    for who in ("nonsense", "11111111-1111-4111-8111-111111111111"):
        done = office("capture", good, "--submitter", who)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"no organisation with the uuid {who}" in done.stderr
    make = "from lienvung.people.actions import create_organisation as c; print(c(by=None, name='HTX', kind='farm').pk)"
    told = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", make],
        cwd=ROOT,
        env=office.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    made = told.stdout.split()[-1]
    assert "1 new" in office("capture", good, "--submitter", made.upper()).stdout


def test_capture_names_every_fault_and_goes_on_with_other_files(office: Office) -> None:
    bad = office.write(
        "bad.json", document(seen(pack(7), bizStep="shopping"), seen("https://id.gs1.org/01/08935000000011/21/1"))
    )
    good = office.write("fine.json", document(seen(pack(8))))
    done = office("capture", bad, office.home / "absent.json", good)
    assert done.returncode == 1
    assert "[/epcisBody/eventList/0/bizStep]" in done.stderr
    assert "[/epcisBody/eventList/1/epcList/0]" in done.stderr
    assert "absent.json" in done.stderr
    assert "fine.json" in done.stdout
    assert "1 new" in done.stdout


def test_check_counts_and_is_clean_for_a_public_site(office: Office) -> None:
    done = office("check", "--deploy", LIENVUNG_ORIGIN="https://id.example.vn")
    assert done.returncode == 0, done.stderr
    assert "event" in done.stdout


def test_check_refuses_a_public_site_without_tls(office: Office) -> None:
    done = office("check", "--deploy", LIENVUNG_ORIGIN="http://id.example.vn")
    assert done.returncode == 1


def test_check_refuses_a_database_without_tables(tmp_path: Path) -> None:
    done = Office(tmp_path)("check")
    assert done.returncode == 1
    assert "migrations" in done.stderr


def test_backup_is_whole_and_overwrites_nothing(office: Office) -> None:
    office("capture", office.write("more.json", document(seen(pack(9)))))
    target = office.home / "copy.sqlite3"
    done = office("backup", target)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(target) as copy, sqlite3.connect(office.home / "lienvung.sqlite3") as own:
        for table in ("event", "thing", "mention"):
            counted = f"SELECT COUNT(*) FROM ledger_{table}"
            assert copy.execute(counted).fetchone() == own.execute(counted).fetchone()
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    before = target.read_bytes()
    assert office("backup", target).returncode == 1
    assert target.read_bytes() == before
    (office.home / "folder").mkdir()
    assert office("backup", office.home / "folder").returncode == 0
    assert [path.suffix for path in (office.home / "folder").iterdir()] == [".sqlite3"]
