"""A Lienvung server that really runs, for tests that speak HTTP to it: its own home, its own database, loopback.

`running_server(folder)` builds the small world of `tests/world.py` in a process of its own, starts `lienvung serve` and
gives the address, a token of the grower and one of a stranger. Run as a program, this module builds that world.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.processes import free_port, wait_for

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Running:
    """`known`: the lot's and a pack's Digital Link, the product's GTIN."""

    origin: str
    token: str
    stranger: str
    known: dict[str, Any] = field(default_factory=dict)

    @property
    def binding(self) -> str:
        return f"{self.origin}/epcis/v2"


@contextlib.contextmanager
def running_server(folder: Path, *options: str, **more: str) -> Iterator[Running]:
    """`options` of `lienvung serve` ("--no-work"), `more` of its environment."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("LIENVUNG_", "DATABASE_"))},
        "LIENVUNG_HOME": str(folder),
        "LIENVUNG_ORIGIN": origin,
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
        **more,
    }
    built = subprocess.run(
        [sys.executable, "-m", "tests.running"], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert built.returncode == 0, built.stderr
    known = json.loads(built.stdout.splitlines()[-1])
    log = folder / "server.log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            [sys.executable, "-m", "lienvung.cli", "serve", "--port", str(port), "--workers", "1", *options],
            env=environment, cwd=ROOT, stdout=out, stderr=out, text=True,
        ) as server,
    ):  # fmt: skip
        try:
            wait_for(origin, server)
            yield Running(origin, known.pop("token"), known.pop("stranger"), known)
        finally:
            server.terminate()


def build() -> dict[str, str]:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienvung.settings")
    django.setup()
    from lienvung.people.actions import issue_token
    from tests.database import migrate
    from tests.world import make_world

    migrate()
    world = make_world()
    return {
        "token": issue_token(by=None, organisation=world.grower, name="test"),
        "stranger": issue_token(by=None, organisation=world.stranger, name="test"),
        "lot": world.lot.uri,
        "gtin": world.rice.gtin,
        "pack_path": world.pack_path,
    }


if __name__ == "__main__":
    print(json.dumps(build()))
