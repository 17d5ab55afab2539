"""Findings in a real browser: a narrow screen, axe, an answer by those concerned, dismissing with a reason."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, no_sideways_scroll, watch

PAGES = ["/checks/", "/checks/?state=", "/checks/{check}", "/checks/parameters"]


@pytest.fixture(scope="module")
def people(browser: Browser, site: Site) -> Iterator[dict[str, BrowserContext]]:
    made: dict[str, BrowserContext] = {}
    for role in ("member", "official"):
        made[role] = browser.new_context(viewport=PHONE, bypass_csp=True)
        watch(made[role], site.origin)
        page = made[role].new_page()
        sign_in(page, site.origin, site.known["emails"][role], site.known["password"])
        page.close()
    yield made
    for context in made.values():
        context.close()


def check(page: Page) -> None:
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert no_sideways_scroll(page), "scrolls sideways at 360 px"
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("role", "path"),
    [("member", path) for path in (*PAGES, "/checks/{check}/answer")]
    + [("official", path) for path in (*PAGES, "/checks/{check}/dismiss")],
)
def test_page_is_accessible(people, site: Site, role: str, path: str, language: str) -> None:
    page = people[role].new_page()
    address = path.format(**site.known)
    page.goto(site(address + ("&" if "?" in address else "?") + f"lang={language}"))
    check(page)
    page.close()


def test_the_grower_answers_and_the_official_dismisses_with_a_reason(people, site: Site) -> None:
    page = people["member"].new_page()
    page.goto(site("/ledger/things{checked_lot}?lang=vi".format(**site.known)))
    page.click("main a[href*='/checks/{check}']".format(**site.known))
    assert "đã bán, dùng và hủy 150 kg" in page.locator("main").inner_text()
    assert page.get_by_role("link", name="Bỏ qua, có lý do").count() == 0
    page.get_by_role("link", name="Giải trình").click()
    page.fill("textarea[name=words]", "Ghi nhầm: bán 50 kg, không phải 150 kg.")
    page.click("main button[type=submit]")
    assert "Ghi nhầm" in page.locator("main").inner_text()
    page.close()

    page = people["official"].new_page()
    page.goto(site("/?lang=vi"))
    page.goto(site("/checks/?lang=vi"))
    page.click("main table a[href*='/checks/{check}']".format(**site.known))
    assert "Ghi nhầm" in page.locator("main").inner_text()
    page.get_by_role("link", name="Bỏ qua, có lý do").click()
    page.fill("textarea[name=reason]", "ngắn")
    page.click("main button[type=submit]")
    assert page.locator(".error-summary").count() == 1
    check(page)
    page.fill("textarea[name=reason]", "Đã đối chiếu hoá đơn bán lẻ: 50 kg.")
    page.click("main button[type=submit]")
    assert "Đã đối chiếu hoá đơn" in page.locator("main").inner_text()
    page.close()
