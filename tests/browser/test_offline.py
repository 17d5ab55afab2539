"""Tasks done without network are kept on the phone and sent later: once, in order, nothing lost and nothing doubled.

A real Chromium, a real server (`offline_server.py`) and between them a network that can be cut, or that loses the answer
after the server has captured (`wire.py`). Each safety has a twin that must fail without it.
"""

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
from tests.browser.conftest import PHONE, ROOT
from tests.browser.wire import Wire
from tests.processes import end, free_port, wait_for

PASSWORD = "gat-lua-vu-mua-2026"
AN, BINH = "an@vidu.example", "binh@vidu.example"
WAIT_MS = 10_000
READY = "html[data-work=ready]"
QUEUE = """() => new Promise((done, fail) => {
  const request = indexedDB.open("lienvung-work", 1);
  request.onerror = () => fail(request.error);
  request.onsuccess = () => request.result.transaction("tasks").objectStore("tasks").getAll().onsuccess =
    (event) => done(event.target.result.map((task) => ({ what: task.fields[0][1], state: task.state, task: task.task })));
})"""

KEPT = """async () => { const found = {};
  for (const name of (await caches.keys()).filter((name) => name.startsWith("work-pages-"))) {
    for (const request of await (await caches.open(name)).keys()) found[new URL(request.url).pathname] = 200;
  }
  return navigator.serviceWorker.controller ? found : null; }"""


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


def running(folder: Path, **extra: str) -> Iterator[Field]:
    port = free_port()
    wire = Wire(port)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LIENVUNG_", "DATABASE_"))}
    environment = {
        **kept,
        "LIENVUNG_HOME": str(folder),
        "LIENVUNG_ORIGIN": wire.origin,
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
        **extra,
    }
    field = Field(wire, folder, environment, port)
    try:
        field.start()
        yield field
    finally:
        wire.close()
        field.stop()


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    yield from running(tmp_path_factory.mktemp("field"))


@pytest.fixture
def field(safe: Field) -> Iterator[Field]:
    safe.forget()
    safe.wire.set("open")
    yield safe


@pytest.fixture
def phone(browser: Browser, field: Field) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, locale="vi-VN")
    context.set_default_timeout(WAIT_MS)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield context
    context.close()
    assert not faults


def enter(page: Page, field: Field, email: str = AN) -> None:
    page.goto(field("/people/sign-in?next=/field/trial"))
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_selector(READY)


def settle(page: Page, field: Field) -> None:
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


def test_with_network_a_task_is_sent_at_once(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    tell(page, field, "gặt")
    page.wait_for_url("**/field/outbox")
    expect(page.locator("#outbox")).to_contain_text("Không có việc nào đang chờ")
    assert field.done() == ["gặt"]
    assert page.evaluate(QUEUE) == []


def test_without_network_tasks_wait_and_are_sent_in_order_when_it_is_back(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    settle(page, field)
    field.wire.set("cut")
    phone.set_offline(True)
    for what in ("gặt", "phơi", "cân"):
        keep(page, field, what)
    page.goto(field("/field/outbox"))
    expect(page.locator("#outbox li")).to_have_count(3)
    assert field.done() == []
    field.wire.set("open")
    phone.set_offline(False)
    until(lambda: len(field.done()) == 3, "the tasks were not sent when the network came back")
    assert field.done() == ["gặt", "phơi", "cân"]
    expect(page.locator("#outbox")).to_contain_text("Không có việc nào đang chờ", timeout=WAIT_MS)
    assert page.evaluate(QUEUE) == []
