"""A whole installation in a folder of its own, with real processes: for tests of the server and the worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.processes import end, free_port, wait_for

ROOT = Path(__file__).resolve().parents[1]
MAKE = """
import json, os, django
django.setup()
from tests.database import migrate
migrate()
from lienvung.people.actions import create_organisation, issue_token
print(json.dumps([
    issue_token(by=None, organisation=create_organisation(by=None, name=name, kind="farm"), name="test")
    for name in ("HTX Nho Quan", "HTX Kim Sơn")
]))
"""


def until(true: Callable[[], Any], *, seconds: float = 60) -> Any:
    """Wait for something to become true; the limit only ends a test that has failed."""
    limit = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.05)
    return found


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children(pid: int, word: str) -> list[int]:
    """The children of a process whose command line has a word."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid and word in (entry / "cmdline").read_bytes().decode().split("\0"):
                found.append(int(entry.name))
        except (OSError, ValueError):
            continue
    return found


@dataclass
class Installation:
    """Two organisations with a token each, in an SQLite database in `home`."""

    home: Path
    tokens: list[str]
    port: int

    @property
    def environment(self) -> dict[str, str]:
        plain = {key: value for key, value in os.environ.items() if not key.startswith(("LIENVUNG_", "DATABASE_"))}
        return {
            **plain,
            "LIENVUNG_HOME": str(self.home),
            "LIENVUNG_WEBHOOK_ALLOW": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "lienvung.settings",
            "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
        }

    @classmethod
    def make(cls, home: Path) -> Installation:
        made = cls(home, [], free_port())
        done = subprocess.run(
            [sys.executable, "-c", MAKE], env=made.environment, capture_output=True, text=True, check=True
        )
        made.tokens = json.loads(done.stdout)
        return made

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "lienvung.cli", *arguments], env=self.environment)

    @contextmanager
    def serving(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        server = self.start("serve", "--port", str(self.port), "--workers", "1", *arguments)
        try:
            wait_for(f"http://127.0.0.1:{self.port}", server)
            yield server
        finally:
            end(server)

    def ask(self, method: str, path: str, body: bytes | None = None, *, token: int = 0, **headers: str) -> Any:
        """(status, headers, body) of a request to the EPCIS API."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/epcis/v2{path}",
            data=body,
            method=method,
            headers={
                "Authorization": f"Bearer {self.tokens[token]}",
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.headers, refused.read()

    def post(self, path: str, body: Any, *, token: int = 0) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        status, headers, said = self.ask("POST", path, data, token=token)
        assert status in {201, 202}, said
        return headers, json.loads(said)
