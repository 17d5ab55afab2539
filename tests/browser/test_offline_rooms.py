"""The rooms' own pages without network: a harvest and the loss of a part of its lot, and a line of the diary, told in
the field and captured as events once, in order, though an answer was lost the first time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site
from tests.browser.offline_field import KEPT, READY, WAIT_MS, until
from tests.browser.wire import Wire

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
WAITING = "Đã giữ trong máy này"


@pytest.fixture
def wire(site: Site) -> Iterator[Wire]:
    """A network before the site that can be cut."""
    made = Wire(int(urlsplit(site.origin).port or 80))
    yield made
    made.close()


@pytest.fixture
def grower(browser: Browser, site: Site, wire: Wire) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, locale="vi-VN", timezone_id=str(LOCAL))
    context.set_default_timeout(WAIT_MS)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    page = context.new_page()
    sign_in(page, wire.origin, site.known["emails"]["member"], site.known["password"])
    page.wait_for_url(wire.origin + "/")
    yield context
    context.close()
    assert not faults


def open_kept(page: Page, wire: Wire, list_: str, *wanted: str) -> None:
    """Open a list with network, until the phone keeps the pages that it leads to."""
    page.goto(wire.origin + list_)
    until(lambda: set(wanted) <= set(page.evaluate(KEPT) or ()), f"not kept: {wanted}", seconds=20)


def hand_over(page: Page) -> None:
    page.click("main form[data-task] button[type=submit]")
    expect(page.locator("#work-said")).to_contain_text(WAITING, timeout=WAIT_MS)


def test_a_harvest_and_the_loss_of_a_part_of_its_lot(grower: BrowserContext, wire: Wire) -> None:
    page = grower.pages[0]
    page.goto(wire.origin + "/field/desk")
    page.wait_for_selector(READY)
    page.locator("main form [name=place]").first.evaluate("e => { e.checked = true; }")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/field/")
    open_kept(page, wire, "/field/", "/field/do/harvest", "/field/do/write_off", "/field/outbox")
    wire.set("cut")
    page.goto(wire.origin + "/field/do/harvest")
    page.wait_for_selector(READY)
    page.fill("[name=amount]", "120")
    number = page.locator("[name=number]").input_value()
    choose_if_open(page, "product")
    hand_over(page)
    page.goto(wire.origin + "/field/do/write_off")
    page.wait_for_selector(READY)
    page.fill("[name=code_0]", number)  # the lot that only this phone knows
    page.fill("[name=amount_0]", "20")
    choose_if_open(page, "why")
    hand_over(page)
    wire.set("deaf")  # the harvest is captured, its answer is lost
    page.goto(wire.origin + "/field/outbox")
    until(lambda: wire.lost > 0, "no answer was lost")
    wire.set("open")
    page.goto(wire.origin + "/field/outbox")
    expect(page.locator("#outbox")).to_contain_text("Không có việc nào đang chờ", timeout=WAIT_MS)
    page.goto(wire.origin + "/field/")
    recent = page.locator("#recent + ul")
    expect(recent.get_by_text(number)).to_have_count(1)
    left = page.locator("#stock + ul li", has_text=number)
    expect(left).to_have_count(1)
    expect(left).to_contain_text("còn 100 ")  # 120 once, less 20 once


def choose_if_open(page: Page, name: str) -> None:
    """Choose the first real choice where the form has not chosen."""
    page.evaluate(
        """(name) => { const field = document.querySelector(`select[name=${name}]`);
        if (field && !field.value) field.value = [...field.options].find((each) => each.value).value;
        const radios = [...document.querySelectorAll(`input[type=radio][name=${name}]`)];
        if (radios.length && !radios.some((each) => each.checked)) radios[0].checked = true; }""",
        name,
    )


def test_a_line_of_the_diary(grower: BrowserContext, site: Site, wire: Wire) -> None:
    page = grower.pages[0]
    unit = f"/diary/units/{site.known['unit']}"
    form = f"{unit}/write/irrigating"
    open_kept(page, wire, unit, form)
    wire.set("cut")
    page.goto(wire.origin + form)
    page.wait_for_selector(READY)
    page.fill("[name=note]", "Tưới khi mất sóng")
    hand_over(page)
    wire.set("open")
    page.goto(wire.origin + "/field/outbox")  # the other room's page sends it as well
    expect(page.locator("#outbox")).to_contain_text("Không có việc nào đang chờ", timeout=WAIT_MS)
    told = grower.request.get(f"{wire.origin}/diary/entries.csv?unit={site.known['unit']}").text()
    assert told.count("Tưới khi mất sóng") == 1
    wire.set("cut")
    tomorrow = datetime.now(LOCAL) + timedelta(days=1)
    page.clock.set_fixed_time(tomorrow)
    page.goto(wire.origin + form)
    page.wait_for_selector(READY)
    expect(page.locator("main")).to_contain_text("Trang lưu trong máy lúc")
    assert page.locator("[name=day]").input_value() == f"{tomorrow:%Y-%m-%d}"  # not the day on which it was kept
