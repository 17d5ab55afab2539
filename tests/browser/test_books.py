"""The book in Excel on a phone of 360 px: axe on every page; from the template to import and undo without script."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser, BrowserContext, Page
from tests import books_world as made
from tests.browser.acts import sign_in
from tests.browser.conftest import PHONE, Site, watch
from tests.browser.test_every_page import check

from lienvung.registry.sheets import XLSX

PAGES = [
    "/books/",
    "/books/send",
    "/books/{wrong_book}",
    "/books/{good_book}",
    "/books/{done_book}",
    "/books/{done_book}/undo",
]


@pytest.fixture(scope="module")
def member(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, bypass_csp=True, service_workers="block")
    context.set_default_timeout(20_000)
    seen = watch(context, site.origin)
    page = context.new_page()
    sign_in(page, site.origin, site.known["emails"]["member"], site.known["password"])
    page.close()
    yield context
    context.close()
    assert not seen.strangers, "requests left the machine"


@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible_on_a_phone(member: BrowserContext, site: Site, path: str) -> None:
    page = member.new_page()
    for language in ("vi", "en"):
        answer = page.goto(site(path.format(**site.known)) + f"?lang={language}")
        assert answer is not None
        assert answer.status == 200
        check(page)
    page.close()


def sent(page: Page, site: Site, book: Workbook) -> str:
    """Send a workbook in; what the page after it says."""
    page.goto(site("/books/send?lang=vi"))
    file = {"name": "so-trinh-duyet.xlsx", "mimeType": XLSX, "buffer": made.saved(book)}
    page.set_input_files("input[type=file]", files=[file])
    page.click("main form button[type=submit]")
    return page.inner_text("main")


def test_from_the_template_to_import_and_undo_without_script(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="vi-VN")
    context.set_default_timeout(30_000)
    page = context.new_page()
    sign_in(page, site.origin, site.known["emails"]["member"], site.known["password"])
    page.goto(site("/books/?lang=vi"))
    href = page.locator("a:has-text('Tải mẫu sổ')").first.get_attribute("href")
    answer = context.request.get(site(str(href)))
    assert answer.status == 200
    book = load_workbook(io.BytesIO(answer.body()))
    made.fill(book, {"diary": [made.diary(3, amount="mười hai")]})
    told = sent(page, site, book)
    assert "Nhật ký, ô E3" in told
    assert page.locator("button:has-text('Nhập cả sổ')").count() == 0
    made.fill(book, {"diary": [made.diary(3, amount="12,5")]})
    assert "Sổ không có lỗi" in sent(page, site, book)
    page.click("button:has-text('Nhập cả sổ')")
    assert "đã nhập" in page.inner_text("main")
    page.click("a:has-text('Hoàn tác sổ này')")
    page.fill("textarea[name=reason]", "Ghi nhầm ngày")
    page.click("main form button[type=submit]")
    assert "đã hoàn tác" in page.inner_text("main")
    context.close()
