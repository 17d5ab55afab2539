"""A report asked for in a real browser, without script (the pages of reports: `test_programme_pages.py`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, watch

BASE = "/reports/documents/"


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


def test_a_report_is_asked_for_and_its_progress_is_accessible(official: BrowserContext, site: Site) -> None:
    page = official.new_page()
    page.goto(site(f"{BASE}report/{site.known['report_draft']}/build?lang=vi"))
    page.click("main button[type=submit]")
    assert page.locator("progress").count() == 1
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    page.close()
