"""A shopper's report in a real browser, 360 px, no script, no account: from the code to the answer; axe beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, no_sideways_scroll, watch
from tests.cases_world import picture

WORDS = "Gạo có mùi mốc, đóng cục ở góc túi."
ANSWER = "Chúng tôi đã kiểm tra kho; mời bạn mang túi gạo tới cửa hàng để đổi."


@pytest.fixture(scope="module")
def people(browser: Browser, site: Site) -> Iterator[dict[str, BrowserContext]]:
    """The shopper and the co-operative without script; eyes with script, for axe."""
    made: dict[str, BrowserContext] = {}
    for name, script in (("shopper", False), ("member", False), ("eyes", True), ("member_eyes", True)):
        made[name] = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=script, bypass_csp=script)
        made[name].set_default_timeout(20_000)
        watch(made[name], site.origin)
        if name.startswith("member"):
            page = made[name].new_page()
            sign_in(page, site.origin, site.known["emails"]["member"], site.known["password"])
            page.close()
    yield made
    for context in made.values():
        context.close()


def check(context: BrowserContext, address: str) -> None:
    for language in ("vi", "en"):
        page = context.new_page()
        page.goto(address + ("&" if "?" in address else "?") + f"lang={language}")
        result = Axe().run(page)
        assert result.violations_count == 0, f"{address}\n{result.generate_report()}"
        assert no_sideways_scroll(page), f"{address} scrolls sideways at 360 px"
        assert page.locator("h1").count() == 1
        page.close()


def report(page: Page, site: Site) -> str:
    """Scan, report with a photo; gives the secret link."""
    page.goto(site("/p" + site.known["pack"]))
    page.get_by_role("link", name="Báo vấn đề").click()
    page.get_by_role("button", name="Gửi phản ánh").click()
    assert page.locator(".error-summary").count() == 1, "nothing filled in"
    page.get_by_label("Hàng hỏng, mốc, mùi lạ").check()
    page.fill("textarea[name=text]", WORDS)
    photo = {"name": "goi-gao.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(1600, 1200))}
    page.set_input_files("input[name=image]", files=[photo])  # type: ignore[list-item]
    page.fill("input[name=bought_where]", "Quầy nông sản Cầu Giấy")
    page.select_option("select[name=bought_province]", "01")
    page.fill("input[name=contact]", "0912 345 678")
    page.get_by_label("Tôi đồng ý").check()
    trap = page.locator("div[aria-hidden=true]:has(#id_website)").bounding_box()
    assert trap, "the trap for programs is there"
    assert trap["width"] <= 1, "and nobody sees it"
    page.get_by_role("button", name="Gửi phản ánh").click()
    assert "Chưa có trả lời" in page.locator("main").inner_text()
    return page.locator("#secret-link").inner_text().strip()


def test_a_shopper_reports_the_organisation_answers_the_shopper_reads_it(people, site: Site) -> None:
    page = people["shopper"].new_page()
    link = report(page, site)
    assert link == page.url
    number = re.search(r"PA-\w{8}", page.locator("h1").inner_text())[0]  # type: ignore[index]
    with page.expect_request(lambda request: request.url.endswith(site.known["pack"])) as going:
        page.locator("main .eyebrow a").click()
    assert "told" not in going.value.headers.get("referer", ""), "the secret is in no referrer"

    work = people["member"].new_page()
    work.goto(site(f"/cases/?q={number}"))
    work.locator("main table a").first.click()
    case = work.url
    assert WORDS in work.locator("main").inner_text()
    assert "0912" not in work.locator("main").inner_text(), "the contact is for the authority"
    assert work.locator("main article img").evaluate_all("all => all.length") == 1
    work.get_by_role("link", name="Trả lời").click()
    work.fill("textarea[name=text]", ANSWER)
    work.click("main button[type=submit]")
    assert ANSWER in work.locator("main").inner_text()
    work.close()

    page.goto(link)
    assert ANSWER in page.locator("main").inner_text()
    assert "đã trả lời" in page.locator("main").inner_text()
    page.get_by_role("button", name="Xoá cách liên hệ ngay").click()
    assert "Đã xoá" in page.locator("main").inner_text()
    page.close()

    for address in (site(f"/cases/report?code={site.known['pack']}"), link):
        check(people["eyes"], address)
    for address in (site("/cases/?state="), case, f"{case}/answer", site("/cases/new")):
        check(people["member_eyes"], address)
