"""The demo command: what it builds, what it leaves alone, what it says; golden numbers of the whole play."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.corpus import CORPUS, needs_corpus

from lienvung.commands import demo
from lienvung.demo import examples, marker
from lienvung.demo.progress import Progress
from lienvung.errors import Conflict

ROOT = Path(__file__).resolve().parents[2]


def start(home: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, with a home of its own."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("LIENVUNG_", "DATABASE_URL"))}
    return subprocess.run(
        [sys.executable, "-m", "lienvung.cli", "demo", "--no-serve", *options],
        env={**known, "PYTHONPATH": str(ROOT / "src"), "LIENVUNG_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    home = tmp_path_factory.mktemp("demo")
    done = start(home, LIENVUNG_CORPUS=str(CORPUS))
    assert done.returncode == 0, done.stderr[-2000:]
    return home, done


@pytest.fixture(scope="module")
def database(built: tuple[Path, Any]) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{built[0] / demo.DATABASE}?mode=ro", uri=True)


def one(database: sqlite3.Connection, query: str, *values: object) -> Any:
    return database.execute(query, values).fetchone()[0]


@pytest.mark.slow
def test_the_whole_play_in_numbers(built: tuple[Path, Any], database: sqlite3.Connection) -> None:
    told = json.loads((built[0] / marker.NAME).read_text())
    taken = sum(outcome["events"] for outcome in told["examples"])
    assert told["state"] == "ready"
    assert told["events"] == 22798
    of_rooms = 2 + told["rooms"]["hold"]["events"]  # two samples taken, one hold
    of_rooms += told["rooms"]["diary"]["events"] + told["rooms"]["field"]["events"]
    assert one(database, "SELECT count(*) FROM ledger_event") == 22798 + taken + told["recall"]["events"] + of_rooms
    assert one(database, "SELECT count(*) FROM people_organisation") == 35
    assert one(database, "SELECT count(*) FROM catalogue_place") == 87
    assert one(database, "SELECT count(*) FROM catalogue_product") == 40
    assert one(database, "SELECT count(*) FROM catalogue_lot") == 2221 + 2
    assert one(database, "SELECT count(*) FROM catalogue_issuedserial") == 9084 + 2880 + 564
    assert one(database, "SELECT count(*) FROM people_account") == 11
    mistake = "urn:uuid:5f2b8c1e-0a37-4d0e-9c55-2f6a1b7d0001"
    assert one(database, "SELECT count(*) FROM ledger_error WHERE event_id = ?", mistake) == 1


@pytest.mark.slow
def test_every_act_is_in_the_audit_log(database: sqlite3.Connection) -> None:
    acts = dict(database.execute("SELECT action, count(*) FROM audit_act GROUP BY 1").fetchall())
    assert acts["people.create_organisation"] == 35
    assert acts["catalogue.register_place"] == 87
    assert acts["catalogue.register_lot"] == 2221 + 2  # two by tasks of the field
    assert acts["catalogue.issue_serials"] == 4 + 24 + 12
    assert acts["quality.declare_recall"] == 1


@pytest.mark.slow
def test_the_recall_reaches_what_was_made_of_the_paddy(built: tuple[Path, Any]) -> None:
    recall = json.loads((built[0] / marker.NAME).read_text())["recall"]
    # packs of run 2; the paddy lot, the bulk rice, the lot of packs, five lots of rice crust
    assert (recall["items"], recall["lots"]) == (1572, 8)


@pytest.mark.slow
def test_the_rooms_play_their_parts(built: tuple[Path, Any], database: sqlite3.Connection) -> None:
    told = json.loads((built[0] / marker.NAME).read_text())
    rooms, marks = told["rooms"], told["marks"]
    assert (rooms["certificates"], rooms["establishments"], rooms["inspections"]) == (10, 86, 42)
    assert one(database, "SELECT count(*) FROM proofs_certificate WHERE illustrative") == 10
    assert one(database, "SELECT count(*) FROM control_establishment") == 86
    assert one(database, "SELECT count(*) FROM lab_sample WHERE illustrative") == 2
    assert one(database, "SELECT count(*) FROM cases_case WHERE illustrative AND lot_uri != ''") == 2
    assert one(database, "SELECT count(*) FROM lab_limit WHERE certainty != 'illustrative'") == 0
    assert one(database, "SELECT count(*) FROM lab_hold WHERE state = 'in_force'") == 1
    # the held bulk rice and the packs made of it; not what is recalled
    assert (rooms["hold"]["lot"], rooms["hold"]["lots"]) == (marks["glutinous_bulk_3"], 2)


@pytest.mark.slow
def test_the_checks_find_the_mill_run_and_nothing_else(built: tuple[Path, Any], database: sqlite3.Connection) -> None:
    marks = json.loads((built[0] / marker.NAME).read_text())["marks"]
    found = database.execute("SELECT kind, subject, state, text_vi FROM checks_finding").fetchall()
    assert [row[:3] for row in found] == [("process_yield", marks["rice_bulk_4"], "open")]
    assert "104 %" in found[0][3]


@pytest.mark.slow
def test_a_second_start_uses_what_is_there(built: tuple[Path, Any]) -> None:
    home, first = built
    before = (home / demo.DATABASE).stat().st_ino
    second = start(home)
    assert second.returncode == 0, second.stderr
    assert (home / demo.DATABASE).stat().st_ino == before
    assert second.stdout == first.stdout
    assert "%" not in second.stderr


@pytest.mark.slow
def test_what_is_printed_can_be_used(built: tuple[Path, Any]) -> None:
    _, done = built
    told = json.loads((built[0] / marker.NAME).read_text())
    for word in ("/people/sign-in", told["password"], told["token"], "can.bo@ninh-binh.example", "/epcis/v2/events"):
        assert word in done.stdout
    assert (built[0] / marker.NAME).stat().st_mode & 0o077 == 0  # it holds the password
    assert "\r" not in done.stderr  # no terminal: no bar that draws over itself


@needs_corpus
@pytest.mark.slow
def test_gs1_examples_are_captured(built: tuple[Path, Any]) -> None:
    outcomes = json.loads((built[0] / marker.NAME).read_text())["examples"]
    assert len(outcomes) == len(list((CORPUS / "gs1-epcis" / "JSON").rglob("*.json*")))
    assert [outcome["name"] for outcome in outcomes if not outcome["accepted"]] == []
    assert sum(outcome["known"] for outcome in outcomes) > 0  # some of them are one event in two spellings
    assert f"{len(outcomes)}/{len(outcomes)}" in built[1].stdout


@pytest.mark.slow
def test_every_printed_address_opens(built: tuple[Path, Any]) -> None:
    """The second start serves on the asked port; each address it prints answers, the API with the printed token."""
    port = demo.free_port("127.0.0.1", None)
    home = built[0]
    known = {name: value for name, value in os.environ.items() if not name.startswith(("LIENVUNG_", "DATABASE_URL"))}
    server = subprocess.Popen(
        [sys.executable, "-m", "lienvung.cli", "demo", "--port", str(port)],
        env={**known, "PYTHONPATH": str(ROOT / "src"), "LIENVUNG_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        origin = f"http://127.0.0.1:{port}"
        assert server.stdout is not None
        printed = ""
        while "/epcis/v2/events" not in printed:
            line = server.stdout.readline()
            assert line, printed
            printed += line
        wait_for(origin)
        addresses = re.findall(rf"{origin}[^ '\n]*", printed)
        token = json.loads((home / marker.NAME).read_text())["token"]
        assert len(addresses) >= 7
        assert token in printed
        for address in addresses:
            headers = {"Authorization": f"Bearer {token}"}
            with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
                body = answer.read().decode()
            assert answer.status == 200, address
            if "/epcis/" in address:
                assert json.loads(body)["type"] == "EPCISQueryDocument"
    finally:
        server.terminate()
        server.wait(20)


def wait_for(origin: str, seconds: int = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(origin + "/").close()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"nothing answers at {origin}")


# --- without playing -----------------------------------------------------------------------------


@pytest.fixture
def empty_play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A play that writes a database file and no story."""

    def played() -> dict[str, Any]:
        (tmp_path / demo.DATABASE).write_bytes(b"new")
        return {"events": 0}

    monkeypatch.setattr(demo, "_play", played)
    monkeypatch.setattr(demo, "call_command", lambda *_, **__: None)
    return tmp_path


