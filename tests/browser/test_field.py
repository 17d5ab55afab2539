"""Tasks on a phone at 360 px: axe on every page, and a lot from the harvest to the shelf without any script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, no_sideways_scroll, watch
from tests.browser.test_every_page import check

PAGES = [
    ("member", "/field/"),
    ("member", "/field/desk"),
    ("member", "/field/do/harvest"),
    ("member", "/field/do/buy_in"),
    ("member", "/field/do/pack"),
    ("member", "/field/do/ship"),
    ("member", "/field/do/write_off"),
    ("member", "/field/done/{task_done}"),
    ("seller", "/field/"),
    ("seller", "/field/do/receive?shipment={shipment}"),
    ("seller", "/field/do/sell"),
]


def signed_in(browser: Browser, site: Site, role: str, **more: object) -> BrowserContext:
    context = browser.new_context(viewport=PHONE, **more)  # type: ignore[arg-type]
    page = context.new_page()
    email = site.known["seller"] if role == "seller" else site.known["emails"][role]
    sign_in(page, site.origin, email, site.known["password"])
    page.close()
    return context


@pytest.fixture(scope="module")
def people(browser: Browser, site: Site):
    made = {role: signed_in(browser, site, role, bypass_csp=True) for role in ("member", "seller")}
    watched = [watch(context, site.origin) for context in made.values()]
    yield made
    for context in made.values():
        context.close()
    assert not [url for seen in watched for url in seen.strangers], "requests left the machine"


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_page_is_accessible_on_a_phone(people, site: Site, role: str, path: str) -> None:
    page = people[role].new_page()
    for language in ("vi", "en"):
        address = path.format(**site.known)
        answer = page.goto(site(address + ("&" if "?" in address else "?") + f"lang={language}"))
        assert answer is not None
        assert answer.status == 200
        check(page)
    page.close()


def send(page: Page) -> None:
    page.click("main form[method=post] button[type=submit]")


def test_from_the_harvest_to_the_shelf_without_script(browser: Browser, site: Site) -> None:
    member = signed_in(browser, site, "member", java_script_enabled=False)
    seller = signed_in(browser, site, "seller", java_script_enabled=False)
    page, shop = member.new_page(), seller.new_page()
    page.goto(site("/field/?lang=vi"))
    page.click("main a.button:has-text('Thu hoạch')")
    send(page)  # nothing is filled in: the page says what is missing
    assert "Có điều cần sửa" in page.inner_text("main")
    page.select_option("select[name=product]", label="Thóc nếp hạt cau")
    page.fill("input[name=amount]", "800")
    number = page.input_value("input[name=number]")
    send(page)
    assert number in page.inner_text("main")
    assert page.locator("main img[src*='/qr/']").count() == 1
    page.click("main a.button:has-text('Đóng gói')")  # what next: the lot is chosen already
    page.fill("input[name=amount_0]", "100")
    page.select_option("select[name=product]", label="Gạo nếp hạt cau Ninh Bình")
    page.fill("input[name=packs]", "60")
    send(page)
    assert "nhiều hơn lượng lấy ra" in page.inner_text("main")  # 60 packs of 2 kg out of 100 kg
    page.fill("input[name=packs]", "50")
    page.fill("textarea[name=reason]", "")
    send(page)
    page.click("main a.button:has-text('Gửi hàng đi')")
    page.fill("input[name=amount_0]", "30")
    page.select_option("select[name=to]", site.known["store_gln"])
    send(page)
    assert "Đã ghi" in page.inner_text("h1")
    shop.goto(site("/field/?lang=vi"))
    coming = shop.locator("#coming ~ ul a:has-text('Nhận hàng từ')")
    waiting = coming.count()
    coming.last.click()
    shop.fill("input[name=came_0]", "29")
    shop.fill("input[name=note]", "Rách một gói")
    send(shop)
    shop.click("main a.button:has-text('Bày bán')")
    shop.fill("input[name=amount_0]", "29")
    send(shop)
    assert "Đã ghi" in shop.inner_text("h1")
    shop.goto(site("/field/?lang=vi"))
    assert shop.locator("#coming ~ ul a:has-text('Nhận hàng từ')").count() == waiting - 1
    assert "còn 29 gói trên kệ" in " ".join(shop.inner_text("main").split())
    assert no_sideways_scroll_without_script(shop)
    member.close()
    seller.close()


def no_sideways_scroll_without_script(page: Page) -> bool:
    """The page's own scripts are off; the browser itself can still be asked."""
    return no_sideways_scroll(page)
