"""A real server (`lienvung serve`) on a small world, and a real Chromium that watches every request.

LIENVUNG_CHROMIUM names the browser; without one the browser tests are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("LIENVUNG_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"width": 360, "height": 760}
DESK = {"width": 1280, "height": 900}
START_SECONDS = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    skip = pytest.mark.skip(reason="no Chromium found; install the package chromium or set LIENVUNG_CHROMIUM")
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(skip)


@dataclass
class Site:
    """A running installation and what stands in it (see `build_world.py`)."""

    origin: str
    known: dict[str, Any] = field(default_factory=dict)

    def __call__(self, path: str) -> str:
        return self.origin + path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("LIENVUNG_", "DATABASE_"))},
        "LIENVUNG_HOME": str(tmp_path_factory.mktemp("installation")),
        "LIENVUNG_ORIGIN": origin,
        "LIENVUNG_DEMO": "1",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
    }
    built = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("build_world.py"))],
        env=environment, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    command = [sys.executable, "-m", "lienvung.cli", "serve", "--port", str(port), "--workers", "1"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        try:
            wait_for(origin, server)
            yield Site(origin, json.loads(built.stdout.splitlines()[-1]))
        finally:
            server.terminate()
            server.wait(timeout=15)


def wait_for(origin: str, server: subprocess.Popen[str]) -> None:
    """Until the server answers, or has died, saying why."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the server stopped: {server.stderr.read() if server.stderr else ''}")
        try:
            urllib.request.urlopen(origin, timeout=2)
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise TimeoutError(f"no answer from {origin} in {START_SECONDS} s")


@pytest.fixture(scope="module")  # it keeps an event loop running, in which Django refuses other tests the database
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield launched
    launched.close()


@dataclass
class Watched:
    """What a browser did: requests to other hosts, errors of pages and policies."""

    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def watch(context: BrowserContext, origin: str) -> Watched:
    seen = Watched()

    def asked(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and f"{parts.scheme}://{parts.netloc}" != origin:
            seen.strangers.append(request.url)

    def page_opened(page: Page) -> None:
        page.on("console", lambda said: seen.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))

    context.on("request", asked)
    context.on("page", page_opened)
    return seen


@pytest.fixture
def visitor(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A browser without cookies, 360 px wide unless `@pytest.mark.parametrize("visitor", [DESK], indirect=True)`.

    However the test goes: no request may leave the machine, and no page may complain.
    """
    context = browser.new_context(viewport=getattr(request, "param", PHONE), locale="vi-VN")
    seen = watch(context, site.origin)
    yield context
    context.close()
    assert not seen.strangers, "requests left the machine"
    assert not seen.complaints


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
