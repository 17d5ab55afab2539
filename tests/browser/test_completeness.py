"""Completeness in a real browser: the officials' list, a lot's panel and the shopper's line on a narrow screen, axe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, no_sideways_scroll, watch


@pytest.fixture(scope="module")
def official(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, bypass_csp=True)
    watch(context, site.origin)
    page = context.new_page()
    sign_in(page, site.origin, site.known["emails"]["official"], site.known["password"])
    page.close()
    yield context
    context.close()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_from_the_list_to_the_lot_to_the_journey(official: BrowserContext, site: Site, language: str) -> None:
    page = official.new_page()
    page.goto(site(f"/completeness/?lang={language}"))
    link = page.locator("main table a").first
    for step in ("list", "lot", "scan"):
        result = Axe().run(page)
        assert result.violations_count == 0, (step, result.generate_report())
        assert no_sideways_scroll(page), step
        if step == "list":
            link.click()
            assert "JSON" in page.locator("main").inner_text()
            path = page.url.partition("/ledger/things")[2].partition("?")[0]
        elif step == "lot":
            page.goto(site(f"/p{path}?lang={language}"))
            page.locator("a[href='#journey']").click()
            assert page.url.endswith("#journey")
    page.close()
