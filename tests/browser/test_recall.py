"""A recall and a drill in a real browser: every page at 360 px with axe, the answer of a shop, the dossier's files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, no_sideways_scroll

OFFICIAL = [
    "/quality/recalls/{recall}",
    "/quality/recalls/{recall}/report",
    "/quality/recalls/{recall}/dossier",
    "/quality/recalls/{recall}/extend",
    "/quality/recalls/{recall}/treatment",
    "/quality/recalls/{recall}/close",
    "/quality/notices/{recall_notice}",
    "/drills/",
    "/drills/start",
    "/drills/{drill}",
    "/drills/{drill}/end",
    "/drills/notices/{drill_notice}",
]
SELLER = [
    "/",
    "/quality/notices",
    "/quality/notices/{recall_notice}",
    "/quality/notices/{recall_notice}/answer",
    "/drills/",
    "/drills/notices/{drill_notice}",
    "/drills/notices/{drill_notice}/answer",
]


@pytest.fixture(scope="module")
def contexts(browser: Browser, site: Site) -> Iterator[dict[str, BrowserContext]]:
    made = {}
    for role, email in (("official", site.known["emails"]["official"]), ("seller", site.known["seller_email"])):
        made[role] = browser.new_context(viewport=PHONE, locale="vi-VN", bypass_csp=True, accept_downloads=True)
        page = made[role].new_page()
        sign_in(page, site.origin, email, site.known["password"])
        page.close()
    yield made
    for context in made.values():
        context.close()


def check(page: Page, address: str) -> None:
    result = Axe().run(page)
    assert result.violations_count == 0, f"{address}: {result.generate_report()}"
    assert no_sideways_scroll(page), address


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("role", "paths"), [("official", OFFICIAL), ("seller", SELLER)])
def test_pages(contexts: dict[str, BrowserContext], site: Site, role: str, paths: list[str], language: str) -> None:
    page = contexts[role].new_page()
    for path in paths:
        address = site(path.format(**site.known))
        answer = page.goto(f"{address}?lang={language}")
        assert answer is not None
        assert answer.status == 200, address
        check(page, address)
    page.close()


@pytest.mark.parametrize(
    ("notice", "amounts"), [("/quality/notices/{recall_notice}", 4), ("/drills/notices/{drill_notice}", 2)]
)
def test_a_shop_answers_on_the_phone(
    contexts: dict[str, BrowserContext], site: Site, notice: str, amounts: int
) -> None:
    page = contexts["seller"].new_page()
    address = site(notice.format(**site.known))
    page.goto(f"{address}?lang=vi")
    page.get_by_role("button", name="Xác nhận đã nhận").click()
    page.get_by_role("link", name="Báo số lượng").click()
    fields = page.locator("input[inputmode=decimal]")
    assert fields.count() == amounts
    for number in range(amounts):
        fields.nth(number).fill("80" if number == 0 else "0")
    page.get_by_role("button", name="Gửi trả lời").click()
    assert page.url == address
    assert page.locator(".tag-green").inner_text() == "đã trả lời"
    page.close()


def test_the_dossier_is_there_for_download(contexts: dict[str, BrowserContext], site: Site) -> None:
    page = contexts["official"].new_page()
    page.goto(site(f"/quality/recalls/{site.known['recall']}/dossier?lang=vi"))
    for name, start in (("PDF, tiếng Việt", b"%PDF"), ("Bảng tính, tiếng Việt", b"PK")):
        with page.expect_download(timeout=30_000) as waiting:
            page.get_by_role("link", name=name).click()
        with open(waiting.value.path(), "rb") as file:
            assert file.read(4).startswith(start)
    page.close()
