"""Reports and matters in a real browser: a narrow screen, axe, a report written and built without script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, no_sideways_scroll, watch

BASE = "/reports/documents/"
PAGES = [
    BASE,
    BASE + "{reports_code}",
    BASE + "{reports_code}/new",
    BASE + "{reports_code}/coverage",
    BASE + "{reports_code}/raise",
    BASE + "report/{report_draft}",
    BASE + "report/{report_draft}/edit",
    BASE + "report/{report_draft}/build",
    BASE + "report/{report_final}",
    BASE + "matter/{matter}",
    BASE + "matter/{matter}/answer",
    BASE + "matter/{matter}/close",
]


@pytest.fixture(scope="module")
def official(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """The focal officer of Ninh Bình in `results_world.make_results`."""
    context = browser.new_context(viewport=PHONE, bypass_csp=True)
    watch(context, site.origin)
    page = context.new_page()
    sign_in(page, site.origin, "ninhbinh1@mau.example", site.known["password"])
    page.close()
    yield context
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible(official: BrowserContext, site: Site, path: str) -> None:
    page = official.new_page()
    for language in ("vi", "en"):
        page.goto(site(f"{path.format(**site.known)}?lang={language}"))
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()
        assert no_sideways_scroll(page), "scrolls sideways at 360 px"
        assert page.locator("h1").count() == 1
    page.close()


def test_a_report_is_asked_for_and_its_progress_is_accessible(official: BrowserContext, site: Site) -> None:
    page = official.new_page()
    page.goto(site(f"{BASE}report/{site.known['report_draft']}/build?lang=vi"))
    page.click("main button[type=submit]")
    assert page.locator("progress").count() == 1
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    page.close()
