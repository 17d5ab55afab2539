"""The diary on a phone of 360 px: axe on every page, and a line from writing to correction without script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, no_sideways_scroll, watch
from tests.browser.test_every_page import check

PAGES = [
    ("member", "/diary/"),
    ("member", "/diary/of/{organisation}/new"),
    ("member", "/diary/units/{unit}"),
    ("member", "/diary/units/{unit}/season"),
    ("member", "/diary/units/{unit}/close"),
    ("member", "/diary/units/{unit}/write/spraying"),
    ("member", "/diary/units/{pond}/write/water_check"),
    ("member", "/diary/entries/{entry}"),
    ("member", "/diary/entries/{entry}/correct"),
    ("member", "/diary/entries/{entry}/withdraw"),
    ("member", "/people/{organisation}"),
    ("official", "/diary/units/{unit}"),
]


@pytest.fixture(scope="module")
def people(browser: Browser, site: Site) -> Iterator[dict[str, BrowserContext]]:
    """Axe needs the page's scripts let in; the journey below has none."""
    made: dict[str, BrowserContext] = {}
    watched = []
    for role in ("member", "official"):
        made[role] = browser.new_context(viewport=PHONE, bypass_csp=True, service_workers="block")
        watched.append(watch(made[role], site.origin))
        page = made[role].new_page()
        sign_in(page, site.origin, site.known["emails"][role], site.known["password"])
        page.close()
    yield made
    for context in made.values():
        context.close()
    assert not [url for seen in watched for url in seen.strangers], "requests left the machine"


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_page_is_accessible_on_a_phone(people: dict[str, BrowserContext], site: Site, role: str, path: str) -> None:
    page = people[role].new_page()
    for language in ("vi", "en"):
        answer = page.goto(site(path.format(**site.known)) + f"?lang={language}")
        assert answer is not None
        assert answer.status == 200
        check(page)
    page.close()


def test_a_farmers_day_without_script(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="vi-VN")
    context.set_default_timeout(20_000)
    page = context.new_page()
    sign_in(page, site.origin, site.known["emails"]["member"], site.known["password"])
    page.goto(site("/diary/?lang=vi"))
    page.click("text=Thêm thửa, đàn, ao")
    page.check("input[name=kind][value=plot]")
    page.fill("input[name=name]", "Vườn sau nhà")
    page.fill("input[name=area_m2]", "360")
    page.fill("input[name=season]", "X26")
    page.check("input[name=place] >> nth=0")
    submit(page)
    page.click("main a:has-text('Phun thuốc')")
    page.fill("input[name=material]", "Thuốc thử")
    submit(page)
    assert "số ngày trên nhãn" in page.inner_text(".error-summary"), "the waiting period is asked, never guessed"
    page.fill("input[name=waiting_days]", "7")
    submit(page)
    assert "Chưa được thu hoạch" in page.inner_text("main")
    page.click("main a:has-text('Phun thuốc') >> nth=-1")  # the line just written
    page.click("text=Sửa")
    page.fill("input[name=waiting_days]", "0")
    page.fill("input[name=reason]", "Nhãn ghi 0 ngày")
    submit(page)
    assert "Chưa được thu hoạch" not in page.inner_text("main")
    assert "đã bỏ" in page.inner_text("main")
    page.click("main a:has-text('Phun thuốc') >> nth=0")
    assert page.is_visible("text=Thuốc thử"), "what was used lately is offered"
    context.close()


def test_targets_are_large_enough_for_a_thumb(people: dict[str, BrowserContext], site: Site) -> None:
    page = people["member"].new_page()
    page.goto(site(f"/diary/units/{site.known['unit']}/write/spraying?lang=vi"))
    small = page.eval_on_selector_all(
        "main form :is(input:not([type=hidden], [type=radio]), select, button)",
        "them => them.map(each => [each.name, each.getBoundingClientRect().height]).filter(each => each[1] < 44)",
    )
    assert not small
    assert no_sideways_scroll(page)
    page.close()


def submit(page: Page) -> None:
    page.click("main form[method=post] button[type=submit]")
