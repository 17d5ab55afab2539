"""The server, the network before it and the phone of the tests of work without network, and what they do on a page."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.wire import Wire
from tests.processes import end, free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]
VIEW = {"width": 360, "height": 760}
PASSWORD = "gat-lua-vu-mua-2026"
AN, BINH = "an@vidu.example", "binh@vidu.example"
WAIT_MS = 10_000
READY = "html[data-work=ready]"
QUEUE = """() => new Promise((done, fail) => {
  const request = indexedDB.open("lienvung-work", 1);
  request.onerror = () => fail(request.error);
  request.onsuccess = () => request.result.transaction("tasks").objectStore("tasks").getAll().onsuccess =
    (event) => done(event.target.result.map(({ fields, state }) => [fields[0][1], state]));
})"""

KEPT = """async () => { const found = {};
  for (const name of (await caches.keys()).filter((name) => name.startsWith("work-pages-"))) {
    for (const request of await (await caches.open(name)).keys()) found[new URL(request.url).pathname] = 200;
  }
  return navigator.serviceWorker.controller ? found : null; }"""
KEPT_ANYWHERE = "caches.keys().then((names) => names.filter((name) => name.startsWith('work-pages-')))"


@dataclass
class Field:
    """The server, the network before it, and the book of what it captured."""

    wire: Wire
    home: Path
    environment: dict[str, str]
    port: int
    server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("offline_server.py")), str(self.port)]
        said = self.home.with_suffix(".stderr")
        with said.open("wb") as stderr:
            self.server = subprocess.Popen(
                command, env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=stderr
            )
        wait_for(f"http://127.0.0.1:{self.port}", self.server, said)

    def stop(self) -> None:
        if self.server is not None:
            end(self.server)

    def __call__(self, path: str) -> str:
        return self.wire.origin + path

    def done(self, column: str = "what") -> list[Any]:
        with closing(sqlite3.connect(self.home / "trial.sqlite3", timeout=5)) as base:
            try:
                return [value for (value,) in base.execute(f"SELECT {column} FROM done ORDER BY n")]
            except sqlite3.OperationalError:  # nothing was captured yet
                return []

    def forget(self) -> None:
        with closing(sqlite3.connect(self.home / "trial.sqlite3", timeout=5)) as base:
            base.execute("DROP TABLE IF EXISTS done")
            base.commit()


@pytest.fixture(scope="session")
def trial_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    folder = tmp_path_factory.mktemp("field")
    port = free_port()
    wire = Wire(port)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LIENVUNG_", "DATABASE_"))}
    environment = {
        **kept,
        "LIENVUNG_HOME": str(folder),
        "LIENVUNG_ORIGIN": wire.origin,
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
    }
    field = Field(wire, folder, environment, port)
    try:
        field.start()
        yield field
    finally:
        wire.close()
        field.stop()


@pytest.fixture(name="field")
def trial_field(trial_site: Field) -> Field:
    trial_site.forget()
    trial_site.wire.set("open")
    return trial_site


@pytest.fixture
def phone(browser: Browser, field: Field) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=VIEW, locale="vi-VN")
    context.set_default_timeout(WAIT_MS)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield context
    context.close()
    assert not faults


def enter(page: Page, field: Field, email: str = AN) -> None:
    page.goto(field("/people/sign-in?next=/field/trial"))
    sign_in(page, email)


def sign_in(page: Page, email: str) -> None:
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_selector(READY)


def settle(page: Page) -> None:
    """Until the worker keeps the form and the page of what waits."""
    until(lambda: {"/field/trial", "/field/outbox"} <= set(page.evaluate(KEPT) or ()), "the pages are not kept")


def tell(page: Page, field: Field, what: str, **values: str) -> None:
    """Fill the form in afresh and hand it over."""
    page.goto(field("/field/trial"))
    page.wait_for_selector(READY)
    for name, value in {"what": what, **values}.items():
        page.fill(f"input[name={name}]", value)
    page.click("main form[data-task] button[type=submit]")


def keep(page: Page, field: Field, what: str, **values: str) -> None:
    tell(page, field, what, **values)
    expect(page.locator("#work-said")).to_contain_text("Đã giữ trong máy này", timeout=WAIT_MS)


def until(holds: Callable[[], bool], what: str, seconds: float = 10) -> None:
    end_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end_at, what
        time.sleep(0.05)