def test_an_interrupted_build_is_made_anew(empty_play: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (empty_play / demo.DATABASE).write_bytes(b"half")
    (empty_play / f"{demo.DATABASE}-wal").write_bytes(b"half")
    marker.write(empty_play, {"state": "building", "story": marker.story_digest()})
    demo.prepare(empty_play)
    assert (empty_play / demo.DATABASE).read_bytes() == b"new"
    assert not (empty_play / f"{demo.DATABASE}-wal").exists()
    assert marker.read(empty_play)["state"] == "ready"
    assert "interrupted" in capsys.readouterr().err


def test_a_failing_build_is_not_taken_for_a_ready_one(empty_play: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> dict[str, Any]:
        (empty_play / demo.DATABASE).write_bytes(b"half")
        raise KeyboardInterrupt

    whole = demo._play
    monkeypatch.setattr(demo, "_play", broken)
    with pytest.raises(KeyboardInterrupt):
        demo.prepare(empty_play)
    assert marker.read(empty_play)["state"] == "building"
    monkeypatch.setattr(demo, "_play", whole)
    demo.prepare(empty_play)
    assert (empty_play / demo.DATABASE).read_bytes() == b"new"


def test_a_ready_demo_is_kept_and_fresh_throws_it_away(empty_play: Path) -> None:
    demo.prepare(empty_play)
    (empty_play / demo.DATABASE).write_bytes(b"used")
    demo.prepare(empty_play)
    assert (empty_play / demo.DATABASE).read_bytes() == b"used"
    demo.prepare(empty_play, fresh=True)
    assert (empty_play / demo.DATABASE).read_bytes() == b"new"


def test_another_story_is_built_anew(empty_play: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo.prepare(empty_play)
    (empty_play / demo.DATABASE).write_bytes(b"used")
    monkeypatch.setattr(marker, "story_digest", lambda: "another")
    demo.prepare(empty_play)
    assert (empty_play / demo.DATABASE).read_bytes() == b"new"


@pytest.mark.parametrize("fresh", [False, True])
def test_a_real_database_is_never_touched(empty_play: Path, fresh: bool) -> None:
    (empty_play / demo.DATABASE).write_bytes(b"real")
    with pytest.raises(Conflict) as refused:
        demo.prepare(empty_play, fresh=fresh)
    assert refused.value.code == "demo.not_a_demo"
    assert (empty_play / demo.DATABASE).read_bytes() == b"real"


def test_a_taken_port() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(Conflict) as refused:
            demo.free_port("127.0.0.1", port)
    assert str(port) in refused.value.vi
    assert demo.free_port("127.0.0.1", port) == port  # free again


def test_the_next_port_is_looked_for_only_when_none_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        monkeypatch.setattr(demo, "FIRST_PORT", busy.getsockname()[1])
        assert demo.FIRST_PORT < demo.free_port("127.0.0.1", None) < demo.FIRST_PORT + demo.TRIES


def test_the_bar_goes_from_nothing_to_all() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    bar = Progress({"a": 1, "b": 3}, stream=screen)
    bar.begin("a", "một", 2)
    assert bar.fraction() == 0
    bar.step()
    assert bar.fraction() == 1 / 8
    bar.begin("b", "hai", 1)
    assert bar.fraction() == 1 / 4
    bar.step(5)
    assert bar.fraction() == 1
    bar.finish("xong")
    assert "100%" in screen.getvalue()
    assert screen.getvalue().count("\r") >= 3


def test_trial_accounts_are_shown_on_a_demo_only(settings: Any, tmp_path: Path, client: Any, db: None) -> None:
    settings.HOME = tmp_path
    told = {"accounts": [{"email": "a@b.example", "vi": "kế toán", "en": "bookkeeper"}], "password": "lua-nep-12345"}
    marker.write(tmp_path, told)
    for shown in (True, False):
        settings.DEMO = shown
        page = client.get("/people/sign-in").content.decode()
        assert ("a@b.example" in page) is shown
        assert ("lua-nep-12345" in page) is shown


def test_a_refused_example_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None) -> None:
    folder = tmp_path / "gs1-epcis" / "JSON"
    folder.mkdir(parents=True)
    (folder / "broken.json").write_text('{"type": "EPCISDocument"')
    monkeypatch.setenv("LIENVUNG_CORPUS", str(tmp_path))
    [outcome] = examples.capture_examples("")
    assert not outcome.accepted
    lines = demo._examples([outcome.as_json()])
    assert "0/1" in lines[0]
    assert "broken.json" in lines[1]
    assert outcome.reason_vi in lines[1]


def test_without_the_examples_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIENVUNG_CORPUS", str(tmp_path))
    assert examples.documents() == []
    assert demo._examples([]) == []
