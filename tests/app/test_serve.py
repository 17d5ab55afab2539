"""`lienvung serve`: it refuses what it cannot serve, and says where it serves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.db.migrations.executor import MigrationExecutor
from tests.processes import free_port, wait_for

from lienvung.commands import serve
from lienvung.errors import Conflict

ROOT = Path(__file__).resolve().parents[2]


def environment(home: Path, **more: str) -> dict[str, str]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("LIENVUNG_", "DATABASE_"))}
    return {**plain, "LIENVUNG_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), **more}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "lienvung.cli", "serve", *arguments]


@pytest.mark.django_db
def test_a_migrated_database_is_accepted() -> None:
    serve.refuse_unmigrated()


@pytest.mark.django_db
def test_waiting_migrations_are_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: [("people.0002_new", False)])
    with pytest.raises(Conflict) as refusal:
        serve.refuse_unmigrated()
    assert refusal.value.code == "serve.unmigrated"
    for text in (refusal.value.vi, refusal.value.en):
        assert "people.0002_new" in text
        assert "serve --migrate" in text


def test_a_new_home_is_refused_until_it_is_migrated_then_served(tmp_path: Path) -> None:
    port = free_port()
    refused = subprocess.run(
        command("--port", str(port)), env=environment(tmp_path), capture_output=True, text=True, timeout=60
    )
    assert refused.returncode == 1
    assert "serve.unmigrated" in refused.stderr
    with subprocess.Popen(
        command("--port", str(port), "--workers", "1", "--migrate"),
        env=environment(tmp_path), stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        try:
            wait_for(f"http://127.0.0.1:{port}", server)
            page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
            font = urllib.request.urlopen(f"http://127.0.0.1:{port}/static/fonts/be-vietnam-pro-400.woff2", timeout=10)
        finally:
            server.terminate()
            said = server.stderr.read() if server.stderr else ""
    assert f"http://127.0.0.1:{port}" in page.read().decode()  # the origin that codes will carry
    assert font.read(4) == b"wOF2"
    assert f"Lienvung 0.1.0: http://127.0.0.1:{port}/" in said
    assert "Warning" not in said


def test_the_public_origin_is_the_one_that_was_set(tmp_path: Path) -> None:
    code = (
        "import json; from lienvung.commands import serve as s; s.set_up('0.0.0.0', 8123);"
        "from django.conf import settings as s; print(json.dumps([s.ORIGIN, s.ALLOWED_HOSTS, s.SECURE]))"
    )

    def asked(**more: str) -> list[object]:
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment(tmp_path, **more), capture_output=True, text=True, check=True
        )
        return list(json.loads(done.stdout))

    assert asked()[0] == "http://127.0.0.1:8123"
    origin, hosts, secure = asked(LIENVUNG_ORIGIN="https://id.example.vn")
    assert origin == "https://id.example.vn"
    assert "id.example.vn" in hosts  # type: ignore[operator]
    assert secure is True
