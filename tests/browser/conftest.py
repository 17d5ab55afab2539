"""A real server (`lienvung serve`) on a small world, and a real Chromium that watches every request.

LIENVUNG_CHROMIUM names the browser; without one the browser tests are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from tests.browser.offline_field import phone, trial_field, trial_site
from tests.processes import end, free_port, wait_for

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
BUILD_SECONDS = 200
# Opens a page in a browser of its own and ends. The first start of a Chromium that has just been installed may hang.
WARM_UP = """
import sys
from playwright.sync_api import sync_playwright
with sync_playwright() as running:
    browser = running.chromium.launch(executable_path=sys.argv[1], args=sys.argv[2:], timeout=30_000)
    browser.new_context().new_page().goto("data:text/html,<p>warm", timeout=10_000)
    browser.close()
"""

__all__ = ["phone", "trial_field", "trial_site"]  # fixtures of the tests of work without network


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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served("build_world.py", tmp_path_factory.mktemp("installation")) as running:
        yield running


@contextmanager
def served(script: str, home: Path) -> Iterator[Site]:
    """An installation in the folder `home`, filled by the script, which prints what it holds as JSON; its server."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("LIENVUNG_", "DATABASE_"))},
        "LIENVUNG_HOME": str(home),
        "LIENVUNG_ORIGIN": origin,
        "LIENVUNG_DEMO": "1",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
    }
    built = subprocess.run(
        [sys.executable, str(Path(__file__).with_name(script))],
        env=environment, capture_output=True, text=True, cwd=ROOT, timeout=BUILD_SECONDS,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    command = [sys.executable, "-m", "lienvung.cli", "serve", "--port", str(port), "--workers", "1"]
    said = home.with_name(f"{home.name}-stderr")  # a file: nobody reads a pipe, and a full one stops the server
    with said.open("wb") as stderr:
        server = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=stderr)
    try:
        wait_for(origin, server, said)
        yield Site(origin, json.loads(built.stdout.splitlines()[-1]))
    finally:
        end(server)


@pytest.fixture(scope="session")
def warm_chromium() -> None:
    """Chromium has been started once and has shown a page; one that hangs is killed and started again."""
    command = [sys.executable, "-c", WARM_UP, str(CHROMIUM), *FLAGS]
    for left in (2, 1, 0):
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        ) as child:
            try:
                said, _ = child.communicate(timeout=45)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)  # with its driver and its browser
                said, _ = child.communicate()
                said += b" (hung)"
        if child.returncode == 0:
            return
        if not left:
            raise RuntimeError(f"Chromium does not start: {said.decode(errors='replace')}")


@pytest.fixture(scope="module")  # it keeps an event loop running, in which Django refuses other tests the database
def playwright(warm_chromium: None) -> Iterator[Playwright]:
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
